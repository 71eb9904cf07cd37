"""The council's part: the head forms it, its members vote, the chair concludes, the secretary signs the minutes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from archive import orders
from archive.errors import OrderRefusedError
from archive.procedure import seats
from archive.procedure.ballots import Ballot, Choice
from archive.procedure.papers import Paper
from archive.procedure.seats import Member
from archive.procedure.story import Story
from archive.reason import Reason, because
from archive.register.decisions import OrderState
from archive.register.disposal import ABSENCES_KEPT
from archive.register.models import CaseFile
from archive.viewer import Role, Viewer
from retention.appraisal import extend_by_council, longer
from retention.errors import RetentionError
from retention.holds import lock_rows
from retention.period import RetentionPeriod, Unclear, parse_maintenance
from retention.procedure.taking import story, take
from retention.typed_period import typed_period

SITS = (Role.COUNCIL, Role.ARCHIVIST)
"""Roles in which somebody sits on a council: the secretary is an archivist (Law 01/2011/QH13 Điều 18)."""


ABSENCES = {"absences": ABSENCES_KEPT}
"""In the event of a council that is changed: who stays and is absent stays so."""


@dataclass(frozen=True)
class Formed:
    """A council as it was formed.

    Attributes:
        warnings: what the law allows and whoever forms a council should know.
    """

    story: Story
    warnings: tuple[Reason, ...]


def form(
    session: Session,
    order_id: str,
    members: Sequence[Member],
    paper: Paper,
    *,
    viewer: Viewer,
    now: datetime,
    reason: str = "",
) -> Formed:
    """Form the council of a list by the head's decision, or change it.

    Args:
        session: an open transaction.
        order_id: of the list.
        members: everybody on it, whole; who stays keeps their votes, and is absent as before. Who leaves after
            voting must have been noted as absent (`excuse`); their votes are kept for the minutes and do not count.
        paper: the decision that forms it.
        viewer: the head.
        now: aware time.
        reason: why it is changed, once the list was submitted to it.

    Raises:
        NotFoundError, NotAllowedError: as `take`; the viewer is no head there.
        OrderRefusedError: not made up as it must be (`archive.procedure.seats`), the head or the proposer on it, it
            has concluded already, or it is changed without a reason.
    """
    new = take(
        session,
        order_id,
        "council",
        viewer=viewer,
        roles=(Role.HEAD,),
        now=now,
        facts={
            "paper": paper.as_json(),
            "members": [[one.account, one.seat.value] for one in members],
            "reason": reason.strip(),
            **ABSENCES,
        },
        named={one.account: one.name for one in members},
    )
    return Formed(new, seats.warnings(members, proposed_by=new.proposed_by))


def excuse(
    session: Session, order_id: str, account: str, *, reason: str, viewer: Viewer, now: datetime
) -> Story:
    """Note that a member is absent, and why; with an empty reason, that they are there again.

    What they voted stands and counts. The chair's absence any member notes; nothing is concluded before the head made
    somebody else the chair.

    Raises:
        NotFoundError, NotAllowedError: as `take`.
        OrderRefusedError: the viewer is neither chair nor secretary or proposed the list, the member is not on the
            council, or it has concluded.
    """
    facts = {"member": account, "reason": reason.strip()}
    return take(session, order_id, "excuse", viewer=viewer, roles=SITS, now=now, facts=facts)


def vote(
    session: Session,
    order_id: str,
    ballot: Ballot,
    *,
    viewer: Viewer,
    now: datetime,
    case_file_ids: Sequence[str] | None = None,
    rest: bool = False,
) -> Story:
    """Vote on some case files of the list, or on all; it may be changed until the chair concludes.

    Args:
        session: an open transaction.
        order_id: of the list.
        ballot: destroy, or keep or extend with a reason, extend with the new period as typed ("20" is kept as
            "20 năm").
        viewer: a member.
        now: aware time.
        case_file_ids: None for all that are on the list.
        rest: on all that the viewer has not voted on yet, instead; the event says so with the hash of the list, however
            long that is.

    Raises:
        NotFoundError, NotAllowedError: as `take`.
        OrderRefusedError: no member, excused, who proposed the list, no reason, no period or one that is not longer,
            nothing to vote on, or the council is not asked now.
        ValueError: case files named, and the rest.
    """
    if rest and case_file_ids is not None:
        raise ValueError("the rest is named by no ids")

    typed = typed_period(ballot.period) if ballot.choice is Choice.EXTEND and ballot.period else None

    def periods(before: Story, _: object) -> Iterable[Reason]:
        if isinstance(typed, Reason):
            yield typed
        elif typed is not None:
            wanted = before.not_voted(viewer.name) if rest else case_file_ids or list(before.items)
            yield from _against_period(session, typed, wanted)

    if isinstance(typed, RetentionPeriod):
        ballot = replace(ballot, period=str(typed))
    ids = None if case_file_ids is None else sorted(set(case_file_ids))
    facts: dict[str, Any] = {**ballot.as_json(), "case_files": ids}
    if rest:
        facts["rest"] = story(session, order_id).list_sha256
    return take(session, order_id, "vote", viewer=viewer, roles=SITS, now=now, facts=facts, more=periods)


def conclude(session: Session, order_id: str, minutes: Paper, *, viewer: Viewer, now: datetime) -> Story:
    """Conclude by majority: what is kept leaves the list, what is extended gets its new period, the rest goes on.

    Of different periods named for one case file the longest counts (our rule). When nothing is left, the list ends as
    kept.

    Args:
        session: an open transaction.
        order_id: of the list.
        minutes: of the meeting (biên bản họp hội đồng), with number and date.
        viewer: the chair.
        now: aware time.

    Raises:
        NotFoundError, NotAllowedError: as `take`.
        OrderRefusedError: not the chair, votes are missing, more than half are absent, or the council is not asked now.
    """
    # Case files before order and ledger: whoever places a hold locks their rows first.
    lock_rows(session, story(session, order_id).items)
    orders.named(session, order_id, lock=True)
    before = story(session, order_id)  # read behind the lock: a case file may have been taken out meanwhile
    counts = {id: before.count(id) for id in before.items}
    kept: dict[str, dict[str, str]] = {}
    for id, one in counts.items():
        if one.choice is not Choice.DESTROY:
            period = _longest(one.periods) if one.choice is Choice.EXTEND else ""
            kept[id] = {"choice": one.choice.value, "period": period}
    says: dict[str, Any] = {"approval": {"actor": viewer.name, "role": Role.COUNCIL.value}}
    if len(kept) == len(before.items):
        says = {"state": OrderState.REFUSED.value, "detail": str(minutes)}
    new = take(
        session,
        order_id,
        "conclude",
        viewer=viewer,
        roles=(Role.COUNCIL,),
        now=now,
        facts={"paper": minutes.as_json(), "kept": kept},
        says=says,
    )
    for id, told in kept.items():
        if told["period"]:
            why = f"{minutes.number}: {new.left[id].reason}"
            try:
                extend_by_council(session, id, told["period"], reason=why, viewer=viewer, now=now)
            except RetentionError as error:  # set longer since the vote: nothing of the conclusion is written
                raise OrderRefusedError((error.reason,)) from error
    return new


def sign_minutes(session: Session, order_id: str, *, viewer: Viewer, now: datetime) -> Story:
    """Sign the minutes of the council as its secretary; before that the list does not go on.

    Raises:
        NotFoundError, NotAllowedError: as `take`.
        OrderRefusedError: not the secretary, nothing concluded, signed already, or the list was given up.
    """
    return take(session, order_id, "sign-minutes", viewer=viewer, roles=SITS, now=now)


def _against_period(session: Session, period: RetentionPeriod, ids: Iterable[str]) -> Iterable[Reason]:
    for id in ids:
        file = session.get(CaseFile, id)
        if file is not None and not longer(file, period):
            yield because("retention.not-longer", period=str(period), file=file.code)


def _longest(periods: Sequence[str]) -> str:
    def length(text: str) -> int:
        period = parse_maintenance(text)
        if isinstance(period, Unclear):
            return 0
        return 10_000 if period.permanent else period.years or 0

    return max(periods, key=length)
