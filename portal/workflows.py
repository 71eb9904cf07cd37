"""The workflows of papers as tables; the XML in the profile is tested against them.

A paper's state only mirrors the register (`portal.papers` moves it, as manager). No archivist pushes these
transitions: the legal decision is the order in the register, and a state moved by hand commands nothing.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Workflow:
    """A workflow: its states with English titles, the first is the initial one, and its transitions.

    Attributes:
        transitions: id -> (from states, to state).
    """

    id: str
    types: tuple[str, ...]
    states: dict[str, str]
    transitions: dict[str, tuple[tuple[str, ...], str]]


DISPOSAL_LIST = Workflow(
    id="disposal_list_workflow",
    types=("DisposalList",),
    states={
        "proposed": "Proposed",
        "approved": "Approved",
        "executing": "Being executed",
        "done": "Destroyed",
        "refused": "Refused",
    },
    transitions={
        "approve": (("proposed",), "approved"),
        "execute": (("approved",), "executing"),
        "finish": (("executing", "approved"), "done"),
        "refuse": (("proposed", "approved", "executing"), "refused"),
    },
)

HOLD = Workflow(
    id="hold_workflow",
    types=("Hold",),
    states={"placed": "In force", "lifted": "Lifted"},
    transitions={"lift": (("placed",), "lifted")},
)

REFERENCE = Workflow(
    id="reference_workflow",
    types=("Agency", "Fonds"),
    states={"current": "Current"},
    transitions={},
)

WORKFLOWS = (DISPOSAL_LIST, HOLD, REFERENCE)
