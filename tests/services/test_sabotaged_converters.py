"""Each tool that makes a derivative is replaced by one that does wrong: nothing invalid, no other document gets out."""

from __future__ import annotations

import shutil
import stat
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pikepdf
import pytest

from archive.pdfa.verapdf import VeraPdf
from ingest.formats.convert import Derivative, Failure, Source, normalise
from ingest.formats.inspect import inspect
from ingest.formats.repair import finish
from ingest.formats.sandbox import Sandbox
from ingest.formats.workshop import Workshop, workshop

sys.path.insert(0, str(Path(__file__).parents[1] / "ingest"))
import format_builders as files
import pdf_builders as make

pytestmark = [pytest.mark.service, pytest.mark.timeout(300)]

OTHER = "Một văn bản hoàn toàn khác, không ai đã gửi\n" * 6


def _valid(path: Path, change: Callable[[pikepdf.Pdf], None], **parts: Any) -> Path:
    """A valid PDF/A-2b that is something else."""
    with pikepdf.open(make.born_digital(path, **parts), allow_overwriting_input=True) as pdf:
        change(pdf)
        finish(pdf, path, "2b")
    return path


def _blank(pdf: pikepdf.Pdf) -> None:
    for page in pdf.pages:
        page.Contents = pdf.make_stream(b"")


def _shorter(pdf: pikepdf.Pdf) -> None:
    del pdf.pages[1:]


@pytest.fixture(scope="module")
def wrongs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """What the saboteur hands over, whatever it was given."""
    folder = tmp_path_factory.mktemp("wrong")
    rubbish = folder / "rubbish.pdf"
    rubbish.write_bytes(b"%PDF-1.7\nnothing\n%%EOF\n")
    return {
        "rubbish": rubbish,
        "no PDF/A": make.born_digital(folder / "other.pdf", words=OTHER),
        "blank pages": _valid(folder / "blank.pdf", _blank),
        "another document": _valid(folder / "another.pdf", lambda _: None, words=OTHER),
        "a page less": _valid(folder / "shorter.pdf", _shorter),
    }


KINDS = ["rubbish", "no PDF/A", "blank pages", "another document", "a page less"]
WORST = ["blank pages", "another document"]  # valid PDF/A, of as many pages


class Saboteur:
    """A sandbox that does every job but those named, for which it hands over its own file."""

    def __init__(self, box: Sandbox, wrong: Path, jobs: frozenset[str]) -> None:
        self._box, self._wrong, self._jobs = box, wrong, jobs
        self.did = 0

    def ask(self, job: str, **parts: Any) -> dict[str, Any]:
        answer = self._box.ask(job, **parts)
        if job in self._jobs:
            shutil.copyfile(self._wrong, parts["out"])
            self.did += 1
        return answer


def _nothing_wrong_is_out(
    source: Path, out: Path, sly: Workshop, shop: Workshop, vera: VeraPdf, word: str
) -> None:
    facts = inspect(make.delivered(source), sandbox=shop.sandbox)
    (result,) = normalise([Source("one", source, facts)], out, shop=sly)
    if isinstance(result, Failure):
        assert result.code == "PDFA_FAILED"
        assert list(out.iterdir()) == []
        return
    assert isinstance(result, Derivative)
    assert vera.check(result.path).compliant is True
    words = " ".join(result.text_path.read_text("utf-8").split())
    assert word in words
    assert "hoàn toàn khác" not in words
    with pikepdf.open(result.path) as pdf:
        assert len(pdf.pages) == result.pages


ALL = frozenset({"repair", "embed", "bind", "lay_text", "print_page", "print_mail", "join"})


