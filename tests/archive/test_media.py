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
from archive.evidence.rounds import make_round
from archive.ledger.append import append, read
from archive.ledger.event import Verb
from archive.media import finish as finishing
from archive.media import plan as plans
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
from archive.register.media import Medium, MediumMinutes, MediumPackage, MediumState
from archive.register.migrate import upgrade
from archive.register.models import CaseFile, CaseFileState, Package
from archive.register.projection import apply
from archive.register.session import reading, transaction
from tests.archive.time_authority import Authority
from tests.archive.vault_builders import NOW, a_case_file, minuted

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
    monkeypatch.setattr(plans, "BESIDE", 40_000)
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
    monkeypatch.setattr(plans, "BESIDE", 10_000)
    assert export(into, size=20_000, **WHO).too_large == tuple(kept)


def killed(into: Path, monkeypatch: pytest.MonkeyPatch, after: int) -> None:
    """Let an export die after some files."""
    write, count = finishing.write_payload, [0]

    def dying(*arguments: object) -> None:
        if count[0] == after:
            raise KeyboardInterrupt
        count[0] += 1
        write(*arguments)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(finishing, "write_payload", dying)
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


def destroy(code: str) -> None:
    """As the end of a carried out order leaves it: a tombstone, sealed, and nothing in the stores."""
    with transaction() as session:
        id = session.scalars(select(CaseFile.id).where(CaseFile.code == code)).one()
        names = session.scalars(select(Package.name).where(Package.case_file_id == id)).all()
        told = {"order_id": "none", "outcome": "done", "detail": []}
        apply(
            session,
            append(session, Verb.DESTROY, actor="lan", kind="case-file", id=id, payload=told, now=NOW),
        )
    for store in stores():
        for name in names:
            store.erase(name)


