"""Infected deliveries: two people release or destroy them, never one; the scanner is asked again."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from gathering_world import OFFICE, SHORT, World, codes, furnish, ledger, owed, paper, row, state
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from archive.errors import NotAllowedError, NotFoundError
from archive.ledger.append import read
from archive.rebuild import rebuild
from archive.register.base import Base
from archive.register.digest import table_digest
from archive.register.infected import QuarantineRequest, Wish
from archive.register.migrate import upgrade
from archive.register.models import Submission
from archive.register.session import engine, reading, transaction
from archive.viewer import Role, Viewer
from archive.wiping import Wiped
from ingest import quarantine, tidying, virus
from ingest.errors import IngestError, ToolMissingError
from ingest.infected import deciding, holding
from ingest.steps.scan import scan
from ingest.tasks import wipe_infected

MARK = b"an innocent macro the scanner does not like"
AN = Viewer("an", {OFFICE: frozenset({Role.ARCHIVIST})})
CHI = Viewer("chi", {OFFICE: frozenset({Role.HEAD})})
KHANH = Viewer("khanh", {"*": frozenset({Role.ADMINISTRATOR})})
BOTH = Viewer("an", {OFFICE: frozenset({Role.ARCHIVIST, Role.HEAD, Role.ADMINISTRATOR})})
FAR = Viewer("xa", {"G09.02": frozenset({Role.ARCHIVIST, Role.HEAD})})
OFFICIAL = Viewer("giang", {OFFICE: frozenset({Role.OFFICIAL})})


class Scanner:
    """What clamd says, as its own words on its socket would be read; the real one is in tests/services."""

    def __init__(self) -> None:
        self.signature = "Doc.Macro.Odd-1"
        self.down = False
        self.asked = 0

    def __call__(self, path: Path, **_: object) -> virus.Scan:
        self.asked += 1
        if self.down:
            raise ToolMissingError("clamd", "does not answer")
        bad = self.signature and MARK in path.read_bytes()
        reply = f"stream: {self.signature} FOUND" if bad else "stream: OK"
        return virus.judge(reply, "ClamAV 1.4.3/27800/Mon Nov 24 09:00:00 2026")


@pytest.fixture
def scanner(monkeypatch: pytest.MonkeyPatch) -> Scanner:
    made = Scanner()
    monkeypatch.setattr(virus, "scan", made)
    return made


@pytest.fixture
def world(house: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scanner: Scanner) -> Iterator[World]:
    Base.metadata.drop_all(engine())  # made as the program does, for the test that rebuilds
    upgrade(engine())
    furnish(monkeypatch)
    (tmp_path / "sent").mkdir()
    yield World(tmp_path / "sent", steps={**SHORT, "scan": scan})


@pytest.fixture
def infected(world: World) -> str:
    marked = paper(world.folder, "a") + b"\n%" + MARK
    one = world.sent(world.letter(attachments=(("bc.pdf", marked, True),)))
    assert (state(one), codes(one)) == ("refused", ["VIRUS"])
    return one


def ask(one: str, wish: Wish = Wish.RELEASE, viewer: Viewer = AN, reason: str = "báo nhầm") -> str:
    with transaction() as session:
        return deciding.ask(session, one, wish=wish, reason=reason, viewer=viewer, now=datetime.now(UTC))


def answer(request: str, viewer: Viewer = CHI, *, agree: bool = True, remark: str = "đã xem") -> str:
    with transaction() as session:
        return deciding.answer(
            session, request, agree=agree, remark=remark, viewer=viewer, now=datetime.now(UTC)
        ).state


def said(submission_id: str) -> list[dict]:  # type: ignore[type-arg]
    with reading() as session:
        return [
            {"actor": event.actor, "role": event.role, **event.payload["quarantine"]}
            for event in read(session)
            if event.object_id == submission_id and "quarantine" in event.payload
        ]


def requests() -> list[QuarantineRequest]:
    with reading() as session:
        return list(session.scalars(select(QuarantineRequest)))


# --- released


def test_two_people_release_it_and_the_pipeline_goes_on_where_it_stopped(
    world: World, infected: str, scanner: Scanner
) -> None:
    before = scanner.asked
    assert answer(ask(infected)) == "released"
    assert state(infected) == "received"
    world.run(infected)
    assert (state(infected), codes(infected)) == ("gathering", ["VIRUS_RELEASED"])
    assert scanner.asked > before
    assert [step.step for step in row(infected).steps] == ["unpack", "heed", "scan", "look", "gather"]
    assert [(one["actor"], one["role"], one["state"]) for one in said(infected)] == [
        ("an", "archivist", "open"),
        ("chi", "head", "released"),
    ]
    assert [status for status, _ in owed(infected)] == ["01", "02"]


def test_the_new_scan_is_by_the_signatures_of_now(world: World, infected: str, scanner: Scanner) -> None:
    answer(ask(infected))
    scanner.signature = ""  # the false alarm was mended by its makers
    world.run(infected)
    assert (state(infected), codes(infected)) == ("gathering", [])


def test_another_suspicion_is_not_covered_by_the_release(
    world: World, infected: str, scanner: Scanner
) -> None:
    answer(ask(infected))
    scanner.signature = "Doc.Trojan.Real-7"
    world.run(infected)
    assert (state(infected), codes(infected)) == ("refused", ["VIRUS"])
    with reading() as session:
        (held,) = holding.listing(session, viewer=AN)
    assert [one.signature for one in held.files] == ["Doc.Trojan.Real-7"]


def test_while_the_scanner_is_down_what_is_released_waits(
    world: World, infected: str, scanner: Scanner
) -> None:
    answer(ask(infected))
    scanner.down = True
    assert world.run(infected) == "waiting"
    assert (state(infected), row(infected).step, bool(row(infected).waiting)) == ("checking", "scan", True)
    scanner.down = False
    world.run(infected)
    assert state(infected) == "gathering"


def test_the_same_bytes_of_the_same_office_pass_with_the_warning_and_others_do_not(
    world: World, infected: str
) -> None:
    answer(ask(infected))
    world.run(infected)
    marked = paper(world.folder, "a") + b"\n%" + MARK
    again = world.sent(world.letter("13", attachments=(("bc.pdf", marked, True),)))
    other = world.sent(world.letter("14", attachments=(("bc.pdf", marked + b"\n", True),)))
    assert (codes(again), codes(other)) == (["VIRUS_RELEASED"], ["VIRUS"])


# --- never one


def test_nobody_answers_what_they_asked_themselves(infected: str) -> None:
    request = ask(infected, viewer=BOTH)
    with pytest.raises(NotAllowedError, match="another person"):
        answer(request, BOTH)
    spelled = Viewer(" AN", BOTH.roles)
    with pytest.raises(NotAllowedError, match="another person"):
        answer(request, spelled)
    assert (state(infected), requests()[0].state) == ("refused", "open")


def test_the_table_itself_refuses_one_person(infected: str) -> None:
    ask(infected)
    with pytest.raises(IntegrityError, match="two_people"), transaction() as session:
        session.execute(text("UPDATE quarantine_request SET answered_by = asked_by, state = 'released'"))


@pytest.mark.parametrize("viewer", [CHI, KHANH, OFFICIAL, FAR], ids=lambda one: one.name)
def test_only_an_archivist_of_the_agency_asks(infected: str, viewer: Viewer) -> None:
    with pytest.raises((NotAllowedError, NotFoundError)):
        ask(infected, viewer=viewer)
    assert requests() == []


@pytest.mark.parametrize(
    "viewer", [Viewer("lan", {OFFICE: frozenset({Role.ARCHIVIST})}), OFFICIAL, FAR], ids=lambda one: one.name
)
def test_only_a_head_or_an_administrator_answers(infected: str, viewer: Viewer) -> None:
    request = ask(infected)
    with pytest.raises((NotAllowedError, NotFoundError)):
        answer(request, viewer)
    assert requests()[0].state == "open"


def test_an_answer_needs_a_word_and_a_request_a_reason_and_each_is_given_once(infected: str) -> None:
    with pytest.raises(IngestError, match="no reason"):
        ask(infected, reason="  ")
    request = ask(infected)
    with pytest.raises(IngestError, match="asked already"):
        ask(infected)
    with pytest.raises(IngestError, match="word"):
        answer(request, remark=" ")
    assert answer(request, KHANH) == "released"
    with pytest.raises((IngestError, NotFoundError)):
        answer(request, KHANH)


def test_a_declined_request_changes_nothing_and_something_may_be_asked_anew(infected: str) -> None:
    assert answer(ask(infected), agree=False) == "declined"
    assert (state(infected), quarantine.raw(infected).exists()) == ("refused", True)
    assert answer(ask(infected, Wish.DESTROY)) == "destroyed"


# --- destroyed, expired


def test_two_people_destroy_it_and_the_bytes_are_overwritten_and_ledgered(infected: str) -> None:
    answer(ask(infected, Wish.DESTROY))
    assert quarantine.raw(infected).exists()
    assert wipe_infected(infected) is True
    assert wipe_infected(infected) is False
    assert not quarantine.folder(infected).exists()
    (gone,) = [one for one in said(infected) if "wiped" in one]
    assert gone["state"] == "destroyed"
    assert gone["wiped"]["files"] > 0
    assert requests()[0].wiped_at is not None
    assert (requests()[0].answered_by, state(infected)) == ("chi", "refused")


def test_others_write_the_register_while_bytes_are_overwritten(
    infected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten gigabytes take minutes; no delivery may wait for them."""
    answer(ask(infected, Wish.DESTROY))
    wipe, seen = quarantine.wipe, list[str]()

    def wiping(submission_id: str) -> Wiped:
        with sqlite3.connect(str(engine().url.database), timeout=0.1, isolation_level=None) as other:
            other.execute("BEGIN IMMEDIATE")
            other.execute("ROLLBACK")
        with pytest.raises(NotFoundError), reading() as session:
            holding.one(session, infected, viewer=AN)  # and nobody releases what is being overwritten
        seen.append(submission_id)
        return wipe(submission_id)

    monkeypatch.setattr(quarantine, "wipe", wiping)
    assert wipe_infected(infected) is True
    assert seen == [infected]


