"""A whole house whose stores are two folders and a bucket: kept, read, damaged, mended, rebuilt, erased."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from archive import describing
from archive.custody import (
    read_component,
    repair,
    store_holders,
    stores,
    target_of,
    verify_package,
)
from archive.describing import Redescription
from archive.ledger.seal import seal
from archive.rebuild import rebuild
from archive.register import session as sessions
from archive.register.migrate import upgrade
from archive.register.models import CaseFile, Component, Copy, Package
from archive.register.session import reading, transaction
from archive.stores.s3 import S3Store
from tests.archive.vault_builders import LAN, NOW, a_case_file
from tests.services.s3_server import S3Server, a_store

pytestmark = pytest.mark.service


@pytest.fixture
def bucket(house: Path, s3_server: S3Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[S3Store]:
    """The house's third store, in a bucket with versions; the settings name all three."""
    store = a_store(s3_server, "versions", name="kho-s3")
    for name in ("gan", "xa"):
        (house / name).mkdir()
    places = [{"name": name, "path": str(house / name)} for name in ("gan", "xa")]
    settings = store._set.model_dump(mode="json", exclude_defaults=True) | {"kind": "s3"}
    monkeypatch.setenv("TANGTHU_ARCHIVE__STORES", json.dumps([*places, settings]))
    sessions.engine().dispose()
    for file in (house / "archive").glob("register.db*"):
        file.unlink()
    sessions._engine.cache_clear()
    upgrade(sessions.engine())
    yield store


def copies() -> dict[str, str]:
    with reading() as session:
        return {copy.store: copy.state for copy in session.scalars(select(Copy))}


def test_a_case_file_lives_in_a_bucket_as_in_a_folder(
    house: Path, bucket: S3Store, s3_server: S3Server
) -> None:
    case = a_case_file()
    case_file_id = case.kept(house / "work")
    assert [store.name for store in stores()] == ["gan", "xa", "kho-s3"]
    assert copies() == {"gan": "verified", "xa": "verified", "kho-s3": "verified"}
    name = case.facts().name
    with reading() as session:
        package_id = session.scalars(select(Package.id)).one()
        component_id = session.scalars(select(Component.id).order_by(Component.path)).first()
    # One page comes out of the bucket, by range, when it is the only place that answers.
    assert component_id is not None
    with reading() as session:
        stream = read_component(session, component_id, viewer=LAN, places=[bucket])
        assert (b"".join(stream.chunks), stream.store) == (case.contents()[0], "kho-s3")
    # Somebody with the account exchanges the object; it is found, put aside and mended.
    client, key = s3_server.client(), bucket._key(name)
    good = client.get_object(Bucket="versions", Key=key)["Body"].read()
    client.put_object(Bucket="versions", Key=key, Body=good[:-1] + b"x")
    assert verify_package(package_id, now=NOW)["kho-s3"] == "damaged"
    assert repair(package_id, actor="khanh", now=NOW) == ["kho-s3"]
    assert verify_package(package_id, now=NOW) == {"gan": "verified", "xa": "verified", "kho-s3": "verified"}
    # The register is lost, and so are the folders: the bucket alone gives everything back.
    with transaction() as session:
        seal(session, now=NOW, places=stores())
    for place in ("gan", "xa"):
        for path in sorted((house / place).rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
    sessions.engine().dispose()
    for file in (house / "archive").glob("register.db*"):
        file.unlink()
    sessions._engine.cache_clear()
    upgrade(sessions.engine())
    report = rebuild(now=NOW)
    assert (report.lost_register, report.missing, report.troubles) == (True, (), ())
    # It is described anew, and somebody exchanges that version too, and hides it.
    with reading() as session:
        row = session.scalars(select(CaseFile)).one()
        assert row.id == case_file_id
        new = Redescription(dict(row.description), "Tiêu đề mới", row.access, ("Title",), "Viết nhầm", 1)
    describing.describe(case_file_id, new, viewer=LAN, now=NOW)
    second = name.replace("v0001", "v0002")
    client.put_object(Bucket="versions", Key=bucket._key(second), Body=b"of somebody else")
    client.delete_object(Bucket="versions", Key=bucket._key(second))
    with reading() as session:
        target = target_of(session, case_file_id)
    assert target.package_names == (name, second)
    # Erased: every version of both packages, the exchanged ones, the quarantined one and the marker too.
    assert bucket.left(name).objects > 1 and bucket.left(second).objects == 2
    receipts = {holder.name: holder.erase(target) for holder in store_holders()}
    assert receipts["store:kho-s3"].gone is True
    assert receipts["store:kho-s3"].how.startswith("clear (NIST SP 800-88) as far as S3 reaches")
    named = receipts["store:kho-s3"].what.split(", ")
    assert name in named and named[-2:] == [second, "remains only"], "each version a store had is named"
    assert second in receipts["store:xa"].what
    assert bucket.left(name).objects == bucket.left(second).objects == 0
    listed = client.list_object_versions(Bucket="versions", Prefix=bucket._set.prefix)
    there = [*listed.get("Versions", []), *listed.get("DeleteMarkers", [])]
    assert [one["Key"] for one in there if "01.2014.QD" in one["Key"]] == []
