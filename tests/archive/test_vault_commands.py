"""The vault's commands, run as an operator runs them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select
from typer.testing import CliRunner, Result

from archive import fixity, tasks
from archive.checkpoints import checkpoint_is_due, newest_checkpoint, write_checkpoint
from archive.cli import load, show_each
from archive.copies import examine
from archive.custody import deposit, stores, verify_package
from archive.ledger import check_proof
from archive.ledger.append import append
from archive.ledger.at_once import seal_after_commit
from archive.ledger.event import Verb
from archive.ledger.rows import EventRow
from archive.register import digest as tables
from archive.register import session as sessions
from archive.register.migrate import SCRIPTS, differences
from archive.register.models import CaseFile, Package
from archive.register.projection import apply
from archive.register.session import reading, transaction
from archive.settings import config_path
from archive.stores.folder import FolderStore
from tests.archive.vault_builders import NOW, ACaseFile, a_case_file, ident


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
    mended = json.loads(run("ledger", "seal", "--json").output)
    assert mended["replaced"][0] | {"aside": ""} == {
        "store": "kho-a",
        "key": "_ledger/segment-000001.jsonl",
        "aside": "",
    }
    assert mended["segments"] == 2  # the mending itself is an event
    assert run("ledger", "verify").exit_code == 0


def test_sealing_by_hand_says_which_store_could_not_be_mended(house: Path, case: ACaseFile, run) -> None:  # type: ignore[no-untyped-def]
    run("ledger", "seal")
    (house / "archive/stores/kho-b/_ledger/segment-000001.jsonl").unlink()
    assert json.loads(run("ledger", "seal", "--json").output)["written"] == [
        "kho-b:_ledger/segment-000001.jsonl"
    ]


def no_checkpoint_since(seq: int) -> bool:
    with reading() as session:
        newest = newest_checkpoint(session.scalar(select(func.max(EventRow.seq))) or 0)
        return newest is None or newest.seq <= seq


def test_a_decision_sealed_at_once_gets_its_checkpoint_with_the_next_periodic_seal(
    house: Path, case: ACaseFile
) -> None:
    tasks.seal()
    with transaction() as session:
        event = append(session, Verb.HOLD, actor="lan", kind="case-file", id=case.id, payload={}, now=NOW)
        seal_after_commit(session, event)
    assert no_checkpoint_since(event.seq - 1)
    assert tasks.seal() == 0  # nothing was left to be sealed
    assert not no_checkpoint_since(event.seq - 1)


def lose_the_register(house: Path) -> None:
    sessions.engine().dispose()
    sessions._engine.cache_clear()
    for file in (house / "archive").glob("register.db*"):
        file.unlink()


def made_by_migrations(house: Path, run) -> None:  # type: ignore[no-untyped-def]
    """Make the register as the program does; the fixture's tables know no version to upgrade from."""
    run("ledger", "seal")
    lose_the_register(house)
    assert run("rebuild").exit_code == 0


def destroy(case: ACaseFile) -> None:
    """As a destruction does it: every store erases, and the ledger says so."""
    for store in stores():
        store.erase(case.facts().name)
    with transaction() as session:
        payload = {"order_id": "o", "outcome": "done", "detail": ""}
        apply(
            session,
            append(
                session, Verb.DESTROY, actor="mai", kind="case-file", id=case.id, payload=payload, now=NOW
            ),
        )


def test_a_register_lost_between_a_destruction_and_the_next_checkpoint_cannot_be_compared(
    house: Path,
    case: ACaseFile,
    run,  # type: ignore[no-untyped-def]
) -> None:
    run("ledger", "seal")
    destroy(case)
    lose_the_register(house)
    result = run("rebuild", "--json")
    facts = json.loads(result.output)
    assert (facts["equal"], facts["verdict"], result.exit_code) == (False, "cannot be compared", 2)
    assert facts["destroyed_since"] == 1
    with reading() as session:
        assert session.scalars(select(CaseFile.state)).all() == ["destroyed"]
    again = json.loads(run("rebuild", "--json").output)  # now there is a register to compare with
    assert (again["equal"], again["verdict"]) == (True, "equal")


