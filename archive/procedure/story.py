"""What has happened to a disposal list, as its events in the ledger tell it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from archive.grounds import Twin
from archive.order_list import list_hash
from archive.procedure.ballots import Ballot, Choice, Count, count
from archive.procedure.links import Chosen, Link
from archive.procedure.papers import Paper
from archive.procedure.seats import Member, Seat
from archive.procedure.states import State
from archive.reason import Reason
from archive.register.models import Regime
from archive.viewer import same_person


class Verdict(StrEnum):
    """What the body that was asked thinks of the list."""

    FOR = "for"
    AGAINST = "against"


@dataclass(frozen=True)
class Happened:
    """An event about the list, or one that is about to be written.

    Attributes:
        seq: number in the ledger, 0 of what is not written yet.
        payload: as the event carries it.
    """

    seq: int
    at: datetime
    actor: str
    role: str
    payload: Mapping[str, Any]


@dataclass(frozen=True)
class Step:
    """One thing that was done.

    Attributes:
        id: a transition's of `archive.procedure.states`, or what leaves the state as it is: council, excuse, vote,
            conclude, sign-minutes, take-out, link, hand-over-again, release, and record-opinion under R2.
        day: on which it was taken, as the clock of who took it said.
        paper: it rests on, None where there is none.
    """

    id: str
    source: State
    target: State
    actor: str
    role: str
    at: datetime
    event: int
    day: date
    reason: str = ""
    paper: Paper | None = None


@dataclass(frozen=True)
class Left:
    """How a case file left the list before execution.

    Attributes:
        choice: KEEP or EXTEND by the council's conclusion; None when an archivist took it out.
        period: the new period, with EXTEND.
    """

    by: str
    at: datetime
    event: int
    reason: str
    choice: Choice | None = None
    period: str = ""


@dataclass(frozen=True)
class Council:
    """The council that looks at the list (hội đồng), formed by the head's decision."""

    paper: Paper
    formed_by: str
    members: tuple[Member, ...]

    def named(self, account: str) -> Member | None:
        """Return the member of that account."""
        return next((one for one in self.members if same_person(one.account, account)), None)

    def on(self, seat: Seat) -> str:
        """Return the account of the first member on a seat, "" when it is empty."""
        return next((one.account for one in self.members if one.seat is seat), "")


@dataclass(frozen=True)
class Conclusion:
    """What the chair concluded after the vote (kết luận của hội đồng).

    Attributes:
        paper: the minutes of the meeting.
        counts: how the votes fell, per case file.
        signed_by: the secretary, "" before the minutes are signed.
    """

    paper: Paper
    by: str
    at: datetime
    event: int
    counts: Mapping[str, Count]
    signed_by: str = ""


@dataclass(frozen=True)
class Opinion:
    """The opinion of the competent body (R1: ý kiến; R2: thẩm định), asked for and given.

    Attributes:
        given: its letter, None before it came.
        verdict: None before it came.
    """

    requested: Paper
    requested_by: str
    given: Paper | None = None
    verdict: Verdict | None = None
    recorded_by: str = ""


@dataclass(frozen=True)
class Factors:
    """How somebody proved who they are, right before an irreversible step.

    Attributes:
        first: "password", checked by the portal, or "command-line", where there is none.
        second: "totp", checked by the vault.
        proved_at: as the ledger writes times.
    """

    account: str
    first: str
    second: str
    proved_at: str


@dataclass(frozen=True)
class Decision:
    """The decision to destroy (quyết định hủy).

    Attributes:
        signer: name and position under the paper.
        list_sha256: hash of the list that was decided.
        alone: without an opinion, by the head of an agency that hands nothing over (Law 33/2024/QH15 Điều 16.3.b).
    """

    paper: Paper
    signer: str
    by: str
    at: datetime
    event: int
    list_sha256: str
    alone: bool
    factors: Factors


@dataclass(frozen=True)
class HandOver:
    """The records were handed over for destruction (biên bản bàn giao tài liệu hủy).

    Attributes:
        receiver: account of who carries it out.
    """

    paper: Paper
    by: str
    at: datetime
    receiver: str


@dataclass(frozen=True)
class Release:
    """Who is to carry it out has proven who they are again; the destruction may begin (xác nhận lần hai)."""

    by: str
    role: str
    at: datetime
    event: int
    factors: Factors


