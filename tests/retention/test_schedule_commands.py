"""The commands about schedules, as an administrator types them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import typer
from retention_town import AGENCY, Town
from typer.testing import CliRunner

from retention.cli import register

app = typer.Typer()
register(app)
PAPER = ("--agency", AGENCY, "--name", "Bảng của Sở", "--number", "1/QĐ", "--signed-by", "An",
         "--signed-on", "2012-01-02", "--valid-from", "2012-02-01")  # fmt: skip


def typed(*words: str, user: str = "an", role: str = "archivist") -> tuple[int, Any]:
    """Run a command with --json and return its exit status and what it printed."""
    who = ["--as", user, "--role", f"{role}@{AGENCY}", "--json"]
    result = CliRunner().invoke(app, ["retention", *words, *who])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, json.loads(result.output)


def test_a_schedule_is_imported_simulated_approved_and_shown(town: Town, tmp_path: Path) -> None:
    town.store("01", title="Hồ sơ giao ban tuần", on_disk=False)
    sheet = tmp_path / "bang.csv"
    sheet.write_text(
        "STT;Tên hồ sơ;Thời hạn\n1;Hồ sơ giao ban tuần;20 năm\n2;Sổ trực cổng;Lâu dài\n", "utf-8"
    )
    code, told = typed("schedule", "import", str(sheet), *PAPER)
    assert (code, told["id"], [one["cell"] for one in told["problems"]]) == (1, None, ["C3"])

    sheet.write_text(sheet.read_text("utf-8").replace("Lâu dài", "5 năm"), "utf-8")
    code, told = typed("schedule", "import", str(sheet), *PAPER, "--check-only")
    assert (code, told["id"], told["lines"]) == (0, None, 2)
    moves = tmp_path / "moves.csv"
    code, told = typed("simulate", str(sheet), "--agency", AGENCY, "--csv", str(moves))
    assert (code, told["moved"], told["by_year"]) == (0, 1, {"2020": [1, 0], "2035": [0, 1]})
    assert "31/12/2034" in moves.read_text("utf-8")

    _, told = typed("schedule", "import", str(sheet), *PAPER)
    id = told["id"]
    assert typed("schedule", "approve", id, user="dung", role="head")[1]["state"] == "approved"
    own = typed("schedule", "list")[1]["own"]
    assert [(one["id"], one["proposed_by"], one["decided_by"]) for one in own] == [(id, "an", "dung")]
    assert [one["ref"] for one in typed("schedule", "show", id, "--find", "so truc")[1]["found"]] == ["2"]
