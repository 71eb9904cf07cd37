"""Days are typed and shown as the law writes them, the same on every page and in every browser."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from portal.days import day_text, iso_text

BROWSER = Path(__file__).parents[2] / "portal" / "browser"
INPUT = re.compile(r"<input[^>]*>")


def test_no_page_has_a_field_that_shows_a_day_in_the_order_of_the_browsers_language() -> None:
    fields = {path.name: INPUT.findall(path.read_text("utf-8")) for path in BROWSER.rglob("*.pt")}
    native = re.compile(r"""type(="| python:)['"]?date|type python""")
    assert not {
        name: found for name, some in fields.items() if (found := [f for f in some if native.search(f)])
    }
    days = [field for some in fields.values() for field in some if "data-day" in field]
    assert len(days) > 15
    assert all("placeholder" in field for field in days), "a field that does not say how a day is written"


@pytest.mark.parametrize(
    ("typed", "shown", "sent"),
    [
        ("2026-05-11", "11/05/2026", "2026-05-11"),
        ("11/5/2026", "11/05/2026", "2026-05-11"),
        ("11.05.2026", "11/05/2026", "2026-05-11"),
        ("05/13/2026", "05/13/2026", "05/13/2026"),
        ("31/02/2026", "31/02/2026", "31/02/2026"),
        ("sang năm", "sang năm", "sang năm"),
        ("", "", ""),
    ],
)
def test_a_day_is_shown_as_the_law_writes_it_and_what_is_none_as_it_was_typed(
    typed: str, shown: str, sent: str
) -> None:
    assert day_text(typed) == shown
    assert iso_text(typed) == sent


def test_a_field_nobody_filled_stays_empty() -> None:
    assert day_text(None) is None
