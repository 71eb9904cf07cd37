"""Vietnamese texts hold Vietnamese: every word is built like a syllable, or is a name that has no translation.

A list of English words would only find those somebody thought of. A Vietnamese syllable has a fixed shape (initial,
vowels, one of eight finals), which hardly any English sentence keeps for long.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from archive.vietnamese import unaccented
from portal.locales.extract import translated
from retention import explain

HOUSE = Path(explain.__file__).parents[1]
INITIALS = "ngh|ng|nh|ch|gh|gi|kh|ph|qu|th|tr|[bcdghklmnprstvx]|"
SYLLABLE = re.compile(rf"(?:{INITIALS})[aeiouy]{{1,3}}(?:ng|nh|ch|[cmnpt])?", re.I)
WORD = re.compile(r"[^\W\d_]+")
# Values, commands, settings, addresses, paths and names of files are not words of the language.
NOT_WORDS = re.compile(
    r"\$?\{[^}]*\}|`[^`]*`|\[[^\]]*\]|\S*[/_]\S*|https?:\S+|[\w-]*\.[a-z]{2,5}\b|\.\w+|\S*[a-z][A-Z]\w*|\w*\d\w*"
)
NAMES = (
    "Đường dẫn file", "archive", "base", "byte", "clamd", "ClamAV", "copy-on-write", "csv", "data",
    "Debian", "docx", "dpi", "edXML", "edoc", "Elasticsearch", "Excel", "flash", "Ghostscript",
    "Idempotency-Key", "Java", "jpeg", "LibreOffice", "macro", "manifest", "odt", "OpenDocument", "Plone",
    "png", "PowerPoint", "prlimit", "source", "tagmanifest", "Tesseract", "tiff", "Unicode", "uuid",
    "vi-rút", "web", "Word", "xls", "xlsx", "XML",
)  # fmt: skip
"""Names of formats, products, fields and units, and the title of a column as archives write it."""
IN_BRACKETS = re.compile(r"\((?:clear|purge)[^)]*\)")
"""The words of NIST SP 800-88 stand in brackets behind their translation."""


def foreign(text: str) -> list[str]:
    """Return the words of a text that are neither built like Vietnamese nor known names."""
    plain = NOT_WORDS.sub(" ", IN_BRACKETS.sub(" ", text))
    for name in NAMES:
        plain = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", " ", plain)
    words = [word for word in WORD.findall(plain) if len(word) > 1 and not word.isupper()]
    return [word for word in words if not SYLLABLE.fullmatch(unaccented(word))]


def leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, (*path, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from leaves(inner, (*path, str(number)))
    elif isinstance(value, str):
        yield path, value


def is_vietnamese(path: tuple[str, ...]) -> bool:
    """Say whether a value of a catalogue is shown to people who read Vietnamese: clauses are shown to everybody."""
    last = path[-1]
    in_table = path[0] == "words" and last == "0"
    return last == "vi" or last.endswith("_vi") or "clause" in last or in_table


def texts() -> Iterator[tuple[str, str]]:
    places = ("ingest/checks/catalogue/*.toml", "ingest/profiles/*.toml", "*/reasons.toml")
    for path in sorted(found for place in places for found in HOUSE.glob(place)):
        for name, text in leaves(tomllib.loads(path.read_text("utf-8"))):
            if is_vietnamese(name):
                yield f"{path.relative_to(HOUSE)}: {'.'.join(name)}", text
    for english, vietnamese in translated("vi").items():
        yield f"portal: {english}", vietnamese
    for table in (explain.TEXTS, explain.WHY, explain.COUNTING):
        for code, (vietnamese, _english) in table.items():
            yield f"retention.explain: {code}", vietnamese


def test_no_vietnamese_text_holds_a_foreign_word() -> None:
    faults = {where: foreign(text) for where, text in texts() if foreign(text)}
    assert faults == {}


def test_the_texts_are_all_looked_at() -> None:
    looked = [where for where, _text in texts()]
    assert len(looked) > 1500
    for place in ("catalogue/tt02.toml: V04.clause", "archive/reasons.toml", "portal: ", "retention.explain"):
        assert any(place in where for where in looked), place


@pytest.mark.parametrize(
    "text",
    [
        "TT 02/2019/TT-BNV Điều 6.1.d (our reading)",
        "Quy tắc của hệ thống, our policy",
        "the order is not approved",
        "Deliveries wait for a decision",
        "Tải file về máy, click vào nút",
        "Ngày upload",
    ],
)
def test_english_is_seen(text: str) -> None:
    assert foreign(text)


@pytest.mark.parametrize(
    "text",
    [
        "Khuyến nghị nghiêng ngả, quyết định giữ nguyên, thuở xưa, khuya khoắt, ngoằn ngoèo, Huỳnh",
        "Gửi lại tệp {name} dạng PDF/A-2b; sửa EAD.xml, trường PageAmount, chạy `tangthu doctor`",
        "làm sạch (clear, NIST SP 800-88): ghi đè một lần",
        "Ủy ban nhân dân tỉnh Lạng Sơn",
    ],
)
def test_vietnamese_is_left_alone(text: str) -> None:
    assert foreign(text) == []
