"""The start page of a house with sample data says what can be tried, where, and logged in as whom."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from archive import furnished
from archive.furnished import Furnished, Furnishing, Standing
from archive.settings import ArchiveSettings
from operations.furnishing import PIECES
from portal.browser.start.samples import TO_TRY

pytestmark = pytest.mark.plone

HEADING = "Thử ngay với dữ liệu mẫu"


@pytest.fixture
def half_way(visit: Any) -> Iterator[None]:
    """A house of which one list is there, one failed, and the rest is on its way."""
    standing = {
        "vote": Furnished("vote", Standing.DONE, about="danh-muc-1"),
        "decide": Furnished("decide", Standing.FAILED, detail="kho không trả lời"),
    }
    pieces = [standing.get(one.part, Furnished(one.part, Standing.WAITS)) for one in PIECES]
    furnished.write(Furnishing(45, 40, 7, tuple(pieces)))
    yield
    (ArchiveSettings.load().data / "furnished.json").unlink()


def test_everything_the_house_is_furnished_with_is_offered() -> None:
    assert {part for part, *_ in TO_TRY} == {piece.part for piece in PIECES}


def test_a_house_without_sample_data_says_nothing_of_it(visit: Any) -> None:
    page = visit("an").page
    assert "Nguyễn Thị An" in page and HEADING not in page
    assert visit("an", "/du-lieu-mau-tien-do").headers["Status"].startswith("404")


def test_the_page_says_how_far_it_is_who_does_what_and_what_failed(visit: Any, half_way: None) -> None:
    page = visit("an").page
    assert HEADING in page and "40 trên 45 lần nộp" in page and "7 lần đang được xử lý" in page
    assert "hoidong2" in page and "kho không trả lời" in page
    assert "tieu-huy/danh-muc-1" not in page, "a link for somebody who does not take that step"
    assert HEADING not in visit("").page


def test_progress_is_for_people_with_a_role(visit: Any, half_way: None) -> None:
    facts = json.loads(visit("an", "/du-lieu-mau-tien-do").page)
    assert facts["running"] and (facts["done"], facts["total"]) == (33, 45)
    assert "vote:done" in facts["version"]
    assert visit("", "/du-lieu-mau-tien-do").headers["Status"].startswith("404")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pieces": [{}]}', '{"wanted": 1, "arrived": null}'])
def test_a_file_that_says_nothing_is_as_none(visit: Any, half_way: None, text: str) -> None:
    (ArchiveSettings.load().data / "furnished.json").write_text(text)
    assert furnished.read() is None
    page = visit("an").page
    assert "Nguyễn Thị An" in page and HEADING not in page
