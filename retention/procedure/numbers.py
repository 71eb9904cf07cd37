"""One number, one paper: an agency's letter, decision or minutes of a year is no second paper's number.

Ours, after the registers of outgoing papers that number from one each year: two papers under one number cannot be told
apart in a dossier that is kept for twenty years, so it is refused, not warned of. The same paper may carry several
lists (one letter submits a list of each law, one decision forms the council of both): the same number with the same day
and, where both are known, the same file is the same paper. The opinion's letter is another body's and not asked about.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.ledger.event import Verb
from archive.ledger.rows import EventRow
from archive.procedure.paper_days import LETTER
from archive.procedure.papers import Paper, paper_of
from archive.reason import Reason, because
from archive.register.decisions import Order, OrderKind

OF_OTHERS = frozenset({"record-opinion", "return", "reject", "close"})
"""Steps whose paper is not of the agency's own numbering."""


def against_number(session: Session, agency_code: str, step: str, paper: Paper) -> Iterator[Reason]:
    """Yield that the agency gave that number to another paper of the same year.

    Args:
        session: on the register.
        agency_code: whose paper it is.
        step: it is for; `LETTER` for the letter of a list.
        paper: number, day and, if known, hash.
    """
    if step in OF_OTHERS or not paper.number.strip():
        return
    # Nobody can have ledgered a paper of this year before the year began (a day's grace for the clock).
    since = datetime(max(paper.day.year - 1, 1), 12, 31, tzinfo=UTC)
    query = (
        select(EventRow.seq, EventRow.object_id, EventRow.basis)
        .join(Order, Order.id == EventRow.object_id)
        .where(
            Order.kind == OrderKind.DESTRUCTION,
            Order.agency_code == agency_code,
            EventRow.verb == Verb.DECISION.value,
            EventRow.basis != "",
            EventRow.at >= since,
        )
    )
    # An event's basis begins with its paper's number; only those of this number are read whole, for some are long.
    wanted = _plain(paper.number)
    events = [row for row in session.execute(query) if _plain(row.basis).startswith(wanted)]
    for seq, order_id, _ in events:
        payload = session.scalars(select(EventRow.payload).where(EventRow.seq == seq)).one()
        found = _paper(payload)
        if found is not None and _clash(paper, found[1]):
            yield because(
                "retention.number-taken",
                step=step,
                number=paper.number,
                day=paper.day,
                other=found[1].day,
                other_step=found[0],
                order=order_id,
            )
            return


def _paper(payload: Mapping[str, Any]) -> tuple[str, Paper] | None:
    told = payload.get("step") or {}
    if told.get("paper") and told["id"] not in OF_OTHERS:
        return str(told["id"]), paper_of(told["paper"])
    if letter := payload.get("order"):
        day = date.fromisoformat(letter["document_date"])
        return LETTER, Paper(str(letter["document_number"]), day, str(letter["document_sha256"]))
    return None


def _clash(one: Paper, other: Paper) -> bool:
    """Say whether two papers bear one number of one year and are not the same paper."""
    if _plain(one.number) != _plain(other.number) or one.day.year != other.day.year:
        return False
    return one.day != other.day or bool(one.sha256 and other.sha256 and one.sha256 != other.sha256)


def _plain(number: str) -> str:
    return "".join(number.split()).casefold()
