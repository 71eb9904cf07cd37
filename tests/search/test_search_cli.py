"""The command line searches in somebody's place, never as nobody."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from register_rows import Texts, a_case_file, an_agency
from typer.testing import CliRunner

from archive.errors import NotAllowedError
from archive.register.session import transaction
from archive.viewer import Role
from search.cli import register, the_viewer
from search.follower import handle


@pytest.fixture
def app(house: Path) -> typer.Typer:
    texts = Texts()
    with transaction() as session:
        an_agency(session)
        events = [a_case_file(session, "a", texts), a_case_file(session, "b", texts, access="02")]
    handle(events, read=texts.read)
    made = typer.Typer()
    register(made)
    return made


def asked(app: typer.Typer, *arguments: str) -> dict[str, object]:
    answer = CliRunner().invoke(app, [*arguments, "--json"])
    assert answer.exit_code == 0, answer.output
    return json.loads(answer.stdout)


@pytest.mark.parametrize(
    ("role", "total"),
    [
        ("researcher@*", 1),
        ("archivist@*", 2),
        ("official@H37.01", 2),
        ("official@H01.01", 1),
        ("auditor@*", 0),
        ("", 0),
    ],
)
def test_a_person_finds_what_that_person_may_read(app: typer.Typer, role: str, total: int) -> None:
    options = ["--role", role] if role else []
    answer = CliRunner().invoke(app, ["search", "ho so ve phi", "--as", "an", *options, "--json"])
    assert answer.exit_code == 0
    assert json.loads(answer.stdout)["total"] == total
    assert ("no role" in answer.stderr) == (not role)


def test_the_roles_of_an_account_are_looked_up(tmp_path: Path) -> None:
    accounts = tmp_path / "accounts.json"
    accounts.write_text(json.dumps([{"login": "an", "roles": {"H37.01": ["archivist", "head"]}}]))
    roles = {"H37.01": frozenset({Role.ARCHIVIST, Role.HEAD})}
    assert the_viewer("an", [], accounts).roles == roles
    assert the_viewer("an", ["clerk@*"], accounts).roles == {"*": frozenset({Role.CLERK})}
    assert the_viewer("ba", [], accounts).roles == {}


def test_an_unknown_role_is_refused() -> None:
    with pytest.raises(NotAllowedError, match="researcher"):
        the_viewer("an", ["king@*"])


def test_the_index_is_rebuilt_and_shown(app: typer.Typer) -> None:
    shown = asked(app, "index", "show")
    rebuilt = asked(app, "index", "rebuild")
    assert rebuilt["engine"] == "sqlite"
    # The register has texts no vault holds here, so the rebuilt index lacks their words and says so.
    assert rebuilt["digest_before"] == shown["digest"]
    assert rebuilt["equal"] is False
    assert asked(app, "index", "rebuild")["equal"] is True


def test_words_for_people(app: typer.Typer) -> None:
    answer = CliRunner().invoke(app, ["search", "loi cua ho so a", "--as", "an", "--role", "archivist@*"])
    assert answer.exit_code == 0
    assert "1/QĐ-UBND" in answer.stdout
    assert "<mark>" not in answer.stdout
