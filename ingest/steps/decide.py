"""Decide: the agency's submission agreement accepts, or an archivist does; nobody else."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select

from archive.register.models import Finding
from archive.register.session import reading
from archive.vietnam import day_of
from ingest.agreements.versions import agreed_on
from ingest.steps.step import Outcome, Verdict, Work

NO_AGREEMENT = "thỏa thuận nộp lưu ghi ở sổ cơ quan"
"""Basis of an acceptance for an agency whose row says it accepts, from before there were agreements."""


def decide(work: Work, now: datetime) -> Outcome:
    """Accept at once when the agreement says so and nothing was found; otherwise wait for an archivist."""
    with reading() as session:
        agreed = agreed_on(session, work.agency_code, day_of(work.received_at))
        warnings = (
            session.scalar(select(func.count(Finding.id)).where(Finding.submission_id == work.submission_id))
            or 0
        )
    if agreed.terms.accept != "automatic" or warnings:
        return Outcome(Verdict.WAIT, result={"warnings": warnings})
    return Outcome(  # the pipeline ledgers the acceptance
        result={"by": "system:agreement", "at": now.isoformat()},
        agreement_id=agreed.id,
        basis=agreed.name or NO_AGREEMENT,
    )
