"""Answers with hundreds of megabytes in one string: exactly the bytes, whatever the pieces, and nothing half."""

from __future__ import annotations

import base64
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.errors import BadMessageError, IngestError
from ingest.gateway import long_json
from ingest.gateway.answers import attachments_in, write_base64, write_message
from ingest.gateway.long_json import LONG, LongText


def in_pieces(data: bytes, size: int) -> Iterator[bytes]:
    return (data[at : at + size] for at in range(0, len(data), size))


def read(data: bytes, into: Path, *, piece: int = 1000, most: int = 10**9) -> Any:
    return long_json.read(in_pieces(data, piece), into, max_bytes=most, operation="getEdoc")


def whole(value: Any) -> Any:
    return "".join(value.pieces()) if isinstance(value, LongText) else value


@settings(max_examples=150, deadline=None)
@given(
    text=st.text(alphabet=st.characters(exclude_categories=("Cs",)), max_size=60),
    times=st.sampled_from([0, 1, 2000, 5000]),
    piece=st.integers(1, 300_000),
    ascii_only=st.booleans(),
)
def test_every_string_comes_back_however_it_is_cut_and_escaped(
    text: str, times: int, piece: int, ascii_only: bool
) -> None:
    said = {"status": "OK", "data": {"edxml": text * times, "other": text}, "list": [text, 1, None]}
    raw = json.dumps(said, ensure_ascii=ascii_only).encode()
    with tempfile.TemporaryDirectory() as folder:
        found = read(raw, Path(folder), piece=max(piece, len(raw) // 2000))
        written = json.dumps(text * times, ensure_ascii=ascii_only).encode()[1:-1]
        assert isinstance(found["data"]["edxml"], LongText) == (len(written) > LONG)
        assert whole(found["data"]["edxml"]) == text * times
        assert (found["data"]["other"], found["list"]) == (text, [text, 1, None])


def test_a_long_string_lies_on_disk_and_not_in_the_answer(tmp_path: Path) -> None:
    found = read(json.dumps({"data": "A" * 1_000_000}).encode(), tmp_path)
    assert isinstance(found["data"], LongText)
    assert found["data"].path.stat().st_size == 1_000_000


def test_what_looks_like_our_mark_is_a_string_like_any_other(tmp_path: Path) -> None:
    said = {"a": "long-00000000000000000000000000000000-0", "b": "x" * 100_000}
    assert read(json.dumps(said).encode(), tmp_path)["a"] == said["a"]


@pytest.mark.parametrize(
    "text",
    ["Pj8+Pz4/Pw==", "Pj8+Pz4\\/Pw==", "Pj8\\u002bPz4/Pw\\u003d\\u003d", "Pj8+\\r\\nPz4/\\nPw=="],
)
@pytest.mark.parametrize("long", [False, True])
def test_base64_is_decoded_whatever_json_escaped(text: str, long: bool, tmp_path: Path) -> None:
    before = base64.b64encode(b"abc" * 50_000).decode() if long else ""
    answer = f'{{"status":"OK","data": "{before}{text}","ErrorCode":"0"}}'.encode()
    write_base64(read(answer, tmp_path, piece=7919)["data"], tmp_path / "out", 10**9)
    assert (tmp_path / "out").read_bytes() == b"abc" * (50_000 if long else 0) + b">?>?>??"


@pytest.mark.parametrize(
    "text", ["QUJ", "QU*D", "QUI=QUJD", "=", "QUJD" * 20_000 + "Q", "QUI=" + "QUJD" * 400_000, "é" * 40_000]
)
def test_what_is_not_base64_is_refused_as_the_senders_trouble(text: str, tmp_path: Path) -> None:
    answer = json.dumps({"data": text}).encode()
    with pytest.raises(BadMessageError, match="not base64"):
        write_base64(read(answer, tmp_path, piece=100_000)["data"], tmp_path / "out", 10**9)


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"<html>",
        b'{"status":"OK","data":"QUJD',
        b'{"status":"OK","data":"' + b"QUJD" * 100_000,
        b'{"status":"OK","data":"QUJD"',
        b'{"data":"QUJD\\',
        b'{"data":"QU\\xJD"}',
        b'{"data": nan"QUJD"}',
        b'{"data":"\xff"}',
        b"[" * 200_000,
        b'{"a":' + b"1" * 5_000_000 + b"}",
        b'{"a":[' + b'"short",' * 700_000 + b"1]}",
    ],
    ids=lambda raw: str(raw[:24]),
)
def test_what_is_not_json_or_breaks_off_is_never_taken_for_whole(answer: bytes, tmp_path: Path) -> None:
    with pytest.raises(IngestError, match="not JSON") as caught:
        read(answer, tmp_path, piece=100_000)
    assert not isinstance(caught.value, BadMessageError), "it is the line's trouble, not the sender's"


def test_an_endless_answer_is_left_at_the_limit(tmp_path: Path) -> None:
    given = 0

    def endless() -> Iterator[bytes]:
        nonlocal given
        yield b'{"data":"'
        while True:
            given += 1000
            yield b"A" * 1000

    with pytest.raises(BadMessageError, match="larger than 488 KB"):
        long_json.read(endless(), tmp_path, max_bytes=500_000, operation="x")
    assert given <= 501_000
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= 500_000


def test_base64_that_unpacks_beyond_the_limit_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadMessageError) as caught:
        write_base64(base64.b64encode(bytes(1001)).decode(), tmp_path / "out", 1000)
    assert caught.value.code == "MESSAGE_TOO_LARGE"


@pytest.mark.parametrize("escape", ["\\ud800", "\\ud800x", "\\udc00\\ud800", "\\u12", "\\uZZZZ", "\\q"])
@pytest.mark.parametrize("long", [False, True])
def test_half_a_character_and_unknown_escapes_are_refused(escape: str, long: bool, tmp_path: Path) -> None:
    answer = f'{{"edxml":"<a>{"x" * (70_000 if long else 0)}{escape}'.encode()
    with pytest.raises(IngestError):
        found = read(answer + b'"}', tmp_path, piece=11_000)
        write_message(found["edxml"], tmp_path / "out", 10**9)


XML = "<?xml version='1.0'?><edXML>Ữ</edXML>"


@pytest.mark.parametrize("before", ["", "\ufeff", "\n  "])
def test_a_message_may_be_text_or_base64_of_it(before: str, tmp_path: Path) -> None:
    write_message(before + XML, tmp_path / "a", 1000)
    assert (tmp_path / "a").read_text("utf-8") == before + XML
    write_message(before.strip("\ufeff") + base64.b64encode(XML.encode()).decode(), tmp_path / "b", 1000)
    assert (tmp_path / "b").read_text("utf-8") == XML


def test_attachments_are_counted_by_their_tags_across_pieces(tmp_path: Path) -> None:
    one = b"<edXML:ContentTransferEncoded xmlns:edXML='x'>QUJD</edXML:ContentTransferEncoded>"
    for padding in range((1 << 20) - 40, (1 << 20) + 5, 3):
        (tmp_path / "m").write_bytes(
            b" " * padding + one + b"<ContentTransferEncoded></ContentTransferEncoded>"
        )
        assert attachments_in(tmp_path / "m") == 2
