"""The archivist's acts on a list: submitted, taken out of, given up, closed, a paper's file given again."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from kombu.exceptions import OperationalError
from sqlalchemy import select
from sqlalchemy.orm import Session

from archive import queue
from archive.holds import held
from archive.procedure.story import Story
from archive.reason import because
from archive.register.decisions import OrderItem
from archive.register.models import CaseFile
from archive.register.session import reading
from archive.viewer import Role
from portal.browser.disposal.kept_file import kept_file
from portal.browser.disposal.procedure.doing import step
from portal.browser.disposal.procedure.lines import found, lines_of, show_of
from portal.browser.form_fields import MissingError
from portal.browser.screen import Screen
from portal.i18n import _
from portal.register import joined
from retention.filing.given import given_with
from retention.procedure import deciding, listing, taking


def submit(screen: Screen) -> None:
    """Submit the list to the council."""
    step.take(screen, listing.submit, linked=screen.text("linked"))


def take_out(screen: Screen) -> None:
    """Take the ticked case files off the list, or all that the filter finds."""
    step.ask(screen, "take-out")

    def taken(session: Any, id: str, **who: Any) -> Story:
        ids = _chosen(screen, session, taking.story(session, id))
        return listing.take_out(session, id, ids, reason=screen.text("reason"), **who)

    step.take(screen, taken)


def abort(screen: Screen) -> None:
    """Give the list up."""
    step.ask(screen, "abort")
    step.take(screen, listing.abort, reason=screen.text("reason"))


def close(screen: Screen) -> str:
    """Ask that the list is closed; a worker files its dossier, and a beat goes on with what was interrupted."""
    with joined() as session:
        deciding.close(session, screen.path[0], viewer=screen.viewer, now=screen.now)
        queue.send_after_commit(session, "retention.tasks.file_dossier", screen.path[0])
    screen.say(_("The dossier is being filed. This page shows how far it is."))
    return screen.here


def keep_file(screen: Screen) -> None:
    """Lay a paper's file on the shelf again as an archivist; the dossier that waits for it goes on."""
    agency = step.agency_code(screen)
    screen.viewer.require(Role.ARCHIVIST, agency)
    step.ask(screen, "keep-file")
    kept = kept_file(screen, agency)
    with reading() as session:
        named = {one.paper.sha256 for one in given_with(taking.story(session, screen.path[0]))}
    if kept is None or kept.sha256 not in named:
        raise MissingError(because("portal.not-a-paper-of-the-list"))
    with suppress(OperationalError):  # the periodic round goes on with it
        queue.send("retention.tasks.file_dossier", screen.path[0])
    screen.say(_("The file is kept. The dossier goes on."))


def _chosen(screen: Screen, session: Session, story: Story) -> list[str]:
    """Return the case files an act is about: those ticked, or all that the filter finds on the list that was shown.

    Raises:
        MissingError: the list is not the one that was shown, or nothing is ticked.
    """
    if not screen.text("all_found", 3):
        if not screen.ticked:
            raise MissingError(because("portal.nothing-ticked"))
        return screen.ticked
    if screen.text("list", 64) != story.list_sha256:
        raise MissingError(because("archive.list-not-shown"))
    named = select(OrderItem.case_file_id).where(OrderItem.order_id == story.order_id)
    files = session.scalars(select(CaseFile).where(CaseFile.id.in_(named)))
    on_hold = set(session.scalars(select(CaseFile.id).where(CaseFile.id.in_(named), held(screen.today))))
    lines = lines_of(files, on_hold & story.items.keys(), story, screen.viewer)
    words, show = screen.text("q", 200), show_of(screen.text("show", 8))
    return [line.id for line in found(lines, words, show) if not line.off]
