"""The words of PDF pages, and how much of one text is found again in another. Runs in the sandbox.

Compared in Unicode NFC with white space collapsed.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any

CHARACTERS_LIMIT = 8000  # a longer page is compared word by word
WORD = re.compile(r"[^\W\d_]{3,}")
VANISHED_SHOWN = 10


def folded(text: str) -> str:
    """Return text as it is compared: NFC, white space collapsed, control and soft-hyphen signs gone."""
    text = unicodedata.normalize("NFC", text)
    text = "".join(" " if sign.isspace() else sign for sign in text)
    text = "".join(sign for sign in text if unicodedata.category(sign) not in ("Cc", "Cf", "Cn"))
    return " ".join(text.split())


def words_of(page: Any) -> str:
    """Return a page's words, folded."""
    textpage = page.get_textpage()
    try:
        return folded(textpage.get_text_range())
    finally:
        textpage.close()


def write_words(document: Any, text: Path) -> list[str]:
    """Write the document's words as UTF-8; return them page by page, folded."""
    pages = raw_words(document)
    write_pages(pages, text)
    return [folded(page) for page in pages]


def raw_words(document: Any) -> list[str]:
    """Return each page's words with its line breaks."""
    pages = []
    for number in range(len(document)):
        page = document[number]
        textpage = page.get_textpage()
        raw = unicodedata.normalize("NFC", textpage.get_text_range())
        pages.append(raw.replace("\r\n", "\n").replace("\ufffe", "").rstrip())
        textpage.close()
        page.close()
    return pages


def write_pages(pages: Sequence[str], text: Path) -> None:
    """Write the words of pages as UTF-8, a form feed after each."""
    with text.open("w", encoding="utf-8", newline="\n") as stream:
        stream.writelines(f"{page}\n\f" for page in pages)


def same(before: str, after: str, *, extra_allowed: bool = False) -> float:
    """Return the share of characters of the two that match in order, 0 to 1.

    Args:
        extra_allowed: the later text may hold more (form values drawn into the page): then only the share of
            the earlier one that is found again counts.
    """
    if before == after:
        return 1.0
    first: Sequence[str] = before
    second: Sequence[str] = after
    if max(len(before), len(after)) > CHARACTERS_LIMIT:
        first, second = before.split(), after.split()
    matcher = difflib.SequenceMatcher(None, first, second, autojunk=False)
    matched = sum(block.size for block in matcher.get_matching_blocks())
    if extra_allowed:
        return matched / max(len(first), 1)
    return 2 * matched / max(len(first) + len(second), 1)


def printed_share(before: str, after: str) -> float:
    """Return the share of the source's words that occur in the print; 1.0 when it has none."""
    words = folded(before).split()
    joined = "".join(folded(after).split())  # where a line or cell breaks does not matter
    return sum(word in joined for word in words) / len(words) if words else 1.0


def recognised_share(before: Sequence[str], after: Sequence[str]) -> float:
    """Return the share of the source's words that OCR found on the same page."""
    words = found = 0
    for old, new in zip(before, after, strict=True):
        seen = set(WORD.findall(new.casefold()))
        said = WORD.findall(old.casefold())
        words += len(said)
        found += sum(word in seen for word in said)
    return found / words if words else 0.0


def vanished(before: str, after: str) -> dict[str, Any]:
    """Return the words of the source that occur nowhere in the derivative, however it is broken into lines."""
    words = set(WORD.findall(before))
    joined = "".join(after.split())
    gone = sorted(word for word in words if word not in joined)
    return {"vanished": gone[:VANISHED_SHOWN], "vanished_share": len(gone) / len(words) if words else 0.0}
