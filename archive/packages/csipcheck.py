"""Is this tree a TT 05/2025 package (E-ARK CSIP), and do its descriptions fit its bytes?"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from pathlib import Path

from archive.packages import mets_reading, premis_reading
from archive.packages.errors import UnreadableError
from archive.packages.facts import Fault
from archive.packages.form import DOCUMENT_SCHEMAS, FILE_SCHEMAS
from archive.packages.markup import stream
from archive.packages.names import fault_in, fold
from archive.packages.schemas import schema
from archive.packages.tree import READ_ERRORS, Digested, Tree

REPRESENTATION = re.compile(r"representations/([^/]+)/", re.I)
METS = re.compile(r"(?:representations/[^/]+/)?METS\.xml\Z", re.I)
EAD = re.compile(r"metadata/descriptive/EAD\.xml\Z", re.I)
DOCUMENT = re.compile(r"representations/[^/]+/metadata/descriptive/EAD_doc_[^/]+\.xml\Z", re.I)
PRESERVATION = re.compile(r"(?:representations/[^/]+/)?metadata/preservation/[^/]+\.xml\Z", re.I)
REQUIRED = ("METS.xml", "metadata/descriptive/EAD.xml")
PREMIS = "metadata/preservation/PREMIS.xml"
KINDS = tuple(FILE_SCHEMAS)
"""AIP, SIP, DIP."""
MAX_FAULTS = 10_000
"""Faults that are kept of one package; a hostile METS may name millions of files."""


@dataclass(frozen=True)
class Asked:
    """What is asked of a package.

    Attributes:
        kinds: which kinds it may be.
        ours: it must have what our writer always writes. What others make lacks some of it by right: schemas/ and a
            METS of each representation are no MUST of CSIP, and what METS says of a file is looked for in any case.
    """

    kinds: tuple[str, ...] = ("AIP",)
    ours: bool = True


class CsipCheck:
    """Checks one CSIP tree.

    Attributes:
        faults: what was found wrong, in order; paths are relative to the tree's top.
    """

    def __init__(
        self,
        tree: Tree,
        root: str,
        digests: dict[str, Digested],
        schemas: Path,
        asked: Asked = Asked(),
    ) -> None:
        """Prepare.

        Args:
            tree: where the package lies.
            root: the OBJID folder in it, with a slash at the end; "" for a package without one.
            digests: SHA-256 and size of every file, by its name in the tree.
            schemas: folder with METS and PREMIS schemas.
            asked: what it must be.
        """
        self._asked, self._kind = asked, "AIP"
        self._later = False  # a later version, which may only describe anew what an earlier one holds
        self._tree, self._root, self._digests, self._schemas = tree, root, digests, schemas
        self._names = [name[len(root) :] for name in tree.names() if name.startswith(root)]
        self._known = frozenset(self._names)
        self._folded = {} if asked.ours else {fold(name): name for name in self._names}
        self.faults: list[Fault] = []

    def run(self) -> None:
        """Check everything; never raises for what is wrong with the package."""
        self._kind = self._head()
        for path in (*REQUIRED, PREMIS) if self._kind == "AIP" else REQUIRED:
            found = self._find(path)
            if found is None:
                self._fault("CSIP-STR", path, "is missing")
            elif found != path:
                self._fault("CSIP-NAME", found, f"must be called {path}")
        self._structure()
        listed: set[str] = set()
        for path in self._names:
            try:
                self._one(path, listed)
            except UnreadableError as error:
                rule = (
                    "METS-XSD"
                    if METS.match(path)
                    else "PREMIS-XSD"
                    if PRESERVATION.match(path)
                    else "EAD-XSD"
                )
                self._fault(rule, path, str(error))
            except READ_ERRORS as error:
                self._fault("READ", path, f"cannot be read: {error}")
        for path in self._names:
            if path not in listed and path != self._find("METS.xml"):
                self._fault("CSIP-COMPLETE", path, "is in the package, but no METS lists it")

    def _fault(self, rule: str, path: str, message: str) -> None:
        if len(self.faults) < MAX_FAULTS:
            self.faults.append(Fault(rule, self._root + path, message))

    def _find(self, path: str) -> str | None:
        """Return the file of that path, as its name is written here; None when there is none."""
        return path if path in self._known else self._folded.get(fold(path))

    def _structure(self) -> None:
        found = {match[1] for name in self._names if (match := REPRESENTATION.match(name))}
        if not found and not self._later:
            self._fault("CSIP-STR", "representations/", "there is no representation")
        if not self._asked.ours:
            return
        for name in sorted(found):
            if f"representations/{name}/METS.xml" not in self._known:
                self._fault("CSIP-STR", f"representations/{name}/METS.xml", "is missing")
        if not any(name.startswith("schemas/") for name in self._names):
            self._fault("CSIP-STR", "schemas/", "there are no schemas")

    def _one(self, path: str, listed: set[str]) -> None:
        name = self._root + path
        if METS.match(path):
            with self._tree.open(name) as source:
                for reference in mets_reading.references(source, path, schema(self._schemas, "mets1_12.xsd")):
                    self._reference(path, reference, listed)
        elif PRESERVATION.match(path):
            with self._tree.open(name) as source:
                for place, sha256, size in premis_reading.fixities(
                    source, path, schema(self._schemas, "premis.xsd")
                ):
                    self._compare("PREMIS-FIXITY", place, path, sha256, size)
        elif EAD.match(path) or DOCUMENT.match(path):
            form = (FILE_SCHEMAS if EAD.match(path) else DOCUMENT_SCHEMAS)[self._kind]
            with self._tree.open(name) as source:
                for _ in stream(source, path, schema=schema(self._schemas, form)):
                    pass

    def _head(self) -> str:
        """Check what the package's METS says of itself; return its kind, AIP when it says none that is known."""
        path = self._find("METS.xml")
        if path is None:
            return "AIP"
        try:
            with self._tree.open(self._root + path) as source:
                said = mets_reading.attributes_of(source, path)
        except (UnreadableError, *READ_ERRORS):
            return "AIP"  # whoever reads it whole says what is wrong
        folder = self._root.rstrip("/").rsplit("/", 1)[-1]
        objid = said.get("OBJID", "")
        if folder and folder not in (objid, objid.replace(":", "_")):
            self._fault("CSIP1", path, f"OBJID {objid!r} is not the folder's name {folder!r}")
        self._later = bool(said.get("PREVIOUSREFERENCECODE"))
        kind = said.get("OAISPACKAGETYPE", "")
        if kind not in self._asked.kinds:
            wanted = " or ".join(self._asked.kinds)
            self._fault("CSIP9", path, f"OAISPACKAGETYPE is {kind!r}, not {wanted}")
        return kind if kind in FILE_SCHEMAS else "AIP"

    def _reference(self, path: str, reference: mets_reading.Reference, listed: set[str]) -> None:
        target = posixpath.normpath(posixpath.join(posixpath.dirname(path), reference.path))
        if fault_in(reference.path) or target.startswith(".."):
            self._fault(
                "METS-HREF", path, f"refers to {reference.path!r}, which is no path inside the package"
            )
            return
        found = self._find(target)
        if found is None:
            self._fault("METS-HREF", target, f"{path} names it, but it is not there")
            return
        if found != target:
            self._fault("METS-HREF", found, f"{path} calls it {target!r}")
            target = found
        listed.add(target)
        if reference.kind == "pointer":
            return
        if reference.checksum_type != "SHA-256":
            self._fault("METS-FIXITY", target, f"{path} gives no SHA-256 but {reference.checksum_type!r}")
        else:
            self._compare("METS-FIXITY", target, path, reference.checksum, reference.size)

    def _compare(self, rule: str, target: str, said_by: str, sha256: str, size: str) -> None:
        found = self._digests.get(self._root + target)
        if found is None:
            self._fault(rule, target, f"{said_by} lists it, but it is not there or could not be read")
        elif sha256.lower() != found.hashes["sha256"]:
            self._fault(rule, target, f"SHA-256 is {found.hashes['sha256']}, {said_by} says {sha256.lower()}")
        elif size != str(found.size):
            self._fault(rule, target, f"is {found.size} bytes, {said_by} says {size or 'nothing'}")
