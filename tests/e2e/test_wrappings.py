"""Case files in every wrapping go down the whole road; a trial package is answered and leaves nothing behind."""

from __future__ import annotations

import sys
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from deliveries import (
    GIA_LAI,
    a_good_case_file,
    a_report,
    advanced_apart,
    packed,
    row_of,
    send,
    steps_of,
    the_wait_is_over,
)
from sqlalchemy import func, select

from archive.packages.verify import verify
from archive.register.models import CaseFile, Outbox, Package
from archive.register.session import reading, transaction
from archive.settings import ArchiveSettings
from archive.viewer import Role, Viewer
from ingest import pipeline, quarantine, reasons, submissions
from tests.samples.case_file import CaseFilePlan, Made, Wrapping
from tests.samples.sheet import comma

sys.path.insert(0, str(Path(__file__).parent.parent / "ingest"))
from agreement_builders import agree
from file_server import serving

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]

ARCHIVIST = Viewer("luutru", {GIA_LAI: frozenset({Role.ARCHIVIST})})


def a_plan(number: int, wrapping: Wrapping = Wrapping.SIP) -> CaseFilePlan:
    documents = (a_report(number=f"{number}1"), a_report(Made.SCAN, number=f"{number}2"))
    return (
        a_good_case_file(f"{number}.TH", f"Hồ sơ gửi theo cách thứ {number}")
        .wrapped_as(wrapping)
        .with_document(*documents)
    )


def statuses(submission_id: str) -> dict[str, str]:
    with reading() as session:
        rows = session.scalars(select(Outbox).where(Outbox.submission_id == submission_id))
        return {row.status: row.reason for row in rows}


def codes(submission_id: str) -> set[str]:
    return {finding.code for finding in row_of(submission_id).findings}


WRAPPED = {
    "loose documents": (
        a_plan(61, Wrapping.LOOSE).by_circular("TT05").opened(2025, 7, 2).closed(2025, 12, 1),
        {"TAILIEU_AS_CASE"},
    ),
    "a list in CSV": (a_plan(62, Wrapping.CSV), {"SHEET_DERIVED"}),
    "a list in XLSX": (a_plan(63, Wrapping.XLSX), {"SHEET_DERIVED"}),
    "a bag": (a_plan(64, Wrapping.BAG), set()),
}


@pytest.mark.parametrize("name", WRAPPED)
def test_a_case_file_is_stored_however_it_was_wrapped(name: str, town: Path, tmp_path: Path) -> None:
    plan, told = WRAPPED[name]
    submission_id = send(packed(plan, tmp_path / "goi.zip"))
    state = advanced_apart(submission_id)
    assert told <= codes(submission_id), reasons.told(row_of(submission_id).findings)
    if told:  # something was derived: an archivist looks at it first
        assert state == "to-decide", reasons.told(row_of(submission_id).findings)
        with transaction() as session:
            submissions.accept(session, submission_id, viewer=ARCHIVIST, now=datetime.now(UTC))
        state = advanced_apart(submission_id)
    assert state == "stored", row_of(submission_id).waiting
    with reading() as session:
        case_file = session.scalars(select(CaseFile)).one()
        assert (case_file.code, case_file.title, case_file.total_docs) == (plan.file_code, plan.title, 2)
        package = session.scalars(select(Package)).one()
    store = ArchiveSettings.load().all_stores[0]
    assert verify(store.path / package.name, schemas=ArchiveSettings.load().tools_home / "schemas") == []


def test_a_trial_package_is_answered_and_nothing_of_it_is_kept(town: Path, tmp_path: Path) -> None:
    good = send(packed(a_plan(65).with_status("TEST"), tmp_path / "a.zip"), message_id="thu-1")
    assert advanced_apart(good) == "tested"
    bad = send(
        packed(a_plan(66).wrongly(EndDate="31/02/2020").with_status("TEST"), tmp_path / "b.zip"),
        message_id="thu-2",
    )
    assert advanced_apart(bad) == "tested" and "V09_DATE" in codes(bad)
    assert set(statuses(good)) == {"01", "02"} == set(statuses(bad))
    assert "Gói thử" in statuses(good)["02"] and "Không phát hiện lỗi" in statuses(good)["02"]
    assert "Gói thử" in statuses(bad)["02"] and "V09_DATE" in statuses(bad)["02"]
    assert not quarantine.folder(good).exists() and not quarantine.folder(bad).exists()
    with reading() as session:
        assert session.scalar(select(func.count(CaseFile.id))) == 0
    assert steps_of(good) == ["unpack", "join", "scan", "look", "check"]
    assert pipeline.advance(good) == "busy"  # it is closed: nobody may take it up again


