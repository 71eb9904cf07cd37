"""What only an S3 store has: locks, accounts, pages, half-sent uploads. On a real SeaweedFS."""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from archive.erasing import StoreHolder
from archive.errors import TemporaryError
from archive.holders import Target
from archive.receipt_words import receipt_told, understood
from archive.stores.s3 import S3Store
from archive.stores.s3_bucket import versions as s3_versions
from archive.stores.s3_bucket.versions import Version
from archive.vietnam import day_of
from tests.services.s3_server import KEY, SECRET, SHORT_KEY, SHORT_SECRET, S3Server, a_store, free_ports

pytestmark = pytest.mark.service
NAME = "a/b/v0001.zip"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "source"
    path.write_bytes(b"data")
    return path


def test_what_is_locked_is_not_erased_and_the_receipt_says_until_when(
    s3_server: S3Server, source: Path
) -> None:
    store = a_store(s3_server, "locked", lock="compliance", lock_days=30)
    store.put(NAME, source)
    store.quarantine(NAME)
    store.put(NAME, source)
    receipt = StoreHolder(store).erase(Target("c1", "code", (), (NAME,)))
    assert receipt.gone is False
    until = store.left(NAME).until
    assert until is not None
    assert timedelta(days=29) < until - datetime.now(UTC) <= timedelta(days=30)
    assert receipt.expires_on == day_of(until)
    assert receipt.how == f"not erased: S3 object lock (COMPLIANCE) until {until:%Y-%m-%dT%H:%MZ}"
    assert receipt_told(receipt.how, "vi") == (
        f"chưa xóa được: máy chủ S3 còn khóa (COMPLIANCE) đến ngày {day_of(until):%d/%m/%Y}"
    )
    # Nobody finds it under its name any more, and asking again says the same.
    assert store.size(NAME) is None
    assert list(store.names()) == []
    assert StoreHolder(store).erase(Target("c1", "code", (), (NAME,))).gone is False


def test_a_lock_in_governance_mode_is_lifted_by_who_may(s3_server: S3Server, source: Path) -> None:
    store = a_store(s3_server, "locked", lock="governance", lock_days=30)
    store.put(NAME, source)
    with pytest.raises(Exception, match="AccessDenied"):
        version = store._bucket.head(store._key(NAME)).version  # type: ignore[union-attr]
        s3_server.client().delete_object(Bucket="locked", Key=store._key(NAME), VersionId=version)
    assert store.erase(NAME).startswith("clear (NIST SP 800-88)")
    assert store.left(NAME).objects == 0


