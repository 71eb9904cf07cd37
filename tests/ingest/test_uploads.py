"""The shelf of uploads: pieces on disk, quotas, keys, what is tidied."""

from __future__ import annotations

import hashlib
import io
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from archive.errors import NotFoundError, TemporaryError
from archive.viewer import Role, Viewer
from ingest import quarantine
from ingest.inbox_settings import RestInbox
from ingest.uploads import keys, shelf
from ingest.uploads.errors import (
    ChecksumError,
    KeyReusedError,
    OffsetError,
    QuotaError,
    UploadBusyError,
    UploadGoneError,
    UploadTooLargeError,
)
from ingest.uploads.locked import locked
from ingest.uploads.upload import Purpose, Upload

NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)
OURS, THEIRS = "000.00.01.H37", "000.00.01.H01"
NAM = Viewer("nam", {OURS: frozenset({Role.OFFICIAL})})
WAY = RestInbox(upload_seconds=100, uploads=3, upload_bytes=1000)


def ident(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012d}"


def begun(number: int = 1, length: int = 10, **more: Any) -> Upload:
    facts: dict[str, Any] = {
        "id": ident(number),
        "agency_code": OURS,
        "holder": "nam",
        "length": length,
        "offset": 0,
        "file_name": "ho-so.zip",
        "purpose": Purpose.SUBMISSION,
        "message_id": f"rest-{number}",
        "draft": "",
        "created_at": NOW,
        "expires_at": NOW + timedelta(seconds=100),
    }
    return shelf.begin(Upload(**facts | more), WAY)


def add(upload: Upload, piece: bytes, offset: int, **more: Any) -> Upload:
    return shelf.append(upload, io.BytesIO(piece), offset=offset, settings=WAY, now=NOW, **more)


def found(number: int = 1, *, viewer: Viewer = NAM, now: datetime = NOW) -> Upload:
    return shelf.find(ident(number), viewer=viewer, now=now)


def test_pieces_make_the_whole_byte_for_byte(house: Path) -> None:
    upload = begun()
    assert add(upload, b"0123", 0).offset == 4
    assert not found().whole
    assert add(upload, b"456789", 4).whole
    assert shelf.data(upload).read_bytes() == b"0123456789"


@pytest.mark.parametrize("offset", [0, 3, 5, 10])
def test_a_piece_that_does_not_follow_is_refused_and_the_offset_is_told(house: Path, offset: int) -> None:
    upload = begun()
    add(upload, b"0123", 0)
    with pytest.raises(OffsetError) as caught:
        add(upload, b"x", offset)
    assert caught.value.offset == 4
    assert (found().offset, shelf.data(upload).read_bytes()) == (4, b"0123")


def test_more_than_announced_is_refused_and_nothing_of_it_stays(house: Path) -> None:
    upload = begun()
    add(upload, b"0123", 0)
    with pytest.raises(UploadTooLargeError):
        add(upload, b"45678901", 4)
    assert (found().offset, shelf.data(upload).read_bytes()) == (4, b"0123")
    assert add(upload, b"456789", 4).whole


@pytest.mark.parametrize("algorithm", shelf.ALGORITHMS)
def test_a_piece_with_the_wrong_checksum_leaves_nothing(house: Path, algorithm: str) -> None:
    upload = begun()
    right = hashlib.new(algorithm, b"0123").digest()
    with pytest.raises(ChecksumError):
        add(upload, b"0124", 0, checksum=(algorithm, right))
    assert (found().offset, shelf.data(upload).read_bytes()) == (0, b"")
    assert add(upload, b"0123", 0, checksum=(algorithm, right)).offset == 4


def test_bytes_nobody_confirmed_are_cut_off_before_the_next_piece(house: Path) -> None:
    """As after a kill between writing and noting how far it is."""
    upload = begun()
    add(upload, b"0123", 0)
    with shelf.data(upload).open("ab") as out:
        out.write(b"\0\0\0\0")
    assert found().offset == 4
    add(upload, b"456789", 4)
    assert shelf.data(upload).read_bytes() == b"0123456789"


def test_two_requests_cannot_write_to_one_upload(house: Path) -> None:
    upload = begun()
    with locked(shelf.data(upload).with_name("lock"), wait=False), pytest.raises(UploadBusyError):
        add(upload, b"0123", 0)
    assert add(upload, b"0123", 0).offset == 4


def test_a_colleague_finds_no_upload_of_mine(house: Path) -> None:
    begun()
    with pytest.raises(NotFoundError):
        found(viewer=Viewer("mai", NAM.roles))


@pytest.mark.parametrize("wrong", ["", "../..", "x", ident(7), ident(1).replace("-", ""), "\0"])
def test_what_is_no_upload_is_not_found(house: Path, wrong: str) -> None:
    begun()
    with pytest.raises(NotFoundError):
        shelf.find(wrong, viewer=NAM, now=NOW)


