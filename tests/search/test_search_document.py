"""Facts of the register become index documents."""

from __future__ import annotations

import pytest

from search.document import IndexDocument, symbol


@pytest.mark.parametrize(
    ("number", "notation", "expected"),
    [
        ("31", "2020/QĐ-UBND", "31/2020/QĐ-UBND"),
        ("31", "/QĐ-UBND", "31/QĐ-UBND"),
        ("31", "QĐ-UBND", "31/QĐ-UBND"),
        ("31", "31/QĐ-UBND", "31/QĐ-UBND"),
        ("05", "5/NQ-HĐND", "5/NQ-HĐND"),
        ("3", "31/QĐ", "3/31/QĐ"),
        ("", "QĐ-UBND", "QĐ-UBND"),
        ("31", "", "31"),
        ("", "", ""),
        (" 31 ", " / QĐ ", "31/ QĐ"),
    ],
)
def test_number_and_notation_are_written_as_people_write_them(
    number: str, notation: str, expected: str
) -> None:
    assert symbol(number, notation) == expected


def test_a_document_comes_back_from_its_facts_and_unknown_facts_are_left_out() -> None:
    from search_contract import a_record

    doc = a_record("r", "Phí", "lời", aliases=("a", "b"))
    again = IndexDocument.of({**doc.facts(), "code_key": "x"})
    assert again == doc
    assert again.sha256 == doc.sha256 != a_record("r", "Phi", "lời", aliases=("a", "b")).sha256