@dataclass(frozen=True)
class Closing:
    """An archivist has asked for the dossier, and the machine files it; with it the list is closed."""

    by: str
    role: str
    at: datetime


@dataclass(frozen=True)
class Story:
    """A disposal list from its proposal to this moment.

    Attributes:
        explanation: the archivist's (bản thuyết minh).
        items: case file id -> package hash of what is still on the list.
        letter: with which the list was submitted (tờ trình).
        twins: case file id -> what stays for it, of those that are on the list as duplicates; the others are expired.
        left: case file id -> how it left.
        votes: account -> case file id -> ballot; those of the present round that count.
        withdrawn: the same of members who were replaced: kept for the minutes, counted nowhere.
        links: linked document -> what was chosen for it last.
        begun: the destruction has begun; nothing can be taken out any more.
        procedure: version of the procedure its list was made under (`archive.procedure.versions`).
        dossier_id: the case file its dossier became; "" before, and of lists closed when a dossier was a paper only.
        faults: what in the events breaks the procedure. A list with one is never acted on.
    """

    order_id: str
    agency_code: str
    regime: Regime
    state: State
    since: datetime
    proposed_by: str
    explanation: str
    items: Mapping[str, str]
    twins: Mapping[str, Twin] = field(default_factory=dict)
    left: Mapping[str, Left] = field(default_factory=dict)
    council: Council | None = None
    votes: Mapping[str, Mapping[str, Ballot]] = field(default_factory=dict)
    withdrawn: Mapping[str, Mapping[str, Ballot]] = field(default_factory=dict)
    links: Mapping[Link, Chosen] = field(default_factory=dict)
    conclusion: Conclusion | None = None
    opinion: Opinion | None = None
    decision: Decision | None = None
    hand_over: HandOver | None = None
    release: Release | None = None
    begun: bool = False
    closing: Closing | None = None
    dossier_id: str = ""
    letter: Paper | None = None
    procedure: int = 1
    steps: tuple[Step, ...] = ()
    faults: tuple[Reason, ...] = ()

    @property
    def list_sha256(self) -> str:
        """Return the hash of what is on the list now."""
        return list_hash(self.items.items())

    @property
    def voters(self) -> tuple[Member, ...]:
        """Return the members whose vote is wanted: all that are not excused, but for who proposed the list."""
        members = self.council.members if self.council else ()
        return tuple(
            one for one in members if not one.excused and not same_person(one.account, self.proposed_by)
        )

    @property
    def take_part(self) -> tuple[int, int]:
        """Return how many members take part in the vote, and how many may; who voted on all and left took part."""
        members = self.council.members if self.council else ()
        may = [one for one in members if not same_person(one.account, self.proposed_by)]
        return sum(not one.excused or not self.not_voted(one.account) for one in may), len(may)

    @property
    def too_few(self) -> bool:
        """Say whether so few members take part that nothing can be concluded: more than half must."""
        take_part, of = self.take_part
        return 2 * take_part <= of

    def ballots(self, case_file_id: str) -> dict[str, Ballot]:
        """Return who voted what on one case file; a vote counts also when its member is absent since."""
        return {who: of[case_file_id] for who, of in self.votes.items() if case_file_id in of}

    def count(self, case_file_id: str) -> Count:
        """Return how the votes on one case file stand: as concluded, or as they are now."""
        if self.conclusion and case_file_id in self.conclusion.counts:
            return self.conclusion.counts[case_file_id]
        return count(self.ballots(case_file_id).values())

    def dissent(self, case_file_id: str) -> dict[str, Ballot]:
        """Return who voted otherwise than the majority, for the minutes."""
        majority = self.count(case_file_id).choice
        return {who: one for who, one in self.ballots(case_file_id).items() if one.choice is not majority}

    def missing_votes(self) -> dict[str, int]:
        """Return how many votes of each voter are missing; who has voted on everything is not there."""
        missing = {voter.account: len(self.not_voted(voter.account)) for voter in self.voters}
        return {account: number for account, number in missing.items() if number}

    def not_voted(self, account: str) -> frozenset[str]:
        """Return the case files on the list without a vote of this person that counts."""
        return frozenset(self.items.keys() - self.votes_of(account).keys())

    def votes_of(self, account: str) -> Mapping[str, Ballot]:
        """Return the votes of this person that count, by case file."""
        return next((of for who, of in self.votes.items() if same_person(who, account)), {})
