"""Which waiting message is which document of a case file: a pure decision, and a finding where there is none.

By DocumentId when the description has one, else by number, notation, date and issuing agency. Names of agencies are
written now long, now short, so one that contains the other is the same (our reading); anything less certain is a
finding and never a guess.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from archive.vietnamese import plain
from ingest.checks.dates import format_date, parse_date
from ingest.checks.fields import canonical
from ingest.finding import Finding

Key = tuple[str, str, date]


@dataclass(frozen=True)
class Wanted:
    """A document that is described in a case file and has no file of its own.

    Attributes:
        ordinal: its place in the case file, from 1.
        document_id: "" when the description has none.
    """

    ordinal: int
    document_id: str
    number: str
    notation: str
    issued_on: date | None
    organ_name: str

    @property
    def named(self) -> bool:
        """Say whether a message could be recognised by it."""
        return bool(self.document_id or (self.number and self.issued_on))

    @property
    def shown(self) -> Mapping[str, str]:
        """Return how a finding names it."""
        day = format_date(self.issued_on) if self.issued_on else "?"
        code = "/".join(part for part in (self.number, self.notation) if part)
        return {"code": code or self.document_id or "?", "date": day, "organ": self.organ_name or "?"}


@dataclass(frozen=True)
class Waiting:
    """A message that waits in quarantine with one document.

    Attributes:
        taken: another case file that is still being dealt with has it.
    """

    submission_id: str
    document_id: str
    number: str
    notation: str
    issued_on: date | None
    organ_name: str
    taken: bool = False


@dataclass(frozen=True)
class Matches:
    """What was found.

    Attributes:
        found: ordinal of the document -> submission id of its message.
        findings: one for each document without a certain message.
        missing: how many of them have simply not come; they may be on their way.
    """

    found: Mapping[int, str]
    findings: tuple[Finding, ...]
    missing: int = 0


def wanted_of(ordinal: int, fields: Mapping[str, str]) -> Wanted:
    """Return what a description says of the document."""
    known = canonical(fields)
    return Wanted(
        ordinal,
        known.get("DocCode", ""),
        known.get("CodeNumber", ""),
        known.get("CodeNotation", ""),
        parse_date(known.get("IssuedDate", "")),
        known.get("OrganName", ""),
    )


def match(wanted: Sequence[Wanted], waiting: Iterable[Waiting]) -> Matches:
    """Return the message of each document.

    Args:
        wanted: documents that are `named`.
        waiting: messages of the same sender.
    """
    by_id: dict[str, list[Waiting]] = {}
    by_key: dict[Key, list[Waiting]] = {}
    for one in waiting:
        by_id.setdefault(one.document_id, []).append(one)
        if (key := key_of(one.number, one.notation, one.issued_on)) is not None:
            by_key.setdefault(key, []).append(one)
    found: dict[int, str] = {}
    findings: list[Finding] = []
    used: set[str] = set()
    missing = 0
    for document in wanted:
        key = key_of(document.number, document.notation, document.issued_on)
        same = by_id.get(document.document_id, []) if document.document_id else []
        near = by_key.get(key, []) if key and not same else []
        fits = same or [one for one in near if same_organ(one.organ_name, document.organ_name)]
        free = [one for one in fits if not one.taken and one.submission_id not in used]
        if len(free) == 1:
            used.add(free[0].submission_id)
            found[document.ordinal] = free[0].submission_id
            continue
        code, more = _why(fits, free, near)
        missing += code == "GATHER_MISSING"
        findings.append(
            Finding(code, f"document {document.ordinal}", {**document.shown, **more}, document.ordinal)
        )
    return Matches(found, tuple(findings), missing)


def _why(fits: list[Waiting], free: list[Waiting], near: list[Waiting]) -> tuple[str, dict[str, str]]:
    if len(free) > 1:
        return "GATHER_AMBIGUOUS", {"count": str(len(free))}
    if fits:
        return "GATHER_TAKEN", {}
    if near:
        return "GATHER_OTHER_AGENCY", {"found": near[0].organ_name or "?"}
    return "GATHER_MISSING", {}


def key_of(number: str, notation: str, issued_on: date | None) -> Key | None:
    """Return what tells one document from another beside its agency; None when a part is missing."""
    if not number.strip() or issued_on is None:
        return None
    return number.strip().lstrip("0") or "0", plain(notation).strip("/ "), issued_on


def same_organ(one: str, other: str) -> bool:
    """Say whether two names may stand for one agency: equal, one within the other, or one not given."""
    first, second = f" {plain(one)} ", f" {plain(other)} "
    return not first.strip() or not second.strip() or first in second or second in first
