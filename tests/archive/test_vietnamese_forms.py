"""The three forms every trade compares Vietnamese text by."""

from __future__ import annotations

import unicodedata

import pytest

from archive.vietnamese import fold, plain, unaccented

ALL_VOWELS = "àáảãạăằắẳẵặâầấẩẫậèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵ"


def test_every_vietnamese_vowel_folds_to_one_of_six_letters() -> None:
    assert len(set(ALL_VOWELS)) == 12 * 5 + 6  # twelve vowels with five tones, six of them marked without
    assert set(fold(ALL_VOWELS)) == set("aeiouy")
    assert set(fold(ALL_VOWELS.upper())) == set("aeiouy")
    assert fold("Đường Đặc đỉnh") == "duong dac dinh"


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_how_letters_are_composed_makes_no_difference(form: str) -> None:
    text = unicodedata.normalize(form, "Quyết  định\tVĨNH viễn")
    assert plain(text) == unicodedata.normalize("NFC", "quyết định vĩnh viễn")
    assert fold(text) == "quyet  dinh\tvinh vien"
    assert unaccented(text) == "Quyet  dinh\tVINH vien"


def test_plain_text_keeps_apart_what_only_an_accent_tells_apart() -> None:
    assert plain("Mật") != plain("Mặt")
    assert fold("Mật") == fold("Mặt") == "mat"


def test_a_d_with_a_stroke_keeps_its_case_when_only_accents_go() -> None:
    assert unaccented("Đà Nẵng, đường") == "Da Nang, duong"
