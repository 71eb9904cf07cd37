"""Papers follow the register by themselves, also what a worker, a command or another instance did.

Workers write no ZODB (design section 8), so a thread of the web instance does it: every few seconds it reads what is
new in the ledger and brings the papers concerned up to date, in a transaction of its own. Two instances may do the same
at once; the ZODB lets one win, and the other finds nothing left to do.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from typing import Any

import transaction
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from ZODB.POSException import ConflictError

from archive.ledger.event import Verb
from archive.ledger.rows import EventRow
from archive.register.session import reading
from portal.papers import mirror_all, mirror_holds, mirror_order

log = logging.getLogger(__name__)

PAUSE = 3.0  # seconds between two looks
AFTER_TROUBLE = 30.0
PAPERS_OF = (Verb.DECISION, Verb.HOLD, Verb.LIFT_HOLD, Verb.AGENCY_SET, Verb.FONDS_SET)
MANY = 200  # more than that, and bringing every paper up to date is as quick


@dataclass(frozen=True)
class News:
    """What the ledger says that papers must show.

    Attributes:
        upto: number of the newest event seen.
        everything: bring all papers up to date.
        orders: ids of orders that moved.
        case_files: ids of case files whose holds changed.
    """

    upto: int
    everything: bool = False
    orders: frozenset[str] = frozenset()
    case_files: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        """Say whether any paper is concerned."""
        return bool(self.everything or self.orders or self.case_files)


def news(session: Session, after: int | None) -> News:
    """Return what is new behind an event; None stands for "nothing was read yet" and asks for everything."""
    upto = session.scalar(select(func.max(EventRow.seq))) or 0
    if after is None:
        return News(upto, everything=True)
    query = (
        select(EventRow.verb, EventRow.object_kind, EventRow.object_id)
        .where(
            EventRow.seq > after, EventRow.seq <= upto, EventRow.verb.in_([verb.value for verb in PAPERS_OF])
        )
        .limit(MANY + 1)
    )
    rows = session.execute(query).all()
    everything = len(rows) > MANY or any(verb in (Verb.AGENCY_SET, Verb.FONDS_SET) for verb, _, _ in rows)
    return News(
        upto,
        everything,
        frozenset(id for _, kind, id in rows if kind == "order"),
        frozenset(id for verb, _, id in rows if verb in (Verb.HOLD, Verb.LIFT_HOLD)),
    )


def bring_up_to_date(site: Any, what: News) -> None:
    """Write the papers the news is about; the caller commits."""
    if what.everything:
        mirror_all(site)
        return
    with reading() as session:
        for order_id in sorted(what.orders):
            mirror_order(site, session, order_id)
        for case_file_id in sorted(what.case_files):
            mirror_holds(site, session, case_file_id)


class Following(threading.Thread):
    """Looks again and again until told to stop."""

    def __init__(self) -> None:
        super().__init__(name="papers-follow-the-register", daemon=True)
        self.stop = threading.Event()
        self.after: int | None = None

    def run(self) -> None:
        """Look, write, wait. What goes wrong is logged and tried again: the papers are never the truth."""
        pause = PAUSE
        while not self.stop.wait(pause):
            pause = PAUSE
            try:
                self.look()
            except ConflictError:
                log.debug("somebody wrote the same paper; looked again in %s s", PAUSE)
            except Exception:
                log.exception("papers could not follow the register; tried again in %s s", AFTER_TROUBLE)
                pause = AFTER_TROUBLE

    def look(self) -> None:
        """Bring up to date what is behind, in one transaction."""
        with reading() as session:
            found = news(session, self.after)
        if not found or _in_the_site(found):
            self.after = found.upto


def _in_the_site(found: News) -> bool:
    """Write into the site as the system itself; say whether there is a site."""
    import Zope2
    from AccessControl.SecurityManagement import newSecurityManager, noSecurityManager
    from AccessControl.users import system
    from Testing.makerequest import makerequest
    from zope.component.hooks import setSite
    from zope.globalrequest import clearRequest, setRequest

    from portal.site import SITE

    transaction.begin()
    app = makerequest(Zope2.app())
    try:
        if SITE not in app.objectIds():
            return False
        setRequest(app.REQUEST)
        newSecurityManager(None, system.__of__(app.acl_users))
        setSite(app[SITE])
        bring_up_to_date(app[SITE], found)
        transaction.get().note("papers follow the register")
        transaction.commit()
        return True
    finally:
        transaction.abort()
        setSite(None)
        clearRequest()
        noSecurityManager()
        app._p_jar.close()


def begin(_event: Any) -> None:
    """Start the thread when Zope serves."""
    Following().start()
