"""What a holder wrote on its receipt, told in the reader's language.

Holders write in English, and so it stands in the ledger for good. On a page or a paper it is recognised by pattern; a
sentence nobody recognises is shown as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime

from archive.reason import Lang, Reason, because, told
from archive.vietnam import day_of

PATTERNS: tuple[tuple[str, Callable[[Mapping[str, str]], Reason]], ...] = (
    # who
    (r"store:(?P<name>.+)", lambda said: because("archive.holder-store", name=said["name"])),
    (r"quarantine", lambda said: because("archive.holder-quarantine")),
    (r"media", lambda said: because("archive.holder-media")),
    (r"copies-given", lambda said: because("archive.holder-copies-given")),
    (r"backups", lambda said: because("archive.holder-backups")),
    (r"search-index", lambda said: because("archive.holder-index")),
    # what was there
    (
        r"media (?P<numbers>VM-[0-9VM, -]+)",
        lambda said: because("archive.had-media", numbers=said["numbers"]),
    ),
    (r"backups (?P<numbers>SL-.+)", lambda said: because("archive.had-backups", numbers=said["numbers"])),
    (r"nothing", lambda said: because("archive.had-nothing")),
    (
        r"(?P<files>\d+) files, (?P<size>\d+) bytes",
        lambda said: because("archive.had-files", files=said["files"], size=said["size"]),
    ),
    (
        r"(?P<number>\d+) index documents \((?P<engine>\w+)\)",
        lambda said: because("archive.had-documents", number=said["number"], engine=said["engine"]),
    ),
    (
        r"(?P<name>\S+\.zip), (?P<size>\d+) bytes",
        lambda said: because("archive.had-package", name=said["name"], size=said["size"]),
    ),
    (r"(?P<name>\S+\.zip), remains only", lambda said: because("archive.had-remains", name=said["name"])),
    # how, in the words of NIST SP 800-88
    (
        r"destroy \(NIST SP 800-88\) is owed: .* by (?P<day>\S+)",
        lambda said: because("archive.media-owed", day=date.fromisoformat(said["day"])),
    ),
    (r"destroy \(NIST SP 800-88\): the media were .*", lambda said: because("archive.media-destroyed")),
    (
        r"not erased yet: the backups expire, the last by (?P<day>\S+), .*",
        lambda said: because("archive.backups-owed", day=date.fromisoformat(said["day"])),
    ),
    (
        r"clear or destroy \(NIST SP 800-88\): the backups were .*",
        lambda said: because("archive.backups-gone"),
    ),
    (r"not applicable.*", lambda said: because("archive.erased-nothing")),
    (r"clear: overwritten once and removed", lambda said: because("archive.erased-files")),
    (
        r"clear \(NIST SP 800-88\): overwritten once and removed; .*",
        lambda said: because("archive.erased-copies"),
    ),
    (
        r"clear \(NIST SP 800-88\) as far as S3 reaches: .*",
        lambda said: because("archive.erased-objects"),
    ),
    (
        r"not erased: S3 object lock \((?P<mode>[^)]+)\) until (?P<until>\d{4}-\d\d-\d\dT\d\d:\d\dZ)",
        lambda said: because(
            "archive.locked-until", mode=said["mode"], until=day_of(datetime.fromisoformat(said["until"]))
        ),
    ),
    (
        r"not erased: S3 object lock \((?P<mode>[^)]+)\) without an end",
        lambda said: because("archive.locked-without-end", mode=said["mode"]),
    ),
    (r"clear: rows overwritten with zeros .*", lambda said: because("archive.erased-rows")),
    (r"clear: deleted by query, .*", lambda said: because("archive.erased-documents")),
)
BETWEEN_PACKAGES = re.compile(r"(?:(?<= bytes)|(?<= remains only)), (?=\S+\.zip, (?:\d+ bytes|remains only))")


def understood(text: str) -> Reason | None:
    """Return what a receipt's word or sentence stands for; None when no pattern fits."""
    for pattern, meaning in PATTERNS:
        if match := re.fullmatch(pattern, text, re.DOTALL):
            return meaning(match.groupdict())
    return None


def receipt_told(text: str, lang: Lang) -> str:
    """Return a receipt's holder, what or how in words; the text itself when nobody understands it."""
    parts = []
    for part in BETWEEN_PACKAGES.split(text):  # a store names every version of the package it had
        reason = understood(part)
        parts.append(part if reason is None else told(reason, lang))
    return "; ".join(parts)
