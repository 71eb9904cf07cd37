"""What is kept as it came: films and sounds, of which no page can be made, and what a deployment's policy keeps.

No circular asks for another form of films and sounds.

TT 02/2019/TT-BNV Điều 6.3, 6.4 and TT 05/2025/TT-BNV Điều 8 (read in one digest) name formats and rates of the original
(V08). Here nothing is played: that a file opens and what it says of itself is all we know, and an archivist is told so.
"""

from __future__ import annotations

from ingest.delivery import FileFacts, MediaFacts


def kept_as_it_came(facts: FileFacts, *, described_as: str, main: bool) -> bool:
    """Say whether a file of which the policy says `keep` needs no PDF/A.

    A film or sound needs none when it is described as one, or attached to a document; in place of a document's own text
    it does: that document could then not be read. For any other format the deployment has decided; but what cannot be
    opened is never kept for that.

    Args:
        described_as: which field table describes its document: "document", "photo" or "media".
        main: it is the document's first file.
    """
    if facts.problem is not None:
        return False
    return facts.media is None or described_as == "media" or not main


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
