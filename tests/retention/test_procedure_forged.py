"""Nothing is destroyed before its list has gone the whole way, whatever rows and ledger events say."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from procedure_people import (
    CHAIR,
    R1_WAY,
    R2_WAY,
    paper,
    r2,
    refused_to_act,
    walked,
)
from retention_town import NOW, Town
from sqlalchemy import update
from sqlalchemy.orm import Session

from archive import orders
from archive.errors import OrderRefusedError
from archive.ledger.append import append
from archive.ledger.event import Verb
from archive.procedure.states import State
from archive.procedure.story import Story
from archive.register.decisions import Approval, Order, OrderItem
from archive.register.disposal import DisposalList
from archive.register.projection import apply
from archive.register.session import transaction
from archive.viewer import Role


@pytest.mark.parametrize("state", R1_WAY)
def test_the_vault_refuses_a_list_that_is_not_through_whatever_the_rows_say(town: Town, state: State) -> None:
    story = walked(town.store("01"), to=state)
    with transaction() as session:
        session.execute(update(Order).values(state="approved"))
        session.execute(update(DisposalList).values(state="handed-over"))
    assert "has not gone through the whole procedure" in refused_to_act(story.order_id)


@pytest.mark.parametrize("state", R2_WAY)
def test_the_vault_refuses_such_a_list_under_the_new_law(town: Town, state: State) -> None:
    story = walked(r2(town), to=state)
    with transaction() as session:
        session.execute(update(Order).values(state="approved"))
        session.execute(update(DisposalList).values(state="handed-over"))
    assert "has not gone through the whole procedure" in refused_to_act(story.order_id)


def forged(session: Session, story: Story, actor: str, role: Role, **payload: object) -> None:
    """Write an event past every rule, as somebody would who calls the ledger himself."""
    event = append(
        session, Verb.DECISION, actor=actor, role=role.value, kind="order", id=story.order_id,
        payload=payload, now=NOW,
    )  # fmt: skip
    apply(session, event)


def forged_decision(session: Session, story: Story, head: str, letter: object) -> None:
    forged(
        session, story, head, Role.HEAD, state="approved",
        approval={"actor": head, "role": "head"},
        step={"id": "decide", "state": "decided", "paper": letter, "signer": "x", "list": story.list_sha256},
    )  # fmt: skip


def forged_hand_over(session: Session, story: Story, letter: object) -> None:
    forged(
        session, story, "an", Role.ARCHIVIST,
        step={"id": "hand-over", "state": "handed-over", "paper": letter, "receiver": "binh"},
    )  # fmt: skip


def test_a_list_whose_council_never_voted_is_refused_though_events_say_decided(town: Town) -> None:
    story = walked(town.store("01"), to=State.COUNCIL_REVIEW)
    letter = paper("9").as_json()
    with transaction() as session:
        forged(
            session, story, "dung", Role.HEAD,
            step={"id": "request-opinion", "state": "opinion-requested", "paper": letter, "submits": True},
        )  # fmt: skip
        forged(
            session, story, "an", Role.ARCHIVIST,
            step={"id": "record-opinion", "state": "opinion-given", "paper": letter, "verdict": "for"},
        )  # fmt: skip
        forged(session, story, "cuong", Role.COUNCIL, approval={"actor": "cuong", "role": "council"})
        forged_decision(session, story, "dung", letter)
        forged_hand_over(session, story, letter)
        assert session.get_one(Order, story.order_id).state == "approved"
    assert "the council has not concluded" in refused_to_act(story.order_id)


def test_the_head_who_voted_does_not_decide_though_events_say_so(town: Town) -> None:
    story = walked(town.store("01"), to=State.OPINION_GIVEN)
    with transaction() as session:
        forged_decision(session, story, "hoa", paper("9").as_json())
        forged_hand_over(session, story, paper().as_json())
    assert "hoa took part in the council" in refused_to_act(story.order_id)


def test_a_step_whose_event_says_another_state_is_refused(town: Town) -> None:
    story = walked(town.store("01"), to=State.LISTED)
    with transaction() as session:
        forged(session, story, "an", Role.ARCHIVIST, step={"id": "submit", "state": "handed-over"})
        session.execute(update(Order).values(state="approved"))
    assert "leads elsewhere" in refused_to_act(story.order_id)


def test_a_step_nobody_can_read_is_refused(town: Town) -> None:
    story = walked(town.store("01"))
    with transaction() as session:
        forged(session, story, "an", Role.ARCHIVIST, step={"id": "vote", "state": "handed-over"})
    assert "cannot be read" in refused_to_act(story.order_id)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda s, o: s.execute(update(OrderItem).values(package_sha256="0" * 64)), "not the one that was approved"),
        (lambda s, o: s.execute(update(OrderItem).values(outcome="taken-out")), "not what the ledger says"),
        (lambda s, o: s.execute(update(Order).values(list_sha256="0" * 64)), "not what the ledger says"),
        (lambda s, o: s.execute(update(Order).values(document_number="99/QĐ")), "not what the ledger says"),
        (lambda s, o: s.execute(update(DisposalList).values(regime="R2")), "step of the procedure is not"),
        (
            lambda s, o: s.execute(update(Approval).where(Approval.role == "head").values(actor="cuong")),
            "does not know the approval",
        ),
    ],
    ids=["package", "an item said to be out", "list hash", "decision's number", "law", "one person twice"],
)  # fmt: skip
def test_a_tampered_list_is_refused(town: Town, change: Callable[[Session, str], object], why: str) -> None:
    story = walked(town.store("01"), town.store("02"))
    with transaction() as session:
        session.autoflush = False
        if "approval" in why:
            session.query(Approval).filter(Approval.role == "council").delete()
        change(session, story.order_id)
    assert why in refused_to_act(story.order_id)


def test_a_yes_past_the_procedure_is_refused(town: Town) -> None:
    story = walked(town.store("01"), to=State.LISTED)
    with transaction() as session, pytest.raises(OrderRefusedError, match="past it"):
        orders.approve(session, story.order_id, viewer=CHAIR, role=Role.COUNCIL, now=NOW)


def test_a_decision_whose_event_names_no_factors_is_refused(town: Town) -> None:
    story = walked(town.store("01"), to=State.OPINION_GIVEN)
    with transaction() as session:
        forged_decision(session, story, "dung", paper("9").as_json())
    assert "dung has not proven both factors" in refused_to_act(story.order_id)
