"""The one place that turns ledger events into register rows.

Used live (`append`, then `apply`, in one transaction) and by `archive.rebuild`, so that the register can
never say more than packages and ledger do. What an event must carry is written at each handler; the payload
holds JSON values only (dates as ISO text).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby

from sqlalchemy.orm import Session

from archive.ledger.at_once import seal_after_commit
from archive.ledger.event import Event, Verb
from archive.packages.facts import PackageFacts
from archive.register import (
    project_agreements,
    project_backups,
    project_case_files,
    project_fixity,
    project_infected,
    project_media,
    project_migrations,
    project_notices,
    project_orders,
    project_questions,
    project_requests,
    project_scans,
    project_schedules,
    project_second_factors,
    project_submissions,
)
from archive.register.agencies import project_agency, project_fonds

Handler = Callable[[Session, Event], None]

HANDLERS: dict[Verb, Handler] = {
    Verb.AGENCY_SET: project_agency,
    Verb.FONDS_SET: project_fonds,
    Verb.INGEST: project_submissions.received,
    Verb.FIXITY_CHECK: project_fixity.checked,
    Verb.REPAIR: project_fixity.checked,
    Verb.VIRUS_CHECK: project_scans.scanned,
    Verb.RETENTION_SET: project_case_files.retention,
    Verb.RETENTION_CHANGE: project_case_files.retention,
    Verb.TRANSFER: project_case_files.transferred,
    Verb.DESTROY: project_case_files.destroyed,
    Verb.HOLD: project_orders.held,
    Verb.LIFT_HOLD: project_orders.lifted,
    Verb.ERASE: project_orders.erased,
    Verb.REQUEST: project_requests.requested,
    Verb.QUESTION: project_questions.asked,
    Verb.ANSWER: project_questions.answered,
    Verb.AGREEMENT: project_agreements.agreed,
    Verb.DUE_LIST: project_agreements.listed,
    Verb.MINUTES: project_agreements.minuted,
    Verb.MEDIUM: project_media.changed,
    Verb.SCHEDULE: project_schedules.scheduled,
    Verb.BACKUP: project_backups.changed,
    Verb.EXPIRY_NOTICE: project_notices.noticed,
    Verb.RIGHTS_CHANGE: project_second_factors.changed,
}

MOVES_A_SUBMISSION = frozenset(
    {Verb.VALIDATE, Verb.RETURN, Verb.DECISION, Verb.RECEIPT, Verb.METADATA_CHANGE}
)


TOGETHER: dict[Verb, Callable[..., None]] = {
    Verb.ERASE: project_orders.erased,
    Verb.DESTROY: project_case_files.destroyed,
}
"""Handlers that take many events, each about another case file, as cheaply as one."""


def apply_all(session: Session, events: Sequence[Event]) -> None:
    """Write what several events, just appended, mean into the register; no case file is in two of one verb.

    Raises and means the same as `apply` with one after another.
    """
    for verb, some in groupby(events, key=lambda event: event.verb):
        if verb in TOGETHER:
            TOGETHER[verb](session, *some)
            session.flush()
        else:
            for event in some:
                project(session, event)
    seal_after_commit(session, *events)


def apply(session: Session, event: Event, facts: PackageFacts | None = None) -> None:
    """Write what this event, just appended, means into the register; a decision is sealed after the commit.

    Raises and arguments as `project`, which does the writing.
    """
    project(session, event, facts)
    seal_after_commit(session, event)


def project(session: Session, event: Event, facts: PackageFacts | None = None) -> None:
    """Write what an event means into the register, and nothing else (used by `archive.rebuild`).

    Events that change no row (VIEW, COPY, NORMALISE ...) pass without effect. VALIDATE, RETURN, DECISION and
    RECEIPT about a submission (`object_kind` "submission") move it; a DECISION may also be about its quarantine. A
    DECISION about an order moves the order.

    Args:
        session: an open transaction, the same the event was appended in.
        event: as returned by `archive.ledger.append.append`.
        facts: for STORE, and for a MIGRATE that takes a version back: what the package (the one before) says; without
            it only the case file itself, the package and its
            copies are written, which is all that remains to be known of one destroyed later.

    Raises:
        NotFoundError: the event is about a case file that is not stored.
    """
    if event.verb is Verb.STORE:
        project_case_files.stored(session, event, facts)
    elif event.verb is Verb.MIGRATE:
        project_migrations.migrated(session, event, facts)
    elif event.object_kind == "submission" and event.verb in MOVES_A_SUBMISSION:
        project_submissions.moved(session, event)
        project_infected.asked_or_answered(session, event)
    elif event.object_kind == "order" and event.verb is Verb.DECISION:
        project_orders.decided(session, event)
    elif event.verb in HANDLERS:
        HANDLERS[event.verb](session, event)
    session.flush()
