"""Take one step of a list as a form asks for it: its fields first, then the vault, then the dossier's paper."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from plone import api

from archive.procedure.papers import Paper
from archive.procedure.story import Story
from archive.register.decisions import Order
from archive.register.session import reading
from archive.second_factor.prove import Act, First, For, prove
from portal.browser.disposal.kept_file import paper_given
from portal.browser.disposal.procedure.forms import FORMS
from portal.browser.form_fields import day_of
from portal.browser.screen import Screen
from portal.i18n import _
from portal.papers import mirror_order
from portal.register import joined


def ask(screen: Screen, act: str) -> None:
    """Look whether the form of an act has what it must.

    Raises:
        FormError: with every field that is empty or wrong.
    """
    screen.ask_for(FORMS[act].fields)


def take(screen: Screen, act: Callable[..., Story], **facts: Any) -> None:
    """Take a step; raises as the step does."""
    with joined() as session:
        act(session, screen.path[0], **facts, viewer=screen.viewer, now=screen.now)
        mirror_order(api.portal.get(), session, screen.path[0])
    screen.say(_("The step is in the ledger."))


def paper(screen: Screen) -> Paper:
    """Return the paper a form tells of, its file on the shelf when one was chosen."""
    day = day_of(screen.text("date", 10), latest=screen.today)
    return paper_given(screen, agency_code(screen), day)


def take_with_paper(screen: Screen, act: Callable[..., Story], **facts: Any) -> None:
    """Take a step that rests on a paper."""
    given = paper(screen)
    take(screen, lambda session, id, **who: act(session, id, given, **facts, **who))


def both_factors(screen: Screen, purpose: For) -> None:
    """Prove password and one-time code for an act on this list.

    Raises:
        PasswordError, SecondFactorError: one of them is not right.
    """
    screen.ask_password()
    act = Act(purpose, screen.path[0])
    prove(screen.viewer.name, screen.text("code", 12), act, first=First.PASSWORD, now=screen.now)


def agency_code(screen: Screen) -> str:
    """Return the agency of the list."""
    with reading() as session:
        return str(session.get_one(Order, screen.path[0]).agency_code)
