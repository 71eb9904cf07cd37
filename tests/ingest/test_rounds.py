"""Several ways in at once: each has its turn, none holds up another, and how each stands is there to be seen."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update
from typer.testing import CliRunner

from archive.cli import load
from archive.ledger.event import Verb
from archive.ledger.rows import EventRow
from archive.patience import Patience
from archive.register.models import InboxRow, Outbox, Submission
from archive.register.session import reading, transaction
from ingest import outbox, quarantine, rounds, tasks
from ingest.fetching import fetch_from
from ingest.settings import IngestSettings
from operations import doctor
from tests.ingest.inbox_counterparts import AGENCY, FileSide, HttpSide, file_side, http_side

NOW = datetime.now(UTC)


@pytest.fixture(autouse=True)
def no_queue(house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TANGTHU_ARCHIVE__BROKER_URL", "memory://")


@pytest.fixture
def axis(house: Path) -> Iterator[HttpSide]:
    with http_side("vxp", house / "truc", poll_seconds=30) as one:
        yield one


@pytest.fixture
def lgsp(house: Path) -> Iterator[HttpSide]:
    with http_side("lgsp", house / "lgsp", poll_seconds=30) as one:
        yield one


@pytest.fixture
def folder(house: Path) -> FileSide:
    return file_side(house / "thu-muc", poll_seconds=30)


@pytest.fixture
def house_of(monkeypatch: pytest.MonkeyPatch) -> Any:
    def set_up(*sides: Any) -> None:
        inboxes = [json.loads(one.settings.model_dump_json()) for one in sides]
        monkeypatch.setenv("TANGTHU_INGEST__INBOXES", json.dumps(inboxes))

    return set_up


def everybody(now: datetime) -> int:
    """Do what the tasks do: ask everybody whose turn it is."""
    inboxes = {one.name: one for one in IngestSettings.load().inboxes}
    patience = Patience(timedelta(seconds=20), timedelta(minutes=30))
    return sum(
        fetch_from(inboxes[name], now=now, patience=patience) for name in rounds.due([*inboxes.values()], now)
    )


def arrived() -> dict[str, str]:
    with reading() as session:
        return {row.message_id: row.inbox for row in session.scalars(select(Submission))}


def sign(name: str) -> doctor.Sign:
    return next(one for one in doctor.examine() if one.name == f"inbox {name}")


def test_every_way_in_is_asked_and_each_delivery_remembers_its_own(
    axis: HttpSide, lgsp: HttpSide, folder: FileSide, house_of: Any
) -> None:
    house_of(axis, lgsp, folder)
    axis.put("A-1", "sip", b"1")
    lgsp.put("L-1", "sip", b"2")
    left = folder.put("ho-so", "sip", b"3")
    assert everybody(NOW) == 3
    assert arrived() == {"A-1": "cong-vxp", "L-1": "cong-lgsp", left: "cong-folder"}
    with reading() as session:
        events = session.scalars(select(EventRow).where(EventRow.verb == Verb.INGEST)).all()
        assert {event.payload["inbox"] for event in events} == {"cong-vxp", "cong-lgsp", "cong-folder"}
        names = {row.message_id: quarantine.name_of(row.id) for row in session.scalars(select(Submission))}
    assert names[left] == "ho-so.zip"
    assert left not in "ho-so.zip" and "ho-so" not in left, "a file name may be a secret title"


def test_one_that_fails_stops_no_other_and_is_named_with_its_reason(
    axis: HttpSide, lgsp: HttpSide, folder: FileSide, house_of: Any
) -> None:
    house_of(axis, lgsp, folder)
    axis.put("A-1", "sip", b"1")
    lgsp.put("L-1", "sip", b"2")
    left = folder.put("ho-so", "sip", b"3")
    axis.simulator.faults.error = 1000
    with folder.broken():
        assert everybody(NOW) == 1
    assert arrived() == {"L-1": "cong-lgsp"}
    assert (sign("cong-lgsp").well, sign("cong-vxp").well, sign("cong-folder").well) == (True, False, False)
    assert "503" in sign("cong-vxp").found
    assert "mounted" in sign("cong-folder").found
    axis.simulator.faults.error = 0
    assert everybody(NOW + timedelta(seconds=59)) == 0, "a failure doubles the wait"
    assert everybody(NOW + timedelta(seconds=60)) == 2
    assert set(arrived()) == {"A-1", "L-1", left}
    assert (sign("cong-vxp").well, sign("cong-folder").well) == (True, True)


def test_a_way_in_without_its_secret_is_named_and_stops_no_other(
    axis: HttpSide, lgsp: HttpSide, house_of: Any
) -> None:
    house_of(axis, lgsp)
    axis.settings.auth.secret_file.chmod(0o644)
    lgsp.put("L-1", "sip", b"2")
    assert everybody(NOW) == 1
    assert "chmod 600" in sign("cong-vxp").found


def test_a_way_in_is_asked_again_after_its_own_interval(axis: HttpSide, house_of: Any) -> None:
    house_of(axis)
    assert rounds.due([axis.settings], NOW) == ["cong-vxp"]
    everybody(NOW)
    assert rounds.due([axis.settings], NOW + timedelta(seconds=29)) == []
    assert rounds.due([axis.settings], NOW + timedelta(seconds=30)) == ["cong-vxp"]


def test_the_wait_after_failures_grows_to_ten_minutes(axis: HttpSide, house_of: Any) -> None:
    house_of(axis)
    rounds.begin("cong-vxp", NOW)
    waits = [rounds.failed(axis.settings, "x", NOW).total_seconds() for _ in range(7)]
    assert waits == [60, 120, 240, 480, 600, 600, 600]
    rounds.well(axis.settings, NOW)
    assert rounds.failed(axis.settings, "x", NOW).total_seconds() == 60


def test_two_workers_do_not_ask_at_once_and_a_dead_one_is_replaced(axis: HttpSide, house_of: Any) -> None:
    house_of(axis)
    assert rounds.begin("cong-vxp", NOW)
    assert not rounds.begin("cong-vxp", NOW + timedelta(seconds=59))
    assert rounds.due([axis.settings], NOW + timedelta(seconds=59)) == []
    assert rounds.begin("cong-vxp", NOW + timedelta(seconds=61)), "killed: it said nothing for a minute"


def test_something_unforeseen_is_raised_and_noted(
    axis: HttpSide, house_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    house_of(axis)
    monkeypatch.setattr("ingest.gateway.axis.Axis.list_received", lambda self: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        fetch_from(axis.settings, now=NOW)
    assert "unforeseen" in sign("cong-vxp").found
    assert rounds.due([axis.settings], NOW) == []


def test_a_way_in_never_asked_says_so(axis: HttpSide, house_of: Any) -> None:
    house_of(axis)
    assert (sign("cong-vxp").well, sign("cong-vxp").found) == (
        None,
        "was never asked; 0 statuses to send",
    )


def test_messages_of_an_agency_the_way_in_does_not_serve_go_back(house: Path, house_of: Any) -> None:
    with http_side("vxp", house / "truc", agencies=["*.H37"]) as axis:
        house_of(axis)
        axis.put("A-1", "sip", b"1")
        assert everybody(NOW) == 1
        assert axis.told() == {"A-1": "fail"}
        with reading() as session:
            (row,) = session.scalars(select(Submission))
            assert (row.state, row.size, [one.code for one in row.findings]) == (
                "returned",
                0,
                ["MESSAGE_SENDER"],
            )
        assert outbox.send_all(NOW) == 1
        (answer,) = axis.answers()
        assert f"Cơ quan {AGENCY} không nộp qua cổng này" in answer.decode()
        assert "/getEdoc" not in axis.simulator.asked
        assert "/downloadEdoc" not in axis.simulator.asked


def test_a_message_listed_for_ever_is_fetched_ever_more_rarely(axis: HttpSide, house_of: Any) -> None:
    house_of(axis)
    axis.put("A-1", "sip", b"1")
    axis.simulator.faults.repeat = True
    patience = Patience(timedelta(seconds=60), timedelta(minutes=30))
    for minute in range(10):
        fetch_from(axis.settings, now=NOW + timedelta(minutes=minute), patience=patience)
    assert axis.simulator.asked.count("/getReceivedEdocList") == 30
    assert axis.simulator.asked.count("/downloadEdoc") <= 5
    assert len(arrived()) == 1


def test_the_task_gives_each_way_in_a_task_of_its_own(
    axis: HttpSide, lgsp: HttpSide, house_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    house_of(axis, lgsp)
    axis.put("A-1", "sip", b"1")
    sent: list[tuple[Any, ...]] = []
    monkeypatch.setattr("ingest.tasks.send", lambda *what, expires: sent.append(what))
    assert tasks.fetch() == 3
    assert sent == [("ingest.tasks.fetch_from", name) for name in ("cong-vxp", "cong-lgsp", "rest")]
    assert tasks.fetch_from("cong-vxp") == 1
    assert tasks.fetch_from("cong-vxp") == 0, "the same task twice: it is not its turn"
    assert tasks.send_statuses() == 1


# statuses


def owed(inbox: str, message_id: str, *, agency: str = AGENCY, status: str = "01") -> str:
    with transaction() as session:
        row = Submission(
            agency_code=agency,
            message_id=message_id,
            sha256="0" * 64,
            size=1,
            kind="sip",
            received_at=NOW,
            inbox=inbox,
        )
        session.add(row)
        session.flush()
        outbox.owe(session, row, status, "", NOW)
        return row.id


def test_a_status_goes_back_the_way_its_delivery_came(
    axis: HttpSide, lgsp: HttpSide, folder: FileSide, house_of: Any
) -> None:
    house_of(axis, lgsp, folder)
    for side, name in ((axis, "A-1"), (lgsp, "L-1"), (folder, "ho-so")):
        side.put(name, "sip", name.encode())
    everybody(NOW)
    assert outbox.send_all(datetime.now(UTC)) == 3
    assert [len(side.answers()) for side in (axis, lgsp, folder)] == [1, 1, 1]
    (answer,) = (folder.root / "answers").iterdir()
    assert answer.name.startswith("ho-so.zip.")
    assert answer.name.endswith(".01.xml")
    assert outbox.send_all(datetime.now(UTC)) == 0


def test_one_way_back_that_is_down_holds_up_no_other_and_loses_nothing(
    axis: HttpSide, lgsp: HttpSide, house_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    house_of(axis, lgsp)
    monkeypatch.setattr(outbox, "AT_ONCE", 10)
    for number in range(25):  # more than are looked at in one go
        owed("cong-vxp", f"A-{number}")
    owed("cong-lgsp", "L-1")
    axis.simulator.faults.error = 1000
    assert outbox.send_all(NOW) == 1
    assert (len(lgsp.answers()), len(axis.answers())) == (1, 0)
    assert "25 statuses to send" in sign("cong-vxp").found
    axis.simulator.faults.error = 0
    later, sent = NOW + timedelta(minutes=20), 0
    while count := outbox.send_all(later):
        sent += count
    assert sent == 25
    assert len(axis.answers()) == 25


def test_rows_that_wait_do_not_hide_those_behind_them(
    axis: HttpSide, house_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    house_of(axis)
    monkeypatch.setattr(outbox, "AT_ONCE", 10)
    for number in range(25):
        submission_id = owed("cong-vxp", f"A-{number}")
        with transaction() as session:
            session.execute(update(Outbox).values(not_before=NOW + timedelta(minutes=5)))
            outbox.owe(session, session.get_one(Submission, submission_id), "03", "", NOW)
    owed("cong-vxp", "B")
    assert outbox.send_all(NOW) == 1, "25 rows are due but wait behind an earlier one of their submission"


def test_what_no_inbox_brought_is_answered_by_the_first_that_serves_the_agency(
    house: Path, house_of: Any
) -> None:
    with (
        http_side("vxp", house / "a", agencies=["*.H37", "H37_%"]) as lang_son,
        http_side("lgsp", house / "b", agencies=["*.H21"]) as gia_lai,
        http_side("provincial", house / "c") as anybody,
    ):
        house_of(lang_son, gia_lai, anybody)
        for number, agency in enumerate(["000.00.05.H37", "000.00.11.H21", "H42.01", "H37x5"]):
            owed("", f"T-{number}", agency=agency)
        assert outbox.send_all(NOW) == 4
        assert [len(side.answers()) for side in (lang_son, gia_lai, anybody)] == [1, 1, 2]


def test_what_came_by_a_way_that_is_set_no_more_waits_and_is_named(axis: HttpSide, house_of: Any) -> None:
    house_of(axis)
    owed("cong-cu", "C-1")
    assert outbox.send_all(NOW) == 0
    assert (sign("cong-cu").well, "1 statuses" in sign("cong-cu").found) == (False, True)
    assert axis.answers() == []


def test_a_way_back_that_cannot_be_opened_is_noted_on_what_is_owed(axis: HttpSide, house_of: Any) -> None:
    house_of(axis)
    owed("cong-vxp", "A-1")
    axis.settings.auth.secret_file.chmod(0o644)
    assert outbox.send_all(NOW) == 0
    with reading() as session:
        row = session.scalars(select(Outbox)).one()
        assert "chmod 600" in row.last_error
        assert row.not_before > NOW


def test_the_command_shows_how_each_stands_and_asks_one_now(
    axis: HttpSide, lgsp: HttpSide, house_of: Any
) -> None:
    house_of(axis, lgsp)
    axis.put("A-1", "sip", b"1")
    run = CliRunner().invoke
    fetched = run(load(), ["inbox", "fetch", "cong-vxp", "--json"])
    assert (fetched.exit_code, json.loads(fetched.stdout)) == (0, {"inbox": "cong-vxp", "new": 1})
    lgsp.simulator.faults.error = 1
    everybody(datetime.now(UTC))
    listed = run(load(), ["inbox", "list", "--json"])
    assert listed.exit_code == 1
    told = {row["name"]: row["error"] for row in json.loads(listed.stdout)["inboxes"]}
    assert told["cong-vxp"] == ""
    assert "503" in told["cong-lgsp"]


def test_how_a_way_in_stands_is_no_part_of_the_record(axis: HttpSide, house_of: Any) -> None:
    from archive.register.digest import TABLES

    assert InboxRow not in TABLES
