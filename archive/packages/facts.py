"""What a package says, as frozen values: the writer is given these, the reader gives them back equal.

They are the description of a case file (Circular 02/2019/TT-BNV Phụ lục I, tables 4.2 and 4.3 of the domain
notes) with the files of each document and the events that made them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class ComponentFacts:
    """One file of a document.

    Attributes:
        role: `archive.register.models.ComponentRole` value: original, pdfa or text.
        name: as the office named it (or derived from that).
        path: inside the package's OBJID folder, e.g. `representations/original/data/0001/Quyet dinh.pdf`.
        sha256: lower-case hex.
        facts: JSON values: route, tool versions, verdicts, signature report.
        source: where the bytes are while the package is made; None when read back.
    """

    id: str
    role: str
    name: str
    path: str
    media_type: str
    puid: str
    size: int
    sha256: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    source: Path | None = field(default=None, compare=False)


@dataclass(frozen=True)
class RecordFacts:
    """One document (văn bản).

    Attributes:
        description: every described field, TT 02/2019 short name -> text as accepted.
    """

    id: str
    ordinal: int
    code: str
    type_name: str
    number: str
    notation: str
    issued_on: date | None
    organ_name: str
    subject: str
    pages: int
    description: Mapping[str, str]
    components: tuple[ComponentFacts, ...]


@dataclass(frozen=True)
class EventFacts:
    """A PREMIS event: what was done to an object, when, by which tool, with what result.

    Attributes:
        objects: component ids it is about; empty means the whole package.
    """

    id: str
    kind: str  # PREMIS event type words: "virus check", "validation", "normalization" ...
    at: datetime
    outcome: str  # success | warning | failure
    detail: str
    agent: str  # tool name and version, or person
    objects: tuple[str, ...] = ()


@dataclass(frozen=True)
class DocumentationFile:
    """A file kept as it came beside the records: source messages, signature reports, check reports."""

    path: str  # inside the OBJID folder, below documentation/ or metadata/other/
    size: int
    sha256: str
    source: Path | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Earlier:
    """The version before this one, by identifier and hash; it is never rewritten."""

    objid: str
    name: str
    version: int
    sha256: str


@dataclass(frozen=True)
class PackageFacts:
    """Everything a package version says.

    Attributes:
        objid: `urn:{fonds}:uuid:{UUID upper}`; its folder name replaces ":" by "_" (TT 05/2025).
        name: key in every store, `<province>/<agency>/<year>/<file code>/v0001.zip`.
        made_at: aware UTC with whole seconds.
        description: every described field of the file, TT 02/2019 short name -> text as accepted.
        records: empty in a later version that only describes the file anew; they are in a version before.
        previous: the version before this one; None for the first.
        kind: what it is besides a case file, "" for nothing: `archive.dossiers.KIND`.
    """

    objid: str
    name: str
    version: int
    made_at: datetime
    case_file_id: str
    submission_id: str
    agency_code: str
    agency_name: str
    fonds_code: str
    code: str
    title: str
    regime: str
    access: str
    start_date: date
    end_date: date
    maintenance: str
    total_docs: int
    total_pages: int
    description: Mapping[str, str]
    records: tuple[RecordFacts, ...]
    events: tuple[EventFacts, ...] = ()
    documentation: tuple[DocumentationFile, ...] = ()
    previous: Earlier | None = None
    kind: str = ""

    @property
    def folder(self) -> str:
        """Return the name of the package's one top folder inside `data/`."""
        return self.objid.replace(":", "_")


@dataclass(frozen=True)
class WrittenPackage:
    """A package file that was just made."""

    path: Path
    size: int
    sha256: str


@dataclass(frozen=True)
class Fault:
    """One thing wrong with a package.

    Attributes:
        rule: which rule was broken, e.g. `RFC8493-2.1.3`, `CSIP-STR1`, `METS-XSD`, `FIXITY`.
        path: file inside the package, or "" for the whole.
        message: what is wrong, with the value found.
    """

    rule: str
    path: str
    message: str
