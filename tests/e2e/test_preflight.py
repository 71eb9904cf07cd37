"""Pre-flight finds what the pipeline would find, with the real parts, and leaves nothing behind."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from archive.errors import TemporaryError
from archive.ledger.rows import EventRow
from archive.register.models import Submission
from archive.register.session import reading
from ingest import preflight, quarantine
from ingest.errors import BadMessageError
from ingest.steps.step import Verdict
from operations.world import settle
from tests.samples.case_file import CaseFilePlan, Made, a_case_file, a_document
from tests.samples.offices import OFFICES
from tests.samples.pki import Pki
from tests.samples.world import EICAR, build, make_sip

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

NOW = datetime(2026, 1, 6, 8, tzinfo=UTC)
OFFICE = OFFICES["gia-lai"]


@pytest.fixture
def office(house: Path, clamd_socket: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A house that knows the sample offices, and a running clamd."""
    monkeypatch.setenv("TANGTHU_INGEST__CLAMD_SOCKET", str(clamd_socket))
    monkeypatch.setenv("TANGTHU_ARCHIVE__BROKER_URL", "memory://")
    build(house / "world", only=("offices",))
    settle(house / "world")
    return house


def a_plan(about: str = "Báo cáo tình hình quản lý văn bản điện tử quý II năm 2020") -> CaseFilePlan:
    report = a_document("Báo cáo", "12", "BC-STTTT").issued_on(2020, 6, 1).about(about).made_as(Made.PLAIN)
    return (
        a_case_file().of("gia-lai").called("78.TH", "Hồ sơ để kiểm tra trước khi gửi").closed(2020, 12, 31)
    ).with_document(report)


def packed(plan: CaseFilePlan, folder: Path) -> Path:
    target = folder / "sip.zip"
    make_sip(plan, target, Pki(folder / "pki", folder / "trust"))
    return target


def flown(path: Path, **more: bool) -> preflight.Preflight:
    with path.open("rb") as source:
        return preflight.preflight(source, agency_code=OFFICE.code, file_name=path.name, now=NOW, **more)


def assert_nothing_was_kept() -> None:
    left = [path.name for path in quarantine.home().iterdir()] if quarantine.home().exists() else []
    assert left == []
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Submission)) == 0
        about = select(func.count()).select_from(EventRow).where(EventRow.object_kind == "submission")
        assert session.scalar(about) == 0


def test_a_good_case_file_would_be_taken_in(office: Path) -> None:
    found = flown(packed(a_plan(), office), convert=True)
    assert (found.verdict, found.good, found.documents) == (Verdict.GO_ON, True, 1)
    assert found.tried == ("unpack", "join", "scan", "look", "check", "normalise")
    assert found.title == "Hồ sơ để kiểm tra trước khi gửi"
    assert_nothing_was_kept()


def test_a_defective_one_would_be_returned_with_what_to_mend(office: Path) -> None:
    found = flown(packed(a_plan().wrongly(TotalDoc="3"), office))
    assert (found.verdict, found.good) == (Verdict.RETURN, False)
    assert "V04_DOCS" in {finding.code for finding in found.findings}
    assert_nothing_was_kept()


def test_a_secret_is_refused_and_its_title_is_not_said(office: Path) -> None:
    found = flown(packed(a_plan("Phương án bảo vệ").wrongly(Rights="Tối mật"), office))
    assert (found.verdict, found.title) == (Verdict.REFUSE, "")
    assert_nothing_was_kept()


def test_a_virus_is_found(office: Path) -> None:
    found = flown(_with_its_pdf_replaced(packed(a_plan(), office), EICAR))
    assert "VIRUS" in {finding.code for finding in found.findings}
    assert found.verdict == Verdict.REFUSE
    assert_nothing_was_kept()


def _with_its_pdf_replaced(package: Path, text: str) -> Path:
    """Return the package with its one PDF replaced by a text; its hash in the METS is then wrong, too."""
    target = package.with_name("infected.zip")
    with zipfile.ZipFile(package) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            new.writestr(name, text if name.endswith(".pdf") else old.read(name))
    return target


def test_without_a_scanner_it_cannot_tell_and_keeps_nothing(
    office: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TANGTHU_INGEST__CLAMD_SOCKET", str(office / "nobody.sock"))
    with pytest.raises(TemporaryError, match="clamd"):
        flown(packed(a_plan(), office))
    assert_nothing_was_kept()


def test_what_is_too_large_is_refused_before_it_is_looked_at(
    office: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TANGTHU_INGEST__MAX_MESSAGE_BYTES", "1000")
    with pytest.raises(BadMessageError, match="larger than 1000 bytes"):
        flown(packed(a_plan(), office))
    assert_nothing_was_kept()


def test_what_a_killed_preflight_left_is_tidied_after_an_hour(
    office: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = quarantine.home() / f"{preflight.PREFIX}killed"
    left.mkdir(parents=True)
    (left / "raw").write_bytes(b"draft")
    assert preflight.tidy() == 0
    monkeypatch.setattr(preflight, "LEFT_SECONDS", -1)
    assert preflight.tidy() == 1
    assert_nothing_was_kept()


@pytest.mark.parametrize(
    "plan, code", [(a_plan(), 0), (a_plan().wrongly(TotalDoc="3"), 1)], ids=["good", "bad"]
)
def test_the_command_says_it_in_vietnamese_and_exits_by_it(
    office: Path, plan: CaseFilePlan, code: int
) -> None:
    path = packed(plan, office)
    command = [str(Path(sys.executable).parent / "tangthu"), "preflight", str(path), "--agency", OFFICE.code]
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    assert said.returncode == code, said.stderr
    facts = json.loads(
        subprocess.run([*command, "--json"], capture_output=True, text=True, check=False).stdout
    )
    assert facts["good"] is (code == 0)
    if code:
        assert "sẽ bị trả lại để sửa" in said.stdout
        assert "[V04_DOCS]" in said.stdout
        assert "Khai 3 văn bản nhưng hồ sơ gửi có 1 văn bản." in said.stdout
        assert "Sửa tổng số văn bản" in said.stdout
        assert "Phụ lục I (trường TotalDoc)" in said.stdout
