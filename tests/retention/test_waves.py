"""Many case files at once: what a hold, a kill or a failure in the middle of a group does to each of them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest
from retention_town import BINH, NOW, Town, copies_of, place
from sqlalchemy import func, select
from test_destruction_run import WHERE, WatchedStore, end_state, outcome_of, real

from archive.alone import alone, work_on_copies
from archive.custody import stores
from archive.errors import TemporaryError
from archive.holders import Erasure, Holder, Said, Target, said_of
from archive.ledger.event import Verb
from archive.ledger.rows import EventRow
from archive.register.decisions import Receipt
from archive.register.session import reading
from archive.stores.interface import read_whole
from retention.destruction import execute
from retention.holds import Placed

IDS = ("1", "2", "3", "4")


@pytest.fixture
def four(town: Town, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the order over four case files that all go in the first wave, one after another at each store."""
    monkeypatch.setattr("retention.erasure.FIRST", 4)
    monkeypatch.setattr("archive.erasing.AT_A_TIME", 1)
    return town.ordered(*(town.store(f"0{id}", id=id) for id in IDS))


def once(do: Callable[[], object], *, at: int = 1) -> Callable[[], None]:
    """Return what does it at the call of that number only."""
    calls = [0]

    def call() -> None:
        calls[0] += 1
        if calls[0] == at:
            do()

    return call


@pytest.mark.parametrize(("watch", "left", "receipts"), [("index", 3, 0), ("kho-a", 3, 1), ("kho-b", 2, 2)])
def test_a_hold_placed_while_a_holder_is_at_work_saves_what_it_has_not_come_to(
    four: str, watch: str, left: int, receipts: int
) -> None:
    placed: list[Placed] = []
    hold = once(lambda: placed.append(place("4")))
    outcome = execute(four, viewer=BINH, now=NOW, ask=real(watch, after=hold))
    assert placed[0].too_late == ()
    assert outcome.finished and outcome_of(outcome) == ("done", "done", "done", "held")
    assert len(copies_of("04")) == left and copies_of("01") == copies_of("02") == copies_of("03") == []
    with reading() as session:
        told = set(session.scalars(select(Receipt.holder).where(Receipt.case_file_id == "4")))
    assert len(told) == receipts  # none of a holder that was not asked for it


def test_a_hold_placed_while_the_last_store_is_at_work_is_too_late_for_all_it_was_asked_for(
    four: str,
) -> None:
    placed: list[Placed] = []
    hold = once(lambda: placed.append(place("4")))
    outcome = execute(four, viewer=BINH, now=NOW, ask=real("kho-c", after=hold))
    assert placed[0].too_late == ("4",)
    assert outcome_of(outcome) == ("done",) * 4 and copies_of("04") == []


@pytest.mark.parametrize("watch", WHERE)
@pytest.mark.parametrize("number", [2, 4])
def test_killed_in_the_middle_of_a_group_a_second_run_ends_in_the_same_state(
    four: str, in_child: Callable[[Callable[[], object]], int], watch: str, number: int
) -> None:
    die = once(lambda: os._exit(137), at=number)
    assert in_child(lambda: execute(four, viewer=BINH, now=NOW, ask=real(watch, after=die))) == 137
    assert execute(four, viewer=BINH, now=NOW, ask=real()).finished
    state, items, receipts, files, copies = end_state(four)  # type: ignore[misc]
    assert (state, {outcome for _, outcome in items}, set(files)) == ("done", {"done"}, {"destroyed"})
    assert len(receipts) == 16 and all(gone for _, _, gone in receipts)
    assert copies == copies_of("02") == copies_of("03") == copies_of("04") == []


def test_a_hold_after_a_kill_at_the_last_store_saves_those_whose_copy_is_there(
    four: str, in_child: Callable[[Callable[[], object]], int]
) -> None:
    die = once(lambda: os._exit(137), at=2)
    in_child(lambda: execute(four, viewer=BINH, now=NOW, ask=real("kho-c", after=die)))
    assert [place(id).too_late for id in ("2", "3")] == [("2",), ("3",)]
    outcome = execute(four, viewer=BINH, now=NOW, ask=real())
    assert outcome_of(outcome) == ("done", "done", "held", "done")
    assert len(copies_of("03")) == 1 and copies_of("02") == []


