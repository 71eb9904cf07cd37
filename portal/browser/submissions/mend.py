"""`tiep-nhan/<id>/gui-lai`: the office sends again what was wrong with a returned submission, and nothing else."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from typing import IO, Any, ClassVar

from zExceptions import NotFound

from archive.errors import TangThuError
from archive.reason import because
from archive.register.session import reading
from ingest import resending
from ingest.errors import IngestError
from ingest.finding import Finding
from ingest.mending.package import Mended, write
from ingest.mending.sheet import DocumentToMend, FieldToMend
from portal.browser.screen import Screen
from portal.findings import Shown, shown
from portal.i18n import _


class MendScreen(Screen):
    """The form: fields with what was sent, and for each document its files again."""

    depth: ClassVar[int] = 1
    acts: ClassVar[Mapping[str, str]] = {"send": "send"}
    keeps: ClassVar[bool] = True
    fewer: frozenset[int] = (
        frozenset()
    )  # documents that would lose files, asked about when the form is shown again

    @property
    def here(self) -> str:
        """Return the public address."""
        return f"{self.back}/gui-lai" if self.path else f"{self.root}/tiep-nhan"

    @property
    def back(self) -> str:
        """Return the address of the returned submission."""
        return f"{self.root}/tiep-nhan/{self.path[0]}"

    def prepare(self) -> Any:
        """Read what can be mended; what cannot be any more goes back to the submission with the reason."""
        if not self.path:
            raise NotFound("which submission?")
        try:
            self.sheet = resending.sheet(self.session, self.path[0], viewer=self.viewer)
        except IngestError as error:
            self.say(self.because(error.reason), "error")
            return self.request.response.redirect(self.back)
        self.wrong = [document for document in self.sheet.documents if document.wrong]
        self.right = [document for document in self.sheet.documents if not document.wrong]
        return None

    def value(self, owner: object, field: FieldToMend) -> str:
        """Return what a field shows: what was typed when the form is shown again, else what was sent."""
        name = f"field-{owner}-{field.name}"
        return self.text(name) if name in self.request.form else field.value

    def shown(self, finding: Finding) -> Shown:
        """Return a finding in words."""
        return shown(finding, self.language)

    def send(self) -> str:
        """Take in what was filled in; unchanged fields and empty file fields stay as they were sent before."""
        with reading() as session:
            sheet = resending.sheet(session, self.path[0], viewer=self.viewer)
        fields = self._changed("case", sheet.fields)
        documents = []
        for document in sheet.documents:
            said = self._changed(str(document.ordinal), document.fields)
            files = self.files(f"files-{document.ordinal}")
            self._leaves_none_out(document, files)
            if said or files:
                documents.append(Mended(document.ordinal, said, files))
        if not fields and not documents:
            raise NothingMendedError(because("portal.nothing-changed"))
        with tempfile.TemporaryFile() as package:
            write(package, fields=fields, documents=documents)
            package.seek(0)
            received = resending.send(self.path[0], package, viewer=self.viewer, now=self.now)
        self.say(_("Sent. It is being checked again."))
        return f"{self.root}/tiep-nhan/{received.submission_id}"

    def _changed(self, owner: str, fields: tuple[FieldToMend, ...]) -> dict[str, str]:
        changed = {}
        for field in fields:
            name = f"field-{owner}-{field.name}"
            if name in self.request.form and self.text(name) != field.value.strip():
                changed[field.name] = self.text(name)
        return changed

    def _leaves_none_out(self, document: DocumentToMend, files: list[tuple[str, IO[bytes]]]) -> None:
        """What is chosen takes the place of all files of a document: fewer of them only on purpose."""
        if not files or len(files) >= len(document.files):
            return
        if self.text(f"fewer-{document.ordinal}") != "yes":
            self.fewer |= {document.ordinal}
            raise FilesLeftOutError(
                because(
                    "portal.files-left-out",
                    document=document.ordinal,
                    sent=len(files),
                    before=", ".join(document.files),
                )
            )


class FilesLeftOutError(TangThuError):
    """A document would lose a file that nobody said should go; nothing was sent."""


class NothingMendedError(TangThuError):
    """The form came back as it was; nothing was sent."""
