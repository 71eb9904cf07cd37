"""Make a package: one ZIP, holding one bag, holding one TT 05/2025 CSIP tree.

Everything is streamed: files are copied once and hashed on the way, descriptions are written element by
element, and lists that grow with the number of files lie in temporary files. What does grow in memory is
the ZIP's directory (some 600 bytes a member). The ZIP appears under its name whole or not at all.
"""

from __future__ import annotations

import hashlib
import mimetypes
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from importlib.metadata import version
from importlib.resources import files as package_files
from pathlib import Path
from typing import IO, BinaryIO
from uuid import uuid4

from archive.errors import TangThuError, TemporaryError
from archive.flushing import flush_folder
from archive.hashing import sha256_of
from archive.packages import bag, mets, premis
from archive.packages.container import CHUNK, Container, Member
from archive.packages.errors import UnwritableError
from archive.packages.facts import (
    ComponentFacts,
    DocumentationFile,
    EventFacts,
    PackageFacts,
    RecordFacts,
    WrittenPackage,
)
from archive.packages.form import AIP, Form
from archive.packages.names import REPRESENTATION, SAFE_FOLDER, check_writable, fold
from archive.reason import because, trouble

STANDARD_SCHEMAS = (
    "mets1_12.xsd",
    "xlink.xsd",
    "DILCISExtensionMETS.xsd",
    "DILCISExtensionSIPMETS.xsd",
    "premis.xsd",
)
DOCUMENTATION_FOLDERS = ("documentation/", "metadata/other/")
XML = "text/xml"


@dataclass
class _Representation:
    """What was written of one representation so far; the list of descriptions lies on disk."""

    name: str
    descriptions: IO[str] = field(default_factory=lambda: tempfile.TemporaryFile("w+", encoding="utf-8"))  # noqa: SIM115

    @property
    def folder(self) -> str:
        return f"representations/{self.name}/"

    def described(self) -> Iterator[tuple[str, mets.Listed]]:
        """Yield (dmdSec identifier, description file) in order."""
        self.descriptions.seek(0)
        for line in self.descriptions:
            ordinal, size, sha256, path = line.rstrip("\n").split(" ", 3)
            yield f"dmd-{ordinal}", mets.Listed(path, int(size), sha256, XML)


Opener = Callable[[ComponentFacts], BinaryIO]
"""Gives the bytes of a component that has no `source`: one that already lies in a package."""


def write(
    facts: PackageFacts,
    into: Path,
    *,
    schemas: Path,
    form: Form = AIP,
    opener: Opener | None = None,
) -> WrittenPackage:
    """Make the package and return its size and hash.

    `facts.records` is walked several times and may be any sequence that makes its records as it goes; the
    ordinals must rise. Components must lie at `representations/<role>/data/...`.

    Args:
        facts: what to write; every component and documentation file needs its `source`.
        into: path of the .zip to make; its folder must exist.
        schemas: folder with the METS and PREMIS schemas (set-up puts them there).
        form: which kind of package.
        opener: where the bytes of components come from, instead of their `source`.

    Raises:
        UnwritableError: something in the facts no package can carry; the message names it.
        DamagedError: a source's bytes are no longer those described.
        TemporaryError: the disk is full, or the schemas are missing.
    """
    _check(facts)
    part = into.with_name(f".{into.name}.{uuid4().hex}.part")
    try:
        with part.open("x+b") as raw:
            with Container(raw, facts.folder, facts.made_at) as container:
                _Writing(facts, container, schemas, form, opener).run()
            raw.flush()
            os.fsync(raw.fileno())
            size, sha256 = _measure(raw)
        part.replace(into)
        flush_folder(into.parent)
    except TangThuError:
        raise
    except OSError as error:
        raise TemporaryError(
            because("archive.cannot-write", place=str(into), trouble=trouble(error))
        ) from error
    finally:
        part.unlink(missing_ok=True)
    return WrittenPackage(into, size, sha256)


def describes_only(facts: PackageFacts) -> bool:
    """Say whether this is a later version that only describes the file anew."""
    return facts.previous is not None and not facts.records


def _measure(raw: IO[bytes]) -> tuple[int, str]:
    raw.seek(0)
    sha256 = sha256_of(raw)
    return raw.tell(), sha256


def _check(facts: PackageFacts) -> None:
    if facts.made_at.tzinfo is None or facts.made_at.microsecond:
        raise UnwritableError("made_at", "must be an aware time in whole seconds")
    if facts.made_at.year < 1980:
        raise UnwritableError("made_at", "a ZIP cannot say a time before 1980")
    if not SAFE_FOLDER.match(facts.folder):
        raise UnwritableError("objid", f"{facts.objid!r} makes no safe folder name")


