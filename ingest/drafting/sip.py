"""A draft as SIP_hoso (TT 05/2025/TT-BNV Phụ lục III): what the form sends is what any office's system could send.

Descriptions have the names and codes of the regime the case file ends under (`ingest.checks.regime`). What the form
does not ask is made here: the count and order of documents, the file code in each, and a document code of file code
and ordinal where none was given (our reading). The same draft gives the same bytes.
"""

from __future__ import annotations

import mimetypes
import posixpath
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import IO, BinaryIO

from lxml import etree

from archive.codes.load import table
from archive.errors import TemporaryError
from archive.hashing import hashed_copy
from archive.packages import mets
from archive.packages.markup import child
from archive.reason import because, trouble
from archive.vietnam import local
from ingest.checks.dates import parse_date
from ingest.checks.fields import DOCUMENT_FIELDS, FILE_FIELDS, Field
from ingest.checks.regime import tables_of
from ingest.drafting import cabinet
from ingest.drafting.draft import Draft, DraftDocument
from ingest.gateway.member_names import folded
from ingest.readers.tt05_names import CODED

PROFILE = "https://earksip.dilcis.eu/profile/E-ARK-SIP.xml"
REPRESENTATION = "representations/rep1"
XML = "application/xml"
SOFTWARE_VERSION = "1"
# Fields of a document that say the same as the case file's unless the document says otherwise.
INHERITED: Mapping[str, str] = {
    "Mode": "Rights",
    "Language": "Language",
    "ConfidenceLevel": "ConfidenceLevel",
    "Format": "Format",
}


@dataclass(frozen=True)
class _Plan:
    """A draft with everything said that the form does not ask."""

    standard: str
    fields: Mapping[str, str]
    documents: Sequence[Mapping[str, str]]


def file_code(draft: Draft) -> str:
    """Return the file code: as written, else agency code, year and notation joined (TT 01/2019/TT-BNV Điều 16.3)."""
    said = draft.fields.get("FileCode", "")
    year, notation = draft.fields.get("FileCatalog", ""), draft.fields.get("FileNotation", "")
    if said or not (year and notation):
        return said
    return f"{draft.fields.get('OrganId') or draft.agency_code}.{year}.{notation}"


def objid(draft: Draft) -> str:
    """Return the package identifier: `uuid-` and a UUID in upper case."""
    return f"uuid-{draft.id.upper()}"


def write(draft: Draft, target: BinaryIO, *, agency_name: str) -> None:
    """Write the package as one ZIP; memory does not grow with its bytes.

    Raises:
        TemporaryError: a file of the draft cannot be read, or the disk is full.
    """
    plan = _planned(draft)
    top = objid(draft)
    try:
        with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED, allowZip64=True) as sink:
            writer = _Writer(sink, top, draft, agency_name)
            files = list(_data(writer, draft))
            described = [
                (
                    f"dmd-{ordinal}",
                    writer.xml(
                        f"{REPRESENTATION}/metadata/descriptive/EAD_doc_{ordinal:07d}.xml",
                        _described(DOCUMENT_FIELDS, fields, plan.standard),
                    ),
                )
                for ordinal, fields in enumerate(plan.documents, 1)
            ]
            rep = writer.mets_of_representation(described, files)
            ead = writer.xml(
                "metadata/descriptive/EAD.xml", _described(FILE_FIELDS, plan.fields, plan.standard)
            )
            writer.root_mets(ead, rep)
    except OSError as error:
        raise TemporaryError(because("ingest.quarantine-trouble", trouble=trouble(error))) from error


