"""Heed: what a message asks of us or reports is done or noted; a document goes on."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from archive.reason import because
from archive.register.messages import RequestKind
from archive.register.models import Agency, Outbox, Submission, SubmissionKind
from archive.register.session import reading
from archive.vietnam import day_of
from ingest.errors import NotYetError
from ingest.finding import Finding
from ingest.gateway.edxml import DOCUMENTS, Kind, Message
from ingest.gathering import lone, record, requests
from ingest.gathering.patience import still_coming
from ingest.profiles.load import profile_for
from ingest.settings import IngestSettings
from ingest.steps.step import Outcome, Verdict, Work


def heed(work: Work, now: datetime) -> Outcome:
    """Note a status, answer a recall, tell a repeat; everything else is a document to be looked into.

    Raises:
        NotYetError: what is asked back may be among the messages nobody has read yet.
    """
    message = work.load("message", Message)
    if message.kind is Kind.STATUS:
        return _noted(work, message)
    if work.kind != SubmissionKind.EDXML and message.kind in DOCUMENTS:
        finding = Finding("EDXML_KIND", "thông điệp", {"kind": str(message.kind)})
        return Outcome(Verdict.RETURN, findings=(finding,))
    with reading() as session:
        submission = session.get_one(Submission, work.submission_id)
        if (earlier := lone.repeated(session, submission)) is not None:
            return _repeat(work, earlier)
        agency = session.get_one(Agency, work.agency_code)
        planned = _plan(session, work, message)
        if planned is None or not _asks_only(planned, message):
            return Outcome(result={"kind": str(message.kind)})
        if planned.unknown and still_coming(
            session,
            agency_code=work.agency_code,
            submission_id=work.submission_id,
            received_at=work.received_at,
            now=now,
        ):
            raise NotYetError(because("ingest.documents-asked-about", count=len(planned.unknown)))
    clause = recall_clause(agency, message, now)

    def effect(session: Session, at: datetime) -> None:
        record.note(session, work.submission_id, message)
        asking = session.get_one(Submission, work.submission_id)
        again = _plan(session, work, message)
        requests.carry_out(session, planned, again, asking=asking, clause=clause, now=at)

    unknown = tuple(Finding("RECALL_UNKNOWN", "ResponseFor") for _ in planned.unknown[:1])
    return Outcome(
        Verdict.NOTED,
        result={"kind": str(message.kind), "asked": len(planned.items)},
        findings=unknown,
        effect=effect,
        wipe=not any(item.answer.open for item in planned.items),
        wipe_also=planned.wiped,
    )


def our_codes() -> frozenset[str]:
    """Return the agency codes we are known by, on one way in or another."""
    settings = IngestSettings.load()
    return frozenset({settings.organ, *(one.organ for one in settings.inboxes if one.organ)})


def recall_clause(agency: Agency, message: Message, now: datetime) -> str:
    """Return what the province says about recalls; "" when it is silent."""
    profile = profile_for(agency.code, agency.level1, message.issued or day_of(now), chosen=agency.profile)
    return profile.recall.clause if profile.recall else ""


def _plan(session: Session, work: Work, message: Message) -> requests.Plan | None:
    return requests.plan(
        session,
        message,
        submission_id=work.submission_id,
        agency_code=work.agency_code,
        ours=our_codes(),
    )


def _asks_only(planned: requests.Plan, message: Message) -> bool:
    """Say whether the message brings no document to keep: a recall, or an update of who gets it."""
    return planned.kind is RequestKind.RECALL or (
        message.kind is Kind.UPDATE and not message.changes_document
    )


def _noted(work: Work, message: Message) -> Outcome:
    """A report on something we sent: recorded, never answered; an unknown code keeps its number."""

    def effect(session: Session, _at: datetime) -> None:
        record.note(session, work.submission_id, message)

    return Outcome(
        Verdict.NOTED,
        result={"kind": str(message.kind), "status": message.status[:10]},
        effect=effect,
        wipe=True,
    )


def _repeat(work: Work, earlier: str) -> Outcome:
    """The same message under another transport id: the first one is dealt with, this one says so and no more."""

    def effect(session: Session, _at: datetime) -> None:
        session.execute(
            delete(Outbox).where(Outbox.submission_id == work.submission_id, Outbox.sent_at.is_(None))
        )

    finding = Finding("EDXML_REPEAT", "thông điệp", {"earlier": earlier})
    return Outcome(Verdict.NOTED, result={"repeats": earlier}, findings=(finding,), effect=effect, wipe=True)