def test_a_trial_with_a_secret_is_a_secret(town: Path, tmp_path: Path) -> None:
    secret = send(packed(a_plan(67).used_as("Mật").with_status("TEST"), tmp_path / "a.zip"))
    assert advanced_apart(secret) == "refused" and not quarantine.raw(secret).exists()


def test_a_missing_file_is_waited_for_and_then_stored(
    town: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = packed(a_plan(68), tmp_path / "whole.zip")
    with serving() as server:
        prefix, holey = f"{server.url}/nop-luu/", tmp_path / "holey.zip"
        with zipfile.ZipFile(whole) as before, zipfile.ZipFile(holey, "w") as after:
            for info in before.infolist():
                data = before.read(info)
                if info.filename.endswith(".jpg"):
                    server.files["/nop-luu/scan.jpg"] = data
                    inner = info.filename.partition("/")[2]
                    line = f"{prefix}scan.jpg {len(data)} {inner}\n"
                    after.writestr(info.filename.partition("/")[0] + "/.fetch.txt", line)
                else:
                    after.writestr(info, data)
        agree(GIA_LAI, accept="automatic", fetch_places=[{"prefix": prefix, "private": True}])
        server.status["/nop-luu/scan.jpg"] = 503
        submission_id = send(holey)
        assert advanced_apart(submission_id) == "waiting"
        assert "503" in row_of(submission_id).waiting
        del server.status["/nop-luu/scan.jpg"]
        the_wait_is_over(submission_id)
        assert advanced_apart(submission_id) == "stored"
    other = send(
        holey, message_id="m-2", agency="000.00.09.H14"
    )  # the same place is not agreed with this one
    # Its document could still come alone; nobody waits for that here.
    assert advanced_apart(other, TANGTHU_INGEST__GATHER_GRACE_SECONDS="0") == "returned"
    assert "HOLE_ADDRESS" in codes(other)


def zipped(**files: bytes) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        path = folder / f"{len(list(folder.iterdir()))}.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as sink:
            for name, data in files.items():
                sink.writestr(name.replace("__", "/"), data)
        return path

    return make


HOSTILE: dict[str, tuple[Callable[[Path], Path], str]] = {
    "nothing known": (zipped(a=b"x"), "DELIVERY_UNKNOWN"),
    "a ZIP in a ZIP": (zipped(**{"goi.zip": b"PK\3\4", "b": b"x"}), "DELIVERY_UNKNOWN"),
    "a bag without payload": (zipped(**{"bagit.txt": b"x", "manifest-md5.txt": b""}), "BAG_PAYLOAD"),
    "a list in TCVN3": (zipped(**{"a.csv": b"Ti\xaau \xae\xd2,b\n1,2\n", "b.pdf": b"x"}), "SHEET_ENCODING"),
    "a list that is no workbook": (zipped(**{"a.xlsx": b"PK\3\4 not", "b.pdf": b"x"}), "SHEET_BROKEN"),
    "a list of nothing": (zipped(**{"a.csv": comma([]), "b.pdf": b"x"}), "SHEET_NO_ROWS"),
    "a long name": (zipped(**{"a" * 300: b"x"}), "SIP_UNSAFE_NAME"),
    "a path that climbs out": (zipped(**{"..__x": b"x"}), "SIP_UNSAFE_NAME"),
    "names that clash": (zipped(**{"a": b"x", "A": b"y"}), "SIP_NAME_CLASH"),
    "a bomb": (zipped(a=bytes(40 << 20)), "SIP_BOMB"),
}


def test_every_hostile_delivery_is_answered_and_the_queue_goes_on(town: Path, tmp_path: Path) -> None:
    ids = {
        name: send(make(tmp_path), message_id=f"x-{number}")
        for number, (name, (make, _)) in enumerate(HOSTILE.items())
    }
    good = send(packed(a_plan(69, Wrapping.BAG), tmp_path / "good" / "goi.zip"), message_id="good")
    for name, submission_id in ids.items():
        assert pipeline.advance(submission_id) == "returned", name
        assert codes(submission_id) == {HOSTILE[name][1]}, name
        assert "Cách khắc phục" in statuses(submission_id)["02"]
    assert advanced_apart(good) == "stored"
