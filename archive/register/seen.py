"""What a session has read of rows that are then changed by a statement of many rows, past the session."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import inspect
from sqlalchemy.orm import Session

from archive.register.base import Base


def forget_seen(session: Session, kind: type[Base], keys: Iterable[tuple[Any, ...]]) -> None:
    """Have the session read rows anew when it is next asked for them; those it never read cost nothing.

    Args:
        session: that may have read them.
        kind: of the rows.
        keys: their primary keys, each in the order of the table's columns.
    """
    mapper = inspect(kind)
    for key in keys if session.identity_map else ():
        seen = session.identity_map.get(mapper.identity_key_from_primary_key(key))
        if seen is not None:
            session.expire(seen)