def test_an_agency_has_so_many_uploads_and_bytes_and_another_is_not_disturbed(house: Path) -> None:
    begun(1, 600)
    with pytest.raises(QuotaError):
        begun(2, 401)
    begun(2, 400)
    begun(3, 600, agency_code=THEIRS)
    shelf.end(found(1))
    begun(4, 10)
    begun(5, 10)
    with pytest.raises(QuotaError):
        begun(6, 10)


def test_what_was_received_does_not_count_any_more(house: Path) -> None:
    upload = begun(1, 1000)
    shelf.received(upload)
    begun(2, 1000)
    assert not shelf.data(upload).exists()
    assert found(1).received


def test_concurrent_beginnings_stay_within_the_quota(house: Path) -> None:
    won: list[int] = []

    def one(number: int) -> None:
        try:
            begun(number, 400)
            won.append(number)
        except QuotaError:
            pass

    threads = [threading.Thread(target=one, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 2


def test_beginning_twice_under_one_id_gives_the_upload_as_it_stands(house: Path) -> None:
    add(begun(), b"0123", 0)
    assert begun().offset == 4


def test_a_full_disk_is_a_passing_trouble(house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf, "SPARE", 1 << 60)
    with pytest.raises(TemporaryError):
        begun()
    assert list(shelf.whole()) == []


def test_a_piece_prolongs_and_what_nobody_goes_on_with_is_gone(house: Path) -> None:
    upload = begun()
    late = NOW + timedelta(seconds=90)
    shelf.append(upload, io.BytesIO(b"0"), offset=0, settings=WAY, now=late)
    assert found(now=NOW + timedelta(seconds=150)).offset == 1
    over = late + timedelta(seconds=100)
    with pytest.raises(UploadGoneError):
        found(now=over)
    assert shelf.tidy(over - timedelta(seconds=1)) == 0
    assert shelf.tidy(over) == 1
    assert not list(quarantine.home().rglob("data"))
    with pytest.raises(NotFoundError):
        found()


def test_a_whole_upload_is_never_tidied_before_it_was_received(house: Path) -> None:
    upload = add(begun(), b"0123456789", 0)
    assert shelf.tidy(NOW + timedelta(days=100)) == 0
    shelf.received(upload)
    assert shelf.tidy(NOW + timedelta(days=100)) == 1


def test_a_piece_for_an_ended_upload_says_that_it_is_gone(house: Path) -> None:
    upload = begun()
    shelf.end(upload)
    with pytest.raises(UploadGoneError):
        add(upload, b"0", 0)


def test_a_damaged_note_is_no_upload_and_is_tidied_later(house: Path) -> None:
    upload = begun()
    shelf.data(upload).with_name("about.json").write_text("{")
    with pytest.raises(NotFoundError):
        found()
    assert shelf.tidy(datetime.now(UTC)) == 0, "it may be being written this moment"
    assert shelf.tidy(datetime.now(UTC) + timedelta(seconds=shelf.ORPHAN_SECONDS + 5)) == 1


def claimed(key: str = "k", print_: str = "a", **more: Any) -> keys.Claim:
    facts: dict[str, Any] = {"agency_code": OURS, "holder": "nam", "kept": timedelta(days=7), "now": NOW}
    return keys.claim(key, fingerprint=print_, **facts | more)


def test_a_key_stands_for_one_request_of_one_person_at_one_agency(house: Path) -> None:
    first = claimed()
    assert claimed() == first
    assert claimed(now=NOW + timedelta(days=6, hours=23)) == first
    others = {claimed("l").token, claimed(holder="mai").token, claimed(agency_code=THEIRS).token}
    assert len(others | {first.token}) == 4
    with pytest.raises(KeyReusedError) as caught:
        claimed(print_="b")
    assert caught.value.until == NOW + timedelta(days=7)


def test_a_key_is_free_again_after_its_time(house: Path) -> None:
    first = claimed()
    after = NOW + timedelta(days=7)
    assert keys.tidy(after - timedelta(seconds=1)) == 0
    assert claimed(print_="b", now=after).token != first.token
    assert keys.tidy(after + timedelta(days=7)) == 1


def test_of_two_requests_at_once_under_one_key_one_is_first(house: Path) -> None:
    said: list[str] = []

    def one(print_: str) -> None:
        try:
            claimed(print_=print_)
            said.append(print_)
        except KeyReusedError:
            pass

    threads = [threading.Thread(target=one, args=(print_,)) for print_ in "abababab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(said) == 4
    assert len(set(said)) == 1


def test_a_key_says_nothing_on_disk(house: Path) -> None:
    claimed("quyet-dinh-mat-15")
    written = b"".join(path.read_bytes() for path in keys.home().iterdir())
    assert b"quyet-dinh-mat" not in written


def test_only_what_is_whole_and_not_received_waits_oldest_first(house: Path) -> None:
    add(begun(1, created_at=NOW + timedelta(seconds=2)), b"0123456789", 0)
    add(begun(2, created_at=NOW), b"0123456789", 0)
    add(begun(3), b"012", 0)
    assert [one.id for one in shelf.whole()] == [ident(2), ident(1)]
    shelf.received(replace(found(2)))
    assert [one.id for one in shelf.whole()] == [ident(1)]
