"""Offline media: written once, whole, read back; known to a destruction; the stores get back what they lack."""

from __future__ import annotations

import csv
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path

import bagit
import pytest
from sqlalchemy import select

from archive.custody import stores, target_of, verify_package
from archive.errors import NotFoundError, TemporaryError
from archive.ledger.append import read
from archive.ledger.event import Verb
from archive.media import export as exports
from archive.media.bring_back import bring_back
from archive.media.check import check
from archive.media.export import Exported, export
from archive.media.holder import MediaHolder, destroyed
from archive.media.medium import MediumError
from archive.media.writing import clear_halves
from archive.rebuild import rebuild
from archive.receipt_words import receipt_told, understood
from archive.register import session as sessions
from archive.register.digest import digest
from archive.register.media import Medium, MediumPackage, MediumState
from archive.register.migrate import upgrade
from archive.register.models import CaseFile, CaseFileState, Package
from archive.register.session import reading, transaction
from tests.archive.vault_builders import NOW, a_case_file

WHO = {"actor": "khanh", "now": NOW}


@pytest.fixture
def migrated(house: Path) -> None:
    """The register's tables as the migrations make them, which `rebuild` looks for."""
    sessions.engine().dispose()
    for file in (house / "archive").glob("register.db*"):
        file.unlink()
    sessions._engine.cache_clear()
    upgrade(sessions.engine())


@pytest.fixture
def kept(house: Path) -> list[str]:
    """Three kept case files, about 10 kB each; the names of their packages."""
    for code in ("01.2014.QD", "02.2014.QD", "03.2014.QD"):
        a_case_file().with_(code=code).kept(house / "work")
    with reading() as session:
        return list(session.scalars(select(Package.name).order_by(Package.name)))


@pytest.fixture
def into(tmp_path: Path) -> Path:
    (tmp_path / "media").mkdir()
    return tmp_path / "media"


def on(number: str) -> set[str]:
    with reading() as session:
        query = select(Package.name).join(MediumPackage, MediumPackage.package_id == Package.id)
        return set(session.scalars(query.where(MediumPackage.medium == number)))


def payload(folder: Path) -> set[str]:
    return {str(p.relative_to(folder / "data")) for p in (folder / "data").rglob("*") if p.is_file()}


