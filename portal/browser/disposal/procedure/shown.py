"""The case files a list's page shows: what a filter finds, sorted, in pages, with totals, each with why it may go."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from archive.holds import held
from archive.procedure.story import Story
from archive.register.models import CaseFile
from portal.browser.disposal.one_list import OneList
from portal.browser.disposal.procedure.lines import SIZE, Show, cut, found, in_order, lines_of, show_of
from portal.browser.screen import Pages
from portal.i18n import _

SHOWS = {
    Show.ALL: _("All case files"),
    Show.ON: _("On the list"),
    Show.OFF: _("Off the list"),
    Show.HELD: _("Held"),
}
COLUMNS = (
    ("title", _("Case file")),
    ("end-date", _("Work ended")),
    ("last-day", _("Kept until")),
    ("documents", _("Documents")),
)


class ShownLines:
    """The part of the page that shows the list.

    Attributes:
        held: case files of the list that are held now.
    """

    def __init__(self, one: OneList, story: Story) -> None:
        screen = one.screen
        self.one, self.story, self.screen = one, story, screen
        on_it = select(CaseFile.id).where(CaseFile.id.in_(one.named), held(screen.today))
        self.held = set(screen.session.scalars(on_it)) & story.items.keys()
        self.words = screen.text("q", 200)
        self.show = show_of(screen.text("show", 8))
        self.sort = screen.text("sort", 12) or "code"
        self.all = lines_of(one.files.values(), self.held, story, screen.viewer)
        self.found = in_order(found(self.all, self.words, self.show), self.sort)
        page = screen.number("page", 1)
        self.pages = Pages(len(self.found), min(page, max(1, -(-len(self.found) // SIZE))), SIZE)
        self._items = {item.case_file_id: item for item in one.order.items}

    def items(self) -> list[Any]:
        """Return the items of this page of what was found."""
        return [self._items[line.id] for line in cut(self.found, self.pages.page)]

    def in_order(self) -> list[Any]:
        """Return all items that are on the list, in the order the page shows it in."""
        return [self._items[line.id] for line in in_order(self.all, self.sort) if not line.off]

    def columns(self) -> list[tuple[str, str]]:
        """Return the columns that sort the list."""
        return [(column, self.screen.t(words)) for column, words in COLUMNS]

    def shows(self) -> list[tuple[str, str]]:
        """Return what may be shown, each with its words."""
        return [(show.value, self.screen.t(words)) for show, words in SHOWS.items()]

    def found_text(self) -> str:
        """Return how much was found of how much, in words."""
        numbers = {
            "found": len(self.found),
            "total": len(self.one.order.items),
            "documents": sum(line.documents for line in self.found),
            "pages": sum(line.pages for line in self.found),
        }
        return self.screen.t(
            _(
                "${found} of ${total} case files, with ${documents} documents and ${pages} pages",
                mapping={name: self.screen.count(number) for name, number in numbers.items()},
            )
        )

    def on_list_found(self) -> int:
        """Return how many of what was found are on the list still."""
        return sum(not line.off for line in self.found)

    def why(self, item: Any) -> list[str]:
        """Return why a case file is on the list, as it was explained when the list was made."""
        told = self.one.order.payload.get("items", {}).get(item.case_file_id, {})
        twin = self.twin(item)
        words = _("Duplicate: case file ${code} has all its documents and stays.", mapping={"code": twin})
        steps = [
            f"{step[self.screen.language]} ({step['clause']})"
            if step["clause"]
            else step[self.screen.language]
            for step in told.get("steps", ())
        ]
        return [*([self.screen.t(words)] if twin else ()), *self.differs(item), *steps]

    def differs(self, item: Any) -> list[str]:
        """Return in what a case file that is listed as a duplicate differs from what stays for it."""
        twin = self.story.twins.get(item.case_file_id)
        return [self.screen.because(one) for one in (twin.differs if twin else ())]

    def twin(self, item: Any) -> str:
        """Return the code of what stays for a case file that is listed as its duplicate, "" when it has expired."""
        twin = self.story.twins.get(item.case_file_id)
        return twin.code if twin else ""

    @property
    def grounds_text(self) -> str:
        """Return how many are on the list on which ground, "" when all have expired."""
        duplicates = sum(id in self.story.twins for id in self.story.items)
        told = {
            "expired": self.screen.count(len(self.story.items) - duplicates),
            "duplicates": self.screen.count(duplicates),
        }
        words = _("${expired} expired, ${duplicates} duplicates", mapping=told)
        return self.screen.t(words) if duplicates else ""

    def left(self, item: Any) -> list[str]:
        """Return why a case file left the list, none when it is on it; of the council what it said, and who why."""
        left = self.story.left.get(item.case_file_id)
        if left is None:
            return []
        if left.choice is None:
            return [f"{self.screen.person(left.by)}: {left.reason}"]
        said = sorted(self.story.ballots(item.case_file_id).items())
        reasons = [f"{self.screen.person(who)}: {one.reason}" for who, one in said if one.reason]
        return [self.screen.detail(item.detail), *reasons]
