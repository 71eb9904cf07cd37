"""Vietnamese text is compared as people compare it."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.vietnamese import fold
from search.vietnamese import (
    clean,
    code_key,
    code_parts,
    exact,
    folded_words,
    is_code,
    units,
    words,
)


@pytest.mark.parametrize(
    ("typed", "same_as"),
    [
        ("hoà", "hòa"),
        ("Hoà", "HÒA"),
        ("thuỷ", "thủy"),
        ("KHOẺ", "khỏe"),
        ("quý", "qúy"),
        (unicodedata.normalize("NFD", "thuế"), "thuế"),
    ],
)
def test_one_word_written_two_ways_is_the_same_exact_word(typed: str, same_as: str) -> None:
    assert exact(typed) == exact(same_as)


@pytest.mark.parametrize(("one", "other"), [("định", "đinh"), ("phí", "phi"), ("ma", "mã"), ("dat", "đat")])
def test_words_with_other_accents_are_not_the_same_exact_word(one: str, other: str) -> None:
    assert exact(one) != exact(other)
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("dirty", "neat"),
    [
        ("a\x00b", "a b"),
        ("phí\u200b", "phí"),
        ("so\xadft", "soft"),
        ("x\ue000y\ue001", "x y "),
        ("\u202egnod", " gnod"),
        ("\ud800", " "),
        ("dòng\nhai\tba", "dòng\nhai\tba"),
        ("e\u0302\u0301", "ế"),
    ],
)
def test_cleaning_takes_out_what_is_not_text(dirty: str, neat: str) -> None:
    assert clean(dirty) == neat


@pytest.mark.parametrize(
    ("code", "key", "parts"),
    [
        ("31/2020/QĐ-UBND", "31/2020/qd-ubnd", ("31", "2020", "qd", "ubnd")),
        (" 05 / 2020/NQ-HĐND ", "5/2020/nq-hdnd", ("5", "2020", "nq", "hdnd")),
        ("000.00.05.H37", "0.0.5.h37", ("0", "0", "5", "h37")),
        ("100/TB", "100/tb", ("100", "tb")),
        ("", "", ()),
    ],
)
def test_codes_have_one_form(code: str, key: str, parts: tuple[str, ...]) -> None:
    assert code_key(code) == key
    assert code_parts(code) == parts


@pytest.mark.parametrize(
    ("token", "yes"),
    [
        ("31/2020", True),
        ("và/hoặc", True),
        ("H37.2020", True),
        ("07-2020", True),
        ("QĐ-UBND", False),
        ("2020", False),
        ("văn", False),
    ],
)
def test_a_code_has_a_slash_or_a_digit_among_its_parts(token: str, yes: bool) -> None:
    assert is_code(token) is yes


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", []),
        ("???", []),
        ("Quyết định", [("word", "quyet"), ("word", "dinh")]),
        ("quyết định số 31/2020", [("word", "quyet"), ("word", "dinh"), ("code", "31 2020")]),
        ("số phí", [("word", "so"), ("word", "phi")]),
        ("31 / 2020 / QĐ-UBND", [("code", "31 2020 qd ubnd")]),
        ("QĐ-UBND", [("word", "qd"), ("word", "ubnd")]),
        ('"đất đai" rừng', [("phrase", "dat dai"), ("word", "rung")]),
        ('đất "đai', [("word", "dat"), ("word", "dai")]),
        ("phí Phi PHÍ", [("word", "phi")]),
    ],
)
def test_a_query_is_words_codes_and_phrases(query: str, expected: list[tuple[str, str]]) -> None:
    assert [(unit.kind, " ".join(unit.folded)) for unit in units(query)] == expected


def test_a_long_query_is_cut() -> None:
    assert len(units("a" * 10_000)[0].text) == 500
    assert len(units(" ".join(f"w{n}" for n in range(1000)))) == 24


@given(st.text())
def test_words_lie_where_they_say_and_hold_no_quote(text: str) -> None:
    neat = clean(text)
    for word in words(neat):
        assert neat[word.start : word.end].strip() == neat[word.start : word.end]
        assert word.start < word.end
        assert '"' not in word.folded
    assert clean(neat) == neat
    assert " ".join(word.folded for word in words(neat)) == folded_words(neat)
