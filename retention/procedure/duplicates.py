"""Once a day: tell which case files duplicate another one that stays; 30 days later a list with them may be submitted.

TT 05/2025/TT-BNV, Chương VII (known from a second hand) has what is duplicated collected as what expired is. What a
duplicate is, is our reading (`archive.twins`); who may be one is found in the register (`contained`).

Of case files that duplicate each other the one that was stored first stays. What is due within 30 days is told of as
expired. Nothing is told of again while what was told still holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import date, datetime, timedelta
from itertools import groupby
from operator import itemgetter

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from archive.dossiers import KIND as DOSSIER
from archive.holds import held
from archive.register.models import CaseFile, CaseFileState
from archive.register.notices import ExpiryNotice, NoticeWhy
from archive.register.pieces import pieces
from archive.register.rolls import Roll
from archive.register.session import reading, transaction
from archive.twins import Known, against_staying, against_twin, known, on_a_list
from archive.vietnam import day_of
from retention.procedure.contained import contained
from retention.procedure.notice import BATCH, DAYS, Ending, give

ROUND = "duplicates"
"""Name of its row in `roll`."""


def auto_list(*, now: datetime) -> int:
    """Tell of every duplicate not told of yet, and return how many those were; 0 when it was done today already.

    Safe to kill and to run again. Opens its own transactions.
    """
    today = day_of(now)
    with reading() as session:
        roll = session.get(Roll, ROUND)
        if roll is not None and roll.ended_at is not None and day_of(roll.ended_at) >= today:
            return 0
    count = 0
    for batch in _found(today):
        with transaction() as session:
            # Asked again where it is written: since it was found, a list or a hold may have come.
            still = set(_may_go(session, [one.case_file_id for one in batch], today))
            told = [one for one in batch if one.case_file_id in still]
            give(session, told, now=now)
        count += len(told)
    with transaction() as session:
        roll = session.get(Roll, ROUND) or Roll(name=ROUND, paid_until=now, started_at=now)
        roll.paid_until = roll.ran_at = roll.ended_at = now
        session.add(roll)
    return count


def _may_go(session: Session, ids: Sequence[str], today: date) -> Iterator[str]:
    query = select(CaseFile.id).where(CaseFile.id.in_(ids), *may_go(today))
    yield from session.scalars(query)


def _found(today: date) -> Iterator[list[Ending]]:
    """Yield what is to be told of, in batches; between them no transaction is open, however long the caller takes."""
    with reading() as session, closing(contained(session, may_go(today))) as rows:
        by_file = ((id, [kept for _, kept in some]) for id, some in groupby(rows, key=itemgetter(0)))
        for batch in pieces(by_file, BATCH):
            wanted = _wanted(session, dict(batch))
            session.rollback()
            if wanted:
                yield wanted


def _wanted(session: Session, candidates: Mapping[str, Sequence[str]]) -> list[Ending]:
    """Return which of these are to be told of, and with what; the best of what contains them comes first."""
    others = {kept for some in candidates.values() for kept in some}
    told = dict(
        session.execute(
            select(ExpiryNotice.case_file_id, ExpiryNotice.same_as).where(
                ExpiryNotice.case_file_id.in_(list(candidates)), ExpiryNotice.why == NoticeWhy.DUPLICATE
            )
        ).all()
    )
    facts = known(session, sorted({*candidates, *others}))
    staying = against_staying(session, others)
    wanted = []
    for id, some in candidates.items():
        one = facts[id]
        kept = [other for other in some if not staying[other] and goes_before(one, facts[other])]
        if kept and told.get(id) not in kept:
            wanted.append(Ending(id, one.agency_code, _last(one), None, one.code, kept[0]))
    return wanted


def _last(one: Known) -> date:
    return (one.last_day or date.max - timedelta(days=1)) + timedelta(days=1)


def goes_before(one: Known, kept: Known) -> bool:
    """Say whether a case file duplicates another one, and is the one of the two to go. Pure."""
    if any(against_twin(one, kept)):
        return False
    mutual = not any(against_twin(kept, one))
    return not mutual or (kept.stored_at, kept.case_file_id) < (one.stored_at, one.case_file_id)


def may_go(today: date) -> list[ColumnElement[bool]]:
    """Return the conditions, within a query over `CaseFile`, under which it may be told of as a duplicate at all."""
    return [
        CaseFile.state == CaseFileState.STORED,
        CaseFile.permanent.is_(False),
        CaseFile.kind != DOSSIER,
        CaseFile.eligible_from > today + timedelta(days=DAYS),
        ~held(today),
        ~on_a_list(CaseFile.id),
    ]
