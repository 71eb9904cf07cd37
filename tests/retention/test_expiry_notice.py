"""Thirty days before a period ends it is told; before they are over no list with that case file is submitted."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from procedure_people import paper, walked
from retention_town import AGENCY, AN, HEAD, NOW, OTHER, PEOPLE, TODAY, Town, place
from sqlalchemy import delete, func, select, update

from archive.errors import OrderRefusedError
from archive.ledger.append import read
from archive.ledger.event import Verb
from archive.ledger.rows import EventRow
from archive.order_check import reasons_against
from archive.procedure.states import State
from archive.register.decisions import Order
from archive.register.digest import table_digest
from archive.register.notices import ExpiryNotice
from archive.register.projection import project
from archive.register.session import reading, transaction
from retention.appraisal import set_period
from retention.procedure import council, listing, notice
from retention.procedure.listing import NewList
from retention.procedure.notice import Ending, auto_list, wants_notice


def ending(days: int, *, noticed: bool = False) -> Ending:
    day = TODAY + timedelta(days=days)
    return Ending("x", AGENCY, day, day if noticed else None)


@pytest.mark.parametrize(
    ("one", "wanted"),
    [
        (ending(31), False),
        (ending(30), True),
        (ending(0), True),
        (ending(-3000), True),
        (ending(0, noticed=True), False),
        (Ending("x", AGENCY, TODAY, TODAY - timedelta(days=365)), True),  # its period was made longer since
    ],
)
def test_it_is_told_thirty_days_before_once_for_each_day(one: Ending, wanted: bool) -> None:
    assert wants_notice(one, today=TODAY) is wanted


def notices() -> dict[str, tuple[date, date]]:
    with reading() as session:
        rows = session.scalars(select(ExpiryNotice))
        return {row.case_file_id: (row.given_on, row.ends_on) for row in rows}


def events() -> int:
    with reading() as session:
        query = select(func.count()).where(EventRow.verb == Verb.EXPIRY_NOTICE.value)
        return session.scalar(query) or 0


def test_every_night_tells_of_what_runs_out_and_of_nothing_else(town: Town) -> None:
    due = town.store("01", on_disk=False)
    other = town.store("02", on_disk=False, agency=OTHER)
    soon = town.store("03", on_disk=False, ended=date(2021, 5, 1))  # due on 01/01/2027
    held = town.store("04", on_disk=False)
    town.store("05", on_disk=False, maintenance="Vĩnh viễn")
    town.store("06", on_disk=False, maintenance="Lâu dài")
    place(held)
    assert auto_list(now=NOW) == 2
    assert notices() == {id: (TODAY, TODAY + timedelta(days=30)) for id in (due, other)}
    assert events() == 2  # one for each agency
    assert auto_list(now=NOW) == 0 and events() == 2
    assert auto_list(now=datetime(2026, 12, 2, tzinfo=NOW.tzinfo)) == 1
    assert soon in notices() and held not in notices()


def test_more_than_one_batch_is_told_of_whole(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notice, "BATCH", 2)
    ids = {town.store(f"{n:02}", on_disk=False) for n in range(5)}
    assert auto_list(now=NOW) == 5
    assert set(notices()) == ids
    assert auto_list(now=NOW) == 0


def proposed(*ids: str) -> str:
    with transaction() as session:
        new = NewList(AGENCY, ids, "Hết thời hạn", "Thuyết minh", paper("5/TTr"))
        return listing.propose(session, new, viewer=AN, now=NOW).order_id


def submit(order_id: str, *, days: int) -> None:
    now = NOW + timedelta(days=days)
    with transaction() as session:
        council.form(session, order_id, PEOPLE.council(), paper(), viewer=HEAD, now=now)
        listing.submit(session, order_id, viewer=AN, now=now)


def test_what_no_night_told_of_is_told_of_when_it_is_listed_and_waits_thirty_days(town: Town) -> None:
    order_id = proposed(town.store("01", on_disk=False))
    assert events() == 1
    with pytest.raises(OrderRefusedError, match="lasts until 2026-04-01"):
        submit(order_id, days=29)
    submit(order_id, days=30)


def test_one_that_was_told_of_a_month_ago_is_submitted_at_once(town: Town) -> None:
    only = town.store("01", on_disk=False)
    auto_list(now=NOW - timedelta(days=30))
    submit(proposed(only), days=0)
    assert events() == 1


def test_a_longer_period_needs_another_notice(town: Town) -> None:
    only = town.store("01", on_disk=False, maintenance="5 năm", ended=date(2010, 1, 1))
    auto_list(now=NOW - timedelta(days=40))
    order_id = proposed(only)
    with transaction() as session:
        set_period(session, only, "10 năm", reason="Kéo dài", viewer=AN, now=NOW)
    with pytest.raises(OrderRefusedError, match="no notice was given"):
        submit(order_id, days=0)
    auto_list(now=NOW)
    with pytest.raises(OrderRefusedError, match="lasts until"):
        submit(order_id, days=1)


def test_the_vault_refuses_a_list_that_went_to_the_council_before_its_notice_was_over(town: Town) -> None:
    story = walked(town.store("01"))
    with transaction() as session:
        session.execute(update(ExpiryNotice).values(ends_on=TODAY + timedelta(days=1)))
        against = "; ".join(
            map(str, reasons_against(session, session.get_one(Order, story.order_id), now=NOW))
        )
        assert "1 case files were submitted before the notice" in against
        session.execute(delete(ExpiryNotice))
        against = "; ".join(
            map(str, reasons_against(session, session.get_one(Order, story.order_id), now=NOW))
        )
        assert "1 case files were submitted before the notice" in against


def test_the_ledger_brings_the_notices_back(town: Town) -> None:
    only = town.store("01", on_disk=False)
    town.store("02", on_disk=False)
    auto_list(now=NOW)
    walked(only, to=State.COUNCIL_REVIEW)
    with reading() as session:
        before = table_digest(session, ExpiryNotice)
    with transaction() as session:
        session.execute(delete(ExpiryNotice))
        for event in list(read(session)):
            if event.verb is Verb.EXPIRY_NOTICE:
                project(session, event)
    with reading() as session:
        assert table_digest(session, ExpiryNotice) == before
