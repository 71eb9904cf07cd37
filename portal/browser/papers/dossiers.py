"""The dossiers of disposal lists: each with its decision, its case files' periods, and when what happened."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from plone import api
from sqlalchemy import select

from archive.register.among import among
from archive.register.decisions import Order, OrderKind
from archive.register.models import CaseFile
from archive.seen_at import seen_at
from portal.browser.disposal.one_list import BY_PERSON
from portal.browser.screen import Screen
from portal.disposal_lists import Lists
from portal.events import SEES
from portal.i18n import _
from retention.applied import Applied, applied

SHOWN = 200


@dataclass(frozen=True)
class Row:
    """One dossier.

    Attributes:
        periods: that apply to its case files, each once, and whether a person set it.
        first: the earliest last day of its case files.
        last: the latest.
    """

    order: Order
    url: str
    periods: tuple[str, ...]
    first: date | None
    last: date | None


class DossierList(Screen):
    """`danh-muc-huy`: every dossier this person may see, newest first."""

    filters: ClassVar[frozenset[str]] = frozenset({"sort"})

    @property
    def here(self) -> str:
        """Return the folder's address."""
        return str(self.context.absolute_url())

    def prepare(self) -> Any:
        """Read the orders and their case files' dates."""
        self.sort = self.text("sort", 12) or "-proposed"
        self.names = self.agency_names()
        seen = seen_at(self.viewer, Order.agency_code, SEES)
        query = select(Order).where(Order.kind == OrderKind.DESTRUCTION, seen)
        orders = list(self.session.scalars(query.order_by(Order.created_at.desc()).limit(SHOWN + 1)))
        self.more = len(orders) > SHOWN
        dates = self._dates(orders[:SHOWN])
        self.lists = Lists(self.session, [order.id for order in orders[:SHOWN]])
        self.rows = sorted(
            (self._row(order, dates[order.id]) for order in orders[:SHOWN]),
            key=self._key,
            reverse=self.sort.startswith("-"),
        )

    def columns(self) -> list[tuple[str, Any]]:
        """Return the columns: what sorts by it, and its title."""
        return [
            ("number", _("Disposal list")),
            ("agency", _("Agency")),
            ("proposed", _("Proposed")),
            ("last-day", _("Kept until")),
        ]

    def _dates(self, orders: list[Order]) -> dict[str, list[tuple[str, date | None]]]:
        ids = {item.case_file_id for order in orders for item in order.items}
        query = select(CaseFile.id, CaseFile.last_day).where(among(CaseFile.id, ids))
        days = {row.id: row.last_day for row in self.session.execute(query)}
        periods = applied(self.session, ids)
        dates: dict[str, list[tuple[str, date | None]]] = defaultdict(list)
        for order in orders:
            named = [item.case_file_id for item in order.items if item.case_file_id in days]
            dates[order.id] = [(self._period(periods[id]), days[id]) for id in named]
        return dates

    def _period(self, period: Applied) -> str:
        return f"{period.text} ({self.t(BY_PERSON)})" if period.by_person else period.text

    def _row(self, order: Order, dates: list[tuple[str, date | None]]) -> Row:
        days = sorted(day for _period, day in dates if day)
        paper = self.context.get(order.id)
        seen = paper is not None and api.user.has_permission("View", obj=paper)
        return Row(
            order,
            paper.absolute_url() if seen else f"{self.root}/tieu-huy/{order.id}",
            tuple(dict.fromkeys(period for period, _day in dates if period)),
            days[0] if days else None,
            days[-1] if days else None,
        )

    def _key(self, row: Row) -> tuple[Any, ...]:
        column = self.sort.removeprefix("-")
        if column == "number":
            return (self.lists.name(row.order),)
        if column == "agency":
            return (self.names.get(row.order.agency_code, row.order.agency_code), row.order.created_at)
        if column == "last-day":
            return (row.first or date.max, row.order.created_at)
        return (row.order.created_at,)


class HoldPapers(Screen):
    """`lenh-giu`: the holds are dealt with on their own screen."""

    def prepare(self) -> Any:
        """Go there."""
        return self.request.response.redirect(f"{self.root}/giu-ho-so")
