"""What the page of a long list shows: what a filter finds, sorted, in pages, with totals; and all of that at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.holds import held
from archive.procedure.seats import Member
from archive.procedure.story import Story
from archive.reason import because
from archive.register.decisions import OrderItem
from archive.register.models import CaseFile
from portal.browser.disposal.due import MissingError
from portal.browser.disposal.order import OrderScreen
from portal.browser.disposal.procedure.lines import SIZE, Line, Show, cut, found, in_order
from portal.browser.screen import Pages
from portal.i18n import _

SHOWS = {
    Show.ALL: _("All case files"),
    Show.ON: _("On the list"),
    Show.OFF: _("Off the list"),
    Show.HELD: _("Held"),
}


class ShownList(OrderScreen):
    """The part of a list's page that shows its case files. Subclasses read `story` and `held` first."""

    story: Story
    held: set[str]
    filters: ClassVar[frozenset[str]] = frozenset({"sort", "q", "show"})

    def look(self) -> None:
        """Find what is asked for, sort it, and cut its page."""
        self.words = self.text("q", 200)
        self.show = self._show_asked()
        lines = self._lines(self.files, self.held, self.story)
        self.found = in_order(found(lines, self.words, self.show), self.sort)
        page = self.number("page", 1)
        self.pages = Pages(len(self.found), min(page, max(1, -(-len(self.found) // SIZE))), SIZE)

    def _show_asked(self) -> Show:
        return Show(self.text("show", 8)) if self.text("show", 8) in set(Show) else Show.ALL

    def _lines(self, files: Mapping[str, CaseFile], held_now: set[str], story: Story) -> list[Line]:
        return [
            Line(
                id,
                file.code,
                file.title if self.viewer.may_read(file.agency_code, file.access) else file.code,
                file.end_date,
                file.last_day,
                file.total_docs,
                file.total_pages,
                off=id not in story.items,
                held=id in held_now,
            )
            for id, file in files.items()
        ]

    def columns(self) -> list[tuple[str, Any]]:
        """Return the columns that sort the list."""
        return [*super().columns(), ("documents", _("Documents"))]

    def items(self) -> list[Any]:
        """Return the items of this page of what was found."""
        named = {item.case_file_id: item for item in self.order.items}
        return [named[line.id] for line in cut(self.found, self.pages.page)]

    def shows(self) -> list[tuple[str, str]]:
        """Return what may be shown, each with its words."""
        return [(show.value, self.t(words)) for show, words in SHOWS.items()]

    def found_text(self) -> str:
        """Return how much was found of how much, in words."""
        numbers = {
            "found": len(self.found),
            "total": len(self.order.items),
            "documents": sum(line.documents for line in self.found),
            "pages": sum(line.pages for line in self.found),
        }
        return self.t(
            _(
                "${found} of ${total} case files, with ${documents} documents and ${pages} pages",
                mapping={name: self.count(number) for name, number in numbers.items()},
            )
        )

    def on_list_found(self) -> int:
        """Return how many of what was found are on the list still."""
        return sum(not line.off for line in self.found)

    def voted_by(self, member: Member) -> str:
        """Return how many case files a member has voted on; "" for who has no vote."""
        if member not in self.story.voters:
            return ""
        total = len(self.story.items)
        done = total - len(self.story.not_voted(member.account))
        numbers = {"done": self.count(done), "total": self.count(total)}
        return self.t(_("${done} of ${total} case files", mapping=numbers))

    def chosen(self, session: Session, story: Story) -> list[str]:
        """Return the case files an act is about: those ticked, or all that the filter finds on the list that was shown.

        Raises:
            MissingError: the list is not the one that was shown.
        """
        if not self.text("all_found", 3):
            return self.ticked
        if self.text("list", 64) != story.list_sha256:
            raise MissingError(because("archive.list-not-shown"))
        named = select(OrderItem.case_file_id).where(OrderItem.order_id == story.order_id)
        files = {one.id: one for one in session.scalars(select(CaseFile).where(CaseFile.id.in_(named)))}
        on_hold = set(session.scalars(select(CaseFile.id).where(CaseFile.id.in_(named), held(self.today))))
        lines = self._lines(files, on_hold & story.items.keys(), story)
        return [line.id for line in found(lines, self.text("q", 200), self._show_asked()) if not line.off]
