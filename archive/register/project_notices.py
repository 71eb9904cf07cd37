"""Notices of running out, as register rows.

EXPIRY_NOTICE, object (agency, code): {"given_on", "ends_on", "why", "case_files": [[id, eligible_from, same as]]}; a
later notice of a case file takes the place of the earlier one.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from archive.ledger.event import Event
from archive.register.notices import ExpiryNotice
from archive.register.pieces import pieces


def noticed(session: Session, event: Event) -> None:
    """EXPIRY_NOTICE: it was told that these run out."""
    told = event.payload
    ids = [one[0] for one in told["case_files"]]
    # In bulk: a nightly run gives thousands.
    for some in pieces(ids):
        session.execute(
            delete(ExpiryNotice)
            .where(ExpiryNotice.case_file_id.in_(some))
            .execution_options(synchronize_session=False)
        )
    rows = [
        {
            "case_file_id": id,
            "agency_code": event.object_id,
            "given_on": date.fromisoformat(told["given_on"]),
            "ends_on": date.fromisoformat(told["ends_on"]),
            "eligible_from": date.fromisoformat(eligible_from) if eligible_from else None,
            "why": told["why"],
            "same_as": same_as,
        }
        for id, eligible_from, same_as in told["case_files"]
    ]
    if rows:
        session.execute(insert(ExpiryNotice), rows)
