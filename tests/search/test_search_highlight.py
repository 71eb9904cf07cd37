"""Hits are marked on the original text, and the piece shown is the one worth reading."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.highlight import fragments, marked
from search.query import escape_marked
from search.vietnamese import clean, units


@pytest.mark.parametrize(
    ("text", "query", "expected"),
    [
        ("Quyết định", "quyet dinh", "<mark>Quyết định</mark>"),
        ("Quyết, định", "quyet dinh", "<mark>Quyết</mark>, <mark>định</mark>"),
        ("Số 31/2020/QĐ-UBND năm 2020", "31/2020", "Số <mark>31/2020</mark>/QĐ-UBND năm 2020"),
        ("a <b> & phí", "phi", "a &lt;b&gt; &amp; <mark>phí</mark>"),
        ("không có", "phi", "không có"),
        ("phí phí", '"phi phi"', "<mark>phí phí</mark>"),
        ("", "phi", ""),
    ],
)
def test_titles_are_marked(text: str, query: str, expected: str) -> None:
    assert escape_marked(marked(text, units(query))) == expected


def test_the_piece_with_most_of_the_words_comes_even_when_it_is_late() -> None:
    text = "phí. " + "xa " * 300 + "tham quan di tích, phí tham quan" + " gần" * 300
    (one, *rest) = fragments(text, units("phi tham quan di tich"), count=1).split("\n")
    assert not rest
    assert "di tích" in one.replace("\ue000", "").replace("\ue001", "")
    assert one.startswith("… ")
    assert one.endswith(" …")


def test_nothing_found_gives_no_piece() -> None:
    assert fragments("một hai ba", units("phi")) == ""


@given(st.text(max_size=300), st.text(max_size=60))
def test_without_the_marks_a_title_is_what_it_was(text: str, query: str) -> None:
    neat = clean(text)
    assert marked(neat, units(query)).replace("\ue000", "").replace("\ue001", "") == neat


@given(st.text(max_size=300))
def test_escaped_text_has_no_tag_but_mark(text: str) -> None:
    markup = escape_marked(marked(clean(text), units(text)))
    assert "<" not in markup.replace("<mark>", "").replace("</mark>", "")
    assert markup.count("<mark>") == markup.count("</mark>")
