"""The council: who may sit on it, how it votes, what its conclusion does."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

import pytest
from procedure_people import CHAIR, EXPERT, LEADER, PEOPLE, R2_ENDED, on, paper, seen, walked
from retention_town import AN, BINH, HEAD, NOW, Town, person
from sqlalchemy.orm import Session

from archive.errors import NotAllowedError, OrderRefusedError
from archive.procedure.ballots import Ballot, Choice, count
from archive.procedure.seats import COMPOSITION, Member, Seat, against, warnings
from archive.procedure.states import State
from archive.procedure.story import Story
from archive.register.decisions import Order, OrderItem, OrderState
from archive.register.disposal import CouncilMember
from archive.register.models import CaseFile, Regime
from archive.register.session import reading, transaction
from archive.viewer import Role, Viewer
from portal.browser.disposal.procedure.next_act import acts, next_step
from retention.procedure import council, listing, notice

DESTROY = Ballot(Choice.DESTROY)
KEEP = Ballot(Choice.KEEP, "Còn giá trị tra cứu")
FOUR = PEOPLE.council()


def extend(period: str) -> Ballot:
    return Ballot(Choice.EXTEND, "Đang có tranh chấp", period)


def vote(story: Story, viewer: Viewer, ballot: Ballot, *ids: str) -> Story:
    with transaction() as session:
        return council.vote(
            session, story.order_id, ballot, viewer=viewer, now=NOW, case_file_ids=ids or None
        )


def conclude(story: Story, viewer: Viewer = CHAIR, *, day: date = NOW.date()) -> Story:
    with transaction() as session:
        return council.conclude(session, story.order_id, paper("7/BB", day), viewer=viewer, now=NOW)


def form(
    story: Story, members: Sequence[Member], *, reason: str = "", viewer: Viewer = HEAD
) -> council.Formed:
    with transaction() as session:
        return council.form(
            session, story.order_id, members, paper("6/QĐ"), viewer=viewer, now=NOW, reason=reason
        )


@pytest.fixture
def files(town: Town) -> tuple[str, str, str]:
    return tuple(town.store(f"0{n}", on_disk=False) for n in (1, 2, 3))  # type: ignore[return-value]


@pytest.fixture
def with_council(files: tuple[str, str, str]) -> Story:
    return walked(*files, to=State.COUNCIL_REVIEW)


def test_what_was_taken_out_while_the_chair_concludes_leaves_no_list_that_ended_and_an_order_that_is_open(
    with_council: Story, files: tuple[str, str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for member in (CHAIR, LEADER, EXPERT):
        vote(with_council, member, KEEP, *files[:2])
        vote(with_council, member, DESTROY, files[2])
    lock = council.lock_rows

    def taken_out_meanwhile(session: Session, ids: Iterable[str]) -> None:
        listing.take_out(session, with_council.order_id, files[2:], reason="Nhầm", viewer=AN, now=NOW)
        lock(session, ids)

    monkeypatch.setattr(council, "lock_rows", taken_out_meanwhile)
    assert conclude(with_council).state is State.KEEP
    with reading() as session:
        assert session.get_one(Order, with_council.order_id).state == OrderState.REFUSED


# --- composition ------------------------------------------------------------------------------------------


def members(text: str) -> list[Member]:
    """Return members of "chair:an secretary:binh"."""
    return [Member(one.partition(":")[2], Seat(one.partition(":")[0])) for one in text.split()]


@pytest.mark.parametrize(
    ("regime", "text", "why"),
    [
        ("R1", "chair:a secretary:b owning-unit:c expert:d", ""),
        ("R1", "chair:a secretary:b owning-unit:c expert:d member:e", ""),
        ("R1", "secretary:b owning-unit:c expert:d", "chair"),
        ("R1", "chair:a owning-unit:c expert:d", "secretary"),
        ("R1", "chair:a secretary:b expert:d", "owns the records"),
        ("R1", "chair:a secretary:b owning-unit:c", "knows the subject"),
        ("R1", "chair:a chair:x secretary:b owning-unit:c expert:d", "exactly 1 chair, not 2"),
        ("R1", "chair:a secretary:b owning-unit:c expert:A", "A is on the council twice"),
        ("R1", "chair:lan secretary:b owning-unit:c expert:d", "only be the secretary"),
        ("R1", "chair:a secretary:lan owning-unit:c expert:d", ""),
        ("R1", "chair:a secretary:b owning-unit:c expert:system:x", "machine"),
        ("R2", "chair:a secretary:b member:c", ""),
        ("R2", "chair:a secretary:b", "at least 3"),
        ("R2", "member:a secretary:b member:c", "chair"),
    ],
)
def test_a_council_is_made_up_as_the_law_or_our_rule_says(regime: str, text: str, why: str) -> None:
    found = "; ".join(map(str, against(Regime(regime), members(text), proposed_by="lan")))
    assert (why in found) if why else not found


def test_a_rule_that_is_ours_says_so() -> None:
    for rule in COMPOSITION[Regime.R2]:
        assert rule.grade == "ours" and "chưa được kiểm chứng" in rule.clause
    assert {rule.grade for rule in COMPOSITION[Regime.R1]} == {"A"}


def test_who_made_the_list_and_is_its_secretary_is_warned_of() -> None:
    assert "do not vote" in str(warnings(FOUR, proposed_by="AN")[0])
    assert warnings(FOUR, proposed_by="lan") == ()


def test_only_the_head_forms_it_and_does_not_sit_on_it(with_council: Story) -> None:
    with pytest.raises(NotAllowedError):
        form(with_council, FOUR, reason="x", viewer=BINH)
    with pytest.raises(OrderRefusedError, match="does not sit on it"):
        form(with_council, [*FOUR, Member("dung", Seat.MEMBER)], reason="x")


def test_changing_it_after_the_list_was_submitted_needs_a_reason_and_keeps_votes(with_council: Story) -> None:
    vote(with_council, EXPERT, DESTROY)
    changed = [*(one for one in FOUR if one.account != LEADER.name), Member("khanh", Seat.OWNING_UNIT)]
    with pytest.raises(OrderRefusedError, match="needs a reason"):
        form(with_council, changed)
    story = form(with_council, changed, reason="Ông Giang nghỉ hưu").story
    assert set(story.votes) == {EXPERT.name}
    with reading() as session:
        rows = session.query(CouncilMember).filter(CouncilMember.order_id == story.order_id)
        assert {row.account for row in rows} == {one.account for one in changed}
    with pytest.raises(OrderRefusedError, match="not on the council"):
        vote(story, LEADER, DESTROY)


# --- voting ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("viewer", "ballot", "why"),
    [
        (person("xuan", Role.COUNCIL), DESTROY, "not on the council"),
        (AN, DESTROY, "made the list and does not vote"),
        (CHAIR, Ballot(Choice.KEEP, " "), "needs a reason"),
        (CHAIR, Ballot(Choice.EXTEND, "x"), "new period goes with"),
        (CHAIR, Ballot(Choice.DESTROY, "", "20 năm"), "new period goes with"),
        (CHAIR, extend("lâu dài"), "is no period"),
        (CHAIR, extend("5 năm"), "not longer"),
    ],
)
def test_a_vote_that_is_none_is_refused(
    with_council: Story, viewer: Viewer, ballot: Ballot, why: str
) -> None:
    with pytest.raises(OrderRefusedError, match=why):
        vote(with_council, viewer, ballot)
    assert seen(with_council.order_id).votes == {}


def test_a_vote_on_a_file_that_is_not_on_the_list_is_refused(with_council: Story) -> None:
    with pytest.raises(OrderRefusedError, match="not on the list"):
        vote(with_council, CHAIR, DESTROY, "unknown")


def test_a_head_has_no_vote(with_council: Story) -> None:
    with pytest.raises(NotAllowedError):
        vote(with_council, person("cuong", Role.HEAD), DESTROY)


def test_votes_go_for_everything_or_file_by_file_and_may_be_changed(with_council: Story) -> None:
    first, second, third = sorted(with_council.items)
    vote(with_council, CHAIR, DESTROY)
    story = vote(with_council, CHAIR, KEEP, first, second)
    assert {id: one.choice for id, one in story.votes[CHAIR.name].items()} == {
        first: Choice.KEEP, second: Choice.KEEP, third: Choice.DESTROY,
    }  # fmt: skip
    assert story.missing_votes() == {LEADER.name: 3, EXPERT.name: 3}


@pytest.mark.parametrize(
    ("ballots", "choice"),
    [
        ([DESTROY, DESTROY, KEEP], Choice.DESTROY),
        ([DESTROY, KEEP], Choice.KEEP),
        ([DESTROY, KEEP, extend("20 năm")], Choice.KEEP),
        ([DESTROY, extend("20 năm"), extend("10 năm")], Choice.EXTEND),
        ([DESTROY, DESTROY, KEEP, extend("10 năm")], Choice.KEEP),
        ([], Choice.KEEP),
    ],
)
def test_more_than_half_is_a_majority_and_everything_else_keeps(
    ballots: list[Ballot], choice: Choice
) -> None:
    assert count(ballots).choice is choice


# --- conclusion --------------------------------------------------------------------------------------------


def test_nothing_is_concluded_before_everybody_voted_on_everything(with_council: Story) -> None:
    vote(with_council, CHAIR, DESTROY)
    vote(with_council, LEADER, DESTROY)
    vote(with_council, EXPERT, DESTROY, next(iter(with_council.items)))
    with pytest.raises(OrderRefusedError, match="hoa has 2 case files left"):
        conclude(with_council)


def test_only_the_chair_concludes(with_council: Story) -> None:
    for voter in PEOPLE.voters:
        vote(with_council, voter, DESTROY)
    with pytest.raises(OrderRefusedError, match="does not preside"):
        conclude(with_council, LEADER)


def test_minutes_are_not_older_than_the_council(with_council: Story) -> None:
    for voter in PEOPLE.voters:
        vote(with_council, voter, DESTROY)
    with pytest.raises(OrderRefusedError, match="cannot be before"):
        conclude(with_council, day=NOW.date() - timedelta(days=1))


def test_an_absent_member_is_excused_with_a_reason_and_the_rest_decide(with_council: Story) -> None:
    vote(with_council, CHAIR, DESTROY)
    vote(with_council, LEADER, KEEP)
    with transaction() as session:
        council.excuse(
            session, with_council.order_id, EXPERT.name, reason="Đi công tác", viewer=CHAIR, now=NOW
        )
    with pytest.raises(OrderRefusedError, match="Đi công tác"):
        vote(with_council, EXPERT, DESTROY)
    story = conclude(with_council)
    assert story.state is State.KEEP  # one of two is no majority


def test_more_than_half_of_the_voters_must_be_there(with_council: Story) -> None:
    vote(with_council, CHAIR, DESTROY)
    with transaction() as session:
        for voter in (EXPERT, LEADER):
            council.excuse(session, with_council.order_id, voter.name, reason="Ốm", viewer=CHAIR, now=NOW)
    with pytest.raises(OrderRefusedError, match="only 1 of 3"):
        conclude(with_council)


def test_who_proposed_the_list_excuses_nobody_from_its_council(with_council: Story) -> None:
    with transaction() as session, pytest.raises(OrderRefusedError, match="does not say who is absent"):
        council.excuse(session, with_council.order_id, EXPERT.name, reason="Ốm", viewer=AN, now=NOW)
    assert EXPERT in [person(one.account, Role.COUNCIL) for one in seen(with_council.order_id).voters]


def test_nobody_but_chair_and_secretary_excuses_and_only_who_sits_there(with_council: Story) -> None:
    for account, viewer, why in (
        (LEADER.name, EXPERT, "does not preside"),
        ("xuan", CHAIR, "not on the council"),
    ):
        with transaction() as session, pytest.raises(OrderRefusedError, match=why):
            council.excuse(session, with_council.order_id, account, reason="Ốm", viewer=viewer, now=NOW)


def test_what_is_kept_leaves_the_list_what_is_extended_is_kept_longer_the_rest_goes_on(
    with_council: Story,
) -> None:
    kept, longer, gone = sorted(with_council.items)
    for voter in PEOPLE.voters:
        vote(with_council, voter, DESTROY)
    for voter, years in ((CHAIR, "10 năm"), (EXPERT, "20 năm")):
        vote(with_council, voter, KEEP, kept)
        vote(with_council, voter, extend(years), longer)
    story = conclude(with_council)
    assert set(story.items) == {gone} and story.state is State.COUNCIL_REVIEW
    assert story.left[longer].period == "20 năm"  # the longest that was named
    assert story.dissent(kept) == {LEADER.name: DESTROY}
    assert story.dissent(gone) == {}
    with reading() as session:
        assert session.get_one(CaseFile, longer).retention_years == 20
        assert session.get_one(CaseFile, kept).retention_years == 5
        assert session.get_one(OrderItem, (story.order_id, kept)).outcome == "kept"
        basis = session.get_one(CaseFile, longer).retention_basis
    assert "7/BB" in str(basis) and "tranh chấp" in str(basis)
    with transaction() as session:
        council.sign_minutes(session, story.order_id, viewer=AN, now=NOW)
    assert set(on(seen(story.order_id), State.DECIDED).items) == {gone}


def test_a_council_that_keeps_everything_ends_the_list(with_council: Story) -> None:
    for voter in PEOPLE.voters:
        vote(with_council, voter, KEEP)
    story = conclude(with_council)
    assert (story.state, dict(story.items)) == (State.KEEP, {})
    assert acts(story, AN, submits=True, now=NOW) == ("sign",)  # its minutes are signed all the same
    assert (step := next_step(story, submits=True)) is not None and "signs the minutes" in step.what
    assert not any(acts(story, one, submits=True, now=NOW) for one in (CHAIR, BINH, HEAD))
    with transaction() as session:
        story = council.sign_minutes(session, story.order_id, viewer=AN, now=NOW)
    assert story.conclusion is not None and story.conclusion.signed_by == AN.name and not story.faults
    assert (acts(story, AN, submits=True, now=NOW), next_step(story, submits=True)) == ((), None)


def test_only_the_secretary_signs_the_minutes_once_and_only_of_a_conclusion(with_council: Story) -> None:
    with transaction() as session, pytest.raises(OrderRefusedError, match="has not concluded"):
        council.sign_minutes(session, with_council.order_id, viewer=AN, now=NOW)
    for voter in PEOPLE.voters:
        vote(with_council, voter, DESTROY)
    conclude(with_council)
    for viewer, why in ((BINH, "not the secretary"), (LEADER, "not the secretary")):
        with transaction() as session, pytest.raises(OrderRefusedError, match=why):
            council.sign_minutes(session, with_council.order_id, viewer=viewer, now=NOW)
    with transaction() as session:
        council.sign_minutes(session, with_council.order_id, viewer=AN, now=NOW)
    with transaction() as session, pytest.raises(OrderRefusedError, match="signed the minutes already"):
        council.sign_minutes(session, with_council.order_id, viewer=AN, now=NOW)


def test_the_minutes_of_a_list_that_was_given_up_are_not_signed(with_council: Story) -> None:
    for voter in PEOPLE.voters:
        vote(with_council, voter, DESTROY)
    story = conclude(with_council)
    with transaction() as session:
        listing.abort(session, story.order_id, reason="Còn cần", viewer=AN, now=NOW)
    with transaction() as session, pytest.raises(OrderRefusedError, match="is not taken from there"):
        council.sign_minutes(session, story.order_id, viewer=AN, now=NOW)
    ended = seen(story.order_id)
    assert not ended.faults and ended.conclusion is not None and not ended.conclusion.signed_by


def test_a_secretary_who_did_not_make_the_list_votes(town: Town) -> None:
    story = walked(town.store("01", regime="R2", ended=R2_ENDED, on_disk=False), to=State.AUTO_LISTED)
    three = [Member("cuong", Seat.CHAIR), Member("binh", Seat.SECRETARY), Member("hoa", Seat.MEMBER)]
    assert form(story, three).warnings == ()
    with transaction() as session:
        notice.give(session, notice.endings(session, story.items), now=NOW - timedelta(days=30))
        story = listing.submit(session, story.order_id, viewer=AN, now=NOW)
    assert {one.account for one in story.voters} == {"cuong", "binh", "hoa"}
    for voter in (CHAIR, BINH, EXPERT):
        vote(story, voter, DESTROY)
    assert conclude(story).conclusion is not None
