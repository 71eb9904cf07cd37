"""The day of a backup set has come: it is overwritten and removed, and the destructions that wait for it are told.

Every night (`operations.tasks.expire_backups`). A set whose folder is not there is not called gone: the disk may only
not be plugged in. Whoever destroyed it says so, with the minutes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import or_, select

from archive import promises
from archive.alone import alone
from archive.errors import NotFoundError, TangThuError, TemporaryError
from archive.register.backups import BackupSet, BackupState
from archive.register.session import reading, transaction
from archive.vietnam import day_of
from archive.wiping import wipe_file, wipe_folder
from operations.backups.contents import MARK
from operations.backups.holder import NAME
from operations.backups.records import STANDING, note
from operations.errors import DrillError

ACTOR = "system:backups"


@dataclass(frozen=True)
class Expired:
    """What was done.

    Attributes:
        erased: numbers of the sets that are gone now.
        troubles: sentences: sets that should be gone and are not.
        owed: promises of backups to destructions that are still to be kept.
    """

    erased: tuple[str, ...] = ()
    troubles: tuple[str, ...] = ()
    owed: int = 0


def work_on(number: str) -> str:
    """Return the name of the work on a set: it is not erased while it is made."""
    return f"backup {number}"


def expire(*, now: datetime, actor: str = ACTOR) -> Expired:
    """Erase every set whose day has come, and what killed runs left half-made; give the second receipts."""
    with reading() as session:
        due = select(BackupSet.number).where(
            BackupSet.state.in_(STANDING),
            or_(BackupSet.expires_on <= day_of(now), BackupSet.state == BackupState.MAKING),
        )
        numbers = list(session.scalars(due.order_by(BackupSet.number)))
    erased, troubles = [], []
    for number in numbers:
        try:
            with alone(work_on(number)):
                erase(number, actor=actor, now=now)
            erased.append(number)
        except TemporaryError:
            continue  # it is being made
        except (TangThuError, OSError) as error:
            troubles.append(str(error))
    left = promises.keep(actor=actor, now=now, of=NAME, due_only=False)
    return Expired(tuple(erased), tuple(troubles), sum(one.holder == NAME for one in left))


def erase(number: str, *, actor: str, now: datetime) -> None:
    """Overwrite and remove a set, look again, and ledger it. Safe to call twice; the caller works on it alone.

    Raises:
        DrillError: its folder is not there, or is another one's.
        OSError: a file could not be overwritten; call again.
    """
    with reading() as session:
        row = session.get_one(BackupSet, number)
        place, state = Path(row.place), row.state
    if state == BackupState.ERASED:
        return
    if _is_ours(place, number, state):
        _wipe(place)
    with transaction() as session:
        note(session, number, {"state": str(BackupState.ERASED)}, actor=actor, now=now)
    if place.is_dir():
        (place / MARK).unlink(missing_ok=True)
        place.rmdir()


def destroyed(number: str, *, document: str, actor: str, now: datetime) -> None:
    """Ledger that a set was destroyed elsewhere, with all copies of it.

    Args:
        number: of the set.
        document: number and date of the minutes of its destruction.
        actor: who says so.
        now: aware time.

    Raises:
        NotFoundError: there is no such set, or it is gone already.
    """
    with transaction() as session:
        row = session.get(BackupSet, number)
        if row is None or row.state == BackupState.ERASED:
            raise NotFoundError(
                f"there is no backup {number} that could be destroyed; `tangthu backups list` shows them"
            )
        note(
            session,
            number,
            {"state": str(BackupState.ERASED), "document": document},
            actor=actor,
            now=now,
        )


def _is_ours(place: Path, number: str, state: str) -> bool:
    """Say whether there is something of the set in its folder.

    Raises:
        DrillError: nobody can say.
    """
    mark = place / MARK
    if mark.is_file():
        if mark.read_text("utf-8").strip() != number:
            raise DrillError(f"{place} holds another backup than {number}; nothing was erased")
        return True
    # A run that was killed before it wrote its mark wrote nothing else.
    nothing = not any(place.iterdir()) if place.is_dir() else place.parent.is_dir()
    if state == BackupState.MAKING and nothing:
        return False
    raise DrillError(
        f"backup {number} is not in {place} any more: plug the disk in, or destroy it where it is and say "
        f"`tangthu backups destroyed {number} --document ...`"
    )


def _wipe(place: Path) -> None:
    """Overwrite and remove all but the mark, which is the last to go: a second call knows the folder by it."""
    for one in sorted(place.iterdir()):
        if one.name == MARK:
            continue
        if one.is_symlink():
            one.unlink()
        elif one.is_dir():
            wipe_folder(one)
        else:
            wipe_file(one)
    left = [one.name for one in place.iterdir() if one.name != MARK]
    if left:
        raise DrillError(f"{place} still holds {', '.join(sorted(left)[:3])}; it is tried again")
