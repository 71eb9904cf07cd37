"""Ways in are set by kind; what is unknown, unsafe or ambiguous is refused by name."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from archive.errors import SettingsError
from archive.private_file import private_text
from ingest.gateway.opening import named, opened
from ingest.inbox_auth import HmacAuth
from ingest.settings import IngestSettings
from tests.ingest.inbox_counterparts import private_file

VXP: dict[str, Any] = {
    "name": "truc",
    "kind": "vxp",
    "url": "https://truc.example.vn/api",
    "auth": {"kind": "hmac", "system_id": "kho", "secret_env": "TRUC_SECRET"},
}
FOLDER: dict[str, Any] = {
    "name": "tha-tep",
    "kind": "folder",
    "path": "/srv/tha-tep",
    "agencies": ["000.00.11.H21"],
}
SFTP: dict[str, Any] = {
    **FOLDER,
    "kind": "sftp",
    "path": "/nop",
    "host": "sftp.example.vn",
    "host_key": "ssh-ed25519 AAAA",
    "auth": {"kind": "password", "user": "kho", "secret_env": "SFTP_SECRET"},
}
LGSP: dict[str, Any] = {
    **VXP,
    "kind": "lgsp",
    "auth": {"kind": "client-credentials", "client_id": "kho", "secret_env": "S"},
    "paths": {"list": "/a/1.0/list", "get": "/a/1.0/get", "ack": "/a/1.0/ack", "send": "/a/1.0/send"},
}
PROVINCIAL: dict[str, Any] = {
    **VXP,
    "kind": "provincial",
    "auth": {"kind": "header-pair", "system_id": "kho", "secret_env": "S"},
}


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    monkeypatch.setenv("TANGTHU_CONFIG", str(tmp_path / "tangthu.toml"))

    def give(*inboxes: dict[str, Any]) -> IngestSettings:
        monkeypatch.setenv("TANGTHU_INGEST__INBOXES", json.dumps(inboxes))
        return IngestSettings.load()

    return give


def test_the_file_and_the_environment_say_the_same(
    given: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_environment = given(VXP, FOLDER).inboxes
    monkeypatch.delenv("TANGTHU_INGEST__INBOXES")
    (tmp_path / "tangthu.toml").write_text(
        """
