"""Celery tasks of `retention`: carry out what was decided, outside of any web request."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from archive.errors import TangThuError, TemporaryError
from archive.queue import RETRIED, app
from archive.register.session import reading
from archive.viewer import viewer_of
from retention import destruction, simulations
from retention.filing import filing, given
from retention.papers import making
from retention.procedure import duplicates, fates, notice

log = logging.getLogger(__name__)


@app.task(name="retention.tasks.simulate")
def simulate(simulation_id: str, name: str, roles: Mapping[str, Sequence[str]]) -> str:
    """Hold a version of a schedule against every case file for whoever asked; nothing of a record is written.

    Safe to run twice: what has ended is not begun again, and what was killed begins anew.

    Args:
        simulation_id: as `retention.simulations.ask` returned it.
        name: account of who asked.
        roles: agency code -> role values they held when asking.
    """
    simulations.run(simulation_id, viewer=viewer_of(name, roles), clock=lambda: datetime.now(UTC))
    return "ended"


@app.task(name="retention.tasks.execute", **RETRIED)
def execute(order_id: str, name: str, roles: Mapping[str, Sequence[str]]) -> str:
    """Carry out a destruction in the name of whoever asked for it; the vault checks the order and the roles again.

    Safe to run twice: what is gone is not erased again. A holder that is down is asked again, waiting 5 s, doubling
    to 5 minutes, 20 times; after that the order stands as "executing" and can be started again by hand.

    Args:
        order_id: of an approved destruction.
        name: account of the executor.
        roles: agency code -> role values the executor held when asking.
    """
    outcome = destruction.execute(
        order_id, viewer=viewer_of(name, roles), now=datetime.now(UTC), clock=lambda: datetime.now(UTC)
    )
    if not outcome.finished:
        raise TemporaryError(f"order {order_id}: some holders gave no receipt yet")
    return "finished"


@app.task(name="retention.tasks.file_dossier", **RETRIED | {"max_retries": 5})
def file_dossier(order_id: str) -> str:
    """File the dossier an archivist asked for, and close its list; safe to run twice (`retention.filing`).

    Args:
        order_id: of the list.
    """
    return filing.file_dossier(order_id, now=datetime.now(UTC))


@app.task(name="retention.tasks.file_dossiers")
def file_dossiers() -> int:
    """Go on with every dossier that is asked for and not filed, or not tidied up; return how many were.

    One that cannot be filed stops no other; its desk says why, and the next round tries again.
    """
    done = 0
    for order_id in filing.unfinished():
        try:
            filing.file_dossier(order_id, now=datetime.now(UTC))
            done += 1
        except TangThuError as error:
            log.warning("the dossier of %s is not filed yet: %s", order_id, error)
    with reading() as session:
        given.sweep(session, now=datetime.now(UTC))
    return done


@app.task(name="retention.tasks.keep_linked", **RETRIED)
def keep_linked(order_id: str, name: str, roles: Mapping[str, Sequence[str]]) -> str:
    """Copy what is to be kept of a list in the name of the archivist who chose it; the vault asks the roles again.

    Safe to run twice: what is kept is not copied again. What cannot be copied now is tried again, waiting 5 s, doubling
    to 5 minutes, 20 times; after that its page, or the command line, begins it anew.

    Args:
        order_id: of the list.
        name: account of the archivist.
        roles: agency code -> role values they held when asking.
    """
    done = fates.keep(order_id, viewer=viewer_of(name, roles), clock=lambda: datetime.now(UTC))
    if done.waiting:
        raise TemporaryError(next(iter(done.waiting.values())))
    return "kept"


@app.task(name="retention.tasks.auto_list")
def auto_list() -> int:
    """Tell what runs out within 30 days, and once a day what is a duplicate; told once, however often it runs."""
    now = datetime.now(UTC)
    return notice.auto_list(now=now) + duplicates.auto_list(now=now)


@app.task(name="retention.tasks.make_papers")
def make_papers() -> int:
    """Make the papers of destructions that are done; made once, and the certificate again when a promise was kept."""
    return making.make_due(datetime.now(UTC))
