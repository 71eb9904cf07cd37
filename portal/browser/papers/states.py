"""The legal state of a paper in words, and how it came there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from plone import api

from portal.workflows import FOLLOW


@dataclass(frozen=True)
class Move:
    """One step a paper took.

    Attributes:
        step: title of the transition, "" for its making.
        state: title of the state it led to.
        actor: account name; what the mirror did names nobody.
        at: aware time.
    """

    step: Any
    state: Any
    actor: str
    comment: str
    at: datetime


def state_title(paper: Any) -> Any:
    """Return the title of the state a paper is in, to be translated."""
    workflow = api.portal.get_tool("portal_workflow")
    return workflow.getTitleForStateOnType(api.content.get_state(paper), paper.portal_type)


def moves(paper: Any) -> list[Move]:
    """Return the steps a paper took, newest first."""
    tool = api.portal.get_tool("portal_workflow")
    found = []
    for workflow in tool.getWorkflowsFor(paper):
        for entry in tool.getHistoryOf(workflow.getId(), paper) or ():
            step = workflow.transitions.get(entry["action"]) if entry.get("action") else None
            state = workflow.states.get(entry["review_state"])
            at = datetime.fromtimestamp(float(entry["time"]), UTC)
            by_itself = step is None or entry["action"].startswith(FOLLOW)
            actor = "" if by_itself else str(entry.get("actor") or "")
            found.append(
                Move(
                    step.title if step is not None else "",
                    state.title if state is not None else entry["review_state"],
                    actor,
                    str(entry.get("comments") or ""),
                    at,
                )
            )
    return sorted(found, key=lambda move: move.at, reverse=True)
