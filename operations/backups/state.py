"""What an archive is at one moment, in figures that can be compared: digests, chain, counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from archive.ledger.rows import EventRow, SealRow
from archive.register.agreements import Minutes
from archive.register.base import Base
from archive.register.decisions import Order, Receipt
from archive.register.digest import digest
from archive.register.models import CaseFile, Component, Package, Record, Submission

COUNTED: Mapping[str, type[Base]] = {
    "case-files": CaseFile,
    "records": Record,
    "components": Component,
    "packages": Package,
    "submissions": Submission,
    "orders": Order,
    "receipts": Receipt,
    "minutes": Minutes,
}


@dataclass(frozen=True)
class State:
    """An archive at one moment.

    Attributes:
        event: number of the last event.
        digest: of the register (`archive.register.digest`).
        seals: how many there are; `chain`: the chain's value at the last.
        counts: rows, by the names of `COUNTED`.
        index_documents, index_digest: of the search index; 0 and "" when it was not looked at.
    """

    event: int
    digest: str
    seals: int
    chain: str
    counts: Mapping[str, int]
    index_documents: int = 0
    index_digest: str = ""

    def facts(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return asdict(self)


@dataclass(frozen=True)
class Compared:
    """One figure before and after.

    Attributes:
        name: "digest", "chain", "event", "index", or "count <name>".
    """

    name: str
    before: str
    after: str

    @property
    def equal(self) -> bool:
        """Say whether it is the same."""
        return self.before == self.after


def state_of(session: Session, *, seal: int | None = None) -> State:
    """Return what the register and the ledger are in this session's moment; the index is another's to add.

    Args:
        session: on the register.
        seal: the number of the seal to give the chain of, when not the last.
    """
    seals = select(SealRow).order_by(SealRow.number.desc()).limit(1)
    last = session.scalar(seals if seal is None else seals.where(SealRow.number <= seal))
    return State(
        event=session.scalar(select(func.max(EventRow.seq))) or 0,
        digest=digest(session),
        seals=last.number if last else 0,
        chain=last.chain if last else "",
        counts={
            name: session.scalar(select(func.count()).select_from(model)) or 0
            for name, model in COUNTED.items()
        },
    )


def left_out(before: State, compared: Iterable[Compared]) -> list[str]:
    """Return the names of the figures of `before` that were not compared, so that nobody takes them for equal. Pure."""
    done = {one.name for one in compared}
    names = ["digest", "chain", "event", *(f"count {name}" for name in before.counts), "index"]
    return [name for name in names if name not in done]


def compare(before: State, after: State) -> list[Compared]:
    """Return what can be compared of both, side by side. Pure.

    Something may have happened in the living archive after `before` was noted, or been taken in again from the stores:
    then there are more events, counts and index are not those of `before`, and digest, chain and number of events are
    what is compared (digest and chain are taken at what both know).
    """
    found = [
        Compared("digest", before.digest, after.digest),
        Compared("chain", f"{before.seals}: {before.chain}", f"{after.seals}: {after.chain}"),
    ]
    if after.event > before.event:
        return found
    found.append(Compared("event", str(before.event), str(after.event)))
    found += [
        Compared(f"count {name}", str(number), str(after.counts.get(name)))
        for name, number in before.counts.items()
    ]
    if before.index_digest:
        index = [f"{one.index_documents}: {one.index_digest}" for one in (before, after)]
        found.append(Compared("index", index[0], index[1]))
    return found