@pytest.mark.parametrize("after", range(8))
def test_an_export_that_was_killed_at_its_end_goes_on_though_what_is_kept_changed(
    kept: list[str], into: Path, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    """Killed before each of the six files beside the payload, before it was read back, and before it was ledgered."""
    write, count = finishing.write_tag, [0]

    def dying(*arguments: object) -> None:
        if count[0] == after:
            raise KeyboardInterrupt
        count[0] += 1
        write(*arguments)  # type: ignore[arg-type]

    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(finishing, "write_tag", dying)
        if after >= 6:
            patch.setattr(finishing, "faults_of" if after == 6 else "sha256_of_file", die)
        with pytest.raises(KeyboardInterrupt):
            export(into, **WHO)
    with transaction() as session:
        row = session.scalars(select(CaseFile).where(CaseFile.code == "02.2014.QD")).one()
        row.title = "Hồ sơ được mô tả lại"
    destroy("03.2014.QD")
    done = export(into, **WHO).media[0]
    assert (done.number, done.packages, done.left_out) == ("VM-2026-0001", 3, ())
    assert check(done.folder, **WHO)[1] == []
    assert set(kept) <= payload(done.folder), (
        "what is on it is known: the destruction has promised to destroy it"
    )
    with reading() as session:
        assert session.get_one(Medium, "VM-2026-0001").state == MediumState.WRITTEN
    listed = (done.folder / "index.csv").read_text("utf-8-sig")
    assert ("được mô tả lại" in listed) == (after < 6), "once the medium is closed nothing on it changes"


def test_a_package_that_is_gone_when_a_killed_export_goes_on_is_left_out_and_told(
    kept: list[str], into: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed(into, monkeypatch, 2)
    destroy("03.2014.QD")
    done = export(into, **WHO).media[0]
    assert done.packages == 2 and done.left_out == (f"{kept[2]}: its case file is not kept any more",)
    assert check(done.folder, **WHO)[1] == []
    assert on("VM-2026-0001") == set(kept[:2])


def test_a_folder_that_holds_another_medium_is_left_alone(
    kept: list[str], into: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed(into, monkeypatch, 1)
    (into / "VM-2026-0001" / "bag-info.txt").write_text("External-Identifier: VM-2020-0009\n")
    with pytest.raises(MediumError, match="holds medium VM-2020-0009, not VM-2026-0001"):
        export(into, **WHO)


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


def all_is_lost(house: Path) -> None:
    shutil.rmtree(house / "archive")
    (house / "archive").mkdir()
    sessions.engine().dispose()
    sessions._engine.cache_clear()
    upgrade(sessions.engine())


@pytest.mark.parametrize("newest_first", [True, False])
def test_what_was_destroyed_since_is_not_brought_back_to_an_empty_house(
    house: Path, kept: list[str], into: Path, newest_first: bool
) -> None:
    old = export(into, **WHO).media[0].folder
    destroy("01.2014.QD")
    a_case_file().with_(code="04.2014.QD").kept(house / "work")
    new = export(into, **WHO).media[0].folder
    all_is_lost(house)
    if newest_first:
        assert bring_back(new, **WHO).faults == []
        done = bring_back(old, **WHO)
        assert (done.rebuild, done.skipped, done.faults) == (True, [kept[0]], [])
        assert all(store.size(kept[0]) is None for store in stores())
    else:
        assert bring_back(old, **WHO).skipped == []  # nobody knows of it yet
        (fault,) = bring_back(new, **WHO).faults
        assert f"{kept[0]} was destroyed by order (event" in fault and "erase-again" in fault
        for store in stores():
            store.erase(kept[0])
    report = rebuild(now=NOW)
    assert (report.missing, report.troubles) == ((), ())
    with reading() as session:
        states = {row.code: row.state for row in session.scalars(select(CaseFile))}
    assert states["01.2014.QD"] == CaseFileState.DESTROYED
    assert {states[f"0{number}.2014.QD"] for number in (2, 3, 4)} == {CaseFileState.STORED}


def test_minutes_and_evidence_are_on_media_and_come_back(
    migrated: None, house: Path, kept: list[str], into: Path, authority: Authority
) -> None:
    authority.at = NOW
    papers = [minuted(house, "bb-1"), minuted(house, "bb-2")]
    assert make_round(now=NOW).number == 1
    (medium,) = export(into, **WHO).media
    evidence = "_evidence/round-000001.jsonl"
    assert {*papers, evidence} < payload(medium.folder)
    assert "Số biên bản giao nhận: 2." in (medium.folder / "README.txt").read_text("utf-8")
    assert check(medium.folder, **WHO)[1] == []
    again = export(into, **WHO).media  # the ledger has grown, and nothing else
    assert [payload(one.folder) & {*papers, evidence} for one in again] == [set()] * len(again)
    with reading() as session:
        row = session.get_one(Medium, medium.number)
        assert (row.first_round, row.last_round) == (1, 1)
        assert len(session.scalars(select(MediumMinutes.submission_id)).all()) == 2
        before = digest(session)
    assert rebuild(now=NOW + timedelta(hours=1)).equal
    with reading() as session:
        assert digest(session) == before

    for name in (papers[0], evidence):
        (house / "archive/stores/kho-b" / name).unlink()
    done = bring_back(medium.folder, **WHO)
    assert (sorted(done.written), done.faults) == ([f"kho-b:{evidence}", f"kho-b:{papers[0]}"], [])
    with reading() as session:
        event = [event for event in read(session) if event.verb is Verb.REPAIR][-1]
    assert (event.object_kind, event.payload["from"]) == ("minutes", f"medium:{medium.number}")
    other = medium.folder / "data" / papers[1]
    other.write_bytes(other.read_bytes()[:-1] + b"x")
    assert any(papers[1] in fault for fault in check(medium.folder, **WHO)[1])


def test_minutes_that_no_store_gives_are_left_out_and_told_once(
    house: Path, kept: list[str], into: Path
) -> None:
    lost, good = minuted(house, "bb-1"), minuted(house, "bb-2")
    for store in ("kho-a", "kho-b", "kho-c"):
        (house / "archive/stores" / store / lost).unlink()
    (medium,) = export(into, **WHO).media
    assert good in payload(medium.folder) and lost not in payload(medium.folder)
    assert [one.split(":")[0] for one in medium.left_out] == [lost]


def test_from_one_medium_alone_an_empty_house_is_filled_and_rebuilt(
    house: Path, kept: list[str], into: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = export(into, **WHO).media[0].folder
    with reading() as session:
        described = sorted(session.execute(select(CaseFile.id, CaseFile.code, CaseFile.title)).all())
    all_is_lost(house)
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
