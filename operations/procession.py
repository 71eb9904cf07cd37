"""Walk a disposal list through its whole procedure, each step by the person whose step it is.

For the demonstration and for tests: people do the same over pages or with `tangthu disposal`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from archive.procedure.ballots import Ballot, Choice
from archive.procedure.papers import Paper
from archive.procedure.seats import Member, Seat
from archive.procedure.states import State
from archive.procedure.story import Story, Verdict
from archive.register.models import Regime
from archive.second_factor.prove import For
from archive.viewer import Role, Viewer
from operations.authenticators import DEMONSTRATION, proven
from retention.procedure import council, deciding, listing, notice, opinion
from retention.procedure.deciding import NewDecision
from retention.procedure.listing import NewList
from retention.procedure.notice import Ending

NOTE = "Hồ sơ đã hết thời hạn lưu trữ theo bảng thời hạn; tài liệu có giá trị đã được giữ lại"


@dataclass(frozen=True)
class People:
    """Everybody a list needs. The archivist who makes it is the council's secretary, so does not vote.

    Attributes:
        voters: the chair, the leader of the unit that owns the records, who knows the subject; more are members.
        head: forms the council, asks for the opinion, decides.
        executor: receives the records and carries the destruction out; not who made the list.
    """

    archivist: Viewer
    voters: tuple[Viewer, Viewer, Viewer]
    head: Viewer
    executor: Viewer

    def council(self) -> tuple[Member, ...]:
        """Return the council they make up, under either law."""
        seats = (Seat.CHAIR, Seat.OWNING_UNIT, Seat.EXPERT)
        voters = (
            Member(voter.name, seat, name=voter.full_name)
            for voter, seat in zip(self.voters, seats, strict=True)
        )
        return (*voters, Member(self.archivist.name, Seat.SECRETARY, name=self.archivist.full_name))


def people_at(
    agencies: str,
    *,
    archivist: str,
    voters: Sequence[str],
    head: str,
    executor: str,
    names: Mapping[str, str] | None = None,
) -> People:
    """Return people who hold exactly the role of their part, at an agency or at all ("*").

    Args:
        agencies: where.
        archivist: account of who makes the list; so the others.
        voters: the chair, the leader of the owning unit, who knows the subject.
        head: who decides.
        executor: who carries it out.
        names: account -> full name, for the papers.
    """

    def one(name: str, role: Role) -> Viewer:
        return Viewer(name, {agencies: frozenset({role})}, (names or {}).get(name, ""))

    chair, leader, expert = (one(name, Role.COUNCIL) for name in voters)
    first, other = one(archivist, Role.ARCHIVIST), one(executor, Role.ARCHIVIST)
    return People(first, (chair, leader, expert), one(head, Role.HEAD), other)


@dataclass(frozen=True)
class Wanted:
    """What is to be destroyed, and by which papers.

    Attributes:
        number: of the decision; the other papers are numbered after it.
        day: of all papers.
    """

    agency_code: str
    case_file_ids: Sequence[str]
    number: str
    day: date
    reason: str = "Hết thời hạn lưu trữ"
    sha256: str = ""


def walk(
    session: Session, wanted: Wanted, people: People, *, now: datetime, to: State = State.HANDED_OVER
) -> Story:
    """Walk a new list as far as a state and return its story there.

    Args:
        session: an open transaction.
        wanted: what is to be destroyed.
        people: who does what.
        now: aware time of every step.
        to: the state to stop in; on the way from one state to the next everything is done that belongs to it, and one
            that was handed over is released too.

    Raises:
        NotAllowedError, OrderRefusedError: as the steps do.
    """
    papers = Papers(wanted)
    story = listing.propose(
        session,
        NewList(wanted.agency_code, wanted.case_file_ids, wanted.reason, NOTE, papers.named("TTr")),
        viewer=people.archivist,
        now=now,
    )
    return walk_on(session, story, papers, people, now=now, to=to)


def told_a_month_ago(session: Session, files: Sequence[Ending], *, now: datetime) -> None:
    """Give notices as if the house had been there a month ago and had told of these case files then.

    The ledger says that the demonstration gave them, and when it really did; nothing else in the house gives a notice
    for a day that is over.
    """
    notice.give(session, files, now=now - timedelta(days=notice.DAYS), actor=DEMONSTRATION.name)


class Papers:
    """The papers of a list: numbered after its decision, all of one day."""

    def __init__(self, wanted: Wanted) -> None:
        self.wanted = wanted

    @property
    def decision(self) -> Paper:
        """Return the decision."""
        return Paper(self.wanted.number, self.wanted.day, self.wanted.sha256)

    def named(self, kind: str) -> Paper:
        """Return another paper."""
        return Paper(f"{self.wanted.number}/{kind}", self.wanted.day)


def walk_on(
    session: Session,
    story: Story,
    papers: Papers,
    people: People,
    *,
    now: datetime,
    to: State = State.HANDED_OVER,
) -> Story:
    """Walk a list on from where it is to a state, and return its story there. Raises as `walk`."""
    order = story.order_id
    while story.state is not to:
        if story.state in (State.LISTED, State.AUTO_LISTED):
            expired = [id for id in story.items if id not in story.twins]
            told_a_month_ago(session, notice.endings(session, expired), now=now)
            council.form(session, order, people.council(), papers.named("QĐ-HĐ"), viewer=people.head, now=now)
            story = listing.submit(
                session, order, viewer=people.archivist, now=now, linked="bản chính đã có trong hồ sơ kia"
            )
        elif story.state in (State.COUNCIL_REVIEW, State.COUNCIL):
            if story.conclusion is None:
                for voter in people.voters:
                    council.vote(session, order, Ballot(Choice.DESTROY), viewer=voter, now=now)
                council.conclude(session, order, papers.named("BB"), viewer=people.voters[0], now=now)
                council.sign_minutes(session, order, viewer=people.archivist, now=now)
            if story.regime is Regime.R1 or opinion.submits(session, story.agency_code):
                story = opinion.request(session, order, papers.named("XYK"), viewer=people.head, now=now)
            else:
                story = _decided(session, story, papers, people, now)
        elif story.state is State.OPINION_REQUESTED:
            story = _opinion(session, story, papers, people, now)
        elif story.state is State.APPRAISAL:
            _opinion(session, story, papers, people, now)
            story = _decided(session, story, papers, people, now)
        elif story.state is State.OPINION_GIVEN:
            story = _decided(session, story, papers, people, now)
        else:
            story = deciding.hand_over(
                session,
                order,
                papers.named("BBBG"),
                receiver=people.executor.name,
                receiver_name=people.executor.full_name,
                viewer=people.archivist,
                now=now,
            )
            proven(session, people.executor, For.RELEASE, order, now=now)
            story = deciding.release(session, order, viewer=people.executor, now=now)
    return story


def _opinion(session: Session, story: Story, papers: Papers, people: People, now: datetime) -> Story:
    letter, order = papers.named("YK"), story.order_id
    return opinion.record(session, order, letter, Verdict.FOR, viewer=people.archivist, now=now)


def _decided(session: Session, story: Story, papers: Papers, people: People, now: datetime) -> Story:
    decision = NewDecision(
        papers.decision, f"{people.head.full_name or people.head.name}, Giám đốc", story.list_sha256
    )
    proven(session, people.head, For.DECIDE, story.order_id, now=now)
    return deciding.decide(session, story.order_id, decision, viewer=people.head, now=now)
