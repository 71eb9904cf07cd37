"""A case file whose documents another one has all of: told of, listed, and gone only while the other one stays."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from threading import Lock
from typing import Any

import pytest
from procedure_people import paper, seen
from retention_town import AGENCY, AN, BINH, HEAD, NOW, OTHER, PEOPLE, TODAY, Town, copies_of, place
from sqlalchemy import delete, select, update
from test_destruction_run import real
from test_waves import once
from twin_files import file_of, listed, told

from archive import orders
from archive.custody import stores
from archive.errors import OrderRefusedError
from archive.ledger.append import read
from archive.ledger.event import Verb
from archive.order_check import reasons_against, reasons_against_item
from archive.orders import NewOrder
from archive.procedure.states import State
from archive.register.decisions import Order, OrderItem, OrderKind
from archive.register.digest import table_digest
from archive.register.disposal import DisposalList
from archive.register.models import CaseFile, CaseFileState, Copy, CopyState, Regime
from archive.register.notices import ExpiryNotice
from archive.register.projection import project
from archive.register.session import forget_deleted, reading, transaction
from archive.stores.folder import FolderStore
from archive.twins import Known, against_twin
from operations.procession import Papers, Wanted, walk_on
from retention import destruction
from retention.appraisal import set_period
from retention.destruction import execute
from retention.dossier import gather
from retention.papers.listing import rows
from retention.procedure import council, duplicates, listing, notice, taking
from retention.procedure.contained import contained

BEFORE = NOW - timedelta(days=30)


def night(now: datetime = BEFORE) -> int:
    return duplicates.auto_list(now=now)


GOES = Known("g", "G", AGENCY, False, 5, date(2029, 12, 31), NOW, frozenset("ab"), frozenset("a"), True, "01")
STAYS = replace(GOES, case_file_id="s", code="S", stored_at=NOW - timedelta(days=1))


@pytest.mark.parametrize(
    ("one", "kept", "code"),
    [
        ({}, {}, ""),
        ({}, {"documents": frozenset("abc")}, ""),
        ({}, {"permanent": True, "retention_years": None, "last_day": None}, ""),
        ({}, {"retention_years": 10, "last_day": date(2034, 12, 31)}, ""),
        ({}, {"documents": frozenset("a")}, "archive.twin-lacks-documents"),
        ({}, {"signed": frozenset()}, "archive.twin-lacks-signatures"),
        ({"signed": frozenset()}, {}, ""),
        ({}, {"last_day": date(2028, 12, 31)}, "archive.twin-shorter"),
        ({}, {"retention_years": 4, "last_day": date(2030, 12, 31)}, "archive.twin-shorter"),
        ({}, {"last_day": None}, "archive.twin-shorter"),
        ({}, {"permanent": None, "last_day": None, "retention_years": None}, "archive.period-unknown"),
        ({"permanent": None}, {}, "archive.period-unknown"),
        ({"permanent": True}, {"permanent": True}, "archive.file-permanent"),
        ({"whole": False}, {}, "archive.twin-documents-unknown"),
        ({"documents": frozenset(), "signed": frozenset()}, {}, "archive.twin-documents-unknown"),
        ({}, {"agency_code": OTHER}, "archive.twin-elsewhere"),
        ({}, {"access": "02"}, "archive.twin-other-access"),
        ({"access": "02"}, {}, "archive.twin-other-access"),
        ({}, {"case_file_id": "g"}, "archive.twin-elsewhere"),
    ],
)
def test_what_makes_a_duplicate(one: dict[str, object], kept: dict[str, object], code: str) -> None:
    found = {reason.code for reason in against_twin(replace(GOES, **one), replace(STAYS, **kept))}  # type: ignore[arg-type]
    assert code in found if code else not found


def test_of_two_alike_the_one_stored_first_stays_and_of_two_stored_together_one() -> None:
    assert duplicates.goes_before(GOES, STAYS) and not duplicates.goes_before(STAYS, GOES)
    at_once = replace(STAYS, stored_at=GOES.stored_at)
    assert duplicates.goes_before(GOES, at_once) != duplicates.goes_before(at_once, GOES)


def test_the_night_tells_of_what_another_case_file_has_all_of(town: Town) -> None:
    first = file_of(town, "01", "abc")
    again = file_of(town, "02", "abc")
    part = file_of(town, "03", "ca")
    file_of(town, "04", "abd")  # has something of its own
    file_of(town, "05", "abc", agency=OTHER)
    file_of(town, "06", "ab-")  # of one document nothing is here
    file_of(town, "07", "xy", maintenance="Vĩnh viễn")
    under_permanent = file_of(town, "08", "yx")
    file_of(town, "09", "yx", maintenance="10 năm")  # kept longer than 08, and permanent 07 has it: goes too
    place(file_of(town, "10", "abc"))
    due = file_of(town, "11", "abc", ended=date(2014, 5, 20))
    file_of(town, "12", "")
    assert notice.auto_list(now=BEFORE) == 1
    assert night() == 4
    found = told()
    assert (found[again], found[part], found[under_permanent]) == (first, first, file_id("07"))
    assert set(found) == {again, part, under_permanent, file_id("09")} and due not in found
    assert night() == 0 and night(BEFORE + timedelta(days=1)) == 0
    assert told() == found


def file_id(code: str) -> str:
    with reading() as session:
        return session.scalars(select(CaseFile.id).where(CaseFile.code == code)).one()


def test_a_signature_found_valid_in_one_only_keeps_it(town: Town) -> None:
    first = file_of(town, "01", "ab")
    signed = file_of(town, "02", "ab", signed="a")
    assert night() == 1
    assert told() == {first: signed}


def test_a_document_in_very_many_case_files_costs_a_bounded_number_of_comparisons(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("retention.procedure.contained.LOOKED_AT", 2)
    monkeypatch.setattr(duplicates, "BATCH", 2)
    ids = [file_of(town, f"{n:02}", "a") for n in range(5)]
    with reading() as session:
        assert len(list(contained(session, duplicates.may_go(TODAY)))) == 2 * 5 - 2
    assert night() == 4
    assert told() == dict.fromkeys(ids[1:], ids[0])


def test_no_transaction_stays_open_while_a_batch_is_told_of(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("retention.procedure.contained.AT_ONCE", 2)
    monkeypatch.setattr(duplicates, "BATCH", 2)
    ids = [file_of(town, f"{n:02}", "a") for n in range(6)]
    found = []
    for batch in duplicates._found(TODAY):
        with transaction() as session:
            session.execute(update(CaseFile).values(title=f"Sau {len(found)}"))
        assert forget_deleted()  # nobody reads: the log of what was written can be emptied
        found += [(one.case_file_id, one.same_as) for one in batch]
    assert sorted(found) == sorted((id, ids[0]) for id in ids[1:])
    with reading() as session:  # and nothing is left on the connection
        assert len(list(contained(session, duplicates.may_go(TODAY)))) == 6 * 5


def test_a_new_night_tells_of_another_one_when_what_was_to_stay_no_longer_can(town: Town) -> None:
    first, goes = file_of(town, "01", "a"), file_of(town, "02", "a")
    assert night() == 1
    second = file_of(town, "03", "ab", maintenance="10 năm")
    assert night(NOW) == 1  # 01 is contained now as well
    assert told() == {goes: first, first: second}
    with transaction() as session:
        session.execute(update(Copy).values(state=CopyState.DAMAGED).where(Copy.store == "kho-b"))
    assert night(NOW + timedelta(days=1)) == 0


def submit(order_id: str, now: datetime = NOW) -> None:
    with transaction() as session:
        council.form(session, order_id, PEOPLE.council(), paper(), viewer=HEAD, now=now)
        listing.submit(session, order_id, viewer=AN, now=now)


def through(order_id: str, now: datetime = NOW) -> None:
    """Walk a list on until it can be carried out."""
    with transaction() as session:
        story = taking.story(session, order_id)
        wanted = Wanted(AGENCY, tuple(story.items), "12/QĐ-SNV", TODAY)
        walk_on(session, story, Papers(wanted), PEOPLE, now=now, to=State.HANDED_OVER)


def a_duplicate_to_destroy(town: Town) -> tuple[str, str, str]:
    """Return case file 01, which stays, its duplicate 02, and the list by which that can be destroyed now."""
    stays, goes = file_of(town, "01", "a"), file_of(town, "02", "a")
    night()
    order_id = listed(goes)
    submit(order_id)
    through(order_id)
    return stays, goes, order_id


def against(order_id: str, case_file_id: str) -> str:
    with transaction() as session:
        order = session.get_one(Order, order_id)
        return "; ".join(map(str, reasons_against_item(session, order, case_file_id, now=NOW)))


def test_a_duplicate_goes_the_whole_way_and_the_other_one_stays(town: Town) -> None:
    stays, goes = file_of(town, "01", "ab"), file_of(town, "02", "a")
    night()
    order_id = listed(goes)
    assert {id: twin.code for id, twin in seen(order_id).twins.items()} == {goes: "01"}
    submit(order_id)  # that 01 has the document too needs no other reason
    through(order_id)
    outcome = execute(order_id, viewer=BINH, now=NOW)
    assert [item.outcome for item in outcome.items] == ["done"]
    assert len(copies_of("01")) == 3 and not copies_of("02")
    with reading() as session:
        states = dict(session.execute(select(CaseFile.id, CaseFile.state)).all())
        (item,) = gather(session, order_id).items
    assert states == {stays: CaseFileState.STORED, goes: CaseFileState.DESTROYED}
    assert item.same_as == "01"
    for regime in Regime:  # column "Lý do hủy" of both laws' lists
        assert "Trùng lặp: giữ lại hồ sơ 01" in rows([item], regime, "Hết thời hạn")
        assert "Hết thời hạn" in rows([replace(item, same_as="")], regime, "Hết thời hạn")


def test_without_its_thirty_days_it_is_not_submitted(town: Town) -> None:
    file_of(town, "01", "a")
    goes = file_of(town, "02", "a")
    with pytest.raises(OrderRefusedError, match="not over before"):
        listed(goes)  # nobody was told yet
    night(NOW)
    order_id = listed(goes)
    with pytest.raises(OrderRefusedError, match="lasts until"):
        submit(order_id, NOW + timedelta(days=29))
    submit(order_id, NOW + timedelta(days=30))


def test_two_that_duplicate_each_other_are_on_no_list_together_nor_on_two(town: Town) -> None:
    one, other = file_of(town, "01", "a"), file_of(town, "02", "a")
    night()
    _tell_the_other_way_round(one, other)
    with pytest.raises(OrderRefusedError, match="is on a list itself"):
        listed(one, other)
    listed(other)
    with pytest.raises(OrderRefusedError, match="is on a list itself"):
        listed(one)


def _tell_the_other_way_round(one: str, other: str) -> None:
    """What no night does: tell of the first one too, as a duplicate of the second."""
    with transaction() as session:
        ending = notice.Ending(one, AGENCY, date(2030, 1, 1), None, "01", other)
        notice.give(session, [ending], now=BEFORE)


def forged(goes: str, stays: str) -> str:
    """Make a list past what the trade asks, as somebody with the register might; the vault has to see."""
    with transaction() as session:
        new = NewOrder(
            OrderKind.DESTRUCTION, AGENCY, "Trùng lặp", "5/TTr", TODAY, case_file_ids=(goes,),
            payload={
                "procedure": 1, "regime": "R1", "state": "listed", "explanation": "Giao nộp hai lần",
                "items": {goes: {"same_as": stays, "same_as_code": "x"}},
            },
        )  # fmt: skip
        return orders.propose(session, new, viewer=AN, now=NOW).id


def test_two_lists_made_at_the_same_moment_never_take_both(town: Town) -> None:
    one, other = file_of(town, "01", "a"), file_of(town, "02", "a")
    night()
    _tell_the_other_way_round(one, other)
    lists = forged(one, other), forged(other, one)
    assert "is on a list itself" in against(lists[0], one)
    assert "is on a list itself" in against(lists[1], other)
    with transaction() as session:
        listing.abort(session, lists[0], reason="Trùng", viewer=AN, now=NOW)
    assert against(lists[1], other) == ""
    submit(lists[1])
    through(lists[1])
    execute(lists[1], viewer=BINH, now=NOW)
    again = forged(one, other)
    assert "is gone" in against(again, one) or "destroyed" in against(again, one)
    assert len(copies_of("01")) == 3 and not copies_of("02")


def test_two_of_one_forged_list_never_both_go(town: Town) -> None:
    one, other = file_of(town, "01", "a"), file_of(town, "02", "a")
    with transaction() as session:
        new = NewOrder(
            OrderKind.DESTRUCTION, AGENCY, "Trùng lặp", "5/TTr", TODAY, case_file_ids=(one, other),
            payload={
                "procedure": 1, "regime": "R1", "state": "listed", "explanation": "Giao nộp hai lần",
                "items": {one: {"same_as": other}, other: {"same_as": one}},
            },
        )  # fmt: skip
        order_id = orders.propose(session, new, viewer=AN, now=NOW).id
    assert "is on a list itself" in against(order_id, one)
    assert "is on a list itself" in against(order_id, other)


def _a_copy_is_gone(stays: str) -> None:
    store = stores()[1]
    (name,) = [name for name in store.names() if "/01/" in name]
    store.erase(name)


def _a_copy_is_damaged(stays: str) -> None:
    with transaction() as session:
        session.execute(update(Copy).values(state=CopyState.DAMAGED).where(Copy.store == "kho-b"))


def _it_is_kept_shorter(stays: str) -> None:
    with transaction() as session:
        session.execute(
            update(CaseFile)
            .where(CaseFile.id == stays)
            .values(retention_years=1, last_day=date(2025, 12, 31))
        )


def _it_was_handed_over(stays: str) -> None:
    with transaction() as session:
        session.execute(update(CaseFile).where(CaseFile.id == stays).values(state=CaseFileState.TRANSFERRED))


def _the_duplicate_is_kept_longer(stays: str) -> None:
    with transaction() as session:
        set_period(session, file_id("02"), "Vĩnh viễn", reason="Quý", viewer=AN, now=NOW)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (_a_copy_is_gone, "whole in: kho-b"),
        (_a_copy_is_damaged, "whole in: kho-b"),
        (_it_is_kept_shorter, "shorter time"),
        (_it_was_handed_over, "transferred"),
        (_the_duplicate_is_kept_longer, "permanently"),
    ],
)
def test_the_vault_spares_it_when_the_other_one_cannot_be_counted_on(
    town: Town, change: object, why: str
) -> None:
    stays, goes, order_id = a_duplicate_to_destroy(town)
    change(stays)  # type: ignore[operator]
    assert why in against(order_id, goes)
    with pytest.raises(OrderRefusedError, match=why):
        execute(order_id, viewer=BINH, now=NOW)
    assert len(copies_of("02")) == 3


def test_no_store_is_asked_for_the_one_that_stays_while_the_register_is_written(
    town: Town, house: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, _, order_id = a_duplicate_to_destroy(town)
    real, asked, one_looks = FolderStore.size, [], Lock()

    def size(self: FolderStore, name: str) -> int | None:
        if "/01/" in name:
            with one_looks:
                asked.append(self.name)
                other = sqlite3.connect(house / "archive" / "register.db", timeout=0)
                other.execute("BEGIN IMMEDIATE")  # "locked" when somebody writes
                other.rollback()
                other.close()
        return real(self, name)

    monkeypatch.setattr(FolderStore, "size", size)
    assert execute(order_id, viewer=BINH, now=NOW).finished
    # Once before the order begins, once for the wave, and once right before each of the three stores.
    assert sorted(asked) == ["kho-a"] * 5 + ["kho-b"] * 5 + ["kho-c"] * 5


def test_a_copy_of_the_one_that_stays_that_goes_before_the_wave_spares_the_duplicate(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    stays, _goes, order_id = a_duplicate_to_destroy(town)
    began = destruction.erase_all

    def erase_all(*told: Any) -> Any:
        _a_copy_is_gone(stays)
        return began(*told)

    monkeypatch.setattr(destruction, "erase_all", erase_all)
    outcome = execute(order_id, viewer=BINH, now=NOW)
    assert [item.outcome for item in outcome.items] == ["refused"] and len(copies_of("02")) == 3
    assert "whole in: kho-b" in str(outcome.items[0].detail[0])


@pytest.mark.parametrize(("watch", "left"), [("index", 3), ("kho-a", 2), ("kho-b", 1)])
def test_a_copy_of_the_one_that_stays_that_goes_within_the_wave_spares_what_is_left_of_the_duplicate(
    town: Town, watch: str, left: int
) -> None:
    stays, _goes, order_id = a_duplicate_to_destroy(town)
    lose = once(lambda: _a_copy_is_gone(stays))
    outcome = execute(order_id, viewer=BINH, now=NOW, ask=real(watch, after=lose))
    assert [item.outcome for item in outcome.items] == ["refused"] and len(copies_of("02")) == left
    assert "whole in: kho-b" in str(outcome.items[0].detail[0])


def test_a_hold_on_the_one_that_stays_does_not_matter_and_one_on_the_duplicate_wins(town: Town) -> None:
    stays, goes = file_of(town, "01", "a"), file_of(town, "02", "a")
    night()
    order_id = listed(goes)
    place(stays)
    assert against(order_id, goes) == ""
    place(goes)
    assert "is held" in against(order_id, goes)


def test_another_ground_in_the_row_than_in_the_ledger_is_refused(town: Town) -> None:
    stays, goes = file_of(town, "01", "a"), file_of(town, "02", "a")
    night()
    order_id = listed(goes)
    with transaction() as session:
        session.execute(update(OrderItem).values(same_as=""))
        found = "; ".join(map(str, reasons_against(session, session.get_one(Order, order_id), now=NOW)))
    assert "same_as" in found and "not over before" in found
    assert stays


def test_its_notice_stays_until_its_list_has_ended_and_then_its_end_is_told_of(town: Town) -> None:
    file_of(town, "01", "a")
    goes = file_of(town, "02", "a")
    night()
    order_id = listed(goes)
    submit(order_id)
    end = datetime(2029, 12, 15, tzinfo=UTC)
    assert notice.auto_list(now=end) == 1  # 01, of which no list is under way
    assert goes in told()
    with transaction() as session:
        listing.abort(session, order_id, reason="Để hết hạn", viewer=AN, now=end)
    assert notice.auto_list(now=end) == 1 and goes not in told()


def test_the_ledger_brings_grounds_and_notices_back(town: Town) -> None:
    file_of(town, "01", "a")
    goes = file_of(town, "02", "a")
    night()
    listed(goes)
    tables = (ExpiryNotice, DisposalList, OrderItem, Order)
    with reading() as session:
        before = [table_digest(session, table) for table in tables]
        assert session.scalars(select(OrderItem.same_as)).one() == file_id("01")
    with transaction() as session:
        for table in tables:
            session.execute(delete(table))
        for event in list(read(session)):
            if event.verb is Verb.EXPIRY_NOTICE or "order" in event.payload:
                project(session, event)
    with reading() as session:
        assert [table_digest(session, table) for table in tables] == before
