"""The rows of the matrix: each step of a disposal list, from where, with which form, and who may.

Those of transitions come from the table of states; the rest are the steps that leave the state as it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from house_people import LANG_SON
from matrix_house import CAST, EVERYBODY, Ready, now

from archive.procedure.states import START, STATES_FROZEN, TRANSITIONS, State, Transition
from archive.register.models import Regime
from archive.vietnam import day_of
from archive.viewer import Role

COUNCIL = {Regime.R1: State.COUNCIL_REVIEW, Regime.R2: State.COUNCIL}
SEATS = {f"seat-{one.account}": one.seat.value for one in CAST.council()}


@dataclass(frozen=True)
class Row:
    """One act in one state.

    Attributes:
        step: what the story then says was done, "" when the act only sends it to a worker.
        source: the state it is taken in.
        button: of the form.
        who: the accounts that may.
        by: the one of them who does at last.
        prepared: what the list is made ready for, when that is not the step.
    """

    regime: Regime
    step: str
    source: State
    button: str
    who: frozenset[str]
    by: str
    prepared: str = ""

    def __str__(self) -> str:
        return f"{self.regime}-{self.prepared or self.step}-{self.source}"


def holders(role: Role) -> frozenset[str]:
    return frozenset(name for name, who in EVERYBODY.items() if who.has(role, LANG_SON))


PROPOSER, CHAIR, RECEIVER = CAST.archivist.name, CAST.voters[0].name, CAST.executor.name
SITS = frozenset(one.account for one in CAST.council())
VOTERS = frozenset(one.name for one in CAST.voters)


def of_the_table(one: Transition) -> Row:
    """Return the row of a transition: who may follows from its role and conditions."""
    assert one.actor is not None
    button, by = BUTTONS[one.id]
    who = holders(one.actor)
    if "not-proposer" in one.conditions:
        who -= {PROPOSER}
    if "not-council" in one.conditions:
        who -= SITS
    if one.id == "keep":  # the chair's conclusion, when the votes keep everything
        who = frozenset({CHAIR})
    step = TAKEN_AS.get(one.id, one.id)
    return Row(one.regime, step, one.source, button, who, by, one.id)


TAKEN_AS = {"keep": "conclude", "close": "ask-close"}
"""Transition -> the step of its form: a conclusion keeps everything; a worker closes once the dossier is filed."""
NO_FORM = frozenset({"link"})
"""Steps that have a page of their own, which `test_procedure_matrix.py` tries by itself."""
BUTTONS = {
    "submit": ("submit", "other"),
    "keep": ("conclude", "chair"),
    "request-opinion": ("request", "chief"),
    "request-appraisal": ("request", "chief"),
    "record-opinion": ("record", "other"),
    "return": ("record", "other"),
    "decide": ("decide", "chief"),
    "decide-alone": ("decide", "chief"),
    "reject": ("reject", "chief"),
    "hand-over": ("hand_over", "other"),
    "close": ("close", "other"),
    "abort": ("abort", "other"),
    "refuse": ("refuse", "chief"),
}
"""Transition -> the button of its form, and who takes it here."""


def staying(regime: Regime) -> Iterator[Row]:
    """Yield the rows of the steps that leave the state as it is."""
    voting, archivists = COUNCIL[regime], holders(Role.ARCHIVIST)
    start, handed = START[regime], State.HANDED_OVER
    chief = frozenset({"chief"})  # the other heads sit on the council that is formed
    yield Row(regime, "council", start, "council", chief, "chief")
    yield Row(regime, "council", voting, "council", chief, "chief", "council-change")
    yield Row(regime, "excuse", voting, "excuse", frozenset({CHAIR}), "chair")
    yield Row(regime, "vote", voting, "vote", VOTERS, "expert")
    yield Row(regime, "conclude", voting, "conclude", frozenset({CHAIR}), "chair")
    yield Row(regime, "sign-minutes", voting, "sign", frozenset({PROPOSER}), "maker")
    for state in sorted({start, *STATES_FROZEN}):
        if state in REACHED[regime]:
            yield Row(regime, "take-out", state, "take_out", archivists, "other")
    yield Row(regime, "hand-over-again", handed, "hand_over_again", archivists, "other")
    yield Row(regime, "release", handed, "release", frozenset({RECEIVER}), "helper")
    yield Row(regime, "", handed, "execute", frozenset({RECEIVER}), "helper", "execute")
    if regime is Regime.R2:  # no state of its own
        yield Row(regime, "record-opinion", State.APPRAISAL, "record", archivists, "other")


REACHED = {regime: {one.source for one in TRANSITIONS if one.regime is regime} for regime in Regime}
OF_THE_TABLE = [of_the_table(one) for one in TRANSITIONS if one.actor is not None and one.id in BUTTONS]
ROWS = [*OF_THE_TABLE, *(row for regime in Regime for row in staying(regime))]


def form(row: Row, house: Ready) -> dict[str, Any]:
    """Return what everybody sends."""
    today, items = day_of(now()).isoformat(), sorted(house.story.items)
    paper = {"number": "5/VB", "date": today}
    more: dict[str, dict[str, Any]] = {
        "submit": {"linked": ""},
        "council": {**paper, **SEATS, "reason": "Kiện toàn"},
        "excuse": {"member": "expert", "reason": "Ốm"},
        "vote": {"rest": "1"},
        "conclude": paper,
        "request": paper,
        "record": {**paper, "verdict": "against" if row.step == "return" else "for", "reason": "Chưa đủ"},
        "decide": {**paper, "signer": "Giám đốc", "list": house.story.list_sha256},
        "hand_over": {**paper, "receiver": RECEIVER},
        "hand_over_again": {**paper, "receiver": "other", "reason": "Ốm"},
        "close": paper,
        "take_out": {"ids": items[:1], "reason": "Còn cần"},
        **{button: {"reason": "Cân nhắc lại"} for button in ("abort", "reject", "refuse")},
    }
    return {row.button: "1", **more.get(row.button, {})}
