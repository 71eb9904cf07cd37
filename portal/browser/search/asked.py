"""What a search's address asks for: words and filters, read in one way by the results and by acts on all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from portal.days import Days, days_of
from search.request import Filters

CHOICES = ("kind", "agency", "year", "type", "access", "regime")
"""Names of the parameters that narrow a search to one value each."""


@dataclass(frozen=True)
class Asked:
    """A search as asked.

    Attributes:
        words: as typed.
        chosen: value of each of `CHOICES`, "" when not narrowed to one.
    """

    words: str
    chosen: Mapping[str, str]
    days: Days

    @property
    def filters(self) -> Filters:
        """Return the filters for the search."""
        chosen = self.chosen

        def one(name: str) -> tuple[str, ...]:
            return (chosen[name],) if chosen[name] else ()

        first, last = self.days.limits
        return Filters(
            agencies=one("agency"),
            years=(int(chosen["year"][:4]),) if chosen["year"].isdecimal() else (),
            types=one("type"),
            access=one("access"),
            regimes=one("regime"),
            kinds=one("kind"),
            date_from=first,
            date_to=last,
        )

    def facts(self) -> dict[str, Any]:
        """Return words and the filters that are set as JSON values, for the ledger."""
        filters = {
            name: list(v) if isinstance(v, tuple) else v for name, v in asdict(self.filters).items() if v
        }
        return {"words": self.words, **filters}


def asked_in(text: Callable[[str, int], str]) -> Asked:
    """Return what a request asks; `text` gives a parameter by name, cut to a length."""
    chosen = {name: text(name, 100) for name in CHOICES}
    return Asked(text("q", 300), chosen, days_of(text("from", 20), text("to", 20)))
