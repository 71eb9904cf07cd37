"""The table of the hostile list names tests and rules that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ingest.checks.catalogue import rules

ROOT = Path(__file__).parents[2]
TABLE = (ROOT / "tests" / "ingest" / "HOSTILE.md").read_text("utf-8")
ROWS = [line for line in TABLE.splitlines() if line.startswith("| ") and not line.startswith("| item")]
ITEMS = (
    "traversal",
    "symbolic links",
    "duplicate names",
    "case or Unicode",
    "300 characters",
    "flat and nested",
    "encrypted ZIPs",
    "truncated",
    "XXE",
    "entity bombs",
    "UTF-16",
    "wrong and unknown encodings",
    "60 MB in base64",
    "impossible dates",
    "empty elements",
    "JavaScript",
    "launch actions",
    "attached files",
    "user password",
    "cross-reference",
    "0 bytes",
    "image bombs",
    "spreadsheet formulas",
)
"""As issue 4 lists them."""


def test_every_item_of_the_list_has_a_row() -> None:
    missing = [item for item in ITEMS if not any(item in row.split("|")[1] for row in ROWS)]
    assert missing == []


@pytest.mark.parametrize("named", sorted(set(re.findall(r"`(tests/[^`]+::[^`]+)`", TABLE))))
def test_the_test_it_names_exists(named: str) -> None:
    path, _, function = named.partition("::")
    assert f"def {function}(" in (ROOT / path).read_text("utf-8")


def test_every_rule_it_names_exists() -> None:
    named = {code for row in ROWS for code in re.findall(r"`([A-Z][A-Z0-9_]+)`", row.split("|")[2])}
    assert named - set(rules()) == set()


def test_every_row_says_where_it_is_taken_apart() -> None:
    assert [row for row in ROWS if "::" not in row and "the same two" not in row] == []
