"""How people were called when they took a step: full name and agency, written into the step's own event.

An account says little on paper, and a directory knows only how people are called today. So each event carries what was
known when it was written, and a paper that is printed again years later names everybody as it did the first time.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.ledger.event import Verb
from archive.ledger.rows import EventRow
from archive.register.models import Agency
from archive.vietnamese import plain

PEOPLE = "people"
"""Key of an event's payload, and of a proposal's: account -> {"name", "agency"}."""


@dataclass(frozen=True)
class Called:
    """A person as the ledger knows them at one moment.

    Attributes:
        name: full name, "" when nobody told it.
        agency: name of the agency they acted for, "" when it was not written.
    """

    account: str
    name: str = ""
    agency: str = ""

    def __str__(self) -> str:
        """Return the full name with the account in brackets, or the account alone."""
        return f"{self.name} ({self.account})" if self.name else self.account

    @property
    def at_agency(self) -> str:
        """Return the same with the agency."""
        return f"{self}, {self.agency}" if self.agency else str(self)


@dataclass(frozen=True)
class Names:
    """What the events of one list say of people.

    Attributes:
        said: (event, account -> who), oldest first.
    """

    said: Sequence[tuple[int, Mapping[str, Called]]] = ()

    def of(self, account: str, event: int | None = None) -> Called:
        """Return a person as an event names them; else as the last one before it does, else as the first after it.

        Args:
            account: name.
            event: of the act; None for the last word.
        """
        said = self._of.get(plain(account), ())
        upto = len(said) if event is None else bisect_right(said, event, key=itemgetter(0))
        named = [one for _, one in (*reversed(said[:upto]), *said[upto:]) if one.name]
        if named:
            return named[0]
        return Called(account, "", said[upto - 1][1].agency if upto else "")

    @cached_property
    def _of(self) -> Mapping[str, Sequence[tuple[int, Called]]]:
        """Return what is said of each account, oldest first: a list of thousands of votes is asked for each of them."""
        found: dict[str, list[tuple[int, Called]]] = defaultdict(list)
        for number, people in self.said:
            for account, one in people.items():
                found[plain(account)].append((number, one))
        return found

    def agency(self, event: int) -> str:
        """Return what the list's agency was called at an event, "" when no event says it."""
        said = [one.agency for number, people in self.said if number <= event for one in people.values()]
        return next((name for name in reversed(said) if name), "")


def as_called(session: Session, agency_code: str, names: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Return what an event says of the people in it.

    Args:
        session: on the register.
        agency_code: for which they act.
        names: account -> full name, "" when it is not known.
    """
    agency = session.get(Agency, agency_code)
    known = agency.name if agency else ""
    return {
        # A directory without a name for an account answers with the account.
        account: {"name": "" if name.strip() == account else name.strip(), "agency": known}
        for account, name in names.items()
        if account
    }


def names_of(session: Session, order_id: str) -> Names:
    """Return how the events of a list name people."""
    query = select(EventRow.seq, EventRow.payload).where(
        EventRow.object_id == order_id, EventRow.verb == Verb.DECISION.value
    )
    return Names(
        tuple((seq, dict(_called(payload))) for seq, payload in session.execute(query.order_by(EventRow.seq)))
    )


def _called(payload: Mapping[str, Any]) -> Iterator[tuple[str, Called]]:
    told = payload.get(PEOPLE) or payload.get("order", {}).get("payload", {}).get(PEOPLE) or {}
    for account, one in told.items():
        yield str(account), Called(str(account), str(one.get("name", "")), str(one.get("agency", "")))
