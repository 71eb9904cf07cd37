"""Which roles one account may hold, who may give them, and that the ledger says so."""

from __future__ import annotations

from itertools import product

import pytest
from sqlalchemy import select

from archive.errors import NotAllowedError
from archive.ledger.rows import EventRow
from archive.passwords import one_time_password
from archive.register.session import reading, transaction
from archive.rights import (
    Account,
    Act,
    RightsError,
    against_giving,
    apart,
    changed_own_password,
    give,
    manage,
    take,
)
from archive.viewer import ALL_AGENCIES, Role, Viewer
from tests.archive.vault_builders import NOW

HERE, THERE = "000.00.01.H37", "000.00.05.H21"
ADMIN = Viewer("tri", {ALL_AGENCIES: frozenset({Role.ADMINISTRATOR})})
LOCAL = Viewer("trung", {HERE: frozenset({Role.ADMINISTRATOR})})

TOGETHER = [
    (Role.ARCHIVIST, Role.COUNCIL),  # the archivist is the appraisal council's secretary
    (Role.OFFICIAL, Role.CLERK),
    (Role.RESEARCHER, Role.AUDITOR),
    (Role.OFFICIAL, Role.HEAD),
]
NEVER = [
    (Role.HEAD, Role.ARCHIVIST),
    (Role.HEAD, Role.COUNCIL),
    (Role.HISTORICAL, Role.ARCHIVIST),
    (Role.HISTORICAL, Role.HEAD),
    (Role.AUDITOR, Role.ARCHIVIST),
    (Role.AUDITOR, Role.HEAD),
    (Role.ADMINISTRATOR, Role.RESEARCHER),
    (Role.ADMINISTRATOR, Role.AUDITOR),
]


@pytest.mark.parametrize(("one", "other"), NEVER)
def test_roles_that_must_be_two_people(one: Role, other: Role) -> None:
    assert apart(one, other) and apart(other, one)


@pytest.mark.parametrize(("one", "other"), TOGETHER)
def test_roles_one_person_may_hold(one: Role, other: Role) -> None:
    assert not apart(one, other) and not apart(other, one)


def test_no_single_account_can_hold_what_a_destruction_needs_two_people_for() -> None:
    for one, other in product((Role.COUNCIL,), (Role.HEAD,)):
        assert apart(one, other)


@pytest.mark.parametrize(
    ("held_at", "given_at", "refused"),
    [(HERE, HERE, True), (ALL_AGENCIES, HERE, True), (HERE, ALL_AGENCIES, True), (THERE, HERE, False)],
)
def test_roles_are_apart_where_they_meet(held_at: str, given_at: str, refused: bool) -> None:
    account = Account("lan", {held_at: frozenset({Role.ARCHIVIST})})
    assert bool(list(against_giving(account, Role.HEAD, given_at))) is refused


def told(account: str) -> list[tuple[str, dict[str, object]]]:
    with reading() as session:
        query = select(EventRow).where(EventRow.object_id == account, EventRow.verb == "RIGHTS_CHANGE")
        return [(row.actor, row.payload) for row in session.scalars(query.order_by(EventRow.seq))]


def test_giving_and_taking_is_ledgered_with_who_what_and_where(house: object) -> None:
    lan = Account("lan", {})
    with transaction() as session:
        give(session, lan, Role.ARCHIVIST, HERE, viewer=ADMIN, now=NOW)
        take(
            session,
            Account("lan", {HERE: frozenset({Role.ARCHIVIST})}),
            Role.ARCHIVIST,
            HERE,
            viewer=ADMIN,
            now=NOW,
        )
        manage(session, Act.LOCKED, lan, viewer=ADMIN, now=NOW, reason="nghỉ việc")
        changed_own_password(session, viewer=Viewer("lan"), now=NOW)
    assert told("lan") == [
        ("tri", {"act": "role-given", "role": "archivist", "agency": HERE}),
        ("tri", {"act": "role-taken", "role": "archivist", "agency": HERE}),
        ("tri", {"act": "locked", "reason": "nghỉ việc"}),
        ("lan", {"act": "password-changed"}),
    ]


@pytest.mark.parametrize("own", ["tri", "TRI", " tri"])
def test_nobody_changes_the_own_rights_however_the_name_is_typed(house: object, own: str) -> None:
    account = Account(own, {HERE: frozenset({Role.CLERK})})
    with transaction() as session:
        for act in (
            lambda: give(session, account, Role.HEAD, HERE, viewer=ADMIN, now=NOW),
            lambda: take(session, account, Role.CLERK, HERE, viewer=ADMIN, now=NOW),
            lambda: manage(session, Act.UNLOCKED, account, viewer=ADMIN, now=NOW),
        ):
            with pytest.raises(RightsError) as error:
                act()
            assert error.value.reason.code == "archive.own-rights"
    assert told(own) == []


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_nobody_but_an_administrator_gives_roles(house: object, role: Role) -> None:
    who = Viewer("an", {ALL_AGENCIES: frozenset({role})})
    with transaction() as session:
        with pytest.raises(NotAllowedError):
            give(session, Account("lan", {}), Role.CLERK, HERE, viewer=who, now=NOW)
        with pytest.raises(NotAllowedError):
            manage(session, Act.CREATED, Account("lan", {}), viewer=who, now=NOW)


def test_an_administrator_of_one_agency_reaches_no_other(house: object) -> None:
    with transaction() as session:
        give(session, Account("lan", {}), Role.CLERK, HERE, viewer=LOCAL, now=NOW)
        for agency in (THERE, ALL_AGENCIES):
            with pytest.raises(NotAllowedError):
                give(session, Account("lan", {}), Role.CLERK, agency, viewer=LOCAL, now=NOW)
            with pytest.raises(NotAllowedError):
                manage(
                    session,
                    Act.RENEWED,
                    Account("lan", {agency: frozenset({Role.CLERK})}),
                    viewer=LOCAL,
                    now=NOW,
                )


def test_a_role_is_given_and_taken_once_and_a_lock_needs_a_reason(house: object) -> None:
    held = Account("lan", {HERE: frozenset({Role.CLERK})})
    with transaction() as session:
        with pytest.raises(RightsError, match="already"):
            give(session, held, Role.CLERK, HERE, viewer=ADMIN, now=NOW)
        with pytest.raises(RightsError, match="is not"):
            take(session, held, Role.HEAD, HERE, viewer=ADMIN, now=NOW)
        with pytest.raises(RightsError):
            manage(session, Act.LOCKED, held, viewer=ADMIN, now=NOW, reason="  ")
    assert told("lan") == []


def test_one_time_passwords_are_long_and_different() -> None:
    made = {one_time_password() for _ in range(200)}
    assert len(made) == 200
    assert all(len(one) == 19 and not set(one) & set("0O1Il") for one in made)
