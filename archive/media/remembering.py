"""Let a rebuilt register know of a medium it never heard of: it holds copies that a destruction must find."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from archive.evidence.roundfile import PREFIX as ROUNDS
from archive.hashing import sha256_of_file
from archive.media.destroyed_since import SEGMENTS
from archive.media.medium import listed
from archive.media.records import note
from archive.packages.bag import MANIFEST
from archive.register.media import Medium, MediumState
from archive.register.session import reading, transaction


def remember(
    folder: Path, number: str, ids: Sequence[str], minutes: Sequence[str], actor: str, now: datetime
) -> str:
    """Let a rebuilt register know of a medium it never heard of: it holds copies that a destruction must find.

    Returns what is wrong with a medium it does know, "" when nothing is.
    """
    with reading() as session:
        row = session.get(Medium, number)
        if row is not None:
            gone = row.state == MediumState.DESTROYED
            return f"medium {number} is said to be destroyed ({row.document}), and here it is" if gone else ""
    files = list(listed(folder))
    names = [file.name for file in files]
    begun = {
        "state": "writing",
        "label": "",
        "place": str(folder.resolve().parent),
        **_span("segment", _numbers(names, SEGMENTS)),
        **_span("round", _numbers(names, ROUNDS)),
        "packages": sorted(ids),
        "minutes": sorted(minutes),
    }
    written = {
        "state": "written",
        "manifest_sha256": sha256_of_file(folder / MANIFEST),
        "files": len(files),
        "size": sum(max(file.size, 0) for file in files),
        "left_out": [],
        "minutes_left_out": [],
    }
    with transaction() as session:
        for told in (begun, written):
            note(session, number, told, actor=actor, now=now)
    return ""


def _numbers(names: Iterable[str], prefix: str) -> list[int]:
    found = (name.removeprefix(prefix).removesuffix(".jsonl") for name in names if name.startswith(prefix))
    return sorted(int(number) for number in found if number.isdecimal())


def _span(kind: str, numbers: Sequence[int]) -> dict[str, int]:
    """Return from where to where: they go without a gap on every medium."""
    return {f"first_{kind}": numbers[0] if numbers else 0, f"last_{kind}": numbers[-1] if numbers else 0}
