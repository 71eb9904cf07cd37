"""A member of the council falls ill, leaves, or never votes: nothing stops, and nobody takes a vote away alone."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from procedure_people import CHAIR, EXPERT, LEADER, PEOPLE, R2_ENDED, on, paper, seen, walked
from retention_town import AN, HEAD, NOW, Town, person
from sqlalchemy import select

from archive.errors import OrderRefusedError
from archive.procedure.ballots import Ballot, Choice
from archive.procedure.seats import Member, Seat
from archive.procedure.states import State
from archive.procedure.story import Story
from archive.register.disposal import CouncilMember
from archive.register.session import reading, transaction
from archive.viewer import Role, Viewer
from retention.procedure import council

DESTROY = Ballot(Choice.DESTROY)
KEEP = Ballot(Choice.KEEP, "Còn giá trị tra cứu")
FOUR = PEOPLE.council()
NEW = person("khanh", Role.COUNCIL)


@pytest.fixture(params=["R1", "R2"])
def voting(town: Town, request: pytest.FixtureRequest) -> Story:
    """A list of two case files that the council votes on, under each law."""
    if request.param == "R1":
        files = [town.store(code, on_disk=False) for code in ("01", "02")]
        return walked(*files, to=State.COUNCIL_REVIEW)
    files = [town.store(code, regime="R2", ended=R2_ENDED, on_disk=False) for code in ("01", "02")]
    return walked(*files, to=State.COUNCIL)


def vote(story: Story, viewer: Viewer, ballot: Ballot, *ids: str) -> Story:
    with transaction() as session:
        return council.vote(
            session, story.order_id, ballot, viewer=viewer, now=NOW, case_file_ids=ids or None
        )


def excuse(story: Story, who: Viewer, reason: str = "Ốm nặng", by: Viewer = CHAIR) -> Story:
    with transaction() as session:
        return council.excuse(session, story.order_id, who.name, reason=reason, viewer=by, now=NOW)


def with_seat(seat: Seat, account: str) -> list[Member]:
    """Return the council with somebody else on a seat."""
    return [Member(account, seat) if one.seat is seat else one for one in FOUR]


def form(story: Story, members: Sequence[Member], reason: str = "Nghỉ hưu") -> Story:
    with transaction() as session:
        formed = council.form(
            session, story.order_id, members, paper("8/QĐ"), viewer=HEAD, now=NOW, reason=reason
        )
    return formed.story


def conclude(story: Story, by: Viewer = CHAIR) -> Story:
    with transaction() as session:
        return council.conclude(session, story.order_id, paper("7/BB"), viewer=by, now=NOW)


def test_who_voted_on_a_part_and_fell_ill_is_excused_and_that_vote_counts(voting: Story) -> None:
    first, second = sorted(voting.items)
    vote(voting, LEADER, KEEP, first)
    for voter in (CHAIR, EXPERT):
        vote(voting, voter, DESTROY)
    vote(voting, EXPERT, KEEP, first)
    with pytest.raises(OrderRefusedError, match="has 1 case files left"):
        conclude(voting)
    story = excuse(voting, LEADER)
    assert story.ballots(first)[LEADER.name] == KEEP and LEADER.name not in story.ballots(second)
    story = conclude(voting)
    assert set(story.items) == {second}
    assert (story.count(first).keep, story.count(first).destroy) == (2, 1)


def test_who_never_votes_is_excused_or_replaced_by_the_head_at_once(voting: Story) -> None:
    for voter in (CHAIR, EXPERT):
        vote(voting, voter, DESTROY)
    assert not excuse(voting, LEADER).missing_votes()
    assert excuse(voting, LEADER, "").missing_votes() == {LEADER.name: 2}  # there again
    story = form(voting, with_seat(Seat.OWNING_UNIT, NEW.name))
    assert (story.missing_votes(), dict(story.withdrawn)) == ({NEW.name: 2}, {})


def test_nobody_takes_a_vote_away_alone(voting: Story) -> None:
    vote(voting, LEADER, KEEP)
    changed = with_seat(Seat.OWNING_UNIT, NEW.name)
    with pytest.raises(OrderRefusedError, match="only after the council has noted their absence"):
        form(voting, changed)
    excuse(voting, LEADER)
    with pytest.raises(OrderRefusedError, match="needs a reason"):
        form(voting, changed, reason=" ")
    story = form(voting, changed)
    assert dict(story.withdrawn) == {LEADER.name: dict.fromkeys(voting.items, KEEP)}
    assert LEADER.name not in story.votes and not story.ballots(next(iter(voting.items)))
    for voter in (CHAIR, EXPERT, NEW):
        vote(voting, voter, DESTROY)
    story = conclude(voting)
    assert set(story.items) == set(voting.items) and story.withdrawn  # kept for the minutes
    with transaction() as session:
        council.sign_minutes(session, story.order_id, viewer=AN, now=NOW)


def test_who_was_replaced_after_voting_does_not_decide(voting: Story) -> None:
    vote(voting, LEADER, KEEP)
    excuse(voting, LEADER)
    form(voting, with_seat(Seat.OWNING_UNIT, NEW.name))
    assert LEADER.name in {step.actor for step in seen(voting.order_id).steps if step.id == "vote"}


def test_an_absent_chair_concludes_nothing_and_is_replaced(voting: Story) -> None:
    for voter in (CHAIR, EXPERT, LEADER):
        vote(voting, voter, DESTROY)
    with pytest.raises(OrderRefusedError, match="does not say who is absent"):
        excuse(voting, CHAIR, by=AN)
    excuse(voting, CHAIR, by=EXPERT)
    with pytest.raises(OrderRefusedError, match="chair is noted as absent"):
        conclude(voting)
    form(voting, with_seat(Seat.CHAIR, NEW.name))
    vote(voting, NEW, DESTROY)
    assert set(conclude(voting, NEW).items) == set(voting.items)


def excused_in_the_register(story: Story) -> set[str]:
    with reading() as session:
        query = select(CouncilMember.account).where(
            CouncilMember.order_id == story.order_id, CouncilMember.excused
        )
        return set(session.scalars(query))


def test_a_noted_absence_stays_with_who_stays_and_goes_with_who_leaves(voting: Story) -> None:
    excuse(voting, EXPERT)
    excuse(voting, LEADER, "Đi học")
    moved = [
        *with_seat(Seat.EXPERT, NEW.name),
        Member(EXPERT.name.upper(), Seat.MEMBER),  # who is ill is ill on another seat, too
    ]
    story = form(voting, moved)
    assert story.council is not None
    absent = {one.account: one.excused for one in story.council.members if one.excused}
    assert absent == {EXPERT.name.upper(): "Ốm nặng", LEADER.name: "Đi học"}
    assert excused_in_the_register(story) == absent.keys()
    assert {one.account for one in story.voters}.isdisjoint(absent)
    with pytest.raises(OrderRefusedError, match="is excused: Đi học"):
        vote(story, LEADER, DESTROY)

    gone = form(
        story, with_seat(Seat.OWNING_UNIT, NEW.name)
    )  # the leader leaves, the expert sits where they sat
    back = form(gone, FOUR)  # and comes back: nobody says that they are absent now
    assert back.council is not None
    assert [one.excused for one in back.council.members if one.account == LEADER.name] == [""]
    assert excused_in_the_register(back) == {EXPERT.name}


def test_the_minutes_keep_an_absence_when_another_secretary_comes_to_sign(voting: Story) -> None:
    excuse(voting, LEADER)
    for voter in (CHAIR, EXPERT):
        vote(voting, voter, DESTROY)
    conclude(voting)
    story = form(voting, with_seat(Seat.SECRETARY, NEW.name))
    assert story.council is not None
    assert [one.excused for one in story.council.members if one.account == LEADER.name] == ["Ốm nặng"]


def test_a_council_that_was_changed_before_absences_stayed_is_read_as_it_was_then(
    voting: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    excuse(voting, LEADER)
    with monkeypatch.context() as then:
        then.setattr(council, "ABSENCES", {})
        form(voting, FOUR)
    for voter in (CHAIR, EXPERT, LEADER):  # lawful then: the change had ended the absence
        vote(voting, voter, DESTROY)
    story = conclude(voting)
    assert not story.faults and story.count(sorted(voting.items)[0]).destroy == 3


def test_a_secretary_who_left_before_signing_is_replaced_and_nobody_else_is(voting: Story) -> None:
    for voter in (CHAIR, EXPERT, LEADER):
        vote(voting, voter, DESTROY)
    conclude(voting)
    with pytest.raises(OrderRefusedError, match="the council has concluded"):
        form(voting, with_seat(Seat.EXPERT, NEW.name))
    story = form(voting, with_seat(Seat.SECRETARY, "lan"))
    assert story.conclusion and story.ballots(next(iter(story.items))).keys() == {
        CHAIR.name,
        EXPERT.name,
        LEADER.name,
    }
    lan = person("lan", Role.ARCHIVIST)
    with transaction() as session:
        story = council.sign_minutes(session, story.order_id, viewer=lan, now=NOW)
    with pytest.raises(OrderRefusedError, match="the council has concluded"):
        form(voting, with_seat(Seat.SECRETARY, AN.name))
    assert on(story, State.DECIDED).faults == ()


def test_the_rest_is_voted_on_without_naming_it(voting: Story) -> None:
    first, second = sorted(voting.items)
    vote(voting, LEADER, KEEP, first)
    with transaction() as session:
        story = council.vote(session, voting.order_id, DESTROY, viewer=LEADER, now=NOW, rest=True)
    assert story.votes[LEADER.name] == {first: KEEP, second: DESTROY}
    with transaction() as session, pytest.raises(OrderRefusedError, match="not on the list"):
        council.vote(session, voting.order_id, DESTROY, viewer=LEADER, now=NOW, rest=True)
