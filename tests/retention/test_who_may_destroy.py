"""Everyone who may not, and everything that speaks against it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from procedure_people import on, seen, walked
from retention_town import (
    AGENCY,
    AN,
    BINH,
    HEAD,
    NOW,
    OTHER,
    TODAY,
    Town,
    copies_of,
    person,
)
from sqlalchemy import delete, func, select, update

from archive.errors import NotAllowedError, NotFoundError, OrderRefusedError
from archive.ledger.rows import EventRow
from archive.procedure.papers import Paper
from archive.procedure.states import State
from archive.register.decisions import Approval, Order, OrderItem
from archive.register.session import reading, transaction
from archive.viewer import Role, Viewer
from retention import holds
from retention.destruction import execute
from retention.procedure import deciding, listing
from retention.procedure.listing import NewList


def propose(viewer: Viewer, *case_file_ids: str, agency: str = AGENCY, reason: str = "Hết thời hạn") -> str:
    with transaction() as session:
        new = NewList(agency, case_file_ids, reason, "Thuyết minh", Paper("12/TTr", TODAY))
        return listing.propose(session, new, viewer=viewer, now=NOW).order_id


def end(order_id: str) -> None:
    """The head refuses what was decided."""
    with transaction() as session:
        deciding.refuse(session, order_id, reason="Còn cần", viewer=HEAD, now=NOW)


def hold(case_file_id: str, viewer: Viewer = AN) -> str:
    with transaction() as session:
        return holds.place(
            session, agency_code=AGENCY, case_file_ids=[case_file_id], reason="Thanh tra",
            document_number="5/TT", document_date=TODAY, viewer=viewer, now=NOW,
        ).hold_ids[0]  # fmt: skip


def refused(order_id: str, viewer: Viewer = BINH, *, days: int = 0) -> str:
    """Return the reasons of a refusal, having seen that nothing was erased and nothing written."""
    with reading() as session:
        before = session.scalar(select(func.count()).select_from(EventRow))
        codes = list(session.scalars(select(OrderItem.case_file_id).where(OrderItem.order_id == order_id)))
    with pytest.raises(OrderRefusedError) as caught:
        execute(order_id, viewer=viewer, now=NOW + timedelta(days=days))
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(EventRow)) == before
    assert len(copies_of("01")) == 3
    assert codes
    return "; ".join(map(str, caught.value.reasons))


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ARCHIVIST])
def test_only_an_archivist_may_propose_a_destruction(town: Town, role: Role) -> None:
    case_file_id = town.store("01")
    with pytest.raises(NotAllowedError):
        propose(person("x", role), case_file_id)


def test_an_archivist_of_another_agency_may_not_propose(town: Town) -> None:
    case_file_id = town.store("01")
    with pytest.raises(NotAllowedError):
        propose(person("x", Role.ARCHIVIST, agency=OTHER), case_file_id)
    with pytest.raises(OrderRefusedError, match="is of agency"):
        propose(person("x", Role.ARCHIVIST, agency=OTHER), case_file_id, agency=OTHER)


@pytest.mark.parametrize(
    ("maintenance", "ended", "message"),
    [
        ("Vĩnh viễn", date(1990, 1, 1), "permanently"),
        ("70 năm", date(2014, 1, 1), "not over before 2085-01-01"),
        ("5 năm", date(2021, 1, 1), "not over before 2027-01-01"),
        ("Lâu dài", date(1990, 1, 1), "unclear"),
    ],
)
def test_what_is_not_yet_due_permanent_or_unclear_may_not_be_listed(
    town: Town, maintenance: str, ended: date, message: str
) -> None:
    case_file_id = town.store("01", maintenance=maintenance, ended=ended)
    with pytest.raises(OrderRefusedError, match=message):
        propose(AN, case_file_id)


def test_a_held_case_file_may_not_be_listed(town: Town) -> None:
    case_file_id = town.store("01")
    hold(case_file_id)
    with pytest.raises(OrderRefusedError, match="held: Thanh tra"):
        propose(AN, case_file_id)


def test_a_case_file_is_on_one_open_list_at_a_time_and_free_again_after_a_refusal(town: Town) -> None:
    case_file_id = town.store("01")
    order_id = propose(AN, case_file_id)
    with pytest.raises(OrderRefusedError, match="already on the open list 12/TTr"):
        propose(BINH, case_file_id)
    with transaction() as session:
        listing.abort(session, order_id, reason="Còn cần", viewer=AN, now=NOW)
    assert propose(BINH, case_file_id) != order_id


def test_a_refused_order_is_not_carried_out(town: Town) -> None:
    order_id = town.ordered(town.store("01"))
    end(order_id)
    assert "refused" in refused(order_id)


@pytest.mark.parametrize(("ids", "reason"), [((), "Hết hạn"), (("none",), "Hết hạn")])
def test_an_empty_list_and_an_unknown_case_file_are_refused(
    town: Town, ids: tuple[str, ...], reason: str
) -> None:
    with pytest.raises(OrderRefusedError):
        propose(AN, *ids, reason=reason)


def test_a_destruction_without_a_reason_is_refused(town: Town) -> None:
    with pytest.raises(OrderRefusedError, match="reason"):
        propose(AN, town.store("01"), reason=" ")


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.ARCHIVIST, Role.HEAD)])
def test_only_an_archivist_or_the_head_may_carry_out_a_destruction(town: Town, role: Role) -> None:
    order_id = town.ordered(town.store("01"))
    with pytest.raises(NotAllowedError):
        execute(order_id, viewer=person("x", role), now=NOW)
    assert len(copies_of("01")) == 3


def test_the_proposer_may_not_carry_it_out(town: Town) -> None:
    order_id = town.ordered(town.store("01"))
    with pytest.raises(NotAllowedError, match="proposed"):
        execute(order_id, viewer=AN, now=NOW)
    assert len(copies_of("01")) == 3


def test_a_held_one_is_refused(town: Town) -> None:
    case_file_id = town.store("01")
    order_id = town.ordered(case_file_id)
    hold(case_file_id)
    assert "held: Thanh tra" in refused(order_id)


def test_one_whose_period_was_made_longer_after_the_vote_is_refused(town: Town) -> None:
    from retention.appraisal import set_period

    case_file_id = town.store("01")
    order_id = town.ordered(case_file_id)
    with transaction() as session:
        set_period(session, case_file_id, "Vĩnh viễn", reason="Giá trị lịch sử", viewer=BINH, now=NOW)
    assert "kept permanently" in refused(order_id)


def test_a_list_changed_after_the_decision_is_refused(town: Town) -> None:
    first, second = town.store("01"), town.store("02")
    order_id = town.ordered(first, second)
    with transaction() as session:
        session.execute(
            delete(OrderItem).where(OrderItem.order_id == order_id, OrderItem.case_file_id == second)
        )
    assert "not the one that was approved" in refused(order_id)


def test_a_case_file_smuggled_into_the_list_is_refused(town: Town) -> None:
    first, second = town.store("01"), town.store("02")
    order_id = town.ordered(first)
    with transaction() as session:
        session.add(OrderItem(order_id=order_id, case_file_id=second, package_sha256="0" * 64))
    assert "not the one that was approved" in refused(order_id)


def test_a_changed_list_with_its_hash_recomputed_is_refused_by_the_ledger(town: Town) -> None:
    from archive.order_list import list_hash

    first, second = town.store("01"), town.store("02")
    order_id = town.ordered(first, second)
    with transaction() as session:
        session.execute(
            delete(OrderItem).where(OrderItem.order_id == order_id, OrderItem.case_file_id == second)
        )
        left = session.get_one(OrderItem, (order_id, first))
        session.get_one(Order, order_id).list_sha256 = list_hash([(first, left.package_sha256)])
    assert "not what the ledger says" in refused(order_id)


def test_approvals_written_past_the_ledger_do_not_convince_the_vault(town: Town) -> None:
    order_id = propose(AN, town.store("01"))
    with transaction() as session:
        for name, role in (("cuong", "council"), ("dung", "head")):
            session.add(Approval(order_id=order_id, actor=name, role=role, at=NOW))
        session.execute(update(Order).where(Order.id == order_id).values(state="approved"))
    assert "the ledger does not know the approval" in refused(order_id)


def test_a_package_that_changed_after_the_decision_is_refused(town: Town) -> None:
    case_file_id = town.store("01")
    order_id = town.ordered(case_file_id)
    town.store("01", version=2, id=case_file_id)
    assert "package is not the one that was approved" in refused(order_id)


@pytest.mark.parametrize(("days", "passes"), [(15, True), (16, False)])
def test_after_15_days_in_r2_it_is_refused(town: Town, days: int, passes: bool) -> None:
    case_file_id = town.store("01", regime="R2", maintenance="5 năm", ended=date(2019, 1, 1))
    decided = walked(case_file_id, to=State.DECIDED)
    order_id = on(decided, now=NOW + timedelta(days=15)).order_id
    if passes:
        assert execute(order_id, viewer=BINH, now=NOW + timedelta(days=days)).count("done") == 1
    else:
        assert "15 days" in refused(order_id, days=days)


def test_r1_knows_no_limit_of_15_days(town: Town) -> None:
    decided = walked(town.store("01", regime="R1"), to=State.DECIDED)
    later = NOW + timedelta(days=100)
    assert execute(on(decided, now=later).order_id, viewer=BINH, now=later).count("done") == 1


def test_an_order_of_another_kind_or_unknown_destroys_nothing(town: Town) -> None:
    case_file_id = town.store("01")
    hold(case_file_id)
    with reading() as session:
        order_id = session.scalars(select(Order.id)).one()
    with pytest.raises(OrderRefusedError, match="no destruction but a hold"):
        execute(order_id, viewer=BINH, now=NOW)
    with pytest.raises(NotFoundError):
        execute("../../etc/passwd", viewer=BINH, now=NOW)
    with pytest.raises(OrderRefusedError, match="no destruction"):
        on(seen(order_id))


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ARCHIVIST])
def test_only_an_archivist_may_place_a_hold(town: Town, role: Role) -> None:
    case_file_id = town.store("01")
    with pytest.raises(NotAllowedError):
        hold(case_file_id, person("x", role))


def propose_lift(hold_id: str, viewer: Viewer) -> str:
    with transaction() as session:
        return holds.propose_lift(
            session, hold_id, reason="Thanh tra xong", document_number="9/TT", document_date=TODAY,
            viewer=viewer, now=NOW,
        ).id  # fmt: skip


def lift(order_id: str, viewer: Viewer, role: Role = Role.ARCHIVIST) -> None:
    with transaction() as session:
        holds.lift(session, order_id, viewer=viewer, role=role, now=NOW)


def test_a_hold_is_lifted_by_two_people_and_then_the_file_may_go(town: Town) -> None:
    case_file_id = town.store("01")
    order_id = town.ordered(case_file_id)
    lifting = propose_lift(hold(case_file_id), AN)
    assert "held" in refused(order_id)  # asking for the lifting lifts nothing
    lift(lifting, HEAD, Role.HEAD)
    assert execute(order_id, viewer=BINH, now=NOW).count("done") == 1


def test_who_placed_the_hold_may_not_lift_it(town: Town) -> None:
    lifting = propose_lift(hold(town.store("01")), BINH)
    with pytest.raises(OrderRefusedError, match="placed this hold"):
        lift(lifting, AN)


def test_who_proposed_the_lifting_may_not_say_the_second_yes(town: Town) -> None:
    lifting = propose_lift(hold(town.store("01")), BINH)
    with pytest.raises(OrderRefusedError, match="proposed"):
        lift(lifting, BINH)


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.ARCHIVIST, Role.HEAD)])
def test_nobody_but_archivists_and_the_head_may_lift(town: Town, role: Role) -> None:
    hold_id = hold(town.store("01"))
    with pytest.raises(NotAllowedError):
        propose_lift(hold_id, person("x", role))
    lifting = propose_lift(hold_id, AN)
    with pytest.raises((NotAllowedError, OrderRefusedError)):
        lift(lifting, person("x", role), role)


def test_one_hold_lifted_leaves_the_other_in_force(town: Town) -> None:
    case_file_id = town.store("01")
    order_id = town.ordered(case_file_id)
    first = hold(case_file_id)
    hold(case_file_id, BINH)
    lift(propose_lift(first, AN), HEAD, Role.HEAD)
    assert "held" in refused(order_id)


def test_a_hold_that_would_have_ended_already_is_refused(town: Town) -> None:
    case_file_id = town.store("01")
    with pytest.raises(OrderRefusedError, match="ended"), transaction() as session:
        holds.place(
            session, agency_code=AGENCY, case_file_ids=[case_file_id], reason="x", document_number="1",
            document_date=TODAY, viewer=AN, now=NOW, until=TODAY - timedelta(days=1),
        )  # fmt: skip
