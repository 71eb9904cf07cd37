"""What waits in a house with sample data for whoever looks at it: lists at each step of both laws, and a hold to lift.

The steps before are done in the names of the house's own people, none of which needs a code: only the person who logs
in decides. Notices are over because `operations.procession` gave them as if a month ago, and the ledger says so.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.procedure.states import State
from archive.register.decisions import Hold, Order, OrderItem
from archive.register.models import CaseFile
from archive.register.session import transaction
from archive.twins import known
from archive.vietnam import day_of
from archive.viewer import ALL_AGENCIES
from operations.accounts import FULL_NAMES
from operations.deeds import ARCHIVIST, HEAD, Judged
from operations.procession import NOTE, Papers, Wanted, people_at, told_a_month_ago, walk_on
from retention import holds
from retention.procedure import council, listing
from retention.procedure.duplicates import goes_before
from retention.procedure.listing import NewList
from retention.procedure.notice import Ending, endings

PEOPLE = people_at(
    ALL_AGENCIES,
    archivist=ARCHIVIST.name,
    voters=("hoidong", "hoidong2", "hoidong3"),
    head=HEAD.name,
    executor="luutru2",
    names=FULL_NAMES,
)
EXPIRED, TWICE = "Hết thời hạn lưu trữ", "Trùng lặp: hồ sơ kia có mọi văn bản"
NOTES = {EXPIRED: NOTE, TWICE: "Hồ sơ được nộp hai lần, hồ sơ kia có mọi văn bản và được giữ lại"}
PLACED, NO_LONGER = "Đang giải quyết khiếu nại", "Đã giải quyết xong khiếu nại"


def to_vote(case_file_id: str) -> Judged:
    """Bring a list of the Law of 2011 before its council."""
    return _walked("104/QĐ-HUY", case_file_id, to=State.COUNCIL_REVIEW)


def to_get_an_opinion(case_file_id: str) -> Judged:
    """Bring a list so far that the opinion on it is waited for."""
    return _walked("105/QĐ-HUY", case_file_id, to=State.OPINION_REQUESTED)


def to_decide(case_file_id: str) -> Judged:
    """Bring a list so far that only its head's decision is missing."""
    return _walked("106/QĐ-HUY", case_file_id, to=State.OPINION_GIVEN)


def to_vote_on_a_duplicate(first: str, second: str) -> Judged:
    """Bring a list of the Law of 2024 before its council; until 2027 only a duplicate can be on one."""
    goes, _ = _told_twice(first, second)
    return _walked("107/QĐ-HUY", goes, to=State.COUNCIL, reason=TWICE)


def to_list_a_duplicate(first: str, second: str) -> Judged:
    """Tell of a duplicate, so that an archivist may list it."""
    goes, _ = _told_twice(first, second)
    return goes, True


def to_choose_what_is_kept(listed: str, naming: str) -> Judged:
    """Make a list with a document that another case file names; its council is there, its notice is over."""
    now = datetime.now(UTC)
    with transaction() as session:
        if order_id := _listed_before(session, listed):
            return order_id, True
        wanted = _wanted(session, "108/QĐ-HUY", listed)
        papers = Papers(wanted)
        told_a_month_ago(session, endings(session, [listed]), now=now)
        new = NewList(wanted.agency_code, wanted.case_file_ids, wanted.reason, NOTE, papers.named("TTr"))
        order_id = listing.propose(session, new, viewer=PEOPLE.archivist, now=now).order_id
        paper = papers.named("QĐ-HĐ")
        council.form(session, order_id, PEOPLE.council(), paper, viewer=PEOPLE.head, now=now)
    return order_id, True


def to_lift(case_file_id: str) -> Judged:
    """Hold a case file and ask for the hold to be lifted, which a second person does."""
    now = datetime.now(UTC)
    with transaction() as session:
        if hold_id := session.scalar(select(Hold.id).where(Hold.case_file_id == case_file_id).limit(1)):
            return hold_id, True
        (hold_id,) = holds.place(
            session,
            agency_code=session.get_one(CaseFile, case_file_id).agency_code,
            case_file_ids=[case_file_id],
            reason=PLACED,
            document_number="21/CV-TTr",
            document_date=day_of(now),
            viewer=ARCHIVIST,
            now=now,
        ).hold_ids
        holds.propose_lift(
            session,
            hold_id,
            reason=NO_LONGER,
            document_number="34/CV-TTr",
            document_date=day_of(now),
            viewer=ARCHIVIST,
            now=now,
        )
    return hold_id, True


def _wanted(session: Session, number: str, case_file_id: str, reason: str = EXPIRED) -> Wanted:
    agency = session.get_one(CaseFile, case_file_id).agency_code
    return Wanted(agency, [case_file_id], number, day_of(datetime.now(UTC)), reason=reason)


def _listed_before(session: Session, case_file_id: str) -> str | None:
    """Return the list a case file is or was on: whoever looks at the house may have taken it further, or made it."""
    query = select(OrderItem.order_id).join(Order).where(OrderItem.case_file_id == case_file_id)
    return session.scalar(query.order_by(Order.created_at).limit(1))


def _walked(number: str, case_file_id: str, *, to: State, reason: str = EXPIRED) -> Judged:
    now = datetime.now(UTC)
    with transaction() as session:
        if order_id := _listed_before(session, case_file_id):
            return order_id, True
        wanted = _wanted(session, number, case_file_id, reason)
        papers = Papers(wanted)
        new = NewList(wanted.agency_code, wanted.case_file_ids, reason, NOTES[reason], papers.named("TTr"))
        story = listing.propose(session, new, viewer=PEOPLE.archivist, now=now)
        return walk_on(session, story, papers, PEOPLE, now=now, to=to).order_id, True


def _told_twice(first: str, second: str) -> tuple[str, str]:
    """Tell of the one of two case files that duplicates the other; return it and the one that stays."""
    now = datetime.now(UTC)
    with transaction() as session:
        facts = known(session, (first, second))
        goes, stays = (first, second) if goes_before(facts[first], facts[second]) else (second, first)
        one = facts[goes]
        if one.last_day is not None and not _listed_before(session, goes):
            told = Ending(goes, one.agency_code, one.last_day, None, one.code, same_as=stays)
            told_a_month_ago(session, [told], now=now)
    return goes, stays
