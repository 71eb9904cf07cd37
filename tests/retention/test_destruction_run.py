"""Carrying out: erased everywhere and proven, stopped by a hold, started again after anything."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import pytest
from retention_town import AGENCY, AN, BINH, NOW, Town, copies_of, person, place
from sqlalchemy import select

from archive.custody import StoreHolder, stores
from archive.erasing_again import ErasedAgain, erase_again
from archive.errors import TemporaryError
from archive.holders import Erasure, Holder, Target, holders
from archive.ledger.append import append
from archive.ledger.event import Verb
from archive.ledger.rows import EventRow
from archive.register.decisions import Order, OrderItem, Receipt
from archive.register.models import CaseFile, CaseFileState, Component, Copy, Record
from archive.register.projection import apply
from archive.register.session import reading, transaction
from archive.stores.interface import Store
from archive.viewer import Role
from retention.appraisal import set_period
from retention.destruction import Outcome, execute
from retention.errors import RetentionError
from retention.explain import explain
from retention.holds import Placed


@dataclass
class Shelf:
    """A holder for tests: has what it was given, does what it is told before and after erasing."""

    name: str
    before: Callable[[], object] = lambda: None
    after: Callable[[], object] = lambda: None
    gone: bool = True
    expires_on: date | None = None
    asked: list[str] = field(default_factory=list)

    def erase(self, target: Target) -> Erasure:
        self.before()
        self.asked.append(target.code)
        self.after()
        return Erasure(self.name, "1 index document", "clear", datetime.now(UTC), self.gone, self.expires_on)


class WatchedStore(StoreHolder):
    """A real store as holder, with something happening before and after it erases."""

    def __init__(
        self,
        store: Store,
        before: Callable[[], object] = lambda: None,
        after: Callable[[], object] = lambda: None,
    ) -> None:
        super().__init__(store)
        self.before, self.after = before, after

    def erase(self, target: Target) -> Erasure:
        self.before()
        receipt = super().erase(target)
        self.after()
        return receipt


def real(
    watch: str = "", before: Callable[[], object] = lambda: None, after: Callable[[], object] = lambda: None
) -> list[Holder]:
    """Return an index and the three real stores; something happens around the one named."""
    nothing = lambda: None  # noqa: E731
    found: list[Holder] = [Shelf("index", *((before, after) if watch == "index" else (nothing, nothing)))]
    for store in stores():
        around = (before, after) if watch == store.name else (nothing, nothing)
        found.append(WatchedStore(store, *around))
    return found


def end_state(order_id: str) -> object:
    """Return all that matters of how an order ended."""
    with reading() as session:
        order = session.get_one(Order, order_id)
        return (
            order.state,
            [(item.case_file_id, item.outcome) for item in order.items],
            [
                (row.case_file_id, row.holder, row.gone)
                for row in session.scalars(
                    select(Receipt).where(Receipt.order_id == order_id).order_by(Receipt.holder)
                )
            ],
            [session.get_one(CaseFile, item.case_file_id).state for item in order.items],
            copies_of("01"),
        )


def outcome_of(outcome: Outcome) -> tuple[str, ...]:
    return tuple(item.outcome for item in outcome.items)


def test_a_destroyed_case_file_is_in_no_store_and_leaves_a_tombstone(town: Town) -> None:
    case_file_id, other = town.store("01", documents=("5 năm",)), town.store("02")
    order_id = town.ordered(case_file_id)
    outcome = execute(order_id, viewer=BINH, now=NOW)
    assert outcome.finished and outcome_of(outcome) == ("done",)
    assert copies_of("01") == [] and len(copies_of("02")) == 3
    with reading() as session:
        stone = session.get_one(CaseFile, case_file_id)
        assert (stone.state, stone.gone_order_id) == (CaseFileState.DESTROYED, order_id)
        assert stone.title and stone.gone_at and stone.description == {}
        assert session.scalars(select(Record.id).where(Record.case_file_id == case_file_id)).all() == []
        assert session.scalars(select(Component.id)).all() == []
        assert {copy.state for copy in session.scalars(select(Copy)) if copy.package_id == stone.packages[0].id} == {
            "erased"
        }  # fmt: skip
        assert session.get_one(CaseFile, other).state == CaseFileState.STORED
        receipts = session.scalars(select(Receipt).where(Receipt.case_file_id == case_file_id)).all()
        assert {r.holder for r in receipts} == {holder.name for holder in holders()}
        assert all(receipt.gone for receipt in receipts)
        assert session.get_one(Order, order_id).state == "done"
        assert explain(session, case_file_id)[-1].code == "destroyed"
    for path in town.folder.rglob("*.zip"):
        if path.parent != town.folder:  # the pipeline's own copies of this test
            assert b"words of 01 " not in path.read_bytes()


def test_the_ledger_tells_the_run_in_order(town: Town) -> None:
    case_file_id = town.store("01")
    execute(town.ordered(case_file_id), viewer=BINH, now=NOW, ask=real())
    with reading() as session:
        told = [
            (row.verb, row.payload.get("outcome") or row.payload.get("holder"))
            for row in session.scalars(
                select(EventRow).where(
                    EventRow.object_id == case_file_id,
                    EventRow.verb.in_([Verb.DESTROY.value, Verb.ERASE.value]),
                ).order_by(EventRow.seq)
            )
        ]  # fmt: skip
    assert told == [
        ("DESTROY", "erasing"),
        ("ERASE", "index"),
        ("ERASE", "store:kho-a"),
        ("ERASE", "store:kho-b"),
        ("DESTROY", "erasing"),
        ("ERASE", "store:kho-c"),
        ("DESTROY", "done"),
    ]


def test_carrying_it_out_again_changes_nothing(town: Town) -> None:
    order_id = town.ordered(town.store("01"))
    first = execute(order_id, viewer=BINH, now=NOW)
    with reading() as session:
        before = session.scalars(select(EventRow.sha256)).all()
    assert execute(order_id, viewer=BINH, now=NOW) == first
    with reading() as session:
        assert session.scalars(select(EventRow.sha256)).all() == before


WHERE = ["index", "kho-a", "kho-b", "kho-c"]


@pytest.mark.parametrize("watch", WHERE)
@pytest.mark.parametrize("moment", ["before", "after"])
def test_killed_at_any_holder_a_second_run_ends_in_the_same_state(
    town: Town, in_child: Callable[[Callable[[], object]], int], watch: str, moment: str
) -> None:
    order_id = town.ordered(town.store("01"), town.store("02"))
    killed = in_child(
        lambda: execute(order_id, viewer=BINH, now=NOW, ask=real(watch, **{moment: lambda: os._exit(137)}))
    )
    assert killed == 137
    with reading() as session:
        assert session.get_one(Order, order_id).state == "executing"
    assert execute(order_id, viewer=BINH, now=NOW, ask=real()).finished
    state, items, receipts, files, copies = end_state(order_id)  # type: ignore[misc]
    assert state == "done" and [outcome for _, outcome in items] == ["done", "done"]
    assert len(receipts) == 8 and all(gone for _, _, gone in receipts)
    assert set(files) == {CaseFileState.DESTROYED} and copies == []


@pytest.mark.parametrize("number", range(1, 11))
def test_killed_at_any_step_of_the_clock_a_second_run_ends_in_the_same_state(
    town: Town, in_child: Callable[[Callable[[], object]], int], number: int
) -> None:
    order_id = town.ordered(town.store("01"))
    left = [number]

    def clock() -> datetime:
        left[0] -= 1
        if left[0] == 0:
            os._exit(137)
        return NOW

    assert in_child(lambda: execute(order_id, viewer=BINH, now=NOW, ask=real(), clock=clock)) == 137
    assert execute(order_id, viewer=BINH, now=NOW, ask=real()).finished
    state, items, receipts, files, copies = end_state(order_id)  # type: ignore[misc]
    assert (state, items[0][1], files, copies) == ("done", "done", ["destroyed"], [])
    assert len(receipts) == 4


def test_a_holder_that_fails_leaves_the_item_erasing_and_the_others_go_on(town: Town) -> None:
    bad, good = sorted([town.store("01"), town.store("02")])
    order_id = town.ordered(bad, good)
    broken = [True]

    def fail() -> None:
        if broken[0]:
            broken[0] = False
            raise TemporaryError("store kho-b: not mounted")

    first = execute(order_id, viewer=BINH, now=NOW, ask=real("kho-b", before=fail))
    assert not first.finished and outcome_of(first) == ("erasing", "done")
    assert "not mounted" in str(first.items[0].detail[0])
    second = execute(order_id, viewer=BINH, now=NOW, ask=real())
    assert second.finished and outcome_of(second) == ("done", "done")


def test_a_holder_that_still_has_it_keeps_the_item_open(town: Town) -> None:
    order_id = town.ordered(town.store("01"))
    liar = Shelf("index", gone=False)
    outcome = execute(order_id, viewer=BINH, now=NOW, ask=[liar, *real()[1:]])
    assert not outcome.finished and outcome_of(outcome) == ("erasing",)
    assert len(copies_of("01")) == 3  # the stores were not even asked
    liar.gone = True
    assert execute(order_id, viewer=BINH, now=NOW, ask=[liar, *real()[1:]]).finished


def test_a_backup_may_promise_a_day(town: Town) -> None:
    order_id = town.ordered(town.store("01"))
    backup = Shelf("backup", gone=False, expires_on=date(2026, 9, 1))
    assert execute(order_id, viewer=BINH, now=NOW, ask=[backup, *real()]).finished
    with reading() as session:
        receipts = session.scalars(select(Receipt).where(Receipt.holder == "backup")).all()
    assert [receipt.expires_on for receipt in receipts] == [date(2026, 9, 1)]


def test_a_held_one_on_a_list_of_two_is_spared_and_the_other_goes(town: Town) -> None:
    held, free = town.store("01"), town.store("02")
    order_id = town.ordered(held, free)
    place(held)
    outcome = execute(order_id, viewer=BINH, now=NOW)
    assert outcome.finished
    assert {item.case_file_id: item.outcome for item in outcome.items} == {held: "held", free: "done"}
    assert len(copies_of("01")) == 3 and copies_of("02") == []


def test_one_whose_package_changed_on_a_list_of_two_is_spared(town: Town) -> None:
    changed, same = town.store("01"), town.store("02")
    order_id = town.ordered(changed, same)
    town.store("01", version=2, id=changed)
    outcome = execute(order_id, viewer=BINH, now=NOW)
    assert {item.case_file_id: item.outcome for item in outcome.items} == {changed: "refused", same: "done"}
    assert len(copies_of("01")) == 3


@pytest.mark.parametrize(
    ("watch", "left"),
    [("index", 3), ("kho-a", 2), ("kho-b", 1)],
)
def test_a_hold_placed_while_the_run_erases_stops_that_file(town: Town, watch: str, left: int) -> None:
    case_file_id, other = town.store("01", id="1"), town.store("02", id="2")  # in this order
    order_id = town.ordered(case_file_id, other)
    placed: list[Placed] = []

    def hold_once() -> None:
        if not placed:
            placed.append(place(case_file_id))

    outcome = execute(order_id, viewer=BINH, now=NOW, ask=real(watch, after=hold_once))
    assert placed[0].too_late == ()
    ends = {item.case_file_id: item for item in outcome.items}
    assert (ends[case_file_id].outcome, ends[other].outcome) == ("held", "done")
    assert "by a hold: Thanh tra" in str(ends[case_file_id].detail[0])
    assert len(copies_of("01")) == left
    with reading() as session:
        assert session.get_one(CaseFile, case_file_id).state == CaseFileState.STORED
    again = execute(order_id, viewer=BINH, now=NOW, ask=real())
    assert again == execute(order_id, viewer=BINH, now=NOW, ask=real())
    assert len(copies_of("01")) == left


def test_a_hold_placed_after_the_last_copy_is_told_that_it_is_too_late(town: Town) -> None:
    case_file_id = town.store("01")
    order_id = town.ordered(case_file_id)
    placed: list[Placed] = []
    outcome = execute(
        order_id, viewer=BINH, now=NOW, ask=real("kho-c", after=lambda: placed.append(place(case_file_id)))
    )
    assert outcome_of(outcome) == ("done",)
    assert placed[0].too_late == (case_file_id,)


@pytest.mark.parametrize(("moment", "ends", "left"), [("before", "held", 1), ("after", "done", 0)])
def test_a_hold_after_a_crash_at_the_last_store_wins_if_the_copy_is_still_there(
    town: Town, in_child: Callable[[Callable[[], object]], int], moment: str, ends: str, left: int
) -> None:
    case_file_id = town.store("01")
    order_id = town.ordered(case_file_id)
    in_child(
        lambda: execute(order_id, viewer=BINH, now=NOW, ask=real("kho-c", **{moment: lambda: os._exit(137)}))
    )
    assert place(case_file_id).too_late == (case_file_id,)
    assert outcome_of(execute(order_id, viewer=BINH, now=NOW, ask=real())) == (ends,)
    assert len(copies_of("01")) == left


def test_a_copy_that_a_repair_brings_back_meanwhile_is_erased_too(town: Town) -> None:
    case_file_id = town.store("01")
    order_id = town.ordered(case_file_id)
    first = stores()[0]
    name = next(name for name in first.names() if "/01/" in name)
    source = next(path for path in town.folder.glob("*.zip"))
    repaired: list[object] = []

    def repair_once() -> None:
        if not repaired:
            repaired.append(first.put(name, source))

    outcome = execute(order_id, viewer=BINH, now=NOW, ask=real("kho-b", after=repair_once))
    assert repaired and outcome.finished and copies_of("01") == []


def test_two_runs_of_one_order_at_once_are_refused(town: Town) -> None:
    order_id = town.ordered(town.store("01"))
    seen: list[str] = []

    def run_beside() -> None:
        with pytest.raises(TemporaryError, match="right now"):
            execute(order_id, viewer=person("khanh", Role.HEAD), now=NOW)
        seen.append("refused")

    assert execute(order_id, viewer=BINH, now=NOW, ask=real("index", before=run_beside)).finished
    assert seen == ["refused"]


def test_without_any_holder_nothing_is_destroyed(town: Town) -> None:
    from archive.errors import OrderRefusedError

    order_id = town.ordered(town.store("01"))
    with pytest.raises(OrderRefusedError, match="no holder"):
        execute(order_id, viewer=BINH, now=NOW, ask=[])


def test_items_not_begun_within_15_days_are_refused_when_a_run_is_taken_up_again(
    town: Town, in_child: Callable[[Callable[[], object]], int]
) -> None:
    ids = sorted(
        town.store(code, regime="R2", ended=date(2019, 1, 1), maintenance="5 năm") for code in ("01", "02")
    )
    order_id = town.ordered(*ids)
    in_child(lambda: execute(order_id, viewer=BINH, now=NOW, ask=real("kho-a", after=lambda: os._exit(1))))
    outcome = execute(order_id, viewer=BINH, now=NOW + timedelta(days=30), ask=real())
    assert outcome.finished
    assert outcome_of(outcome) == ("done", "refused")  # what was begun is finished, nothing new is begun


def lengthen(case_file_id: str) -> None:
    """Make the case file permanent, as the ledger would: the council did not know that."""
    facts = {
        "permanent": True,
        "retention_years": None,
        "last_day": None,
        "eligible_from": None,
        "basis": None,
    }
    with transaction() as session:
        apply(
            session,
            append(
                session, Verb.RETENTION_CHANGE, actor="x", kind="case-file", id=case_file_id, payload=facts
            ),
        )


@pytest.mark.parametrize(
    ("watch", "moment", "ends", "left"),
    [
        ("kho-a", "after", "refused", 2),
        ("kho-c", "before", "refused", 1),  # the last store was begun, its copy is still there
        ("kho-c", "after", "done", 0),  # nothing is left that could be spared
    ],
)
def test_whatever_speaks_against_it_by_then_stops_a_run_taken_up_again_until_the_last_copy(
    town: Town,
    in_child: Callable[[Callable[[], object]], int],
    watch: str,
    moment: str,
    ends: str,
    left: int,
) -> None:
    case_file_id = town.store("01")
    order_id = town.ordered(case_file_id)
    in_child(
        lambda: execute(order_id, viewer=BINH, now=NOW, ask=real(watch, **{moment: lambda: os._exit(137)}))
    )
    lengthen(case_file_id)
    outcome = execute(order_id, viewer=BINH, now=NOW, ask=real())
    assert outcome_of(outcome) == (ends,) and len(copies_of("01")) == left
    if ends == "refused":
        why, so_far = map(str, outcome.items[0].detail)
        assert "kept permanently" in why
        assert "already erased: index" in so_far


def test_a_period_is_not_set_any_more_once_holders_are_asked(town: Town) -> None:
    case_file_id = town.store("01")
    order_id = town.ordered(case_file_id)
    seen: list[str] = []

    def lengthen_it() -> None:
        with transaction() as session, pytest.raises(RetentionError, match="is being destroyed"):
            set_period(session, case_file_id, "Vĩnh viễn", reason="Giá trị lịch sử", viewer=AN, now=NOW)
        seen.append("refused")

    assert execute(order_id, viewer=BINH, now=NOW, ask=real("index", before=lengthen_it)).finished
    assert seen == ["refused"]


def test_each_receipt_of_a_run_in_the_background_bears_its_own_time(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    from retention import tasks

    order_id = town.ordered(town.store("01"), now=datetime.now(UTC))
    ask = real("kho-b", before=lambda: time.sleep(0.2))
    monkeypatch.setattr("retention.destruction.holders", lambda: ask)
    tasks.execute(order_id, BINH.name, {AGENCY: [str(Role.ARCHIVIST)]})
    with reading() as session:
        times = {row.holder: row.at for row in session.scalars(select(Receipt))}
    assert times["store:kho-b"] - times["store:kho-a"] > timedelta(seconds=0.2)


def test_the_item_rows_say_what_happened(town: Town) -> None:
    case_file_id = town.store("01")
    order_id = town.ordered(case_file_id)
    execute(order_id, viewer=BINH, now=NOW)
    with reading() as session:
        item = session.get_one(OrderItem, (order_id, case_file_id))
        assert (item.outcome, item.detail) == ("done", "") and item.outcome_at is not None


def test_what_was_destroyed_and_lies_in_a_store_again_is_erased_again_with_a_receipt(town: Town) -> None:
    case_file_id, other = town.store("01"), town.store("02")
    with reading() as session:
        name = session.get_one(CaseFile, case_file_id).packages[0].name
    (store, *_) = stores()
    with store.open(name) as stream:
        held = stream.read()
    order_id = town.ordered(case_file_id)
    assert execute(order_id, viewer=BINH, now=NOW).finished
    assert erase_again(actor="khanh", now=NOW) == ErasedAgain((), ())
    (town.folder / "again.zip").write_bytes(held)
    store.put(name, town.folder / "again.zip")
    assert erase_again(actor="khanh", now=NOW) == ErasedAgain((f"kho-a:{name}",), ())
    assert copies_of("01") == [] and len(copies_of("02")) == 3
    with reading() as session:
        receipt = session.get_one(Receipt, (order_id, case_file_id, "store:kho-a"))
        assert receipt.gone and receipt.what == f"{name}, {len(held)} bytes"
        assert session.get_one(CaseFile, other).state == CaseFileState.STORED