@pytest.mark.parametrize("why", ["destroyed", "expired"])
def test_what_a_kill_left_half_overwritten_is_finished_by_tidying(
    why: str, infected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = datetime.now(UTC) + timedelta(days=31)
    if why == "destroyed":
        answer(ask(infected, Wish.DESTROY))

    def killed(_submission_id: str) -> Wiped:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(quarantine, "wipe", killed)
        tidying.tidy(now=later)
    assert quarantine.is_there(infected)
    assert tidying.tidy(now=later) == 1
    assert not quarantine.is_there(infected)
    (gone,) = [one for one in said(infected) if "wiped" in one]
    assert gone["state"] == why
    assert gone["wiped"]["files"] > 0
    assert [
        path
        for path in quarantine.home().rglob("*")
        if MARK in (path.read_bytes() if path.is_file() else b"")
    ] == []


def test_a_destruction_the_queue_lost_is_done_by_tidying(infected: str) -> None:
    answer(ask(infected, Wish.DESTROY))
    assert tidying.tidy() == 1
    assert not quarantine.folder(infected).exists()
    assert tidying.tidy() == 0


def test_infected_bytes_expire_and_the_ledger_says_so(infected: str) -> None:
    now = datetime.now(UTC)
    assert tidying.tidy(now=now + timedelta(days=29)) == 0
    assert tidying.tidy(now=now + timedelta(days=31)) == 1
    assert [one["state"] for one in said(infected)] == ["expired"]
    assert not quarantine.folder(infected).exists()


def test_an_open_request_keeps_the_bytes_as_long_again_and_expires_with_them(infected: str) -> None:
    with transaction() as session:
        session.get_one(Submission, infected).decided_at = datetime.now(UTC) - timedelta(days=29)
    ask(infected)
    assert tidying.tidy(now=datetime.now(UTC) + timedelta(days=20)) == 0
    assert tidying.tidy(now=datetime.now(UTC) + timedelta(days=31)) == 1
    assert requests()[0].state == "expired"
    with pytest.raises(NotFoundError):
        answer(requests()[0].id)


# --- seen, rebuilt


def test_who_has_no_part_in_it_sees_nothing(infected: str) -> None:
    with reading() as session:
        with pytest.raises(NotAllowedError):
            holding.listing(session, viewer=OFFICIAL)
        assert holding.listing(session, viewer=FAR) == []
        (held,) = holding.listing(session, viewer=KHANH)
        assert (held.files[0].signature, held.engine.startswith("ClamAV 1.4.3")) == ("Doc.Macro.Odd-1", True)


def test_what_was_wiped_does_not_hide_what_still_lies_there(
    world: World, infected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(holding, "MOST", 1)
    newer = world.sent(world.letter("15", attachments=(("x.pdf", paper(world.folder, "b") + MARK, True),)))
    with reading() as session:
        assert [held.submission.id for held in holding.listing(session, viewer=KHANH)] == [newer]
    answer(ask(newer, Wish.DESTROY))
    wipe_infected(newer)
    with reading() as session:
        assert [held.submission.id for held in holding.listing(session, viewer=KHANH)] == [infected]


def test_the_register_gets_requests_and_releases_back_from_the_ledger(world: World, infected: str) -> None:
    other = world.sent(world.letter("15", attachments=(("x.pdf", paper(world.folder, "b") + MARK, True),)))
    answer(ask(infected))
    answer(ask(other, Wish.DESTROY))
    wipe_infected(other)
    with reading() as session:
        before = [table_digest(session, model) for model in (QuarantineRequest, Submission)]
    assert rebuild().equal
    with reading() as session:
        assert [table_digest(session, model) for model in (QuarantineRequest, Submission)] == before
    world.run(infected)
    assert (state(infected), codes(infected)) == ("gathering", ["VIRUS_RELEASED"])


def test_no_word_of_the_delivery_gets_into_the_ledger(world: World, infected: str) -> None:
    ask(infected)
    assert "bc.pdf" not in ledger()
    assert world.letter().subject not in ledger()
