"""The vault's commands, run as an operator runs them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select
from typer.testing import CliRunner, Result

from archive.cli import load
from archive.ledger import check_proof
from archive.register import session as sessions
from archive.register.models import Package
from archive.register.session import reading
from tests.archive.vault_builders import ACaseFile, a_case_file


@pytest.fixture(scope="module")
def app():  # type: ignore[no-untyped-def]
    return load()


@pytest.fixture
def run(house: Path, app):  # type: ignore[no-untyped-def]
    def _run(*words: str) -> Result:
        return CliRunner().invoke(app, list(words))

    return _run


@pytest.fixture
def case(house: Path) -> ACaseFile:
    case = a_case_file()
    case.kept(house / "work")
    return case


def copy_of(house: Path, store: str, case: ACaseFile) -> Path:
    return house / "archive/stores" / store / case.facts().name


def damage(path: Path, around: bytes) -> None:
    data = bytearray(path.read_bytes())
    data[data.index(around) + 5] ^= 0xFF
    path.write_bytes(bytes(data))


def test_a_good_package_verifies_and_a_damaged_one_names_the_file(house: Path, case: ACaseFile, run) -> None:  # type: ignore[no-untyped-def]
    path = copy_of(house, "kho-a", case)
    assert run("package", "verify", str(path)).exit_code == 0
    damage(path, case.contents()[1])
    result = run("package", "verify", str(path))
    assert result.exit_code == 1
    assert "Quyết định 2.txt" in result.output


def test_fixity_finds_what_repair_mends(house: Path, case: ACaseFile, run) -> None:  # type: ignore[no-untyped-def]
    assert run("fixity", "run").exit_code == 0
    damage(copy_of(house, "kho-b", case), case.contents()[0])
    result = run("fixity", "run", "--json")
    assert result.exit_code == 1
    facts = json.loads(result.output)
    assert facts["bad"][0]["copies"] == {"kho-a": "verified", "kho-b": "damaged", "kho-c": "verified"}
    assert json.loads(run("repair", case.facts().name, "--json").output) == {"repaired": ["kho-b"]}
    assert run("fixity", "run").exit_code == 0


def test_repairing_an_unknown_package_says_so(run) -> None:  # type: ignore[no-untyped-def]
    result = run("repair", "nothing")
    assert result.exit_code != 0
    assert "no package nothing" in str(result.exception)


def test_the_ledger_is_sealed_verified_and_proven(house: Path, case: ACaseFile, run) -> None:  # type: ignore[no-untyped-def]
    assert json.loads(run("ledger", "seal", "--json").output)["checkpoint"]["seq"] == 3
    assert run("ledger", "verify").exit_code == 0
    proof = house / "proof.json"
    assert run("ledger", "prove", "3", "--out", str(proof)).exit_code == 0
    command = [sys.executable, "-I", check_proof.__file__, str(proof)]
    assert subprocess.run(command, check=False, capture_output=True).returncode == 0
    segment = house / "archive/stores/kho-a/_ledger/segment-000001.jsonl"
    segment.write_bytes(segment.read_bytes().replace(b"STORE", b"STOLE"))
    result = run("ledger", "verify")
    assert result.exit_code == 1
    assert "kho-a" in result.output


def test_rebuild_after_deleting_the_register_prints_equal(house: Path, case: ACaseFile, run) -> None:  # type: ignore[no-untyped-def]
    run("ledger", "seal")
    sessions.engine().dispose()
    sessions._engine.cache_clear()
    for file in (house / "archive").glob("register.db*"):
        file.unlink()
    result = run("rebuild", "--json")
    assert result.exit_code == 0, result.output
    assert '"equal": true' in result.output
    with reading() as session:
        assert session.scalars(select(Package.name)).all() == [case.facts().name]


def test_packages_are_listed_with_their_copies(house: Path, case: ACaseFile, run) -> None:  # type: ignore[no-untyped-def]
    facts = json.loads(run("package", "list", "--json").output)
    assert facts[0]["copies"] == {"kho-a": "verified", "kho-b": "verified", "kho-c": "verified"}
    assert all(Path(path).is_file() for path in facts[0]["paths"])
