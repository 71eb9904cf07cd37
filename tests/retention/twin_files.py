"""Case files that have the same documents, as a delivery that came twice leaves them."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import uuid4

from retention_town import AGENCY, AN, NOW, TODAY, Town
from sqlalchemy import select

from archive.procedure.papers import Paper
from archive.register.models import Component, Record
from archive.register.notices import ExpiryNotice, NoticeWhy
from archive.register.session import reading, transaction
from retention.procedure import listing
from retention.procedure.listing import NewList

ENDED = date(2024, 5, 20)
"""With 5 years kept through 2029: nothing of it is due yet."""


def file_of(town: Town, code: str, documents: str, *, signed: str = "", **facts: Any) -> str:
    """Keep a case file with a document for each letter: the same letter is the same bytes; "-" has no bytes here."""
    id = town.store(code, documents=("",) * len(documents), **{"ended": ENDED} | facts)
    with transaction() as session:
        query = select(Record).where(Record.case_file_id == id).order_by(Record.ordinal)
        for record, letter in zip(session.scalars(query).all(), documents, strict=True):
            verdicts = (
                [{"verdict": "INDETERMINATE", "then_verdict": "TOTAL-PASSED"}] if letter in signed else []
            )
            if letter != "-":
                session.add(component(record.id, letter * 64, verdicts))
    return id


def component(record_id: str, sha256: str, verdicts: list[dict[str, str]]) -> Component:
    """Return an original of a document."""
    id = str(uuid4())
    return Component(
        id=id, record_id=record_id, role="original", name="a.pdf", path=id, media_type="application/pdf",
        size=1, sha256=sha256, facts={"signatures": verdicts},
    )  # fmt: skip


def told() -> dict[str, str]:
    """Return which case files were told to be duplicates, and of what."""
    with reading() as session:
        rows = session.scalars(select(ExpiryNotice).where(ExpiryNotice.why == NoticeWhy.DUPLICATE))
        return {row.case_file_id: row.same_as for row in rows}


def listed(*ids: str, now: Any = NOW) -> str:
    """Make a list of these and return its order's id."""
    with transaction() as session:
        new = NewList(AGENCY, ids, "Trùng lặp", "Giao nộp hai lần", Paper("5/TTr", TODAY))
        return listing.propose(session, new, viewer=AN, now=now).order_id
