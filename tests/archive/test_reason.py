"""Reasons are data: a code and values. Their words stand in catalogues that hold everything the code says."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from pathlib import Path

import pytest

from archive import reason as reasons
from archive.copies import UNREACHABLE
from archive.errors import NotAllowedError, OrderRefusedError, TangThuError, TemporaryError
from archive.reason import (
    Reason,
    as_json,
    as_text,
    because,
    brief,
    from_json,
    from_text,
    sentence,
    told,
    told_text,
)
from archive.register.decisions import OrderKind, OrderState
from archive.register.models import CaseFileState, CopyState, SubmissionState
from archive.viewer import Role
from ingest.pipeline import STEPS

HOUSE = Path(__file__).parents[2]
FOLDERS = sorted(path.parent.name for path in HOUSE.glob("*/reasons.toml"))
ENGLISH = re.compile(
    r"\b(the|is|are|not|of|by|with|order|case file|cannot|must|has|was|for|missing|again|nothing|waits?)\b"
)


def test_a_reason_is_told_in_both_languages() -> None:
    why = because(
        "archive.decision-too-old", file="H1", day=date(2026, 11, 1), last=date(2026, 11, 16), days=15
    )
    assert told(why, "en") == (
        "case file H1: the decision of 2026-11-01 had to be carried out by 2026-11-16 (15 days)"
    )
    assert told(why, "vi") == (
        "hồ sơ H1: quyết định ngày 01/11/2026 phải được thực hiện trước hết ngày 16/11/2026 (15 ngày)"
    )


def test_words_of_enumerations_are_told_and_several_are_alternatives() -> None:
    why = because("archive.roles-missing", who="an", roles=(Role.ARCHIVIST, Role.HEAD), agency="H37")
    assert told(why, "en") == "an is not archivist or head at H37"
    assert told(why, "vi") == "an không phải là lưu trữ viên hoặc người đứng đầu tại H37"


def test_a_table_of_another_folder_can_be_named() -> None:
    why = because("operations.waits-at", id="1", step="scan", why=[because("archive.no-reason-given")])
    assert told(why, "vi") == "1 ở bước quét vi-rút: chưa ghi lý do"


def test_reasons_within_a_reason_are_told_too() -> None:
    inner = because("archive.store-trouble", store="kho-a", name="x.zip", trouble="ENOSPC")
    why = because("archive.too-few-copies", name="x.zip", good=2, needed=3, why=[inner])
    assert "ổ đĩa hết chỗ trống" in told(why, "vi")
    assert "No space left on device" in told(why, "en")


def test_a_reason_survives_json_and_a_text_column() -> None:
    inner = because("archive.file-held", file="H1", why="thanh tra {tỉnh}")
    whole = because("archive.order-refused", reasons=[inner])
    assert from_json(json.loads(json.dumps(as_json(whole)))) == whole
    assert from_text(as_text([whole, inner])) == (whole, inner)
    assert told_text(as_text([inner]), "vi") == "hồ sơ H1 đang bị giữ: thanh tra {tỉnh}"


@pytest.mark.parametrize(
    "text", ["Thiếu trang 4", "[1, 2]", '{"code": "archive.said"}', "[", "[]", "null", "[" * 9999]
)
def test_a_sentence_somebody_wrote_is_shown_as_it_is(text: str) -> None:
    assert told_text(text, "vi") == told_text(text, "en") == text


def test_nothing_is_no_reason() -> None:
    assert (as_text([]), from_text(""), told_text("")) == ("", (), "")


def test_an_unknown_code_and_a_missing_value_are_shown_and_never_raise() -> None:
    assert told(Reason("archive.of-tomorrow", {"a": 1})) == "archive.of-tomorrow (a: 1)"
    assert told(Reason("../etc.passwd")) == "../etc.passwd"
    assert "?" in told(Reason("archive.file-held"))


def test_a_value_is_never_a_template() -> None:
    assert (
        told(because("archive.no-order", order="{order.__class__}"), "en")
        == "there is no order {order.__class__}"
    )


def test_an_error_tells_its_reason_and_english_is_its_message() -> None:
    error = NotAllowedError(because("archive.may-not-read", who="hoa", file="H1"))
    assert str(error) == "hoa may not read the documents of H1"
    assert told(error.reason, "vi") == "hoa không được đọc tài liệu của hồ sơ H1"
    refused = OrderRefusedError((because("archive.list-changed"), because("archive.no-reason-given")))
    assert str(refused).startswith("order refused: the list of case files")
    assert [one.code for one in refused.reasons] == ["archive.list-changed", "archive.no-reason-given"]


def test_an_error_made_with_a_sentence_shows_no_english_to_a_vietnamese_reader() -> None:
    for kind in (TangThuError, TemporaryError):
        error = kind("the disk of kho-a is on fire")
        assert str(error) == told(error.reason, "en") == "the disk of kho-a is on fire"
        assert "disk" not in told(error.reason, "vi")


@pytest.mark.parametrize(
    ("text", "expected"),
    [("chưa ghi lý do", "Chưa ghi lý do."), ("Đã xong.", "Đã xong."), ("", ""), ("đi?", "Đi?")],
)
def test_words_become_a_sentence(text: str, expected: str) -> None:
    assert sentence(text) == expected


def spoken() -> Iterator[tuple[str, str, frozenset[str] | None]]:
    """Yield (where, code, names of values) of every reason the code of the house makes by name."""
    for folder in FOLDERS:
        for path in sorted((HOUSE / folder).rglob("*.py")):
            file = path.relative_to(HOUSE)
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("because", "_because"):
                    if not isinstance(node.args[0], ast.Constant):
                        continue
                    names = {word.arg for word in node.keywords}
                    yield (
                        f"{file}:{node.lineno}",
                        str(node.args[0].value),
                        None if None in names else frozenset(map(str, names)),
                    )
                if isinstance(node, ast.AnnAssign) and getattr(node.target, "id", "") == "reason_code":
                    assert isinstance(node.value, ast.Constant)
                    yield f"{file}:{node.lineno}", str(node.value.value), None


SPOKEN = list(spoken())


def test_every_reason_the_code_makes_is_in_the_catalogue_with_exactly_its_values() -> None:
    wrong = []
    for where, code, names in SPOKEN:
        folder, _, name = code.partition(".")
        texts = reasons.words(folder).texts.get(name)
        if texts is None:
            wrong.append(f"{where}: {code} is in no {folder}/reasons.toml")
        elif names is not None:
            wanted = set(reasons.fields(texts["vi"])) | set(reasons.fields(texts["en"]))
            if wanted != names:
                wrong.append(f"{where}: {code}: gives {sorted(names)}, the texts want {sorted(wanted)}")
    assert wrong == []


def test_no_text_of_the_catalogue_is_made_by_nobody() -> None:
    made = {code for _, code, _ in SPOKEN} | {reasons.SAID}
    kept = {f"{folder}.{name}" for folder in FOLDERS for name in reasons.words(folder).texts}
    assert kept - made == set()


def test_every_table_a_text_names_exists_and_no_table_is_left_over() -> None:
    named: set[str] = set()
    for folder in FOLDERS:
        for name, texts in reasons.words(folder).texts.items():
            for text in texts.values():
                for table in reasons.fields(text).values():
                    if table in ("", "date", "moment", "size", "count"):
                        continue
                    other, _, own = table.rpartition(".")
                    places = (other,) if other else (folder, "archive")
                    place = next((one for one in places if own in reasons.words(one).tables), "")
                    assert place, f"{folder}.{name}: no table {table}"
                    named.add(f"{place}.{own}")
    assert {f"{folder}.{table}" for folder in FOLDERS for table in reasons.words(folder).tables} == named


@pytest.mark.parametrize(
    ("folder", "table", "members"),
    [
        ("archive", "order-state", OrderState),
        ("archive", "order-kind", OrderKind),
        ("archive", "file-state", CaseFileState),
        ("archive", "role", Role),
        ("archive", "copy-state", [*CopyState, UNREACHABLE]),
        ("ingest", "submission-state", SubmissionState),
        ("ingest", "step", list(STEPS)),
    ],
)
def test_a_table_has_a_word_for_every_member(
    folder: str, table: str, members: type[StrEnum] | list[str]
) -> None:
    assert set(reasons.words(folder).tables[table]) == {str(one) for one in members}


def test_no_vietnamese_text_holds_english_words() -> None:
    for folder in FOLDERS:
        for name, texts in reasons.words(folder).texts.items():
            plain = re.sub(r"\{[^}]*\}|`[^`]*`", "", texts["vi"])
            assert not ENGLISH.search(plain), f"{folder}.{name}: {texts['vi']}"
            assert not texts["vi"].endswith("."), f"{folder}.{name}: a part of a sentence has no full stop"


def test_a_broken_catalogue_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reasons, "HOUSE", tmp_path)
    for content, said in (
        ("[a", "not TOML"),
        ('[a]\nvi = "x"', "must have vi and en"),
        ('[a]\nvi = "x"\nen = "{b.c}"', "no plain field"),
        ('[a]\nvi = "x"\nen = "{b!r}"', "no plain field"),
    ):
        (tmp_path / "broken").mkdir(exist_ok=True)
        (tmp_path / "broken" / "reasons.toml").write_text(content, "utf-8")
        reasons.words.cache_clear()
        with pytest.raises(reasons.ReasonWordsError, match=said):
            reasons.words("broken")
    reasons.words.cache_clear()


SECRET = "zqxbimat"


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_brief_reason_holds_nothing_that_was_sent(folder: str) -> None:
    for name, texts in reasons.words(folder).texts.items():
        for lang in ("vi", "en"):
            values = dict.fromkeys(set(reasons.fields(texts[lang])) - reasons.OUR_PARTS, SECRET)
            nested = {key: [because("archive.said", text=SECRET), SECRET] for key in values}
            for params in (values, nested):
                assert SECRET not in brief(Reason(f"{folder}.{name}", params), lang), (name, lang)


def test_a_brief_reason_keeps_numbers_our_parts_and_words_of_tables() -> None:
    full = because("archive.store-trouble", store="kho-c", name="000.00.01.H37.zip", trouble="ENOSPC")
    assert "kho-c" in brief(full)
    assert "000.00.01.H37" not in brief(full)
    assert told(full).rsplit(":", 1)[1] == brief(full).rsplit(":", 1)[1]
    assert brief(because("ingest.tool-slow", tool="soffice", seconds=120), "en").count("120") == 1
    assert brief(because("archive.said", text="một câu")) == "…"
    assert brief(Reason("ingest.unknown-code", {"title": SECRET})) == "ingest.unknown-code"
