"""The workflows of papers as tables; the XML in the profile is tested against them.

A disposal list's paper goes through the legal states of `archive.procedure.states`. Those of a list with a procedure
(`retention.procedure`) follow the vault and nobody pushes them; older ones are pushed by the people the table names.
What the vault may do hangs on the register and its ledger alone: a paper in any state commands nothing. It never says
anything else than its order either: `AGREES` is which states fit which state of the order, a step of the people that
would lead out of them is closed, and the mirror moves what lags behind over steps of its own (`follow-...`). A hold's
paper only mirrors the register (`portal.papers` moves it, as manager).

`python -m portal.workflows` writes the XML anew after a table changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from archive.procedure.states import START, STATES_END, TRANSITIONS, State
from archive.register.decisions import OrderState
from archive.register.models import Regime
from archive.viewer import Role
from portal.i18n import _
from portal.permissions import READERS
from portal.roles import PAPER_ROLES, PLONE_ROLES

OFFICE = frozenset({Role.ARCHIVIST, Role.COUNCIL, Role.HEAD, Role.AUDITOR})


@dataclass(frozen=True)
class Step:
    """A transition.

    Attributes:
        role: who may push it; None is the machine (the mirror, as manager).
        regime: "R1" or "R2" when only lists under that law take it.
        orders: states of the order in the register with which it may be taken; empty for any.
    """

    sources: tuple[str, ...]
    target: str
    title: str
    role: Role | None = None
    regime: str = ""
    orders: tuple[str, ...] = ()


@dataclass(frozen=True)
class Workflow:
    """A workflow: its states with English titles, the first is the initial one, and its transitions."""

    id: str
    types: tuple[str, ...]
    states: dict[str, str]
    transitions: dict[str, Step]
    seen_by: frozenset[Role]
    closed: frozenset[str] = frozenset()
    of_agency: bool = True  # only those who hold the role at the paper's agency see it

    @property
    def readers(self) -> list[str]:
        """Return the Plone roles that see its papers."""
        names = PAPER_ROLES if self.of_agency else PLONE_ROLES
        return [names[role] for role in Role if role in self.seen_by]


STATE_TITLES = {
    State.LISTED: _("Listed"),
    State.COUNCIL_REVIEW: _("With the appraisal council"),
    State.OPINION_REQUESTED: _("Opinion asked for"),
    State.OPINION_GIVEN: _("Opinion given"),
    State.AUTO_LISTED: _("To be considered for destruction"),
    State.COUNCIL: _("With the destruction council"),
    State.APPRAISAL: _("Being appraised"),
    State.DECIDED: _("Decided"),
    State.HANDED_OVER: _("Handed over for destruction"),
    State.DESTROYED: _("Destroyed"),
    State.CLOSED: _("Closed"),
    State.KEEP: _("Kept"),
    State.REJECTED: _("Rejected"),
    State.REFUSED: _("Refused"),
    State.ABORTED: _("Aborted"),
}
STEP_TITLES = {
    "submit": _("Submit to the council"),
    "keep": _("Keep"),
    "request-opinion": _("Ask for an opinion"),
    "record-opinion": _("Record the opinion"),
    "return": _("Return the list"),
    "decide": _("Decide"),
    "decide-alone": _("Decide"),
    "request-appraisal": _("Ask for an appraisal"),
    "reject": _("Reject"),
    "hand-over": _("Hand over"),
    "refuse": _("Refuse"),
    "destroy": _("Destroyed"),
    "close": _("Close the dossier"),
    "abort": _("Abort"),
}
UNDER_R2 = "r2-start"
FOLLOW = "follow-"

BEFORE_DECISION = (
    State.LISTED,
    State.AUTO_LISTED,
    State.COUNCIL_REVIEW,
    State.COUNCIL,
    State.OPINION_REQUESTED,
    State.OPINION_GIVEN,
    State.APPRAISAL,
)
SPARED = (State.KEEP, State.REFUSED, State.REJECTED, State.ABORTED)
AGREES: dict[OrderState, tuple[State, ...]] = {
    OrderState.PROPOSED: BEFORE_DECISION,
    OrderState.APPROVED: (State.DECIDED, State.HANDED_OVER),
    OrderState.EXECUTING: (State.HANDED_OVER,),
    OrderState.DONE: (State.DESTROYED, State.CLOSED, State.KEEP),
    OrderState.REFUSED: SPARED,
}
"""State of the order in the register -> legal states its paper may be in."""
FOLLOWED = tuple(State)
"""Where the mirror may move a paper: wherever the ledger says its list is."""
STEPS_IN_VAULT = "procedure"
"""Stands for the state of the order on the paper of a list whose steps are taken in the vault: none is pushed here."""


def disposal_transitions() -> dict[str, Step]:
    """Return the transitions of `archive.procedure.states`, one id per law; several sources make one transition."""
    # The workflow has one initial state; a list under the Law of 2024 is moved to its own start by the mirror.
    steps = {
        UNDER_R2: Step(
            (START[Regime.R1].value,),
            START[Regime.R2].value,
            _("Listed under the Law on Archives 2024"),
            None,
            Regime.R2.value,
        )
    }
    for one in TRANSITIONS:
        name = f"{one.regime.value.lower()}-{one.id}"
        before = steps[name].sources if name in steps else ()
        steps[name] = Step(
            (*before, one.source.value),
            one.target.value,
            STEP_TITLES[one.id],
            one.actor,
            one.regime.value,
            tuple(order.value for order, states in AGREES.items() if one.target in states),
        )
    for target in FOLLOWED:
        sources = tuple(state.value for state in State if state != target)
        steps[f"{FOLLOW}{target.value}"] = Step(sources, target.value, _("Follows the decision in the vault"))
    return steps


DISPOSAL_LIST = Workflow(
    id="disposal_list_workflow",
    types=("DisposalList",),
    states={state.value: STATE_TITLES[state] for state in State},
    transitions=disposal_transitions(),
    seen_by=OFFICE,
    closed=frozenset(state.value for state in STATES_END),
)

HOLD = Workflow(
    id="hold_workflow",
    types=("Hold",),
    states={"placed": _("In force"), "lifted": _("Lifted")},
    transitions={"lift": Step(("placed",), "lifted", _("Lift the hold"))},
    seen_by=OFFICE,
    closed=frozenset({"lifted"}),
)

REFERENCE = Workflow(
    id="reference_workflow",
    types=("Agency", "Fonds"),
    states={"current": _("Current")},
    transitions={},
    seen_by=READERS,
    of_agency=False,
)

WORKFLOWS = (DISPOSAL_LIST, HOLD, REFERENCE)

VARIABLES = (
    ("action", "Previous transition", "transition/getId|nothing"),
    ("actor", "Who moved it", "user/getUserName"),
    ("comments", "Comment", "python:state_change.kwargs.get('comment', '')"),
    ("time", "When", "state_change/getDateTime"),
)


def definition(workflow: Workflow) -> str:
    """Return the XML GenericSetup imports. Every variable has a guard: without it the import fails."""
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        f'<dc-workflow xmlns:i18n="http://xml.zope.org/namespaces/i18n" description="" '
        f'initial_state="{next(iter(workflow.states))}" manager_bypass="False" state_variable="review_state" '
        f'title="{workflow.id}" workflow_id="{workflow.id}" i18n:domain="tangthu">',
    ]
    permissions = ("Access contents information", "Modify portal content", "View")
    lines += [f"  <permission>{name}</permission>" for name in permissions]
    seen = [*workflow.readers, "Manager"]
    for state, title in workflow.states.items():
        lines.append(f'  <state state_id="{state}" title={quoteattr(title)} i18n:attributes="title">')
        lines += [
            f'    <exit-transition transition_id="{name}" />'
            for name, step in workflow.transitions.items()
            if state in step.sources
        ]
        for name in permissions:
            edit = ["Manager"] if state in workflow.closed else [PAPER_ROLES[Role.ARCHIVIST], "Manager"]
            roles = edit if name.startswith("Modify") else seen
            lines.append(f'    <permission-map acquired="False" name="{name}">')
            lines += [f"      <permission-role>{role}</permission-role>" for role in roles]
            lines.append("    </permission-map>")
        lines.append("  </state>")
    for name, step in workflow.transitions.items():
        lines += [
            f'  <transition after_script="" before_script="" new_state="{step.target}" '
            f'title={quoteattr(step.title)} transition_id="{name}" trigger="USER" i18n:attributes="title">',
            f'    <action category="workflow" icon="" url="%(content_url)s/content_status_modify?'
            f'workflow_action={name}">{escape(step.title)}</action>',
            "    <guard>",
        ]
        if step.role is None:
            lines.append("      <guard-permission>Manage portal</guard-permission>")
        else:
            lines.append(f"      <guard-role>{PAPER_ROLES[step.role]}</guard-role>")
        if step.regime:
            asked = f"here.regime == '{step.regime}'"
            if step.orders:
                asked += f" and here.order_state in {step.orders!r}"
            lines.append(f"      <guard-expression>python:{escape(asked)}</guard-expression>")
        lines += ["    </guard>", "  </transition>"]
    for name, description, expression in VARIABLES:
        lines += [
            f'  <variable for_catalog="False" for_status="True" update_always="True" variable_id="{name}">',
            f"    <description>{description}</description>",
            f"    <default><expression>{escape(expression)}</expression></default>",
            "    <guard></guard>",
            "  </variable>",
        ]
    return "\n".join([*lines, "</dc-workflow>", ""])


def path_of(workflow: Workflow) -> Path:
    """Return where the profile keeps a workflow's XML."""
    return Path(__file__).parent / "profiles" / "default" / "workflows" / workflow.id / "definition.xml"


if __name__ == "__main__":
    for each in WORKFLOWS:
        path_of(each).write_text(definition(each), "utf-8")
