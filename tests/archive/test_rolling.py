"""The round through all copies: a hundred faults are found and mended, the load is even, nothing stands in its way."""

from __future__ import annotations

import logging
import os
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from archive.checkpoints import write_checkpoint
from archive.copies import stores
from archive.custody import deposit, keep
from archive.errors import AlreadyStoredError
from archive.ledger.append import read
from archive.ledger.event import Event, Verb
from archive.ledger.mend import mend
from archive.ledger.seal import seal
from archive.ledger.verify import verify
from archive.rebuild import rebuild
from archive.register.agreements import MinutesCopy
from archive.register.digest import digest
from archive.register.models import Copy, CopyState, Package
from archive.register.rolls import Roll
from archive.register.session import engine, reading, transaction
from archive.rolling import look as looking
from archive.rolling.lost import lost
from archive.rolling.pace import owed, paid
from archive.rolling.roll import roll
from archive.rolling.round import roll_name
from archive.rolling.segments import roll_segments
from archive.rolling.standing import standing
from archive.stores.folder import FolderStore
from archive.stores.interface import Stored
from tests.archive.vault_builders import NOW, a_case_file, an_agency, being_erased, minuted

STORES = ("kho-a", "kho-b", "kho-c")
DAY = timedelta(days=1)
LATER = NOW + DAY
PERIOD = timedelta(days=180)


@pytest.fixture(autouse=True)
def _no_waiting_for_disks(monkeypatch: pytest.MonkeyPatch) -> None:
    """No power cut is tested here, and a hundred case files are some thousand flushes."""
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)


def object_in(house: Path, store: str, name: str) -> Path:
    return house / "archive/stores" / store / name


def filled(house: Path, count: int) -> list[str]:
    """Keep so many small case files; return the names of their packages."""
    names = []
    for number in range(count):
        case = a_case_file().with_(code=f"{number:03d}.2014.QD", words=(f"Quyết định số {number}",))
        facts, written = case.facts(), case.written(house / "work")
        copies = deposit(written.path, facts.name, written.sha256)
        with transaction() as session:
            if not number:
                an_agency(session)
            keep(session, facts, written, copies, actor="system:ingest", now=NOW)
        names.append(facts.name)
    return names


def flip(path: Path, chance: random.Random) -> None:
    data = bytearray(path.read_bytes())
    data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    path.write_bytes(bytes(data))


def delete(path: Path, chance: random.Random) -> None:
    path.unlink()


def truncate(path: Path, chance: random.Random) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: chance.randrange(len(data))])


FAULTS: tuple[tuple[Callable[[Path, random.Random], None], str], ...] = (
    (flip, "damaged"),
    (delete, "missing"),
    (truncate, "damaged"),
)


@dataclass(frozen=True)
class Hurt:
    """A copy that was hurt, and what it must be found to be."""

    store: str
    name: str
    found: str


def hurt(house: Path, names: list[str], count: int, seed: int) -> list[Hurt]:
    """Hurt so many copies, by chance, at most two of the three of each thing."""
    chance = random.Random(seed)
    places = [pair for name in names for pair in [(store, name) for store in chance.sample(STORES, 2)]]
    done = []
    for number, (store, name) in enumerate(chance.sample(places, count)):
        harm, found = FAULTS[number % len(FAULTS)]
        harm(object_in(house, store, name), chance)
        done.append(Hurt(store, name, found))
    return done


def repairs() -> list[Event]:
    with reading() as session:
        return [event for event in read(session) if event.verb is Verb.REPAIR]


def told(events: list[Event]) -> Counter[tuple[str, str]]:
    """What REPAIR events say was mended: store and what it was, so often."""
    return Counter((next(iter(event.payload["states"])), event.payload["was"]) for event in events)


def states() -> Counter[str]:
    with reading() as session:
        return Counter(session.scalars(select(Copy.state))) + Counter(
            session.scalars(select(MinutesCopy.state))
        )


