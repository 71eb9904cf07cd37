"""Titles stand by the Vietnamese alphabet, numbers by their value."""

from __future__ import annotations

import random
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.order import code_order, title_key


@pytest.mark.parametrize(
    "in_order",
    [
        ["a", "ă", "â", "b", "c", "d", "đ", "e", "ê", "g", "o", "ô", "ơ", "p", "u", "ư", "v", "y"],
        ["ma", "mà", "mả", "mã", "má", "mạ"],
        # Letters decide before tones do, and a word before what goes on.
        ["má", "má con", "mà con nhỏ", "mai"],
        ["dân số", "đan lát", "đất", "đê"],
        ["Báo cáo 2", "Báo cáo 10", "Báo cáo 010 bổ sung", "Báo cáo quý"],
        ["“An toàn” giao thông", "AN TOÀN: lao động"],
        ["", "2020", "Quyết định"],
    ],
)
def test_titles_stand_as_in_a_dictionary(in_order: list[str]) -> None:
    mixed = random.Random(7).sample(in_order, len(in_order))
    assert sorted(mixed, key=title_key) == in_order


@pytest.mark.parametrize("word", ["Quyết định", "ƯỚC MƠ", "đường", "Ệ"])
def test_how_a_letter_is_composed_or_written_makes_no_difference(word: str) -> None:
    assert title_key(unicodedata.normalize("NFD", word)) == title_key(word) == title_key(word.upper())


def test_codes_stand_by_their_numbers() -> None:
    in_order = ["5/2020/QĐ-UBND", "31/2019/QĐ", "31/2020/NQ-HĐND", "031/2020/QĐ-UBND", "131/2020/QĐ-UBND"]
    assert sorted(random.Random(7).sample(in_order, len(in_order)), key=code_order) == in_order
    assert code_order("05 / 2020/NQ-HĐND") == code_order("5/2020/nq-hdnd")


@given(st.text())
def test_any_text_has_a_short_key(text: str) -> None:
    assert len(title_key(text)) < 2000
    assert len(code_order(text)) < 2000
