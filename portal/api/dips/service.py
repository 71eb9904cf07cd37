"""@dips: copies (DIP) of case files: ask for one, see how far it is, fetch it while its term runs, remove it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from archive.packages.tt05_given import DIP_FILE_FIELDS, Request
from archive.reason import from_json
from archive.vietnam import day_of
from exports.giving import counter
from exports.giving.giving import Giving, GivingState
from portal.api.service import ArchiveService, ProblemError
from portal.giving import begin, send_copy

TEXTS = {
    "request": DIP_FILE_FIELDS["requestID"],
    "purpose": DIP_FILE_FIELDS["purpose"],
    "purpose_content": DIP_FILE_FIELDS["purposeContent"],
    "fee_object": DIP_FILE_FIELDS["feeObjectType"],
    "topic": DIP_FILE_FIELDS["researchTopic"],
    "note": DIP_FILE_FIELDS["description"],
}
"""Texts of a request, each with the most characters it may have."""


class DipService(ArchiveService):
    """Base of the services about copies."""

    permission = "Tang Thu: Read records"

    def facts(self, giving: Giving) -> dict[str, Any]:
        """Return what is told of a copy."""
        ready = giving.state == GivingState.READY
        return {
            "id": giving.id,
            "case_file": giving.case_file_id,
            "code": giving.code,
            "state": giving.state,
            "request": giving.request.id,
            "originals": giving.originals,
            "asked_at": giving.asked_at,
            "done": giving.done,
            "total": giving.total,
            "size": giving.size if ready else None,
            "sha256": giving.sha256 or None,
            "objid": giving.objid or None,
            "files": giving.files if ready else None,
            "until": giving.until,
            "why": self.told(from_json(dict(giving.why))) if giving.why else "",
            "url": f"{self.root}/@dips/{giving.id}",
            "file": f"{self.root}/@dips/{giving.id}/file" if ready else None,
        }


class GetDips(DipService):
    """The caller's own copies, one of them, or the bytes of one."""

    depth: ClassVar[int] = 2

    def answer(self) -> Any:
        """Return facts, or a stream whose headers are set."""
        match self.path:
            case ():
                wanted = self.word("case_file", 36)
                copies = counter.listing(viewer=self.viewer, now=self.now, case_file_id=wanted)
                return {"items": [self.facts(one) for one in copies]}
            case (giving_id,):
                return self.facts(counter.find(giving_id, viewer=self.viewer, now=self.now))
            case (giving_id, "file"):
                return send_copy(self.request, giving_id, viewer=self.viewer, now=self.now)
            case _:
                raise ProblemError(404, "Not found", "GET @dips, @dips/{id} or @dips/{id}/file")


class AskForDip(DipService):
    """POST: ask for a copy of a case file."""

    def answer(self) -> Mapping[str, Any]:
        """Return the copy: 201 when it is ready, 202 when a worker prepares it."""
        self.refuse_forms()
        said = self.body()
        unknown = set(said) - {"case_file", "originals", *TEXTS}
        if unknown:
            raise ProblemError(400, "Bad request", f"unknown: {', '.join(sorted(unknown))}")
        case_file, originals = said.get("case_file"), said.get("originals", False)
        if not isinstance(case_file, str) or not isinstance(originals, bool):
            raise ProblemError(
                400, "Bad request", "case_file is the id of a case file, originals true or false"
            )
        texts = {name: self._text(said, name, most) for name, most in TEXTS.items()}
        request = Request(
            id=texts["request"],
            made_on=day_of(self.now),
            purpose=texts["purpose"],
            content=texts["purpose_content"],
            fee_object=texts["fee_object"],
            topic=texts["topic"],
            note=texts["note"],
        )
        giving = begin(case_file, request, originals=originals, viewer=self.viewer, now=self.now)
        self.request.response.setStatus(201 if giving.state == GivingState.READY else 202)
        self.request.response.setHeader("Location", f"{self.root}/@dips/{giving.id}")
        return self.facts(giving)

    def _text(self, said: Mapping[str, Any], name: str, most: int) -> str:
        value = said.get(name, "")
        if not isinstance(value, str) or len(value.strip()) > most:
            raise ProblemError(400, "Bad request", f"{name} is a text of at most {most} characters")
        return value.strip()


class RemoveDip(DipService):
    """DELETE: remove a copy that is not wanted any more."""

    depth: ClassVar[int] = 1

    def answer(self) -> bytes:
        """Return nothing (204)."""
        if not self.path:
            raise ProblemError(404, "Not found", "DELETE @dips/{id}")
        counter.drop(self.path[0], viewer=self.viewer, now=self.now)
        self.request.response.setStatus(204)
        return b""
