"""The name of a page in the browser's tab, and the letters that stand for a person."""

from __future__ import annotations

import pytest

from portal.browser.titles import titled
from portal.theme.shell import initials


def page(title: str, heading: str) -> str:
    return f"<html><head><title>{title}</title></head><body>{heading}</body></html>"


def test_a_screen_is_called_by_its_heading() -> None:
    shown = titled(
        page("Tàng Thư", '<h1 class="x">\n  <span>Danh mục hủy</span> <span>103/TTr</span></h1><h1>2</h1>')
    )
    assert "<title>Danh mục hủy 103/TTr — Tàng Thư</title>" in shown


def test_a_heading_stays_escaped() -> None:
    shown = titled(page("Tàng Thư", "<h1>&lt;script&gt;alert(1)&lt;/script&gt; \\1 A &amp; B</h1>"))
    assert "<title>&lt;script&gt;alert(1)&lt;/script&gt; \\1 A &amp; B — Tàng Thư</title>" in shown


@pytest.mark.parametrize(
    "as_it_was",
    [
        page("Tàng Thư", "<p>no heading</p>"),
        page("Phông &mdash; Tàng Thư", "<h1>Phông</h1>"),
        page("Tàng Thư", "<h1> </h1>"),
    ],
)
def test_what_has_no_heading_or_a_name_of_its_own_stays(as_it_was: str) -> None:
    assert titled(as_it_was) == as_it_was


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Vũ Thị Đọc (độc giả)", "TĐ"),
        ("Nguyễn Văn Nộp (cán bộ nộp lưu)", "VN"),
        ("an", "A"),
        ("(khách)", "("),
        ("", ""),
    ],
)
def test_letters_are_of_the_name_not_of_what_is_in_brackets(name: str, letters: str) -> None:
    assert initials(name) == letters
