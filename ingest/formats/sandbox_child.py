"""The child of `sandbox.py`: reads one JSON question a line, does the job, answers one JSON line.

Runs caged. It ends when its standard input ends, even in the middle of a job.
"""

from __future__ import annotations

import json
import os
import queue
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from archive.reason import trouble
from ingest.formats import append, joining, look, measure, pictures, repair, textlayer, widen
from ingest.formats.flavour import FLAVOUR
from ingest.our_disk import is_full_or_broken
from ingest.our_memory import is_nearly_short, is_short_of_memory


def _signatures(
    path: str,
    lists: list[list[str]],
    pieces: list[dict[str, str]],
    into: str,
    now: str,
    kind: str,
    beside: str,
    asked: list[str] | None,
    proven: str,
) -> dict[str, Any]:
    """Return facts and report; the library is loaded at the first signed file only."""
    from ingest.signatures import job

    told, other = Path(into) if into else None, Path(beside) if beside else None
    return job.run(Path(path), lists, pieces, told, now, kind, other, asked, proven)


def _page(job: str, parts: dict[str, Any]) -> dict[str, Any]:
    """Print a web page or a message; the printer is loaded at the first one only."""
    from ingest.formats import mail, page

    path, out, flavour, plain = Path(parts["path"]), Path(parts["out"]), parts["flavour"], parts["plain"]
    if job == "page":
        return page.print_file(path, out, plain=plain, flavour=flavour)
    return mail.print_mail(path, Path(parts["folder"]), out, flavour=flavour, plain=plain)


def _words(kind: str, source: Path) -> list[str]:
    from ingest.formats import mail, page

    return page.words_of(source) if kind == "page" else mail.words_of(source)


def _embed(path: Path, out: Path, cmyk: str, flavour: str) -> dict[str, Any]:
    """Put missing fonts in; the font library is loaded at the first file that lacks some."""
    from ingest.formats.embed import embed

    return embed(path, out, cmyk=cmyk, flavour=flavour)


JOBS: dict[str, Callable[..., dict[str, Any]]] = {
    "look": lambda path, name: look.look(Path(path), name),
    "signatures": _signatures,
    "repair": lambda path, out, statement, flavour=FLAVOUR: repair.repair(
        Path(path), Path(out), statement=statement, flavour=flavour
    ),
    "embed": lambda path, out, cmyk, flavour: _embed(Path(path), Path(out), cmyk, flavour),
    "measure": lambda before, after, text, drawn=False: measure.measure(
        Path(before), Path(after), Path(text), drawn=drawn
    ),
    "measure_office": lambda source, media_type, after, text: measure.measure_office(
        Path(source), media_type, Path(after), Path(text)
    ),
    "measure_pictures": lambda pages, after, text: measure.measure_pictures(
        [Path(page) for page in pages], Path(after), Path(text)
    ),
    "measure_page": lambda source, kind, parts, after, text: measure.measure_page(
        _words(kind, Path(source)), [Path(part) for part in parts], Path(after), Path(text)
    ),
    "print_page": lambda **parts: _page("page", parts),
    "print_mail": lambda **parts: _page("mail", parts),
    "join": lambda paths, out, flavour: joining.join(
        [Path(path) for path in paths], Path(out), flavour=flavour
    ),
    "widen": lambda path, out: widen.widen(Path(path), Path(out)),
    "render": lambda path, folder, first, last: pictures.render(Path(path), Path(folder), first, last),
    "split": lambda path, folder: pictures.split(Path(path), Path(folder)),
    "append": lambda path, page, out, flavour: append.append(
        Path(path), Path(page), Path(out), flavour=flavour
    ),
    "bind": lambda pages, out: pictures.bind(pages, Path(out)),
    "lay_text": lambda path, layers, out, statement, flavour=FLAVOUR: textlayer.lay_text(
        Path(path), layers, Path(out), statement=statement, flavour=flavour
    ),
}


def main() -> None:
    """Answer until standard input ends."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)  # a library that prints must not be able to write an answer
    lines: queue.SimpleQueue[str] = queue.SimpleQueue()

    def _read() -> None:
        for line in sys.stdin:
            lines.put(line)
        os._exit(0)

    threading.Thread(target=_read, daemon=True).start()
    print(json.dumps({"ready": True}), file=answers)
    while True:
        parts = json.loads(lines.get())
        job = JOBS[parts.pop("job")]
        try:
            answer = job(**parts)
        except Exception as error:
            if is_short_of_memory(error):
                os._exit(3)  # a fresh child rather than one short of memory
            # A hostile file makes libraries raise all kinds; the asker turns this into one file's failure.
            answer = _answer_of(error)
        print(json.dumps(answer), file=answers)
        if is_nearly_short():
            os._exit(0)  # the next question starts a fresh child: libraries loaded late need room


def _answer_of(error: Exception) -> dict[str, Any]:
    if isinstance(error, OSError) and is_full_or_broken(error):
        return {"disk": trouble(error)}
    return {"error": f"{type(error).__name__}: {error}"[:2000]}


if __name__ == "__main__":
    main()
