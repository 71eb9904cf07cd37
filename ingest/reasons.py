"""Findings in words: as the register keeps them, and as a status message tells the sender."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from archive.reason import Reason, from_json
from archive.reason import as_json as reason_as_json
from archive.register.models import Finding as FindingRow
from ingest.checks.catalogue import explain, rule
from ingest.finding import Finding

LONGEST = 4000  # characters of a status message's description
REMEDY = " Cách khắc phục: "
TRIAL = "Gói thử (TEST): đã kiểm tra, không được lưu, không thay cho việc nộp hồ sơ."
MORE = "(và {} lỗi khác, xem trên hệ thống)"
OF_FINDING = frozenset({"document", "regime"})
"""What a register row keeps among the params and is no value of the text."""
_PLACE_VI = (
    (re.compile(r"^document (\d+)"), r"văn bản \1"),
    (re.compile(r"/ file (\d+)$"), r"/ tệp \1"),
    (re.compile(r"^case file\b"), "hồ sơ"),
)


def row_of(finding: Finding) -> FindingRow:
    """Return a finding as the register keeps it, a reason among its values as data; the ledger has its code alone."""
    params = {
        name: reason_as_json(value) if isinstance(value, Reason) else value
        for name, value in finding.params.items()
    }
    return FindingRow(
        code=finding.code,
        severity=str(rule(finding.code).severity),
        place=finding.place,
        params=params
        | {"document": str(finding.document)}
        | ({"regime": finding.regime} if finding.regime else {}),
    )


def finding_of(row: FindingRow) -> Finding:
    """Return a register row as the finding it was; document's number and regime stand in its params."""
    params: dict[str, str | Reason] = {
        name: from_json(value) if isinstance(value, Mapping) else str(value)
        for name, value in row.params.items()
        if name not in OF_FINDING
    }
    document = str(row.params.get("document", 0))
    ordinal = int(document) if document.isdigit() else 0
    return Finding(row.code, row.place, params, ordinal, str(row.params.get("regime", "")))


def told(findings: Iterable[FindingRow]) -> str:
    """Return the findings in Vietnamese, one a line, each with remedy and clause; at most `LONGEST` characters."""
    lines = []
    for row in findings:
        lines.append(line(finding_of(row)))
    return fitted("\n".join(lines), LONGEST)


def told_by(findings: Iterable[Finding], basis: str) -> str:
    """Return the findings as `told` does, and after them the clause by which the receiver may send things back."""
    tail = f"\nCăn cứ từ chối, trả lại: {basis}." if basis else ""
    return fitted("\n".join(line(finding) for finding in findings), LONGEST - len(tail)) + tail


def tested(findings: Sequence[FindingRow]) -> str:
    """Return what the sender of a trial package is told: that nothing was kept, and what was found."""
    found = told(findings) or "Không phát hiện lỗi."
    return fitted(f"{TRIAL}\n{found}", LONGEST)


def line(finding: Finding) -> str:
    """Return one finding in Vietnamese, with remedy and clause."""
    said = explain(finding, "vi")
    return (
        f"[{finding.code}] {in_vietnamese(finding.place)}: {said.text}{REMEDY}{said.remedy} ({said.clause})"
    )


def fitted(text: str, longest: int) -> str:
    """Return as many whole lines as have room, and how many there are more.

    Of a first line that is too long by itself the middle goes: what to do about it, and the clause, stay.
    """
    if len(text) <= longest:
        return text
    lines = text.splitlines()
    head, mark, tail = lines[0].partition(REMEDY)
    more = MORE.format(len(lines))
    tail = (mark + tail)[: longest // 2]
    kept = (
        [head[: max(0, longest - len(tail) - len(more) - 2)] + "…" + tail]
        if _over(lines[:1], longest)
        else lines[:1]
    )
    for line in lines[1:]:
        if _over([*kept, line], longest):
            break
        kept.append(line)
    left = len(lines) - len(kept)
    return "\n".join([*kept, MORE.format(left)] if left else kept)


def _over(lines: list[str], longest: int) -> bool:
    return len("\n".join([*lines, MORE.format(9999)])) > longest


def in_vietnamese(place: str) -> str:
    """Return a finding's place as a Vietnamese reader writes it; file and field names stay as they are."""
    for pattern, words in _PLACE_VI:
        place = pattern.sub(words, place)
    return place
