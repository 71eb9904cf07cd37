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

from sqlalchemy import and_, or_, select
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
"""Case files in one event and one transaction."""
ACTOR = "system:retention"
CLAUSE = "TT 01/2019/TT-BNV Điều 20.5.a"


@dataclass(frozen=True)
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


def wants_notice(one: Ending, *, today: date) -> bool:
    """Say whether it is told today: within 30 days of its end or after it, and not told for that day yet. Pure."""
    return one.eligible_from <= today + timedelta(days=DAYS) and one.noticed_for != one.eligible_from


def auto_list(*, now: datetime) -> int:
    """Give every notice that is to be given today, batch by batch, and return how many case files were told of.

    Safe to kill and to run again: what has its notice gets none for the same day. Opens its own transactions.
    """
    today = day_of(now)
    count = 0
    after: tuple[date, str] | None = None
    while True:
        with reading() as session:
            found = _ending(session, today, after)
        if not found:
            return count
        after = (found[-1].eligible_from, found[-1].case_file_id)
        wanted = [one for one in found if wants_notice(one, today=today)]
        if wanted:
            with transaction() as session:
                give(session, wanted, now=now)
            count += len(wanted)


def _ending(session: Session, today: date, after: tuple[date, str] | None) -> list[Ending]:
    """Return the next case files that run out, held ones left out: a hold that ends brings them back."""
    query = (
        select(CaseFile.id, CaseFile.agency_code, CaseFile.eligible_from, ExpiryNotice.eligible_from)
        .outerjoin(ExpiryNotice, ExpiryNotice.case_file_id == CaseFile.id)
        .where(
            CaseFile.state == CaseFileState.STORED,
            CaseFile.eligible_from <= today + timedelta(days=DAYS),
            CaseFile.permanent.is_(False),
            or_(ExpiryNotice.case_file_id.is_(None), ExpiryNotice.eligible_from != CaseFile.eligible_from),
            ~held(today),
        )
        .order_by(CaseFile.eligible_from, CaseFile.id)
        .limit(BATCH)
    )
    if after is not None:
        query = query.where(
            or_(
                CaseFile.eligible_from > after[0],
                and_(CaseFile.eligible_from == after[0], CaseFile.id > after[1]),
            )
        )
    return [Ending(*row) for row in session.execute(query)]  # type: ignore[arg-type]  # the query says which


def give(session: Session, files: Sequence[Ending], *, now: datetime) -> list[Event]:
    """Write the notices of these case files, one event for each agency.

    Args:
        session: an open transaction.
        files: to be told of.
        now: aware time; the notice runs out `DAYS` days after its day.
    """
    given_on = day_of(now)
    by_agency: dict[str, list[Ending]] = defaultdict(list)
    for one in files:
        by_agency[one.agency_code].append(one)
    events = []
    for agency_code, ending in sorted(by_agency.items()):
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
                "case_files": [[one.case_file_id, one.eligible_from.isoformat(), ""] for one in ending],
            },
            basis=CLAUSE,
            now=now,
        )
        apply(session, event)
        events.append(event)
    return events


def endings(session: Session, case_file_ids: Iterable[str]) -> list[Ending]:
    """Return how it stands with these case files; those that never end are not there."""
    query = (
        select(CaseFile.id, CaseFile.agency_code, CaseFile.eligible_from, ExpiryNotice.eligible_from)
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
