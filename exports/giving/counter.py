"""The counter: who may read a case file asks for a copy of it here, and fetches it while its term runs.

Not in the register: it is a copy of what is there (`exports.giving.place`), and goes after `dip_days`; that it was made
and fetched, by whom, stands in the ledger (COPY). Destroyed with its case file (`exports.giving.holder`).

Threat model: who may read may also be careless. A person has a quota of open copies; each is fetched by nobody else,
and only while the person may still read the case file; the disk keeps room for the archive's own work.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from archive.alone import alone
from archive.errors import NotFoundError, TangThuError, TemporaryError
from archive.packages.tt05_given import Request
from archive.reason import as_json, because, trouble
from archive.register.models import CaseFile, new_id
from archive.register.session import reading
from archive.stores.interface import Store
from archive.underway import being_destroyed
from archive.viewer import Viewer, roles_as_json, viewer_of
from archive.wiping import Wiped, wipe_file, wipe_folder
from exports.aip import readable
from exports.errors import ExportError
from exports.given import check_request, export_dip, to_read
from exports.giving import place
from exports.giving.giving import Giving, GivingState
from exports.settings import ExportsSettings

log = logging.getLogger(__name__)

MOST_OF_A_PERSON = 20
"""Copies a person may have open or to be fetched."""
SPARE = 256 << 20
"""Bytes that stay free on the disk: the archive needs some to go on."""
TIMES_ON_DISK = 2
"""While a copy is prepared its bytes lie there twice: with a bag around them, and without."""
STEPS = 100
"""How often it is noted, at most, how far it is."""
FAILED_KEPT = timedelta(days=1)
LOST_SECONDS = 3600


def ask(case_file_id: str, request: Request, *, originals: bool, viewer: Viewer, now: datetime) -> Giving:
    """Note that a person wants a copy of a case file, and return it; nothing is prepared yet.

    Args:
        request: what it is asked for.
        originals: the files as received, too.
        viewer: who asks; must be allowed to read it.
        now: aware.

    Raises:
        NotFoundError: no such case file, or it is destroyed or being destroyed.
        NotAllowedError: the person may not read it.
        ExportError: a code of the request is on no list, or the person has too many copies.
        TemporaryError: the disk has no room now for it and the copies that are still to be prepared.
    """
    check_request(request)
    readable(case_file_id, viewer)
    with reading() as session:
        row = session.get_one(CaseFile, case_file_id)
        _not_being_destroyed(session, row)
        total = sum(
            one.size for record in row.records for one in to_read(tuple(record.components), originals)
        )
        code = row.code
    known = list(place.all_of_them())
    if sum(one.holder == viewer.name for one in known) >= MOST_OF_A_PERSON:
        raise ExportError(because("exports.too-many-copies", most=MOST_OF_A_PERSON))
    giving = Giving(
        id=new_id(),
        case_file_id=case_file_id,
        code=code,
        holder=viewer.name,
        roles=roles_as_json(viewer),
        request=request,
        originals=originals,
        asked_at=now,
        total=total,
    )
    try:
        place.home().mkdir(parents=True, exist_ok=True)
        needed = TIMES_ON_DISK * (total + sum(one.total for one in known if one.open))
        if shutil.disk_usage(place.home()).free < needed + SPARE:
            raise TemporaryError(because("archive.cannot-write", place=str(place.home()), trouble="ENOSPC"))
        place.folder(giving.id).mkdir()
    except OSError as error:
        raise TemporaryError(
            because("archive.cannot-write", place=str(place.home()), trouble=trouble(error))
        ) from error
    return place.write(giving)


def is_small(giving: Giving) -> bool:
    """Say whether it is small enough to be prepared while the person waits."""
    return giving.total <= ExportsSettings.load().dip_at_once_bytes


def find(giving_id: str, *, viewer: Viewer, now: datetime) -> Giving:
    """Return a copy of this person's whose term is not over.

    Raises:
        NotFoundError: there is none, or it is somebody else's.
    """
    found = place.read(giving_id)
    if found is None or found.holder != viewer.name or _over(found, now):
        raise NotFoundError(because("exports.no-copy"))
    return found


def listing(*, viewer: Viewer, now: datetime, case_file_id: str = "") -> list[Giving]:
    """Return this person's copies, of one case file when it is named, the last one asked for first."""
    mine = [
        one
        for one in place.all_of_them()
        if one.holder == viewer.name and case_file_id in ("", one.case_file_id) and not _over(one, now)
    ]
    return sorted(mine, key=lambda one: (one.asked_at, one.id), reverse=True)


