"""Set a case file's dates when it has been stored. Reads the ledger, writes RETENTION_SET."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.dossiers import is_dossier
from archive.ledger.append import append, be_only_writer
from archive.ledger.event import Event, Verb
from archive.ledger.follow import Follower
from archive.ledger.rows import EventRow
from archive.register.models import CaseFile, CaseFileState, Record
from archive.register.projection import apply
from archive.register.session import transaction
from retention.holds import lock_rows
from retention.own_schedules import all_schedules
from retention.reckoning import FileFacts, reckon
from retention.schedule import Schedule
from retention.settings import RetentionSettings

ACTOR = "system:retention"
SETS = (str(Verb.RETENTION_SET), str(Verb.RETENTION_CHANGE))


def facts_of(session: Session, file: CaseFile) -> FileFacts:
    """Return what the period of a stored case file depends on.

    Documents declare a period in R2 packages only (TT 05/2025, EAD_doc `maintenance`).
    """
    declared = []
    for description in session.scalars(select(Record.description).where(Record.case_file_id == file.id)):
        for name, text in description.items():
            if name.lower() == "maintenance" and str(text).strip():
                declared.append(str(text))
    return FileFacts(
        title=file.title,
        regime=file.regime,
        work_ended=file.end_date,
        maintenance=file.maintenance,
        documents=tuple(declared),
        dossier=is_dossier(file),
    )


def set_retention(
    session: Session,
    store: Event,
    *,
    settings: RetentionSettings,
    tables: dict[str, tuple[Schedule, ...]] | None = None,
) -> Event | None:
    """Write the dates that follow from a STORE event; None when there is nothing (more) to do.

    Nothing is done when a period was set after that STORE already, when a person ever set it (a machine does
    not overrule an archivist), or when the case file has left the vault.

    Args:
        session: an open transaction.
        store: the event.
        settings: of `retention`.
        tables: agency -> schedules to look in, filled here; one for all events of a transaction.
    """
    # The lock keeps a second follower out until this transaction ends; SQLite has one writer anyway.
    file = session.scalar(select(CaseFile).where(CaseFile.id == store.object_id).with_for_update())
    if file is None or file.state != CaseFileState.STORED:
        return None
    sets = session.execute(
        select(EventRow.seq, EventRow.verb).where(
            EventRow.object_id == store.object_id, EventRow.verb.in_(SETS)
        )
    ).all()
    if any(seq > store.seq or verb == Verb.RETENTION_CHANGE for seq, verb in sets):
        return None
    # From here on no version can be withdrawn before the event that names it is written.
    be_only_writer(session)
    known = {} if tables is None else tables
    if file.agency_code not in known:
        known[file.agency_code] = all_schedules(session, file.agency_code)
    among = known[file.agency_code]
    reckoning = reckon(facts_of(session, file), counting=settings.counting, among=among)
    payload = reckoning.payload()
    payload["basis"]["store_seq"] = store.seq
    clause = next((step.clause for step in reckoning.steps if step.clause), "")
    event = append(
        session,
        Verb.RETENTION_SET,
        actor=ACTOR,
        kind="case-file",
        id=file.id,
        payload=payload,
        basis=clause,
    )
    apply(session, event)
    return event


def _handle(events: list[Event]) -> None:
    stores = [event for event in events if event.verb is Verb.STORE]
    if not stores:
        return
    settings = RetentionSettings.load()
    with transaction() as session:
        # All rows before the first append: whoever places a hold locks its row first and the ledger second.
        lock_rows(session, {store.object_id for store in stores})
        tables: dict[str, tuple[Schedule, ...]] = {}
        for store in stores:
            set_retention(session, store, settings=settings, tables=tables)


follower = Follower("retention", _handle)
