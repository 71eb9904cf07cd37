"""One number, one paper: an agency's letter, decision or minutes of a year is no second paper's number.

Ours, after the registers of outgoing papers that number from one each year: two papers under one number cannot be told
apart in a dossier that is kept for twenty years, so it is refused, not warned of. The same paper may carry several
lists (one letter submits a list of each law, one decision forms the council of both): the same number with the same day
and, where both are known, the same file is the same paper. Papers of two steps of one list are of two kinds and never
the same: minutes are no letter (`-again` of a step is that step). The opinion's letter is another body's and not asked
about.

Whoever wrote a day wrongly can mend it: a list's later paper of a step takes the place of its earlier one, also where
other lists rest on that one still; and papers of a list that ended without a destruction hold no number, for no dossier
is made of them.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.ledger.append import be_only_writer
from archive.ledger.event import Verb
from archive.ledger.rows import EventRow
from archive.list_names import name_of
from archive.procedure.paper_days import LETTER
from archive.procedure.papers import Paper, paper_of
from archive.procedure.states import STATES_END, State
from archive.reason import Reason, because
from archive.register.among import among
from archive.register.decisions import Order, OrderKind, OrderState
from archive.register.disposal import DisposalList

OF_OTHERS = frozenset({"record-opinion", "return", "reject", "close"})
"""Steps whose paper is not of the agency's own numbering."""


ENDED_WITHOUT = STATES_END - {State.CLOSED}
"""Ends of a list of which nothing was destroyed."""


def against_number(
    session: Session, agency_code: str, step: str, paper: Paper, *, order_id: str = ""
) -> Iterator[Reason]:
    """Yield that the agency gave that number to another paper of the same year, or the list to one of another step.

    From here on nobody else appends until the transaction ends, so that of two papers asked about at once the second
    sees the first; so ask it last, behind every row that is locked.

    Args:
        session: on the register.
        agency_code: whose paper it is.
        step: it is for; `LETTER` for the letter of a list.
        paper: number, day and, if known, hash.
        order_id: of the list it is for; "" of one that is not made yet.
    """
    if step in OF_OTHERS or not paper.number.strip():
        return
    be_only_writer(session)
    in_use = _in_use(session, agency_code, paper)
    replaced = in_use.pop((order_id, _act(step)), None)
    for (other_id, other_step), other in in_use.items():
        if other_id == order_id:
            yield because(
                "retention.number-of-other-kind",
                step=step,
                number=paper.number,
                other=other.day,
                other_step=other_step,
            )
            return
        if _clash(paper, other) and (replaced is None or _clash(replaced, other)):
            yield because(
                "retention.number-taken",
                step=step,
                number=paper.number,
                day=paper.day,
                other=other.day,
                other_step=other_step,
                order=name_of(session, other_id),
            )
            return


def _in_use(session: Session, agency_code: str, paper: Paper) -> dict[tuple[str, str], Paper]:
    """Return by list and step the papers with that number of that year which lists rest on now."""
    # Nobody can have ledgered a paper of this year before the year began (a day's grace for the clock).
    since = datetime(max(paper.day.year - 1, 1), 12, 31, tzinfo=UTC)
    ended = [state.value for state in ENDED_WITHOUT]
    papers = (
        select(EventRow.object_id, EventRow.basis)
        .join(Order, Order.id == EventRow.object_id)
        .outerjoin(DisposalList, DisposalList.order_id == Order.id)
        .where(
            Order.kind == OrderKind.DESTRUCTION,
            Order.agency_code == agency_code,
            Order.state != OrderState.REFUSED,
            DisposalList.order_id.is_(None) | DisposalList.state.not_in(ended),
            EventRow.verb == Verb.DECISION.value,
            EventRow.basis != "",
            EventRow.at >= since,
        )
    )
    # An event's basis begins with its paper's number; only lists that have this number are read, for some are long.
    wanted = _plain(paper.number)
    orders = {order_id for order_id, basis in session.execute(papers) if _plain(basis).startswith(wanted)}
    events = (
        select(EventRow.object_id, EventRow.payload)
        .where(
            among(EventRow.object_id, orders),
            EventRow.verb == Verb.DECISION.value,
            EventRow.basis != "",
            EventRow.at >= since,
        )
        .order_by(EventRow.seq)
    )
    found: dict[tuple[str, str], Paper] = {}
    for order_id, payload in session.execute(events.execution_options(yield_per=50)) if orders else ():
        told = _paper(payload)
        if told is None:
            continue
        key = (order_id, _act(told[0]))
        found.pop(key, None)
        if _plain(told[1].number) == wanted and told[1].day.year == paper.day.year:
            found[key] = told[1]
    return found


def _act(step: str) -> str:
    """Return what a step's paper is a paper of: a second hand-over takes the place of the first."""
    return step.removesuffix("-again")


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
    return "".join(unicodedata.normalize("NFC", number).split()).casefold()
