"""A copy (DIP) people ask for: prepared once, fetched by nobody else, gone after its term and with its case file."""

from __future__ import annotations

import json
import shutil
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from test_given import METS, READER, case_file, copies_ledgered, schemas  # noqa: F401  (a fixture)

from archive.alone import alone
from archive.custody import target_of
from archive.errors import NotAllowedError, NotFoundError, TemporaryError
from archive.packages.tt05_given import Request
from archive.packages.verify import verify_plain
from archive.register.models import CaseFile
from archive.register.session import reading, transaction
from archive.settings import ArchiveSettings
from archive.viewer import Viewer
from exports import tasks
from exports.errors import ExportError
from exports.giving import counter, place
from exports.giving.giving import Giving, GivingState
from exports.giving.holder import GivenCopies
from tests.archive.vault_builders import LAN, MAI, NOW, STRANGER, being_erased

LATER = NOW + timedelta(days=1)
REQUEST = Request("PYC-2026-0007", NOW.date(), "02", "Giải quyết khiếu nại", "10", "Cầu Bản Chu")
CODE = "01.2014.QD"


def asked(case_file_id: str, viewer: Viewer = LAN, *, originals: bool = False) -> Giving:
    return counter.ask(case_file_id, REQUEST, originals=originals, viewer=viewer, now=LATER)


def ready(case_file_id: str, viewer: Viewer = LAN) -> Giving:
    found = counter.prepare(asked(case_file_id, viewer).id, now=LATER)
    assert found is not None and found.state is GivingState.READY
    return found


def files_left() -> list[str]:
    return [path.name for path in place.home().rglob("*") if path.is_file()]


def test_a_copy_is_prepared_as_a_dip_and_fetched_by_who_asked(case_file: str) -> None:  # noqa: F811
    waits = asked(case_file)
    assert (waits.state, waits.until, waits.holder) == (GivingState.WAITING, None, "lan")
    with pytest.raises(NotFoundError):
        counter.fetch(waits.id, viewer=LAN, now=LATER)
    done = counter.prepare(waits.id, now=LATER)
    assert done is not None and (done.done, done.total, done.files) == (waits.total, waits.total, 2)
    found, path = counter.fetch(waits.id, viewer=LAN, now=LATER)
    assert verify_plain(path, schemas=schemas(), kinds=("DIP",)) == []
    with zipfile.ZipFile(path) as archive:
        said = archive.read(f"{found.objid}/metadata/descriptive/EAD.xml").decode()
        read = sum(info.file_size for info in archive.filelist if "/data/" in info.filename)
    assert "PYC-2026-0007" in said and "Giải quyết khiếu nại" in said
    assert read == found.total  # what was said before is what is in it
    [(actor, payload, sha256)] = copies_ledgered(case_file)
    assert (actor, payload["given"], payload["objid"], sha256) == ("lan", "DIP", found.objid, found.sha256)


