"""Deposit and keep: a copy in every store, each read back; then the register and the ledger say "stored"."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from archive.custody import deposit as deposit_everywhere
from archive.custody import keep as keep_in_register
from archive.packages.facts import PackageFacts, WrittenPackage
from archive.register.models import Submission
from archive.register.session import reading
from archive.vietnam import day_of
from ingest.agreements.versions import agreed_on
from ingest.gathering import claims
from ingest.handover import due as minutes
from ingest.handover.release import release_of
from ingest.profiles.load import profiles
from ingest.steps.step import Outcome, Verdict, Work


def deposit(work: Work, now: datetime) -> Outcome:
    """Put the package into every store; waits (temporary error) until enough verified copies are there."""
    facts = work.load("package", PackageFacts)
    written = work.load("written", WrittenPackage)
    copies = deposit_everywhere(written.path, facts.name, written.sha256)
    return Outcome(result={"copies": copies, "at": now.isoformat()})


def keep(work: Work, now: datetime) -> Outcome:
    """Write register and ledger: from here on the archive answers for the case file, and receipt 06 says so."""
    facts = work.load("package", PackageFacts)
    written = work.load("written", WrittenPackage)
    copies = list(work.results["deposit"]["copies"])
    with reading() as session:
        agreed = agreed_on(session, work.agency_code, day_of(work.received_at))
    release = release_of(profiles()[work.results["check"]["profile"]], agreed)

    def store(session: Session, at: datetime) -> None:
        case_file_id = keep_in_register(session, facts, written, copies, actor="system:ingest", now=at)
        session.get_one(Submission, work.submission_id).case_file_id = case_file_id
        claims.stored(session, work.submission_id, case_file_id, release=release, now=at)
        minutes.owe(session, work.submission_id, now=at)

    return Outcome(
        Verdict.STORED,
        result={"case_file_id": facts.case_file_id, "at": now.isoformat()},
        reason=release.told,
        source=release.source.value,
        source_basis=release.basis,
        effect=store,
    )
