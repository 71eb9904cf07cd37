"""Every nasty PDF is valid PDF/A at the end, by the route that is told of it here; what cannot be opened is refused."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from archive.pdfa.verapdf import VeraPdf
from ingest.formats.convert import Derivative, Failure, Source, normalise
from ingest.formats.inspect import inspect
from ingest.formats.workshop import Workshop

sys.path.insert(0, str(Path(__file__).parents[1] / "ingest"))
import pdf_builders as make
from nasty_builders import NASTY

pytestmark = [pytest.mark.service, pytest.mark.timeout(300)]

ROUTES: Mapping[str, tuple[str, ...]] = {
    "repair": (
        "javascript",
        "owner password",
        "8-bit Vietnamese",
        "XFA",
        "broken table of objects",
        "attachments",
        "JPEG 2000",
        "interpolated picture",
        "soft mask",
        "LZW",
        "transfer function, transparency",
        "Type 3",
        "layers",
        "odd boxes, turned page",
        "poster of 7 metres",
        "actions everywhere",
        "broken metadata",
    ),
    "embed": (
        "Helvetica not embedded",
        "Times New Roman not embedded",
        "Symbol and Zapf Dingbats",
        "Vietnamese not embedded",
        "form",
        "CMYK",
        "JPEG in CMYK",
        "spot colour",
        "Courier without a program",
        "Courier-BoldOblique without a program",
        "Times-BoldItalic without a program",
        "Helvetica-Oblique without a program",
    ),
    "ghostscript": (
        "Garamond not embedded",
        "inline picture",
        "unknown operator",
    ),
    "raster": ("notes without appearance",),
}
"""Route -> what is nasty about the files whose derivative came by it, as `benchmarks.pdf_corpus` lists them."""
SLOW = frozenset({"Vietnamese not embedded, laid out wider", "scan", "blank page"})
"""OCR reads these: they are in `test_pdfa_route.py`, or in the benchmark alone."""
EXPECTED = {name: route for route, names in ROUTES.items() for name in names}
REFUSED = {
    "cut off": (make.truncated, "FORMAT_UNREADABLE"),
    "locked": (make.encrypted, "FORMAT_ENCRYPTED"),
}


@pytest.fixture(scope="module")
def made(shop: Workshop, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Derivative | Failure]:
    """All of them in one call, as those of a case file are."""
    folder = tmp_path_factory.mktemp("nasty")
    builders = {
        **{name: NASTY[name] for name in EXPECTED},
        **{name: build for name, (build, _) in REFUSED.items()},
    }
    names = {f"n{number:03}": name for number, name in enumerate(builders)}
    sources = []
    for key, name in names.items():
        path = builders[name](folder / f"{key}.pdf")
        sources.append(Source(key, path, inspect(make.delivered(path), sandbox=shop.sandbox)))
    return {names[one.id]: one for one in normalise(sources, folder / "out", shop=shop)}


def test_each_of_them_has_its_route_here() -> None:
    assert EXPECTED.keys() | SLOW == NASTY.keys()


@pytest.mark.parametrize("name", EXPECTED)
def test_it_becomes_valid_by_its_route(
    made: Mapping[str, Derivative | Failure], another_vera: VeraPdf, name: str
) -> None:
    one = made[name]
    assert isinstance(one, Derivative), one
    assert one.route == EXPECTED[name], one.attempts
    assert another_vera.check(one.path, one.flavour).compliant is True


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_opened_is_refused(made: Mapping[str, Derivative | Failure], name: str) -> None:
    one = made[name]
    assert isinstance(one, Failure), one
    assert one.code == REFUSED[name][1]
