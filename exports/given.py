"""SIP and DIP of a stored case file (TT 05/2025/TT-BNV Phụ lục III and V), made from its packages and ledgered.

A DIP gives a reader the PDF/A of what the reader may read; the files as received only when asked for, or where there
is no PDF/A (films, sounds). A SIP gives the files as received, for another system to take in (Điều 17). Neither has
what the archive learnt of the files, nor the messages they came with. Bytes are streamed from a copy that was hashed.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, TypeVar
from uuid import UUID, uuid4, uuid5

from archive.custody import stores
from archive.errors import NotAllowedError, TemporaryError
from archive.packages.facts import ComponentFacts, PackageFacts, RecordFacts, WrittenPackage
from archive.packages.form import SIP, Form, dip
from archive.packages.reader import opener_of, read_facts
from archive.packages.tt05_given import FEE_OBJECTS, PURPOSES, Request
from archive.packages.unbag import unbag
from archive.packages.versions import as_described_now, holds_files
from archive.packages.writer import write
from archive.reason import because, trouble
from archive.register.models import Component, ComponentRole
from archive.settings import ArchiveSettings
from archive.stores.interface import Store
from archive.viewer import STAFF, Viewer
from exports.aip import Lying, Readable, readable, sound_copy
from exports.counting import Count
from exports.errors import ExportError
from exports.ledgered import Leaving, note_given

ORIGINAL, PDFA = ComponentRole.ORIGINAL.value, ComponentRole.PDFA.value
REP1 = "rep1"
Told = Callable[[int], None]
File = TypeVar("File", ComponentFacts, Component)
"""A file of a document, as a package or as the register tells of it."""


@dataclass(frozen=True)
class Given:
    """A package that was given out.

    Attributes:
        files: how many files of the records are in it.
    """

    path: Path
    size: int
    sha256: str
    objid: str
    files: int


def export_dip(
    case_file_id: str,
    into: Path,
    *,
    viewer: Viewer,
    request: Request,
    originals: bool = False,
    bag: bool = False,
    now: datetime,
    places: Sequence[Store] | None = None,
    told: Told | None = None,
) -> Given:
    """Write what the viewer may read of a case file into a folder as `<OBJID>.zip`, and ledger it (COPY).

    Args:
        case_file_id: of the case file.
        into: the folder; made when it is not there.
        viewer: who gets it; must be allowed to read the case file.
        request: what was asked for.
        originals: the files as received, too.
        bag: with a BagIt bag around it.
        now: aware time.
        places: stores to read from instead of the configured ones.
        told: told now and then how many bytes of files are written.

    Raises:
        NotFoundError: no such case file, or it has no package any more.
        NotAllowedError: the viewer may not read it.
        ExportError: a code of the request is on no list.
        NoGoodCopyError: no store has a sound copy.
        TemporaryError: the folder cannot be written, or no store answers.
    """
    check_request(request)
    found = readable(case_file_id, viewer)

    def given(facts: PackageFacts) -> PackageFacts:
        records = (replace(one, components=to_read(one.components, originals)) for one in facts.records)
        return replace(
            facts, objid=f"uuid-{str(uuid4()).upper()}", records=tuple(r for r in records if r.components)
        )

    said = {"given": "DIP", "request": request.id, "originals": originals}
    return _give(found, into, viewer, given, dip(request), said, bag=bag, now=now, places=places, told=told)


def check_request(request: Request) -> None:
    """Pass when the codes of a request are on the circular's lists.

    Raises:
        ExportError: one is not.
    """
    for code, known in ((request.purpose, PURPOSES), (request.fee_object, FEE_OBJECTS)):
        if code and code not in known:
            raise ExportError(because("exports.unknown-code", said=code, known=", ".join(known)))


def export_sip(
    case_file_id: str,
    into: Path,
    *,
    viewer: Viewer,
    bag: bool = False,
    now: datetime,
    places: Sequence[Store] | None = None,
) -> Given:
    """Write a case file with its files as received into a folder as `<OBJID>.zip`, and ledger it (COPY).

    The OBJID follows from the stored package's, so that the same case file sent again is known as the same.

    Raises and arguments: as `export_dip`; only an archivist, the head or a historical archivist of the agency may.
    """
    found = readable(case_file_id, viewer)
    if not any(viewer.has(role, found.agency) for role in STAFF):
        raise NotAllowedError(
            because("archive.roles-missing", who=viewer.name, roles=tuple(sorted(STAFF)), agency=found.agency)
        )

    def given(facts: PackageFacts) -> PackageFacts:
        records = tuple(replace(one, components=_as_received(one)) for one in facts.records)
        objid = uuid5(UUID(facts.objid.rpartition(":")[2]), "sip")
        return replace(facts, objid=f"uuid-{str(objid).upper()}", records=records)

    return _give(found, into, viewer, given, SIP, {"given": "SIP"}, bag=bag, now=now, places=places)


def to_read(components: Sequence[File], originals: bool) -> tuple[File, ...]:
    """Return which files of a document a reader is given: the PDF/A, and as received what has none, or all of it."""
    derived = {one.facts.get("of") for one in components if one.role == PDFA}
    return tuple(
        one
        for one in components
        if one.role == PDFA or (one.role == ORIGINAL and (originals or one.id not in derived))
    )


def _as_received(record: RecordFacts) -> tuple[ComponentFacts, ...]:
    return tuple(
        replace(one, role=REP1, path=one.path.replace(f"/{ORIGINAL}/", f"/{REP1}/", 1))
        for one in record.components
        if one.role == ORIGINAL
    )


@contextmanager
def _stored(
    versions: Sequence[Lying], places: Sequence[Store] | None
) -> Iterator[tuple[PackageFacts, Callable[[str], BinaryIO]]]:
    """Give the facts as the newest versions describe them, and a way to the bytes, which an older one may hold."""
    later: list[PackageFacts] = []
    for version in versions:
        with sound_copy(version, places=places) as source:
            facts = read_facts(source)
            if version is versions[-1] or holds_files(facts):
                yield as_described_now(facts, later), opener_of(source)
                return
            later.append(facts)


def _give(
    found: Readable,
    into: Path,
    viewer: Viewer,
    given: Callable[[PackageFacts], PackageFacts],
    form: Form,
    said: dict[str, object],
    *,
    bag: bool,
    now: datetime,
    places: Sequence[Store] | None,
    told: Told | None = None,
) -> Given:
    try:
        into.mkdir(parents=True, exist_ok=True)
        with (
            tempfile.TemporaryDirectory(prefix=".preparing-", dir=into) as work,
            _stored(found.versions, stores() if places is None else places) as (stored, opened),
        ):
            facts = given(
                replace(
                    stored, made_at=now.astimezone(UTC).replace(microsecond=0), events=(), documentation=()
                )
            )
            written = _written(facts, Path(work), form, opened, bag=bag, told=told)
            files = sum(len(record.components) for record in facts.records)
            leaving = Leaving({**said, "objid": facts.objid, "files": files}, written.sha256)
            note_given(found.case_file_id, [leaving], viewer=viewer, now=now)
            return _placed(written, into / f"{facts.folder}.zip", facts.objid, files)
    except OSError as error:
        raise TemporaryError(
            because("archive.cannot-write", place=str(into), trouble=trouble(error))
        ) from error


def _written(
    facts: PackageFacts,
    work: Path,
    form: Form,
    opened: Callable[[str], BinaryIO],
    *,
    bag: bool,
    told: Told | None,
) -> WrittenPackage:
    count = Count(told) if told else None

    def source(component: ComponentFacts) -> BinaryIO:
        stream = opened(component.path.replace(f"/{REP1}/", f"/{ORIGINAL}/", 1))
        return count.over(stream) if count else stream

    schemas = ArchiveSettings.load().tools_home / "schemas"
    bagged = write(facts, work / "bag.zip", schemas=schemas, form=form, opener=source)
    if bag:
        return bagged
    with bagged.path.open("rb") as stream:
        return unbag(stream, work / "plain.zip")


def _placed(written: WrittenPackage, target: Path, objid: str, files: int) -> Given:
    written.path.replace(target)
    return Given(target, written.size, written.sha256, objid, files)
