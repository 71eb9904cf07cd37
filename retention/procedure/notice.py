"""Every hour: tell which case files run out, 30 days before; no council looks at a list before that time is over.

R1: TT 01/2019/TT-BNV Điều 20.5.a, the system tells 30 days before the end of the period. R2: what is due is collected
under "Xem xét hủy" (TT 05/2025, known from a second hand); that its lists wait for the same 30 days is our rule.

A case file whose period ended long ago gets its notice when it is first seen: 30 days from then on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import literal, select, tuple_
from sqlalchemy.orm import Session

from archive.holds import held
from archive.ledger.append import append
from archive.ledger.event import Event, Verb
from archive.reason import Reason, because
from archive.register.models import CaseFile, CaseFileState
from archive.register.notices import ExpiryNotice, NoticeWhy
from archive.register.pieces import pieces
from archive.register.projection import apply
from archive.register.session import reading, transaction
from archive.vietnam import day_of

DAYS = 30
"""TT 01/2019/TT-BNV Điều 20.5.a."""
BATCH = 1000
"""Case files in one event at most."""
AT_ONCE = 10_000
"""Case files in one transaction at most."""
ACTOR = "system:retention"
CLAUSE = "TT 01/2019/TT-BNV Điều 20.5.a"


_ENDING = (CaseFile.id, CaseFile.agency_code, CaseFile.eligible_from, ExpiryNotice.eligible_from)


@dataclass(frozen=True, slots=True)
class Ending:
    """A case file whose period runs out.

    Attributes:
        eligible_from: the first day it may go.
        noticed_for: the day its notice was given for, None without a notice.
    """

    case_file_id: str
    agency_code: str
    eligible_from: date
    noticed_for: date | None
    code: str = ""


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
    """Return the next case files that run out, told of or not, and whether each is held.

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
    query = (
        select(one.is_held, one.id, one.agency_code, one.eligible_from, ExpiryNotice.eligible_from, one.code)
        .outerjoin(ExpiryNotice, ExpiryNotice.case_file_id == one.id)
        .order_by(one.eligible_from, one.agency_code, one.code)
    )
    return [(Ending(*row), is_held) for is_held, *row in session.execute(query)]


def give(session: Session, files: Sequence[Ending], *, now: datetime) -> list[Event]:
    """Write the notices of these case files, events of one agency and `BATCH` case files each.

    Args:
        session: an open transaction.
        files: to be told of.
        now: aware time; the notice runs out `DAYS` days after its day.
    """
    by_agency: dict[str, list[Ending]] = defaultdict(list)
    for one in files:
        by_agency[one.agency_code].append(one)
    return [
        _told(session, agency_code, ending[first : first + BATCH], now)
        for agency_code, ending in sorted(by_agency.items())
        for first in range(0, len(ending), BATCH)
    ]


def _told(session: Session, agency_code: str, files: Sequence[Ending], now: datetime) -> Event:
    given_on = day_of(now)
    event = append(
        session,
        Verb.EXPIRY_NOTICE,
        actor=ACTOR,
        kind="agency",
        id=agency_code,
        payload={
            "given_on": given_on.isoformat(),
            "ends_on": (given_on + timedelta(days=DAYS)).isoformat(),
            "why": NoticeWhy.EXPIRED.value,
            "case_files": [[one.case_file_id, one.eligible_from.isoformat(), ""] for one in files],
        },
        basis=CLAUSE,
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


def against_submitting(session: Session, case_file_ids: Iterable[str], *, today: date) -> Iterator[Reason]:
    """Yield which of these case files had no notice for the day they are due, or one that has not run out."""
    query = select(
        CaseFile.code, CaseFile.eligible_from, ExpiryNotice.eligible_from, ExpiryNotice.ends_on
    ).outerjoin(ExpiryNotice, ExpiryNotice.case_file_id == CaseFile.id)
    rows = [
        row for some in pieces(case_file_ids) for row in session.execute(query.where(CaseFile.id.in_(some)))
    ]
    for code, eligible_from, noticed_for, ends_on in sorted(rows, key=lambda row: row.code):
        if ends_on is None or noticed_for != eligible_from:
            yield because("retention.no-notice", file=code)
        elif ends_on > today:
            yield because("retention.notice-runs", file=code, day=ends_on, days=DAYS)