def test_a_medium_is_a_bag_that_strangers_can_check_and_read(kept: list[str], into: Path) -> None:
    (medium,) = export(into, label="Tủ 3, ngăn 2", **WHO).media
    assert (medium.number, medium.packages, medium.left_out) == ("VM-2026-0001", 3, ())
    folder = into / "VM-2026-0001"
    assert payload(folder) == {*kept, "_ledger/segment-000001.jsonl"}
    assert bagit.Bag(str(folder)).is_valid()
    done = subprocess.run(["sha256sum", "-c", "--quiet", "manifest-sha256.txt"], cwd=folder, check=False)
    assert done.returncode == 0
    with (folder / "index.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["path"] for row in rows] == [f"data/{name}" for name in kept]
    assert rows[0]["title"] == "Hồ sơ ban hành quyết định năm 2014"
    told = (folder / "README.txt").read_text("utf-8")
    assert "ĐỌC TÔI TRƯỚC" in told and "READ ME FIRST" in told and "Tủ 3, ngăn 2" in told
    assert check(folder, **WHO) == ("VM-2026-0001", [])


def test_only_what_is_on_no_medium_is_written_the_next_time(house: Path, kept: list[str], into: Path) -> None:
    export(into, **WHO)
    before = {path: path.stat().st_mtime_ns for path in into.rglob("*")}
    (more,) = export(into, **WHO).media  # the ledger has grown by what was told of the first medium
    assert (more.number, more.packages) == ("VM-2026-0002", 0)
    a_case_file().with_(code="04.2014.QD").kept(house / "work")
    (third,) = export(into, **WHO).media
    assert [name for name in payload(third.folder) if name.endswith(".zip")] == [
        "lang-son/000.00.01.H37/2014/04.2014.QD/v0001.zip"
    ]
    assert {path: path.stat().st_mtime_ns for path in before} == before


def test_each_package_stands_on_as_many_media_as_are_asked_for(kept: list[str], into: Path) -> None:
    made = export(into, copies=2, **WHO).media
    assert [(medium.number, medium.packages) for medium in made] == [("VM-2026-0001", 3), ("VM-2026-0002", 3)]
    assert all("_ledger/segment-000001.jsonl" in payload(medium.folder) for medium in made)
    with reading() as session:
        for name in kept:
            id = session.scalar(select(Package.id).where(Package.name == name))
            held = session.scalars(select(MediumPackage.medium).where(MediumPackage.package_id == id)).all()
            assert len(held) == 2


def test_packages_are_split_by_the_size_of_a_medium(
    kept: list[str], into: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "BESIDE", 40_000)
    with reading() as session:
        largest = max(session.scalars(select(Package.size)))
    limit = 40_000 + largest + 12_000
    done = export(into, size=limit, **WHO)
    assert len(done.media) == 3
    for medium in done.media:
        assert sum(path.stat().st_size for path in medium.folder.rglob("*") if path.is_file()) <= limit
        assert check(medium.folder, **WHO)[1] == []
    assert done.too_large == ()
    assert set().union(*(on(medium.number) for medium in done.media)) == set(kept)


def test_a_package_larger_than_a_medium_is_named(
    kept: list[str], into: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "BESIDE", 10_000)
    assert export(into, size=20_000, **WHO).too_large == tuple(kept)


def killed(into: Path, monkeypatch: pytest.MonkeyPatch, after: int) -> None:
    """Let an export die after some files."""
    write, count = exports.write_payload, [0]

    def dying(*arguments: object) -> None:
        if count[0] == after:
            raise KeyboardInterrupt
        count[0] += 1
        write(*arguments)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(exports, "write_payload", dying)
        with pytest.raises(KeyboardInterrupt):
            export(into, **WHO)


@pytest.mark.parametrize("after", [0, 1, 3])
def test_an_export_that_was_killed_goes_on(
    kept: list[str], into: Path, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    killed(into, monkeypatch, after)
    with reading() as session:
        assert session.scalars(select(Medium.state)).one() == MediumState.WRITING
    assert on("VM-2026-0001") == set(kept), "a destruction has to know of it already"
    (into / "VM-2026-0001" / "data" / ".half-x").parent.mkdir(parents=True, exist_ok=True)
    (into / "VM-2026-0001" / "data" / ".half-x").write_bytes(b"half")
    done = export(into, **WHO)
    assert done.media[0].number == "VM-2026-0001"
    assert check(into / "VM-2026-0001", **WHO)[1] == []
    assert set(kept) <= payload(into / "VM-2026-0001")


def test_a_medium_begun_elsewhere_is_not_forgotten(
    kept: list[str], into: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed(into, monkeypatch, 1)
    (tmp_path / "other").mkdir()
    with pytest.raises(MediumError, match=r"medium VM-2026-0001 was begun in .*media and not ended"):
        export(tmp_path / "other", **WHO)


def test_nothing_on_a_medium_is_ever_overwritten(
    kept: list[str], into: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed(into, monkeypatch, 1)
    strange = into / "VM-2026-0001" / "data" / kept[2]
    strange.parent.mkdir(parents=True)
    strange.write_bytes(b"somebody's")
    with pytest.raises(MediumError, match="there already with other bytes; nothing was overwritten"):
        export(into, **WHO)
    assert strange.read_bytes() == b"somebody's"
    with pytest.raises(MediumError, match="is no folder"):
        export(into / "not there", **WHO)


def test_a_damaged_copy_is_never_written_and_what_no_store_gives_is_left_out(
    house: Path, kept: list[str], into: Path
) -> None:
    folders = [house / "archive/stores" / name for name in ("kho-a", "kho-b", "kho-c")]
    (folders[0] / kept[0]).write_bytes(b"bad")
    for folder in folders:
        (folder / kept[1]).write_bytes(b"bad")
    (medium,) = export(into, **WHO).media
    assert medium.packages == 2
    assert f"{kept[1]}: kho-a gives other bytes" in medium.left_out[0]
    assert check(medium.folder, **WHO)[1] == []
    assert on(medium.number) == {kept[0], kept[2]}


def test_a_full_medium_stops_and_goes_on(kept: list[str], into: Path) -> None:
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=32k", "tmpfs", into], capture_output=True)
    if mounted.returncode:
        pytest.skip("no right to mount a small file system here")
    try:
        with pytest.raises(TemporaryError, match="No space left on device"):
            export(into, **WHO)
        subprocess.run(["mount", "-o", "remount,size=4m", into], check=True)
        assert export(into, **WHO).media[0].packages == 3
    finally:
        subprocess.run(["umount", into], check=True)


def test_what_was_changed_on_a_medium_is_found_and_ledgered(kept: list[str], into: Path) -> None:
    folder = export(into, **WHO).media[0].folder
    path = folder / "data" / kept[0]
    data = bytearray(path.read_bytes())
    data[100] ^= 1
    path.write_bytes(data)
    (folder / "extra.txt").write_text("x")
    _, faults = check(folder, **WHO)
    assert any(kept[0] in fault for fault in faults)
    with reading() as session:
        event = [event for event in read(session) if event.verb is Verb.MEDIUM][-1]
        assert (event.object_id, event.payload) == (
            "VM-2026-0001",
            {"state": "checked", "faults": len(faults)},
        )
        assert session.get_one(Medium, "VM-2026-0001").faults == len(faults)


def test_an_exchanged_medium_is_told_though_it_is_whole(kept: list[str], into: Path) -> None:
    folder = export(into, **WHO).media[0].folder
    (folder / "data" / kept[0]).unlink()
    for name in ("manifest-sha256.txt", "index.csv"):
        lines = [line for line in (folder / name).read_text("utf-8").splitlines(True) if kept[0] not in line]
        (folder / name).write_text("".join(lines), "utf-8")
    bag = bagit.Bag(str(folder))
    bag.save(manifests=True)
    assert any("exchanged or changed" in fault for fault in check(folder, **WHO)[1])


def test_the_stores_get_back_what_they_lack(house: Path, kept: list[str], into: Path) -> None:
    folder = export(into, **WHO).media[0].folder
    assert bring_back(folder, **WHO).written == []
    for store in ("kho-a", "kho-b", "kho-c"):
        (house / "archive/stores" / store / kept[0]).unlink()
    (house / "archive/stores/kho-b" / kept[1]).write_bytes(b"short")
    (house / "archive/stores/kho-c/_ledger/segment-000001.jsonl").unlink()
    done = bring_back(folder, **WHO)
    assert done.faults == []
    assert sorted(done.written) == sorted(
        [
            *(f"{s}:{kept[0]}" for s in ("kho-a", "kho-b", "kho-c")),
            f"kho-b:{kept[1]}",
            "kho-c:_ledger/segment-000001.jsonl",
        ]
    )
    for store in stores():
        with store.open(kept[0]) as stream:
            assert stream.read() == (folder / "data" / kept[0]).read_bytes()
    with reading() as session:
        event = next(event for event in read(session) if event.verb is Verb.REPAIR)
        assert event.payload["from"] == "medium:VM-2026-0001"


def test_a_link_that_looks_half_written_is_removed_and_not_followed(into: Path) -> None:
    mine = into / "mine"
    mine.write_bytes(b"no part of any medium")
    (into / "VM-2026-0001" / "data").mkdir(parents=True)
    link = into / "VM-2026-0001" / "data" / ".half-x"
    link.symlink_to(mine)
    clear_halves(into / "VM-2026-0001")
    assert not link.is_symlink()
    assert mine.read_bytes() == b"no part of any medium"


def test_a_copy_that_fixity_found_damaged_is_replaced_though_its_size_is_right(
    house: Path, kept: list[str], into: Path
) -> None:
    folder = export(into, **WHO).media[0].folder
    path = house / "archive/stores/kho-a" / kept[0]
    good = path.read_bytes()
    path.write_bytes(good[:-1] + bytes([good[-1] ^ 1]))
    with reading() as session:
        package_id = session.scalars(select(Package.id).where(Package.name == kept[0])).one()
    assert verify_package(package_id, now=NOW)["kho-a"] == "damaged"
    assert bring_back(folder, **WHO).written == [f"kho-a:{kept[0]}"]
    assert path.read_bytes() == good


def test_what_a_medium_says_is_believed_only_when_the_register_says_it_too(
    house: Path, kept: list[str], into: Path
) -> None:
    folder = export(into, **WHO).media[0].folder
    for store in ("kho-a", "kho-b", "kho-c"):
        for name in kept[:2]:
            (house / "archive/stores" / store / name).unlink()
    (folder / "data" / kept[0]).write_bytes((folder / "data" / kept[2]).read_bytes())  # with another hash
    path = folder / "data" / kept[1]
    data = bytearray(path.read_bytes())
    data[100] ^= 1
    path.write_bytes(data)
    done = bring_back(folder, **WHO)
    assert done.written == []
    assert done.faults == [f"{kept[0]} went bad on the medium", f"{kept[1]} went bad on the medium"]
    manifest = folder / "manifest-sha256.txt"
    manifest.write_text(manifest.read_text("utf-8").replace(f"data/{kept[0]}", "data/../../x"), "utf-8")
    with pytest.raises(MediumError, match="names no file of the medium"):
        bring_back(folder, **WHO)


def test_a_destroyed_record_is_not_brought_back(house: Path, kept: list[str], into: Path) -> None:
    folder = export(into, **WHO).media[0].folder
    with transaction() as session:
        session.scalars(
            select(CaseFile).where(CaseFile.code == "01.2014.QD")
        ).one().state = CaseFileState.DESTROYED
    for store in stores():
        store.erase(kept[0])
    assert bring_back(folder, **WHO).skipped == [kept[0]]
    assert all(store.size(kept[0]) is None for store in stores())


def test_media_promise_a_day_and_are_gone_when_all_are_destroyed(kept: list[str], into: Path) -> None:
    with reading() as session:
        target = target_of(
            session, session.scalars(select(CaseFile.id).where(CaseFile.code == "01.2014.QD")).one()
        )
    nothing = MediaHolder().erase(target)
    assert (nothing.gone, nothing.what, nothing.how) == (True, "nothing", "not applicable: on no medium")
    export(into, copies=2, **WHO)
    one, other = sorted(number for number in ("VM-2026-0001", "VM-2026-0002", "VM-2026-0003") if on(number))
    owed = MediaHolder().erase(target)
    assert (owed.gone, owed.what) == (False, f"media {one}, {other}")
    assert owed.expires_on is not None
    assert owed.how.endswith(f"by {owed.expires_on.isoformat()}")
    assert receipt_told(owed.what, "vi") == f"vật mang tin {one}, {other}"
    assert "phải được hủy trước hết ngày" in receipt_told(owed.how, "vi")
    destroyed(one, document="3/BB ngày 01/03/2026", **WHO)
    assert MediaHolder().erase(target).gone is False
    destroyed(other, document="4/BB ngày 02/03/2026", **WHO)
    gone = MediaHolder().erase(target)
    assert gone.gone is True
    assert all(understood(text) for text in (gone.holder, gone.what, gone.how, owed.how, nothing.how))
    with pytest.raises(NotFoundError, match=f"no medium {other} that could be destroyed"):
        destroyed(other, document="4/BB", **WHO)
    done: Exported = export(into, **WHO)  # what stood on them stands on none now
    assert done.media[0].packages == 3


def test_media_are_rebuilt_from_the_ledger(migrated: None, kept: list[str], into: Path) -> None:
    export(into, **WHO)
    with reading() as session:
        before = digest(session)
    report = rebuild(now=NOW + timedelta(hours=1))
    assert report.equal
    with reading() as session:
        assert digest(session) == before
    assert on("VM-2026-0001") == set(kept)


def test_from_one_medium_alone_an_empty_house_is_filled_and_rebuilt(
    house: Path, kept: list[str], into: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = export(into, **WHO).media[0].folder
    with reading() as session:
        described = sorted(session.execute(select(CaseFile.id, CaseFile.code, CaseFile.title)).all())
    shutil.rmtree(house / "archive")
    (house / "archive").mkdir()
    sessions.engine().dispose()
    sessions._engine.cache_clear()
    upgrade(sessions.engine())
    done = bring_back(folder, **WHO)
    assert (done.rebuild, done.faults, len(done.written)) == (True, [], 4 * 3)
    report = rebuild(now=NOW)
    assert (report.lost_register, report.missing, report.adopted) == (True, (), ())
    with reading() as session:
        assert sorted(session.execute(select(CaseFile.id, CaseFile.code, CaseFile.title)).all()) == described
        assert session.scalars(select(Medium.number)).all() == [], (
            "what was told of the medium came after its ledger"
        )
    assert bring_back(folder, **WHO).faults == []
    assert on("VM-2026-0001") == set(kept)
