"""Follow a disposal list event by event: what each means, and what in it breaks the procedure. Pure.

One set of rules for two moments. Before a step is written, `after` says what would speak against it; whenever the vault
acts, the whole story is followed again from the ledger, and one fault anywhere in it is a refusal. A rule that came
after a list was made judges what is done now, and not the list's history (`archive.procedure.versions`).

What only the register knows (held, due, package changed) is not asked here but in `archive.order_check`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from archive.grounds import twins_of
from archive.procedure import council_steps, deciding_steps, list_steps
from archive.procedure.paper_days import LETTER, against_day, against_future
from archive.procedure.papers import Paper, day_taken, paper_of
from archive.procedure.states import State, Transition, step_from
from archive.procedure.story import Happened, Step, Story
from archive.procedure.versions import DAYS_AND_KEPT, binds
from archive.reason import Reason, because
from archive.register.models import Regime
from archive.vietnam import day_of
from archive.viewer import Role, same_person

Meaning = Callable[[Story, Happened, Mapping[str, Any]], tuple[Story, list[Reason]]]

STAYING: Mapping[str, Meaning] = {
    "council": council_steps.formed,
    "excuse": council_steps.excused,
    "vote": council_steps.voted,
    "conclude": council_steps.concluded,
    "sign-minutes": council_steps.signed,
    "take-out": list_steps.taken_out,
    "hand-over-again": deciding_steps.handed_over_again,
    "link": list_steps.fate_chosen,
    "release": deciding_steps.released,
    "ask-close": deciding_steps.closing,
}
"""Steps that are no transition of their own (a conclusion that keeps everything ends the list)."""
MOVING: Mapping[str, Meaning] = {
    "submit": list_steps.submitted,
    "request-opinion": deciding_steps.requested,
    "request-appraisal": deciding_steps.requested,
    "record-opinion": deciding_steps.given,
    "return": deciding_steps.returned,
    "decide": deciding_steps.decided,
    "decide-alone": deciding_steps.decided,
    "hand-over": deciding_steps.handed_over,
    "close": deciding_steps.closed,
}
"""What a transition brings with it besides the new state."""


def begin(happened: Happened, *, order_id: str) -> Story | None:
    """Return the story a proposal begins; None when it is none of a list with a procedure.

    Args:
        happened: the event with "order" in its payload.
        order_id: of the order.
    """
    try:
        told = happened.payload["order"]
        more = told["payload"]
        letter = _letter(told)
        story = Story(
            order_id=order_id,
            agency_code=str(told["agency_code"]),
            regime=Regime(more["regime"]),
            state=State(more["state"]),
            since=happened.at,
            proposed_by=str(told["proposed_by"]),
            explanation=str(more["explanation"]),
            items={str(case_file_id): str(sha256) for case_file_id, sha256 in told["items"]},
            letter=letter,
            twins=twins_of(more.get("items", {})),
            procedure=int(more["procedure"]),
        )
    except (KeyError, ValueError, TypeError, AttributeError):
        return None
    if not binds(story, happened, DAYS_AND_KEPT):
        return story
    return _faulty(story, *against_day(LETTER, letter, story.regime, day_of(happened.at)))


def _letter(told: Mapping[str, Any]) -> Paper:
    day = date.fromisoformat(told["document_date"])
    file = str(told["payload"].get("letter_file", ""))
    return Paper(str(told["document_number"]), day, str(told["document_sha256"]), file)


def follow(events: Iterable[Happened], *, order_id: str) -> Story | None:
    """Return the whole story of an order; None when its first event does not begin one."""
    story: Story | None = None
    for number, happened in enumerate(events):
        story = (
            begin(happened, order_id=order_id) if number == 0 else after(story, happened) if story else None
        )
    return story


def after(story: Story, happened: Happened) -> Story:
    """Return the story with one more event; what breaks the procedure is added to its faults."""
    payload = happened.payload
    if "order" in payload:
        return _faulty(story, because("archive.proposed-twice"))
    if payload.get("state") == "executing":
        if story.state is not State.HANDED_OVER:
            story = _faulty(story, because("archive.step-not-from-here", step="destroy", state=story.state))
        story = replace(story, begun=True)
    told = payload.get("step")
    if told is None:
        if "approval" in payload or payload.get("state") not in (None, "executing"):
            return _faulty(story, because("archive.past-procedure"))
        return story
    try:
        new, faults = _stepped(story, happened, told)
    except (KeyError, ValueError, TypeError, AttributeError):
        return _faulty(story, because("archive.step-unreadable", step=str(told)[:40]))
    if happened.seq:  # what is not written yet does not say yet what it leads to
        if told.get("state") != new.state.value:
            faults.append(because("archive.step-leads-elsewhere", step=told["id"]))
        if new.items.keys() != story.items.keys() and told.get("list_sha256") != new.list_sha256:
            faults.append(because("archive.list-changed"))
    return _faulty(new, *faults)


def _stepped(story: Story, happened: Happened, told: Mapping[str, Any]) -> tuple[Story, list[Reason]]:
    id = str(told["id"])
    faults = list(_always(story, happened, told))
    if id == "destroy":
        return _destroyed(story, happened, faults)
    transition = step_from(story.state, story.regime, id)
    recorded = id == "record-opinion" and story.state is State.APPRAISAL  # R2: no state of its own
    if transition is None and id not in STAYING and not recorded:
        return story, [*faults, because("archive.step-not-from-here", step=id, state=story.state)]
    meaning = STAYING.get(id) or MOVING.get(id)
    new = story
    if meaning is not None:
        new, more = meaning(story, happened, told)
        faults += more
    if transition is not None:
        faults += _against_transition(story, transition, happened, told)
        new = replace(new, state=transition.target)
    return _remembered(story, new, happened, told), faults


def _remembered(story: Story, new: Story, happened: Happened, told: Mapping[str, Any]) -> Story:
    step = Step(
        id=str(told["id"]),
        source=story.state,
        target=new.state,
        actor=happened.actor,
        role=happened.role,
        at=happened.at,
        event=happened.seq,
        day=day_taken(told, happened.at),
        reason=str(told.get("reason", "")),
        paper=_paper(told),
    )
    since = happened.at if new.state is not story.state else story.since
    return replace(new, steps=(*story.steps, step), since=since)


def _paper(told: Mapping[str, Any]) -> Paper | None:
    return paper_of(told["paper"]) if told.get("paper") else None


def _always(story: Story, happened: Happened, told: Mapping[str, Any]) -> Iterator[Reason]:
    """Yield what speaks against any step."""
    if happened.actor.startswith("system:"):
        yield because("archive.machine-approved", actor=happened.actor)
    if story.begun and told["id"] not in ("destroy", "ask-close", "close"):
        yield because("archive.destruction-begun")
    day = day_taken(told, happened.at)
    if day > day_of(happened.at):
        yield because("archive.decision-in-future", day=day)
    paper = _paper(told)
    if paper is None:
        return
    if not paper.number.strip():
        yield because("archive.no-document-number")
    if binds(story, happened, DAYS_AND_KEPT):
        yield from against_day(str(told["id"]), paper, story.regime, day)
    else:
        yield from against_future(str(told["id"]), paper, day)


def _against_transition(
    story: Story, transition: Transition, happened: Happened, told: Mapping[str, Any]
) -> Iterator[Reason]:
    """Yield which of a transition's conditions do not hold, of those the events alone can tell."""
    if transition.actor is not None and happened.role != transition.actor.value:
        yield because("archive.step-other-role", step=transition.id, role=transition.actor)
    for condition in transition.conditions:
        yield from deciding_steps.CONDITIONS.get(condition, deciding_steps.asked_elsewhere)(
            story, happened, told
        )


def _destroyed(story: Story, happened: Happened, faults: list[Reason]) -> tuple[Story, list[Reason]]:
    """The machine came to the end; when every case file was spared, the list ends as kept."""
    if not story.begun or story.state is not State.HANDED_OVER:
        faults.append(because("archive.step-not-from-here", step="destroy", state=story.state))
    if happened.role not in (Role.ARCHIVIST, Role.HEAD) or same_person(happened.actor, story.proposed_by):
        faults.append(because("archive.approves-own", who=happened.actor))
    spared = happened.payload["step"].get("spared") is True
    new = replace(story, state=State.KEEP if spared else State.DESTROYED)
    return _remembered(story, new, happened, happened.payload["step"]), faults


def _faulty(story: Story, *faults: Reason) -> Story:
    return replace(story, faults=(*story.faults, *faults)) if faults else story
