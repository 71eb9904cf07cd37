"""A disposal list from its proposal to its closed dossier, under both laws; and what is refused on the way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from procedure_people import (
    CHAIR,
    EXPERT,
    LEADER,
    PEOPLE,
    R1_WAY,
    decide,
    hands_nothing_over,
    on,
    paper,
    r2,
    refused_to_act,
    seen,
    walked,
)
from retention_town import AGENCY, AN, BINH, HEAD, NOW, OTHER, Town, copies_of, person, place
from sqlalchemy import delete
from sqlalchemy.orm import Session

from archive.errors import ArchiveError, OrderRefusedError
from archive.ledger.append import read
from archive.order_check import reasons_against
from archive.procedure.ballots import Ballot, Choice
from archive.procedure.states import STATES_END, State
from archive.procedure.story import Story, Verdict
from archive.register.decisions import Approval, Order, OrderItem
from archive.register.digest import table_digest
from archive.register.disposal import CouncilMember, DisposalList
from archive.register.projection import project
from archive.register.session import reading, transaction
from archive.second_factor.errors import SecondFactorError
from archive.second_factor.prove import For
from archive.viewer import Role, Viewer
from operations.authenticators import proven
from retention.destruction import execute
from retention.procedure import council, deciding, listing, opinion
from retention.procedure.deciding import NewDecision
from retention.procedure.listing import NewList


def against(order_id: str) -> str:
    with reading() as session:
        found = reasons_against(session, session.get_one(Order, order_id), now=NOW)
        return "; ".join(map(str, found))


# --- the whole way -------------------------------------------------------------------------------------


def test_a_list_under_the_law_of_2011_goes_the_whole_way(town: Town) -> None:
    story = walked(town.store("01"), town.store("02"))
    assert [step.target for step in story.steps if step.source is not step.target] == [
        *R1_WAY[1:],
        State.HANDED_OVER,
    ]
    assert against(story.order_id) == ""
    assert execute(story.order_id, viewer=BINH, now=NOW).count("done") == 2
    assert copies_of("01") == copies_of("02") == []
    assert seen(story.order_id).state is State.DESTROYED
    with transaction() as session:
        closing = deciding.close(session, story.order_id, viewer=AN, now=NOW)
    assert closing.state is State.DESTROYED and closing.closing is not None


@pytest.mark.parametrize("alone", [True, False], ids=["the head alone", "with an appraisal"])
def test_a_list_under_the_law_of_2024_goes_the_whole_way(town: Town, alone: bool) -> None:
    if alone:
        hands_nothing_over()
    story = walked(r2(town))
    assert (State.APPRAISAL in {step.target for step in story.steps}) is not alone
    assert execute(story.order_id, viewer=BINH, now=NOW).count("done") == 1
    assert seen(story.order_id).state is State.DESTROYED


def test_a_list_of_which_everything_was_held_at_last_ends_as_kept(town: Town) -> None:
    first, second = town.store("01"), town.store("02")
    order_id = walked(first, second).order_id
    place(first)
    outcome = execute(order_id, viewer=BINH, now=NOW)
    assert (outcome.count("held"), outcome.count("done")) == (1, 1)
    assert seen(order_id).state is State.DESTROYED


def digests() -> list[str]:
    with reading() as session:
        return [table_digest(session, model) for model in DERIVED]


DERIVED = (Order, OrderItem, Approval, DisposalList, CouncilMember)


def test_the_ledger_brings_lists_in_every_state_back(town: Town) -> None:
    files = [town.store(f"{n:02}", on_disk=False) for n in range(1, 5)]
    walked(files[0], to=State.LISTED)
    walked(files[3], to=State.COUNCIL_REVIEW)
    decided = walked(files[1], files[2], to=State.DECIDED)
    with transaction() as session:
        listing.take_out(session, decided.order_id, [files[1]], reason="Còn cần", viewer=AN, now=NOW)
    before = digests()
    with transaction() as session:
        for model in reversed(DERIVED):
            session.execute(delete(model))
    with transaction() as session:
        for event in list(read(session)):
            if event.object_kind == "order":
                project(session, event)
    assert digests() == before
    with reading() as session:
        assert session.get_one(OrderItem, (decided.order_id, files[1])).outcome == "taken-out"


# --- who may take which step ------------------------------------------------------------------------------


def steps(story: Story) -> dict[str, tuple[State, Role, Callable[[Session, Viewer], object]]]:
    """Return for each step: the state it is taken in under R1, whose it is, and the call."""
    id, first = story.order_id, list(story.items)[:1]
    shown = NewDecision(paper("12/QĐ"), "Giám đốc", story.list_sha256)
    mine, head = Role.ARCHIVIST, Role.HEAD
    asked, given, decided = State.OPINION_REQUESTED, State.OPINION_GIVEN, State.DECIDED
    return {
        "submit": (State.LISTED, mine, lambda s, v: listing.submit(s, id, viewer=v, now=NOW)),
        "take-out": (
            State.LISTED, mine, lambda s, v: listing.take_out(s, id, first, reason="x", viewer=v, now=NOW)
        ),
        "abort": (State.LISTED, mine, lambda s, v: listing.abort(s, id, reason="x", viewer=v, now=NOW)),
        "council": (
            State.LISTED, head, lambda s, v: council.form(s, id, PEOPLE.council(), paper(), viewer=v, now=NOW)
        ),
        "request-opinion": (
            State.COUNCIL_REVIEW, head, lambda s, v: opinion.request(s, id, paper(), viewer=v, now=NOW)
        ),
        "record-opinion": (
            asked, mine, lambda s, v: opinion.record(s, id, paper(), Verdict.FOR, viewer=v, now=NOW)
        ),
        "reject": (given, head, lambda s, v: opinion.reject(s, id, reason="x", viewer=v, now=NOW)),
        "decide": (given, head, lambda s, v: deciding.decide(s, id, shown, viewer=v, now=NOW)),
        "refuse": (decided, head, lambda s, v: deciding.refuse(s, id, reason="x", viewer=v, now=NOW)),
        "hand-over": (
            decided, mine, lambda s, v: deciding.hand_over(s, id, paper(), receiver="b", viewer=v, now=NOW)
        ),
    }  # fmt: skip


def test_every_step_is_refused_to_every_other_role_and_from_every_other_state(town: Town) -> None:
    story = walked(town.store("01"), town.store("02"), to=State.LISTED)
    for state in R1_WAY:
        story = on(story, state)
        for name, (source, mine, act) in steps(story).items():
            for role in Role:
                for agency in (AGENCY, OTHER):
                    if (role, agency) == (mine, AGENCY) and (
                        state is source or name in ("take-out", "abort")
                    ):
                        continue
                    if (
                        name == "council"
                        and role is mine
                        and state is State.COUNCIL_REVIEW
                        and agency == AGENCY
                    ):
                        continue
                    with pytest.raises(ArchiveError), transaction() as session:
                        act(session, person("xuan", role, agency=agency))
    assert seen(story.order_id).steps == story.steps


def test_nothing_leaves_a_list_that_has_ended(town: Town) -> None:
    story = walked(town.store("01"), town.store("02"), to=State.LISTED)
    with transaction() as session:
        story = listing.abort(session, story.order_id, reason="Nhầm năm", viewer=AN, now=NOW)
    assert story.state in STATES_END
    for name, (_, mine, act) in steps(story).items():
        with pytest.raises(ArchiveError), transaction() as session:
            act(session, person("xuan", mine))
        assert name


# --- the list ----------------------------------------------------------------------------------------------


def proposed(*ids: str, explanation: str = "Thuyết minh", viewer: Viewer = AN) -> Story:
    with transaction() as session:
        new = NewList(AGENCY, ids, "Hết thời hạn", explanation, paper("5/TTr"))
        return listing.propose(session, new, viewer=viewer, now=NOW)


def test_files_of_both_laws_are_not_on_one_list(town: Town) -> None:
    with pytest.raises(OrderRefusedError, match="make two lists"):
        proposed(town.store("01"), r2(town, "02"))


@pytest.mark.parametrize(("explanation", "why"), [(" ", "explanation"), ("x", "no case file is named")])
def test_a_list_without_explanation_or_files_is_refused(town: Town, explanation: str, why: str) -> None:
    ids = (town.store("01", on_disk=False),) if why == "explanation" else ()
    with pytest.raises(OrderRefusedError, match=why):
        proposed(*ids, explanation=explanation)


@pytest.mark.parametrize("state", [*R1_WAY, State.HANDED_OVER])
def test_a_file_is_taken_out_with_a_reason_at_any_state_before_execution(town: Town, state: State) -> None:
    first, second = town.store("01"), town.store("02")
    story = walked(first, second, to=state)
    with transaction() as session, pytest.raises(OrderRefusedError, match="reason"):
        listing.take_out(session, story.order_id, [first], reason=" ", viewer=AN, now=NOW)
    with transaction() as session:
        story = listing.take_out(session, story.order_id, [first], reason="Còn cần", viewer=BINH, now=NOW)
    assert set(story.items) == {second} and story.left[first].reason == "Còn cần"
    story = on(story)
    assert against(story.order_id) == ""
    outcome = execute(story.order_id, viewer=BINH, now=NOW)
    assert (outcome.count("taken-out"), outcome.count("done")) == (1, 1)
    assert len(copies_of("01")) == 3 and copies_of("02") == []


def test_what_was_taken_out_may_be_on_another_list_at_once(town: Town) -> None:
    first, second = town.store("01"), town.store("02")
    story = walked(first, second, to=State.COUNCIL_REVIEW)
    with pytest.raises(OrderRefusedError, match=r"already on the open list .*/TTr$"):
        proposed(first)
    with transaction() as session:
        listing.take_out(session, story.order_id, [first], reason="Sang danh mục khác", viewer=AN, now=NOW)
    assert proposed(first).state is State.LISTED


def test_the_last_file_is_not_taken_out(town: Town) -> None:
    only = town.store("01", on_disk=False)
    story = walked(only, to=State.LISTED)
    with transaction() as session, pytest.raises(OrderRefusedError, match="abort the list"):
        listing.take_out(session, story.order_id, [only], reason="x", viewer=AN, now=NOW)


def test_nothing_is_taken_out_of_a_destruction_that_has_begun(town: Town) -> None:
    class Down:
        name = "down"

        def erase(self, target: object) -> object:
            raise OSError("away")

    first, second = town.store("01"), town.store("02")
    story = walked(first, second)
    execute(story.order_id, viewer=BINH, now=NOW, ask=[Down()])  # type: ignore[list-item]
    with transaction() as session, pytest.raises(OrderRefusedError, match="has begun"):
        listing.take_out(session, story.order_id, [first], reason="x", viewer=AN, now=NOW)


def test_an_aborted_list_leaves_everything_as_it_was(town: Town) -> None:
    only = town.store("01")
    story = walked(only, to=State.OPINION_GIVEN)
    with transaction() as session:
        story = listing.abort(session, story.order_id, reason="Cân nhắc lại", viewer=AN, now=NOW)
        assert session.get_one(Order, story.order_id).state == "refused"
    assert story.state is State.ABORTED and len(copies_of("01")) == 3
    assert proposed(only).state is State.LISTED


def test_a_list_with_a_held_file_is_not_submitted(town: Town) -> None:
    first, second = town.store("01", on_disk=False), town.store("02", on_disk=False)
    story = walked(first, second, to=State.LISTED)
    place(first)
    with pytest.raises(OrderRefusedError, match="held"):
        on(story, State.COUNCIL_REVIEW)
    with transaction() as session:
        listing.take_out(session, story.order_id, [first], reason="Đang bị giữ", viewer=AN, now=NOW)
    assert on(seen(story.order_id), State.COUNCIL_REVIEW).state is State.COUNCIL_REVIEW


# --- opinion and decision -----------------------------------------------------------------------------------


def test_an_opinion_against_it_returns_the_list_and_the_council_looks_anew(town: Town) -> None:
    story = walked(town.store("01"), to=State.OPINION_REQUESTED)
    with transaction() as session, pytest.raises(OrderRefusedError, match="reason"):
        opinion.record(session, story.order_id, paper("3"), Verdict.AGAINST, viewer=AN, now=NOW)
    with transaction() as session:
        story = opinion.record(
            session, story.order_id, paper("3"), Verdict.AGAINST, viewer=AN, now=NOW, reason="Còn giá trị"
        )
    assert (story.state, story.votes, story.conclusion) == (State.LISTED, {}, None)
    assert against(on(story).order_id) == ""  # the same chair says yes again


def test_under_the_new_law_an_opinion_against_it_only_lets_the_head_reject(town: Town) -> None:
    story = walked(r2(town), to=State.APPRAISAL)
    with transaction() as session:
        opinion.record(session, story.order_id, paper("3"), Verdict.AGAINST, viewer=AN, now=NOW)
    with pytest.raises(OrderRefusedError, match="against the destruction"):
        decide(story)
    with transaction() as session:
        story = opinion.reject(
            session, story.order_id, reason="Không đồng ý", viewer=HEAD, now=NOW, letter=paper("3")
        )
    assert story.state is State.REJECTED


def test_the_head_of_an_agency_on_the_source_list_does_not_decide_alone(town: Town) -> None:
    hands_nothing_over()
    story = walked(r2(town))
    with transaction() as session:
        from archive.register.agencies import set_agency

        set_agency(session, code=AGENCY, name="Sở", submits_to_historical=True, actor="admin", now=NOW)
    assert "must be an appraisal" in refused_to_act(story.order_id)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"paper": paper("12/QĐ", NOW.date() - timedelta(days=1))}, "is before the opinion"),
        ({"paper": paper("12/QĐ", NOW.date() + timedelta(days=1))}, "in the future"),
        ({"paper": paper(" ")}, "number of the decision"),
        ({"signer": " "}, "who signed"),
        ({"list_sha256": "0" * 64}, "not the one the decider was shown"),
        ({"viewer": person("an", Role.HEAD)}, "nobody approves what they proposed"),
        ({"viewer": person("Hoa", Role.HEAD)}, "took part in the council"),
    ],
)
def test_a_decision_that_is_not_as_it_must_be_is_refused(
    town: Town, changes: dict[str, object], why: str
) -> None:
    story = walked(town.store("01", on_disk=False), to=State.OPINION_GIVEN)
    with pytest.raises(OrderRefusedError, match=why):
        decide(story, **changes)  # type: ignore[arg-type]


def test_a_list_changed_after_it_was_shown_is_refused_at_the_decision(town: Town) -> None:
    first, second = town.store("01", on_disk=False), town.store("02", on_disk=False)
    shown = walked(first, second, to=State.OPINION_GIVEN)
    with transaction() as session:
        listing.take_out(session, shown.order_id, [first], reason="Còn cần", viewer=AN, now=NOW)
    with pytest.raises(OrderRefusedError, match="not the one the decider was shown"):
        decide(shown)
    assert decide(seen(shown.order_id)).state is State.DECIDED


def test_a_package_that_changed_after_the_vote_is_refused_at_the_decision(town: Town) -> None:
    only = town.store("01", on_disk=False)
    story = walked(only, to=State.OPINION_GIVEN)
    town.store("01", version=2, id=only, on_disk=False)
    with pytest.raises(OrderRefusedError, match="package is not the one"):
        decide(story)


def test_a_decision_older_than_15_days_is_not_handed_over_and_may_be_ended(town: Town) -> None:
    hands_nothing_over()
    story = walked(r2(town), to=State.DECIDED)
    with pytest.raises(OrderRefusedError, match="15 days"):
        on(story, now=NOW + timedelta(days=16))
    with transaction() as session:
        story = deciding.refuse(session, story.order_id, reason="Quá hạn", viewer=HEAD, now=NOW)
    assert story.state is State.REFUSED


def test_who_made_the_list_does_not_receive_it_for_destruction(town: Town) -> None:
    story = walked(town.store("01", on_disk=False), to=State.DECIDED)
    with transaction() as session, pytest.raises(OrderRefusedError, match="somebody else carries"):
        deciding.hand_over(session, story.order_id, paper(), receiver=" AN", viewer=BINH, now=NOW)


def test_a_council_member_may_vote_before_and_not_after_the_conclusion(town: Town) -> None:
    story = walked(town.store("01", on_disk=False), to=State.COUNCIL_REVIEW)
    with transaction() as session:
        for voter in (LEADER, EXPERT, CHAIR):
            council.vote(session, story.order_id, Ballot(Choice.DESTROY), viewer=voter, now=NOW)
        council.conclude(session, story.order_id, paper(), viewer=CHAIR, now=NOW)
    with transaction() as session, pytest.raises(OrderRefusedError, match="has concluded"):
        council.vote(session, story.order_id, Ballot(Choice.KEEP, "x"), viewer=EXPERT, now=NOW)
    with transaction() as session, pytest.raises(OrderRefusedError, match="has not signed"):
        opinion.request(session, story.order_id, paper(), viewer=HEAD, now=NOW)


# --- the executor's confirmation --------------------------------------------------------------------------


def test_what_was_handed_over_is_not_begun_before_the_executor_confirmed_with_both_factors(
    town: Town,
) -> None:
    story = walked(town.store("01"), to=State.DECIDED)
    with transaction() as session:
        deciding.hand_over(session, story.order_id, paper(), receiver="binh", viewer=AN, now=NOW)
    assert "has not confirmed it with both factors" in refused_to_act(story.order_id)
    with transaction() as session, pytest.raises(SecondFactorError):
        deciding.release(session, story.order_id, viewer=BINH, now=NOW)
    with transaction() as session, pytest.raises(OrderRefusedError, match="somebody else carries"):
        proven(session, AN, For.RELEASE, story.order_id, now=NOW)
        deciding.release(session, story.order_id, viewer=AN, now=NOW)


def test_only_who_confirmed_begins_it_and_within_a_day(town: Town) -> None:
    story = walked(town.store("01"))
    for viewer, later, why in ((HEAD, 0, "binh confirmed"), (BINH, 25, "more than a day ago")):
        with pytest.raises(OrderRefusedError, match=why):
            execute(story.order_id, viewer=viewer, now=NOW + timedelta(hours=later))
    assert len(copies_of("01")) == 3
    assert execute(story.order_id, viewer=BINH, now=NOW + timedelta(hours=24)).count("done") == 1


def test_both_factors_are_in_the_ledger_with_time_and_person(town: Town) -> None:
    story = walked(town.store("01", on_disk=False))
    assert story.decision and story.release
    for factors, who in ((story.decision.factors, "dung"), (story.release.factors, "binh")):
        assert (factors.account, factors.first, factors.second) == (who, "command-line", "totp")
        assert factors.proved_at.startswith("2026-03-02T03:00")
