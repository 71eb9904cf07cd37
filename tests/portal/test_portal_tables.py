"""The tables the portal is made from agree with what is registered; no site is needed for these."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

import portal
from archive.errors import NotFoundError
from archive.ledger.event import Verb
from archive.procedure.states import START, TRANSITIONS, State
from archive.register.decisions import OrderState
from archive.register.models import Regime, SubmissionState
from archive.viewer import Role
from portal import words
from portal.locales.extract import translated, wanted
from portal.papers import way
from portal.permissions import DOORS
from portal.roles import PAPER_ROLES, PLONE_ROLES, group_id, role_of_group
from portal.sending import Range, disposition, range_of
from portal.viewer import viewer_from_groups
from portal.workflows import DISPOSAL_LIST, FOLLOW, HOLD, UNDER_R2, WORKFLOWS, Workflow, path_of

FOLDER = Path(portal.__file__).parent
PROFILE = FOLDER / "profiles" / "default"


def test_the_role_map_is_the_table_of_doors() -> None:
    root = etree.parse(PROFILE / "rolemap.xml").getroot()
    found = {
        permission.get("name"): {role.get("name") for role in permission.iter("role")}
        for permission in root.iter("permission")
    }
    assert found == {door.title: {PLONE_ROLES[role] for role in door.roles} for door in DOORS}
    assert all(node.get("acquire") == "False" for node in root.iter("permission"))


def test_every_door_is_declared_in_zcml() -> None:
    root = etree.parse(FOLDER / "permissions.zcml").getroot()
    found = {
        node.get("id"): node.get("title") for node in root.iter("{http://namespaces.zope.org/zope}permission")
    }
    assert found == {door.id: door.title for door in DOORS}


def test_an_administrator_opens_no_door_to_content() -> None:
    open_doors = {door.id for door in DOORS if Role.ADMINISTRATOR in door.roles}
    assert open_doors == {"tangthu.UsePortal", "tangthu.ReadHealth", "tangthu.ManageAccounts"}


def test_an_auditor_opens_no_door_that_changes_anything() -> None:
    acting = {
        "tangthu.DecideSubmissions",
        "tangthu.ActOnDisposal",
        "tangthu.ManageHolds",
        "tangthu.ReadRecords",
    }
    assert not [door.id for door in DOORS if Role.AUDITOR in door.roles and door.id in acting]


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda workflow: workflow.id)
def test_the_workflow_is_the_table(workflow: Workflow) -> None:
    root = etree.parse(path_of(workflow)).getroot()
    assert root.get("initial_state") == next(iter(workflow.states))
    assert {s.get("state_id"): s.get("title") for s in root.iter("state")} == workflow.states
    leaving = {
        (state.get("state_id"), out.get("transition_id"))
        for state in root.iter("state")
        for out in state.iter("exit-transition")
    }
    assert leaving == {(source, id) for id, step in workflow.transitions.items() for source in step.sources}
    targets = {t.get("transition_id"): t.get("new_state") for t in root.iter("transition")}
    assert targets == {id: step.target for id, step in workflow.transitions.items()}
    for node in root.iter("transition"):
        step = workflow.transitions[node.get("transition_id")]
        roles = [role.text for role in node.iter("guard-role")]
        assert roles == ([PAPER_ROLES[step.role]] if step.role else [])
        assert bool(list(node.iter("guard-permission"))) == (step.role is None)
    assert all(variable.find("guard") is not None for variable in root.iter("variable"))


def test_the_disposal_workflow_is_the_law_table_and_nothing_more() -> None:
    found = {
        (step.regime, id.split("-", 1)[1], source, step.target, step.role)
        for id, step in DISPOSAL_LIST.transitions.items()
        if id != UNDER_R2 and not id.startswith(FOLLOW)
        for source in step.sources
    }
    assert found == {(t.regime, t.id, t.source, t.target, t.actor) for t in TRANSITIONS}
    assert set(DISPOSAL_LIST.states) == set(State)
    assert next(iter(DISPOSAL_LIST.states)) == START[Regime.R1]


def test_only_the_mirror_lets_a_dossier_follow() -> None:
    following = [step for id, step in DISPOSAL_LIST.transitions.items() if id.startswith(FOLLOW)]
    assert following
    assert {step.role for step in following} == {None}


def test_the_way_through_a_workflow_is_the_shortest_and_never_back() -> None:
    assert way(HOLD, "placed", "lifted") == ("lift",)
    assert way(HOLD, "lifted", "placed") == ()


@pytest.mark.parametrize("language", ["vi", "en"])
def test_no_message_lacks_a_translation(language: str) -> None:
    have = translated(language)
    assert sorted(message for message in wanted() if not have.get(message)) == []
    assert sorted(set(have) - wanted()) == []


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_translation_keeps_the_variables(language: str) -> None:
    import re

    for message, text in translated(language).items():
        assert set(re.findall(r"\$\{\w+\}", message)) == set(re.findall(r"\$\{\w+\}", text)), message


def test_every_code_has_a_word() -> None:
    assert set(words.VERBS) == set(Verb)
    assert set(words.SUBMISSION_STATES) == set(SubmissionState)
    assert set(words.ORDER_STATES) == set(OrderState)
    assert set(words.ROLE_TITLES) == set(Role)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", Range()),
        ("bytes=0-9", Range(0, 10, True)),
        ("bytes=90-", Range(90, 10, True)),
        ("bytes=-5", Range(95, 5, True)),
        ("bytes=-500", Range(0, 100, True)),
        ("bytes=50-500", Range(50, 50, True)),
        ("bytes=9-3", Range()),
        ("bytes=0-1,5-6", Range()),
        ("lines=0-9", Range()),
        (f"bytes=0-{'9' * 5000}", Range()),
        (f"bytes={'9' * 5000}-", Range()),
        ("bytes=٣-٥", Range()),
    ],
)
def test_a_range_header_is_read_as_the_rfc_says(header: str, expected: Range) -> None:
    assert range_of(header, 100) == expected


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=100-120", "bytes=-0"])
def test_a_range_behind_the_end_is_refused(header: str) -> None:
    with pytest.raises(NotFoundError):
        range_of(header, 100)


def test_a_file_name_cannot_break_the_header() -> None:
    value = disposition('a"; filename=evil.exe\r\nX: y', inline=False)
    assert "\r" not in value
    assert "\n" not in value
    assert value.count('"') == 2


@pytest.mark.parametrize("agency", ["*", "000.00.01.H37"])
def test_a_group_stands_for_a_role_at_an_agency(agency: str) -> None:
    assert role_of_group(group_id(agency, Role.HEAD)) == (agency, Role.HEAD)


@pytest.mark.parametrize(
    "group", ["Administrators", "archive-role:*", "archive-role:*:emperor", "archive-role::head", ""]
)
def test_any_other_group_gives_nothing(group: str) -> None:
    assert role_of_group(group) is None
    assert viewer_from_groups("x", [group]).roles == {}
