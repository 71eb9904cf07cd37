"""Notices of running out, as register rows.

EXPIRY_NOTICE, object (agency, code): {"given_on", "ends_on", "why", "case_files": [[id, eligible_from, same as]]}; a
later notice of a case file takes the place of the earlier one.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import Date, String, delete, insert, literal, select
from sqlalchemy.orm import Session

from archive.ledger.event import Event
from archive.register.among import among
from archive.register.given import as_days, columns_of
from archive.register.notices import ExpiryNotice


def noticed(session: Session, event: Event) -> None:
    """EXPIRY_NOTICE: it was told that these run out."""
    told = event.payload
    if not told["case_files"]:
        return
    ids, ends, same_as = zip(*told["case_files"], strict=True)
    days = [date.fromisoformat(day).isoformat() if day else "" for day in ends]
    # In bulk: a nightly run gives thousands.
    session.execute(
        delete(ExpiryNotice)
        .where(among(ExpiryNotice.case_file_id, ids))
        .execution_options(synchronize_session=False)
    )
    file, day, same = columns_of(session, ids, days, same_as)
    rows = select(
        file,
        literal(event.object_id, String),
        literal(date.fromisoformat(told["given_on"]), Date),
        literal(date.fromisoformat(told["ends_on"]), Date),
        as_days(session, day),
        literal(told["why"], String),
        same,
    )
    names = ("case_file_id", "agency_code", "given_on", "ends_on", "eligible_from", "why", "same_as")
    session.execute(insert(ExpiryNotice).from_select(names, rows))
