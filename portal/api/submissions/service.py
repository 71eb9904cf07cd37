"""GET @submissions, /{id}, /{id}/statuses; POST @submissions, /{id}/accept, /return and /mend."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from sqlalchemy.orm import Session

from archive.reason import as_json, from_text
from archive.register.models import Submission, SubmissionState
from archive.register.session import reading
from ingest import resending, submissions
from ingest.asked import as_json as as_said
from ingest.asked import of_submission
from ingest.checks.catalogue import rule
from ingest.errors import BadMessageError
from ingest.finding import Finding
from ingest.reasons import finding_of
from portal.api.minutes.service import hand_over_facts
from portal.api.service import ArchiveService, ProblemError
from portal.api.submissions import deciding, delivering, gathering
from portal.findings import in_both_languages
from portal.register import joined

SIZES = 100


def row_facts(row: Submission) -> dict[str, Any]:
    """Return a submission as the list shows it."""
    return {
        "id": row.id,
        "agency": row.agency_code,
        "message_id": row.message_id,
        "sha256": row.sha256,
        "size": row.size,
        "kind": row.kind,
        "title": row.title,
        "file_code": row.file_code,
        "state": row.state,
        "step": row.step,
        "waiting": [as_json(reason) for reason in from_text(row.waiting)],
        "received_at": row.received_at,
        "received_legal_at": row.received_legal_at,
        "due_at": row.due_at,
        "decided_by": row.decided_by,
        "decided_at": row.decided_at,
        "case_file_id": row.case_file_id,
        "findings": len(row.findings),
    }


def one_facts(session: Session, row: Submission) -> dict[str, Any]:
    """Return a submission with its findings in both languages, its finished steps, and what was asked about it."""
    return row_facts(row) | {
        "findings": [finding_facts(finding_of(found)) for found in row.findings],
        "steps": [
            {
                "step": step.step,
                "outcome": step.outcome,
                "started_at": step.started_at,
                "finished_at": step.finished_at,
            }
            for step in row.steps
        ],
        "questions": as_said(of_submission(session, row.id))["questions"],
        "hand_over": hand_over_facts(session, row),
    }


def finding_facts(finding: Finding) -> dict[str, Any]:
    """Return a finding as JSON values, its words in both languages."""
    return in_both_languages(finding) | {
        "severity": str(rule(finding.code).severity),
        "place": finding.place,
        "document": finding.document,
    }


class GetSubmissions(ArchiveService):
    """The list, or one submission."""

    permission = "Tang Thu: Read submissions"
    depth: ClassVar[int] = 2

    def read(self, session: Session) -> Mapping[str, Any]:
        """Return a page of the list, or one with findings and steps."""
        if self.path == ("waiting",):
            return gathering.listing(self, session)
        if len(self.path) == 2:
            if self.path[1] != "statuses":
                raise ProblemError(404, "Not found", "GET @submissions/{id} or /{id}/statuses")
            return delivering.statuses(self, session)
        if self.path:
            return one_facts(session, submissions.one(session, self.path[0], viewer=self.viewer))
        state = self.word("state", 20)
        if state and state not in set(SubmissionState):
            raise ProblemError(400, "Bad request", f"no state {state}")
        page = submissions.listing(
            session,
            viewer=self.viewer,
            state=state or None,
            agency=self.word("agency", 35) or None,
            late_only=self.word("late", 1) == "1",
            asked_only=self.word("asked", 1) == "1",
            now=self.now,
            sort=self.word("sort", 12) or "-received",
            page=self.number("page", 1, 100_000),
            size=self.number("size", 25, SIZES),
        )
        return {
            "total": page.total,
            "page": page.page,
            "size": page.size,
            "counts": page.counts,
            "late": page.late,
            "asked": page.asked,
            "items": [row_facts(row) for row in page.items],
        }


class PostSubmissions(ArchiveService):
    """Deliver one; accept, return, ask about, answer for or mend one; or make one of documents that came alone."""

    permission = "Tang Thu: Read submissions"
    depth: ClassVar[int] = 2

    def answer(self) -> Mapping[str, Any]:
        """Do the act the address names and return the submission."""
        if not self.path:
            return delivering.delivered(self)
        if len(self.path) == 2 and self.path[1] == "mend":
            return self._mend()
        self.refuse_forms()
        if self.path == ("assemble",):
            return self._assembled()
        if len(self.path) != 2 or self.path[1] not in deciding.ACTS:
            raise ProblemError(
                404, "Not found", f"POST @submissions/{{id}}/{', '.join(deciding.ACTS)} or mend"
            )
        given = self.body()
        with joined() as session:
            deciding.ACTS[self.path[1]](self, session, self.path[0], given)
            return one_facts(session, submissions.one(session, self.path[0], viewer=self.viewer))

    def _assembled(self) -> Mapping[str, Any]:
        """Make a case file of documents that came alone, and return its submission."""
        with joined() as session:
            made = gathering.made(self, session)
            return one_facts(session, submissions.one(session, made, viewer=self.viewer))

    def _mend(self) -> Mapping[str, Any]:
        """Take in a mend package (`ingest/mending/package.py`) and return the submission that mends."""
        self.refuse_forms("application/zip")
        try:
            received = resending.send(
                self.path[0], self.request["BODYFILE"], viewer=self.viewer, now=self.now
            )
        except BadMessageError as error:
            raise ProblemError(413, "Too large", str(error)) from error
        with reading() as session:
            return one_facts(session, submissions.one(session, received.submission_id, viewer=self.viewer))
