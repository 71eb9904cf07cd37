"""Every hour: tell which case files run out, 30 days before; no council looks at a list before that time is over.

What is a duplicate is told of in the same way, once a day (`retention.procedure.duplicates`).

R1: TT 01/2019/TT-BNV Điều 20.5.a, the system tells 30 days before the end of the period. R2: what is due is collected
under "Xem xét hủy" (TT 05/2025, known from a second hand); that its lists wait for the same 30 days is our rule.

A case file whose period ended long ago gets its notice when it is first seen: 30 days from then on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import and_, func, literal, or_, select, tuple_
from sqlalchemy.orm import Session

from archive.grounds import Twin
from archive.holds import held
from archive.ledger.append import append
from archive.ledger.event import Event, Verb
from archive.reason import Reason, because
from archive.register.decisions import ITEMS_LEFT, OrderItem
from archive.register.models import CaseFile, CaseFileState
from archive.register.notices import ExpiryNotice, NoticeWhy
from archive.register.pieces import pieces
from archive.register.projection import apply
from archive.register.session import reading, transaction
from archive.twins import on_a_list
from archive.vietnam import day_of

DAYS = 30
"""TT 01/2019/TT-BNV Điều 20.5.a."""
BATCH = 1000
"""Case files in one event at most."""
AT_ONCE = 10_000
"""Case files in one transaction at most."""
ACTOR = "system:retention"
CLAUSES = {
    NoticeWhy.EXPIRED: "TT 01/2019/TT-BNV Điều 20.5.a",
    NoticeWhy.DUPLICATE: "Luật 01/2011/QH13 Điều 17.3; TT 05/2025/TT-BNV Chương VII",
}


_ENDING = (CaseFile.id, CaseFile.agency_code, CaseFile.eligible_from, ExpiryNotice.eligible_from)


@dataclass(frozen=True, slots=True)
class Ending:
    """A case file whose period runs out.

    Attributes:
        eligible_from: the first day it may go.
        noticed_for: the day its notice was given for, None without a notice.
        same_as: of a duplicate (`retention.procedure.duplicates`), id of the case file that stays for it.
    """

    case_file_id: str
    agency_code: str
    eligible_from: date
    noticed_for: date | None
    code: str = ""
    same_as: str = ""


def wants_notice(one: Ending, *, today: date) -> bool:
    """Say whether it is told today: within 30 days of its end or after it, and not told for that day yet. Pure."""
    return one.eligible_from <= today + timedelta(days=DAYS) and one.noticed_for != one.eligible_from


def auto_list(*, now: datetime) -> int:
    """Give every notice that is to be given today, batch by batch, and return how many case files were told of.

    Safe to kill and to run again: what has its notice gets none for the same day. Opens its own transactions.
    """
    today = day_of(now)
    count = 0
    after: Ending | None = None
    while True:
        with reading() as session:
            found = _ending(session, today, after)
        if not found:
            return count
        after, _ = found[-1]
        # A hold that ends brings its case files back.
        wanted = [one for one, is_held in found if not is_held and wants_notice(one, today=today)]
        if wanted:
            with transaction() as session:
                give(session, wanted, now=now)
            count += len(wanted)


def _ending(session: Session, today: date, after: Ending | None) -> list[tuple[Ending, bool]]:
    """Return the next case files that run out, told of or not, and whether each is held or waits for its list.

    A page is cut in the order of the index that knows what is due (`retention.eligibility`), and only then looked at:
    asked in one go PostgreSQL sorts all that is left for every page.
    """
    place = (CaseFile.eligible_from, CaseFile.agency_code, CaseFile.code)
    page = (
        select(CaseFile.id, *place, held(today).label("is_held"))
        .where(
            CaseFile.state == CaseFileState.STORED,
            CaseFile.eligible_from <= today + timedelta(days=DAYS),
            CaseFile.permanent.is_(False),
        )
        .order_by(*place)
        .limit(AT_ONCE)
    )
    if after is not None:
        last = map(literal, (after.eligible_from, after.agency_code, after.code))
        page = page.where(tuple_(*place) > tuple_(*last))
    one = page.subquery().c
    # What a list is under way for as a duplicate keeps that notice until the list has ended.
    waits = and_(func.coalesce(ExpiryNotice.why, "") == NoticeWhy.DUPLICATE, on_a_list(one.id))
    query = (
        select(
            or_(one.is_held, waits),
            one.id,
            one.agency_code,
            one.eligible_from,
            ExpiryNotice.eligible_from,
            one.code,
        )
        .outerjoin(ExpiryNotice, ExpiryNotice.case_file_id == one.id)
        .order_by(one.eligible_from, one.agency_code, one.code)
    )
    return [(Ending(*row), is_held) for is_held, *row in session.execute(query)]


def give(session: Session, files: Sequence[Ending], *, now: datetime, actor: str = ACTOR) -> list[Event]:
    """Write the notices of these case files, events of one agency, one ground and `BATCH` case files each.

    Args:
        session: an open transaction.
        files: to be told of.
        now: aware time; the notice runs out `DAYS` days after its day.
        actor: who tells, as the ledger says it.
    """
    alike: dict[tuple[str, NoticeWhy], list[Ending]] = defaultdict(list)
    for one in files:
        alike[one.agency_code, NoticeWhy.DUPLICATE if one.same_as else NoticeWhy.EXPIRED].append(one)
    return [
        _told(session, agency_code, why, some, now, actor)
        for (agency_code, why), ending in sorted(alike.items())
        for some in pieces(ending, BATCH)
    ]


def _told(
    session: Session, agency_code: str, why: NoticeWhy, files: Sequence[Ending], now: datetime, actor: str
) -> Event:
    given_on = day_of(now)
    event = append(
        session,
        Verb.EXPIRY_NOTICE,
        actor=actor,
        kind="agency",
        id=agency_code,
        payload={
            "given_on": given_on.isoformat(),
            "ends_on": (given_on + timedelta(days=DAYS)).isoformat(),
            "why": why.value,
            "case_files": [
                # A duplicate is told of whenever its period ends; that end gets a notice of its own.
                [one.case_file_id, "" if one.same_as else one.eligible_from.isoformat(), one.same_as]
                for one in files
            ],
        },
        basis=CLAUSES[why],
        now=now,
    )
    apply(session, event)
    return event


def endings(session: Session, case_file_ids: Iterable[str]) -> list[Ending]:
    """Return how it stands with these case files; those that never end are not there."""
    query = (
        select(*_ENDING)
        .outerjoin(ExpiryNotice, ExpiryNotice.case_file_id == CaseFile.id)
        .where(CaseFile.eligible_from.is_not(None))
        .order_by(CaseFile.id)
    )
    rows = (
        row
        for some in pieces(sorted(case_file_ids))
        for row in session.execute(query.where(CaseFile.id.in_(some)))
    )
    return [Ending(*row) for row in rows]  # type: ignore[arg-type]  # the query says which


def give_missing(session: Session, case_file_ids: Iterable[str], *, now: datetime) -> None:
    """Give those of these case files a notice that have none: what is listed before any night told of it."""
    today = day_of(now)
    give(session, [one for one in endings(session, case_file_ids) if wants_notice(one, today=today)], now=now)


def runs_until(session: Session, order_id: str, *, today: date) -> date | None:
    """Return the first day a list may be submitted on, None when none of its notices runs any more.

    Args:
        session: on the register.
        order_id: of the list; what has left it does not count.
        today: the day it is asked on.
    """
    query = (
        select(func.max(ExpiryNotice.ends_on))
        .join(OrderItem, OrderItem.case_file_id == ExpiryNotice.case_file_id)
        .where(OrderItem.order_id == order_id, OrderItem.outcome.not_in(ITEMS_LEFT))
    )
    last = session.scalar(query)
    return last if last is not None and last > today else None


def against_submitting(
    session: Session, case_file_ids: Iterable[str], *, twins: Mapping[str, Twin], today: date
) -> Iterator[Reason]:
    """Yield which of these case files had no notice of their ground, or one that has not run out.

    Args:
        session: on the register.
        case_file_ids: of the list.
        twins: those that are on it as duplicates, and of what; of the others a notice is wanted for their day.
        today: the day it is submitted.
    """
    query = select(CaseFile.id, CaseFile.code, CaseFile.eligible_from, ExpiryNotice).outerjoin(
        ExpiryNotice, ExpiryNotice.case_file_id == CaseFile.id
    )
    rows = [
        row for some in pieces(case_file_ids) for row in session.execute(query.where(CaseFile.id.in_(some)))
    ]
    for id, code, eligible_from, notice in sorted(rows, key=lambda row: row.code):
        same_as = twins[id].case_file_id if id in twins else ""
        wanted_for = None if same_as else eligible_from
        if notice is None or not notice.is_about(same_as) or notice.eligible_from != wanted_for:
            yield because("retention.no-notice", file=code)
        elif notice.ends_on > today:
            yield because("retention.notice-runs", file=code, day=notice.ends_on, days=DAYS)