def test_a_copy_is_refused_when_the_disk_has_no_room_beside_those_still_to_be_prepared(
    case_file: str,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first = asked(case_file)
    room = counter.SPARE + 2 * counter.TIMES_ON_DISK * first.total
    for free, fits in ((room - 1, False), (room, True)):
        usage = shutil._ntuple_diskusage(1 << 40, (1 << 40) - free, free)
        monkeypatch.setattr(shutil, "disk_usage", lambda _, usage=usage: usage)
        if fits:
            assert asked(case_file).open
        else:
            with pytest.raises(TemporaryError):
                asked(case_file)
            assert len(list(place.all_of_them())) == 1


def test_preparing_twice_gives_one_copy_and_one_event(kept: dict[str, str]) -> None:
    first = ready(kept[CODE])
    assert counter.prepare(first.id, now=LATER) == first
    assert len(copies_ledgered(kept[CODE])) == 1 and counter.prepare("nowhere", now=LATER) is None


def test_what_a_killed_worker_left_is_overwritten_and_prepared_anew(kept: dict[str, str]) -> None:
    waits = asked(kept[CODE])
    left = place.home() / waits.id / "uuid-LEFT.zip"
    left.write_bytes(b"PK")
    half = left.parent / ".preparing-x"
    half.mkdir()
    (half / "bag.zip").write_bytes(b"PK")
    done = counter.prepare(waits.id, now=LATER)
    assert done is not None and done.state is GivingState.READY
    assert sorted(files_left()) == sorted(["about.json", f"{done.objid}.zip"])


def test_how_far_it_is_is_told_while_it_is_written(
    kept: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []
    real = place.write

    def noted(giving: Giving) -> Giving:
        seen.append(giving.done)
        return real(giving)

    monkeypatch.setattr(place, "write", noted)
    done = ready(kept[CODE])
    assert seen == sorted(seen) and any(0 < one < done.total for one in seen) and seen[-1] == done.total


@pytest.mark.parametrize("viewer", [READER, STRANGER])
def test_who_may_not_read_a_case_file_asks_in_vain(case_file: str, viewer: Viewer) -> None:  # noqa: F811
    with pytest.raises(NotAllowedError):
        asked(case_file, viewer)
    assert not place.home().exists()


def test_nobody_else_sees_fetches_or_removes_it(kept: dict[str, str]) -> None:
    done = ready(kept[CODE])
    assert counter.listing(viewer=MAI, now=LATER) == []
    for act in (counter.find, counter.fetch, counter.drop):
        with pytest.raises(NotFoundError):
            act(done.id, viewer=MAI, now=LATER)
    assert [one.id for one in counter.listing(viewer=LAN, now=LATER, case_file_id=kept[CODE])] == [done.id]


def test_who_may_no_longer_read_the_case_file_fetches_nothing(kept: dict[str, str]) -> None:
    done = ready(kept[CODE], READER)
    with transaction() as session:
        session.get_one(CaseFile, kept[CODE]).access = "02"
    with pytest.raises(NotFoundError):
        counter.fetch(done.id, viewer=READER, now=LATER)


def test_a_case_file_closed_meanwhile_is_not_prepared(kept: dict[str, str]) -> None:
    waits = asked(kept[CODE], READER)
    with transaction() as session:
        session.get_one(CaseFile, kept[CODE]).access = "02"
    done = counter.prepare(waits.id, now=LATER)
    assert done is not None and done.state is GivingState.FAILED
    assert done.why["code"] == "archive.may-not-read" and files_left() == ["about.json"]


def test_after_its_term_it_is_gone(kept: dict[str, str]) -> None:
    done = ready(kept[CODE])
    assert done.until == LATER + timedelta(days=15)
    assert counter.tidy(done.until - timedelta(seconds=1)) == 0
    with pytest.raises(NotFoundError):
        counter.fetch(done.id, viewer=LAN, now=done.until)
    assert counter.tidy(done.until) == 1 and files_left() == []


def test_it_goes_with_its_case_file_and_its_holder_gives_a_receipt(kept: dict[str, str]) -> None:
    done, other = ready(kept[CODE]), ready(kept["02.2014.QD"])
    with reading() as session:
        target = target_of(session, kept[CODE])
    with alone(f"copy {done.id}"), pytest.raises(TemporaryError):
        GivenCopies().erase(target)  # a worker is at it
    receipt = GivenCopies().erase(target)
    assert receipt.gone and receipt.what.startswith("2 files") and receipt.how.startswith("clear")
    assert [one.id for one in counter.listing(viewer=LAN, now=LATER)] == [other.id]
    assert GivenCopies().erase(target).what == "nothing"


def test_nothing_of_what_is_being_destroyed_is_given(kept: dict[str, str]) -> None:
    waits = asked(kept[CODE])
    being_erased(kept[CODE])
    done = counter.prepare(waits.id, now=LATER)
    assert done is not None and done.state is GivingState.FAILED and files_left() == ["about.json"]
    with pytest.raises(NotFoundError):
        asked(kept[CODE])


def test_a_person_has_a_quota_and_frees_it_by_removing(
    kept: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counter, "MOST_OF_A_PERSON", 2)
    first, _ = asked(kept[CODE]), asked(kept[CODE])
    with pytest.raises(ExportError, match="at most 2"):
        asked(kept[CODE])
    asked(kept[CODE], MAI)
    counter.drop(first.id, viewer=LAN, now=LATER)
    asked(kept[CODE])


def test_stores_that_do_not_answer_leave_it_waiting_with_why(
    kept: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    waits = asked(kept[CODE])
    away = [
        {"name": one.name, "kind": "folder", "path": str(one.path.parent / "not-mounted" / one.name)}
        for one in ArchiveSettings.load().all_stores
    ]
    monkeypatch.setenv("TANGTHU_ARCHIVE__STORES", json.dumps(away))
    with pytest.raises(TemporaryError):
        counter.prepare(waits.id, now=LATER)
    [one] = counter.listing(viewer=LAN, now=LATER)
    assert one.state is GivingState.WAITING and one.why


def test_the_house_prepares_what_was_never_sent_to_a_worker(
    kept: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[tuple[str, str]] = []
    monkeypatch.setattr(tasks.queue, "send", lambda task, one, **_: sent.append((task, one)))
    waits = asked(kept[CODE])
    assert tasks.tend_copies() == 0 and sent == [("exports.tasks.prepare", waits.id)]
    assert tasks.prepare(waits.id) == "ready" and tasks.prepare("gone") == "gone"
    sent.clear()
    tasks.tend_copies()
    assert sent == []


def test_an_aip_given_out_is_ledgered_before_it_is_there(kept: dict[str, str], tmp_path: Path) -> None:
    from exports.aip import export_aip

    written = export_aip(kept[CODE], tmp_path / "out", viewer=LAN, now=LATER)
    assert [path.name for path in (tmp_path / "out").iterdir()] == [written.path.name]
    [(actor, payload, sha256)] = copies_ledgered(kept[CODE])
    with reading() as session:
        package = session.scalars(select(CaseFile).where(CaseFile.id == kept[CODE])).one().packages[0]
        expected = {"given": "AIP", "objid": package.objid, "stored_sha256": package.sha256}
    assert (actor, sha256, payload) == ("lan", written.sha256, expected)
