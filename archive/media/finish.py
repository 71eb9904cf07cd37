"""Write one medium to its end, from wherever an earlier run left it; read it back; only then does it count as written.

The tag manifest is written last. While it is not there, the files beside the payload are made anew from what is kept
now: a case file may have been described anew or destroyed since they were begun. Once it is there, nothing on the
medium changes any more, and what it lists is what is on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from archive.alone import alone, work_on_copies
from archive.errors import TemporaryError
from archive.hashing import sha256_of_file
from archive.media.beside import files_beside
from archive.media.check import faults_of
from archive.media.medium import BAG_INFO, DATA, MediumError, listed, number_of, tag_files
from archive.media.readme import readme
from archive.media.records import Item, MinutesItem, items_of, minutes_of, note
from archive.media.writing import (
    SourceError,
    clear_halves,
    make_folder,
    remove_tags,
    write_payload,
    write_tag,
)
from archive.packages.bag import MANIFEST, TAG_MANIFEST
from archive.register.media import Medium, MediumState
from archive.register.models import CaseFile, CaseFileState
from archive.register.session import reading, transaction
from archive.stores.interface import Store
from archive.underway import being_destroyed
from archive.vietnam import day_of


@dataclass(frozen=True)
class Written:
    """One medium that is whole.

    Attributes:
        left_out: packages and minutes that were meant for it and are not on it, with the reason, as sentences.
    """

    number: str
    folder: Path
    packages: int
    size: int
    left_out: tuple[str, ...] = ()


def finish(number: str, into: Path, places: Sequence[Store], actor: str, now: datetime) -> Written:
    """Write what is still to be written of a begun medium, read all of it back, and ledger that it is whole.

    Raises:
        MediumError: something is there that must not be overwritten.
        TemporaryError: the medium is full or does not answer, or what was read back is not what was written.
    """
    folder = make_folder(into / number)
    with reading() as session:
        items, minutes = items_of(session, number), minutes_of(session, number)
    left_out: dict[str, str] = {}
    if not (folder / TAG_MANIFEST).is_file():
        clear_halves(folder)
        left_out = _write(folder, number, items, minutes, places)
    faults = faults_of(folder)
    if faults:
        raise TemporaryError(
            f"medium {number} is not what was written: {'; '.join(faults[:5])}; the medium may be bad: write to "
            f"another one and say `tangthu media destroyed {number}`"
        )
    there = {file.name: file for file in listed(folder)}
    absent = [item for item in items if item.line.name not in there]
    no_minutes = [one for one in minutes if one.file.name not in there]
    size = sum(file.size for file in there.values())
    told = {
        "state": str(MediumState.WRITTEN),
        "manifest_sha256": sha256_of_file(folder / MANIFEST),
        "files": len(there),
        "size": size,
        "left_out": sorted(item.package_id for item in absent),
        "minutes_left_out": sorted(one.submission_id for one in no_minutes),
    }
    with transaction() as session:
        note(session, number, told, actor=actor, now=now)
    names = [*(item.line.name for item in absent), *(one.file.name for one in no_minutes)]
    why = tuple(left_out.get(name, f"{name}: left out by a run that was killed") for name in names)
    return Written(number, folder, len(items) - len(absent), size, why)


def _write(
    folder: Path, number: str, items: Sequence[Item], minutes: Sequence[MinutesItem], places: Sequence[Store]
) -> dict[str, str]:
    """Write payload and tag files; return the names of what is left out, and why."""
    if (folder / BAG_INFO).exists():
        if (other := number_of(folder)) != number:
            raise MediumError(f"{folder} holds medium {other}, not {number}: export to another place")
        remove_tags(folder)
    left_out: dict[str, str] = {}
    for item in items:
        if why := _package(folder, item, places):
            left_out[item.line.name] = why
    for one in minutes:
        try:
            write_payload(folder, one.file, places)
        except SourceError as error:
            left_out[one.file.name] = f"{error}; run `tangthu fixity roll` and export again"
    with reading() as session:
        row = session.get_one(Medium, number)
        label, begun_at = row.label, row.begun_at
        beside = files_beside(session, row, folder, places)
    for file in beside:
        try:
            write_payload(folder, file, places)
        except SourceError as error:
            raise TemporaryError(
                f"medium {number}: {error}; run `tangthu ledger seal` or `tangthu evidence renew`, then export again"
            ) from error
    lines = [item.line for item in items if item.line.name not in left_out]
    papers = [one.file for one in minutes if one.file.name not in left_out]
    seals = [
        file.name for file in beside if file.name.endswith(".jsonl") and file.name.startswith("_ledger/")
    ]
    span = f"{seals[0]} - {seals[-1]}" if seals else ""
    text = readme(number, label, day_of(begun_at).strftime("%d/%m/%Y"), len(lines), len(papers), span)
    tags = tag_files(number, label, begun_at, [*lines, *papers, *beside], text)
    for name, data in tags.items():
        write_tag(folder, name, data)
    return left_out


def _package(folder: Path, item: Item, places: Sequence[Store]) -> str:
    """Write one package; return why it is left out, "" when it is on the medium."""
    name = item.line.name
    if (folder / DATA / name).exists():
        # An earlier run wrote it: it is on the medium, whatever became of it since.
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
