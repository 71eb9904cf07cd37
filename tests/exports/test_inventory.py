"""The inventory says what the form asks, to those who may read it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from archive.errors import NotAllowedError, NotFoundError
from archive.numerals import in_words
from archive.register.models import Agency
from archive.register.session import reading
from archive.viewer import Role, Viewer
from exports.inventory import Line, inventory, lines, page
from tests.archive.vault_builders import AGENCY, LAN, STRANGER

TODAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "không"),
        (1, "một"),
        (10, "mười"),
        (11, "mười một"),
        (15, "mười lăm"),
        (20, "hai mươi"),
        (21, "hai mươi mốt"),
        (24, "hai mươi bốn"),
        (55, "năm mươi lăm"),
        (100, "một trăm"),
        (105, "một trăm linh năm"),
        (111, "một trăm mười một"),
        (1_000, "một nghìn"),
        (1_005, "một nghìn không trăm linh năm"),
        (1_234, "một nghìn hai trăm ba mươi bốn"),
        (20_015, "hai mươi nghìn không trăm mười lăm"),
        (2_000_001, "hai triệu không trăm linh một"),
        (1_000_000_000, "một tỷ"),
    ],
)
def test_numbers_are_said_in_vietnamese(number: int, words: str) -> None:
    assert in_words(number) == words


@pytest.mark.parametrize("number", [-1, 10**12])
def test_numbers_outside_the_range_are_refused(number: int) -> None:
    with pytest.raises(ValueError, match="not between"):
        in_words(number)


def test_every_stored_case_file_is_a_line_with_the_form_s_columns(kept: dict[str, str]) -> None:
    with reading() as session:
        listed = lines(session, AGENCY, viewer=LAN)
        agency = session.get_one(Agency, AGENCY)
        html = page(agency, listed, maker="lan", today=TODAY)
    assert [line.notation for line in listed] == sorted(kept)
    assert listed[0] == Line(
        notation="01.2014.QD",
        title="Hồ sơ ban hành quyết định năm 2014",
        period="06/01/2014 - 31/12/2014",
        retention="10 năm",
        extent="4",
        note="Gồm nhiều văn bản",
    )
    assert "3 hồ sơ (bằng chữ: ba hồ sơ)" in html
    assert "ngày 02 tháng 03 năm 2026" in html


def test_the_inventory_of_one_transfer_names_only_its_case_files(kept: dict[str, str]) -> None:
    with reading() as session:
        listed = lines(session, AGENCY, viewer=LAN, only={kept["02.2014.QD"]})
    assert [line.notation for line in listed] == ["02.2014.QD"]


def test_words_from_outside_cannot_become_markup() -> None:
    line = Line("<b>", 'x" <script>alert(1)</script>', "", "", "", "$agency & <i>")
    html = page(Agency(code="A", name="<h1>"), [line], maker="<u>", today=TODAY)
    assert "<script>" not in html and "<b>" not in html and "<u>" not in html
    assert "$agency &amp; &lt;i&gt;" in html


@pytest.mark.parametrize(
    "viewer",
    [STRANGER, Viewer("kiem.tra", {AGENCY: frozenset({Role.AUDITOR, Role.ADMINISTRATOR})})],
    ids=["an archivist of another agency", "an auditor who is administrator"],
)
def test_who_reads_nothing_there_gets_no_inventory(kept: dict[str, str], viewer: Viewer) -> None:
    with reading() as session, pytest.raises(NotAllowedError):
        inventory(session, AGENCY, viewer=viewer, today=TODAY)


def test_an_unknown_agency_has_no_inventory(house: Path) -> None:
    with reading() as session, pytest.raises(NotFoundError):
        inventory(session, "nobody", viewer=LAN, today=TODAY)
