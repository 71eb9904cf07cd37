"""The gate's decision over measured facts: what veraPDF lets through and an archive must not."""

from __future__ import annotations

import pytest

from ingest.formats.fidelity import Measured, PageMeasure, reasons_against
from ingest.formats.same_words import folded, printed_share, same

SAME = PageMeasure(text=1.0, mean=0.0, spot=0.0, side=0.0)


@pytest.mark.parametrize(
    ("measured", "said"),
    [
        (Measured(2, 1, (SAME,)), "2 pages became 1"),
        (Measured(0, 0), "no page"),
        (Measured(None, 0), "no page"),
        (Measured(1, 1, (PageMeasure(0.97, 0.0, 0.0, 0.0),)), "text is 97.0%"),
        (Measured(1, 1, (PageMeasure(1.0, 5.5, 6.0, 0.0),)), "looks different (mean"),
        (Measured(1, 1, (PageMeasure(1.0, 0.2, 90.0, 0.0),)), "in one place"),
        (Measured(1, 1, (PageMeasure(1.0, 0.0, 0.0, 30.0),)), "size differs"),
        (Measured(1, 1, (SAME,), vanished=("công",), vanished_share=0.01), "công"),
        (Measured(1, 1, (PageMeasure(1.0, None, None, 0.0),)), "could be compared"),
        (Measured(1, 1, ()), "could be compared"),
        (Measured(None, 1, words_found=0.9, words_needed=0.98), "90.0% of the words"),
    ],
)
def test_the_gate_refuses(measured: Measured, said: str) -> None:
    assert said in "; ".join(map(str, reasons_against(measured)))


@pytest.mark.parametrize(
    "measured",
    [
        Measured(2, 2, (SAME, SAME)),
        Measured(1, 1, (PageMeasure(None, 1.0, 10.0, 0.5),)),
        Measured(None, 3, words_found=0.99, words_needed=0.98),
        Measured(None, 3),
    ],
)
def test_the_gate_lets_a_faithful_copy_pass(measured: Measured) -> None:
    assert reasons_against(measured) == ()


def test_one_bad_page_in_many_is_named() -> None:
    pages = (SAME,) * 299 + (PageMeasure(0.8, 0.0, 0.0, 0.0),)
    (why,) = reasons_against(Measured(300, 300, pages))
    assert str(why) == "page 300: text is 80.0% the same"


def test_lost_accents_make_text_different() -> None:
    assert same("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "CNG HA X HI CH NGHA VIT NAM") < 0.9


def test_two_spellings_of_the_same_letter_are_the_same_text() -> None:
    assert folded("Quyê\u0301t  đi\u0323nh\r\n") == folded("Quyết định")


def test_drawn_form_values_count_as_extra_only_where_allowed() -> None:
    assert same("Họ tên:", "Họ tên: Nguyễn Văn An", extra_allowed=True) == 1.0
    assert same("Họ tên:", "Họ tên: Nguyễn Văn An") < 0.98


def test_words_broken_over_lines_count_as_printed() -> None:
    assert printed_share("quản lý văn bản", "quản lý văn b\nản") == 1.0
    assert printed_share("quản lý văn bản", "quản lý văn") == 0.75
