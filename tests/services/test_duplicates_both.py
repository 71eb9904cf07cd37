"""Duplicates on SQLite and PostgreSQL: found the same way, and of two that duplicate each other one always stays."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from threading import Barrier
from uuid import uuid4

import pytest
from sqlalchemy import select

from archive.errors import OrderRefusedError
from archive.order_check import reasons_against_item
from archive.procedure.papers import Paper
from archive.register.agencies import set_agency, set_fonds
from archive.register.decisions import Order
from archive.register.models import Component, Record
from archive.register.notices import ExpiryNotice
from archive.register.session import reading, transaction
from retention.procedure import duplicates, listing, notice
from retention.procedure.listing import NewList
from tests.retention.retention_town import AGENCY, AN, NOW, TODAY, Town

pytestmark = pytest.mark.service

BEFORE = NOW - timedelta(days=30)


@pytest.fixture
def town(both: Path) -> Town:
    with transaction() as session:
        set_agency(session, code=AGENCY, name="Sở", actor="admin", now=NOW)
        set_fonds(session, code=f"PHONG-{AGENCY}", agency_code=AGENCY, name="Phông", actor="admin", now=NOW)
    return Town(both)


def file_of(town: Town, code: str, documents: str) -> str:
    """Keep a case file with a document for each letter; the same letter is the same bytes."""
    id = town.store(code, documents=("",) * len(documents), ended=date(2024, 5, 20))
    with transaction() as session:
        records = session.scalars(select(Record).where(Record.case_file_id == id).order_by(Record.ordinal))
        for record, letter in zip(records.all(), documents, strict=True):
            session.add(
                Component(
                    id=str(uuid4()), record_id=record.id, role="original", name="a.pdf", path="a.pdf",
                    media_type="application/pdf", size=1, sha256=letter * 64, facts={},
                )
            )  # fmt: skip
    return id


def test_both_databases_find_what_another_one_has_all_of(town: Town) -> None:
    notice.auto_list(now=BEFORE)
    first, again, part = file_of(town, "01", "abz"), file_of(town, "02", "abz"), file_of(town, "03", "zb")
    file_of(town, "04", "azc")
    assert duplicates.auto_list(now=BEFORE) == 2
    with reading() as session:
        rows = session.scalars(select(ExpiryNotice))
        assert {row.case_file_id: row.same_as for row in rows} == {again: first, part: first}
    assert duplicates.auto_list(now=NOW) == 0


def test_two_people_who_list_two_duplicates_at_the_same_moment_take_one_at_most(town: Town) -> None:
    one, other = file_of(town, "01", "a"), file_of(town, "02", "a")
    for goes, stays, code in ((one, other, "01"), (other, one, "02")):  # no night tells of both
        with transaction() as session:
            notice.give(
                session, [notice.Ending(goes, AGENCY, date(2030, 1, 1), None, code, stays)], now=BEFORE
            )
    together = Barrier(2)

    def make(id: str) -> str:
        together.wait()
        try:
            with transaction() as session:
                new = NewList(AGENCY, (id,), "Trùng lặp", "Gửi hai lần", Paper("5/TTr", TODAY))
                return listing.propose(session, new, viewer=AN, now=NOW).order_id
        except OrderRefusedError:
            return ""

    with ThreadPoolExecutor(2) as pool:
        made = dict(zip((one, other), pool.map(make, (one, other)), strict=True))
    lists = {id: order for id, order in made.items() if order}
    assert lists
    free = [id for id, order in lists.items() if not against(order, id)]
    assert len(free) == (
        1 if len(lists) == 1 else 0
    )  # of two lists neither may act before the other is given up
    if len(lists) == 2:
        with transaction() as session:
            listing.abort(session, lists[one], reason="Trùng", viewer=AN, now=NOW)
        assert not against(lists[other], other)


def against(order_id: str, id: str) -> tuple[object, ...]:
    with transaction() as session:
        return reasons_against_item(session, session.get_one(Order, order_id), id, now=NOW)
