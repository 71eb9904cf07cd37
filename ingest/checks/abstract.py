"""The abstract (trích yếu): one province wants it to say what the matter is, another what the file says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from archive.vietnamese import plain
from ingest.checks.case import Case, Document
from ingest.checks.circular_02 import is_digitised
from ingest.checks.province import is_issued_here
from ingest.finding import Finding

_ABOUT = re.compile(r"^(?:v/v|về việc|về)\b[ :.]*")
_WORD = re.compile(r"\w+")
_FEW_WORDS = 4  # an abstract below this says nothing ("V/v Mời họp"): our reading of "more explicit"
_LINES_AHEAD = (
    3  # at the end of a line the next word may begin one of so many lines: text beside it comes between
)
# Files that have their own words; a table or a picture has no abstract of its own.
_WORDED = ("application/pdf", "application/msword", "application/vnd.openxmlformats-officedocument.wordprocessing",
           "application/vnd.oasis.opendocument.text")  # fmt: skip


def check(case: Case) -> Iterator[Finding]:
    """Yield abstracts that are too short to say anything, or not what the file's first page says."""
    for document in case.documents:
        rule, subject = document.rules.abstract, document.get("Subject")
        if rule is None or not subject or not (is_issued_here(case, document) or case.profile.codes_assigned):
            continue
        params = {"value": subject, "basis": rule.clause}
        place = document.place("Subject")
        if rule.must_be == "explicit":
            if len(_ABOUT.sub("", plain(subject)).split()) < _FEW_WORDS:
                yield Finding("ABSTRACT_VAGUE", place, params, document.ordinal)
        elif not is_digitised(case, document):
            page = _first_page(document)
            if page == "":
                yield Finding("ABSTRACT_UNTOLD", place, params, document.ordinal)
            elif page is not None and not stands_on(page, subject, document.get("TypeName")):
                yield Finding("ABSTRACT_DIFFERS", place, params, document.ordinal)


def _first_page(document: Document) -> str | None:
    """Return the words of the document's own file; None when it is of a kind without an abstract, or was not read."""
    facts = document.pieces[0].facts if document.pieces else None
    if facts is None or facts.problem or not facts.media_type.startswith(_WORDED):
        return None
    return facts.first_page_text


def stands_on(page: str, subject: str, type_name: str = "") -> bool:
    """Return whether the abstract stands on the page, word for word; case, spacing, signs and Unicode form apart.

    "Về việc" may stand before it on one side only, and the type of the document may be part of it (our reading).
    """
    lines = [_words(_ABOUT.sub("", plain(line))) for line in page.splitlines()]
    lines = [line for line in lines if line]
    bare = _ABOUT.sub("", plain(subject))
    wanted = [_words(bare), _words(_ABOUT.sub("", bare.removeprefix(plain(type_name)).strip()))]
    return any(_found(lines, words) for words in wanted if words)


def _words(text: str) -> list[str]:
    return _WORD.findall(text)


def _found(lines: Sequence[Sequence[str]], wanted: Sequence[str]) -> bool:
    starts = [
        (row, at) for row, line in enumerate(lines) for at, word in enumerate(line) if word == wanted[0]
    ]
    return any(_follows(lines, wanted, start) for start in starts)


def _follows(lines: Sequence[Sequence[str]], wanted: Sequence[str], start: tuple[int, int]) -> bool:
    here = {start}
    for word in wanted[:-1]:
        here = {after for row, at in here if lines[row][at] == word for after in _after(lines, row, at)}
    return any(lines[row][at] == wanted[-1] for row, at in here)


def _after(lines: Sequence[Sequence[str]], row: int, at: int) -> Iterator[tuple[int, int]]:
    if at + 1 < len(lines[row]):
        yield row, at + 1
        return
    for ahead in range(row + 1, min(row + 1 + _LINES_AHEAD, len(lines))):
        yield ahead, 0