class _Writing:
    """One package being written: the order of its members."""

    def __init__(
        self,
        facts: PackageFacts,
        container: Container,
        schemas: Path,
        form: Form,
        opener: Opener | None,
    ) -> None:
        self._form, self._opener = form, opener
        self._facts = facts
        self._container = container
        self._schemas = schemas
        self._root = f"data/{facts.folder}/"
        self._software = version("tangthu")
        self._representations = {
            name: _Representation(name) for name in (() if describes_only(facts) else form.always)
        }
        # Two paths that a disk would take for one: kept as 64-bit hashes, eight bytes a file.
        self._seen: set[int] = set()

    def run(self) -> None:
        facts, container = self._facts, self._container
        container.bytes("bagit.txt", bag.BAGIT_TXT)
        container.bytes("README.txt", self._form.readme(facts))
        try:
            self._payload()
            pointers = [self._representation(one) for one in self._representations.values()]
        finally:
            for one in self._representations.values():
                one.descriptions.close()
        self._package(pointers)
        info = bag.bag_info(
            facts, octets=container.octets, streams=container.streams, software=f"tangthu {self._software}"
        )
        container.bytes("bag-info.txt", info)
        self._manifest()
        container.bytes(bag.TAG_MANIFEST, bag.tag_manifest(container.tags))

    def _payload(self) -> None:
        """Copy every file and write every document's description into each of its representations."""
        last = None
        for record in self._facts.records:
            if record.ordinal < 0 or (last is not None and record.ordinal <= last):
                raise UnwritableError(
                    f"document {record.ordinal}", "ordinals must rise from document to document"
                )
            last = record.ordinal
            roles = dict.fromkeys(self._form.always)
            for component in record.components:
                self._copy(component)
                roles[component.role] = None
            description = self._form.document(self._facts, record)
            for role in roles:
                self._describe(self._representations[role], record, description)

    def _copy(self, component: ComponentFacts) -> None:
        role = component.role
        if not REPRESENTATION.match(role):
            raise UnwritableError(component.path, f"role {role!r} makes no representation")
        if not component.path.startswith(f"representations/{role}/data/"):
            raise UnwritableError(component.path, f"must lie below representations/{role}/data/")
        self._unique(component.path)
        if role not in self._representations:
            self._representations[role] = _Representation(role)
        self._container.copy(
            self._root + component.path,
            self._source(component),
            size=component.size,
            sha256=component.sha256,
        )

    def _source(self, component: ComponentFacts) -> Callable[[], BinaryIO] | None:
        if self._opener is not None:
            return partial(self._opener, component)
        return _opening(component.source)

    def _unique(self, path: str) -> None:
        key = int.from_bytes(hashlib.blake2b(fold(path).encode("utf-8", "replace"), digest_size=8).digest())
        if key in self._seen:
            raise UnwritableError(path, "two files of the package would have this path on some disks")
        self._seen.add(key)

    def _describe(self, one: _Representation, record: RecordFacts, description: bytes) -> None:
        path = f"metadata/descriptive/EAD_doc_{record.ordinal:04d}.xml"
        member = self._container.bytes(self._root + one.folder + path, description)
        one.descriptions.write(f"{record.ordinal} {member.size} {member.sha256} {path}\n")

    def _files(self, role: str) -> Iterator[tuple[RecordFacts, int, ComponentFacts]]:
        for record in self._facts.records:
            for position, component in enumerate(record.components):
                if component.role == role:
                    yield record, position, component

    def _listed(self, one: _Representation) -> Iterator[tuple[int, mets.Listed]]:
        for record, _, component in self._files(one.name):
            path = component.path.removeprefix(one.folder)
            yield record.ordinal, mets.Listed(path, component.size, component.sha256, component.media_type)

    def _representation(self, one: _Representation) -> Member:
        """Write a representation's PREMIS and METS; return the METS."""
        folder = self._root + one.folder
        preserved = self._preserved(one, folder) if self._form.preservation else None
        # CSIP1: a representation's METS is named after its folder.
        head = self._head(one.name, self._form.representation_profile, "../../")
        with self._container.member(folder + "METS.xml") as stream, mets.MetsWriter(stream, head) as form:
            form.descriptive(one.described())
            _administer(form, preserved)
            divisions = " ".join(identifier for identifier, _ in one.described())
            form.documents(self._listed(one), self._listed(one), divisions)
        return self._container.last

    def _preserved(self, one: _Representation, folder: str) -> mets.Listed:
        about = f"metadata/preservation/PREMIS_{one.name}.xml"
        with self._container.member(folder + about) as stream, premis.PremisWriter(stream) as writer:
            writer.representation(self._facts, one.name)
            for record, position, component in self._files(one.name):
                writer.component(record, position, component)
        return _relative(self._container.last, folder, XML)

    def _head(self, objid: str, profile: str, up: str) -> mets.Head:
        facts = self._facts
        return mets.Head(
            objid=objid,
            label=facts.title,
            profile=profile,
            created=facts.made_at,
            version=self._software,
            agency_code=facts.agency_code,
            agency_name=facts.agency_name,
            alternatives=(
                ("REFERENCECODE", facts.code),
                *((("PREVIOUSREFERENCECODE", facts.previous.objid),) if facts.previous else ()),
                *(
                    (("DATASUBMISSIONSESSION", facts.submission_id), ("PACKAGENUMBER", str(facts.version)))
                    if self._form.preservation
                    else ()
                ),
            ),
            up=up,
            package_type=self._form.kind,
            content=self._form.content,
        )

    def _package(self, pointers: list[Member]) -> None:
        """Write what describes the package as a whole, last of all its METS."""
        facts, container, root = self._facts, self._container, self._root
        kept = [(one, self._keep(one)) for one in facts.documentation]
        described = container.bytes(root + "metadata/descriptive/EAD.xml", self._form.file(facts))
        preserved = self._package_preserved() if self._form.preservation else None
        schemas = [self._schema(name) for name in STANDARD_SCHEMAS]
        ours = package_files("archive.codes").joinpath("schemas")
        for name in self._form.schemas:
            schemas.append(container.bytes(f"{root}schemas/{name}", ours.joinpath(name).read_bytes()))
        listed = [_relative(member, root, _media_type(one.path)) for one, member in kept]
        documentation = [file for file in listed if file.path.startswith("documentation/")]
        if self._form.readme_inside:
            text = container.bytes(f"{root}documentation/README.txt", self._form.readme(facts))
            documentation.append(_relative(text, root, "text/plain"))
        others = [file for file in listed if not file.path.startswith("documentation/")]
        groups = [mets.Group("Documentation", documentation)] if documentation else []
        groups.append(mets.Group("Schemas", [_relative(member, root, XML) for member in schemas]))
        for pointer in pointers:
            file = _relative(pointer, root, XML)
            groups.append(mets.Group(file.path.removesuffix("/METS.xml").capitalize(), [file], file.path))
        head = self._head(facts.objid, self._form.profile, "")
        with container.member(root + "METS.xml") as stream, mets.MetsWriter(stream, head) as form:
            form.descriptive([("dmd-file", _relative(described, root, XML))])
            _administer(form, preserved, others)
            form.groups(groups, ["dmd-file"])

    def _package_preserved(self) -> mets.Listed:
        facts = self._facts
        with (
            self._container.member(self._root + "metadata/preservation/PREMIS.xml") as stream,
            premis.PremisWriter(stream) as writer,
        ):
            writer.package(facts)
            for one in facts.documentation:
                writer.documentation(one)
            own = self._own_event()
            for event in facts.events:
                writer.event(event, facts.objid)
            writer.event(own, facts.objid, own=True)
            for agent in premis.agents((*facts.events, own)):
                writer.agent(agent)
        return _relative(self._container.last, self._root, XML)

    def _keep(self, one: DocumentationFile) -> Member:
        if not one.path.startswith(DOCUMENTATION_FOLDERS):
            raise UnwritableError(one.path, f"must lie below {' or '.join(DOCUMENTATION_FOLDERS)}")
        check_writable(one.path)
        self._unique(one.path)
        return self._container.copy(
            self._root + one.path, _opening(one.source), size=one.size, sha256=one.sha256
        )

    def _schema(self, name: str) -> Member:
        try:
            data = (self._schemas / name).read_bytes()
        except OSError as error:
            raise TemporaryError(
                because("archive.schema-missing", place=str(self._schemas / name))
            ) from error
        return self._container.bytes(f"{self._root}schemas/{name}", data)

    def _own_event(self) -> EventFacts:
        """Return the event of making this package (TT 05/2025 Điều 25 names its type)."""
        return EventFacts(
            id=f"{self._facts.objid}/v{self._facts.version:04d}",
            kind="information package creation",
            at=self._facts.made_at,
            outcome="success",
            detail=f"version {self._facts.version} of the package was written",
            agent=f"{mets.SOFTWARE} {self._software}",
        )

    def _manifest(self) -> None:
        spool = self._container.manifest
        size = spool.tell()
        spool.seek(0)
        with self._container.member(bag.MANIFEST, size) as stream:
            while chunk := spool.read(CHUNK):
                stream.write(chunk)


def _administer(
    form: mets.MetsWriter, premis: mets.Listed | None, others: Iterable[mets.Listed] = ()
) -> None:
    if premis is None:
        form.no_preservation()
    else:
        form.preservation(premis, others)


def _opening(source: Path | None) -> Callable[[], BinaryIO] | None:
    return None if source is None else lambda: source.open("rb")


def _relative(member: Member, folder: str, media_type: str) -> mets.Listed:
    return mets.Listed(member.path.removeprefix(folder), member.size, member.sha256, media_type)


def _media_type(path: str) -> str:
    return mimetypes.guess_type(path)[0] or "application/octet-stream"
