"""Accounts are random, private and shown once; settings files are private too."""

from __future__ import annotations

import json
import socket
import stat
from pathlib import Path

import pytest

from archive.errors import SettingsError
from archive.settings import ArchiveSettings
from ingest.inbox_auth import HmacAuth
from ingest.inbox_settings import VxpInbox
from ingest.settings import IngestSettings
from operations.accounts import PEOPLE, make
from operations.demo import empty
from operations.house import free_port, write_settings
from operations.report import Act, Line, Report
from operations.settings import OperationsSettings


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_accounts_have_different_random_passwords_in_a_private_file(tmp_path: Path) -> None:
    first = make(tmp_path / "a.json", official_agency="X")
    second = make(tmp_path / "b.json", official_agency="X")
    passwords = {account.password for account in [*first, *second] if account.password}
    assert len(passwords) == 2 * len(PEOPLE)
    assert all(len(password) >= 16 for password in passwords)
    assert mode(tmp_path / "a.json") == 0o600


def test_accounts_made_once_stay_as_they_are(tmp_path: Path) -> None:
    first = make(tmp_path / "a.json", official_agency="X")
    assert make(tmp_path / "a.json", official_agency="Y") == first


def test_only_the_official_is_bound_to_one_agency(tmp_path: Path) -> None:
    roles = {
        account.login: account.roles for account in make(tmp_path / "a.json", official_agency="000.00.00.H37")
    }
    assert roles["canbo"] == {"000.00.00.H37": ["official"]}
    assert roles["luutru"] == {"*": ["archivist"]}


def test_the_settings_file_is_private_and_is_what_the_parts_read(
    house: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TANGTHU_ARCHIVE__DATA")
    path = write_settings(house / "home", search="sqlite", world=house / "world")
    assert mode(path) == 0o600
    assert ArchiveSettings.load().data == house / "home" / "archive"
    assert OperationsSettings.load().home == house / "home"
    ingest = IngestSettings.load()
    assert ingest.trust_roots == house / "world" / "trust"
    (inbox,) = ingest.inboxes
    assert isinstance(inbox, VxpInbox)
    assert isinstance(inbox.auth, HmacAuth)
    assert len(inbox.auth.secret()) == 32
    path.chmod(0o644)
    write_settings(house / "home", search="sqlite", world=house / "world")
    assert mode(path) == 0o600, "a restart makes it private again"
    assert IngestSettings.load().inboxes[0].auth.secret() == inbox.auth.secret(), "a restart keeps the secret"


@pytest.mark.parametrize(
    "text, says",
    [
        ("[archive]\ncopys_required = 3\n", "copys_required"),
        ("[archiv]\ndata = 'x'\n", r"unknown table \[archiv\]"),
        ("[archive]\ncopies_required = 0\n", "copies_required"),
        ("[archive\n", "not TOML"),
    ],
)
def test_a_wrong_settings_file_is_refused_by_name(house: Path, text: str, says: str) -> None:
    (house / "tangthu.toml").write_text(text)
    with pytest.raises(SettingsError, match=says):
        ArchiveSettings.load()


def test_an_unknown_environment_key_is_refused_by_name(house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TANGTHU_ARCHIVE__DATTA", "x")
    with pytest.raises(SettingsError, match="TANGTHU_ARCHIVE__DATTA"):
        ArchiveSettings.load()


def test_the_environment_wins_over_the_file(house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (house / "tangthu.toml").write_text("[archive]\ncopies_required = 2\n")
    assert ArchiveSettings.load().copies_required == 2
    monkeypatch.setenv("TANGTHU_ARCHIVE__COPIES_REQUIRED", "5")
    assert ArchiveSettings.load().copies_required == 5


def test_a_port_that_is_taken_is_not_given_out() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert free_port(port) != port


def test_emptying_a_home_keeps_only_the_typeset_world(tmp_path: Path) -> None:
    (tmp_path / "the-gioi-mau").mkdir()
    (tmp_path / "archive" / "stores").mkdir(parents=True)
    (tmp_path / "accounts.json").write_text("[]")
    empty(tmp_path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["the-gioi-mau"]


GOOD_LINE = Line("k", "c", "stored", "stored", "", right=True)
GOOD_ACT = Act("a", "", right=True)


@pytest.mark.parametrize(
    "lines, acts, right",
    [
        ([GOOD_LINE], [GOOD_ACT], True),
        ([], [GOOD_ACT], False),
        ([GOOD_LINE], [], False),
        ([GOOD_LINE, Line("k", "c", "stored", "returned", "", right=False)], [GOOD_ACT], False),
        ([GOOD_LINE], [Act("a", "", right=False)], False),
    ],
)
def test_a_report_is_right_only_when_everything_is_and_there_is_something(
    lines: list[Line], acts: list[Act], right: bool
) -> None:
    report = Report(lines=lines, acts=acts)
    assert report.right is right
    assert json.loads(json.dumps(report.facts()))["right"] is right
    assert ("MỌI BƯỚC ĐÚNG" in report.table()) is right


def test_a_greeting_names_a_person_and_the_list_of_accounts_what_each_is(tmp_path: Path) -> None:
    made = make(tmp_path / "accounts.json", official_agency="000.00.01.H37")
    assert not any("(" in account.fullname for account in made)
    assert {account.login: account.title for account in made}["luutru"] == "lưu trữ viên"
    assert all(account.title for account in made if account.password)
