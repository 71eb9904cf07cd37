"""The head's acts and what follows them: the opinion, the decision, the hand-over, the beginning confirmed."""

from __future__ import annotations

from typing import Any

from archive.procedure.story import Story, Verdict
from archive.second_factor.prove import For
from portal import people
from portal.browser.disposal.procedure.doing import step
from portal.browser.screen import Screen
from retention.procedure import deciding, opinion, taking
from retention.procedure.deciding import NewDecision


def request(screen: Screen) -> None:
    """Ask for the opinion."""
    step.ask(screen, "request")
    step.take_with_paper(screen, opinion.request)


def record(screen: Screen) -> None:
    """Record the letter that came."""
    step.ask(screen, "record")
    verdict = Verdict.FOR if screen.text("verdict", 10) == Verdict.FOR else Verdict.AGAINST
    paper = step.paper(screen)
    step.take(
        screen,
        lambda session, id, **who: opinion.record(
            session, id, paper, verdict, reason=screen.text("reason"), **who
        ),
    )


def decide(screen: Screen) -> None:
    """Decide on exactly the list that was shown; password and code are asked again."""
    step.ask(screen, "decide")
    decision = NewDecision(step.paper(screen), screen.text("signer", 200), screen.text("list", 64))
    step.both_factors(screen, For.DECIDE)
    step.take(screen, lambda session, id, **who: deciding.decide(session, id, decision, **who))


def hand_over(screen: Screen) -> None:
    """Hand the records over for destruction."""
    step.ask(screen, "hand-over")
    receiver = screen.text("receiver", 80)
    called = people.full_name(receiver)
    step.take_with_paper(screen, deciding.hand_over, receiver=receiver, receiver_name=called)


def hand_over_again(screen: Screen) -> None:
    """Hand the records over to somebody else."""
    step.ask(screen, "hand-over-again")
    receiver, reason = screen.text("receiver", 80), screen.text("reason")
    called = people.full_name(receiver)
    step.take_with_paper(
        screen, deciding.hand_over_again, receiver=receiver, receiver_name=called, reason=reason
    )


def release(screen: Screen) -> None:
    """Confirm that the destruction begins; password and code are asked again."""
    step.ask(screen, "release")
    step.both_factors(screen, For.RELEASE)
    step.take(screen, deciding.release)


def reject(screen: Screen) -> None:
    """End the list after the opinion, whose letter is named as it was recorded."""
    step.ask(screen, "reject")

    def rejected(session: Any, id: str, **facts: Any) -> Story:
        told = taking.story(session, id).opinion
        return opinion.reject(session, id, letter=told.given if told else None, **facts)

    step.take(screen, rejected, reason=screen.text("reason"))


def refuse(screen: Screen) -> None:
    """End a decided list that is not carried out."""
    step.ask(screen, "refuse")
    step.take(screen, deciding.refuse, reason=screen.text("reason"))