class _Writer:
    """Puts members into the ZIP under the package's folder, and tells what METS says of them."""

    def __init__(self, sink: zipfile.ZipFile, top: str, draft: Draft, agency_name: str) -> None:
        self._sink, self._top, self._draft, self._name = sink, top, draft, agency_name
        self._time = local(draft.saved_at).timetuple()[:6]

    @contextmanager
    def _member(self, path: str) -> Iterator[IO[bytes]]:
        info = zipfile.ZipInfo(f"{self._top}/{path}", self._time)
        info.external_attr = 0o644 << 16
        with self._sink.open(info, "w", force_zip64=True) as out:
            yield out

    def copy(self, path: str, source: Path) -> mets.Listed:
        """Add a file of the draft."""
        with self._member(path) as out, source.open("rb") as stream:
            copied = hashed_copy(stream, out)
        media = mimetypes.guess_type(path)[0] or "application/octet-stream"
        return mets.Listed(path, copied.size, copied.sha256, media)

    def xml(self, path: str, data: bytes) -> mets.Listed:
        """Add a description or a METS."""
        with self._member(path) as out:
            copied = hashed_copy(BytesIO(data), out)
        return mets.Listed(path, copied.size, copied.sha256, XML)

    def _head(self, objid_: str, up: str) -> mets.Head:
        return mets.Head(
            objid=objid_,
            label=self._draft.title or self._top,
            profile=PROFILE,
            created=self._draft.saved_at,
            version=SOFTWARE_VERSION,
            agency_code=self._draft.agency_code,
            agency_name=self._name,
            up=up,
            package_type="SIP",
        )

    def mets_of_representation(
        self, described: Sequence[tuple[str, mets.Listed]], files: Sequence[tuple[int, mets.Listed]]
    ) -> mets.Listed:
        """Write the METS that says which files are which document's."""
        here = [(ordinal, _below(one)) for ordinal, one in files]
        into = BytesIO()
        # CSIP1: a representation's METS is named after its folder.
        with mets.MetsWriter(into, self._head(posixpath.basename(REPRESENTATION), "../../")) as form:
            form.descriptive([(identifier, _below(one)) for identifier, one in described])
            form.no_preservation()
            form.documents(here, here, " ".join(identifier for identifier, _ in described))
        return self.xml(f"{REPRESENTATION}/METS.xml", into.getvalue())

    def root_mets(self, ead: mets.Listed, rep: mets.Listed) -> None:
        """Write the package's own METS."""
        into = BytesIO()
        with mets.MetsWriter(into, self._head(self._top, "")) as form:
            form.descriptive([("dmd-file", ead)])
            form.no_preservation()
            form.groups([mets.Group("Representations/rep1", [rep], rep.path)], ["dmd-file"])
        self.xml("METS.xml", into.getvalue())


def _below(one: mets.Listed) -> mets.Listed:
    """Return a member as the representation's METS points at it."""
    return mets.Listed(one.path.removeprefix(f"{REPRESENTATION}/"), one.size, one.sha256, one.media_type)


def _data(writer: _Writer, draft: Draft) -> Iterator[tuple[int, mets.Listed]]:
    """Add every file under the name it has; a name that was there before gets its place in front."""
    taken: set[str] = set()
    for ordinal, document in enumerate(draft.documents, 1):
        for position, file in enumerate(document.files, 1):
            name = file.name
            while folded(name) in taken:  # a name given in place of another may be taken, too
                name = f"{ordinal:04d}-{position:02d}-{name}"
            taken.add(folded(name))
            path = posixpath.join(REPRESENTATION, "data", name)
            yield ordinal, writer.copy(path, cabinet.bytes_of(draft, file))


def _planned(draft: Draft) -> _Plan:
    ended = parse_date(draft.fields.get("EndDate", ""))
    code = file_code(draft)
    fields = {**draft.fields, "FileCode": code, "TotalDoc": str(len(draft.documents))}
    return _Plan(
        tables_of(ended) if ended else "TT02",
        fields,
        [_document(one, n, code, fields) for n, one in enumerate(draft.documents, 1)],
    )


def _document(document: DraftDocument, ordinal: int, code: str, case: Mapping[str, str]) -> dict[str, str]:
    made = {own: case.get(name, "") for own, name in INHERITED.items()} | dict(document.fields)
    made |= {"DocOrdinal": str(ordinal), "FileCode": code}
    if code:
        made["ArcDocCode"] = f"{code}.{ordinal:07d}"
        made["DocCode"] = made.get("DocCode") or made["ArcDocCode"]
    return made


def _described(rows: Sequence[Field], said: Mapping[str, str], standard: str) -> bytes:
    """Return a description: the table's fields in its order, those that say nothing left out."""
    root = etree.Element("simpledc")
    for row in rows:
        value = said.get(row.short, "")
        name = row.name_05 if standard == "TT05" else row.short
        if value and name:
            child(root, name, _coded(row.short, value) if standard == "TT05" else value)
            root[-1].tail = "\n"
    root.text = "\n"
    data: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return data


def _coded(short: str, value: str) -> str:
    """Return the codes of a value that has some; any other text as it is."""
    if short not in CODED:
        return value
    codes = [table(CODED[short]).code_of(part.strip()) for part in value.split(";")]
    known = [code for code in codes if code]
    return "; ".join(known) if len(known) == len(codes) else value
