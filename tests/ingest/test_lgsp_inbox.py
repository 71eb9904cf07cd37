"""A WSO2-style LGSP: one token for many requests, renewed before and after its end, never asked for in vain."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from archive.errors import TemporaryError
from ingest.errors import IngestError
from ingest.gateway import bearer
from ingest.gateway.simulator import LGSP_PATHS
from tests.ingest.inbox_counterparts import (
    SYSTEM,
    HttpSide,
    http_side,
    inbox_settings,
    open_one,
    private_file,
)

LIST = LGSP_PATHS["list"]


@pytest.fixture
def side(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[HttpSide]:
    monkeypatch.setenv("TANGTHU_CONFIG", str(tmp_path / "tangthu.toml"))
    monkeypatch.setattr(bearer, "_KEPT", {})
    with http_side("lgsp", tmp_path / "ngoai") as one:
        yield one


def given(side: HttpSide) -> int:
    return side.simulator.lgsp.given


def test_one_token_serves_every_call_and_the_next_run(side: HttpSide, tmp_path: Path) -> None:
    side.put("M-1", "sip", b"x")
    for _ in range(3):
        with open_one(side) as inbox:
            (one,) = inbox.list_received()
            inbox.fetch(one, tmp_path / "in")
            inbox.acknowledge("M-1", "processing")
    assert given(side) == 1


def test_a_token_the_other_side_forgot_is_renewed_and_the_call_made_again(side: HttpSide) -> None:
    with open_one(side) as inbox:
        inbox.list_received()
        side.simulator.faults.expire = 1
        inbox.send_status(b"<a/>", "x")
    assert given(side) == 2
    assert len(side.answers()) == 1, "what is sent is sent once"


def test_a_token_is_renewed_before_its_end(side: HttpSide, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr(bearer.time, "monotonic", lambda: now)
    with open_one(side) as inbox:
        authority: Any = inbox.authority
        authority._clock = lambda: now
        inbox.list_received()
        now += 3600 - bearer.EARLY - 1
        inbox.list_received()
        assert given(side) == 1
        now += 1
        inbox.list_received()
        assert given(side) == 2
    assert side.simulator.asked.count(LIST) == 9, "nothing was refused on the way"


@pytest.mark.parametrize("seconds", [1, 20])
def test_a_token_that_lasts_shorter_than_our_margin_is_still_used(seconds: int, side: HttpSide) -> None:
    side.simulator.faults.token_seconds = seconds
    with open_one(side) as inbox:
        inbox.list_received()
    assert 1 <= given(side) <= 3


def test_a_side_that_refuses_every_token_is_asked_twice_and_no_more(side: HttpSide) -> None:
    with open_one(side) as inbox:
        inbox.list_received()
        side.simulator.asked.clear()
        side.simulator.faults.expire = 1000
        with pytest.raises(IngestError, match="check auth"):
            inbox.list_received()
    assert side.simulator.asked == [LIST, "/token", LIST]


def test_a_fresh_token_that_is_refused_is_not_kept_for_the_next_run(side: HttpSide) -> None:
    side.simulator.faults.expire = 2
    with open_one(side) as inbox, pytest.raises(IngestError):
        inbox.list_received()
    with open_one(side) as inbox:
        assert inbox.list_received() == []


@pytest.mark.parametrize("fault", ["drop", "error", "cut", "drop_after"])
def test_a_token_path_that_is_down_is_a_temporary_failure(fault: str, side: HttpSide) -> None:
    setattr(side.simulator.faults, fault, 1)
    with open_one(side) as inbox:
        with pytest.raises(TemporaryError):
            inbox.list_received()
        assert inbox.list_received() == []


def test_wrong_credentials_are_a_lasting_error(side: HttpSide) -> None:
    side.settings.auth.secret_file.write_text("sai")
    with open_one(side) as inbox, pytest.raises(IngestError, match=r"no token was given.*check auth"):
        inbox.list_received()
    assert side.simulator.asked == ["/token"]


def test_two_clients_of_one_address_have_tokens_of_their_own(side: HttpSide, tmp_path: Path) -> None:
    with open_one(side) as inbox:
        inbox.list_received()
    auth = side.settings.auth.model_copy(
        update={"client_id": "khac", "secret_file": private_file(tmp_path / "other", "sai")}
    )
    other = HttpSide(side.simulator, side.settings.model_copy(update={"auth": auth}))
    with open_one(other) as inbox, pytest.raises(IngestError):
        inbox.list_received()


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"[]",
        b"{}",
        b'{"access_token": 3}',
        b'{"access_token": "a b"}',
        b'{"access_token": "a\\r\\nX-Y: z"}',
        b'{"access_token": "\xc3\xa9"}',
        b'{"access_token": "a", "expires_in": "soon"}',
        b'{"access_token": "a", "token_type": "mac"}',
        b"[" * 100_000,
    ],
    ids=lambda raw: str(raw[:40]),
)
def test_what_is_no_token_is_a_lasting_error(
    said: bytes, side: HttpSide, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.gateway.line.Answer.small", lambda self: said)
    with open_one(side) as inbox, pytest.raises(IngestError, match="holds no token"):
        inbox.list_received()


def test_a_token_whose_end_is_not_said_is_used_for_a_while(
    side: HttpSide, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.gateway.line.Answer.small", lambda self: b'{"access_token": "abc"}')
    with open_one(side) as inbox:
        authority: Any = inbox.authority
        headers = authority.headers(bearer.Call("GET", "/x"))
        assert headers["Authorization"] == "Bearer abc"
        assert authority.headers(bearer.Call("GET", "/x")) == headers
    assert side.simulator.asked == ["/token"]


@pytest.mark.parametrize("where", ["form", "basic"])
def test_credentials_go_in_the_form_or_in_a_header(where: str, tmp_path: Path, side: HttpSide) -> None:
    simulator = side.simulator
    simulator.lgsp.system_id, simulator.lgsp.secret = "kho:1", "a b&c=đ%"
    secret = private_file(tmp_path / "other", "a b&c=đ%")
    auth = side.settings.auth.model_copy(
        update={"credentials_in": where, "client_id": "kho:1", "secret_file": secret, "scope": "vb"}
    )
    other = HttpSide(simulator, side.settings.model_copy(update={"auth": auth}))
    with open_one(other) as inbox:
        assert inbox.list_received() == []
    assert simulator.lgsp.asked_by == [where]


def test_the_national_shape_may_lie_behind_a_token_too(side: HttpSide) -> None:
    settings = inbox_settings(name="ngsp", kind="vxp", url=side.simulator.url, auth=side.settings.auth)
    with open_one(HttpSide(side.simulator, settings)) as inbox:
        call = bearer.Call("POST", "/getEdoc", {"docId": "M-1"})
        headers = inbox.authority.headers(call)
    assert headers["XroadVnpt-docId"] == "M-1"
    assert headers["Authorization"].startswith("Bearer ")
    assert SYSTEM not in str(headers)