def test_a_large_object_is_locked_too(s3_server: S3Server, tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(b"x" * (6 << 20))
    store = a_store(s3_server, "locked", lock="compliance", lock_days=1)
    store.put(NAME, tmp_path / "large")
    assert store.left(NAME).until is not None


def test_a_legal_hold_has_no_end_and_no_day_is_promised(s3_server: S3Server, source: Path) -> None:
    store = a_store(s3_server, "locked")
    store.put(NAME, source)
    client, key = s3_server.client(), store._key(NAME)
    client.put_object_legal_hold(Bucket="locked", Key=key, LegalHold={"Status": "ON"})
    receipt = StoreHolder(store).erase(Target("c1", "code", (), (NAME,)))
    assert (receipt.gone, receipt.expires_on) == (False, None)
    assert receipt.how == "not erased: S3 object lock (HOLD) without an end"
    assert understood(receipt.how)


def test_what_is_too_large_to_be_copied_at_once_is_put_aside_in_pieces(
    s3_server: S3Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = random.Random(3).randbytes(24 << 20)
    (tmp_path / "large").write_bytes(data)
    store = a_store(s3_server, "versions")
    store.put(NAME, tmp_path / "large")
    monkeypatch.setattr(s3_versions, "COPIED_WHOLE", 20 << 20)
    aside = store.quarantine(NAME)
    copied = s3_server.client().get_object(Bucket="versions", Key=store._set.prefix + aside)
    assert copied["ETag"].strip('"').endswith("-5"), "it was copied at once"
    assert copied["Body"].read() == data
    assert store.size(NAME) is None


def test_a_half_sent_upload_is_no_name_and_erase_finds_it(s3_server: S3Server) -> None:
    store = a_store(s3_server, "plain")
    client, key = s3_server.client(), store._key(NAME)
    upload = client.create_multipart_upload(Bucket="plain", Key=key)["UploadId"]
    client.upload_part(Bucket="plain", Key=key, UploadId=upload, PartNumber=1, Body=b"secret")
    assert list(store.names()) == []
    assert store.size(NAME) is None
    assert store.left(NAME).objects == 1
    assert store.erase(NAME).startswith("clear (NIST SP 800-88)")
    assert store.left(NAME).objects == 0


def test_an_account_that_may_only_read_stores_and_erases_nothing(
    s3_server: S3Server, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = a_store(s3_server, "versions")
    store.put(NAME, source)
    reader = a_store(s3_server, "versions", prefix=store._set.prefix)
    monkeypatch.setenv("TEST_S3_KEY", SHORT_KEY)
    monkeypatch.setenv("TEST_S3_SECRET", SHORT_SECRET)
    reader = S3Store(reader._set)
    assert reader.size(NAME) == 4
    for act in (
        lambda: reader.put("a/other", source),
        lambda: reader.erase(NAME),
        lambda: reader.quarantine(NAME),
    ):
        with pytest.raises(TemporaryError, match=r"store kho: .* refuses the account \(AccessDenied\)"):
            act()
    assert store.size(NAME) == 4
    monkeypatch.setenv("TEST_S3_SECRET", "wrong")
    with pytest.raises(TemporaryError, match="refuses the account"):
        S3Store(reader._set).look()


def test_a_bucket_that_is_not_there_says_nothing_about_its_objects(s3_server: S3Server, source: Path) -> None:
    store = a_store(s3_server, "not-there")
    for act in (
        lambda: store.put("a", source),
        lambda: store.size("a"),
        lambda: store.open("a"),
        lambda: store.quarantine("a"),
        lambda: store.left("a"),
        lambda: list(store.names()),
        lambda: store.erase("a"),
        store.look,
    ):
        with pytest.raises(TemporaryError, match=r"store kho: there is no bucket .*not-there"):
            act()


def test_objects_are_to_be_locked_and_the_bucket_cannot(s3_server: S3Server) -> None:
    with pytest.raises(TemporaryError, match="bucket plain has no object lock"):
        a_store(s3_server, "plain", lock="compliance", lock_days=1).look()
    facts = a_store(s3_server, "locked", lock="compliance", lock_days=1).look()
    assert (facts.versions, facts.lock) == (True, True)
    assert a_store(s3_server, "plain").look().versions is False


def test_names_and_versions_come_page_by_page(s3_server: S3Server, source: Path) -> None:
    store = a_store(s3_server, "versions")
    for number in range(5):
        store.put(f"a/{number}", source)
    store._bucket.hide(store._key("a/4"))
    bucket, prefix = store._bucket, store._set.prefix
    keys = [key.removeprefix(prefix) for key in bucket.keys(prefix + "a/", page_size=2)]
    assert keys == ["a/0", "a/1", "a/2", "a/3"]
    versions = [
        (one.key.removeprefix(prefix), one.marker) for one in bucket.versions(prefix + "a/", page_size=2)
    ]
    assert sorted(versions) == [*((f"a/{n}", False) for n in range(5)), ("a/4", True)]


def test_a_version_nobody_can_lock_has_no_lock(s3_server: S3Server, source: Path) -> None:
    for bucket in ("plain", "versions", "locked"):
        store = a_store(s3_server, bucket)
        store.put(NAME, source)
        head = store._bucket.head(store._key(NAME))
        assert head is not None
        assert store._bucket.lock_of(Version(store._key(NAME), head.version or "null", marker=False)) is None


def test_no_secret_is_in_a_log_or_a_message(
    s3_server: S3Server, source: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    store = a_store(s3_server, "plain", attempts=1)
    store.put(NAME, source)
    with pytest.raises(TemporaryError) as caught:
        a_store(s3_server, "plain", endpoint=f"http://127.0.0.1:{free_ports(1)[0]}", attempts=1).look()
    told = caplog.text + repr(store._set) + str(caught.value) + repr(store._set.keys())
    assert SECRET not in told
    assert KEY not in told


class _Careless(BaseHTTPRequestHandler):
    """An S3 server of an older kind: it takes every PUT, whatever the headers say."""

    def do_PUT(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("ETag", '"x"')
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_HEAD(self) -> None:
        self.send_response(200 if self.path.count("/") == 1 else 404)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def careless() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Careless)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_server_that_overwrites_is_no_store(s3_server: S3Server, careless: str, source: Path) -> None:
    with pytest.raises(TemporaryError, match="does not know If-None-Match"):
        a_store(s3_server, "plain", endpoint=careless).put(NAME, source)