def bytes_of(house: Path) -> dict[str, bytes]:
    """Everything in the three stores that has a name, to be compared before and after."""
    return {
        f"{store}/{name}": object_in(house, store, name).read_bytes()
        for store in STORES
        for name in next(s for s in stores() if s.name == store).names()
        if not name.startswith("_ledger/")
    }


def test_a_hundred_faults_in_three_stores_are_found_mended_and_told(house: Path) -> None:
    names = [*filled(house, 20), *(minuted(house, f"bb-{number}") for number in range(35))]
    before = bytes_of(house)
    wounds = hurt(house, names, 100, seed=20261126)

    done = roll(LATER, everything=True)

    assert len(done.mended) == 100
    assert (done.lost, done.troubles, done.away) == ([], [], [])
    assert done.copies == 3 * len(names)
    assert bytes_of(house) == before
    assert states() == {CopyState.VERIFIED: 3 * len(names)}
    assert told(repairs()) == Counter((wound.store, wound.found) for wound in wounds)
    by_package = {event.object_id for event in repairs()}
    with reading() as session:
        rows = {row.id: row.name for row in session.scalars(select(Package))}
    wounded = {wound.name for wound in wounds if wound.name.endswith(".zip")}
    assert {rows[id] for id in by_package if id in rows} == wounded
    # What was damaged is put aside, never deleted; what was missing left nothing to put aside.
    aside = [event for event in repairs() if event.payload["quarantined"]]
    assert len(aside) == sum(wound.found == "damaged" for wound in wounds)
    for event in aside:
        store = next(iter(event.payload["states"]))
        assert object_in(house, store, event.payload["quarantined"]).exists()
    again = roll(LATER + DAY, everything=True)
    assert (again.mended, again.copies) == ([], 3 * len(names))


def test_a_hundred_faults_with_one_store_away_are_mended_when_it_is_back(house: Path) -> None:
    names = [*filled(house, 20), *(minuted(house, f"bb-{number}") for number in range(35))]
    before = bytes_of(house)
    wounds = hurt(house, names, 100, seed=7)
    root = house / "archive/stores/kho-b"
    (house / "tangthu.toml").write_text(
        "[archive]\n"
        + "".join(f'[[archive.stores]]\nname = "{s}"\npath = "{house}/archive/stores/{s}"\n' for s in STORES)
    )
    root.rename(root.with_name("unplugged"))

    done = roll(LATER, everything=True)

    # Where the only good copy is in the store that is away, the two others have to wait for it.
    both = Counter(wound.name for wound in wounds if wound.store != "kho-b")
    waiting = {name for name, count in both.items() if count == 2}
    assert waiting, "the seed must hurt both reachable copies of something"
    assert done.away == ["kho-b"]
    assert done.lost == [], "a store that is away has the good copy: nothing is lost"
    assert len(done.troubles) == len(waiting)
    assert len(done.mended) == sum(wound.store != "kho-b" and wound.name not in waiting for wound in wounds)
    with reading() as session:
        assert lost(session) == []
        away = {one.store: one.away_since for one in standing(session, now=LATER).stores}
    assert away == {"kho-a": None, "kho-b": LATER, "kho-c": None}

    root.with_name("unplugged").rename(root)
    back = roll(LATER + DAY, everything=True)

    assert (back.lost, back.troubles, back.away) == ([], [], [])
    assert len(done.mended) + len(back.mended) == 100
    assert bytes_of(house) == before
    assert states() == {CopyState.VERIFIED: 3 * len(names)}
    assert told(repairs()) == Counter((wound.store, wound.found) for wound in wounds)


def test_what_no_store_has_a_good_copy_of_is_an_alarm(house: Path, caplog: pytest.LogCaptureFixture) -> None:
    name, other = filled(house, 2)
    for store in STORES:
        delete(object_in(house, store, name), random.Random(1))
    with caplog.at_level(logging.ERROR):
        done = roll(LATER, everything=True)
    assert done.lost == [name]
    assert f"no store has a good copy of {name}" in caplog.text
    with reading() as session:
        assert [one.name for one in lost(session)] == [name]
        there = standing(session, now=LATER)
    assert ([one.name for one in there.lost], there.lost_count) == ([name], 1)
    assert [one.bad for one in there.stores] == [1, 1, 1]
    assert all(object_in(house, store, other).exists() for store in STORES)


