"""Films and sounds: kept as they came. No page can be made of them, and no circular asks for another form.

TT 02/2019/TT-BNV Điều 6.3, 6.4 and TT 05/2025/TT-BNV Điều 8 (read in one digest) name formats and rates of the original
(V08). Here nothing is played: that a file opens and what it says of itself is all we know, and an archivist is told so.
"""

from __future__ import annotations

from ingest.delivery import FileFacts, MediaFacts


def kept_as_it_came(facts: FileFacts, *, described_as: str, main: bool) -> bool:
    """Say whether a file needs no PDF/A: a film or sound that is described as one, or is attached to a document.

    A film in place of a document's own text is not: that document could then not be read.

    Args:
        described_as: which field table describes its document: "document", "photo" or "media".
        main: it is the document's first file.
    """
    if facts.media is None or facts.problem is not None:
        return False
    return described_as == "media" or not main


def told(media: MediaFacts) -> str:
    """Return container, codec, rate and length in a form both languages read."""
    minutes, seconds = divmod(media.seconds, 60)
    parts = (
        media.container,
        media.codec,
        f"{media.kbps} kbps" if media.kbps else "",
        f"{minutes}:{seconds:02}",
    )
    return ", ".join(part for part in parts if part)
