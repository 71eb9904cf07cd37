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

WORDS_KEPT = 16384  # characters of the plain text, and as many of the page


def message(path: Path) -> dict[str, Any]:
    """Return the facts of one message; attachments are looked into as those of a PDF are."""
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
    words = [*(f"{name}: {value}" for name, value in read.headers), read.text]
    shown: list[str] = []
    if read.html.strip():
        root, removed = page.cleaned(read.html, plain=True)
        active |= {"script"} if removed["script"] else set()
        # Both: a mail program shows this, and the plain text beside it may say something else.
        shown = page.blocks(root)
    facts = facts_of(found) | {
        "active_content": sorted(active),
        "first_page_text": "\n".join(["\n".join(words)[:WORDS_KEPT], "\n".join(shown)[:WORDS_KEPT]]).strip(),
    }
    if read.encrypted:
        return facts | {"encrypted": True, "problem": as_json(because("ingest.mail-locked"))}
    return facts
