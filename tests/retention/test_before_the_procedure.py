"""Destructions without a procedure, where one is required: finished when they had begun, refused otherwise."""

from __future__ import annotations

from pathlib import Path

import pytest
from retention_town import AGENCY, AN, BINH, COUNCIL, HEAD, NOW, TODAY, Town, copies_of

from archive import orders
from archive.errors import OrderRefusedError
from archive.ledger.append import append
from archive.ledger.event import Verb
from archive.orders import NewOrder
from archive.register.decisions import Order, OrderKind, OrderState
from archive.register.projection import apply
from archive.register.session import transaction
from archive.viewer import Role
from retention.destruction import execute


@pytest.fixture(autouse=True)
def required(monkeypatch: pytest.MonkeyPatch, house: Path) -> None:
    """The deployment takes no list without a procedure."""
    monkeypatch.setenv("TANGTHU_ARCHIVE__PROCEDURE_REQUIRED", "true")


def test_two_approvals_without_a_procedure_destroy_nothing(town: Town) -> None:
    case_file_id = town.store("01")
    new = NewOrder(
        OrderKind.DESTRUCTION, AGENCY, "Hết thời hạn", "12/QĐ", TODAY, case_file_ids=(case_file_id,)
    )
    with transaction() as session:
        order_id = orders.propose(session, new, viewer=AN, now=NOW).id
    for viewer, role in ((COUNCIL, Role.COUNCIL), (HEAD, Role.HEAD)):
        with transaction() as session, pytest.raises(OrderRefusedError, match="does not go through"):
            orders.approve(session, order_id, viewer=viewer, role=role, now=NOW)
    with transaction() as session:  # as they were given before there was a procedure
        for viewer, role in ((COUNCIL, Role.COUNCIL), (HEAD, Role.HEAD)):
            told = {"approval": {"actor": viewer.name, "role": role.value}}
            event = append(
                session, Verb.DECISION, actor=viewer.name, kind="order", id=order_id, payload=told, now=NOW
            )
            apply(session, event)
        orders.mark(session, session.get_one(Order, order_id), OrderState.APPROVED, actor="dung", now=NOW)
    for state in (OrderState.APPROVED, OrderState.EXECUTING):  # the row may say what it likes
        with transaction() as session:
            session.get_one(Order, order_id).state = state
        with pytest.raises(OrderRefusedError, match="does not go through the procedure"):
            execute(order_id, viewer=BINH, now=NOW)
    assert len(copies_of("01")) == 3


def test_one_that_had_begun_before_there_was_a_procedure_is_finished(town: Town) -> None:
    case_file_id = town.store("01")
    new = NewOrder(
        OrderKind.DESTRUCTION, AGENCY, "Hết thời hạn", "12/QĐ", TODAY, case_file_ids=(case_file_id,)
    )
    with transaction() as session:
        order = orders.propose(session, new, viewer=AN, now=NOW)
        for told in (
            {"approval": {"actor": "cuong", "role": "council"}},
            {"approval": {"actor": "dung", "role": "head"}},
            {"state": "approved"},
            {"state": "executing"},
        ):
            actor = told.get("approval", {}).get("actor", "binh")  # type: ignore[attr-defined]
            apply(
                session,
                append(session, Verb.DECISION, actor=actor, kind="order", id=order.id, payload=told, now=NOW),
            )
    assert execute(order.id, viewer=BINH, now=NOW).count("done") == 1
    assert copies_of("01") == []
