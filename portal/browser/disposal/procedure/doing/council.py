"""The council's acts but for voting (`voting.py`): formed, changed, members absent, concluded, its minutes signed."""

from __future__ import annotations

from archive.procedure.seats import Member, Seat
from archive.reason import because
from archive.register.session import reading
from portal import people
from portal.browser.disposal.procedure.doing import step
from portal.browser.disposal.procedure.forms import FORMS, SEATS
from portal.browser.form_fields import Fault, refuse
from portal.browser.screen import Screen
from portal.i18n import _
from retention.procedure import council, taking


def form(screen: Screen) -> None:
    """Form the council, or change it."""
    members = [
        Member(account := name.removeprefix("seat-"), Seat(value), name=people.full_name(account))
        for name, value in sorted(screen.request.form.items())
        if name.startswith("seat-") and value in SEATS
    ]
    faults = screen.faults_of(FORMS["council-change" if _formed(screen) else "council"].fields)
    if not members:
        faults.insert(0, Fault("seats", _("Members of the council"), because("portal.not-chosen")))
    refuse(faults)
    paper = step.paper(screen)
    step.take(
        screen,
        lambda session, id, **who: (
            council.form(session, id, members, paper, reason=screen.text("reason"), **who).story
        ),
    )


def _formed(screen: Screen) -> bool:
    with reading() as session:
        return taking.story(session, screen.path[0]).council is not None


def excuse(screen: Screen) -> None:
    """Note a member's absence, or take it back."""
    step.ask(screen, "excuse")
    member, reason = screen.text("member", 80), screen.text("reason", 2000)
    step.take(screen, lambda session, id, **who: council.excuse(session, id, member, reason=reason, **who))


def conclude(screen: Screen) -> None:
    """Conclude as the chair."""
    step.ask(screen, "conclude")
    step.take_with_paper(screen, council.conclude)


def sign(screen: Screen) -> None:
    """Sign the minutes as the secretary."""
    step.take(screen, council.sign_minutes)
