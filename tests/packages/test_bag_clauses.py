"""Our verdict on a bag for every MUST of RFC 8493, as folder, stored and packed ZIP; and what bagit-python says."""

from __future__ import annotations

import zipfile
from pathlib import Path

import bagit
import pytest
from bags.build import as_folder, as_zip
from bags.clauses import CLAUSES, Clause

from archive.packages.verify import verify

NAMES = [f"{clause.clause} {clause.bag}" for clause in CLAUSES]
CASELESS_ZIP = {"two files that are one name in two forms", "two names that differ in case only"}


def test_no_two_rows_are_the_same() -> None:
    assert len(set(NAMES)) == len(NAMES)


def broken(path: Path, schemas: Path) -> list[tuple[str, str]]:
    return [(fault.rule, fault.path) for fault in verify(path, schemas=schemas, bag_only=True)]


@pytest.mark.parametrize("clause", CLAUSES, ids=NAMES)
def test_every_must_of_rfc_8493(clause: Clause, tmp_path: Path) -> None:
    places = [
        as_folder(clause.files, tmp_path / "folder"),
        *(
            as_zip(clause.files, _made(tmp_path / str(kind)), kind)
            for kind in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
        ),
    ]
    for place in places:
        faults = broken(place, tmp_path)
        if clause.fault is None:
            assert faults == [], place.name
        elif place.suffix == ".zip" and clause.bag in CASELESS_ZIP:
            assert ("ZIP-MEMBER", f"bag/{clause.fault[1]}") in faults
        else:
            assert clause.fault in faults, place.name


@pytest.mark.parametrize("clause", CLAUSES, ids=NAMES)
def test_bagit_python_agrees_or_the_table_says_why_not(clause: Clause, tmp_path: Path) -> None:
    folder = as_folder(clause.files, tmp_path)
    try:
        bagit.Bag(str(folder)).validate()
        valid = True
    except (bagit.BagError, UnicodeError):
        valid = False
    except ValueError:
        valid = None  # it crashed, which says nothing
    assert (valid == (clause.fault is None)) == (clause.peer is None), f"bagit-python says {valid}"


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder
