"""Orders: who may, and everything that speaks against acting on one, at the moment of acting."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from archive import orders
from archive.custody import record_receipt
from archive.errors import NotAllowedError, NotFoundError, OrderRefusedError
from archive.holders import Erasure
from archive.ledger.append import append, history
from archive.ledger.event import Verb
from archive.order_check import reasons_against
from archive.order_list import list_hash
from archive.orders import NewOrder
from archive.procedure.states import State
from archive.register.agencies import set_agency
from archive.register.decisions import Approval, Order, OrderItem, OrderKind, OrderState, Receipt
from archive.register.models import CaseFile, Package
from archive.register.projection import apply
from archive.register.session import transaction
from archive.viewer import Role, Viewer, same_person, system
from operations.procession import People, Wanted, walk
from tests.archive.vault_builders import AGENCY, HUNG, LAN, MAI, NOW, STRANGER, a_case_file

D = OrderKind.DESTRUCTION
T = OrderKind.TRANSFER
TAM, YEN = (Viewer(name, {AGENCY: frozenset({Role.COUNCIL})}) for name in ("tam", "yen"))
MINH = Viewer("minh", {AGENCY: frozenset({Role.ARCHIVIST})})
PEOPLE = People(LAN, (HUNG, TAM, YEN), MAI, MINH)
CLERK = Viewer("thu", {AGENCY: frozenset({Role.CLERK, Role.OFFICIAL, Role.AUDITOR, Role.RESEARCHER})})


def happen(session: Session, verb: Verb, id: str, **payload: object) -> None:
    apply(session, append(session, verb, actor="test", kind="case-file", id=id, payload=payload, now=NOW))


def retention(session: Session, id: str, **changes: object) -> None:
    facts = {
        "permanent": False,
        "retention_years": 10,
        "last_day": "2024-12-31",
        "eligible_from": "2025-01-01",
    }
    happen(session, Verb.RETENTION_SET, id, **(facts | {"basis": None} | changes))


@pytest.fixture
def case(house: Path) -> str:
    id = a_case_file().kept(house / "work")
    with transaction() as session:
        retention(session, id)
    return id


def new(kind: OrderKind, *ids: str, **changes: object) -> NewOrder:
    facts = {
        "kind": kind,
        "agency_code": AGENCY,
        "reason": "Hết thời hạn lưu trữ",
        "document_number": "12/QĐ-UBND",
        "document_date": date(2026, 2, 27),
        "case_file_ids": ids,
    }
    return NewOrder(**(facts | changes))  # type: ignore[arg-type]


def proposed(kind: OrderKind, *ids: str, **changes: object) -> str:
    with transaction() as session:
        return orders.propose(session, new(kind, *ids, **changes), viewer=LAN, now=NOW).id


def approved(kind: OrderKind, *ids: str, **changes: object) -> str:
    """Return an order that may be carried out: of a destruction one that went the whole way."""
    if kind is D:
        return listed(*ids, to=State.HANDED_OVER)
    id = proposed(kind, *ids, **changes)
    with transaction() as session:
        orders.approve(session, id, viewer=MAI, role=Role.HEAD, now=NOW)
    return id


def listed(*ids: str, to: State = State.LISTED) -> str:
    """Return a destruction that was walked through its procedure as far as a state."""
    with transaction() as session:
        return walk(session, Wanted(AGENCY, ids, "12/QĐ-UBND", NOW.date()), PEOPLE, now=NOW, to=to).order_id


def reasons(order_id: str, *, later: timedelta = timedelta()) -> tuple[str, ...]:
    with transaction() as session:
        found = reasons_against(session, session.get_one(Order, order_id), now=NOW + later)
        return tuple(map(str, found))


def approve(order_id: str, viewer: Viewer, role: Role) -> Order:
    with transaction() as session:
        return orders.approve(session, order_id, viewer=viewer, role=role, now=NOW)


# --- who may --------------------------------------------------------------------------------------------


def test_a_destruction_that_went_the_whole_way_may_be_carried_out(case: str) -> None:
    assert reasons(approved(D, case)) == ()


def test_a_destruction_is_not_ordered_without_its_procedure(case: str) -> None:
    with transaction() as session, pytest.raises(OrderRefusedError, match="make a disposal list"):
        orders.propose(session, new(D, case), viewer=LAN, now=NOW)


@pytest.mark.parametrize("viewer", [CLERK, STRANGER, HUNG])
def test_only_archivist_or_head_of_the_agency_may_propose(case: str, viewer: Viewer) -> None:
    with transaction() as session, pytest.raises(NotAllowedError):
        orders.propose(session, new(D, case), viewer=viewer, now=NOW)


def test_nobody_may_approve_what_they_proposed(case: str) -> None:
    both = Viewer(" LAN", {AGENCY: frozenset({Role.HEAD})})  # the same account, spelt otherwise
    with pytest.raises(OrderRefusedError, match="nobody approves what they proposed"):
        approve(proposed(T, case), both, Role.HEAD)


def test_one_person_may_not_approve_twice(case: str) -> None:
    order_id = approved(T, case)
    with pytest.raises(OrderRefusedError, match="has approved already"):
        approve(order_id, MAI, Role.HEAD)


def test_a_stranger_may_not_approve(case: str) -> None:
    with pytest.raises(NotAllowedError):
        approve(proposed(T, case), STRANGER, Role.HEAD)


@pytest.mark.parametrize(("viewer", "role"), [(MINH, Role.ARCHIVIST), (HUNG, Role.COUNCIL)])
def test_nobody_but_the_head_approves_a_hand_over(case: str, viewer: Viewer, role: Role) -> None:
    with pytest.raises(OrderRefusedError, match=f"does not need the word of a {role}"):
        approve(proposed(T, case), viewer, role)


def test_a_machine_approves_nothing(case: str) -> None:
    with pytest.raises(OrderRefusedError, match="a machine approves nothing"):
        approve(proposed(T, case), system("web"), Role.HEAD)


def test_a_hold_needs_only_the_archivist(case: str) -> None:
    assert reasons(proposed(OrderKind.HOLD, case)) == ()


def test_lifting_a_hold_needs_a_second_person(case: str) -> None:
    order_id = proposed(OrderKind.LIFT_HOLD, case)
    assert any("is missing" in reason for reason in reasons(order_id))
    assert approve(order_id, MAI, Role.HEAD).state == OrderState.APPROVED


def test_an_order_not_there_is_not_found(house: Path) -> None:
    with pytest.raises(NotFoundError):
        approve("nothing", MAI, Role.HEAD)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"reason": " "}, "a reason is missing"),
        ({"document_number": ""}, "number of the decision is missing"),
        ({"document_number": "1" * 61}, "has 61 characters, more than the 60"),
        ({"case_file_ids": ()}, "no case file is named"),
        ({"case_file_ids": ("unknown",)}, "is no case file of agency"),
    ],
)
def test_a_proposal_that_lacks_something_is_refused(
    case: str, changes: dict[str, object], expected: str
) -> None:
    with pytest.raises(OrderRefusedError, match=expected):
        proposed(T, case, **changes)


def test_a_case_file_of_another_agency_cannot_be_ordered_about(case: str) -> None:
    elsewhere = Viewer("khach", {"000.00.02.H37": frozenset({Role.ARCHIVIST})})
    with transaction() as session, pytest.raises(OrderRefusedError, match="is no case file of agency"):
        orders.propose(session, new(T, case, agency_code="000.00.02.H37"), viewer=elsewhere, now=NOW)


def test_every_word_is_in_the_ledger(case: str) -> None:
    order_id = approved(T, case)
    with transaction() as session:
        told = [sorted(event.payload) for event in reversed(history(session, order_id))]
    assert told == [["order"], ["approval"], ["detail", "state"]]


# --- what speaks against --------------------------------------------------------------------------------


def hold(session: Session, case: str, order_id: str, until: str | None = None) -> None:
    happen(session, Verb.HOLD, case, hold_id="h", order_id=order_id, reason="Thanh tra", until=until)


def sql(statement: Callable[[str, str], object]) -> Callable[[Session, str, str], None]:
    return lambda session, case, order_id: session.execute(statement(case, order_id))  # type: ignore[call-overload, func-returns-value]


TAMPERED: list[tuple[str, Callable[[Session, str, str], object], str]] = [
    ("a hold", lambda s, c, o: hold(s, c, o), "is held: Thanh tra"),
    ("a hold to this day", lambda s, c, o: hold(s, c, o, "2026-03-02"), "is held: Thanh tra"),
    (
        "period unknown",
        lambda s, c, o: retention(s, c, permanent=None, eligible_from=None),
        "period is not known yet",
    ),
    (
        "kept permanently",
        lambda s, c, o: retention(s, c, permanent=True, eligible_from=None),
        "is kept permanently",
    ),
    ("not over", lambda s, c, o: retention(s, c, eligible_from="2026-03-03"), "not over before 2026-03-03"),
    ("no day", lambda s, c, o: retention(s, c, eligible_from=None), "not over before a day not known"),
    (
        "handed over",
        lambda s, c, o: happen(s, Verb.TRANSFER, c, outcome="done", order_id="x"),
        "is transferred already",
    ),
    (
        "other package",
        sql(lambda c, o: update(Package).values(sha256="00" * 32)),
        "its package is not the one that was approved",
    ),
    ("other agency", sql(lambda c, o: update(CaseFile).values(agency_code="other")), "is of agency other"),
    (
        "list changed",
        sql(lambda c, o: update(OrderItem).values(package_sha256="00" * 32)),
        "the list of case files is not the one that was approved",
    ),
    (
        "list and hash changed",
        sql(lambda c, o: update(Order).values(list_sha256="00" * 32)),
        "the order's list_sha256 is not what the ledger says",
    ),
    (
        "proposer changed",
        sql(lambda c, o: update(Order).values(proposed_by="x")),
        "proposed_by is not what the ledger",
    ),
    ("kind changed", sql(lambda c, o: update(Order).values(kind="hold")), "kind is not what the ledger says"),
    (
        "state set by hand",
        sql(lambda c, o: update(Order).values(state="refused")),
        "the order is refused, not approved",
    ),
    (
        "approval by the proposer",
        sql(lambda c, o: update(Approval).where(Approval.role == "head").values(actor="lan")),
        "lan approved what they proposed",
    ),
    (
        "invented approval",
        sql(lambda c, o: update(Approval).where(Approval.role == "head").values(actor="nobody")),
        "the ledger does not know the approval by nobody",
    ),
]


@pytest.mark.parametrize(("change", "expected"), [t[1:] for t in TAMPERED], ids=[t[0] for t in TAMPERED])
def test_a_destruction_is_refused_at_the_moment_of_acting(
    case: str, change: Callable[[Session, str, str], object], expected: str
) -> None:
    order_id = approved(D, case)
    with transaction() as session:
        if "other agency" in expected or "agency other" in expected:
            set_agency(session, code="other", name="x", actor="a", now=NOW)
        change(session, case, order_id)
    found = reasons(order_id)
    assert any(expected in reason for reason in found), found


def test_one_person_under_two_spellings_is_one_approver_when_it_comes_to_acting(case: str) -> None:
    order_id = approved(D, case)
    with transaction() as session:  # past every step, which would have refused it
        session.execute(update(Approval).where(Approval.role == "head").values(actor=" Hung"))
    found = " ".join(reasons(order_id))
    assert "hung and  Hung are one person, whose word counts once" in found or (
        " Hung and hung are one person, whose word counts once" in found
    ), found


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("an", " An ", True),
        ("Ân", "A\u0302n", True),  # composed and decomposed
        ("an", "ân", False),
        ("le an", "le  an", True),
        ("an", "anh", False),
    ],
)
def test_an_account_is_the_same_however_it_is_spelt(one: str, other: str, same: bool) -> None:
    assert same_person(one, other) is same


def test_a_hold_that_ended_yesterday_does_not_stop(case: str) -> None:
    order_id = approved(D, case)
    with transaction() as session:
        hold(session, case, order_id, "2026-03-01")
    assert reasons(order_id) == ()


def test_a_hold_counts_days_in_vietnam(case: str) -> None:
    order_id = approved(D, case)
    with transaction() as session:
        hold(session, case, order_id, "2026-03-02")
    # 17:00 UTC on 2 March is midnight of 3 March in Hà Nội.
    assert reasons(order_id, later=timedelta(hours=15, minutes=59)) != ()
    assert reasons(order_id, later=timedelta(hours=16)) == ()


def test_an_order_without_approvals_is_refused_whatever_its_state_says(case: str) -> None:
    order_id = listed(case)
    with transaction() as session:
        session.execute(update(Order).values(state="approved"))
    assert {"the approval of council is missing", "the approval of head is missing"} <= set(reasons(order_id))


def test_every_reason_is_given_at_once(case: str) -> None:
    order_id = listed(case)
    with transaction() as session:
        hold(session, case, order_id)
        retention(session, case, permanent=True, eligible_from=None)
    assert len(reasons(order_id)) == 6  # state, two approvals, procedure, hold, permanent


def test_a_decision_dated_in_the_future_is_refused(case: str) -> None:
    assert any(
        "in the future" in reason for reason in reasons(approved(T, case, document_date=date(2026, 3, 3)))
    )


@pytest.mark.parametrize(
    ("regime", "days", "refused"),
    [
        ("R2", 15, False),
        ("R2", 16, True),
        ("R1", 400, False),  # the old law set no limit
    ],
)
def test_the_fifteen_days_bind_records_of_the_new_law(
    house: Path, regime: str, days: int, refused: bool
) -> None:
    id = a_case_file().with_(regime=regime).kept(house / "work")
    with transaction() as session:
        retention(session, id)
    found = reasons(approved(D, id), later=timedelta(days=days))
    assert any("15 days" in reason for reason in found) is refused


def test_only_permanent_records_of_a_submitting_agency_are_handed_over(case: str) -> None:
    order_id = approved(OrderKind.TRANSFER, case)
    assert any("not kept permanently" in reason for reason in reasons(order_id))
    with transaction() as session:
        retention(session, case, permanent=True, eligible_from=None)
    assert reasons(order_id) == ()
    with transaction() as session:
        set_agency(session, code=AGENCY, name="x", submits_to_historical=False, actor="a", now=NOW)
    assert any("does not hand over" in reason for reason in reasons(order_id))


def test_nothing_leaves_a_finished_order(case: str) -> None:
    order_id = approved(T, case)
    with transaction() as session:
        order = session.get_one(Order, order_id)
        orders.mark(session, order, OrderState.REFUSED, actor="mai", now=NOW)
        assert order.executed_at is not None
        with pytest.raises(OrderRefusedError, match="cannot become executing"):
            orders.mark(session, order, OrderState.EXECUTING, actor="mai", now=NOW)


def test_the_list_hash_is_worked_out_by_hand() -> None:
    import hashlib

    items = [("b", "22"), ("a", "11")]
    assert list_hash(items) == hashlib.sha256(b"a 11\nb 22\n").hexdigest()


def test_what_a_session_read_before_an_event_is_read_anew_after_it(case: str) -> None:
    order_id = approved(D, case)
    with transaction() as session:
        item = session.get_one(OrderItem, (order_id, case))
        record_receipt(
            session, order_id, case, Erasure("kho", "1 file", "clear", NOW, False), actor="x", now=NOW
        )
        receipt = session.get_one(Receipt, (order_id, case, "kho"))
        assert not receipt.gone and item.outcome == ""
        record_receipt(
            session, order_id, case, Erasure("kho", "nothing", "clear", NOW, True), actor="x", now=NOW
        )
        happen(session, Verb.DESTROY, case, order_id=order_id, outcome="erasing", detail="begun")
        assert receipt.gone and receipt.what == "nothing"
        assert (item.outcome, item.detail) == ("erasing", "begun") and item.outcome_at is not None
