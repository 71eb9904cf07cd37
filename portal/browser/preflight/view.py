"""`kiem-tra-truoc`: drop a package here and see what would be found in it; nothing is sent and nothing is kept."""

from __future__ import annotations

from typing import Any

from plone.protect.authenticator import check as check_authenticator

from archive.errors import NotAllowedError, TangThuError
from archive.register.session import reading
from ingest.preflight import Preflight
from ingest.steps.step import Verdict
from portal import findings
from portal.browser.screen import Screen
from portal.i18n import _
from portal.preflight import agencies, fly

VERDICTS = {
    "go-on": _("It would be taken in."),
    "gather": _("A lone document: it would wait for its case file."),
    "return": _("It would be returned to be mended."),
    "refuse": _("It would be refused."),
    "tested": _("A trial package: it would be checked, answered and not kept."),
}


class PreflightScreen(Screen):
    """The form, and below it what was found."""

    found: Preflight | None = None
    file_name = ""
    error = ""

    def __call__(self) -> Any:
        """Answer the question in the same page: what was uploaded is gone afterwards, so nothing can be reloaded."""
        self.dress()
        if self.request.method == "POST":
            check_authenticator(self.request)
            try:
                self._fly()
            except NotAllowedError as error:
                return self.refused(error)
        with reading() as session:
            self.session = session
            self.prepare()
            return self.rendered()

    def prepare(self) -> Any:
        """Read for which agencies this person may ask."""
        self.names = agencies(self.session, self.viewer)
        self.agency = self.text("agency", 35) or next(iter(self.names), "")

    def _fly(self) -> None:
        upload = self.request.form.get("package")
        self.file_name = getattr(upload, "filename", "") or ""
        if not self.file_name:
            self.error = self.t(_("Choose a package first."))
            return
        try:
            self.found = fly(
                upload,
                agency_code=self.text("agency", 35),
                file_name=self.file_name,
                viewer=self.viewer,
                now=self.now,
            )
        except NotAllowedError:
            raise  # no mistake to be mended in the form
        except TangThuError as error:
            self.error = str(error)

    def verdict(self) -> str:
        """Return what would become of it, in words."""
        if self.found is None:
            return ""
        if not self.found.tried and self.found.verdict is Verdict.RETURN:
            return self.t(_("This is nothing that can be sent here."))
        return self.t(VERDICTS[str(self.found.verdict)])

    def groups(self) -> list[dict[str, Any]]:
        """Return the findings by document."""
        return findings.grouped(self.found.findings, self.language) if self.found else []

    def counted(self) -> list[dict[str, Any]]:
        """Return how many findings of each severity there are."""
        return findings.counted(self.found.findings) if self.found else []
