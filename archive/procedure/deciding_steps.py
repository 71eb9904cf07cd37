"""Opinion, decision, hand-over; and the conditions of the table of states that the events alone can answer. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from archive.procedure.deadline import DAYS_TO_EXECUTE, last_day_to_begin
from archive.procedure.papers import day_taken, paper_of
from archive.procedure.states import State
from archive.procedure.story import (
    Closing,
    Decision,
    Factors,
    HandOver,
    Happened,
    Opinion,
    Release,
    Story,
    Verdict,
)
from archive.reason import Reason, because
from archive.register.models import Regime
from archive.viewer import Role, same_person

FIRST_FACTORS = frozenset({"password", "command-line"})
"""How the first of the two factors may have been proven (`archive.second_factor.prove.First`)."""


def requested(story: Story, happened: Happened, told: Mapping[str, Any]) -> tuple[Story, list[Reason]]:
    """The head asks the competent body for its opinion."""
    opinion = Opinion(paper_of(told["paper"]), happened.actor)
    faults = []
    if story.conclusion is not None and opinion.requested.day < story.conclusion.paper.day:
        faults.append(
            because("archive.paper-before", day=opinion.requested.day, other=story.conclusion.paper.day)
        )
    return replace(story, opinion=opinion), faults


def given(story: Story, happened: Happened, told: Mapping[str, Any]) -> tuple[Story, list[Reason]]:
    """The opinion came: under R1 one against it returns the list instead, under R2 the head may then only reject it."""
    faults = []
    if happened.role != Role.ARCHIVIST:
        faults.append(because("archive.step-other-role", step="record-opinion", role=Role.ARCHIVIST))
    new, more = _with_opinion(story, happened, told, Verdict(told["verdict"]))
    if story.regime is Regime.R1 and Verdict(told["verdict"]) is Verdict.AGAINST:
        faults.append(because("archive.opinion-against"))
    return new, faults + more


def returned(story: Story, happened: Happened, told: Mapping[str, Any]) -> tuple[Story, list[Reason]]:
    """R1: the body is against it; the list is as it was before the council, which has to look at it anew."""
    new, faults = _with_opinion(story, happened, told, Verdict.AGAINST)
    return replace(new, votes={}, withdrawn={}, conclusion=None, opinion=None), faults


def _with_opinion(
    story: Story, happened: Happened, told: Mapping[str, Any], verdict: Verdict
) -> tuple[Story, list[Reason]]:
    paper = paper_of(told["paper"])
    if story.opinion is None:
        return story, [because("archive.no-opinion-asked")]
    faults = []
    if story.opinion.given is not None:
        faults.append(because("archive.opinion-given", number=story.opinion.given.number))
    if paper.day < story.opinion.requested.day:
        faults.append(because("archive.paper-before", day=paper.day, other=story.opinion.requested.day))
    opinion = replace(story.opinion, given=paper, verdict=verdict, recorded_by=happened.actor)
    return replace(story, opinion=opinion), faults


def decided(story: Story, happened: Happened, told: Mapping[str, Any]) -> tuple[Story, list[Reason]]:
    """The head decides on exactly the list that was shown."""
    paper = paper_of(told["paper"])
    faults = []
    if told["list"] != story.list_sha256:
        faults.append(because("archive.list-not-shown"))
    if not str(told["signer"]).strip():
        faults.append(because("archive.no-signer"))
    if story.conclusion is not None and paper.day < story.conclusion.paper.day:
        faults.append(because("archive.paper-before", day=paper.day, other=story.conclusion.paper.day))
    decision = Decision(
        paper=paper,
        signer=str(told["signer"]),
        by=happened.actor,
        at=happened.at,
        event=happened.seq,
        list_sha256=story.list_sha256,
        alone=told["id"] == "decide-alone",
        factors=_factors(told),
    )
    return replace(story, decision=decision), faults


def handed_over(story: Story, happened: Happened, told: Mapping[str, Any]) -> tuple[Story, list[Reason]]:
    """The store manager hands the records over to whoever carries the destruction out."""
    hand_over = HandOver(paper_of(told["paper"]), happened.actor, happened.at, str(told["receiver"]).strip())
    faults = []
    if not hand_over.receiver:
        faults.append(because("archive.no-receiver"))
    if same_person(hand_over.receiver, story.proposed_by):
        faults.append(because("archive.receiver-proposed", who=hand_over.receiver))
    if story.decision is not None and hand_over.paper.day < story.decision.paper.day:
        faults.append(
            because("archive.paper-before", day=hand_over.paper.day, other=story.decision.paper.day)
        )
    return replace(story, hand_over=hand_over), faults


def handed_over_again(
    story: Story, happened: Happened, told: Mapping[str, Any]
) -> tuple[Story, list[Reason]]:
    """The records go to somebody else, with a reason, before the destruction begins; the new receiver confirms anew.

    A name that nobody has, or somebody who fell ill, would otherwise end the list (our rule).
    """
    new, faults = handed_over(story, happened, told)
    if happened.role != Role.ARCHIVIST:
        faults.append(because("archive.step-other-role", step="hand-over-again", role=Role.ARCHIVIST))
    if story.state is not State.HANDED_OVER:
        faults.append(because("archive.step-not-from-here", step="hand-over-again", state=story.state))
    more = (*_reason(story, happened, told), *_within_15_days(story, happened, told))
    return replace(new, release=None), [*faults, *more]


def released(story: Story, happened: Happened, told: Mapping[str, Any]) -> tuple[Story, list[Reason]]:
    """Who received the records confirms, with both factors; the last word before anything is erased."""
    release = Release(happened.actor, happened.role, happened.at, happened.seq, _factors(told))
    faults = list(_two_factors(story, happened, told))
    if story.state is not State.HANDED_OVER:
        faults.append(because("archive.step-not-from-here", step="release", state=story.state))
    if happened.role not in (Role.ARCHIVIST, Role.HEAD):
        faults.append(because("archive.step-other-role", step="release", role=Role.ARCHIVIST))
    if same_person(happened.actor, story.proposed_by):
        faults.append(because("archive.receiver-proposed", who=happened.actor))
    if story.hand_over is not None and not same_person(happened.actor, story.hand_over.receiver):
        faults.append(because("archive.not-receiver", who=happened.actor, receiver=story.hand_over.receiver))
    return replace(story, release=release), [*faults, *_within_15_days(story, happened, told)]


def closing(story: Story, happened: Happened, told: Mapping[str, Any]) -> tuple[Story, list[Reason]]:
    """An archivist asks for the dossier; the list is closed when the house has filed it."""
    faults = []
    if story.state is not State.DESTROYED:
        faults.append(because("archive.step-not-from-here", step="ask-close", state=story.state))
    if happened.role != Role.ARCHIVIST:
        faults.append(because("archive.step-other-role", step="ask-close", role=Role.ARCHIVIST))
    return replace(story, closing=Closing(happened.actor, happened.role, happened.at)), faults


def closed(story: Story, happened: Happened, told: Mapping[str, Any]) -> tuple[Story, list[Reason]]:
    """The dossier is a stored case file. Lists that were closed before dossiers were stored name none."""
    dossier = str(told.get("dossier", {}).get("case_file_id", ""))
    faults = []
    if not happened.seq and not (dossier and story.closing and same_person(story.closing.by, happened.actor)):
        faults.append(because("archive.no-dossier"))
    return replace(story, dossier_id=dossier), faults


def _factors(told: Mapping[str, Any]) -> Factors:
    said = told.get("factors") or {}
    return Factors(*(str(said.get(name, "")) for name in ("account", "first", "second", "proved_at")))


Condition = Callable[[Story, Happened, Mapping[str, Any]], Iterator[Reason]]


def _reason(story: Story, happened: Happened, told: Mapping[str, Any]) -> Iterator[Reason]:
    if not str(told.get("reason", "")).strip():
        yield because("archive.no-reason-given")


def _not_proposer(story: Story, happened: Happened, told: Mapping[str, Any]) -> Iterator[Reason]:
    if same_person(happened.actor, story.proposed_by):
        yield because("archive.approves-own", who=happened.actor)


def _not_council(story: Story, happened: Happened, told: Mapping[str, Any]) -> Iterator[Reason]:
    # Nobody who voted either: a member taken off the council later has had a say all the same.
    spoke = {step.actor for step in story.steps if step.id in ("vote", "conclude", "sign-minutes")}
    sits = story.council is not None and story.council.named(happened.actor) is not None
    if sits or any(same_person(happened.actor, one) for one in spoke):
        yield because("archive.decider-on-council", who=happened.actor)


def _majority(story: Story, happened: Happened, told: Mapping[str, Any]) -> Iterator[Reason]:
    if story.conclusion is None:
        yield because("archive.not-concluded")
    elif not story.conclusion.signed_by:
        yield because("archive.minutes-not-signed")


def _opinion_needed(story: Story, happened: Happened, told: Mapping[str, Any]) -> Iterator[Reason]:
    if told.get("submits") is not True:
        yield because("archive.opinion-not-needed", agency=story.agency_code)


def _no_opinion_needed(story: Story, happened: Happened, told: Mapping[str, Any]) -> Iterator[Reason]:
    if told.get("submits") is not False:
        yield because("archive.opinion-needed", agency=story.agency_code)


def _opinion_dated(story: Story, happened: Happened, told: Mapping[str, Any]) -> Iterator[Reason]:
    if story.opinion is None or story.opinion.given is None:
        yield because("archive.no-opinion")
        return
    if story.opinion.verdict is not Verdict.FOR:
        yield because("archive.opinion-against")
    day = paper_of(told["paper"]).day
    if day < story.opinion.given.day:
        yield because("archive.decision-before-opinion", day=day, other=story.opinion.given.day)


def _opinion_named(story: Story, happened: Happened, told: Mapping[str, Any]) -> Iterator[Reason]:
    if story.opinion is None or story.opinion.given is None:
        yield because("archive.no-opinion")
        return
    given = story.opinion.given
    named = paper_of(told["paper"]) if told.get("paper") else None
    if named is None or (named.number, named.day) != (given.number, given.day):
        yield because("archive.opinion-not-named", number=given.number, day=given.day)


def _within_15_days(story: Story, happened: Happened, told: Mapping[str, Any]) -> Iterator[Reason]:
    if story.decision is None:
        return
    last = last_day_to_begin(story.regime, story.decision.paper.day)
    if last is not None and day_taken(told, happened.at) > last:
        yield because(
            "archive.list-decided-too-long-ago", day=story.decision.paper.day, last=last, days=DAYS_TO_EXECUTE
        )


def _two_factors(story: Story, happened: Happened, told: Mapping[str, Any]) -> Iterator[Reason]:
    factors = _factors(told)
    known = factors.first in FIRST_FACTORS and factors.second == "totp" and bool(factors.proved_at)
    if not known or factors.account != happened.actor:
        yield because("archive.not-proven", who=happened.actor)


def asked_elsewhere(story: Story, happened: Happened, told: Mapping[str, Any]) -> Iterator[Reason]:
    """Yield nothing: the events cannot tell; `archive.order_check` asks the register."""
    yield from ()


CONDITIONS: Mapping[str, Condition] = {
    "reason": _reason,
    "not-proposer": _not_proposer,
    "not-council": _not_council,
    "majority": _majority,
    "opinion-needed": _opinion_needed,
    "no-opinion-needed": _no_opinion_needed,
    "opinion-dated": _opinion_dated,
    "opinion-named": _opinion_named,
    "within-15-days": _within_15_days,
    "two-factors": _two_factors,
}
"""Condition of `archive.procedure.states` -> what of it does not hold."""
