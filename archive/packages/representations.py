"""The representations of a package: the files of its documents, what describes each, and their own METS and PREMIS."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO

from archive.packages import mets, premis
from archive.packages.container import Member
from archive.packages.errors import UnwritableError
from archive.packages.facts import ComponentFacts, RecordFacts
from archive.packages.names import REPRESENTATION
from archive.packages.writing import XML, Writing, administer, relative


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


class Representations:
    """Writes all representations; each comes to be with the first file or description that belongs to it."""

    def __init__(self, writing: Writing) -> None:
        """Prepare those that every package of its kind has."""
        self._writing, self._container = writing, writing.container
        facts = writing.facts
        # A later version without documents only describes the case file anew.
        always = () if facts.previous is not None and not facts.records else writing.form.always
        self._all = {name: _Representation(name) for name in always}

    def write(self) -> list[Member]:
        """Write every file and description, then METS and PREMIS of each representation; return their METS files."""
        try:
            self._payload()
            return [self._representation(one) for one in self._all.values()]
        finally:
            for one in self._all.values():
                one.descriptions.close()

    def _payload(self) -> None:
        """Copy every file and write every document's description into each of its representations."""
        last = None
        for record in self._writing.facts.records:
            if record.ordinal < 0 or (last is not None and record.ordinal <= last):
                raise UnwritableError(
                    f"document {record.ordinal}", "ordinals must rise from document to document"
                )
            last = record.ordinal
            roles = dict.fromkeys(self._writing.form.always)
            for component in record.components:
                self._copy(component)
                roles[component.role] = None
            description = self._writing.form.document(self._writing.facts, record)
            for role in roles:
                self._describe(self._all[role], record, description)

    def _copy(self, component: ComponentFacts) -> None:
        role = component.role
        if not REPRESENTATION.match(role):
            raise UnwritableError(component.path, f"role {role!r} makes no representation")
        if not component.path.startswith(f"representations/{role}/data/"):
            raise UnwritableError(component.path, f"must lie below representations/{role}/data/")
        self._writing.unique(component.path)
        if role not in self._all:
            self._all[role] = _Representation(role)
        self._container.copy(
            self._writing.root + component.path,
            self._writing.source(component),
            size=component.size,
            sha256=component.sha256,
        )

    def _describe(self, one: _Representation, record: RecordFacts, description: bytes) -> None:
        path = f"metadata/descriptive/EAD_doc_{record.ordinal:04d}.xml"
        member = self._container.bytes(self._writing.root + one.folder + path, description)
        one.descriptions.write(f"{record.ordinal} {member.size} {member.sha256} {path}\n")

    def _files(self, role: str) -> Iterator[tuple[RecordFacts, int, ComponentFacts]]:
        for record in self._writing.facts.records:
            for position, component in enumerate(record.components):
                if component.role == role:
                    yield record, position, component

    def _listed(self, one: _Representation) -> Iterator[tuple[int, mets.Listed]]:
        for record, _, component in self._files(one.name):
            path = component.path.removeprefix(one.folder)
            yield record.ordinal, mets.Listed(path, component.size, component.sha256, component.media_type)

    def _representation(self, one: _Representation) -> Member:
        """Write a representation's PREMIS and METS; return the METS."""
        folder = self._writing.root + one.folder
        preserved = self._preserved(one, folder) if self._writing.form.preservation else None
        # CSIP1: a representation's METS is named after its folder.
        head = self._writing.head(one.name, self._writing.form.representation_profile, "../../")
        with self._container.member(folder + "METS.xml") as stream, mets.MetsWriter(stream, head) as form:
            form.descriptive(one.described())
            administer(form, preserved)
            divisions = " ".join(identifier for identifier, _ in one.described())
            form.documents(self._listed(one), self._listed(one), divisions)
        return self._container.last

    def _preserved(self, one: _Representation, folder: str) -> mets.Listed:
        about = f"metadata/preservation/PREMIS_{one.name}.xml"
        with self._container.member(folder + about) as stream, premis.PremisWriter(stream) as writer:
            writer.representation(self._writing.facts, one.name)
            for record, position, component in self._files(one.name):
                writer.component(record, position, component)
        return relative(self._container.last, folder, XML)
