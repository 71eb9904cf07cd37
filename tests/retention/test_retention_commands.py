"""The commands, as an administrator types them."""

from __future__ import annotations

import json
from typing import Any

import pytest
import typer
from retention_town import AGENCY, Town, copies_of
from typer.testing import CliRunner

from archive.cli import viewer_named
from archive.errors import OrderRefusedError, TangThuError
from retention.cli import register

app = typer.Typer()
register(app)


def tangthu(*words: str, user: str, role: str) -> Any:
    """Run a command with --json and return what it printed."""
    result = CliRunner().invoke(app, [*words, "--as", user, "--role", f"{role}@{AGENCY}", "--json"])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return json.loads(result.output)


DECISION = ("--reason", "Hết thời hạn", "--document", "1/QĐ", "--document-date", "2026-01-05")


def test_from_what_is_due_to_the_destruction(town: Town) -> None:
    case_file_id = town.store("01")
    found = tangthu("retention", "due", user="an", role="archivist")
    assert [one["case_file_id"] for one in found["due"]] == [case_file_id]
    steps = tangthu("retention", "explain", case_file_id, user="an", role="archivist")
    assert "31/12/2019" in " ".join(step["vi"] for step in steps)
    order = tangthu(
        "retention", "propose", case_file_id, "--agency", AGENCY, *DECISION, user="an", role="archivist"
    )["order_id"]
    tangthu("retention", "approve", order, user="cuong", role="council")
    with pytest.raises(OrderRefusedError, match="head is missing"):
        tangthu("destroy", order, user="binh", role="archivist")
    tangthu("retention", "approve", order, user="dung", role="head")
    outcome = tangthu("destroy", order, user="binh", role="archivist")
    assert outcome["finished"] and outcome["items"][0]["outcome"] == "done"
    assert copies_of("01") == []


def test_a_hold_is_placed_and_lifted_by_two(town: Town) -> None:
    case_file_id = town.store("01")
    placed = tangthu(
        "hold", "place", case_file_id, "--agency", AGENCY, *DECISION, user="an", role="archivist"
    )
    assert tangthu("retention", "due", user="an", role="archivist")["due"] == []
    order = tangthu("hold", "ask-to-lift", placed["hold_ids"][0], *DECISION, user="binh", role="archivist")
    tangthu("hold", "lift", order["order_id"], user="dung", role="head")
    assert len(tangthu("retention", "due", user="an", role="archivist")["due"]) == 1


@pytest.mark.parametrize("text", ["archivist", "archivist@", "king@000", "@000"])
def test_a_role_that_is_not_one_is_refused(text: str) -> None:
    with pytest.raises(TangThuError, match="ROLE@AGENCY"):
        viewer_named("an", [text])