def test_a_hold_after_a_kill_saves_no_copy_that_is_overwritten_already(
    four: str, in_child: Callable[[Callable[[], object]], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def run() -> None:
        unlink = os.unlink

        def die(place: str | os.PathLike[str], **told: object) -> None:
            if "/kho-c/" in str(place) and str(place).endswith(".zip"):
                os._exit(137)
            unlink(place, **told)

        monkeypatch.setattr("archive.wiping.os.unlink", die)
        execute(four, viewer=BINH, now=NOW, ask=real())

    assert in_child(run) == 137
    assert copies_of("01") == copies_of("02") == ["kho-c"]  # by name; of 01 these are zeros
    assert place("1").too_late == ("1",) and place("2").too_late == ("2",)
    outcome = execute(four, viewer=BINH, now=NOW, ask=real())
    assert outcome_of(outcome) == ("done", "held", "done", "done")
    assert copies_of("01") == [] and copies_of("02") == ["kho-c"]


def die_at_unlinking(
    order_id: str, monkeypatch: pytest.MonkeyPatch, *, before: Callable[[str], None] = lambda _place: None
) -> None:
    """Carry out until kho-c is to unlink a second package, and die; something happens to each right before."""
    unlink, calls = os.unlink, [0]

    def die(place: str | os.PathLike[str], **told: object) -> None:
        if "/kho-c/" in str(place) and str(place).endswith(".zip"):
            before(str(place))
            calls[0] += 1
            if calls[0] == 2:
                os._exit(137)
        unlink(place, **told)

    monkeypatch.setattr("archive.wiping.os.unlink", die)
    execute(order_id, viewer=BINH, now=NOW, ask=real())


def test_a_hold_after_a_kill_saves_no_case_file_of_which_one_version_is_gone(
    town: Town, in_child: Callable[[Callable[[], object]], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    id = town.store("01", id="1")
    town.store("01", id=id, version=2)
    order_id = town.ordered(id)
    whole = {name: read_whole(stores()[2], name) for name in stores()[2].names("h37/")}

    def put_back(place: str) -> None:  # v0002 is whole when the machine dies; v0001 is unlinked by then
        if place.endswith("v0002.zip"):
            Path(place).write_bytes(next(data for name, data in whole.items() if place.endswith(name)))

    assert in_child(lambda: die_at_unlinking(order_id, monkeypatch, before=put_back)) == 137
    (left,) = stores()[2].names("h37/")
    assert left.endswith("v0002.zip") and read_whole(stores()[2], left) == whole[left]
    assert place(id).too_late == (id,)
    assert outcome_of(execute(order_id, viewer=BINH, now=NOW, ask=real())) == ("done",)
    assert not list(stores()[2].names("h37/"))


def test_a_hold_after_a_kill_saves_a_case_file_whose_versions_are_all_whole(
    town: Town, in_child: Callable[[Callable[[], object]], int]
) -> None:
    id = town.store("01", id="1")
    town.store("01", id=id, version=2)
    order_id = town.ordered(id)
    die = once(lambda: os._exit(137))
    assert in_child(lambda: execute(order_id, viewer=BINH, now=NOW, ask=real("kho-c", before=die))) == 137
    assert place(id).too_late == (id,)
    assert outcome_of(execute(order_id, viewer=BINH, now=NOW, ask=real())) == ("held",)
    assert len(list(stores()[2].names("h37/"))) == 2


def test_a_hold_after_a_power_cut_saves_no_copy_whose_end_is_overwritten(
    four: str, in_child: Callable[[Callable[[], object]], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    begins = read_whole(stores()[2], next(name for name in stores()[2].names() if "/02/" in name))[:64]

    def keep_the_beginning(place: str) -> None:
        with Path(place).open("r+b") as stream:  # the disk had written the last blocks, and not the first one
            stream.write(begins)

    assert in_child(lambda: die_at_unlinking(four, monkeypatch, before=keep_the_beginning)) == 137
    assert copies_of("02") == ["kho-c"]
    assert place("2").too_late == ("2",)
    assert outcome_of(execute(four, viewer=BINH, now=NOW, ask=real())) == ("done",) * 4
    assert copies_of("02") == []


def test_one_a_store_cannot_erase_keeps_none_of_the_others(four: str) -> None:
    def fail() -> None:
        raise TemporaryError("store kho-b: read only")

    first = execute(four, viewer=BINH, now=NOW, ask=real("kho-b", before=once(fail, at=2)))
    assert outcome_of(first) == ("done", "erasing", "done", "done")
    assert "read only" in str(first.items[1].detail[0]) and copies_of("02") == ["kho-b", "kho-c"]
    assert execute(four, viewer=BINH, now=NOW, ask=real()).finished and copies_of("02") == []


def test_one_that_is_being_repaired_waits_for_the_next_run(four: str) -> None:
    with alone(work_on_copies("3")):
        first = execute(four, viewer=BINH, now=NOW, ask=real())
    assert outcome_of(first) == ("done", "done", "", "done")
    assert "right now" in str(first.items[2].detail[0]) and len(copies_of("03")) == 3
    assert execute(four, viewer=BINH, now=NOW, ask=real()).finished


def test_every_receipt_of_a_holder_is_in_the_ledger_before_the_next_one_is_asked(four: str) -> None:
    seen: list[int] = []

    def look() -> None:
        with reading() as session:
            told = select(func.count()).where(EventRow.verb == Verb.ERASE.value)
            seen.append(session.scalar(told) or 0)

    ask = [WatchedStore(store, before=once(look)) for store in stores()]
    assert execute(four, viewer=BINH, now=NOW, ask=ask).finished
    assert seen == [0, 4, 8]


def test_a_holder_of_many_is_asked_once_for_all_of_a_wave(four: str) -> None:
    class Together:
        name = "together"

        def __init__(self) -> None:
            self.asked: list[list[str]] = []

        def erase(self, target: Target) -> Erasure:
            return Erasure(self.name, "1 line", "clear", NOW, True)

        def erase_many(self, targets: Iterable[Target]) -> Iterator[tuple[Target, Said]]:
            some = list(targets)
            self.asked.append([target.case_file_id for target in some])
            yield from ((target, said_of(self, target)) for target in some)

    together = Together()
    ask: list[Holder] = [together, *real()[1:]]
    assert execute(four, viewer=BINH, now=NOW, ask=ask).finished
    assert together.asked == [list(IDS)]


def test_the_first_wave_is_one_case_file_and_the_next_has_more(town: Town) -> None:
    order_id = town.ordered(*(town.store(f"0{id}", id=id) for id in IDS))
    begun: list[int] = []

    def look() -> None:
        with reading() as session:
            told = select(EventRow).where(EventRow.verb == Verb.DESTROY.value)
            begun.append(sum(row.payload["outcome"] == "erasing" for row in session.scalars(told)))

    assert execute(order_id, viewer=BINH, now=NOW, ask=real("index", before=look)).finished
    assert begun == [1, 5, 5, 5]  # the first is marked twice: its last copy too