def prepare(giving_id: str, *, now: datetime, places: Sequence[Store] | None = None) -> Giving | None:
    """Prepare a copy in the name of who asked, and return it; None when it is gone. One that is done stays as it is.

    What cannot be is noted on it, with why. It is ledgered (COPY) before it is there.

    Raises:
        TemporaryError: no store or disk answers now, or somebody prepares it at this moment; call again.
    """
    with alone(_work(giving_id)):
        giving = place.read(giving_id)
        if giving is None or not giving.open:
            return giving
        try:
            return _prepared(giving, now, places)
        except TemporaryError as error:
            place.write(replace(giving, state=GivingState.WAITING, done=0, why=as_json(error.reason)))
            raise
        except TangThuError as error:
            log.warning("copy %s is not given: %s", giving.id, error)
            return place.write(replace(giving, state=GivingState.FAILED, why=as_json(error.reason)))


def fetch(giving_id: str, *, viewer: Viewer, now: datetime) -> tuple[Giving, Path]:
    """Return a copy that is ready and where its ZIP lies, for the person who asked for it.

    That it is fetched is for the caller to ledger.

    Raises:
        NotFoundError: there is none (any more), it is somebody else's, or not ready; or the person may no longer read
            the case file.
    """
    giving = find(giving_id, viewer=viewer, now=now)
    path = place.zip_of(giving)
    with reading() as session:
        row = session.get(CaseFile, giving.case_file_id)
        may = row is not None and viewer.may_read(row.agency_code, row.access)
    if giving.state != GivingState.READY or not may or not path.is_file():
        raise NotFoundError(because("exports.no-copy"))
    return giving, path


def drop(giving_id: str, *, viewer: Viewer, now: datetime) -> None:
    """Overwrite and remove a copy the person does not want any more.

    Raises:
        NotFoundError: there is none, or it is somebody else's.
        TemporaryError: it is being prepared.
    """
    find(giving_id, viewer=viewer, now=now)
    with alone(_work(giving_id)):
        place.wipe(giving_id)


def tidy(now: datetime) -> int:
    """Overwrite and remove copies whose term is over, and what nobody knows any more; return how many."""
    count = 0
    for one in list(place.home().iterdir()) if place.home().is_dir() else ():
        giving = place.read(one.name)
        if giving is not None and not _over(giving, now):
            continue
        if giving is None and now.timestamp() - one.stat().st_mtime < LOST_SECONDS:
            continue  # being asked for at this moment
        with suppress(TemporaryError), alone(_work(one.name)):
            place.wipe(one.name)
            count += 1
    return count


def waiting(*, asked_before: datetime) -> list[str]:
    """Return the ids of copies asked for before a moment and still to be prepared, the first one first."""
    still = (one for one in place.all_of_them() if one.open and one.asked_at <= asked_before)
    found = sorted(still, key=lambda one: (one.asked_at, one.id))
    return [one.id for one in found]


def of_case_file(case_file_id: str) -> list[str]:
    """Return the ids of all copies of a case file, whosever they are."""
    return [one.id for one in place.all_of_them() if one.case_file_id == case_file_id]


def erase(giving_id: str) -> Wiped:
    """Overwrite and remove a copy, whosever it is; return how many files and bytes it had.

    Raises:
        TemporaryError: it is being prepared, or the disk does not answer; call again.
    """
    with alone(_work(giving_id)):
        return place.wipe(giving_id)


def _prepared(giving: Giving, now: datetime, places: Sequence[Store] | None) -> Giving:
    folder = place.folder(giving.id)
    for left in (*folder.glob("*.zip"), *folder.glob(".preparing-*")):  # of a worker that was killed
        wipe_folder(left) if left.is_dir() else wipe_file(left)
    current = place.write(replace(giving, state=GivingState.PREPARING, done=0, why={}))
    step = max(1, giving.total // STEPS)

    def told(done: int) -> None:
        nonlocal current
        if done - current.done >= step:
            current = place.write(replace(current, done=done))

    given = export_dip(
        giving.case_file_id,
        folder,
        viewer=viewer_of(giving.holder, giving.roles),
        request=giving.request,
        originals=giving.originals,
        now=now,
        places=places,
        told=told,
    )
    try:
        with reading() as session:  # it may have been decided meanwhile
            _not_being_destroyed(session, session.get_one(CaseFile, giving.case_file_id))
    except NotFoundError:
        wipe_file(given.path)
        raise
    return place.write(
        replace(
            current,
            state=GivingState.READY,
            done=giving.total,
            size=given.size,
            sha256=given.sha256,
            objid=given.objid,
            files=given.files,
            until=now + timedelta(days=ExportsSettings.load().dip_days),
        )
    )


def _not_being_destroyed(session: Session, row: CaseFile) -> None:
    if being_destroyed(session, row.id):
        raise NotFoundError(because("archive.no-file", file=row.code))


def _over(giving: Giving, now: datetime) -> bool:
    if giving.state == GivingState.FAILED:
        return giving.asked_at + FAILED_KEPT <= now
    return giving.until is not None and giving.until <= now


def _work(giving_id: str) -> str:
    return f"copy {giving_id}"