class Taken(FolderStore):
    """A store in which somebody is always quicker with other bytes under one name."""

    name_taken = ""

    def put(self, name: str, source: Path) -> Stored:
        if name == self.name_taken:
            raise AlreadyStoredError(f"store {self.name} already holds other bytes as {name}")
        return super().put(name, source)


def test_a_name_taken_by_other_bytes_keeps_no_other_copy_from_being_mended(house: Path) -> None:
    names = filled(house, 3)
    places = [Taken(store, house / "archive/stores" / store) for store in STORES]
    for place in places:
        place.name_taken = names[0]
    for store in STORES[:2]:
        object_in(house, store, names[0]).unlink()
    object_in(house, "kho-a", names[1]).unlink()
    done = roll(LATER, places=places, everything=True)
    assert len(done.mended) == 1 and done.mended[0].startswith("kho-a:package ")
    assert object_in(house, "kho-a", names[1]).exists()
    assert [names[0] in trouble for trouble in done.troubles] == [True]


def test_good_copies_are_one_event_a_batch_and_a_rebuild_knows_each(house: Path) -> None:
    filled(house, 12)
    minuted(house, "bb")
    roll(LATER, everything=True)
    with reading() as session:
        checks = [event for event in read(session) if event.verb is Verb.FIXITY_CHECK]
        before = digest(session)
    assert len(checks) == 1
    assert (checks[0].object_kind, checks[0].payload["copies"]) == ("holdings", 39)
    assert [part["stores"] for part in checks[0].payload["verified"]] == [list(STORES)]
    with transaction() as session:
        write_checkpoint(session, now=LATER)
    engine().dispose()
    for file in (house / "archive").glob("register.db*"):
        file.unlink()
    report = rebuild(now=LATER + DAY)
    assert (report.equal, report.lost_register) == (True, True)
    with reading() as session:
        assert digest(session) == before
        assert set(session.scalars(select(Copy.checked_at))) == {checks[0].at}


