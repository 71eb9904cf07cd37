"""Decide: the agency's submission agreement accepts, or an archivist does; nobody else."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select

from archive.ledger.event import Verb
from archive.register.models import Agency, Finding
from archive.register.session import reading
from ingest.steps.step import Note, Outcome, Verdict, Work


def decide(work: Work, now: datetime) -> Outcome:
    """Accept at once when the agreement says so and nothing was found; otherwise wait for an archivist."""
    with reading() as session:
        agency = session.get_one(Agency, work.agency_code)
        warnings = (
            session.scalar(select(func.count(Finding.id)).where(Finding.submission_id == work.submission_id))
            or 0
        )
    if not agency.auto_accept or warnings:
        return Outcome(Verdict.WAIT, result={"warnings": warnings})
    note = Note(
        Verb.DECISION,
        {"submission": {"state": "accepted", "decided_by": "system:agreement", "warnings": 0}},
        basis="thỏa thuận nộp lưu của cơ quan",
    )
    return Outcome(result={"by": "system:agreement", "at": now.isoformat()}, notes=(note,))