@pytest.mark.parametrize(
    ("name", "build", "jobs", "word", "kind"),
    [
        *(("a.pdf", make.born_digital, frozenset({"repair"}), "QUYẾT ĐỊNH", kind) for kind in KINDS),
        *(("all.pdf", make.born_digital, ALL, "QUYẾT ĐỊNH", kind) for kind in WORST),
        *(("b.pdf", make.unembedded_vietnamese, frozenset({"embed"}), "QUYẾT ĐỊNH", kind) for kind in WORST),
        *(("a.html", files.web_page, ALL, "QĐ-UBND", kind) for kind in WORST),
        ("a.png", files.picture, ALL, "QUYET", "another document"),
    ],
)
def test_a_sandbox_that_writes_something_else(
    tmp_path: Path,
    shop: Workshop,
    another_vera: VeraPdf,
    wrongs: dict[str, Path],
    name: str,
    build: Callable[[Path], Path],
    jobs: frozenset[str],
    word: str,
    kind: str,
) -> None:
    saboteur = Saboteur(shop.sandbox, wrongs[kind], jobs)
    sly = replace(shop, sandbox=cast(Sandbox, saboteur))
    _nothing_wrong_is_out(build(tmp_path / name), tmp_path / "out", sly, shop, another_vera, word)
    assert saboteur.did > 0


def _tool(path: Path, script: str) -> str:
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


def _old(ending: str) -> Callable[[Path], Path]:
    return files.by_libreoffice(make.letter if ending == ".docx" else files.open_document, ending)


def _garamond(path: Path) -> Path:
    return make.unembedded_letters(path, "Garamond")


GS = 'for part in "$@"; do case "$part" in -sOutputFile=*) cp {wrong} "${{part#-sOutputFile=}}";; esac; done'
OFFICE_PRINT = (
    'case "$*" in *"--convert-to pdf"*) ;; *) exec soffice "$@";; esac; '  # it saves a docx as it should
)
OFFICE = 'while [ "$1" != --outdir ]; do shift; done; cp {wrong} "$2/$(basename "${{3%.*}}").pdf"'


@pytest.mark.parametrize(
    ("tool", "script", "name", "build", "word", "kind"),
    [
        *(("gs", GS, "a.pdf", _garamond, "Home Affairs", kind) for kind in WORST),
        *(("soffice", OFFICE, "a.docx", make.letter, "QUYẾT ĐỊNH", kind) for kind in KINDS),
        *(("soffice", OFFICE_PRINT + OFFICE, "a.doc", _old(".docx"), "QUYẾT ĐỊNH", kind) for kind in WORST),
        ("soffice", OFFICE_PRINT + OFFICE, "a.ppt", _old(".odp"), files.WORDS, "another document"),
        ("soffice", OFFICE_PRINT + OFFICE, "a.rtf", files.rich_text, files.WORDS, "another document"),
    ],
)
def test_a_program_that_writes_something_else(
    tmp_path: Path,
    shop: Workshop,
    another_vera: VeraPdf,
    wrongs: dict[str, Path],
    tool: str,
    script: str,
    name: str,
    build: Callable[[Path], Path],
    word: str,
    kind: str,
) -> None:
    fake = _tool(tmp_path / tool, script.format(wrong=wrongs[kind]))
    tools = replace(shop.tools, **{tool: fake})
    sly = workshop(tools, sandbox=shop.sandbox, vera=shop.vera)
    _nothing_wrong_is_out(build(tmp_path / name), tmp_path / "out", sly, shop, another_vera, word)
    sly.office.close()


def test_an_ocr_that_paints_over_the_page_is_refused_and_the_page_stays(
    tmp_path: Path, shop: Workshop, another_vera: VeraPdf, wrongs: dict[str, Path]
) -> None:
    """Its layer is one page that hides what was scanned; the derivative without it was accepted already."""
    over = tmp_path / "over.pdf"
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(595, 842))
        page.Contents = pdf.make_stream(b"1 g 0 0 595 842 re f")
        pdf.save(over)
    fake = _tool(
        tmp_path / "tesseract", f'cp {over} "$2.pdf"; echo "chữ khác" > "$2.txt"; printf "h\\n" > "$2.tsv"'
    )
    sly = replace(shop, tools=replace(shop.tools, tesseract=fake))
    source = make.scanned_pdf(tmp_path / "a.pdf")
    facts = inspect(make.delivered(source), sandbox=shop.sandbox)
    (result,) = normalise([Source("one", source, facts)], tmp_path / "out", shop=sly)
    assert isinstance(result, Derivative)
    assert [(one.route, one.outcome) for one in result.attempts] == [
        ("repair", "accepted"),
        ("text-layer", "refused"),
    ]
    assert another_vera.check(result.path).compliant is True
    assert "chữ khác" not in result.text_path.read_text("utf-8")
