"""Write what is kept onto media: ledgered before the first byte, written once, read back, ledgered again.

Killed anywhere, the same call goes on where it was. A package that no store gives, that is being repaired or destroyed
at this moment, is left out and told; the next export takes it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import select

from archive.alone import alone
from archive.copies import stores
from archive.ledger.seal import seal
from archive.media.finish import Written, finish
from archive.media.medium import MediumError
from archive.media.plan import Passed, Planned, plan
from archive.media.records import PREFIX, note
from archive.register.media import Medium, MediumState
from archive.register.numbers import next_number
from archive.register.session import reading, transaction
from archive.stores.interface import Store

IN_ONE_EVENT = 1_000
WORK = "media export"


@dataclass(frozen=True)
class Exported:
    """What an export did.

    Attributes:
        too_large: names of packages no medium of that size holds.
    """

    media: tuple[Written, ...] = ()
    too_large: tuple[str, ...] = ()


def export(
    into: Path,
    *,
    actor: str,
    now: datetime,
    size: int = 0,
    label: str = "",
    copies: int = 1,
    places: Sequence[Store] | None = None,
) -> Exported:
    """Write every package and every sealed segment that is on too few media into folders below `into`.

    A medium that was begun there and not ended is ended first. Each folder is one medium, named by its number; copy it
    whole to tape or disc, or let `into` be the disk itself.

    Args:
        into: an existing folder.
        actor: who exports.
        now: aware time.
        size: bytes that one medium holds; 0 for no end.
        label: what is written on the medium beside its number.
        copies: on how many media each package is to stand.
        places: stores to read from instead of the configured ones.

    Raises:
        MediumError: `into` is no folder, a medium was begun elsewhere, or something is there that must not be
            overwritten.
        TemporaryError: the medium is full or does not answer, another export is running, or what was read back is
            not what was written; call again.
    """
    if not into.is_dir():
        raise MediumError(f"{into} is no folder; make it, or mount the medium there")
    used = list(stores() if places is None else places)
    too_large: dict[str, None] = {}
    with alone(WORK):
        with transaction() as session:
            seal(session, now=now, places=used)
        done = [finish(number, into, used, actor, now) for number in _begun(into)]
        # The second medium of everything comes after the first of everything: else the ledger's segments, which no
        # cursor passes by, fill a medium of their own.
        for copy in range(1, copies + 1):
            passed = Passed()
            while True:
                with reading() as session:
                    planned = plan(session, size, copy, passed, used, too_large)
                    number = next_number(session, Medium.number, PREFIX, now)
                if not planned:
                    break
                passed = planned.passed(passed)
                _begin(number, into, planned, label, actor, now)
                done.append(finish(number, into, used, actor, now))
    return Exported(tuple(done), tuple(too_large))


def _begun(into: Path) -> list[str]:
    """Return the media that were begun here; none may wait elsewhere, because its bytes would be forgotten."""
    with reading() as session:
        query = select(Medium).where(Medium.state == MediumState.WRITING).order_by(Medium.number)
        rows = session.scalars(query).all()
        for row in rows:
            if row.place != str(into.resolve()):
                raise MediumError(
                    f"medium {row.number} was begun in {row.place} and not ended: export there again, or destroy "
                    f"what was written and say `tangthu media destroyed {row.number}`"
                )
        return [row.number for row in rows]


def _begin(number: str, into: Path, planned: Planned, label: str, actor: str, now: datetime) -> None:
    """Ledger what will be on the medium before a byte of it is."""
    ids = [item.package_id for item in planned.items]
    minutes = [one.submission_id for one in planned.minutes]
    with transaction() as session:
        told = {
            "state": str(MediumState.WRITING),
            "label": label,
            "place": str(into.resolve()),
            "first_segment": planned.segments[0] if planned.segments else 0,
            "last_segment": planned.segments[-1] if planned.segments else 0,
            "first_round": planned.rounds[0] if planned.rounds else 0,
            "last_round": planned.rounds[-1] if planned.rounds else 0,
            "packages": ids[:IN_ONE_EVENT],
            "minutes": minutes[:IN_ONE_EVENT],
        }
        note(session, number, told, actor=actor, now=now)
        for at in range(IN_ONE_EVENT, max(len(ids), len(minutes)), IN_ONE_EVENT):
            more = {
                "state": str(MediumState.WRITING),
                "packages": ids[at : at + IN_ONE_EVENT],
                "minutes": minutes[at : at + IN_ONE_EVENT],
            }
            note(session, number, more, actor=actor, now=now)
