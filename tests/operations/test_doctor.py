"""The doctor names each thing that is missing and what to do, and never says of a missing thing that it is well."""

from __future__ import annotations

import json
import os
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from archive.cli import load
from archive.ledger.append import append
from archive.ledger.event import Verb
from archive.ledger.seal import seal
from archive.reason import as_text, because, told
from archive.register import session as sessions
from archive.register.migrate import newest, upgrade
from archive.register.models import Submission
from archive.register.session import transaction
from archive.stamping import stamp
from operations import doctor
from operations.doctor_calendar import calendar
from operations.doctor_services import _trust_lists
from operations.doctor_stamps import evidence, stamps
from operations.doctor_tools import SCHEMAS, TOOLS
from operations.sign import Sign, version
from operations.supervisor import Supervisor
from tests.archive.time_authority import certificate, serving
from tests.samples.authority import Authority


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home in which nothing was made yet."""
    for name in [name for name in os.environ if name.startswith("TANGTHU_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("TANGTHU_CONFIG", str(tmp_path / "tangthu.toml"))
    monkeypatch.setenv("TANGTHU_ARCHIVE__DATA", str(tmp_path / "archive"))
    monkeypatch.setenv("TANGTHU_OPERATIONS__HOME", str(tmp_path))
    monkeypatch.setenv("TANGTHU_OPERATIONS__PLONE_PORT", str(closed_port()))
    monkeypatch.setenv("TANGTHU_INGEST__CLAMD_SOCKET", str(tmp_path / "run" / "clamd.sock"))
    sessions._engine.cache_clear()
    yield tmp_path
    sessions.engine().dispose()
    sessions._engine.cache_clear()


def signs() -> dict[str, Sign]:
    return {one.name: one for one in doctor.examine()}


@pytest.mark.parametrize(("name", "command", "package"), TOOLS)
def test_each_program_that_is_not_there_is_named_with_its_debian_package(
    empty: Path, monkeypatch: pytest.MonkeyPatch, name: str, command: tuple[str, ...], package: str
) -> None:
    programs = empty / "bin"
    programs.mkdir()
    for tool, other, _ in TOOLS:
        if tool != name:
            (programs / Path(other[0]).name).write_text("#!/bin/sh\necho version 1\n")
            (programs / Path(other[0]).name).chmod(0o755)
    monkeypatch.setattr("operations.doctor_tools.TOOLS", [
        (tool, (Path(words[0]).name, *words[1:]), debian) for tool, words, debian in TOOLS
    ])  # fmt: skip
    monkeypatch.setenv("PATH", f"{programs}:{empty}")
    found = signs()
    assert (found[name].well, found[name].found) == (False, "not found")
    assert package in found[name].remedy
    assert all(found[tool] == Sign(tool, True, version("version 1")) for tool, _, _ in TOOLS if tool != name)


def test_a_program_that_fails_is_not_well(empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (empty / "gs").write_text("#!/bin/sh\necho libgs.so.10: cannot open shared object >&2\nexit 127\n")
    (empty / "gs").chmod(0o755)
    monkeypatch.setenv("PATH", f"{empty}:{os.environ['PATH']}")
    assert (signs()["ghostscript"].well, signs()["ghostscript"].remedy) == (False, "install it again")
    assert "cannot open shared object" in signs()["ghostscript"].found


@pytest.mark.parametrize(("permitted", "code"), [(True, 0), (False, 1)])
def test_it_says_when_converters_can_reach_the_network(
    empty: Path, monkeypatch: pytest.MonkeyPatch, permitted: bool, code: int
) -> None:
    (empty / "unshare").write_text(f"#!/bin/sh\nexit {code}\n")
    (empty / "unshare").chmod(0o755)
    monkeypatch.setenv("PATH", f"{empty}:{os.environ['PATH']}")
    found = signs()["converters offline"]
    assert found.well is permitted
    assert ("seccomp" in found.remedy) is not permitted
    assert found.found.startswith(
        "no program that reads" if permitted else "programs that read strange files can"
    )


def test_what_set_up_fetches_is_named_file_by_file(empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tools = empty / "tools"
    (tools / "schemas").mkdir(parents=True)
    monkeypatch.setenv("TANGTHU_ARCHIVE__TOOLS", str(tools))
    monkeypatch.setenv("TANGTHU_SEARCH__ENGINE", "elasticsearch")
    found = signs()
    assert ".jar" in found["veraPDF"].found
    assert "fetch.sh" in found["elasticsearch server"].found
    assert {found[name].well for name in ("veraPDF", "XML schemas", "elasticsearch server")} == {False}
    for name in SCHEMAS:
        assert name in signs()["XML schemas"].found
        (tools / "schemas" / name).write_text("<schema/>")
    assert signs()["XML schemas"].well is True


def test_a_register_that_was_never_made_is_missing_and_looking_does_not_make_it(empty: Path) -> None:
    found = signs()["register"]
    assert found.well is False
    assert "tangthu upgrade" in found.remedy
    assert not (empty / "archive").exists()
    (empty / "archive").mkdir()
    upgrade(sessions.engine())
    assert signs()["register"].well is True
    assert newest() in signs()["register"].found


def test_a_register_of_another_version_is_not_well(empty: Path) -> None:
    (empty / "archive").mkdir()
    upgrade(sessions.engine())
    with sessions.engine().begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
    found = signs()["register"]
    assert (found.well, "0001" in found.found, newest() in found.found) == (False, True, True)


BUCKET = {
    "name": "kho-xa",
    "kind": "s3",
    "bucket": "kho",
    "access_key_env": "TEST_KEY",
    "secret_key_env": "TEST_SECRET",
}


def test_services_named_in_the_settings_have_to_answer_and_no_password_is_shown(
    empty: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = closed_port()
    for name, value in {
        "ARCHIVE__REGISTER_URL": f"postgresql+psycopg://kho:bi-mat@127.0.0.1:{port}/register",
        "ARCHIVE__BROKER_URL": f"amqp://kho:bi-mat@127.0.0.1:{port}//",
        "SEARCH__ENGINE": "elasticsearch",
        "SEARCH__EMBEDDED": "false",
        "SEARCH__ELASTICSEARCH_URL": f"http://127.0.0.1:{port}",
        "INGEST__TRUST_ROOTS": str(empty / "roots"),
        "ARCHIVE__STORES": json.dumps([{**BUCKET, "endpoint": f"http://127.0.0.1:{port}"}]),
        "TEST_KEY": "kho",
        "TEST_SECRET": "bi-mat",
    }.items():
        monkeypatch.setenv(name if name.startswith("TEST_") else f"TANGTHU_{name}", value)
    sessions._engine.cache_clear()
    found = signs()
    for name in ("register", "queue", "elasticsearch", "store kho-xa"):
        assert found[name].well is False, found[name]
        assert f"127.0.0.1:{port}" in found[name].found + found[name].remedy
    assert found["trust roots"].well is False
    assert found["virus scanner"].well is False
    assert "bi-mat" not in json.dumps([(one.found, one.remedy) for one in found.values()])


def test_trust_lists_are_counted_in_both_languages(empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = Authority()
    folder = made.trust(empty / "roots", *made.fresh(datetime.now(UTC)))
    monkeypatch.setenv("TANGTHU_INGEST__TRUST_ROOTS", str(folder))
    (found,) = _trust_lists()
    assert found.well
    assert found.found == "1 lists, 1 roots, 2 revocation lists"
    assert told(found.what, "vi") == "1 danh sách tin cậy, 1 chứng thư gốc, 2 danh sách thu hồi"


def test_embedded_parts_that_nobody_started_are_no_illness_unless_their_supervisor_runs(empty: Path) -> None:
    for name in ("queue", "virus scanner", "plone"):
        assert (signs()[name].well, signs()[name].remedy) == (None, "`tangthu up` starts it")
    with Supervisor([], home=empty, start_seconds=1, log=lambda *_: None):
        for name in ("queue", "virus scanner", "plone"):
            assert signs()[name].well is False
            assert str(empty / "log") in signs()[name].remedy


def test_a_scanner_that_answers_is_well_and_one_that_says_something_else_is_not(empty: Path) -> None:
    (empty / "run").mkdir()
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(empty / "run" / "clamd.sock"))
        server.listen()
        words = iter((b"PONG\n", b"what?\n"))

        def answer() -> None:
            for word in words:
                connection, _ = server.accept()
                with connection:
                    connection.recv(64)
                    connection.sendall(word)

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        assert signs()["virus scanner"].well is True
        assert signs()["virus scanner"].well is not True
        thread.join(10)


def test_the_command_prints_json_and_exits_1_when_something_is_missing(empty: Path) -> None:
    told = CliRunner().invoke(load(), ["doctor", "--json"])
    assert told.exit_code == 1
    facts = {one["name"]: one for one in json.loads(told.output)}
    assert facts["register"]["well"] is False
    assert "Plone" in facts["tangthu"]["found"]
    table = CliRunner().invoke(load(), ["doctor"]).output
    assert "MISSING register" in table


def test_of_what_waits_the_oldest_are_named_and_the_rest_is_counted(house: Path) -> None:
    with sessions.transaction() as session:
        for number in range(doctor.SHOWN + 2):
            session.add(
                Submission(
                    id=f"{number}-waits",
                    agency_code="000.00.01.H37",
                    message_id=str(number),
                    sha256="0" * 64,
                    size=1,
                    kind="sip",
                    step="scan",
                    waiting=as_text([because("ingest.disk-trouble", trouble="ENOSPC")]),
                    received_at=datetime(2026, 3, 31 - number, tzinfo=UTC),
                )
            )
    found = signs()[doctor.WAITING]
    assert found.well is False
    assert "7" in found.found
    named = [number for number in range(doctor.SHOWN + 2) if f"{number}-waits" in found.found]
    assert named == [2, 3, 4, 5, 6], "the oldest five"
    assert "2 more" in found.found


def test_seals_that_wait_for_a_time_stamp_are_told_with_the_reason(
    house: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def told() -> tuple[bool | None, str]:
        (found,) = stamps()
        return found.well, found.found

    long_ago = datetime(2026, 3, 2, tzinfo=UTC)
    with transaction() as session:
        append(session, Verb.VIEW, actor="lan", kind="case-file", id="x", now=long_ago)
    with transaction() as session:
        seal(session, now=long_ago)
    assert told()[0] is None
    assert "no time-stamping authority is set" in told()[1]
    with serving() as authority:
        (house / "roots.pem").write_bytes(certificate())
        monkeypatch.setenv("TANGTHU_ARCHIVE__TSA_URL", authority.url)
        monkeypatch.setenv("TANGTHU_ARCHIVE__TSA_ROOTS", str(house / "roots.pem"))
        authority.mood = "broken"
        assert told()[0] is False
        assert "1 seals wait for a time-stamp since 07:00:00, 2026-03-02" in told()[1]
        assert "answers HTTP 503" in told()[1]
        authority.mood = "well"
        assert told()[0] is False, "a stamp the doctor could have is not a stamp the seal has"
        stamp(now=datetime.now(UTC))
        assert told()[0] is True
        assert "0 seals wait" in told()[1]


CALENDAR = """
[default]
shifts = [["07:30", "11:30"]]
weekdays = [1, 2, 3, 4, 5]
zone = "Asia/Ho_Chi_Minh"
holidays = [2026-01-01, 2026-04-30, 2026-05-01, 2027-01-01, 2027-04-30, 2027-05-01, {more}]
"""
TET = "2026-02-17, 2026-02-18"  # the first days of the lunar year
KINGS = "2026-04-26"  # the tenth of the third month, a Sunday
ALL = f"{TET}, {KINGS}, 2027-02-06, 2027-04-16"


@pytest.mark.parametrize(
    ("more", "lacks"),
    [
        (
            "",
            [
                "Tết Nguyên đán 2026",
                "Giỗ Tổ Hùng Vương 2026",
                "Tết Nguyên đán 2027",
                "Giỗ Tổ Hùng Vương 2027",
            ],
        ),
        (TET, ["Giỗ Tổ Hùng Vương 2026", "Tết Nguyên đán 2027", "Giỗ Tổ Hùng Vương 2027"]),
        (f"{TET}, {KINGS}", ["Tết Nguyên đán 2027", "Giỗ Tổ Hùng Vương 2027"]),
        (ALL, []),
    ],
)
def test_a_year_whose_lunar_holidays_were_not_entered_is_told(
    empty: Path, monkeypatch: pytest.MonkeyPatch, more: str, lacks: list[str]
) -> None:
    path = empty / "lich.toml"
    path.write_text(CALENDAR.format(more=more))
    monkeypatch.setenv("TANGTHU_INGEST__OFFICE_CALENDAR", str(path))
    (found,) = calendar(date(2026, 11, 26))
    assert found.well is (None if lacks else True)
    if lacks:
        assert found.found.startswith(f"no day off is entered for {'; '.join(lacks)}:")
        assert "office_calendar" in found.remedy
    assert [year for year in ("2026", "2027") if year in told(found.what, "vi")] == sorted(
        {name[-4:] for name in lacks} or {"2026", "2027"}
    )


def test_our_own_calendar_has_no_lunar_holidays_and_one_that_cannot_be_read_is_an_illness(
    empty: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert signs()["office calendar"].well is None
    monkeypatch.setenv("TANGTHU_INGEST__OFFICE_CALENDAR", str(empty / "none.toml"))
    found = signs()["office calendar"]
    assert (found.well, str(empty / "none.toml") in found.remedy) == (False, True)


def test_packages_that_wait_for_their_evidence_are_told_with_the_reason(
    house: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from archive.evidence.rounds import make_round
    from tests.archive.vault_builders import a_case_file

    def told() -> tuple[bool | None, str]:
        (found,) = evidence()
        return found.well, found.found

    a_case_file().kept(tmp_path)  # long ago
    assert told() == (
        None,
        "1 packages have no evidence, 0 time-stamps are to be renewed, and no time-stamping authority is set",
    )
    with serving() as authority:
        (house / "roots.pem").write_bytes(certificate())
        monkeypatch.setenv("TANGTHU_ARCHIVE__TSA_URL", authority.url)
        monkeypatch.setenv("TANGTHU_ARCHIVE__TSA_ROOTS", str(house / "roots.pem"))
        authority.mood = "broken"
        assert told()[0] is False
        assert "1 packages wait for their evidence" in told()[1]
        assert "answers HTTP 503" in told()[1]
        authority.mood = "well"
        make_round(now=datetime.now(UTC))
        assert told() == (True, "0 packages wait for theirs, 0 time-stamps for their renewal")


def _a_package(session: object, states: dict[str, str], checked_at: datetime) -> None:
    from archive.register.models import CaseFile, Copy, Package
    from tests.archive.vault_builders import a_case_file, an_agency

    an_agency(session)
    facts = a_case_file().facts()
    row = CaseFile(
        id="c", stored_at=checked_at, records=[], packages=[], description={}, total_docs=0, total_pages=0,
        **{k: getattr(facts, k) for k in ("code", "agency_code", "fonds_code", "submission_id", "title", "regime",
                                          "access", "start_date", "end_date", "maintenance")},
    )  # fmt: skip
    session.add(row)  # type: ignore[attr-defined]
    session.flush()  # type: ignore[attr-defined]
    session.add(  # type: ignore[attr-defined]
        Package(id="p", case_file_id="c", version=1, name="a/v0001.zip", objid="o", sha256="0" * 64, size=9,
                made_at=checked_at)
    )  # fmt: skip
    session.flush()  # type: ignore[attr-defined]
    for store, state in states.items():
        session.add(Copy(package_id="p", store=store, state=state, checked_at=checked_at))  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("states", "days_ago", "well", "said"),
    [
        ("verified verified verified", 1, True, "copies are good"),
        ("damaged verified verified", 1, False, "1 damaged or missing copies are not mended yet"),
        ("damaged missing damaged", 1, False, "a/v0001.zip"),
        ("verified verified verified", 181, False, "3 copies were not read for more than 180 days"),
    ],
)
def test_the_doctor_says_how_it_stands_with_the_copies(
    empty: Path, states: str, days_ago: int, well: bool, said: str
) -> None:
    upgrade(sessions.engine())
    found = dict(zip(("kho-a", "kho-b", "kho-c"), states.split(), strict=True))
    with sessions.transaction() as session:
        _a_package(session, found, datetime.now(UTC) - timedelta(days=days_ago))
    copies = signs()["copies"]
    assert copies.well is well
    assert said in copies.found
    assert bool(copies.remedy) is not well
