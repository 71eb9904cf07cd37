"""What is in an e-mail message: words, attached files and what is in them, passwords. Runs in the sandbox."""

from __future__ import annotations

import io
from functools import partial
from pathlib import Path
from typing import Any

from archive.reason import as_json, because
from ingest.formats import look_pdf, mail, page
from ingest.formats.inside import PDF, Inside, of_file
from ingest.formats.look_packages import facts_of
from ingest.formats.look_within import Words, look_into

WORDS_KEPT = 16384  # characters of the headers and plain text, and as many of the page


def message(path: Path, seen: Words) -> dict[str, Any]:
    """Return the facts of one message; attachments are looked into as those of a PDF are.

    Args:
        seen: where the words of its page and of its attachments go.
    """
    try:
        read = mail.read(path)
    except mail.UnreadableMailError as error:
        return {"problem": as_json(error.reason)}
    found = Inside()
    active: set[str] = set()
    for one in read.attachments:
        found.named(one.name)
        if one.data.startswith(PDF):
            active |= look_pdf.attached_pdf(one.data, found, depth=1)
        else:
            of_file(one.name, partial(io.BytesIO, one.data), found, depth=0)
        look_into(one.name, one.data, seen, found)
    words = [*(f"{name}: {value}" for name, value in read.headers), read.text]
    seen.keep("\n".join(words)[:WORDS_KEPT], found)
    if read.html.strip():
        root, removed = page.cleaned(read.html, plain=True)
        active |= {"script"} if removed["script"] else set()
        # Also beside plain text: a mail program shows this, and the plain text may say something else.
        shown = page.blocks(root)
        seen.keep("\n".join(shown)[:WORDS_KEPT], found)
        words += shown if not read.text.strip() else []
    facts = facts_of(found) | {
        "active_content": sorted(active),
        "first_page_text": "\n".join(words)[:WORDS_KEPT],
    }
    if read.encrypted:
        return facts | {"encrypted": True, "problem": as_json(because("ingest.mail-locked"))}
    return facts
