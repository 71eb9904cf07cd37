"""Deliveries by REST: received once, whatever breaks in between; and the way in that picks up what is left."""

from __future__ import annotations

import io
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from archive.errors import NotAllowedError, NotFoundError, TemporaryError
from archive.ledger.append import history
from archive.register.agencies import set_agency
from archive.register.models import Outbox, Submission
from archive.register.session import reading, transaction
from archive.viewer import ALL_AGENCIES, Role, Viewer
from ingest import direct, fetching, outbox, quarantine, reception
from ingest.errors import BadMessageError, IngestError
from ingest.gateway.opening import named, opened
from ingest.settings import IngestSettings
from ingest.uploads import shelf
from ingest.uploads.errors import EmptyUploadError, KeyReusedError, UploadTooLargeError
from ingest.uploads.upload import Upload

NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)
OURS, THEIRS = "000.00.01.H37", "000.00.01.H01"
NAM = Viewer("nam", {OURS: frozenset({Role.OFFICIAL})})
PACKAGE = b"PK\3\4" + bytes(100_000)


@pytest.fixture(autouse=True)
def queue(house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TANGTHU_ARCHIVE__BROKER_URL", "memory://")
    with transaction() as session:
        for code in (OURS, THEIRS):
            set_agency(session, code=code, name=code, actor="system:test", now=NOW)


def deliver(data: bytes = PACKAGE, *, key: str = "lan-1", viewer: Viewer = NAM, **more: Any) -> Any:
    facts: dict[str, Any] = {"agency_code": OURS, "file_name": "ho-so.zip", "now": NOW}
    return direct.deliver(io.BytesIO(data), key=key, viewer=viewer, **facts | more)


def begin(length: int = len(PACKAGE), **more: Any) -> Upload:
    facts: dict[str, Any] = {"agency_code": OURS, "file_name": "ho-so.zip", "viewer": NAM, "now": NOW}
    return direct.begin_upload(length=length, **facts | more)


def add(upload: Upload, piece: bytes, offset: int = 0) -> Upload:
    return direct.add_piece(upload, io.BytesIO(piece), offset=offset, viewer=NAM, now=NOW)


def rows() -> list[Submission]:
    with reading() as session:
        return list(session.scalars(select(Submission).order_by(Submission.received_at)))


def test_a_package_is_stored_and_ledgered_and_its_sender_is_owed_01() -> None:
    received = deliver()
    (row,) = rows()
    assert (row.id, row.agency_code, row.kind, row.state, row.inbox) == (
        received.submission_id,
        OURS,
        "sip",
        "received",
        "rest",
    )
    assert quarantine.raw(row.id).read_bytes() == PACKAGE
    with reading() as session:
        assert [event.verb for event in history(session, "submission", row.id)] == ["INGEST"]
        assert [one.status for one in direct.statuses(session, row.id)] == ["01"]


def test_the_same_key_and_bytes_make_one_submission() -> None:
    first = deliver()
    again = deliver(now=NOW + timedelta(days=6))
    assert (again.submission_id, again.repeat) == (first.submission_id, True)
    assert len(rows()) == 1


def test_the_same_key_with_other_bytes_is_refused_and_nothing_is_kept() -> None:
    deliver()
    with pytest.raises(KeyReusedError):
        deliver(PACKAGE + b"!")
    assert len(rows()) == 1
    assert len([one for one in quarantine.home().iterdir() if not one.name.startswith(".")]) == 1


def test_another_key_person_or_agency_is_another_delivery() -> None:
    boss = Viewer("an", {ALL_AGENCIES: frozenset({Role.ARCHIVIST})})
    ids = {
        deliver().submission_id,
        deliver(key="lan-2").submission_id,
        deliver(viewer=boss).submission_id,
        deliver(viewer=boss, agency_code=THEIRS).submission_id,
    }
    assert len(ids) == 4


def test_many_posts_at_once_under_one_key_make_one_submission() -> None:
    ids: list[str] = []
    threads = [threading.Thread(target=lambda: ids.append(deliver().submission_id)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ids) == 6
    assert len(set(ids)) == len(rows()) == 1
    assert len([one for one in quarantine.home().iterdir() if not one.name.startswith(".")]) == 1


@pytest.mark.parametrize("where", ["keep", "append"])
def test_a_crash_on_the_way_and_the_same_post_again_make_one_submission(
    where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed after the key was claimed, before or after the bytes were stored."""

    class Killed(BaseException):
        pass

    def die(*_: Any, **__: Any) -> Any:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(quarantine if where == "keep" else reception, where, die)
        with pytest.raises(Killed):
            deliver()
    assert rows() == []
    first = deliver()
    assert deliver().submission_id == first.submission_id
    assert len(rows()) == 1


@pytest.mark.parametrize("key", ["", "x" * 256, "khóa", "a\nb"])
def test_what_is_no_key_is_refused(key: str) -> None:
    with pytest.raises(IngestError, match="Idempotency-Key"):
        deliver(key=key)
    assert rows() == []


@pytest.mark.parametrize(
    ("viewer", "agency", "error"),
    [
        (NAM, THEIRS, NotAllowedError),
        (Viewer("hoa", {OURS: frozenset({Role.HEAD, Role.RESEARCHER, Role.AUDITOR})}), OURS, NotAllowedError),
        (Viewer("an", {ALL_AGENCIES: frozenset({Role.ARCHIVIST})}), "000.00.99.H99", NotFoundError),
    ],
)
def test_only_who_sends_for_an_agency_that_is_there_may(viewer: Viewer, agency: str, error: Any) -> None:
    with pytest.raises(error):
        deliver(viewer=viewer, agency_code=agency)
    with pytest.raises(error):
        begin(viewer=viewer, agency_code=agency)
    assert rows() == []


def test_an_agency_the_way_in_does_not_serve_cannot_send(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(
        "TANGTHU_INGEST__INBOXES", '[{"kind": "rest", "name": "truc-tiep", "agencies": ["*.H01"]}]'
    )
    with pytest.raises(NotAllowedError):
        deliver()
    boss = Viewer("an", {ALL_AGENCIES: frozenset({Role.ARCHIVIST})})
    deliver(viewer=boss, agency_code=THEIRS)
    assert [row.inbox for row in rows()] == ["truc-tiep"]


def test_too_large_is_refused_before_anything_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TANGTHU_INGEST__MAX_MESSAGE_BYTES", "1000")
    with pytest.raises(BadMessageError):
        deliver()
    with pytest.raises(UploadTooLargeError):
        begin(1001)
    with pytest.raises(EmptyUploadError):
        begin(0)
    assert rows() == []


def test_an_upload_that_came_whole_is_received_and_its_own_bytes_go() -> None:
    upload = begin()
    add(upload, PACKAGE[:40_000])
    whole = add(upload, PACKAGE[40_000:], 40_000)
    received = direct.receive_upload(whole, now=NOW)
    (row,) = rows()
    assert (row.id, row.inbox) == (received.submission_id, "rest")
    assert quarantine.raw(row.id).read_bytes() == PACKAGE
    assert quarantine.name_of(row.id) == "ho-so.zip"
    assert not shelf.data(upload).exists()
    with reading() as session:
        assert direct.submission_of(session, OURS, upload.message_id) == row.id


def test_an_upload_that_is_not_whole_is_no_delivery() -> None:
    with pytest.raises(IngestError):
        direct.receive_upload(add(begin(), PACKAGE[:10]), now=NOW)
    assert rows() == []


def test_beginning_again_with_the_same_key_goes_on_with_the_same_upload() -> None:
    upload = begin(key="lan-1")
    add(upload, PACKAGE[:10])
    assert begin(key="lan-1").offset == 10
    with pytest.raises(KeyReusedError):
        begin(len(PACKAGE) + 1, key="lan-1")


def fetch_rest() -> int:
    with opened(named("rest")) as inbox:
        return fetching.fetch_all(inbox, now=NOW)


def test_what_was_whole_when_we_were_killed_is_taken_in_by_the_next_turn() -> None:
    upload = add(begin(), PACKAGE)
    with opened(named("rest")) as inbox:
        assert [(one.sender, one.kind, one.title) for one in inbox.list_received()] == [
            (OURS, "sip", "ho-so.zip")
        ]
    assert fetch_rest() == 1
    assert fetch_rest() == 0
    (row,) = rows()
    assert (row.message_id, row.inbox) == (upload.message_id, "rest")
    assert quarantine.raw(row.id).read_bytes() == PACKAGE


def test_killed_between_receiving_and_noting_it_it_is_received_once(monkeypatch: pytest.MonkeyPatch) -> None:
    upload = add(begin(), PACKAGE)
    with monkeypatch.context() as patch:
        patch.setattr(shelf, "received", lambda _: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            direct.receive_upload(upload, now=NOW)
    assert shelf.data(upload).exists()
    assert fetch_rest() == 0, "a repeat"
    assert len(rows()) == 1
    assert not shelf.data(upload).exists()


def test_a_quarantine_that_cannot_be_written_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    upload = add(begin(), PACKAGE)

    def full(*_: Any, **__: Any) -> Any:
        raise TemporaryError("voll")

    with monkeypatch.context() as patch:
        patch.setattr(quarantine, "keep", full)
        with pytest.raises(TemporaryError):
            direct.receive_upload(upload, now=NOW)
    assert rows() == []
    assert fetch_rest() == 1


def test_statuses_are_taken_by_being_readable_and_only_of_what_came_this_way() -> None:
    here = deliver().submission_id
    with transaction() as session:
        other = Submission(
            agency_code=OURS,
            message_id="tay",
            sha256="0" * 64,
            size=1,
            kind="sip",
            state="received",
            received_at=NOW,
        )
        session.add(other)
        session.flush()
        outbox.owe(session, other, "01", "", now=NOW)
        outbox.owe(session, session.get_one(Submission, here), "02", "Thiếu ký", now=NOW)
    assert outbox.send_all(NOW) == 2
    with reading() as session:
        assert [(one.status, one.reason, one.sent_at) for one in direct.statuses(session, here)] == [
            ("01", "", NOW),
            ("02", "Thiếu ký", NOW),
        ]
        left = session.scalar(select(func.count()).select_from(Outbox).where(Outbox.sent_at.is_(None)))
    assert left == 1


def test_rest_is_there_unless_it_was_set_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [one.name for one in IngestSettings.load().ways_in] == ["rest"]
    listed = '[{"kind": "rest", "name": "truc-tiep", "upload_seconds": 60}]'
    monkeypatch.setenv("TANGTHU_INGEST__INBOXES", listed)
    settings = IngestSettings.load()
    assert [one.name for one in settings.ways_in] == ["truc-tiep"]
    assert begin().expires_at == NOW + timedelta(seconds=60)