def test_the_load_is_spread_over_the_period_and_a_round_comes_through_in_it(
    house: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TANGTHU_ARCHIVE__FIXITY_PERIOD_DAYS", "20")
    names = filled(house, 5)
    roll(LATER)  # the round begins here
    read_on = [roll(LATER + day * DAY).copies for day in range(1, 22)]
    assert sum(read_on) == 3 * len(names)
    assert max(read_on) == 3  # one copy a store on the days on which one is due
    assert sum(read_on[:10]) == 6
    with reading() as session:
        oldest = min(session.scalars(select(Copy.checked_at)))
    assert oldest > LATER


def test_a_house_that_stood_still_catches_up_within_its_rate(
    house: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(house, 10)
    roll(LATER)
    monkeypatch.setenv("TANGTHU_ARCHIVE__FIXITY_MB_PER_SECOND", "1")
    with reading() as session:
        size = session.scalars(select(Package.size)).first() or 0
    seconds = 2.5 * size / 1_000_000  # at this rate a run may read three packages a store, and is over then
    done = roll(LATER + 90 * DAY, seconds=seconds)
    assert done.copies <= 9
    monkeypatch.setenv("TANGTHU_ARCHIVE__FIXITY_MB_PER_SECOND", "200")
    assert 12 <= done.copies + roll(LATER + 90 * DAY).copies <= 15  # half the round was owed


def test_a_kill_while_copies_are_read_costs_nothing_but_the_batch(
    house: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(house, 6)
    monkeypatch.setattr("archive.rolling.roll.BATCH_COPIES", 2)
    real, calls = looking.write_down, []

    def dies_at_the_second(session, good, *, now):  # type: ignore[no-untyped-def]
        calls.append(len(good))
        if len(calls) == 2:
            raise KeyboardInterrupt
        real(session, good, now=now)

    monkeypatch.setattr("archive.rolling.roll.write_down", dies_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        roll(LATER, everything=True)
    monkeypatch.setattr("archive.rolling.roll.write_down", real)
    assert roll(LATER, everything=True).copies == 12  # the six of the first batch are written down


def test_a_new_store_is_filled_first(house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = [*filled(house, 3), minuted(house, "bb")]
    roll(LATER, everything=True)
    (house / "fourth").mkdir()
    (house / "tangthu.toml").write_text(
        "[archive]\n"
        + "".join(f'[[archive.stores]]\nname = "{s}"\npath = "{house}/archive/stores/{s}"\n' for s in STORES)
        + f'[[archive.stores]]\nname = "kho-d"\npath = "{house}/fourth"\n'
    )
    done = roll(LATER + timedelta(hours=1))
    assert len(done.mended) == 4
    assert all((house / "fourth" / name).exists() for name in names)
    assert states() == {CopyState.VERIFIED: 16}


def test_a_case_file_that_is_being_destroyed_is_left_alone(house: Path) -> None:
    name, _ = filled(house, 2)
    object_in(house, "kho-a", name).unlink()
    with transaction() as session:
        package = session.scalars(select(Package).where(Package.name == name)).one()
        case_file_id = package.case_file_id
    being_erased(case_file_id)
    done = roll(LATER, everything=True)
    assert (done.mended, done.lost) == ([], [])
    assert not object_in(house, "kho-a", name).exists()
    with reading() as session:
        event = next(event for event in read(session) if event.object_kind == "holdings")
    assert event.payload["copies"] == 3  # the other one's


def test_segments_of_the_ledger_are_read_in_their_turn_and_written_again(
    house: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TANGTHU_ARCHIVE__SEAL_AFTER", "2")
    filled(house, 4)
    with transaction() as session:
        assert seal(session, now=NOW) == 6
    flip(object_in(house, "kho-a", "_ledger/segment-000002.jsonl"), random.Random(3))
    object_in(house, "kho-c", "_ledger/segment-000003.jsonl").unlink()
    roll_segments(LATER)
    found = [roll_segments(LATER + day * DAY) for day in range(1, 182)]
    assert [one.store for mended in found for one in mended.replaced] == ["kho-a"]
    assert [one for mended in found for one in mended.written] == ["kho-c:_ledger/segment-000003.jsonl"]
    with reading() as session:
        told = [
            (event.object_id, event.payload["store"]) for event in read(session) if event.verb is Verb.REPAIR
        ]
        assert told == [("_ledger/segment-000002.jsonl", "kho-a"), ("_ledger/segment-000003.jsonl", "kho-c")]
        assert verify(session) == []
        assert mend(session).troubles == ()


@pytest.mark.parametrize(
    ("total", "days", "due"),
    [
        (1800, 0, 0),
        (1800, 1, 10),
        (1800, 0.5, 5),
        (1800, 180, 1800),
        (1800, 5000, 1800),
        (1800, -3, 0),
        (0, 90, 0),
    ],
)
def test_what_is_owed(total: int, days: float, due: int) -> None:
    assert owed(total, NOW, NOW + timedelta(days=days), PERIOD) == due


@pytest.mark.parametrize(
    ("spent", "until"), [(0, NOW), (10, NOW + DAY), (20, NOW + 2 * DAY), (900, NOW + 3 * DAY)]
)
def test_what_is_paid_is_not_owed_again_and_nothing_is_paid_ahead(spent: int, until: datetime) -> None:
    assert paid(NOW, spent, 1800, NOW + 3 * DAY, PERIOD) == until


def test_a_round_that_came_through_is_told(house: Path) -> None:
    filled(house, 2)
    roll(LATER, everything=True)
    roll(LATER + DAY, everything=True)
    with reading() as session:
        assert session.get_one(Roll, roll_name("kho-a")).ended_at == LATER + DAY
        there = standing(session, now=LATER + DAY).stores[0]
    assert (there.store, there.copies, there.bad, there.progress) == ("kho-a", 2, 0, 100)
    assert there.oldest is not None
    assert there.oldest >= LATER + DAY
