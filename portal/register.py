"""The register in a request that writes: it commits with the ZODB, or not at all.

Zope repeats a request whose ZODB part collided with another's. The register votes last, so a collision is found before
anything of it is written, and what the person ordered happens once. What is left: the ZODB fails after the vote
(its disk is full). The register is the truth then, and `portal.papers.mirror_all` brings the papers after it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session
from zope.sqlalchemy import mark_changed
from zope.sqlalchemy.datamanager import join_transaction

from archive.register.session import engine


@contextmanager
def joined() -> Iterator[Session]:
    """Yield a session that commits with this request; an error in the block takes back what it wrote, at once.

    Until the request ends the session stays open, and on SQLite nobody else can write.
    """
    session = Session(engine(), expire_on_commit=False)
    join_transaction(session)
    try:
        yield session
        session.flush()
    except BaseException:
        session.rollback()
        raise
    mark_changed(session)
