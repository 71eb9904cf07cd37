"""Write what is kept onto media: ledgered before the first byte, written once, read back, ledgered again.

Killed anywhere, the same call goes on where it was. A package that no store gives, that is being repaired or destroyed
at this moment, is left out and told; the next export takes it.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.alone import alone, work_on_copies
from archive.copies import stores
from archive.errors import NotFoundError, TemporaryError
from archive.hashing import sha256_of_file
from archive.ledger.merkle import FIRST_CHAIN
from archive.ledger.rows import SealRow
from archive.ledger.seal import seal
from archive.ledger.segment import Head, Standing, head_of, key_of, standing
from archive.ledger.stamp import stamp_key
from archive.media.check import faults_of
from archive.media.medium import DATA, File, Line, MediumError, tag_files
from archive.media.readme import readme
from archive.media.records import (
    PREFIX,
    Item,
    items_of,
    note,
    unwritten,
    unwritten_segments,
)
from archive.media.writing import SourceError, clear_halves, make_folder, write_payload, write_tag
from archive.packages.bag import MANIFEST
from archive.register.media import Medium, MediumState
from archive.register.models import CaseFile, CaseFileState
from archive.register.numbers import next_number
from archive.register.session import reading, transaction
from archive.stores.interface import Store, read_whole
from archive.underway import being_destroyed
from archive.vietnam import day_of

MOST = 50_000
"""Packages on one medium at most: what is known of them is held in memory while it is written."""
IN_ONE_EVENT = 1_000
BESIDE = 4 << 20
"""Bytes kept free for the files beside the payload, and for each file `PER_FILE`."""
PER_FILE = 2_000
WORK = "media export"


@dataclass(frozen=True)
class Written:
    """One medium that is whole.

    Attributes:
        left_out: packages that were meant for it and are not on it, with the reason, as sentences.
    """

    number: str
    folder: Path
    packages: int
    size: int
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True)
class Exported:
    """What an export did.

    Attributes:
        too_large: names of packages no medium of that size holds.
    """

    media: tuple[Written, ...] = ()
    too_large: tuple[str, ...] = ()


@dataclass
class _Planned:
    """One medium to be begun."""

    items: list[Item] = field(default_factory=list)
    segments: list[int] = field(default_factory=list)
    size: int = field(default_factory=lambda: BESIDE)


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
        done = [_finish(number, into, used, actor, now) for number in _begun(into)]
        # The second medium of everything comes after the first of everything: else the ledger's segments, which no
        # cursor passes by, fill a medium of their own.
        for copy in range(1, copies + 1):
            newest = ""
            while True:
                with reading() as session:
                    plan = _plan(session, size, copy, newest, used, too_large)
                    number = next_number(session, Medium.number, PREFIX, now)
                if not plan.items and not plan.segments:
                    break
                newest = plan.items[-1].line.name if plan.items else newest
                _begin(number, into, plan, label, actor, now)
                done.append(_finish(number, into, used, actor, now))
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


def _plan(
    session: Session, size: int, copies: int, after: str, places: Sequence[Store], too_large: dict[str, None]
) -> _Planned:
    """Return what goes onto the next medium: the ledger first, then packages by name until it is full."""
    plan = _Planned()
    for number in unwritten_segments(session, copies=copies):
        need = _size_of(key_of(number), places) + PER_FILE
        if size and BESIDE + need > size:
            raise MediumError(f"{size} bytes do not hold a segment of the ledger ({need}); take larger media")
        if size and plan.size + need > size:
            break
        plan.segments.append(number)
        plan.size += need
    for item in unwritten(session, copies=copies, after=after):
        need = item.line.size + PER_FILE + 4 * len(item.line.name.encode())
        if size and BESIDE + need > size:
            too_large[item.line.name] = None
            continue
        if (size and plan.size + need > size) or len(plan.items) >= MOST:
            break
        plan.items.append(item)
        plan.size += need
    return plan


def _size_of(name: str, places: Sequence[Store]) -> int:
    for store in places:
        try:
            found = store.size(name)
        except TemporaryError:
            continue
        if found is not None:
            return found
    raise TemporaryError(f"no store gives {name}; run `tangthu ledger seal`, then export again")


def _begin(number: str, into: Path, plan: _Planned, label: str, actor: str, now: datetime) -> None:
    """Ledger what will be on the medium before a byte of it is."""
    ids = [item.package_id for item in plan.items]
    with transaction() as session:
        told = {
            "state": str(MediumState.WRITING),
            "label": label,
            "place": str(into.resolve()),
            "first_segment": plan.segments[0] if plan.segments else 0,
            "last_segment": plan.segments[-1] if plan.segments else 0,
            "packages": ids[:IN_ONE_EVENT],
        }
        note(session, number, told, actor=actor, now=now)
        for at in range(IN_ONE_EVENT, len(ids), IN_ONE_EVENT):
            more = {"state": str(MediumState.WRITING), "packages": ids[at : at + IN_ONE_EVENT]}
            note(session, number, more, actor=actor, now=now)


def _finish(number: str, into: Path, places: Sequence[Store], actor: str, now: datetime) -> Written:
    folder = into / number
    with reading() as session:
        row = session.get_one(Medium, number)
        label, begun_at = row.label, row.begun_at
        items = items_of(session, number)
        segments = list(_segments(session, row.first_segment, row.last_segment, places))
        segments += _stamps(session, row.first_segment, row.last_segment, folder)
    clear_halves(make_folder(folder))
    left_out: dict[str, str] = {}
    for item in items:
        if why := _write(folder, item, places):
            left_out[item.package_id] = why
    for file in segments:
        try:
            write_payload(folder, file, places)
        except SourceError as error:
            raise TemporaryError(
                f"medium {number}: {error}; run `tangthu ledger seal`, then export again"
            ) from error
    lines: list[Line] = [item.line for item in items if item.package_id not in left_out]
    seals = [file.name for file in segments if file.name.endswith(".jsonl")]
    span = f"{seals[0]} - {seals[-1]}" if seals else ""
    text = readme(number, label, day_of(begun_at).strftime("%d/%m/%Y"), len(lines), span)
    tags = tag_files(number, label, begun_at, [*lines, *segments], text)
    for name, data in tags.items():
        write_tag(folder, name, data)
    faults = faults_of(folder)
    if faults:
        raise TemporaryError(
            f"medium {number} is not what was written: {'; '.join(faults[:5])}; the medium may be bad: write to "
            f"another one and say `tangthu media destroyed {number}`"
        )
    size = sum(file.size for file in [*lines, *segments])
    told = {
        "state": str(MediumState.WRITTEN),
        "manifest_sha256": hashlib.sha256(tags[MANIFEST]).hexdigest(),
        "files": len(lines) + len(segments),
        "size": size,
        "left_out": sorted(left_out),
    }
    with transaction() as session:
        note(session, number, told, actor=actor, now=now)
    return Written(number, folder, len(lines), size, tuple(left_out.values()))


def _write(folder: Path, item: Item, places: Sequence[Store]) -> str:
    """Write one package; return why it is left out, "" when it is on the medium."""
    name = item.line.name
    if (
        folder / DATA / name
    ).exists():  # an earlier run wrote it: it is on the medium, whatever became of it since
        write_payload(folder, item.line, places)
        return ""
    try:
        with alone(work_on_copies(item.case_file_id)):
            with reading() as session:
                case = session.get(CaseFile, item.case_file_id)
                if case is None or case.state != CaseFileState.STORED:
                    return f"{name}: its case file is not kept any more"
                if being_destroyed(session, item.case_file_id):
                    return f"{name}: its case file is being destroyed"
            write_payload(folder, item.line, places)
    except SourceError as error:
        return f"{error}; run `tangthu repair` and export again"
    except TemporaryError as error:
        if error.reason.code != "archive.busy":
            raise
        return f"{name}: {error}"
    return ""


def _segments(session: Session, first: int, last: int, places: Sequence[Store]) -> Iterator[File]:
    """Yield the sealed segments of that span as files; each is one that the register's seal proves."""
    chain = FIRST_CHAIN
    for row in session.scalars(select(SealRow).where(SealRow.number <= last).order_by(SealRow.number)):
        if row.number >= first:
            head = head_of(row, chain)
            yield _sound(row.segment, head, places)
        chain = row.chain


def _stamps(session: Session, first: int, last: int, folder: Path) -> Iterator[File]:
    """Yield the time-stamps of that span; one that is on the medium already stays as it is, renewed since or not."""
    listed = (folder / MANIFEST).exists()
    for row in session.scalars(
        select(SealRow).where(SealRow.number.between(first, last), SealRow.timestamp_token != "")
    ):
        key = stamp_key(row.number)
        there = folder / DATA / key
        if there.exists():
            yield File(key, sha256_of_file(there), there.stat().st_size)
        elif not listed:
            token = base64.b64decode(row.timestamp_token)
            yield File(key, hashlib.sha256(token).hexdigest(), len(token))


def _sound(key: str, head: Head, places: Sequence[Store]) -> File:
    for store in places:
        try:
            data = read_whole(store, key)
        except (NotFoundError, TemporaryError):
            continue
        if standing(data, head, f"{store.name}:{key}")[0] is Standing.SOUND:
            return File(key, hashlib.sha256(data).hexdigest(), len(data))
    raise TemporaryError(f"no store has a sound {key}; run `tangthu ledger seal`, then export again")
