"""What is told of how a derivative came to be: every route that failed and why, how sure OCR was."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from archive.packages.facts import ComponentFacts
from archive.packages.markup import checked
from archive.register.models import ComponentRole
from ingest.formats.derivative import Derivative, RecognisedPage
from ingest.formats.fidelity import Measured, PageMeasure
from ingest.formats.judge import _summary
from ingest.formats.ocr import confidences
from ingest.steps.events import how_made

TABLE = """level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext
1\t1\t0\t0\t0\t0\t0\t0\t600\t200\t-1\t
5\t1\t1\t1\t1\t1\t40\t60\t100\t40\t96.5\tQUYẾT
5\t1\t1\t1\t1\t2\t150\t60\t100\t40\t80.5\tĐỊNH
5\t1\t1\t1\t1\t3\t150\t60\t100\t40\t95.0\t \t
rubbish
"""


def a_component(**facts: Any) -> ComponentFacts:
    whole = {"route": "raster", "verapdf": {"flavour": "2b"}, "attempts": []} | facts
    return ComponentFacts(
        "id", ComponentRole.PDFA, "a.pdf", "pdfa/a.pdf", "application/pdf", "", 1, "0", whole
    )


def test_the_confidence_of_each_word_is_read() -> None:
    assert confidences(TABLE) == [96.5, 80.5]


@pytest.mark.parametrize(
    ("pages", "mean"),
    [
        ((RecognisedPage(1, 100, 90.0), RecognisedPage(2, 300, 70.0), RecognisedPage(3, 0, None)), 75.0),
        ((RecognisedPage(1, 0, None),), None),
        ((), None),
    ],
)
def test_a_derivatives_confidence_is_the_mean_over_its_words(
    pages: tuple[RecognisedPage, ...], mean: float | None
) -> None:
    made = Derivative("a", Path(), Path(), "", 0, 1, "picture", (), {}, recognised=pages)
    assert made.confidence == mean


def test_the_event_tells_every_route_that_failed_and_why_and_how_sure_ocr_was() -> None:
    told = how_made(
        a_component(
            attempts=[
                {
                    "route": "repair",
                    "outcome": "refused",
                    "reasons": ["6.2.11.4.1-1: no font"],
                    "removals": [],
                },
                {"route": "embed", "outcome": "failed", "reasons": ["no font fits"], "removals": []},
                {"route": "raster", "outcome": "accepted", "reasons": [], "removals": ["text: by OCR"]},
            ],
            ocr={"languages": "vie+eng", "confidence": 88.5, "pages": [{"page": 1}, {"page": 2}]},
        )
    )
    assert told == (
        "pdfa/a.pdf: raster, PDF/A-2b. repair refused: 6.2.11.4.1-1: no font. embed failed: no font fits. "
        "OCR (vie+eng) of pages 1, 2: mean confidence 88.5 of 100. changed by raster: text: by OCR"
    )


def test_the_event_tells_how_the_derivative_compares_with_its_source() -> None:
    pages = (PageMeasure(0.9934, 0.41, 3.125, 0.0), PageMeasure(1.0, 1.5, 2.0, 0.756))
    measured = _summary(Measured(pages_before=2, pages_after=2, pages=pages))
    assert how_made(a_component(route="repair", verapdf={"flavour": "2b", **measured})) == (
        "pdfa/a.pdf: repair, PDF/A-2b. compared with the source: text 99.3% the same; "
        "pictures of 2 pages differ by 1.5 of 255, in one field by 3.12; page sides by 0.76 points"
    )


def test_an_office_file_is_compared_by_its_words_and_a_picture_of_no_words_says_so() -> None:
    office = _summary(Measured(pages_before=None, pages_after=1, words_found=0.985))
    picture = _summary(Measured(pages_before=1, pages_after=1, pages=(PageMeasure(None, 0.5, 1.0),)))
    told = [how_made(a_component(verapdf={"flavour": "2b", **one})) for one in (office, picture)]
    assert "compared with the source: 98.5% of the words found again" in told[0]
    assert "words not compared: no other reader of the source gives any; pictures of 1 pages" in told[1]


@pytest.mark.parametrize("is_open", [True, False])
def test_the_event_says_when_the_network_was_open_to_the_converters(is_open: bool) -> None:
    facts = {"network_open": True} if is_open else {}
    assert ("the network was not cut off" in how_made(a_component(**facts))) is is_open


def test_a_name_from_a_hostile_file_never_keeps_the_package_from_being_written() -> None:
    strange = "font \x00\x0b\ud800 was not in the file"
    told = how_made(
        a_component(
            attempts=[{"route": "embed", "outcome": "accepted", "reasons": [], "removals": [strange]}]
        )
    )
    assert checked(told, "event") == told


def test_an_event_stays_short_whatever_a_tool_said() -> None:
    loud = [{"route": "gs", "outcome": "failed", "reasons": ["x" * 9000] * 9, "removals": []}] * 9
    assert len(how_made(a_component(attempts=loud))) < 9 * 700
