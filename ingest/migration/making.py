"""One case file of a plan: its derivatives made anew, in a later version of its package beside the untouched originals.

The ledger is told the version's name before a byte of it lies in a store. A run that is killed in between therefore
leaves nothing that anybody takes for a version: the next one clears it away and makes it again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from archive.alone import alone, work_on_copies
from archive.copies import stores
from archive.custody import deposit, keep
from archive.errors import AlreadyStoredError, DamagedError, NotFoundError, TangThuError, TemporaryError
from archive.ledger.append import be_only_writer
from archive.reason import as_json, because
from archive.register.models import CaseFile
from archive.register.preservation import ItemState, PreservationItem
from archive.register.session import reading, transaction
from archive.stores.interface import Store
from archive.versions import earlier, erase_unkept, is_kept, next_after
from archive.whole_versions import ground, lying, write_whole
from archive.wiping import wipe_file
from archive.workplace import MIGRATING, at_work, prefix_of
from ingest.formats.convert import Derivative
from ingest.migration.anew import anew
from ingest.migration.begun import PassOverError, begin, untouched
from ingest.migration.failing import failed_of, note_failed, tell
from ingest.migration.noting import ACTOR, of_file
from ingest.migration.version import Ground, facts_of

log = logging.getLogger(__name__)

TO_DO = frozenset({ItemState.WAITING, ItemState.MAKING})
Moment = Callable[[], datetime]


def make(
    plan_id: str, case_file_id: str, *, moment: Moment, places: Sequence[Store] | None = None
) -> ItemState:
    """Make the new version a plan wants of a case file; return what became of it. Done work is not done again.

    Args:
        plan_id: of a plan that is running.
        case_file_id: one of its case files.
        moment: tells the time, aware.
        places: stores instead of the configured ones.

    Raises:
        TemporaryError: a store, a tool or somebody at work on the copies stands in the way; call again.
    """
    used = list(stores() if places is None else places)
    # Alone: what is cleared away must not be what another one, a repair or an erasure is at.
    with alone(work_on_copies(case_file_id)), at_work(prefix_of(MIGRATING, case_file_id)) as folder:
        with reading() as session:
            item = session.get_one(PreservationItem, (plan_id, case_file_id))
            state, left = ItemState(item.state), item.package_name
        if state not in TO_DO:
            return state
        if state is ItemState.MAKING:
            _clear_away(left, used)
        try:
            return _made(plan_id, case_file_id, folder, used, moment, into=places)
        except PassOverError as stop:
            with transaction() as session:
                be_only_writer(session)
                told = {"did": "passed", "why": [as_json(one) for one in stop.reasons]}
                of_file(session, plan_id, case_file_id, told, now=moment())
            return ItemState.PASSED


def _made(
    plan_id: str,
    case_file_id: str,
    folder: Path,
    places: Sequence[Store],
    moment: Moment,
    *,
    into: Sequence[Store] | None,
) -> ItemState:
    with reading() as session:
        row, newest = untouched(session, case_file_id)
        begun = begin(session, plan_id, row)
        later = next_after(session, newest, places)
        before, versions = earlier(newest), lying(session, case_file_id)
    with transaction() as session:
        be_only_writer(session)
        item = session.get_one(PreservationItem, (plan_id, case_file_id))
        if (item.state, item.package_name) != (ItemState.MAKING, later.name):
            told = {"did": "making", "version": later.number, "name": later.name}
            of_file(session, plan_id, case_file_id, told, before=before.sha256, now=moment())
    results = anew(begun.originals, folder, target=begun.target, policy=begun.policy, places=places)
    made = sum(isinstance(one, Derivative) for one in results.values())
    if not made:
        with transaction() as session:
            be_only_writer(session)
            note_failed(session, begun, case_file_id, results, moment())
        return ItemState.FAILED
    with _unreadable_passed_over():
        base = ground(versions, places)
        with reading() as session:
            on = Ground(base.facts, base.events, before, later, plan_id, begun.plan_name)
            facts = facts_of(session, session.get_one(CaseFile, case_file_id), on, results, now=moment())
        facts, written = write_whole(facts, base.name, versions, folder, places)
    try:
        copies = deposit(written.path, facts.name, written.sha256, into=into)
        with transaction() as session:
            be_only_writer(session)
            _, still = untouched(session, case_file_id)
            if still.sha256 != before.sha256:
                raise PassOverError([because("ingest.migration-meanwhile")])
            keep(session, facts, written, copies, actor=ACTOR, now=moment())
            told = {
                "did": "made",
                "version": facts.version,
                "name": facts.name,
                "made": made,
                "failed": failed_of(begun, results),
            }
            of_file(
                session, plan_id, case_file_id, told, before=before.sha256, after=written.sha256, now=moment()
            )
            tell(session, begun, case_file_id, results)
    except AlreadyStoredError:
        raise  # other bytes are under that name: they are not ours to erase
    except (TangThuError, PassOverError):
        _clear_away(facts.name, places)
        raise
    finally:
        with suppress(OSError):  # kept is kept; the folder is removed in any case
            wipe_file(written.path)
    return ItemState.PARTLY if made < len(results) else ItemState.MADE


@contextmanager
def _unreadable_passed_over() -> Iterator[None]:
    """Pass a case file over whose versions no store gives back readable."""
    try:
        yield
    except DamagedError as error:
        raise PassOverError([because("ingest.migration-unreadable", name=error.place)]) from error
    except NotFoundError as error:
        raise PassOverError([error.reason]) from error


def _clear_away(name: str, places: Sequence[Store]) -> None:
    """Erase what a try that did not end left under a version's name.

    Raises:
        TemporaryError: a store does not answer; the next try asks it again.
    """
    with reading() as session:
        if is_kept(session, name):
            return
    if troubles := erase_unkept(name, places):
        raise TemporaryError(
            because("archive.no-store-answers", name=name, why=[one.reason for one in troubles])
        )


def abandon(plan_id: str, case_file_id: str, *, now: datetime, places: Sequence[Store] | None = None) -> None:
    """Clear away what a killed run left of a plan that was stopped meanwhile.

    Raises:
        TemporaryError: a store does not answer, or somebody is at work on the copies; call again.
    """
    with alone(work_on_copies(case_file_id)):
        with reading() as session:
            item = session.get_one(PreservationItem, (plan_id, case_file_id))
            state, left = item.state, item.package_name
        if state == ItemState.MAKING:
            _clear_away(left, list(stores() if places is None else places))
            with transaction() as session:
                be_only_writer(session)
                told = {"did": "passed", "why": [as_json(because("ingest.migration-stopped"))]}
                of_file(session, plan_id, case_file_id, told, now=now)
