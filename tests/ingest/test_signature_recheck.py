"""A signed PDF from receipt to read-out: byte-identical, its verdict recomputed offline from the package alone."""

from __future__ import annotations

import json
import socket
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import signing_builders as make
from typer.testing import CliRunner

from archive.cli import load as the_command
from archive.packages.reader import open_member, read_facts
from archive.packages.verify import verify
from archive.settings import ArchiveSettings
from ingest.formats.cage import Limits
from ingest.formats.sandbox import Sandbox
from ingest.formats.signed import Asking
from ingest.signatures.errors import NoReportError
from ingest.signatures.recheck import Rechecked, recheck
from tests.archive.vault_builders import ACaseFile
from tests.samples.authority import DAY, LATER, SIGNED, Authority

PLACE = make.PLACE


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    with Sandbox(Limits(seconds=120)) as box:
        yield box


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.fixture(scope="module")
def paper(authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A decision signed by a person and by the office, time-stamped; the person's certificate revoked since."""
    folder = tmp_path_factory.mktemp("paper")
    an = authority.signer("Nguyễn Văn An", "UBND tỉnh Lạng Sơn")
    office = authority.signer("UBND tỉnh Lạng Sơn", "UBND tỉnh Lạng Sơn")
    path = make.signed(folder / "a.pdf", authority, an, office, stamped=authority.stamps_at(SIGNED))
    authority.trust(folder / "trust", *authority.fresh(LATER, [(an, SIGNED + 100 * DAY)]))
    return path


@pytest.fixture(scope="module")
def package(paper: Path, tmp_path_factory: pytest.TempPathFactory, box: Sandbox) -> Path:
    """The paper judged as the pipeline does, and packed with its report."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TANGTHU_INGEST__TRUST_ROOTS", str(paper.parent / "trust"))
        return make.packed(paper, tmp_path_factory.mktemp("package"), box)


def _changed(package: Path, into: Path, member: str, data: bytes) -> Path:
    """Put other bytes in place of a member whose path ends so."""
    target = into / "changed.zip"
    with zipfile.ZipFile(package) as old, zipfile.ZipFile(target, "w") as new:
        for info in old.infolist():
            new.writestr(info, data if info.filename.endswith(member) else old.read(info))
    return target


def _one(package: Path, box: Sandbox) -> Rechecked:
    (found,) = recheck(package, Asking(box))
    return found


def test_the_verdict_comes_out_equal_from_the_package_alone(
    paper: Path, package: Path, box: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert verify(package, schemas=ArchiveSettings.load().tools_home / "schemas") == []

    def _no_network(*_: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket, "create_connection", _no_network)
    found = _one(package, box)
    assert found.faults == ()
    assert found.now == found.kept
    person, office = found.now
    assert (person.now.verdict, person.then.verdict, person.then.basis) == (
        "TOTAL-PASSED",
        "TOTAL-PASSED",
        "time-stamp",
    )
    assert (person.signer, office.signer) == ("Nguyễn Văn An", "UBND tỉnh Lạng Sơn")
    with package.open("rb") as stream:
        read = open_member(stream, PLACE).read()
    assert read == paper.read_bytes()


def test_the_command_says_equal(package: Path) -> None:
    ran = CliRunner().invoke(the_command(), ["package", "signatures", str(package), "--json"])
    assert ran.exit_code == 0, ran.output
    said = json.loads(ran.output)
    assert said["equal"] is True
    assert said["files"][0]["now"][0]["now"]["verdict"] == "TOTAL-PASSED"


def test_a_report_that_says_better_than_the_evidence_is_found(
    package: Path, tmp_path: Path, box: Sandbox
) -> None:
    with zipfile.ZipFile(package) as zip_:
        name = next(one for one in zip_.namelist() if one.endswith("/0001-01.json"))
        report = json.loads(zip_.read(name))
    report["signatures"][0]["signer"] = "Trần Văn Khác"
    found = _one(_changed(package, tmp_path, "/0001-01.json", json.dumps(report).encode()), box)
    assert found.faults == ("signature 1: signer was Trần Văn Khác, is Nguyễn Văn An",)


def test_evidence_that_is_damaged_and_a_file_that_is_another_are_found(
    paper: Path, package: Path, tmp_path: Path, box: Sandbox
) -> None:
    with package.open("rb") as stream:
        crl = next(one.path for one in read_facts(stream).documentation if one.path.endswith(".crl"))
    found = _one(_changed(package, tmp_path, crl, b"nothing"), box)
    assert any("missing or damaged" in fault for fault in found.faults)
    assert any("now was" in fault for fault in found.faults)
    data = bytearray(paper.read_bytes())
    data[600] ^= 1
    other = _one(_changed(package, tmp_path, PLACE, bytes(data)), box)
    assert other.faults == ("the file is not the one that was judged (SHA-256)",)


def test_another_reader_judges_with_roots_of_their_own(package: Path, tmp_path: Path, box: Sandbox) -> None:
    strangers = Authority("Người lạ").trust(tmp_path / "strangers")
    (found,) = recheck(package, Asking(box), only=[("mine", strangers)])
    assert {one.now.sub_indication for one in found.now} == {"NO_CERTIFICATE_CHAIN_FOUND"}
    assert found.faults


def test_a_package_without_reports_says_so(tmp_path: Path, box: Sandbox) -> None:
    with pytest.raises(NoReportError):
        list(recheck(ACaseFile().written(tmp_path).path, Asking(box)))
