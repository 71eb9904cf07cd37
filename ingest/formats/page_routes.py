"""The routes of web pages and e-mail messages: printed by us, a message's attachments put behind it.

page        a web page printed with its own style; -plain: without it, when its style hid words
mail        headers, text and list of attachments printed, then the derivatives of attachments; -plain alike
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archive.reason import Reason
from ingest.formats.derivative import Derivative, Failure
from ingest.formats.judge import Judgement
from ingest.formats.route_work import Candidate, Measuring, Work, last

ATTACHED_LIMIT = 50  # of a message and all messages inside it that are converted; the others are listed
DEPTH = 2  # messages within messages whose attachments are converted

Nested = Callable[[str, Path, str], Derivative | Failure]
"""Makes the derivative of a file inside: an id of ours, where it is, its name."""


@dataclass
class Conversions:
    """How many attachments may still be converted, counted over a message and all messages inside it."""

    left: int = ATTACHED_LIMIT

    def one_more(self) -> bool:
        """Return whether one may be converted; then it counts."""
        self.left -= 1
        return self.left >= 0


def from_page(work: Work) -> tuple[Judgement, Candidate]:
    """Return the accepted derivative of a web page. Errors as `routes.from_pdf`."""
    box, path, flavour = work.shop.sandbox, work.source.path, work.source.flavour

    def _measuring(candidate: Path, text: Path) -> Measuring:
        return lambda: box.ask("measure_page", source=path, kind="page", parts=[], after=candidate, text=text)

    def _make(out: Path, plain: bool) -> tuple[str, ...]:
        return tuple(box.ask("print_page", path=path, out=out, plain=plain, flavour=flavour)["removals"])

    found, candidate = work.step("page", lambda out: _make(out, plain=False), _measuring)
    if found is None or not found.accepted:
        found, candidate = work.step("page-plain", lambda out: _make(out, plain=True), _measuring)
    return last(work, found, candidate)


def from_mail(work: Work, nested: Nested, left: Conversions) -> tuple[Judgement, Candidate]:
    """Return the accepted derivative of an e-mail message. Errors as `routes.from_pdf`."""
    box, path, flavour = work.shop.sandbox, work.source.path, work.source.flavour
    parts: list[Path] = []
    attached: list[tuple[str, Derivative | Failure | None]] = []

    def _measuring(candidate: Path, text: Path) -> Measuring:
        pieces = [str(part) for part in parts]
        return lambda: box.ask(
            "measure_page", source=path, kind="mail", parts=pieces, after=candidate, text=text
        )

    def _make(out: Path, plain: bool) -> tuple[str, ...]:
        printed = work.folder / f"mail{int(plain)}.pdf"
        said = box.ask("print_mail", path=path, folder=work.folder, out=printed, flavour=flavour, plain=plain)
        if not attached:
            attached.extend(converted(said["attachments"], nested, left))
        made = [one for _, one in attached if isinstance(one, Derivative)]
        parts[:] = [printed, *(one.path for one in made)]
        box.ask("join", paths=[str(part) for part in parts], out=out, flavour=flavour)
        return (*said["removals"], *(_told(name, one) for name, one in attached))

    found, candidate = work.step("mail", lambda out: _make(out, plain=False), _measuring)
    if found is None or not found.accepted:
        found, candidate = work.step("mail-plain", lambda out: _make(out, plain=True), _measuring)
    return last(work, found, candidate)


def converted(
    files: list[dict[str, Any]], nested: Nested, left: Conversions
) -> list[tuple[str, Derivative | Failure | None]]:
    """Return what became of each attachment, by its name; None: there were too many."""
    return [
        (
            one["name"],
            nested(f"in{number:03}", Path(one["path"]), one["name"]) if left.one_more() else None,
        )
        for number, one in enumerate(files)
    ]


def _told(name: str, made: Derivative | Failure | None) -> str:
    if isinstance(made, Derivative):
        return f"attachment {name}: {made.pages} pages put behind the message, by {made.route}"
    why: Reason | str = made.reason if made is not None else f"more than {ATTACHED_LIMIT} attachments"
    return f"attachment {name}: listed only, the original has it ({why})"
