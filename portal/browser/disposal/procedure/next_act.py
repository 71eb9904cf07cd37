"""What a list waits for, and which acts this person may take on it. Pure; the vault asks everything again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from archive.ledger.event import unstamp
from archive.procedure.council_steps import FORMED
from archive.procedure.seats import Seat
from archive.procedure.states import GIVES_UP, START, STATES_COUNCIL, STATES_END, State
from archive.procedure.story import Council, Story, Verdict
from archive.register.models import Regime
from archive.viewer import Role, Viewer, same_person
from portal.browser.next_step import NextStep
from portal.i18n import _
from retention.destruction import RELEASED_FOR

ASIDE = frozenset(
    {"keep-file", "take-out", "abort", "reject", "refuse", "council-change", "excuse", "hand-over-again"}
)
"""Acts that end the list or change it, and bring it forward only where it cannot go on without them."""
BEGINS = frozenset({"release", "execute"})
"""Acts by which the destruction begins."""


def chair_absent(story: Story) -> bool:
    """Say whether the chair is noted as absent before the conclusion: the head makes somebody else the chair."""
    members = story.council.members if story.council and story.conclusion is None else ()
    chairs = [one for one in members if one.seat is Seat.CHAIR]
    return story.state in STATES_COUNCIL and bool(chairs) and all(one.excused for one in chairs)


def too_many_absent(story: Story) -> bool:
    """Say whether so many members are noted as absent that nothing can be concluded: the head replaces them."""
    if story.state not in STATES_COUNCIL or story.council is None or story.conclusion is not None:
        return False
    return story.too_few


def opinion_against(story: Story) -> bool:
    """Say whether the opinion that came is against the list: all the head can do is reject it."""
    waits = story.state in (State.OPINION_GIVEN, State.APPRAISAL)
    return waits and story.opinion is not None and story.opinion.verdict is Verdict.AGAINST


def brings_forward(act: str, story: Story) -> bool:
    """Say whether an act brings the list forward as it stands now."""
    if act == "council-change":
        return chair_absent(story) or too_many_absent(story)
    return act not in ASIDE or (act == "reject" and opinion_against(story))


def next_step(story: Story, *, submits: bool) -> NextStep | None:
    """Return what the list waits for; None when it has ended or the machine works.

    Args:
        story: of the list.
        submits: the agency is on the source list, so an opinion is needed (R2).
    """
    archivist, head, council = (Role.ARCHIVIST,), (Role.HEAD,), (Role.COUNCIL, Role.ARCHIVIST)
    proposer = (story.proposed_by,)
    sits = tuple(one.account for one in story.council.members) if story.council else ()
    if story.state in START.values():
        if story.council is None:
            return NextStep(_("The head forms the council."), head, proposer)
        return NextStep(_("An archivist submits the list to the council."), archivist, ())
    if story.state in STATES_COUNCIL:
        if story.council is None:
            return NextStep(_("The head forms the council."), head, proposer)
        if chair_absent(story):
            what = _(
                "The chair is absent: the head makes somebody else the chair. Until then nothing is concluded."
            )
            return NextStep(what, head, ())
        if too_many_absent(story):
            what = _(
                "Too many members of the council are absent: the head replaces them. Until then nothing is concluded."
            )
            return NextStep(what, head, ())
        if story.conclusion is None and (missing := story.missing_votes()):
            return NextStep(_("The members of the council vote."), council, proposer, tuple(missing))
        if story.conclusion is None:
            return NextStep(_("The chair of the council concludes."), council, (), (_chair(story.council),))
        if _unsigned(story):
            return _signing(story)
        if story.regime is Regime.R1 or submits:
            return NextStep(_("The head asks the competent body for its opinion."), head, proposer)
        return NextStep(_("The head of the agency decides."), head, proposer + sits)
    if story.state in (State.OPINION_REQUESTED, State.APPRAISAL) and not _given(story):
        return NextStep(_("An archivist records the opinion when its letter comes."), archivist, ())
    if opinion_against(story):
        return NextStep(_("The opinion is against the list: the head rejects it."), head, ())
    if story.state in (State.OPINION_GIVEN, State.APPRAISAL):
        return NextStep(_("The head of the agency decides."), head, proposer + sits)
    if story.state is State.DECIDED:
        return NextStep(_("An archivist hands the records over for destruction."), archivist, ())
    if story.state is State.HANDED_OVER:
        receiver = story.hand_over.receiver if story.hand_over and not story.begun else ""
        return NextStep(
            _("Who received the records confirms it and carries the decision out.")
            if receiver
            else _("An archivist or the head carries the decision out, but not who proposed it."),
            (Role.ARCHIVIST, Role.HEAD),
            proposer,
            (receiver,) if receiver else (),
        )
    if story.state is State.DESTROYED and story.closing is not None:
        return None  # the house files the dossier
    if story.state is State.DESTROYED:
        return NextStep(_("An archivist closes the list with its dossier."), archivist, ())
    return _signing(story) if story.state is State.KEEP and _unsigned(story) else None


def _chair(council: Council) -> str:
    chairs = (one.account for one in council.members if one.seat is Seat.CHAIR and not one.excused)
    return next(chairs, "")


def _signing(story: Story) -> NextStep:
    secretary = story.council.on(Seat.SECRETARY) if story.council else ""
    who = (Role.COUNCIL, Role.ARCHIVIST)
    return NextStep(_("The secretary of the council signs the minutes."), who, (), (secretary,))


def acts(story: Story, viewer: Viewer, *, submits: bool, now: datetime) -> tuple[str, ...]:
    """Return the acts this person may take now, those that bring the list forward first."""
    if (
        story.state is State.KEEP and not story.faults and _unsigned(story)
    ):  # a council that keeps everything has minutes too
        return tuple(_member(story, viewer))
    if story.state in STATES_END:
        return ()
    found = list(_acts(story, viewer, submits, now))
    if story.faults:  # it can only be given up
        found = [act for act in found if act in GIVES_UP]
    return tuple(sorted(found, key=lambda act: not brings_forward(act, story)))


def _acts(story: Story, viewer: Viewer, submits: bool, now: datetime) -> Iterator[str]:
    if viewer.has(Role.ARCHIVIST, story.agency_code):
        yield from _archivist(story)
    if viewer.has(Role.HEAD, story.agency_code):
        yield from _head(story, viewer, submits)
    if story.state in STATES_COUNCIL and story.council is not None:
        yield from _member(story, viewer)
    carries_out = any(viewer.has(role, story.agency_code) for role in (Role.ARCHIVIST, Role.HEAD))
    if story.state is State.HANDED_OVER and carries_out and not same_person(viewer.name, story.proposed_by):
        if story.begun or _released(story, viewer, now):
            yield "execute"
        elif story.hand_over is not None and same_person(viewer.name, story.hand_over.receiver):
            yield "release"


def _released(story: Story, viewer: Viewer, now: datetime) -> bool:
    """Say whether this person has confirmed it, so lately that the vault still goes by it."""
    release = story.release
    return (
        release is not None
        and same_person(release.by, viewer.name)
        and now - unstamp(release.factors.proved_at) <= RELEASED_FOR
    )


def _archivist(story: Story) -> Iterator[str]:
    if story.state in START.values() and story.council is not None:
        yield "submit"
    if story.state in (State.OPINION_REQUESTED, State.APPRAISAL) and not _given(story):
        yield "record"
    if story.state is State.DECIDED:
        yield "hand-over"
    if story.state is State.HANDED_OVER and not story.begun:
        yield "hand-over-again"
    if story.state is State.DESTROYED and story.closing is None:
        yield "close"
    elif story.state is State.DESTROYED:
        yield "keep-file"
    elif not story.begun and len(story.items) > 1:
        yield "take-out"
    if story.state not in (State.DECIDED, State.HANDED_OVER, State.DESTROYED):
        yield "abort"


def _head(story: Story, viewer: Viewer, submits: bool) -> Iterator[str]:
    mine = same_person(viewer.name, story.proposed_by)
    sits = story.council is not None and story.council.named(viewer.name) is not None
    concluded = story.conclusion is not None and bool(story.conclusion.signed_by)
    if story.state in FORMED and not concluded:
        yield "council" if story.council is None else "council-change"
    opinion = story.regime is Regime.R1 or submits
    if story.state in STATES_COUNCIL and concluded and opinion and not mine:
        yield "request"
    alone = story.state is State.COUNCIL and concluded and not opinion
    asked = story.state in (State.OPINION_GIVEN, State.APPRAISAL) and _given(story)
    agreed = asked and story.opinion is not None and story.opinion.verdict is Verdict.FOR
    if (alone or agreed) and not mine and not sits:
        yield "decide"
    if asked:
        yield "reject"
    if story.state in (State.DECIDED, State.HANDED_OVER) and not story.begun:
        yield "refuse"


def _member(story: Story, viewer: Viewer) -> Iterator[str]:
    member = story.council.named(viewer.name) if story.council else None
    if member is None or not any(
        viewer.has(role, story.agency_code) for role in (Role.COUNCIL, Role.ARCHIVIST)
    ):
        return
    if story.conclusion is not None:
        if member.seat is Seat.SECRETARY and _unsigned(story):
            yield "sign"
        return
    ready = not story.missing_votes() and not too_many_absent(story)
    if member.seat is Seat.CHAIR and not member.excused and ready:
        yield "conclude"
    if member in story.voters:
        yield "vote"
    if not same_person(viewer.name, story.proposed_by):
        yield "excuse"


def _unsigned(story: Story) -> bool:
    """Say whether the council has concluded and its minutes wait for the secretary."""
    return story.conclusion is not None and not story.conclusion.signed_by


def _given(story: Story) -> bool:
    return story.opinion is not None and story.opinion.given is not None
