"""From a draft to a delivery: check it as the pipeline would, then submit it; it is received once."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive import note
from archive.reason import Reason, as_json, because, from_json
from archive.register.models import Agency, Submission, SubmissionState
from archive.register.session import reading
from archive.viewer import Viewer
from archive.wiping import wipe_file
from ingest import direct, quarantine
from ingest.drafting import cabinet, sip
from ingest.drafting.draft import Draft
from ingest.errors import IngestError
from ingest.finding import Finding
from ingest.preflight import Preflight
from ingest.reception import receive
from ingest.seen_by import seen_by

Flight = Callable[[BinaryIO, str], Preflight]
"""Runs the checks on a package of this name."""


@dataclass(frozen=True)
class _Noted:
    code: str
    place: str
    params: Mapping[str, Any]
    document: int


@dataclass(frozen=True)
class _NotedCheck:
    number: int
    at: datetime
    verdict: str
    findings: tuple[_Noted, ...]


@dataclass(frozen=True)
class Checked:
    """What a check found, and whether the draft is still what was checked.

    Attributes:
        verdict: go-on, return or refuse, as `ingest.preflight` has them.
    """

    at: datetime
    verdict: str
    findings: tuple[Finding, ...]
    fresh: bool


def check(draft_id: str, *, viewer: Viewer, now: datetime, fly: Flight) -> Checked:
    """Check the draft as it stands, remember what was found, and return it.

    Raises:
        NotFoundError, NotAllowedError: as `cabinet.change`.
        IngestError: it has no document.
        TemporaryError: a part is missing, or the disk refuses.
    """
    draft = cabinet.find(draft_id, viewer=viewer)
    with _packed(draft) as package:
        found = fly(package, _name(draft))
    noted = _NotedCheck(draft.number, now, str(found.verdict), tuple(map(_noted, found.findings)))
    with cabinet.held(draft_id, viewer=viewer):
        note.write(cabinet.folder(draft) / "checked.json", noted)
    return Checked(now, noted.verdict, found.findings, fresh=True)


def last_check(draft: Draft) -> Checked | None:
    """Return what the last check found; None when there was none."""
    noted = note.read(cabinet.folder(draft) / "checked.json", _NotedCheck)
    if noted is None:
        return None
    return Checked(
        noted.at, noted.verdict, tuple(map(_finding, noted.findings)), fresh=noted.number == draft.number
    )


def submit(draft_id: str, *, viewer: Viewer, now: datetime) -> str:
    """Receive the draft as a delivery, remove it, and return the submission's id.

    A draft whose submission was received and that could not be removed (a kill, a second click) is not received again.

    Raises:
        NotFoundError, NotAllowedError: as `cabinet.change`.
        IngestError: it has no document.
        BadMessageError: larger than a message may be.
        TemporaryError: the quarantine cannot be written.
    """
    with cabinet.held(draft_id, viewer=viewer) as draft:
        message_id = _message_id(draft.id)
        with reading() as session:
            made = direct.submission_of(session, draft.agency_code, message_id)
        if made is None:
            with _packed(draft) as package:
                made = receive(
                    package,
                    agency_code=draft.agency_code,
                    message_id=message_id,
                    kind=direct.KIND,
                    file_name=_name(draft),
                    actor=viewer.name,
                    now=now,
                    inbox=direct.way_for(viewer, draft.agency_code).name,
                    title=draft.title,
                ).submission_id
    cabinet.remove(draft_id, viewer=viewer)
    return made


def submitted(session: Session, draft_id: str, *, viewer: Viewer) -> str | None:
    """Return the id of the submission a draft became; None when it was not submitted, or the viewer may not see it."""
    found: str | None = session.scalar(
        select(Submission.id)
        .where(Submission.message_id == _message_id(draft_id), seen_by(viewer, Submission.agency_code))
        .limit(1)
    )
    return found


def own_title(submission: Submission, *, viewer: Viewer) -> str:
    """Return what this person called the case file in the form it was sent from, while no title is recorded.

    What arrives gets its title only after the last look for signs of secrecy. Until then its sender is told what the
    sender typed, and nobody else; of a refused delivery nobody is told anything.
    """
    if submission.title or submission.state == SubmissionState.REFUSED or not made_here(submission):
        return ""
    return quarantine.own_title(submission.id, viewer.name)


def made_here(submission: Submission) -> bool:
    """Say whether a delivery was sent from the form."""
    return submission.message_id.startswith(_message_id(""))


def _message_id(draft_id: str) -> str:
    return f"nop-luu-{draft_id}"


@contextmanager
def _packed(draft: Draft) -> Iterator[BinaryIO]:
    """Yield the draft's package, read from its beginning; it is overwritten afterwards.

    Raises:
        IngestError: the draft has no document.
    """
    if not draft.documents:
        raise IngestError(because("ingest.draft-empty"))
    with reading() as session:
        agency = session.get_one(Agency, draft.agency_code)
    with tempfile.NamedTemporaryFile(dir=cabinet.folder(draft), prefix="package-", delete=False) as package:
        try:
            sip.write(draft, package, agency_name=agency.name)  # type: ignore[arg-type]  # a wrapper of a file
            package.seek(0)
            yield package  # type: ignore[misc]
        finally:
            wipe_file(Path(package.name))


def _name(draft: Draft) -> str:
    return f"{sip.objid(draft)}.zip"


def _noted(finding: Finding) -> _Noted:
    params = {
        name: as_json(value) if isinstance(value, Reason) else value for name, value in finding.params.items()
    }
    return _Noted(finding.code, finding.place, params, finding.document)


def _finding(noted: _Noted) -> Finding:
    params = {
        name: from_json(value) if isinstance(value, Mapping) else str(value)
        for name, value in noted.params.items()
    }
    return Finding(noted.code, noted.place, params, noted.document)
