"""Huge, locked and broken PDFs: a finding or a derivative each, bounded memory, and the rest of the case goes on."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.pdfa.verapdf import VeraPdf
from ingest.formats import drawn
from ingest.formats.cage import Limits
from ingest.formats.convert import Derivative, Failure, Source, normalise
from ingest.formats.inspect import inspect
from ingest.formats.sandbox import Sandbox
from ingest.formats.workshop import Tools, Workshop, workshop

sys.path.insert(0, str(Path(__file__).parents[1] / "ingest"))
import huge_builders as huge
import pdf_builders as make
import trap_builders as trap

pytestmark = [pytest.mark.service, pytest.mark.timeout(300)]

GIB = 2**30
PAGES = 10_000
SANDBOX_MB, VERAPDF_MB = 512, 700  # resident, at their highest


@pytest.fixture
def shop() -> Iterator[Workshop]:
    """A workshop of its own: its children's highest memory is this test's."""
    with Sandbox(Limits(seconds=180)) as box, VeraPdf() as vera:
        made = workshop(Tools(limits=Limits(seconds=120)), sandbox=box, vera=vera)
        yield made
        made.office.close()


def _highest_mb(pid: int | None) -> int:
    """Return the most resident memory one process of a tree ever had."""
    assert pid is not None
    most, waiting = 0, [pid]
    while waiting:
        one = waiting.pop()
        for line in Path(f"/proc/{one}/status").read_text().splitlines():
            if line.startswith("VmHWM"):
                most = max(most, int(line.split()[1]) // 1024)
        for task in Path(f"/proc/{one}/task").iterdir():
            waiting += [int(child) for child in (task / "children").read_text().split()]
    return most


def _source(path: Path, shop: Workshop, key: str) -> Source:
    return Source(key, path, inspect(make.delivered(path), sandbox=shop.sandbox))


def test_huge_locked_and_broken_files_cost_little_memory_and_the_rest_goes_on(
    tmp_path: Path, shop: Workshop
) -> None:
    paths = {
        "large": huge.of_size(tmp_path / "large.pdf", 2 * GIB + 4096),
        "long": huge.of_pages(tmp_path / "long.pdf", PAGES),
        "locked": make.encrypted(tmp_path / "locked.pdf"),
        "cut": make.truncated(tmp_path / "cut.pdf"),
        "mended": trap.broken_xref(tmp_path / "mended.pdf"),
        "good": make.born_digital(tmp_path / "good.pdf"),
    }
    assert paths["large"].stat().st_size > 2 * GIB
    sources = [_source(path, shop, key) for key, path in paths.items()]
    assert [one.facts.pages for one in sources[:2]] == [1, PAGES]
    results = {one.id: one for one in normalise(sources, tmp_path / "out", shop=shop)}
    paths["large"].unlink()
    codes = {key: one.code for key, one in results.items() if isinstance(one, Failure)}
    assert codes == {"locked": "FORMAT_ENCRYPTED", "cut": "FORMAT_UNREADABLE"}
    pages = {key: one.pages for key, one in results.items() if isinstance(one, Derivative)}
    assert (pages["large"], pages["long"], pages["good"]) == (1, PAGES, 2)
    assert _highest_mb(shop.sandbox.pid) < SANDBOX_MB
    assert _highest_mb(shop.vera.pid) < VERAPDF_MB


def test_too_many_pages_are_not_drawn_and_the_reason_says_so(
    tmp_path: Path, shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Scans beyond the limit keep their PDF/A without words; what only a picture could save is refused."""
    monkeypatch.setattr(drawn, "DRAWN_LIMIT", 0)
    scan = _source(make.scanned_pdf(tmp_path / "a.pdf"), shop, "scan")
    lost = _source(make.unembedded_vietnamese(tmp_path / "b.pdf", wider=1.1), shop, "lost")
    kept, refused = normalise([scan, lost], tmp_path / "out", shop=shop)
    assert isinstance(kept, Derivative)
    assert (kept.route, kept.attempts[-1].route, kept.attempts[-1].outcome) == (
        "repair",
        "text-layer",
        "failed",
    )
    assert kept.recognised == ()
    assert isinstance(refused, Failure)
    assert "too many to be drawn" in str(refused.reason)
