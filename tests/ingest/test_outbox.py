"""Statuses owed reach the sender: once each, in order, whatever the line does and across restarts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from archive.register.models import Outbox, Submission
from archive.register.session import reading, transaction
from ingest.errors import IngestError
from ingest.gateway.axis import Axis
from ingest.gateway.edxml import Reference, read
from ingest.gateway.limits import Limits
from ingest.gateway.simulator import Simulator
from ingest.outbox import owe, send_due
from tests.ingest.inbox_counterparts import SECRET, SYSTEM, an_axis, file_side, open_one

NOW = datetime(2026, 1, 5, 3, 30, tzinfo=UTC)
AGENCY = "000.00.05.H37"


@pytest.fixture
def simulator(house: Path) -> Iterator[Simulator]:
    server = Simulator(house / "axis", system_id=SYSTEM, secret=SECRET)
    server.start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def axis(simulator: Simulator, house: Path) -> Axis:
    return an_axis(simulator, house)


def submitted(message_id: str = "VXP-1", file_code: str = "000.00.05.H37.2020.01.TH") -> str:
    with transaction() as session:
        row = Submission(
            agency_code=AGENCY,
            message_id=message_id,
            sha256="0" * 64,
            size=1,
            kind="sip",
            file_code=file_code,
            received_at=NOW,
        )
        session.add(row)
        session.flush()
        return row.id


def owed(submission_id: str, status: str, reason: str = "", now: datetime = NOW) -> None:
    with transaction() as session:
        owe(session, session.get_one(Submission, submission_id), status, reason, now)


def told(simulator: Simulator) -> list[str]:
    return [row["status"] for row in simulator.rows("statuses.jsonl")]


def test_what_is_owed_is_sent_in_order_and_once(axis: Axis, simulator: Simulator) -> None:
    one = submitted()
    for status in ("01", "03", "06", "01"):
        owed(one, status)
    assert send_due(axis, NOW) == 3
    assert send_due(axis, NOW + timedelta(days=1)) == 0
    assert told(simulator) == ["01", "03", "06"]


def test_a_status_says_what_it_is_about_and_why(axis: Axis, simulator: Simulator, tmp_path: Path) -> None:
    owed(submitted(), "02", "Thiếu chữ ký số")
    send_due(axis, NOW)
    (row,) = simulator.rows("statuses.jsonl")
    message = read(simulator.folder / row["file"], tmp_path / "in", limits=Limits())
    assert (message.sender, message.status, message.description) == ("000.00.00.H00", "02", "Thiếu chữ ký số")
    (about,) = message.responses
    assert (about.organ_id, about.code) == (AGENCY, "000.00.05.H37.2020.01.TH")
    assert (about.promulgation_date, about.document_id) == ("2026/01/05", "VXP-1")
    assert row["to"] == [AGENCY]


def test_before_its_description_is_read_the_message_is_named_by_its_id(
    axis: Axis, simulator: Simulator, tmp_path: Path
) -> None:
    owed(submitted(file_code=""), "01")
    send_due(axis, NOW)
    (row,) = simulator.rows("statuses.jsonl")
    (about,) = read(simulator.folder / row["file"], tmp_path / "in", limits=Limits()).responses
    assert about.code == "VXP-1"


def test_an_edxml_document_is_reported_under_its_own_number_and_date(
    axis: Axis, simulator: Simulator, tmp_path: Path
) -> None:
    owed(submitted(message_id=f"{AGENCY},2026/01/04,88/SNV-VTLT", file_code=""), "01")
    send_due(axis, NOW)
    (row,) = simulator.rows("statuses.jsonl")
    (about,) = read(simulator.folder / row["file"], tmp_path / "in", limits=Limits()).responses
    assert (about.code, about.promulgation_date) == ("88/SNV-VTLT", "2026/01/04")


def test_a_dropped_line_waits_longer_each_time_and_then_goes_through(
    axis: Axis, simulator: Simulator
) -> None:
    owed(submitted(), "01")
    now = NOW
    for wait in (20, 40, 80):
        simulator.faults.drop = 1
        assert send_due(axis, now) == 0
        with reading() as session:
            row = session.scalars(select(Outbox)).one()
            assert row.not_before == now + timedelta(seconds=wait)
            assert "no answer from" in row.last_error
        assert send_due(axis, now + timedelta(seconds=wait - 1)) == 0
        now += timedelta(seconds=wait)
    assert send_due(axis, now) == 1
    assert told(simulator) == ["01"]


def test_waiting_never_grows_beyond_the_limit(axis: Axis, simulator: Simulator) -> None:
    owed(submitted(), "01")
    now = NOW
    for _ in range(12):
        simulator.faults.error = 1
        assert send_due(axis, now) == 0
        now += timedelta(seconds=600)
    assert send_due(axis, now) == 1


def test_a_later_status_does_not_overtake_an_earlier_one(axis: Axis, simulator: Simulator) -> None:
    one = submitted()
    owed(one, "01")
    simulator.faults.drop = 1
    send_due(axis, NOW)
    owed(one, "03", now=NOW)
    assert send_due(axis, NOW + timedelta(seconds=1)) == 0
    assert send_due(axis, NOW + timedelta(seconds=20)) == 2
    assert told(simulator) == ["01", "03"]


def test_one_submission_that_fails_does_not_hold_up_the_others(axis: Axis, simulator: Simulator) -> None:
    owed(submitted(message_id="VXP-1"), "01")
    owed(submitted(message_id="VXP-2"), "01")
    simulator.faults.drop = 1
    assert send_due(axis, NOW) == 0  # the axis is down: the rest is left alone
    assert send_due(axis, NOW) == 1
    assert [row["about"] for row in simulator.rows("statuses.jsonl")] == ["VXP-2"]


def test_an_answer_lost_on_the_way_repeats_the_status_rather_than_losing_it(
    axis: Axis, simulator: Simulator
) -> None:
    owed(submitted(), "06")
    simulator.faults.drop_after = 1
    assert send_due(axis, NOW) == 0
    assert send_due(axis, NOW + timedelta(seconds=20)) == 1
    assert told(simulator) == ["06", "06"]


@pytest.mark.parametrize("status", ["15", "16"])
def test_an_answer_to_a_recall_names_the_document_that_was_recalled(
    status: str, axis: Axis, simulator: Simulator, tmp_path: Path
) -> None:
    about = Reference(AGENCY, "88/SNV-VTLT", "2026/01/04", f"{AGENCY},2026/01/04,88/SNV-VTLT")
    with transaction() as session:
        recall = Submission(
            agency_code=AGENCY,
            message_id="thu-hoi-1",
            sha256="0" * 64,
            size=1,
            kind="status",
            received_at=NOW,
        )
        session.add(recall)
        session.flush()
        for _ in range(2):
            owe(session, recall, status, "Đã lưu trữ", NOW, about)
        owe(session, recall, "01", "", NOW)
    assert send_due(axis, NOW) == 1, "a status is not answered with 01, and an answer is owed once"
    (row,) = simulator.rows("statuses.jsonl")
    message = read(simulator.folder / row["file"], tmp_path / "in", limits=Limits())
    assert (message.status, message.description, message.responses) == (status, "Đã lưu trữ", (about,))
    assert row["to"] == [AGENCY]


def test_answers_about_two_documents_are_two_files(house: Path) -> None:
    side = file_side(house / "ngoai", agencies=[AGENCY])
    one = submitted()
    with transaction() as session:
        for number in (1, 2):
            about = Reference(AGENCY, f"{number}/SNV", "2026/01/04", f"id-{number}")
            owe(session, session.get_one(Submission, one), "16", "", NOW, about)
    with open_one(side) as inbox:
        assert send_due(inbox, NOW) == 2
    assert len(side.answers()) == 2


@pytest.mark.parametrize("status", ["04", "13"])  # 13: only who sent a document asks it back
def test_a_status_the_archive_never_owes_is_refused(status: str, house: Path) -> None:
    one = submitted()
    with pytest.raises(IngestError, match=status):
        owed(one, status)
    with reading() as session:
        assert session.scalars(select(Outbox)).all() == []
