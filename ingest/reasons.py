"""Findings in words: as the ledger and the register keep them, and as a status message tells the sender."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from archive.register.models import Finding as FindingRow
from ingest.checks.catalogue import explain, rule
from ingest.finding import Finding

LONGEST = 4000  # characters of a status message's description
_PLACE_VI = (
    (re.compile(r"^document (\d+)"), r"văn bản \1"),
    (re.compile(r"/ file (\d+)$"), r"/ tệp \1"),
    (re.compile(r"^case file\b"), "hồ sơ"),
)


def as_json(finding: Finding) -> dict[str, Any]:
    """Return a finding as the ledger and the register keep it."""
    return {
        "code": finding.code,
        "severity": str(rule(finding.code).severity),
        "place": finding.place,
        "params": dict(finding.params) | {"document": str(finding.document)},
    }


def told(findings: Iterable[FindingRow]) -> str:
    """Return the findings in Vietnamese with remedy and clause, at most `LONGEST` characters.

    Whole findings only: what has no room is counted in the last line.
    """
    lines: list[str] = []
    rows = list(findings)
    room = LONGEST - 60
    for number, row in enumerate(rows):
        params = {key: str(value) for key, value in row.params.items() if key != "document"}
        said = explain(Finding(row.code, row.place, params), "vi")
        line = f"[{row.code}] {in_vietnamese(row.place)}: {said.text} Cách khắc phục: {said.remedy} ({said.clause})"
        if len(line) > room and lines:
            lines.append(f"(và {len(rows) - number} lỗi khác, xem trên hệ thống)")
            break
        lines.append(line[:room])
        room -= len(lines[-1]) + 1
    return "\n".join(lines)


def in_vietnamese(place: str) -> str:
    """Return a finding's place as a Vietnamese reader writes it; file and field names stay as they are."""
    for pattern, words in _PLACE_VI:
        place = pattern.sub(words, place)
    return place
