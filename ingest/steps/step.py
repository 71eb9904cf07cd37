"""What a step is given and what it says.

A step reads what the steps before it wrote, writes something new below `work.folder`, and returns an `Outcome`.
It never writes the register itself: the pipeline records the outcome, and what it has to change (`effect`), in one
transaction, so running a killed step again changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter
from sqlalchemy.orm import Session

from archive.ledger.event import Verb
from ingest.finding import Finding

T = TypeVar("T")


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    """Return the reader and writer of a kind; making one costs more than most files it reads."""
    return TypeAdapter(kind)


def read_saved(path: Path, kind: type[T]) -> T:
    """Return a value a step saved as JSON."""
    anything: Any = kind
    value: T = _adapter(anything).validate_json(path.read_bytes())
    return value


class Verdict(StrEnum):
    """Where the submission goes after a step."""

    GO_ON = "go-on"
    WAIT = "wait"  # for an archivist
    GATHER = "gather"  # a lone document waits for its case file
    RETURN = "return"  # to be mended and sent again
    REFUSE = "refuse"  # not to be sent again as it is
    TESTED = "tested"  # a trial package: answered, and nothing of it kept
    STORED = "stored"
    NOTED = "noted"  # a message that brings no document: what it meant is recorded


@dataclass(frozen=True)
class Work:
    """One submission on its way.

    Attributes:
        file_name: as sent; not yet recorded anywhere before `check` says it may be.
        raw: the bytes as received, never changed.
        folder: where steps write; the same folder on every run.
        results: what finished steps said, step name -> result.
        mends: id of the returned submission this one mends; "" when it stands for itself.
    """

    submission_id: str
    agency_code: str
    kind: str
    file_name: str
    received_at: datetime
    raw: Path
    folder: Path
    results: Mapping[str, Mapping[str, Any]]
    mends: str = ""

    def save(self, name: str, value: Any, kind: Any) -> None:
        """Write a value of ours as JSON for the steps after this one; whole or not at all."""
        target = self.folder / f"{name}.json"
        part = target.with_suffix(".part")
        part.write_bytes(_adapter(kind).dump_json(value))
        part.replace(target)

    def load(self, name: str, kind: type[T]) -> T:
        """Read a value an earlier step saved."""
        return read_saved(self.folder / f"{name}.json", kind)

    def find(self, name: str, kind: type[T]) -> T | None:
        """Read a value an earlier step saved; None when none did."""
        return self.load(name, kind) if (self.folder / f"{name}.json").exists() else None


@dataclass(frozen=True)
class Note:
    """A ledger event a step wants written with its outcome."""

    verb: Verb
    payload: Mapping[str, Any] = field(default_factory=dict)
    after: str | None = None
    basis: str = ""


@dataclass(frozen=True)
class Outcome:
    """What a step says.

    Attributes:
        result: JSON values kept in the register for the steps after it and for the progress page.
        findings: what is wrong; added to what the steps before found.
        reason: for the sender, when the submission is returned, refused or stored.
        effect: register work to do in the transaction that records this outcome.
        title, file_code, file_name: recorded for ever; only once no sign of secrecy was found.
        mends: the returned submission this one turned out to mend.
        agreement_id: of the terms by which this was decided.
        basis: what a decision of the machine rests on.
        wanted_again: ordinals of the documents that alone are wanted again, of a partial return.
        source: `SourceCopy`: what the sender may do with its copy, and `source_basis`, by which rule.
        wipe: the bytes must not stay (secret): quarantine is overwritten after the outcome is recorded.
        wipe_also: other submissions whose bytes must not stay (recalled by their sender).
    """

    verdict: Verdict = Verdict.GO_ON
    result: Mapping[str, Any] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    notes: tuple[Note, ...] = ()
    reason: str = ""
    title: str | None = None
    file_code: str | None = None
    file_name: str | None = None
    mends: str | None = None
    agreement_id: str | None = None
    basis: str = ""
    wanted_again: tuple[int, ...] | None = None
    source: str | None = None
    source_basis: str | None = None
    effect: Callable[[Session, datetime], None] | None = None
    wipe: bool = False
    wipe_also: tuple[str, ...] = ()


Step = Callable[[Work, datetime], Outcome]
