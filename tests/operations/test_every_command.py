"""Every command of `tangthu` says its facts as JSON when asked to (design section 9)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from archive.cli import load

BUILT = [
    "up",
    "down",
    "doctor",
    "demo",
    "receive",
    "submission show",
    "submission list",
    "submission accept",
    "submission return",
    "preflight",
    "convert",
    "package verify",
    "fixity run",
    "fixity roll",
    "backup",
    "drill",
    "repair",
    "rebuild",
    "search",
    "index rebuild",
    "retention due",
    "retention explain",
    "retention simulate",
    "hold place",
    "hold lift",
    "destroy",
    "export aip",
    "export dip",
    "export sip",
    "export inventory",
    "transfer send",
    "transfer receive",
    "ledger verify",
    "ledger prove",
    "bench",
]
LATER: set[str] = set()  # of design section 9, not built yet


def commands() -> Iterator[tuple[str, Any]]:
    """Yield every command with its words."""
    waiting: list[tuple[tuple[str, ...], Any]] = [((), typer.main.get_command(load()))]
    while waiting:
        words, one = waiting.pop()
        if hasattr(one, "commands"):
            waiting += [((*words, name), inner) for name, inner in one.commands.items()]
        else:
            yield " ".join(words), one


def test_every_command_takes_json() -> None:
    found = {name: {option for param in one.params for option in param.opts} for name, one in commands()}
    assert [name for name, options in sorted(found.items()) if "--json" not in options] == []


def test_the_commands_of_the_design_are_there_but_for_those_not_built_yet() -> None:
    there = {name for name, _ in commands()}
    assert set(BUILT) - there == set()
    assert there & LATER == set(), "built now: say so in the tables"


def test_stopping_a_house_that_does_not_run_says_so(tmp_path: Path) -> None:
    told = CliRunner().invoke(load(), ["down", "--home", str(tmp_path), "--json"])
    assert (told.exit_code, json.loads(told.output)) == (0, {"ended": "nothing-ran"})


@pytest.mark.parametrize("words", [["bench", "nothing"], ["ledger", "prove", "7"]])
def test_a_command_that_cannot_do_it_does_not_exit_0(house: Path, words: list[str]) -> None:
    assert CliRunner().invoke(load(), words).exit_code != 0
