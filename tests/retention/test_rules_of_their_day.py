"""A rule that came later judges what is done now; what was lawful when it was done strands no list."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import date
from pathlib import Path

import pytest
from linked_files import LAN, THEY, Two, chosen, keep_them, listed, two
from procedure_people import seen, walked
from retention_town import AGENCY, AN, HEAD, NOW, TODAY, Town
from retention_town import PEOPLE as THESE

from archive.errors import OrderRefusedError
from archive.ledger.append import append
from archive.ledger.event import Verb
from archive.procedure import council_steps, follow, list_steps
from archive.procedure.links import Fate
from archive.procedure.papers import Paper
from archive.procedure.states import State
from archive.procedure.story import Story
from archive.register.projection import apply
from archive.register.session import transaction
from archive.viewer import Role
from operations.procession import Papers, Wanted, walk_on
from retention.destruction import execute
from retention.procedure import council, deciding, listing, taking
from retention.procedure.listing import NewList

Era = Callable[[], AbstractContextManager[None]]


@pytest.fixture
def version_1(monkeypatch: pytest.MonkeyPatch) -> Era:
    """The procedure as it was before papers had bounds to their days and kept documents were the decision's."""

    @contextmanager
    def era() -> Iterator[None]:
        with monkeypatch.context() as then:
            then.setattr(listing, "PROCEDURE", 1)
            then.setattr(listing, "against_day", lambda *of: ())
            for steps in (follow, list_steps, council_steps):
                then.setattr(steps, "binds", lambda *of: False)
            yield

    return era


def walk(order_id: str, to: State) -> Story:
    with transaction() as session:
        papers = Papers(Wanted(LAN_AT, (), "12/QĐ", TODAY))
        return walk_on(session, taking.story(session, order_id), papers, THEY, now=NOW, to=to)


LAN_AT = next(iter(LAN.roles))


@pytest.fixture
def files(house: Path) -> Two:
    return two(house)


def kept_and_decided(files: Two) -> str:
    order_id = listed(files)
    chosen(order_id, files.link(1))
    keep_them(order_id)
    walk(order_id, State.DECIDED)
    return order_id


def refused(work: Callable[[], object]) -> list[str]:
    with pytest.raises(OrderRefusedError) as caught:
        work()
    return [reason.code for reason in caught.value.reasons]


def test_a_list_that_let_a_kept_document_go_when_that_was_lawful_is_destroyed_and_closed(
    files: Two, version_1: Era
) -> None:
    with version_1():
        order_id = kept_and_decided(files)
        chosen(order_id, files.link(1), Fate.LET_GO, "Nghĩ lại")
        chosen(order_id, files.link(1))
    again = refused(lambda: chosen(order_id, files.link(1), Fate.LET_GO, "Nghĩ lại"))
    assert again == ["archive.kept-by-decision"]  # what is done now is judged by the rules of now
    walk(order_id, State.HANDED_OVER)
    assert execute(order_id, viewer=THEY.executor, now=NOW).count("done") == 1
    with transaction() as session:
        assert deciding.close(session, order_id, viewer=LAN, now=NOW).closing is not None


def test_a_list_of_now_with_such_a_step_in_its_ledger_is_refused(files: Two, version_1: Era) -> None:
    order_id = kept_and_decided(files)
    with version_1():
        chosen(order_id, files.link(1), Fate.LET_GO, "Nghĩ lại")
    assert [fault.code for fault in seen(order_id).faults] == ["archive.kept-by-decision"]
    with pytest.raises(OrderRefusedError, match="kept"):
        walk(order_id, State.HANDED_OVER)


def test_papers_that_bore_an_early_day_before_there_was_a_bound_are_no_fault(
    town: Town, version_1: Era
) -> None:
    early = date(2012, 1, 1)
    new = NewList(
        AGENCY, (town.store("01", ended=date(2011, 12, 31)),), "Hết", "Thuyết minh", Paper("5/TTr", early)
    )
    with version_1(), transaction() as session:
        order_id = listing.propose(session, new, viewer=AN, now=NOW).order_id
        council.form(session, order_id, THESE.council(), Paper("3/QĐ", early), viewer=HEAD, now=NOW)
    assert seen(order_id).procedure == 1 and seen(order_id).faults == ()
    another = Paper("4/QĐ", early)
    with pytest.raises(OrderRefusedError, match="01/2011"), transaction() as session:
        council.form(session, order_id, THESE.council(), another, viewer=HEAD, now=NOW)


@pytest.mark.parametrize("state", [State.COUNCIL_REVIEW, State.DECIDED])
def test_a_list_whose_history_breaks_the_procedure_can_be_given_up_and_nothing_else(
    town: Town, state: State
) -> None:
    story = walked(town.store("01"), to=state)
    with transaction() as session:
        event = append(
            session, Verb.DECISION, actor=AN.name, role=Role.ARCHIVIST.value, kind="order", id=story.order_id,
            payload={"step": {"id": "vote", "state": state.value}}, now=NOW,
        )  # fmt: skip
        apply(session, event)

    def give_up(reason: str) -> Story:
        with transaction() as session:
            if state is State.DECIDED:
                return deciding.refuse(session, story.order_id, reason=reason, viewer=HEAD, now=NOW)
            return listing.abort(session, story.order_id, reason=reason, viewer=AN, now=NOW)

    def take_out() -> Story:
        with transaction() as session:
            return listing.take_out(session, story.order_id, ["x"], reason="Nhầm", viewer=AN, now=NOW)

    assert "archive.step-unreadable" in refused(take_out)
    assert refused(lambda: give_up(" ")) == ["archive.no-reason-given"]
    ended = give_up("Sổ ghi sai")
    assert ended.state in (State.ABORTED, State.REFUSED) and len(ended.faults) == 1
