"""A later version of a package that is whole in itself: what it takes over of those before, and how it is written.

Made by a preservation plan (other derivatives) and when a document is added (`archive.adding`). What is taken over is
read from a copy of the newest version with files and hashed on the way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.errors import DamagedError, NotFoundError, TemporaryError
from archive.packages.errors import UnreadableError
from archive.packages.facts import (
    ComponentFacts,
    DocumentationFile,
    EventFacts,
    PackageFacts,
    WrittenPackage,
)
from archive.packages.reader import opener_of, read_facts
from archive.packages.versions import as_described_now, holds_files
from archive.packages.writer import write
from archive.reason import because, trouble
from archive.register.models import Copy, CopyState, Package
from archive.settings import ArchiveSettings
from archive.stores.interface import Store

CHUNK = 1 << 20
Lying = Mapping[str, Sequence[str]]
"""Name of a version, newest first -> the stores that should have a good copy, those verified first."""
Said = TypeVar("Said")


@dataclass(frozen=True)
class Ground:
    """What a later version takes over.

    Attributes:
        facts: what the newest version with files says, its documents as described now.
        events: all that was done since, of versions that only describe.
        name: of that version.
    """

    facts: PackageFacts
    events: tuple[EventFacts, ...]
    name: str


def lying(session: Session, case_file_id: str) -> dict[str, tuple[str, ...]]:
    """Return where the versions of a case file's package lie."""
    query = (
        select(Package.name, Copy.store)
        .join(Copy, Copy.package_id == Package.id)
        .where(Package.case_file_id == case_file_id, Copy.state != CopyState.ERASED)
        .order_by(Package.version.desc(), Copy.state != CopyState.VERIFIED, Copy.store)
    )
    found: dict[str, tuple[str, ...]] = {}
    for name, store in session.execute(query):
        found[name] = (*found.get(name, ()), store)
    return found


def ground(versions: Lying, places: Sequence[Store]) -> Ground:
    """Return what a later version stands on.

    Raises:
        TemporaryError: no store answers.
        DamagedError: stores answered, none with a readable copy.
        NotFoundError: no version holds files.
    """
    later: list[PackageFacts] = []
    for name, where in versions.items():
        facts = _first(name, where, places, read_facts)
        if holds_files(facts):
            events = (event for one in reversed(later) for event in one.events)
            records = as_described_now(facts, later).records
            return Ground(replace(facts, records=records), tuple(events), name)
        later.append(facts)
    raise NotFoundError(because("archive.withdraw-no-documents"))


def write_whole(
    facts: PackageFacts, base: str, versions: Lying, folder: Path, places: Sequence[Store]
) -> tuple[PackageFacts, WrittenPackage]:
    """Write the package; return what it says and the file.

    Args:
        facts: what it says; files without a `source` are taken from the version before.
        base: name of that version, as `ground` told it.
        versions: where it lies.
        folder: to write in.
        places: stores to read from.

    Raises:
        As `ground` and `archive.packages.writer.write`.
    """
    schemas = ArchiveSettings.load().tools_home / "schemas"

    def one(source: BinaryIO) -> tuple[PackageFacts, WrittenPackage]:
        opened = opener_of(source)

        def bytes_of(component: ComponentFacts) -> BinaryIO:
            return component.source.open("rb") if component.source is not None else opened(component.path)

        kept = tuple(
            _spooled(number, document, opened, folder) for number, document in enumerate(facts.documentation)
        )
        whole = replace(facts, documentation=kept)
        return whole, write(whole, folder / "package.zip", schemas=schemas, opener=bytes_of)

    return _first(base, versions[base], places, one)


def _first(
    name: str, where: Sequence[str], places: Sequence[Store], read: Callable[[BinaryIO], Said]
) -> Said:
    """Return what is read of a package, of the first copy that can be read."""
    used = {store.name: store for store in places}
    silent, why = True, []
    for store in (used[one] for one in where if one in used):
        try:
            with store.open(name) as source:
                return read(source)
        except TemporaryError as error:
            why.append(error.reason)
        except (UnreadableError, DamagedError, NotFoundError) as error:
            silent = False
            why.append(error.reason)
        except OSError as error:
            why.append(because("archive.store-trouble", store=store.name, name=name, trouble=trouble(error)))
    if silent:
        raise TemporaryError(because("archive.no-store-answers", name=name, why=why))
    raise DamagedError(name, "; ".join(map(str, why)))


def _spooled(
    number: int, document: DocumentationFile, opened: Callable[[str], BinaryIO], folder: Path
) -> DocumentationFile:
    path = folder / f"documentation-{number}"
    with opened(document.path) as source, path.open("wb") as file:
        while chunk := source.read(CHUNK):
            file.write(chunk)
    return replace(document, source=path)
