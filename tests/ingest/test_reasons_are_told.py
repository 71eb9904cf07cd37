"""What is wrong with a delivery is said as a reason in the catalogue, so that a Vietnamese sender can read it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import ingest

HOUSE = Path(ingest.__file__).parent
TAKE_REASONS = {"UnreadableDeliveryError": 2, "HoleError": 1, "BadMessageError": 1, "CannotOpenError": 0}
"""Errors whose reason is shown within a Vietnamese text -> the place of the reason among their arguments."""
WORD = re.compile(r"[a-z]{2,}")


def english_in(node: ast.expr) -> str:
    """Return what is English in a reason given as text: its own words, or the text of a library's error."""
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("str", "repr"):
        return ast.unparse(node) if "error" in ast.unparse(node) else ""
    parts = node.values if isinstance(node, ast.JoinedStr) else [node]
    said = " ".join(str(part.value) for part in parts if isinstance(part, ast.Constant))
    return said if WORD.search(said) else ""


def test_no_reason_shown_to_a_sender_is_an_english_sentence() -> None:
    wrong = []
    for path in sorted(HOUSE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or getattr(node.func, "id", "") not in TAKE_REASONS:
                continue
            place = TAKE_REASONS[getattr(node.func, "id", "")]
            if len(node.args) > place and (said := english_in(node.args[place])):
                wrong.append(f"{path.relative_to(HOUSE)}:{node.lineno}: {said!r}")
    assert wrong == [], "make them reasons: because(...) with words in ingest/reasons.toml"


def test_english_is_seen_and_names_and_numbers_are_not() -> None:
    def told(text: str) -> str:
        return english_in(ast.parse(text, mode="eval").body)

    assert told('"no row"') and told('f"{n} rows"') and told("str(error)")
    assert not any(
        map(told, ('"-"', '"NUL"', "name", '", ".join(names)', 'f"{n}"', "because('ingest.empty')"))
    )
