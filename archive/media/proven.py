"""Files of a medium that are no package and no minutes: a sealed segment, a time-stamp, a round of evidence.

Each is brought back only when the register proves it.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import func, select

from archive.evidence.roundfile import PREFIX as ROUNDS
from archive.evidence.roundfile import key_of as round_key
from archive.evidence.rounds_known import round_of
from archive.ledger.merkle import FIRST_CHAIN
from archive.ledger.rows import EvidenceRoundRow, SealRow
from archive.ledger.segment import FOLDER, Standing, head_of, standing
from archive.ledger.stamp import PREFIX
from archive.media.medium import DATA, File
from archive.media.putting import BroughtBack, put
from archive.register.session import reading
from archive.stores.interface import Store


def is_beside(name: str) -> bool:
    """Say whether a file of this name is one of them."""
    return name.startswith((f"{FOLDER}/", ROUNDS))


def bring(folder: Path, file: File, places: Sequence[Store], done: BroughtBack) -> None:
    """Bring one of them back, or say why not."""
    if file.name.startswith(ROUNDS):
        _round(folder, file, places, done)
    else:
        _segment(folder, file, places, done)


def _round(folder: Path, file: File, places: Sequence[Store], done: BroughtBack) -> None:
    """Bring a round back when it is byte for byte what the register says it is."""
    with reading() as session:
        numbers = session.scalars(select(EvidenceRoundRow.number)).all()
        known = {round_key(number): number for number in numbers}.get(file.name)
        data = round_of(session, known).to_bytes() if known else b""
    if not known:
        done.faults.append(f"{file.name}: the register has no such round; run `tangthu evidence verify`")
    elif data != (folder / DATA / file.name).read_bytes():
        done.faults.append(f"{file.name} on the medium is not the round the register knows")
    else:
        put(folder, file, places, done)


def _segment(folder: Path, file: File, places: Sequence[Store], done: BroughtBack) -> None:
    """Bring one sealed segment back when the register's seal proves it, or its time-stamp when it is still the same."""
    data = (folder / DATA / file.name).read_bytes()
    if file.name.startswith(PREFIX):
        token = base64.b64encode(data).decode()
        with reading() as session:
            same = session.scalar(select(func.count()).where(SealRow.timestamp_token == token))
        if same:  # another one was renewed since, and the stores have that
            put(folder, file, places, done)
        return
    with reading() as session:
        row = session.scalar(select(SealRow).where(SealRow.segment == file.name))
        before = (
            session.scalar(select(SealRow.chain).where(SealRow.number == row.number - 1)) if row else None
        )
        head = head_of(row, before or FIRST_CHAIN) if row else None
    if head is None:
        done.faults.append(f"{file.name}: the register has no seal of it; run `tangthu ledger verify`")
        return
    place = f"medium {done.number}:{file.name}"
    if standing(data, head, place)[0] is not Standing.SOUND:
        done.faults.append(f"{file.name} on the medium is not the segment that was sealed")
        return
    put(folder, file, places, done)
