"""Make a package: one ZIP, holding one bag, holding one TT 05/2025 CSIP tree.

Everything is streamed: files are copied once and hashed on the way, descriptions are written element by
element, and lists that grow with the number of files lie in temporary files. What does grow in memory is
the ZIP's directory (some 600 bytes a member). The ZIP appears under its name whole or not at all.
"""

from __future__ import annotations

import mimetypes
import os
from importlib.resources import files as package_files
from pathlib import Path
from typing import IO
from uuid import uuid4

from archive.errors import TangThuError, TemporaryError
from archive.flushing import flush_folder
from archive.hashing import sha256_of
from archive.packages import bag, mets, premis
from archive.packages.container import CHUNK, Container, Member
from archive.packages.errors import UnwritableError
from archive.packages.facts import DocumentationFile, EventFacts, PackageFacts, WrittenPackage
from archive.packages.form import AIP, Form
from archive.packages.names import SAFE_FOLDER, check_writable
from archive.packages.representations import Representations
from archive.packages.writing import XML, Opener, Writing, administer, opening, relative
from archive.reason import because, trouble

STANDARD_SCHEMAS = (
    "mets1_12.xsd",
    "xlink.xsd",
    "DILCISExtensionMETS.xsd",
    "DILCISExtensionSIPMETS.xsd",
    "premis.xsd",
)
DOCUMENTATION_FOLDERS = ("documentation/", "metadata/other/")


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
                _Package(Writing(facts, container, form, opener), schemas).write()
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


class _Package:
    """What describes the package as a whole, and the bag around it: the order of its members."""

    def __init__(self, writing: Writing, schemas: Path) -> None:
        self._writing, self._schemas = writing, schemas
        self._facts, self._container, self._form = writing.facts, writing.container, writing.form
        self._root = writing.root

    def write(self) -> None:
        facts, container = self._facts, self._container
        container.bytes("bagit.txt", bag.BAGIT_TXT)
        container.bytes("README.txt", self._form.readme(facts))
        self._package(Representations(self._writing).write())
        software = f"tangthu {self._writing.software}"
        info = bag.bag_info(facts, octets=container.octets, streams=container.streams, software=software)
        container.bytes("bag-info.txt", info)
        self._manifest()
        container.bytes(bag.TAG_MANIFEST, bag.tag_manifest(container.tags))

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
        listed = [relative(member, root, _media_type(one.path)) for one, member in kept]
        documentation = [file for file in listed if file.path.startswith("documentation/")]
        if self._form.readme_inside:
            text = container.bytes(f"{root}documentation/README.txt", self._form.readme(facts))
            documentation.append(relative(text, root, "text/plain"))
        others = [file for file in listed if not file.path.startswith("documentation/")]
        groups = [mets.Group("Documentation", documentation)] if documentation else []
        groups.append(mets.Group("Schemas", [relative(member, root, XML) for member in schemas]))
        for pointer in pointers:
            file = relative(pointer, root, XML)
            groups.append(mets.Group(file.path.removesuffix("/METS.xml").capitalize(), [file], file.path))
        head = self._writing.head(facts.objid, self._form.profile, "")
        with container.member(root + "METS.xml") as stream, mets.MetsWriter(stream, head) as form:
            form.descriptive([("dmd-file", relative(described, root, XML))])
            administer(form, preserved, others)
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
        return relative(self._container.last, self._root, XML)

    def _keep(self, one: DocumentationFile) -> Member:
        if not one.path.startswith(DOCUMENTATION_FOLDERS):
            raise UnwritableError(one.path, f"must lie below {' or '.join(DOCUMENTATION_FOLDERS)}")
        check_writable(one.path)
        self._writing.unique(one.path)
        return self._container.copy(
            self._root + one.path, opening(one.source), size=one.size, sha256=one.sha256
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
            agent=f"{mets.SOFTWARE} {self._writing.software}",
        )

    def _manifest(self) -> None:
        spool = self._container.manifest
        size = spool.tell()
        spool.seek(0)
        with self._container.member(bag.MANIFEST, size) as stream:
            while chunk := spool.read(CHUNK):
                stream.write(chunk)


def _media_type(path: str) -> str:
    return mimetypes.guess_type(path)[0] or "application/octet-stream"
