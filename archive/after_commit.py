"""Do something when, and only when, a transaction has committed: tell the queue, seal the ledger.

SQLAlchemy announces the release of a savepoint as a commit too, and a listener of its own outlives a rollback.
Here an action belongs to the transaction or savepoint it was asked for in, and goes when that is rolled back.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import event
from sqlalchemy.orm import Session, SessionTransaction

log = logging.getLogger(__name__)

WAITING = "tangthu_after_commit"


@dataclass(frozen=True)
class _Action:
    within: SessionTransaction | None
    name: str
    do: Callable[[], None]


def after_commit(session: Session, name: str, do: Callable[[], None]) -> None:
    """Call a function once the whole transaction has committed; of one name only the first is called.

    The commit stands whatever the function does: what it raises is logged, because whoever committed would take
    it for a failed commit. So it must be work that something else finds again, and it opens its own transactions.

    Args:
        session: in whose transaction it is asked.
        name: tells asked-for actions apart, and is what the log names.
        do: what to do.
    """
    within = session.get_nested_transaction() or session.get_transaction()
    session.info.setdefault(WAITING, []).append(_Action(within, name, do))


@event.listens_for(Session, "after_commit")
def _act(session: Session) -> None:
    if session.in_nested_transaction():
        return
    first: dict[str, Callable[[], None]] = {}
    for action in session.info.pop(WAITING, []):
        first.setdefault(action.name, action.do)
    for name, do in first.items():
        try:
            do()
        except Exception:
            log.exception("committed, but what was to follow failed: %s", name)


@event.listens_for(Session, "after_soft_rollback")
def _forget(session: Session, rolled_back: SessionTransaction) -> None:
    waiting: list[_Action] = session.info.get(WAITING, [])
    waiting[:] = [action for action in waiting if not _inside(action.within, rolled_back)]


@event.listens_for(Session, "after_transaction_end")
def _forget_all(session: Session, ended: SessionTransaction) -> None:
    if ended.parent is None:  # closed without a commit
        session.info.pop(WAITING, None)


def _inside(transaction: SessionTransaction | None, outer: SessionTransaction) -> bool:
    while transaction is not None and transaction is not outer:
        transaction = transaction.parent
    return transaction is outer