[ingest]
[[ingest.inboxes]]
name = "truc"
kind = "vxp"
url = "https://truc.example.vn/api"
auth = { kind = "hmac", system_id = "kho", secret_env = "TRUC_SECRET" }
[[ingest.inboxes]]
name = "tha-tep"
kind = "folder"
path = "/srv/tha-tep"
agencies = ["000.00.11.H21"]
"""
    )
    assert IngestSettings.load().inboxes == by_environment


@pytest.mark.parametrize("inbox", [VXP, PROVINCIAL, LGSP, FOLDER, SFTP], ids=lambda one: one["kind"])
def test_the_least_that_must_be_said_is_enough(inbox: dict[str, Any], given: Any) -> None:
    assert given(inbox).inboxes[0].kind == inbox["kind"]


@pytest.mark.parametrize(
    ("inbox", "says"),
    [
        ({**VXP, "urll": "x"}, "urll"),
        ({**VXP, "kind": "ftp"}, "kind|tag"),
        ({**VXP, "name": "Trục"}, "name"),
        ({**VXP, "url": "truc.example.vn"}, "http or https"),
        ({**VXP, "url": "http://truc.example.vn"}, "plain_http"),
        ({**VXP, "url": "https://kho:mat@truc.example.vn"}, "no account"),
        ({**VXP, "url": "https://truc.example.vn?key=1"}, "no account, query"),
        ({**VXP, "auth": {"kind": "hmac", "system_id": "kho"}}, "secret_env or secret_file"),
        ({**VXP, "auth": {**VXP["auth"], "secret_file": "/x"}}, "secret_env or secret_file"),
        ({**VXP, "auth": {**VXP["auth"], "secret": "abc"}}, "secret"),
        ({**VXP, "auth": {"kind": "hmac", "secret_env": "S"}}, "system_id"),
        ({**VXP, "paths": {"lists": "/x"}}, "lists"),
        ({**VXP, "paths": {"list": "x"}}, "paths"),
        ({**VXP, "message_types": []}, "message_types"),
        ({**VXP, "message_types": ["edoc", "hoso"]}, "message_types"),
        ({**PROVINCIAL, "days": 0}, "days"),
        ({**LGSP, "paths": {"list": "/a"}}, "paths"),
        ({key: value for key, value in LGSP.items() if key != "paths"}, "paths"),
        ({**FOLDER, "proxy": "http://p"}, "proxy"),
        ({**FOLDER, "agencies": []}, "exactly one agency"),
        ({**FOLDER, "agencies": ["*.H21"]}, "exactly one agency"),
        ({**FOLDER, "agencies": ["A", "B"]}, "exactly one agency"),
        ({**FOLDER, "done": "failed"}, "four different"),
        ({**FOLDER, "done": ".."}, "below the folder"),
        ({**FOLDER, "done": "a/b"}, "done"),
        ({**FOLDER, "ready": "soon"}, "ready"),
        ({key: value for key, value in SFTP.items() if key != "host_key"}, "host_key"),
        ({**SFTP, "host_key": ""}, "host_key"),
        ({**SFTP, "path": "nop"}, "path"),
        ({**SFTP, "auth": {"kind": "hmac", "system_id": "a", "secret_env": "S"}}, "auth"),
    ],
)
def test_a_wrong_inbox_is_refused_by_its_key(inbox: dict[str, Any], says: str, given: Any) -> None:
    with pytest.raises(SettingsError, match=says):
        given(inbox)


def test_two_of_one_name_are_refused(given: Any) -> None:
    with pytest.raises(SettingsError, match="two have the name truc"):
        given(VXP, {**LGSP, "name": "truc"})


def test_what_is_not_json_in_the_environment_is_refused_by_its_key(
    given: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TANGTHU_INGEST__INBOXES", "[{")
    with pytest.raises(SettingsError, match="inboxes"):
        IngestSettings.load()


@pytest.mark.parametrize("url", ["http://127.0.0.1:8091", "http://localhost", "https://a.vn"])
def test_an_address_on_this_machine_may_be_plain(url: str, given: Any) -> None:
    assert given({**VXP, "url": url}).inboxes[0].url == url
    assert given({**VXP, "url": "http://truc.vn", "plain_http": True}).inboxes[0].plain_http


@pytest.mark.parametrize(
    ("agencies", "code", "served"),
    [
        ((), "anything", True),
        (("000.00.11.H21",), "000.00.11.H21", True),
        (("000.00.11.H21",), "000.00.11.H211", False),
        (("000.00.11.H21",), "000x00x11xH21", False),
        (("*.H21",), "000.00.11.H21", True),
        (("*.H21",), "000.00.11.H22", False),
        (("H21*", "*.H21"), "H21.05", True),
        (("*.H21",), "x\n.H21", False),
        (("*",), "", True),
    ],
)
def test_whose_messages_are_taken(agencies: tuple[str, ...], code: str, served: bool, given: Any) -> None:
    assert given({**VXP, "agencies": agencies}).inboxes[0].serves(code) is served


def test_a_secret_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    auth = HmacAuth(kind="hmac", system_id="kho", secret_env="TRUC_SECRET")
    monkeypatch.delenv("TRUC_SECRET", raising=False)
    with pytest.raises(SettingsError, match="TRUC_SECRET is not set"):
        auth.secret()
    monkeypatch.setenv("TRUC_SECRET", "abc")
    assert auth.secret() == "abc"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660, 0o601])
def test_a_secret_others_could_read_is_refused(mode: int, tmp_path: Path) -> None:
    path = private_file(tmp_path / "secret", "abc\n")
    assert private_text(path) == "abc"
    path.chmod(mode)
    with pytest.raises(SettingsError, match="chmod 600"):
        private_text(path)


def test_a_secret_that_is_not_there_empty_or_no_file_is_refused(tmp_path: Path) -> None:
    for path, says in (
        (tmp_path / "none", "cannot be read"),
        (private_file(tmp_path / "empty", " \n"), "empty"),
        (private_file(tmp_path / "long", "x" * 20_000), "longer"),
        (tmp_path, "cannot be read|plain file"),
    ):
        with pytest.raises(SettingsError, match=says):
            private_text(path)


def test_no_secret_is_shown_with_the_settings(given: Any, tmp_path: Path) -> None:
    secret = private_file(tmp_path / "secret", "khong-ai-thay")
    shown = given({**VXP, "auth": {"kind": "hmac", "system_id": "kho", "secret_file": str(secret)}})
    assert "khong-ai-thay" not in repr(shown) + shown.model_dump_json()


def test_an_inbox_without_its_secret_is_not_opened(given: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TRUC_SECRET", raising=False)
    with pytest.raises(SettingsError, match="TRUC_SECRET"), opened(given(VXP).inboxes[0]):
        pass


def test_our_code_is_the_house_s_unless_the_inbox_has_its_own(
    given: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TANGTHU_INGEST__ORGAN", "H21.99")
    settings = given({**FOLDER, "path": str(tmp_path)}, {**FOLDER, "name": "b", "organ": "H21.01"})
    with opened(settings.inboxes[0]) as one, opened(settings.inboxes[1]) as other:
        assert (one.settings.organ, other.settings.organ) == ("H21.99", "H21.01")


def test_an_inbox_that_is_not_set_is_named(given: Any) -> None:
    given(VXP)
    assert named("truc").kind == "vxp"
    with pytest.raises(Exception, match="no inbox khac is set"):
        named("khac")


def test_the_example_of_the_operators_manual_is_valid(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    manual = Path(__file__).parents[2] / "deploy" / "README.md"
    examples = [part.partition("```")[0] for part in manual.read_text("utf-8").split("```toml\n")[1:]]
    (tmp_path / "tangthu.toml").write_text("\n".join(one for one in examples if "ingest" in one), "utf-8")
    monkeypatch.setenv("TANGTHU_CONFIG", str(tmp_path / "tangthu.toml"))
    settings = IngestSettings.load()
    assert [one.kind for one in settings.inboxes] == ["vxp", "provincial", "lgsp", "folder", "sftp"]