def test_what_was_destroyed_and_lies_in_a_store_again_is_named_and_not_taken_in(
    house: Path,
    case: ACaseFile,
    run,  # type: ignore[no-untyped-def]
) -> None:
    made_by_migrations(house, run)
    copy = copy_of(house, "kho-a", case)
    held = copy.read_bytes()
    destroy(case)
    run("ledger", "seal")
    copy.parent.mkdir(parents=True, exist_ok=True)
    copy.write_bytes(held)
    result = run("rebuild", "--json")
    facts = json.loads(result.output)
    assert (result.exit_code, facts["adopted"]) == (1, [])
    assert facts["troubles"] == [
        f"{case.facts().name} was destroyed by order and lies in kho-a again: run `tangthu erase-again`"
    ]


def test_a_register_lost_before_any_checkpoint_cannot_be_compared(house: Path, case: ACaseFile, run) -> None:  # type: ignore[no-untyped-def]
    lose_the_register(house)
    result = run("rebuild")
    assert result.exit_code == 2 and "cannot be compared" in result.output


def test_a_checkpoint_of_before_an_upgrade_is_no_reason_to_call_the_register_wrong(
    house: Path,
    case: ACaseFile,
    run,  # type: ignore[no-untyped-def]
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = tables.TABLES
    monkeypatch.setattr(tables, "TABLES", before[:-1])  # what a version knew that had one table less
    run("ledger", "seal")
    monkeypatch.setattr(tables, "TABLES", before)
    lose_the_register(house)
    result = run("rebuild", "--json")
    assert (result.exit_code, json.loads(result.output)["verdict"]) == (2, "cannot be compared")
    with transaction() as session:
        assert checkpoint_is_due(session), "nothing happened, but none can be compared"
        write_checkpoint(session, now=NOW)
        assert not checkpoint_is_due(session)
    lose_the_register(house)
    assert json.loads(run("rebuild", "--json").output)["equal"] is True


def test_a_package_without_an_event_is_taken_in_though_the_register_is_there(
    house: Path,
    case: ACaseFile,
    run,  # type: ignore[no-untyped-def]
) -> None:
    made_by_migrations(house, run)
    late = a_case_file().with_(code="02.late")
    written = late.written(house / "work2")
    deposit(written.path, late.facts().name, written.sha256)
    facts = json.loads(run("rebuild", "--json").output)
    assert (facts["adopted"], facts["equal"], facts["lost_register"]) == ([late.facts().name], True, False)


def test_a_store_that_is_away_stops_no_rebuild_half_way(
    house: Path,
    case: ACaseFile,
    run,
    monkeypatch: pytest.MonkeyPatch,  # type: ignore[no-untyped-def]
) -> None:
    paths = [house / "archive/stores" / name for name in ("kho-a", "kho-b", "away")]
    named = [{"name": path.name, "kind": "folder", "path": str(path)} for path in paths]
    monkeypatch.setenv("TANGTHU_ARCHIVE__STORES", json.dumps(named))
    run("ledger", "seal")
    lose_the_register(house)
    result = run("rebuild", "--json")
    assert result.exit_code == 1, "what lies in the store that is away was not looked at"
    facts = json.loads(result.output)
    assert facts["equal"] and "away" in facts["troubles"][0]


def test_a_package_that_cannot_be_taken_in_is_named_and_the_others_are(
    house: Path, case: ACaseFile, run
) -> None:  # type: ignore[no-untyped-def]
    made_by_migrations(house, run)
    namesake = a_case_file().with_(title="Hồ sơ khác cùng mã")
    facts = replace(
        namesake.facts(), case_file_id=ident("other"), name=namesake.facts().name.replace("/01.", "/00.")
    )
    written = namesake.written(house / "work2", facts=facts)
    deposit(written.path, facts.name, written.sha256)
    late = a_case_file().with_(code="02.late")
    more = late.written(house / "work3")
    deposit(more.path, late.facts().name, more.sha256)
    result = run("rebuild", "--json")
    assert result.exit_code == 1
    told = json.loads(result.output)
    assert told["adopted"] == [late.facts().name]
    assert facts.name in told["troubles"][0] and "already has a case file" in told["troubles"][0]


@pytest.mark.parametrize(
    ("spoilt", "why"),
    [("", "1 of 1 copies agree and 2 must"), ("kho-b", "1 of 2 copies agree and 2 must")],
)
def test_a_package_of_which_too_few_copies_agree_is_named(
    house: Path,
    case: ACaseFile,
    run,  # type: ignore[no-untyped-def]
    spoilt: str,
    why: str,
) -> None:
    made_by_migrations(house, run)
    late = a_case_file().with_(code="02.late")
    written = late.written(house / "work2")
    name = late.facts().name
    deposit(written.path, name, written.sha256)
    for store in {"kho-b", "kho-c"} - {spoilt}:
        (house / "archive/stores" / store / name).unlink()
    if spoilt:
        copy = house / "archive/stores" / spoilt / name
        copy.chmod(0o600)
        copy.write_bytes(copy.read_bytes()[:-1])
    told = json.loads(run("rebuild", "--json").output)
    assert told["adopted"] == []
    assert len(told["troubles"]) == 1 and name in told["troubles"][0] and why in told["troubles"][0]


def test_a_package_destroyed_while_the_copies_are_read_is_not_reported_as_bad(
    house: Path,
    case: ACaseFile,
    run,
    monkeypatch: pytest.MonkeyPatch,  # type: ignore[no-untyped-def]
) -> None:
    def destroyed_meanwhile(*told: object) -> dict[str, str]:
        destroy(case)
        return examine(*told)  # type: ignore[arg-type]

    monkeypatch.setattr(fixity, "examine", destroyed_meanwhile)
    result = run("fixity", "run", "--json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.output)["bad"] == []


def test_the_copies_of_a_store_that_is_not_mounted_are_not_noted_as_missing(
    house: Path,
    case: ACaseFile,
    run,  # type: ignore[no-untyped-def]
) -> None:
    (house / "archive/stores/kho-c").rename(house / "unmounted")
    places = [FolderStore(name, house / "archive/stores" / name) for name in ("kho-a", "kho-b", "kho-c")]
    with reading() as session:
        package = session.scalars(select(Package)).one()
        assert verify_package(package.id, now=NOW, places=places)["kho-c"] == "unreachable"
    with reading() as session:
        package = session.scalars(select(Package)).one()
        assert {copy.store: copy.state for copy in package.copies}["kho-c"] == "verified"


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


@pytest.mark.parametrize("as_json", [True, False])
def test_a_list_is_printed_while_it_is_read(as_json: bool, capsys: pytest.CaptureFixture[str]) -> None:
    printed: list[str] = []

    def rows() -> Iterator[dict[str, str]]:
        for name in ("a.zip", "b.zip"):
            yield {"name": name}
            printed.append(capsys.readouterr().out)

    show_each(rows(), as_json=as_json, line=lambda fact: fact["name"], nothing="nothing")
    printed.append(capsys.readouterr().out)
    assert "a.zip" in printed[0] and "b.zip" not in printed[0], (
        "the first line does not wait for the last row"
    )
    whole = "".join(printed)
    told = json.loads(whole) if as_json else [{"name": line} for line in whole.split()]
    assert told == [{"name": "a.zip"}, {"name": "b.zip"}]


@pytest.mark.parametrize(("as_json", "said"), [(True, "[]"), (False, "nothing")])
def test_an_empty_list_says_so(as_json: bool, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    show_each([], as_json=as_json, line=str, nothing="nothing")
    assert capsys.readouterr().out.strip() == said


def test_upgrade_makes_the_tables_of_an_empty_register_and_changes_nothing_the_second_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, app
) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setenv("TANGTHU_CONFIG", str(tmp_path / "tangthu.toml"))
    monkeypatch.setenv("TANGTHU_ARCHIVE__DATA", str(tmp_path / "archive"))
    sessions._engine.cache_clear()
    try:
        first = CliRunner().invoke(app, ["upgrade", "--json"])
        assert first.exit_code == 0, first.output
        assert json.loads(first.output)["version"] == newest()
        assert differences(sessions.engine()) == []
        assert json.loads(CliRunner().invoke(app, ["upgrade", "--json"]).output) == json.loads(first.output)
    finally:
        sessions.engine().dispose()
        sessions._engine.cache_clear()


def newest() -> str:
    """Return the number of the newest migration there is a file of."""
    return max(path.name[:4] for path in (SCRIPTS / "versions").glob("[0-9]*.py"))


def test_a_command_where_no_archive_is_says_so_and_makes_nothing(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TANGTHU_")}
    done = subprocess.run(
        [str(Path(sys.executable).parent / "tangthu"), "package", "list"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "Is there an archive here?" in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_settings_of_the_embedded_house_are_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TANGTHU_CONFIG", raising=False)
    monkeypatch.chdir(tmp_path)
    assert config_path() == Path("tangthu.toml")
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "tangthu.toml").touch()
    assert config_path() == Path("var/tangthu.toml")
    (tmp_path / "tangthu.toml").touch()
    assert config_path() == Path("tangthu.toml")
    monkeypatch.setenv("TANGTHU_CONFIG", "/elsewhere.toml")
    assert config_path() == Path("/elsewhere.toml")
