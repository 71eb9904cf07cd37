"""`nop-luu/<id>`: describe a case file, add its documents, check it, submit it.

Every button saves what was typed before it does anything else, so nothing typed is lost to a refusal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from zExceptions import NotFound

import portal
from archive.errors import NotFoundError, TangThuError, TemporaryError
from archive.reason import because
from archive.register.models import Agency
from ingest.checks.catalogue import rule
from ingest.checks.fields import DOCUMENT_FIELDS, FILE_FIELDS, Field, Kind
from ingest.drafting import cabinet, draft, sending, sip
from ingest.drafting.draft import Draft, DraftDocument
from ingest.finding import Finding
from ingest.uploads.errors import UploadTooLargeError
from portal.browser.drafting import fields
from portal.browser.drafting.fields import Asked
from portal.browser.gathering.form import from_input
from portal.browser.screen import Screen
from portal.findings import SEVERITY_ORDER, Shown, counted, shown
from portal.i18n import _
from portal.preflight import fly

VERDICTS = {
    "go-on": _("It would be taken in."),
    "return": _("It would be returned to be mended."),
    "refuse": _("It would be refused."),
}
SCRIPT = Path(portal.__file__).parent / "theme" / "static" / "drafting.js"


class DraftScreen(Screen):
    """The form of one case file."""

    depth: ClassVar[int] = 1
    keeps: ClassVar[bool] = True
    crossed: bool = (
        False  # what was typed here and what another tab saved are not the same: nothing was saved
    )
    acts: ClassVar[Mapping[str, str]] = {
        "save": "save",
        "add": "add",
        "up": "up",
        "down": "down",
        "remove": "remove",
        "drop": "drop",
        "check": "check",
        "submit": "submit",
        "delete": "delete",
    }

    @property
    def here(self) -> str:
        """Return the public address."""
        return f"{self.root}/nop-luu/{self.path[0]}" if self.path else f"{self.root}/nop-luu"

    def prepare(self) -> Any:
        """Read the draft and what the last check found."""
        if not self.path:
            raise NotFound("which draft?")
        try:
            for name, why in cabinet.settle(self.path[0], viewer=self.viewer, now=self.now):
                self.say(f"{name}: {self.because(why)}", "error")
            self.draft = cabinet.find(self.path[0], viewer=self.viewer)
        except NotFoundError:
            made = sending.submitted(self.session, self.path[0], viewer=self.viewer)
            if made is None:
                raise
            self.say(_("This case file was submitted; you can follow it here."))
            return self.request.response.redirect(f"{self.root}/tiep-nhan/{made}")
        self.stamps = {one.id: draft.stamp(one.fields) for one in self.draft.documents}
        self.stamps["c"] = draft.stamp(self.draft.fields)
        if self.crossed:
            self.draft = self._typed(self.draft)(self.draft)
        self.agency = self.session.get_one(Agency, self.draft.agency_code).name
        self.checked = sending.last_check(self.draft)
        self.findings = self.checked.findings if self.checked else ()
        return None

    # what is shown

    def case_fields(self) -> tuple[list[Asked], list[Asked]]:
        """Return the case file's fields, with what was found wrong beside each."""
        return fields.of_case(self.draft.fields, self._by_field(0))

    def document_fields(self, ordinal: int, document: DraftDocument) -> tuple[list[Asked], list[Asked]]:
        """Return a document's fields, with what was found wrong beside each."""
        return fields.of_document(document.id, document.fields, self._by_field(ordinal), self._issuers())

    def elsewhere(self, ordinal: int) -> list[Shown]:
        """Return what was found about the case file or a document and is about no field of the form."""
        asked = self.case_fields() if not ordinal else fields.of_document("", {}, {}, ())
        known = {one.short for group in asked for one in group}
        return self._shown(
            one for one in self.findings if one.document == ordinal and _field_of(one) not in known
        )

    def summary(self) -> list[dict[str, Any]]:
        """Return how many findings of each severity there are."""
        return counted(self.findings)

    def verdict(self) -> str:
        """Return what would become of it, in words."""
        return self.t(VERDICTS.get(self.checked.verdict, self.checked.verdict)) if self.checked else ""

    def open_more(self, asked: Iterable[Asked]) -> bool:
        """Say whether the fields behind "more" are shown at once: one of them is wrong."""
        return any(one.wrong for one in asked)

    def count_found(self, asked: Iterable[Asked]) -> int:
        """Return how much was found about these fields."""
        return sum(len(one.found) for one in asked)

    def file_code(self) -> str:
        """Return the file code as it would be sent."""
        return sip.file_code(self.draft)

    @property
    def most(self) -> int:
        """Return how many documents a draft may have."""
        return draft.MOST_DOCUMENTS

    @property
    def script(self) -> str:
        """Return the address of the page's script; another after each change of it."""
        return f"{self.root}/++resource++tangthu/drafting.js?v={int(SCRIPT.stat().st_mtime)}"

    def _by_field(self, ordinal: int) -> dict[str, list[Shown]]:
        found: dict[str, list[Shown]] = {}
        for one in self.findings:
            if one.document == ordinal and (name := _field_of(one)):
                if name == "FileCode" and not self.draft.fields.get("FileCode"):
                    name = "FileNotation"  # what it is made of is asked first
                found.setdefault(name, []).append(shown(one, self.language))
        return found

    def _shown(self, findings: Iterable[Finding]) -> list[Shown]:
        ordered = sorted(findings, key=lambda one: SEVERITY_ORDER.get(str(rule(one.code).severity), 9))
        return [shown(one, self.language) for one in ordered]

    def _issuers(self) -> list[str]:
        """Return names of organisations a document may be of: the agency's, and those written so far."""
        written = (one.fields.get("OrganName", "") for one in self.draft.documents)
        return list(dict.fromkeys([self.agency, *filter(None, written)]))

    # what is done

    def save(self) -> None:
        """Save what was typed, and the files that were chosen."""
        self._keep()
        self.say(_("Saved."))

    def add(self) -> str:
        """Add the chosen files, each as a document."""
        count = self._keep()
        if count:
            self.say(_("${count} files were added.", mapping={"count": count}))
        else:
            self.say(_("Choose files first."), "warning")
        return f"{self.here}#tt-documents"

    def up(self) -> str:
        """Move a document one place towards the beginning."""
        return self._then(partial(draft.moved, document_id=self.text("up", 36), by=-1))

    def down(self) -> str:
        """Move a document one place towards the end."""
        return self._then(partial(draft.moved, document_id=self.text("down", 36), by=1))

    def remove(self) -> str:
        """Take a document and its files out."""
        gone = self._then(partial(draft.without_document, document_id=self.text("remove", 36)))
        self.say(_("The document was taken out."))
        return gone

    def drop(self) -> str:
        """Take one file out; its document stays."""
        return self._then(partial(draft.without_file, file_id=self.text("drop", 36)))

    def check(self) -> str:
        """Run the checks of the pipeline on what is here."""
        self._keep()
        sending.check(self.path[0], viewer=self.viewer, now=self.now, fly=self._fly())
        return f"{self.here}#tt-found"

    def submit(self) -> str:
        """Submit the case file, unless it would be sent back; when it cannot be checked now it is after arrival."""
        self._keep()
        kept = cabinet.find(self.path[0], viewer=self.viewer)
        last = sending.last_check(kept)
        if last is None or not last.fresh:
            try:
                last = sending.check(kept.id, viewer=self.viewer, now=self.now, fly=self._fly())
            except TemporaryError:
                last = None
        if last is not None and last.verdict not in ("go-on", "gather"):
            self.say(_("Not submitted: it would be sent back. Mend what is marked below."), "warning")
            return f"{self.here}#tt-found"
        made = sending.submit(kept.id, viewer=self.viewer, now=self.now)
        self.say(_("Submitted. It is being checked now; you can follow it here."))
        return f"{self.root}/tiep-nhan/{made}"

    def delete(self) -> str:
        """Delete the draft and its files."""
        cabinet.remove(self.path[0], viewer=self.viewer)
        self.say(_("The draft was deleted."))
        return f"{self.root}/nop-luu"

    def _then(self, change: Callable[[Draft], Draft]) -> str:
        self._keep()
        cabinet.change(self.path[0], change, viewer=self.viewer, now=self.now)
        return f"{self.here}#tt-documents"

    def _fly(self) -> sending.Flight:
        kept = cabinet.find(self.path[0], viewer=self.viewer)
        return lambda package, name: fly(
            package, agency_code=kept.agency_code, file_name=name, viewer=self.viewer, now=self.now
        )

    def _keep(self) -> int:
        """Save every field of the form, then add the files that came with it; return how many those were."""
        kept = cabinet.find(self.path[0], viewer=self.viewer)
        typed = self._typed(kept)
        if self._crosses(kept, typed(kept)):
            self.crossed = True
            raise ChangedElsewhereError(because("portal.draft-changed-elsewhere"))
        if typed(kept) != kept:
            kept = cabinet.change(kept.id, typed, viewer=self.viewer, now=self.now)
        count = 0
        for document_id in ("", *(one.id for one in kept.documents)):
            name = f"files-{document_id}" if document_id else "files"
            for called, source in self.files(name):
                try:
                    cabinet.add(
                        kept.id, called, source, viewer=self.viewer, now=self.now, document_id=document_id
                    )
                except UploadTooLargeError as error:
                    self.say(f"{called}: {self.because(error.reason)}", "error")
                else:
                    count += 1
        return count

    def _crosses(self, kept: Draft, typed: Draft) -> bool:
        """Say whether a part was typed into here after another tab had saved it otherwise."""
        parts = [("c", kept.fields, typed.fields)]
        parts += [
            (one.id, one.fields, now.fields) for one, now in zip(kept.documents, typed.documents, strict=True)
        ]
        return any(
            now != there and self.text(f"stamp-{key}", 16) not in ("", draft.stamp(there))
            for key, there, now in parts
        )

    def _typed(self, kept: Draft) -> Callable[[Draft], Draft]:
        case = self._said("c", FILE_FIELDS)
        documents = {one.id: self._said(f"d-{one.id}", DOCUMENT_FIELDS) for one in kept.documents}
        names = {file: self.text(f"name-{file}", 300) for file in kept.files}

        def typed(now: Draft) -> Draft:
            now = draft.renamed(draft.described(now, case), names)
            for document_id, said in documents.items():
                now = draft.document_described(now, document_id, said)
            return now

        return typed

    def _said(self, prefix: str, rows: Iterable[Field]) -> dict[str, str]:
        said = {}
        for row in rows:
            key = f"{prefix}-{row.short}"
            if key in self.request.form:
                value = self.text(key)
                said[row.short] = from_input(value) if row.kind is Kind.DATE else value
        return said


class ChangedElsewhereError(TangThuError):
    """The draft was saved in another tab meanwhile; nothing was saved."""


def _field_of(finding: Finding) -> str:
    """Return the field a finding points at; "" when it is about no field."""
    _place, joint, name = finding.place.rpartition(" / ")
    return name if joint else ""
