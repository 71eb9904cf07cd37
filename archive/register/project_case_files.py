"""Ledger events about stored case files and their packages, as register rows.

STORE: object (case-file, id), after = package hash, payload as `archive.keeping` writes it.
RETENTION_SET, RETENTION_CHANGE: object (case-file, id), payload {"permanent", "retention_years", "last_day",
"eligible_from", "basis"}; a step "assigned-row" of the basis is the row a person chose.
TRANSFER, DESTROY: object (case-file, id), payload {"order_id", "outcome", "detail"?}; only the outcome
"done" changes the case file, any other is only noted at the order's item.

The tombstone. Circular 01/2019/TT-BNV art. 20.5.d has the metadata of a destruction kept. Our reading of
which (DERIVED, the circular gives no list): the case file's code, title, agency, fonds, dates, declared and
computed period, number of documents and pages, the package's name and hash, the decision and the receipts.
The documents' own descriptions, file names and words go, as they would tell what the destroyed records said.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, cast

from sqlalchemy import Table, bindparam, delete, func, select, update
from sqlalchemy.orm import Session

from archive.errors import NotFoundError
from archive.ledger.event import Event, unstamp
from archive.packages.facts import PackageFacts
from archive.reason import as_text, from_json
from archive.register.among import among
from archive.register.base import AnyRow
from archive.register.decisions import OrderItem
from archive.register.deliveries import deliveries_of_each
from archive.register.messages import ReceivedMessage
from archive.register.models import (
    CaseFile,
    CaseFileState,
    Component,
    Copy,
    CopyState,
    Finding,
    Outbox,
    Package,
    Record,
    RecordReference,
    StepResult,
    Submission,
    SubmissionState,
)
from archive.register.preservation import PreservationItem, PreservationPlan
from archive.register.project_records import add_missing, put_records
from archive.register.project_schedules import assigned, used
from archive.register.questions import QuestionWords
from archive.register.scans import PackageScan
from archive.register.seen import forget_seen

DONE = "done"


def stored(session: Session, event: Event, facts: PackageFacts | None) -> None:
    """STORE: the case file is in the vault, with its package and a verified copy in every named store."""
    told = event.payload["case_file"]
    newest = session.scalar(select(func.max(Package.version)).where(Package.case_file_id == event.object_id))
    row = session.get(CaseFile, event.object_id)
    if row is not None and newest is not None and event.payload["package"]["version"] < newest:
        # Found again after a later one: it is a package of the case file, and no longer its description.
        _package(session, event)
        if facts is not None:
            add_missing(session, row.id, facts.records)
        session.flush()
        session.expire(row, ["records", "packages"])
        return
    if row is None:
        row = CaseFile(id=event.object_id, state=CaseFileState.STORED, stored_at=event.at)
        session.add(row)
    for key in ("code", "agency_code", "fonds_code", "submission_id", "title", "regime", "access"):
        setattr(row, key, told[key])
    row.start_date = date.fromisoformat(told["start_date"])
    row.end_date = date.fromisoformat(told["end_date"])
    row.maintenance = told["maintenance"]
    row.kind = told.get("kind") or row.kind or ""  # no later version makes it less than it was
    row.total_docs = told["total_docs"]
    row.total_pages = told["total_pages"]
    if facts is not None:
        row.description = dict(facts.description)
    elif (
        newest is None
    ):  # of a later version that cannot be read, or was taken back, the one before still tells
        row.description = {}
    session.flush()
    if facts is not None:
        put_records(session, row.id, facts.records, again=facts.version > 1)
    _package(session, event)
    submission = session.get(Submission, told["submission_id"])
    if submission is not None:
        submission.state = SubmissionState.STORED
        submission.case_file_id = row.id
    session.flush()
    session.expire(row, ["records", "packages"])


def _package(session: Session, event: Event) -> None:
    told = event.payload["package"]
    session.add(
        Package(
            id=told["id"],
            case_file_id=event.object_id,
            version=told["version"],
            name=told["name"],
            objid=told["objid"],
            sha256=event.after_sha256,
            size=told["size"],
            made_at=unstamp(told["made_at"]),
        )
    )
    session.flush()
    session.add(
        PackageScan(
            package_id=told["id"],
            scanned_at=unstamp(told["made_at"]),
            engine="",
            infected=[],
            untold=[],
            found=False,
        )
    )
    for store in event.payload["copies"]:
        session.add(Copy(package_id=told["id"], store=store, state=CopyState.VERIFIED, checked_at=event.at))


def retention(session: Session, event: Event) -> None:
    """RETENTION_SET, RETENTION_CHANGE: how long, and from when it may be listed for disposal."""
    row = _case_file(session, event)
    told = event.payload
    row.permanent = told["permanent"]
    row.retention_years = told.get("retention_years")
    row.last_day = _day(told.get("last_day"))
    row.eligible_from = _day(told.get("eligible_from"))
    row.retention_basis = told.get("basis")
    row.assigned_schedule, row.assigned_row = assigned(row.retention_basis)
    used(session, event)


def transferred(session: Session, event: Event) -> None:
    """TRANSFER: handed over to the Historical Archive (nộp lưu) when the outcome is "done"."""
    _outcomes(session, (event,))
    if event.payload.get("outcome") == DONE:
        row = _case_file(session, event)
        row.state = CaseFileState.TRANSFERRED
        row.gone_at = event.at
        row.gone_order_id = event.payload.get("order_id")


def destroyed(session: Session, *events: Event) -> None:
    """DESTROY: with the outcome "done", leave the tombstone and nothing that tells the content.

    Of many events each is about another case file.
    """
    _outcomes(session, events)
    done = {event.object_id: event for event in events if event.payload.get("outcome") == DONE}
    if not done:
        return
    query = select(CaseFile.id, CaseFile.code, CaseFile.agency_code, CaseFile.submission_id)
    rows = session.execute(query.where(among(CaseFile.id, done))).all()
    for missing in done.keys() - {row.id for row in rows}:
        raise _not_stored(done[missing])
    files = cast(Table, CaseFile.__table__)
    session.connection().execute(
        update(files)
        .where(files.c.id == bindparam("file"))
        .values(
            state=CaseFileState.DESTROYED,
            gone_at=bindparam("at"),
            gone_order_id=bindparam("order"),
            description={},
        ),
        [{"file": id, "at": event.at, "order": event.payload.get("order_id")} for id, event in done.items()],
    )
    records = select(Record.id).where(among(Record.case_file_id, done))
    session.execute(delete(Component).where(Component.record_id.in_(records)))
    session.execute(delete(RecordReference).where(RecordReference.record_id.in_(records)))
    session.execute(delete(Record).where(among(Record.case_file_id, done)))
    forget_deliveries(session, *rows)
    _forget_in_plans(session, set(done))
    named = select(Package.id, Package.case_file_id).where(among(Package.case_file_id, done))
    packages = dict(session.execute(named).all())
    session.execute(delete(PackageScan).where(among(PackageScan.package_id, packages)))
    session.flush()
    if packages:
        erased = update(Copy).where(Copy.package_id == bindparam("package")).values(state=CopyState.ERASED)
        session.connection().execute(
            erased.values(checked_at=bindparam("at")),
            [{"package": id, "at": done[of].at} for id, of in packages.items()],
        )
    session.expire_all()


def forget_deliveries(session: Session, *rows: CaseFile | AnyRow) -> None:
    """Take the words out of what the machine noted while taking it in: they quote file names and texts.

    The deliveries themselves stay known, each as a row. None of this is in the digest, so a rebuild need not agree.
    """
    ids = {id for some in deliveries_of_each(session, rows).values() for id in some}
    for words in (Finding, StepResult, ReceivedMessage, QuestionWords):
        session.execute(delete(words).where(among(words.submission_id, ids)))
    session.execute(update(Outbox).where(among(Outbox.submission_id, ids)).values(reason="", last_error=""))
    session.execute(update(Submission).where(among(Submission.id, ids)).values(file_name="", waiting=""))


def _forget_in_plans(session: Session, case_file_ids: Collection[str]) -> None:
    """Take out of the preservation plans what tools said of case files. None of it is in the digest.

    A plan's trial may quote a case file that its list does not name, so every trial is looked through.
    """
    named = among(PreservationItem.case_file_id, case_file_ids)
    session.execute(update(PreservationItem).where(named).values(told=""))
    plans = select(PreservationItem.plan_id).where(named)
    session.execute(update(PreservationPlan).where(PreservationPlan.id.in_(plans)).values(trouble=""))
    for plan in session.scalars(select(PreservationPlan).where(PreservationPlan.trial_at.is_not(None))):
        plan.trial = [one for one in plan.trial or () if one["case_file_id"] not in case_file_ids]


def _outcomes(session: Session, events: Sequence[Event]) -> None:
    """Note at the orders' items how they stand."""
    session.flush()
    items = cast(Table, OrderItem.__table__)
    session.connection().execute(
        update(items)
        .where(items.c.order_id == bindparam("order"), items.c.case_file_id == bindparam("file"))
        .values(outcome=bindparam("became"), outcome_at=bindparam("at"), detail=bindparam("why")),
        [
            {
                "order": str(event.payload.get("order_id")),
                "file": event.object_id,
                "became": event.payload.get("outcome", ""),
                "at": event.at,
                "why": _words(event.payload.get("detail", "")),
            }
            for event in events
        ],
    )
    forget_seen(session, OrderItem, ((event.payload.get("order_id"), event.object_id) for event in events))


def _words(detail: Any) -> str:
    """Return a detail as text; an event has it as text, or as reasons."""
    return detail if isinstance(detail, str) else as_text(map(from_json, detail))


def _case_file(session: Session, event: Event) -> CaseFile:
    row = session.get(CaseFile, event.object_id)
    if row is None:
        raise _not_stored(event)
    return row


def _not_stored(event: Event) -> NotFoundError:
    return NotFoundError(f"event {event.seq} ({event.verb}) is about case file {event.object_id}, not stored")


def _day(text: Any) -> date | None:
    return date.fromisoformat(text) if text else None
