"""What happens to the list itself: it is submitted, case files are taken out. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from archive.procedure.links import Chosen, Fate, Link
from archive.procedure.states import STATES_END, State
from archive.procedure.story import Happened, Left, Story
from archive.procedure.versions import DAYS_AND_KEPT, binds
from archive.reason import Reason, because
from archive.viewer import Role


def submitted(story: Story, happened: Happened, told: Mapping[str, Any]) -> tuple[Story, list[Reason]]:
    """The list goes to the council and is frozen."""
    faults = [] if story.explanation.strip() else [because("archive.no-explanation")]
    return story, faults


def taken_out(story: Story, happened: Happened, told: Mapping[str, Any]) -> tuple[Story, list[Reason]]:
    """An archivist takes case files out, at any state before the destruction begins; the votes on the rest stand."""
    ids = [str(one) for one in told["case_files"]]
    reason = str(told.get("reason", ""))
    faults = []
    if happened.role != Role.ARCHIVIST:
        faults.append(because("archive.step-other-role", step="take-out", role=Role.ARCHIVIST))
    if story.state in STATES_END or story.state is State.DESTROYED:
        faults.append(because("archive.step-not-from-here", step="take-out", state=story.state))
    if not reason.strip():
        faults.append(because("archive.no-reason-given"))
    if not ids or not set(ids) <= story.items.keys():
        faults.append(because("archive.not-on-list"))
    if not story.items.keys() - set(ids):
        faults.append(because("archive.list-would-be-empty"))
    left = {id: Left(happened.actor, happened.at, happened.seq, reason) for id in ids}
    return without(story, left), faults


def fate_chosen(story: Story, happened: Happened, told: Mapping[str, Any]) -> tuple[Story, list[Reason]]:
    """An archivist chooses what becomes of linked documents, at any state before the destruction begins.

    A later choice takes the place of an earlier one. But after the decision one archivist does not let go of what is
    to be kept, whenever that was chosen (our rule): the head refuses the decision, or the case file leaves the list.
    """
    fate, reason = Fate(told["fate"]), str(told.get("reason", ""))
    links = [Link(str(case_file), int(document), str(other)) for case_file, document, other in told["links"]]
    faults = []
    if happened.role != Role.ARCHIVIST:
        faults.append(because("archive.step-other-role", step="link", role=Role.ARCHIVIST))
    if story.state in STATES_END or story.state is State.DESTROYED:
        faults.append(because("archive.step-not-from-here", step="link", state=story.state))
    if fate is Fate.LET_GO and not reason.strip():
        faults.append(because("archive.no-reason-given"))
    if not links or any(one.case_file_id not in story.items for one in links):
        faults.append(because("archive.not-on-list"))
    if any(one.other_id in story.items for one in links):
        faults.append(because("archive.link-to-list"))
    if fate is Fate.LET_GO and story.decision is not None and binds(story, happened, DAYS_AND_KEPT):
        kept = sum(one in story.links and story.links[one].fate is Fate.KEEP for one in set(links))
        if kept:
            faults.append(
                because("archive.kept-by-decision", number=kept, decision=story.decision.paper.number)
            )
    chosen = Chosen(fate, happened.actor, happened.at, happened.seq, reason)
    return replace(story, links={**story.links, **dict.fromkeys(links, chosen)}), faults


def without(story: Story, left: Mapping[str, Left]) -> Story:
    """Return the story with these case files off the list."""
    items = {id: sha256 for id, sha256 in story.items.items() if id not in left}
    return replace(story, items=items, left={**story.left, **left})
