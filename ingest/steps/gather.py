"""Gather: a document that came alone, looked into and in order, waits for its case file.

If it updates or replaces an earlier one that waits, it takes its place in the same transaction.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from archive.ledger.event import Verb
from archive.reason import because
from archive.register.models import Agency, Submission
from archive.register.session import reading
from archive.vietnam import day_of
from ingest.checks.catalogue import rule
from ingest.delivery import Delivery
from ingest.errors import NotYetError
from ingest.gateway.edxml import Message
from ingest.gathering import lone, record, requests
from ingest.gathering.match import Wanted
from ingest.gathering.patience import still_coming
from ingest.steps import secret
from ingest.steps.check import verdict_of
from ingest.steps.heed import our_codes, recall_clause
from ingest.steps.look import AllFacts
from ingest.steps.step import Note, Outcome, Verdict, Work


def gather(work: Work, now: datetime) -> Outcome:
    """Let it wait, or return it with everything that is wrong.

    Raises:
        NotYetError: the document it updates or replaces may be among the messages nobody has read yet.
    """
    message = work.load("message", Message)
    delivery = work.load("delivery", Delivery)
    facts = work.load("facts", AllFacts)
    with reading() as session:
        agency = session.get_one(Agency, work.agency_code)
        planned = _plan(session, work, message)
        if (
            planned
            and planned.unknown
            and still_coming(
                session,
                agency_code=work.agency_code,
                submission_id=work.submission_id,
                received_at=work.received_at,
                now=now,
            )
        ):
            raise NotYetError(because("ingest.documents-asked-about", count=len(planned.unknown)))
        before = _before(session, work, message, planned)
    findings = lone.check(
        message,
        delivery,
        facts,
        before,
        profile=secret.profile_of(delivery, agency, now),
        agency_code=agency.code,
        today=day_of(now),
    )
    verdict = verdict_of({rule(finding.code).severity for finding in findings})
    pages = sum(fact.pages or 0 for fact in facts.values())
    note = Note(Verb.VALIDATE, {"codes": sorted({finding.code for finding in findings})})
    if verdict is not Verdict.GO_ON:
        return Outcome(verdict, result={"pages": pages}, findings=tuple(findings), notes=(note,))
    clause = recall_clause(agency, message, now)

    def effect(session: Session, at: datetime) -> None:
        record.note(session, work.submission_id, message, pages=pages)
        again = _plan(session, work, message)
        if planned is not None:
            asking = session.get_one(Submission, work.submission_id)
            requests.carry_out(session, planned, again, asking=asking, clause=clause, now=at)

    return Outcome(
        Verdict.GATHER,
        result={"files": len(message.attachments), "pages": pages, "at": now.isoformat()},
        findings=tuple(findings),
        notes=(note,),
        effect=effect,
    )


def _plan(session: Session, work: Work, message: Message) -> requests.Plan | None:
    return requests.plan(
        session, message, submission_id=work.submission_id, agency_code=work.agency_code, ours=our_codes()
    )


def _before(session: Session, work: Work, message: Message, planned: requests.Plan | None) -> lone.Before:
    own = Wanted(
        1, message.document_id, message.number, message.notation, message.issued, message.sender_name
    )
    return lone.Before(
        id_known=planned is None
        and lone.id_known(session, message, agency_code=work.agency_code, submission_id=work.submission_id),
        original_unknown=bool(planned and planned.unknown),
        recalled=lone.is_recalled(own, lone.recalled_before(session, work.agency_code)),
    )
