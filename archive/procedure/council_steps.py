"""What the council does: it is formed, votes, concludes, signs its minutes. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from archive.procedure import seats
from archive.procedure.ballots import Ballot, Choice, count
from archive.procedure.list_steps import without
from archive.procedure.papers import paper_of
from archive.procedure.seats import LEADS, Member, Seat
from archive.procedure.states import START, STATES_COUNCIL, State
from archive.procedure.story import Conclusion, Council, Happened, Left, Story
from archive.procedure.versions import DAYS_AND_KEPT, binds
from archive.reason import Reason, because
from archive.register.disposal import ABSENCES_KEPT
from archive.viewer import Role, same_person

FORMED = STATES_COUNCIL | frozenset(START.values())
"""Where a council may be formed or changed."""
STATES_SIGNED = STATES_COUNCIL | {State.KEEP}
"""Where its minutes may be signed: a council that keeps everything has minutes too."""


def formed(story: Story, happened: Happened, told: Mapping[str, Any]) -> tuple[Story, list[Reason]]:
    """The head forms the council, or changes it; a change after the list was submitted needs a reason (our rule).

    Who has voted is replaced only once the council itself has noted their absence (`excused`), so that nobody takes a
    vote away alone. Their votes are kept in the story and do not count: whoever comes votes on everything. Who stays
    and is absent stays absent, on whatever seat, until the council notes that they are there again. After the
    conclusion only the secretary is replaced, while the minutes are not signed. All of this is our rule.
    """
    before = story.council
    members = tuple(Member(str(account), Seat(seat)) for account, seat in told["members"])
    if before is not None and told.get("absences") == ABSENCES_KEPT:
        members = tuple(replace(one, excused=_excused(before, one.account)) for one in members)
    council = Council(paper_of(told["paper"]), happened.actor, members)
    faults = list(seats.against(story.regime, members, proposed_by=story.proposed_by))
    if happened.role != Role.HEAD:
        faults.append(because("archive.step-other-role", step="council", role=Role.HEAD))
    if council.named(happened.actor):
        faults.append(because("archive.council-head", who=happened.actor))
    if story.state not in FORMED:
        faults.append(because("archive.step-not-from-here", step="council", state=story.state))
    if story.conclusion is not None and not _only_the_secretary(story, members):
        faults.append(because("archive.council-concluded"))
    if before is not None and story.state in STATES_COUNCIL and not str(told.get("reason", "")).strip():
        faults.append(because("archive.council-change-reason"))
    if before is not None:
        faults += [
            because("archive.voted-leaves", who=one.account)
            for one in before.members
            if not council.named(one.account) and not one.excused and _has_voted(story, one.account)
        ]
    if story.conclusion is not None:  # the votes were counted
        return replace(story, council=council), faults
    votes = {who: ballots for who, ballots in story.votes.items() if council.named(who)}
    gone = {who: ballots for who, ballots in story.votes.items() if who not in votes}
    return replace(story, council=council, votes=votes, withdrawn={**story.withdrawn, **gone}), faults


def excused(story: Story, happened: Happened, told: Mapping[str, Any]) -> tuple[Story, list[Reason]]:
    """Chair or secretary note that a member is absent, and why; without a reason, that they are there again.

    What was voted before stands and counts; nothing more is waited for. The chair's own absence any member notes, for
    there may be no other secretary than who proposed the list, and they do not say who votes on it (our rules).
    """
    account, reason = str(told["member"]), str(told.get("reason", "")).strip()
    faults = list(_in_session(story, happened))
    council = story.council
    by = council.named(happened.actor) if council else None
    member = council.named(account) if council else None
    if council is None or member is None:
        return story, [*faults, because("archive.not-on-council", who=account)]
    if by is None or (by.seat not in LEADS and member.seat is not Seat.CHAIR):
        faults.append(because("archive.not-chair", who=happened.actor))
    if same_person(happened.actor, story.proposed_by):
        faults.append(because("archive.excuses-on-own", who=happened.actor))
    members = tuple(replace(one, excused=reason) if one is member else one for one in council.members)
    return replace(story, council=replace(council, members=members)), faults


def voted(story: Story, happened: Happened, told: Mapping[str, Any]) -> tuple[Story, list[Reason]]:
    """A member votes on some case files, on all that are on the list, or on the rest; later votes replace earlier ones.

    The rest is what is on the list without a vote of theirs; it is said as the hash of the list that was seen.
    """
    ballot = Ballot(
        Choice(told["choice"]), str(told.get("reason", "")).strip(), str(told.get("period", "")).strip()
    )
    faults = list(_in_session(story, happened))
    if rest := told.get("rest"):
        ids = sorted(story.not_voted(happened.actor))
        if told["case_files"] is not None or rest != story.list_sha256:
            faults.append(because("archive.list-not-shown"))
    else:
        ids = list(story.items) if told["case_files"] is None else [str(one) for one in told["case_files"]]
    member = story.council.named(happened.actor) if story.council else None
    if member is None:
        return story, [*faults, because("archive.not-on-council", who=happened.actor)]
    if same_person(happened.actor, story.proposed_by):
        faults.append(because("archive.votes-on-own", who=happened.actor))
    if member.excused:
        faults.append(because("archive.voter-excused", who=happened.actor, why=member.excused))
    if not ids or not set(ids) <= story.items.keys():
        faults.append(because("archive.not-on-list"))
    if ballot.choice is not Choice.DESTROY and not ballot.reason:
        faults.append(because("archive.vote-reason", choice=ballot.choice))
    if bool(ballot.period) is not (ballot.choice is Choice.EXTEND):
        faults.append(because("archive.vote-period"))
    mine = {**story.votes.get(member.account, {}), **dict.fromkeys(ids, ballot)}
    return replace(story, votes={**story.votes, member.account: mine}), faults


def concluded(story: Story, happened: Happened, told: Mapping[str, Any]) -> tuple[Story, list[Reason]]:
    """The chair concludes by majority: what is kept leaves the list; nothing left, and the list ends as kept."""
    faults = list(_in_session(story, happened))
    council = story.council
    if council is None or not same_person(happened.actor, council.on(Seat.CHAIR)):
        faults.append(because("archive.not-chair", who=happened.actor))
    elif any(one.seat is Seat.CHAIR and one.excused for one in council.members):
        faults.append(because("archive.chair-absent"))
    if happened.role != Role.COUNCIL:
        faults.append(because("archive.step-other-role", step="conclude", role=Role.COUNCIL))
    for account, number in story.missing_votes().items():
        faults.append(because("archive.votes-missing", who=account, number=number))
    if story.too_few:
        took_part, may_vote = story.take_part
        faults.append(because("archive.too-many-absent", present=took_part, of=may_vote))
    counts = {id: count(story.ballots(id).values()) for id in story.items}
    kept = {
        str(id): Ballot(Choice(one["choice"]), "", str(one["period"])) for id, one in told["kept"].items()
    }
    wanted = {id: one.choice for id, one in counts.items() if one.choice is not Choice.DESTROY}
    if {id: one.choice for id, one in kept.items()} != wanted:
        faults.append(because("archive.conclusion-differs"))
    for id, one in kept.items():
        if one.choice is Choice.EXTEND and (id not in counts or one.period not in counts[id].periods):
            faults.append(because("archive.conclusion-differs"))
    conclusion = Conclusion(paper_of(told["paper"]), happened.actor, happened.at, happened.seq, counts)
    if council is not None and conclusion.paper.day < council.paper.day:
        faults.append(because("archive.paper-before", day=conclusion.paper.day, other=council.paper.day))
    letter = story.letter if binds(story, happened, DAYS_AND_KEPT) else None
    if letter is not None and conclusion.paper.day < letter.day:
        faults.append(because("archive.paper-before", day=conclusion.paper.day, other=letter.day))
    left = {
        id: Left(happened.actor, happened.at, happened.seq, _why(story, id), one.choice, one.period)
        for id, one in kept.items()
    }
    new = replace(without(story, left), conclusion=conclusion)
    return (new if new.items else replace(new, state=State.KEEP)), faults


def signed(story: Story, happened: Happened, told: Mapping[str, Any]) -> tuple[Story, list[Reason]]:
    """The secretary signs the minutes (biên bản họp hội đồng); before that nothing goes on.

    A list that was given up, or ended in another way, has nothing left to sign for (our rule).
    """
    if story.conclusion is None:
        return story, [because("archive.not-concluded")]
    faults = []
    if story.state not in STATES_SIGNED:
        faults.append(because("archive.step-not-from-here", step="sign-minutes", state=story.state))
    if story.council is None or not same_person(happened.actor, story.council.on(Seat.SECRETARY)):
        faults.append(because("archive.not-secretary", who=happened.actor))
    if story.conclusion.signed_by:
        faults.append(because("archive.minutes-signed", who=story.conclusion.signed_by))
    return replace(story, conclusion=replace(story.conclusion, signed_by=happened.actor)), faults


def _in_session(story: Story, happened: Happened) -> Iterator[Reason]:
    """Yield why a council does not work on the list now."""
    if story.state not in STATES_COUNCIL:
        yield because("archive.council-not-asked", state=story.state)
    if story.council is None:
        yield because("archive.no-council")
    if story.conclusion is not None:
        yield because("archive.council-concluded")
    if happened.role not in (Role.COUNCIL, Role.ARCHIVIST):
        yield because("archive.step-other-role", step="vote", role=Role.COUNCIL)


def _excused(council: Council, account: str) -> str:
    """Return why a person was absent, "" when they were not or had no seat."""
    member = council.named(account)
    return member.excused if member else ""


def _has_voted(story: Story, account: str) -> bool:
    """Say whether a vote of theirs on what is still on the list stands."""
    return any(
        same_person(who, account) and story.items.keys() & of.keys() for who, of in story.votes.items()
    )


def _only_the_secretary(story: Story, members: tuple[Member, ...]) -> bool:
    """Say whether a new council differs in its secretary alone, and the minutes wait for one."""
    if story.conclusion is None or story.conclusion.signed_by or story.council is None:
        return False
    before, now = (
        {(one.account, one.seat) for one in some if one.seat is not Seat.SECRETARY}
        for some in (story.council.members, members)
    )
    return before == now


def _why(story: Story, case_file_id: str) -> str:
    """Return the reasons of those who would not destroy a case file, each once."""
    said = [one.reason for one in story.ballots(case_file_id).values() if one.reason]
    return "; ".join(dict.fromkeys(said))
