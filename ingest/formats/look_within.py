"""The words of files inside a file: attached to a message or to a PDF, for stamps of secrecy. Runs in the sandbox.

Each is looked at as if it had come by itself. Messages and PDFs hold further ones: their number, depth and words are
counted over all of them together; what lies beyond is said to be unseen.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from archive.reason import because, from_json
from ingest.formats.identify import CSV
from ingest.formats.inside import DEPTH, Inside

MAIL = "message/rfc822"
FILES = 200
CHARACTERS = 2**20  # of all words kept
_CELL = re.compile(r"[,;\t\r\n]+")


@dataclass
class Words:
    """What was read so far in one delivered file and everything inside it.

    Attributes:
        look: looks at one file; it looks into messages and PDFs through here.
        kept: beginnings of texts; in each a stamp stands on a line of its own.
    """

    look: Callable[[Path, str, Words], dict[str, Any]]
    kept: list[str] = field(default_factory=list)
    files: int = 0
    depth: int = 0
    characters: int = 0

    def keep(self, text: str, found: Inside) -> None:
        """Keep the words of one file, or say that they were too many."""
        self.characters += len(text)
        if self.characters > CHARACTERS:
            found.unseen = found.unseen or because("ingest.more-attached", count=self.files)
        elif text.strip():
            self.kept.append(text)


def look_into(name: str, data: bytes, words: Words, found: Inside) -> None:
    """Keep the first words of a file inside, and of what is inside it; take over what is dangerous in it."""
    if words.depth >= DEPTH:
        found.unseen = found.unseen or because("ingest.nested", deep=DEPTH)
        return
    words.files += 1
    if words.files > FILES:
        found.unseen = found.unseen or because("ingest.more-attached", count=FILES)
        return
    words.depth += 1
    try:
        with tempfile.NamedTemporaryFile() as place:
            place.write(data)
            place.flush()
            facts = words.look(Path(place.name), name, words)
    finally:
        words.depth -= 1
    text = facts["first_page_text"]
    if is_table(facts["media_type"]):
        text = _CELL.sub("\n\n", text)  # every cell stands alone
    if facts["media_type"] != MAIL:  # which has kept its own
        words.keep(text, found)
    found.programs.update(facts.get("programs", ()))
    found.macros.update(facts.get("macros", ()))
    for inner in facts.get("inner_names", ()):
        if inner not in found.names:
            found.named(inner)
    if facts.get("unseen"):
        found.unseen = found.unseen or from_json(facts["unseen"])


def is_table(media_type: str) -> bool:
    """Return whether a file of this type is made of cells."""
    return media_type == CSV or "spreadsheet" in media_type or "excel" in media_type
