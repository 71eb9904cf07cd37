"""Lists made before there was a procedure: readable, given up, finished when they had begun, and nothing else."""

from __future__ import annotations

import json

import pytest
from retention_town import AGENCY, AN, BINH, COUNCIL, HEAD, NOW, TODAY, Town, copies_of
from typer.testing import CliRunner

from archive import orders
from archive.cli import load
from archive.errors import OrderRefusedError
from archive.register.decisions import Order, OrderState
from archive.register.session import reading, transaction
from archive.viewer import Role
from retention import old_lists
from retention.certificate import certificate
from retention.destruction import execute
from retention.procedure import listing
from tests.archive.lists_of_before import an_old_list, approved_then, begun_then


def old(town: Town, *, approved: bool = False, begun: bool = False) -> str:
    case_file_id = town.store("01")
    with transaction() as session:
        order_id = an_old_list(session, AGENCY, [case_file_id], "12/QĐ", TODAY, by="an", now=NOW)
        if approved or begun:
            approved_then(session, order_id, council="cuong", head="dung", now=NOW)
        if begun:
            begun_then(session, order_id, by="binh", now=NOW)
    return order_id


@pytest.mark.parametrize(("viewer", "role"), [(COUNCIL, Role.COUNCIL), (HEAD, Role.HEAD)])
def test_nobody_approves_one_any_more(town: Town, viewer: object, role: Role) -> None:
    order_id = old(town)
    with transaction() as session, pytest.raises(OrderRefusedError, match="does not go through"):
        orders.approve(session, order_id, viewer=viewer, role=role, now=NOW)  # type: ignore[arg-type]


def test_two_approvals_without_a_procedure_destroy_nothing(town: Town) -> None:
    order_id = old(town, approved=True)
    for state in (OrderState.APPROVED, OrderState.EXECUTING):  # the row may say what it likes
        with transaction() as session:
            session.get_one(Order, order_id).state = state
        with pytest.raises(OrderRefusedError, match="does not go through the procedure"):
            execute(order_id, viewer=BINH, now=NOW)
    assert len(copies_of("01")) == 3


def test_one_that_had_begun_is_finished_and_its_certificate_is_read(town: Town) -> None:
    order_id = old(town, begun=True)
    assert execute(order_id, viewer=BINH, now=NOW).count("done") == 1
    assert copies_of("01") == []
    with reading() as session:
        assert certificate(session, order_id).startswith(b"%PDF")


@pytest.mark.parametrize("approved", [False, True])
@pytest.mark.parametrize("viewer", [AN, COUNCIL, HEAD])
def test_an_open_one_is_given_up_and_its_case_files_are_free(
    town: Town, viewer: object, approved: bool
) -> None:
    order_id = old(town, approved=approved)
    with transaction() as session, pytest.raises(OrderRefusedError, match="reason"):
        old_lists.give_up(session, order_id, reason=" ", viewer=viewer, now=NOW)  # type: ignore[arg-type]
    with transaction() as session:
        order = old_lists.give_up(session, order_id, reason="lập lại", viewer=viewer, now=NOW)  # type: ignore[arg-type]
        assert order.state == OrderState.REFUSED
        assert old_lists.is_old(order)
        ids = [item.case_file_id for item in order.items]
    assert town.ordered(*ids)


def test_one_that_had_begun_is_not_given_up(town: Town) -> None:
    order_id = old(town, begun=True)
    with transaction() as session, pytest.raises(OrderRefusedError, match="can no longer be refused"):
        old_lists.give_up(session, order_id, reason="lập lại", viewer=HEAD, now=NOW)


def test_a_list_with_a_procedure_is_not_given_up_past_it(town: Town) -> None:
    order_id = town.ordered(town.store("01", on_disk=False))
    with transaction() as session, pytest.raises(OrderRefusedError, match="past it"):
        old_lists.give_up(session, order_id, reason="x", viewer=HEAD, now=NOW)
    with transaction() as session:
        assert not old_lists.is_old(session.get_one(Order, order_id))


def test_an_old_list_takes_no_step_of_the_procedure(town: Town) -> None:
    with transaction() as session, pytest.raises(OrderRefusedError, match="does not go through"):
        listing.submit(session, old(town), viewer=AN, now=NOW)


def test_the_command_gives_up_either_kind(town: Town) -> None:
    order_id, app = old(town), load()
    words = [
        "disposal",
        "abort",
        order_id,
        "--reason",
        "lập lại",
        "--as",
        "an",
        "--role",
        f"archivist@{AGENCY}",
    ]
    done = CliRunner().invoke(app, [*words, "--json"])
    assert done.exit_code == 0, done.output
    assert json.loads(done.output) == {"order_id": order_id, "state": "refused"}
