"""Ledger events about media, as register rows.

MEDIUM, object (medium, number), payload by "state":
"writing": {"packages": [ids], "minutes": [ids of deliveries]}, the first one also {"label", "place", "first_segment",
"last_segment", "first_round", "last_round"}. Ledgered before a byte is written, so that no copy exists that a
destruction does not know of.
"written": {"manifest_sha256", "files", "size", "left_out": [ids of packages that were not written],
"minutes_left_out": [ids of deliveries]}.
Older events know neither minutes nor rounds.
"checked": {"faults": number}.
"destroyed": {"document"}.
"""

from __future__ import annotations

from sqlalchemy import delete
from sqlalchemy.orm import Session

from archive.ledger.event import Event
from archive.register.media import Medium, MediumMinutes, MediumPackage, MediumState


def changed(session: Session, event: Event) -> None:
    """MEDIUM: a medium is begun, whole, read again or destroyed."""
    told, number = event.payload, event.object_id
    row = session.get(Medium, number)
    if row is None:
        row = Medium(
            number=number,
            state=MediumState.WRITING,
            label=told.get("label", ""),
            place=told.get("place", ""),
            begun_at=event.at,
            first_segment=told.get("first_segment", 0),
            last_segment=told.get("last_segment", 0),
            first_round=told.get("first_round", 0),
            last_round=told.get("last_round", 0),
        )
        session.add(row)
        session.flush()
    state = told["state"]
    if state == MediumState.WRITING:
        session.add_all(MediumPackage(medium=number, package_id=id) for id in told["packages"])
        session.add_all(MediumMinutes(medium=number, submission_id=id) for id in told.get("minutes", ()))
    elif state == MediumState.WRITTEN:
        row.state, row.checked_at, row.faults = MediumState.WRITTEN, event.at, 0
        row.manifest_sha256, row.files, row.size = told["manifest_sha256"], told["files"], told["size"]
        for id in told["left_out"]:
            session.execute(
                delete(MediumPackage).where(MediumPackage.medium == number, MediumPackage.package_id == id)
            )
        for id in told.get("minutes_left_out", ()):
            session.execute(
                delete(MediumMinutes).where(MediumMinutes.medium == number, MediumMinutes.submission_id == id)
            )
    elif state == MediumState.DESTROYED:
        row.state, row.destroyed_at, row.document = MediumState.DESTROYED, event.at, told["document"]
    else:
        row.checked_at, row.faults = event.at, told["faults"]
    session.flush()
