"""Decide: the agency's submission agreement accepts, or an archivist does; nobody else."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select

from archive.register.models import Agency, Finding
from archive.register.session import reading
from ingest.steps.step import Outcome, Verdict, Work


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
    return Outcome(
        result={"by": "system:agreement", "at": now.isoformat()}
    )  # the pipeline ledgers the acceptance
