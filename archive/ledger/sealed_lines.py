"""Compare a sealed run of events with its segment, line by line as bytes; the short way of `archive.ledger.verify`.

A ledger is whole nearly always, and then nothing has to be named: each row of the register, written as the segment
has it, is that very line of the segment. What comes out is only "all of it holds" or "look closer". A row is read as
the database holds it and put into JSON by orjson, whose form differs from the canonical one in rare numbers (1e+16);
those, and whatever else is not the same byte for byte, are for the long way, which decides.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Select, String, Text, bindparam, cast, select, type_coerce
from sqlalchemy.orm import Session

from archive.errors import NotFoundError, TemporaryError
from archive.ledger.event import stamp
from archive.ledger.merkle import root
from archive.ledger.rows import EventRow
from archive.ledger.segment import Head
from archive.stores.interface import Store, read_whole

SORTED = orjson.OPT_SORT_KEYS


@dataclass(frozen=True)
class Held:
    """A sealed run of which everything holds.

    Attributes:
        verbs: of its events.
        first_at, last_at: times of its first and last event, as the ledger writes them.
    """

    verbs: frozenset[str]
    first_at: str
    last_at: str


class SealedLines:
    """Reads the register's events as the database holds them.

    Args:
        places: the stores.
    """

    def __init__(self, session: Session, places: Sequence[Store]) -> None:
        self._session, self._places = session, places
        self._text_times = session.get_bind().dialect.name == "sqlite"
        self._query = _query(self._text_times)

    def held(self, next: int, head: Head, name: str) -> Held | None:
        """Return the run when register, seal and every store agree on each byte of it; None when one does not.

        Args:
            next: the smallest number that was not read before; what lies between it and the run belongs to nobody.
            head: the segment's first line, as the seal has it.
            name: of the segment in every store.
        """
        rows = self._session.execute(self._query, {"next": next, "last": head.last_seq}).all()
        if not rows or not self._places or len(rows) != head.last_seq - head.first_seq + 1:
            return None
        try:
            data = read_whole(self._places[0], name)
            lines = data.split(b"\n")
            if lines[0] + b"\n" != head.line() or len(lines) != len(rows) + 2 or lines[-1]:
                return None
            found = self._compared(rows, lines, head)
            others = all(read_whole(store, name) == data for store in self._places[1:])
        except (NotFoundError, TemporaryError, ValueError, TypeError):
            return None
        return found if others else None

    def _compared(self, rows: Sequence[Any], lines: Sequence[bytes], head: Head) -> Held | None:
        dumps, loads, sha256 = orjson.dumps, orjson.loads, hashlib.sha256
        written = _written if self._text_times else stamp
        leaves, verbs = [], set()
        before = first_at = ""
        number = head.first_seq
        for row, line in zip(rows, lines[1:], strict=False):
            seq, at, actor, role, verb, kind, id, was, became, basis, payload, own = row
            told_at = written(at)
            text = dumps(
                {
                    "actor": actor,
                    "after_sha256": became,
                    "at": told_at,
                    "basis": basis,
                    "before_sha256": was,
                    "object_id": id,
                    "object_kind": kind,
                    "payload": loads(payload),
                    "role": role,
                    "seq": seq,
                    "verb": verb,
                },
                option=SORTED,
            )
            hashed = sha256(b"\0" + line)
            if text != line or seq != number or hashed.hexdigest() != own or told_at <= before:
                return None
            leaves.append(hashed.digest())
            verbs.add(verb)
            first_at, before, number = first_at or told_at, told_at, number + 1
        if root(leaves).hex() != head.root:
            return None
        return Held(frozenset(verbs), first_at, before)


def _query(text_times: bool) -> Select[Any]:
    """Return the query for the rows of a run, in the order in which `_compared` unpacks them."""
    columns = EventRow.__table__.columns
    return (
        select(
            columns["seq"],
            type_coerce(columns["at"], String) if text_times else columns["at"],
            columns["actor"],
            columns["role"],
            columns["verb"],
            columns["object_kind"],
            columns["object_id"],
            columns["before_sha256"],
            columns["after_sha256"],
            columns["basis"],
            type_coerce(columns["payload"], Text) if text_times else cast(columns["payload"], Text),
            columns["sha256"],
        )
        .where(columns["seq"] >= bindparam("next"), columns["seq"] <= bindparam("last"))
        .order_by(columns["seq"])
    )


def _written(text: str) -> str:
    """Return a time of SQLite, "2026-03-02 01:00:00.000000", as the ledger writes it.

    Raises:
        ValueError: it has another form.
    """
    if len(text) != 26 or text[10] != " ":
        raise ValueError(text)
    return f"{text[:10]}T{text[11:]}Z"
