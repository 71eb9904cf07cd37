"""An independent E-ARK validator finds no failed requirement in what we give out (issue 5)."""

from __future__ import annotations

import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.packages.facts import PackageFacts
from archive.packages.unbag import unbag
from archive.packages.writer import write
from tests.services.eark_validator import Verdict, validate

sys.path.insert(0, str(Path(__file__).parents[1] / "packages"))
import package_builders as built

pytestmark = pytest.mark.service

ODD_NAME = "Quyết định số 31 (bản chính) + phụ lục #1, 'quý' I & II.pdf"


def given_out(facts: PackageFacts, into: Path, *, folder: str) -> Path:
    """Write, store and give out a package as `tangthu export aip` does."""
    stored = write(facts, into.with_suffix(".bag.zip"), schemas=built.schemas_folder()).path
    with stored.open("rb") as source:
        return unbag(source, into, folder=folder).path


def damaged(source: Path, into: Path) -> Path:
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(into, "w") as new:
        for info in old.filelist:
            data = old.read(info)
            new.writestr(info.filename, data + b" " if info.filename.endswith("EAD.xml") else data)
    return into


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Verdict]]:
    work = tmp_path_factory.mktemp("eark")
    usual = built.a_usual_case(work)
    bare = built.a_case(built.a_record(7, built.a_component(work, 7, name=ODD_NAME)))
    packages = {
        "AIP": given_out(usual, work / "aip.zip", folder=built.OBJID),
        "AIP with one file and no documentation": given_out(bare, work / "bare.zip", folder=built.OBJID),
        "AIP in the folder name of the circular": given_out(usual, work / "circular.zip", folder=""),
    }
    packages["damaged AIP"] = damaged(packages["AIP"], work / "damaged.zip")
    with zipfile.ZipFile(packages["AIP in the folder name of the circular"]) as archive:
        archive.extractall(work / "unpacked")
    packages["unpacked AIP in the folder name of the circular"] = work / "unpacked" / built.FOLDER
    told = validate(list(packages.values()), work / "reports")
    yield dict(zip(packages, told, strict=True))


@pytest.mark.parametrize("kind", ["AIP", "AIP with one file and no documentation"])
def test_an_independent_validator_finds_nothing_wrong(verdicts: dict[str, Verdict], kind: str) -> None:
    # A package without documentation/ is said to lack something that SHOULD be there, and no more than that.
    assert {name for name, _, _ in verdicts[kind].failed} <= {"CSIPSTR16"}
    assert verdicts[kind].failed_musts() == []
    assert len(verdicts[kind].passed) > 100


def test_the_folder_name_of_the_circular_is_the_one_thing_the_validator_does_not_take(
    verdicts: dict[str, Verdict],
) -> None:
    # TT 05/2025 writes ":" of the OBJID as "_" in the folder's name; CSIP1 wants both alike. In a ZIP the validator
    # looks for every file under the OBJID, so that other requirements fall with it; unpacked, nothing else does.
    unpacked = verdicts["unpacked AIP in the folder name of the circular"]
    assert [name for name, _ in unpacked.failed_musts()] == ["CSIP1"]
    assert "CSIP1" in {name for name, _ in verdicts["AIP in the folder name of the circular"].failed_musts()}


def test_the_validator_does_find_a_changed_file(verdicts: dict[str, Verdict]) -> None:
    assert {"CSIP27", "CSIP29"} <= {name for name, _ in verdicts["damaged AIP"].failed_musts()}
