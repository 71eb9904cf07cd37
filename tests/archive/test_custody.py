"""Deposit, keep, read: what custody promises, on three real folders."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import pytest
from sqlalchemy import func, select

from archive.alone import alone, work_on_copies
from archive.custody import (
    StoreHolder,
    deposit,
    keep,
    read_component,
    repair,
    store_holders,
    stores,
    target_of,
    verify_package,
)
from archive.errors import (
    AlreadyStoredError,
    DamagedError,
    NotAllowedError,
    NotFoundError,
    OrderRefusedError,
    TemporaryError,
)
from archive.ledger.append import append, history
from archive.ledger.event import Verb
from archive.ledger.rows import EventRow
from archive.register.models import CaseFile, Component, Package
from archive.register.session import reading, transaction
from archive.stores.folder import FolderStore
from archive.stores.interface import Stored
from archive.workplace import DESCRIBING, REPAIR, prefix_of
from tests.archive.vault_builders import LAN, NOW, STRANGER, a_case_file, an_agency, being_erased


def spoil(path: Path, around: bytes = b"") -> None:
    """Flip one byte: inside these bytes when they are given."""
    data = bytearray(path.read_bytes())
    data[data.index(around) + 5 if around else 200] ^= 0xFF
    path.write_bytes(bytes(data))


def where(house: Path, store: str, name: str) -> Path:
    return house / "archive" / "stores" / store / name


def test_deposit_puts_a_verified_copy_into_every_store(house: Path) -> None:
    written = a_case_file().written(house / "work")
    assert deposit(written.path, "a/b.zip", written.sha256) == ["kho-a", "kho-b", "kho-c"]
    for store in stores():
        with store.open("a/b.zip") as stream:
            assert stream.read() == written.path.read_bytes()


def test_a_second_deposit_of_the_same_bytes_is_fine(house: Path) -> None:
    written = a_case_file().written(house / "work")
    deposit(written.path, "a/b.zip", written.sha256)
    assert len(deposit(written.path, "a/b.zip", written.sha256)) == 3


def test_a_deposit_of_other_bytes_under_the_same_name_is_refused_for_good(house: Path) -> None:
    one = a_case_file().written(house / "work")
    other = a_case_file().with_(words=("khác",)).written(house / "work2")
    deposit(one.path, "a/b.zip", one.sha256)
    with pytest.raises(AlreadyStoredError, match="kho-a"):
        deposit(other.path, "a/b.zip", other.sha256)


def test_a_store_that_fails_is_named_and_the_good_copies_stay(house: Path, tmp_path: Path) -> None:
    written = a_case_file().written(house / "work")
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    places = [FolderStore(name, tmp_path / name) for name in ("one", "two", "away")]
    with pytest.raises(TemporaryError, match=r"2 good copies of 3: store away: .* not mounted"):
        deposit(written.path, "a/b.zip", written.sha256, into=places, required=3)
    assert (tmp_path / "one/a/b.zip").read_bytes() == written.path.read_bytes()
    (tmp_path / "away").mkdir()
    assert deposit(written.path, "a/b.zip", written.sha256, into=places, required=3) == ["one", "two", "away"]


class LyingStore(FolderStore):
    """A store that says yes and keeps something else."""

    def put(self, name: str, source: Path):  # type: ignore[no-untyped-def]
        stored = super().put(name, source)
        spoil(self._path(name))
        return stored


def test_a_store_that_lies_is_found_and_its_object_is_quarantined(house: Path, tmp_path: Path) -> None:
    written = a_case_file().written(house / "work")
    (tmp_path / "liar").mkdir()
    with pytest.raises(TemporaryError, match="store liar gave other bytes back"):
        deposit(
            written.path, "a/b.zip", written.sha256, into=[LyingStore("liar", tmp_path / "liar")], required=1
        )
    assert not (tmp_path / "liar/a/b.zip").exists()
    assert len(list((tmp_path / "liar/.quarantine/a/b.zip").iterdir())) == 1


def test_keeping_twice_gives_one_case_file_and_one_event(house: Path) -> None:
    assert a_case_file().kept(house / "work") == a_case_file().kept(house / "work")
    with reading() as session:
        assert session.scalar(select(func.count()).where(EventRow.verb == "STORE")) == 1
        row = session.scalars(select(CaseFile)).one()
        assert (row.code, row.state, len(row.records), len(row.packages[0].copies)) == (
            "01.2014.QD",
            "stored",
            2,
            3,
        )


def test_an_agency_cannot_have_two_case_files_of_one_code(house: Path) -> None:
    a_case_file().kept(house / "work")
    other = a_case_file().with_(title="Khác")
    facts, written = other.facts(), other.written(house / "w2")
    from dataclasses import replace

    facts = replace(facts, case_file_id="another", name="lang-son/x/2014/other/v0001.zip")
    with pytest.raises(AlreadyStoredError, match="already has a case file"), transaction() as session:
        an_agency(session)
        keep(session, facts, written, ["kho-a"], actor="system:ingest", now=NOW)


def first_component(session) -> Component:  # type: ignore[no-untyped-def]
    return session.scalars(select(Component).order_by(Component.path)).first()


@pytest.mark.parametrize(
    ("start", "length", "expected"),
    [
        (0, None, slice(None)),
        (5, 10, slice(5, 15)),
        (7, None, slice(7, None)),
        (0, 10**9, slice(None)),
        (3, 0, slice(3, 3)),
    ],
)
def test_a_component_is_read_by_range(house: Path, start: int, length: int | None, expected: slice) -> None:
    case = a_case_file()
    case.kept(house / "work")
    with reading() as session:
        stream = read_component(session, first_component(session).id, viewer=LAN, start=start, length=length)
    data = b"".join(stream.chunks)
    assert data == case.contents()[0][expected]
    assert stream.length == len(data)
    assert stream.size == len(case.contents()[0])
    assert stream.media_type == "text/plain"


def test_chunks_are_at_most_64_kib(house: Path) -> None:
    a_case_file().with_(words=("x",), extra=(b"y" * 200_000,)).kept(house / "work")
    with reading() as session:
        big = session.scalars(select(Component).where(Component.size == 200_000)).one()
        sizes = [len(chunk) for chunk in read_component(session, big.id, viewer=LAN).chunks]
    assert sizes == [65536, 65536, 65536, 3392]


def test_reading_falls_over_to_the_next_good_copy(house: Path) -> None:
    case = a_case_file()
    case.kept(house / "work")
    spoil(where(house, "kho-a", case.facts().name), around=case.contents()[0])
    where(house, "kho-b", case.facts().name).unlink()
    with reading() as session:
        stream = read_component(session, first_component(session).id, viewer=LAN)
    assert stream.store == "kho-c"
    assert b"".join(stream.chunks) == case.contents()[0]


def test_reading_without_any_good_copy_is_an_error_and_never_wrong_bytes(house: Path) -> None:
    case = a_case_file()
    case.kept(house / "work")
    for store in ("kho-a", "kho-b", "kho-c"):
        spoil(where(house, store, case.facts().name), around=case.contents()[0])
    with reading() as session, pytest.raises(DamagedError, match="not what was stored"):
        read_component(session, first_component(session).id, viewer=LAN)


def test_a_stranger_may_not_read_a_conditional_document(house: Path) -> None:
    a_case_file().with_(access="02").kept(house / "work")
    with reading() as session, pytest.raises(NotAllowedError):
        read_component(session, first_component(session).id, viewer=STRANGER)


def test_nobody_may_read_what_is_coded_secret(house: Path) -> None:
    a_case_file().with_(access="03").kept(house / "work")
    with reading() as session, pytest.raises(NotAllowedError):
        read_component(session, first_component(session).id, viewer=LAN)


def test_an_unknown_component_is_not_found(house: Path) -> None:
    with reading() as session, pytest.raises(NotFoundError):
        read_component(session, "nothing", viewer=LAN)


def package_id() -> str:
    with reading() as session:
        return session.scalars(select(Package.id)).one()


def copies(id: str) -> dict[str, str]:
    with reading() as session:
        return {copy.store: copy.state for copy in session.get_one(Package, id).copies}


class WatchedStore(FolderStore):
    """A store beside which something happens whenever it is read or written."""

    meanwhile: Callable[[], object]

    def open(self, name: str) -> BinaryIO:
        self.meanwhile()
        return super().open(name)

    def put(self, name: str, source: Path) -> Stored:
        self.meanwhile()
        return super().put(name, source)


def watched(house: Path, meanwhile: Callable[[], object]) -> list[WatchedStore]:
    found = [WatchedStore(store.name, house / "archive/stores" / store.name) for store in stores()]
    for store in found:
        store.meanwhile = meanwhile
    return found


def test_nobody_waits_to_write_while_copies_are_read_and_mended(house: Path) -> None:
    case = a_case_file()
    case.kept(house / "work")
    where(house, "kho-b", case.facts().name).unlink()
    written: list[int] = []

    def write() -> None:
        with transaction() as session:  # would wait, and fail after 30 s, if the register were held
            written.append(append(session, Verb.VIEW, actor="x", kind="case-file", id=case.id).seq)

    places = watched(house, write)
    assert verify_package(package_id(), now=NOW, places=places)["kho-b"] == "missing"
    assert repair(package_id(), actor="lan", now=NOW, places=places) == ["kho-b"]
    assert len(written) == 3 + 3 + 1 + 1 + 1  # verified, examined, copied from, written to, read back


def test_a_repair_and_an_erasure_of_the_same_copies_keep_each_other_out(house: Path) -> None:
    case = a_case_file()
    id = case.kept(house / "work")
    where(house, "kho-b", case.facts().name).unlink()
    seen: list[str] = []

    def erase_beside() -> None:
        with pytest.raises(TemporaryError, match="right now"), alone(work_on_copies(id)):
            seen.append("let in")

    assert repair(package_id(), actor="lan", now=NOW, places=watched(house, erase_beside)) == ["kho-b"]
    assert seen == []
    where(house, "kho-b", case.facts().name).unlink()
    with alone(work_on_copies(id)), pytest.raises(TemporaryError, match="right now"):
        repair(package_id(), actor="lan", now=NOW)
    assert copies(package_id())["kho-b"] == "verified"


def test_a_work_folder_that_is_full_does_not_look_like_a_crash(house: Path) -> None:
    case = a_case_file()
    case.kept(house / "work")
    where(house, "kho-b", case.facts().name).unlink()
    (house / "archive/work").write_text("not a folder")  # no file can be made below it, as on a full disk
    with pytest.raises(TemporaryError, match="the work folder"):
        repair(package_id(), actor="lan", now=NOW)


def test_verify_finds_the_damaged_and_the_missing_copy_and_repair_mends_both(house: Path) -> None:
    case = a_case_file()
    case.kept(house / "work")
    name = case.facts().name
    spoil(where(house, "kho-a", name))
    where(house, "kho-c", name).unlink()
    id = package_id()
    found = verify_package(id, now=NOW)
    assert found == {"kho-a": "damaged", "kho-b": "verified", "kho-c": "missing"}
    assert copies(id) == found
    assert repair(id, actor="lan", now=NOW) == ["kho-a", "kho-c"]
    assert set(copies(id).values()) == {"verified"}
    assert set(verify_package(id, now=NOW).values()) == {"verified"}
    with reading() as session:
        verbs = [event.verb for event in history(session, id)]
    assert verbs == [Verb.FIXITY_CHECK, Verb.REPAIR, Verb.REPAIR, Verb.FIXITY_CHECK, Verb.FIXITY_CHECK]
    assert len(list((house / "archive/stores/kho-a/.quarantine" / name).iterdir())) == 1


def test_repair_without_a_good_copy_changes_nothing(house: Path) -> None:
    case = a_case_file()
    case.kept(house / "work")
    for store in ("kho-a", "kho-b", "kho-c"):
        spoil(where(house, store, case.facts().name))
    with pytest.raises(DamagedError, match="no store has a good copy"):
        repair(package_id(), actor="lan", now=NOW)
    assert where(house, "kho-a", case.facts().name).exists()


def test_repair_puts_nothing_back_while_a_destruction_is_erasing(house: Path) -> None:
    case = a_case_file()
    id = case.kept(house / "work")
    where(house, "kho-a", case.facts().name).unlink()  # what the first store's erasure did
    being_erased(id)
    with pytest.raises(OrderRefusedError, match="being destroyed"):
        repair(package_id(), actor="lan", now=NOW)
    assert not where(house, "kho-a", case.facts().name).exists()


def test_a_case_file_of_an_unknown_agency_is_not_kept(house: Path) -> None:
    case = a_case_file()
    with (
        transaction() as session,
        pytest.raises(NotFoundError, match=r"agency .* is not in the register"),
    ):
        keep(session, case.facts(), case.written(house / "work"), ["kho-a"], actor="system:ingest", now=NOW)


def test_erasing_leaves_no_byte_in_store_quarantine_or_work_folder(house: Path) -> None:
    case = a_case_file()
    id = case.kept(house / "work")
    name, words = case.facts().name, case.contents()[0][:60]
    spoil(where(house, "kho-a", name))
    repair(package_id(), actor="lan", now=NOW)
    with reading() as session:
        target = target_of(session, id)
    for begins in (prefix_of(REPAIR, name), prefix_of(DESCRIBING, id)):
        left = house / "archive/work" / f"{begins}killed"
        left.mkdir()
        (left / "good").write_bytes(words)
    receipts = [holder.erase(target) for holder in store_holders()]
    assert [(receipt.holder, receipt.gone) for receipt in receipts] == [
        ("store:kho-a", True),
        ("store:kho-b", True),
        ("store:kho-c", True),
    ]
    assert all("not a purge" in receipt.how for receipt in receipts)
    for file in (house / "archive").rglob("*"):
        assert not file.is_file() or words not in file.read_bytes(), file
    again = [holder.erase(target) for holder in store_holders()]
    assert [(receipt.what, receipt.gone) for receipt in again] == [("nothing", True)] * 3


def test_a_version_the_register_does_not_know_is_erased_too(house: Path) -> None:
    id = a_case_file().kept(house / "work")
    with reading() as session:
        target = target_of(session, id)
    (name,) = target.package_names
    left = house / "archive/stores/kho-b" / name.replace("v0001", "v0002")
    left.write_bytes(b"PK, a description anew that was killed")
    assert all(holder.erase(target).gone for holder in store_holders())
    assert not left.exists()


def test_a_store_that_is_away_gives_no_receipt(house: Path, tmp_path: Path) -> None:
    id = a_case_file().kept(house / "work")
    with reading() as session:
        target = target_of(session, id)
    with pytest.raises(TemporaryError, match="not mounted"):
        StoreHolder(FolderStore("away", tmp_path / "away")).erase(target)
