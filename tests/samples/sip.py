"""Write a SIP_hoso or SIP_tailieu ZIP (TT 05/2025/TT-BNV Phụ lục III, IV) the way an office's system does."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5
from xml.sax.saxutils import escape, quoteattr

METS = "http://www.loc.gov/METS/"
XLINK = "http://www.w3.org/1999/xlink"
CSIP = "https://DILCIS.eu/XML/METS/CSIPExtensionMETS"
PROFILE = "https://earksip.dilcis.eu/profile/E-ARK-SIP.xml"
ZIP_TIME = (2026, 1, 5, 8, 0, 0)


@dataclass(frozen=True)
class DocumentParts:
    """One document: its fields under the names they are to have, and its files by name."""

    fields: Mapping[str, str]
    files: tuple[tuple[str, Path], ...]


@dataclass(frozen=True)
class SipParts:
    """Everything a SIP is made of.

    Attributes:
        key: decides the UUID, so that the same case file gives the same OBJID.
        wrong_hash: data file (from 1) whose hash in the METS is made wrong; 0 for none.
        without: members to leave out of the ZIP though the METS lists them.
        type: "Mixed" for a case file, "Collection" for loose documents.
        previous: OBJID or file code of the package this one belongs to.
        mdtype: as one vendor writes it, "DC".
        schemas: names of schema files to put in, with what stands in them.
    """

    key: str
    sender_code: str
    sender_name: str
    made: datetime
    fields: Mapping[str, str]
    documents: Sequence[DocumentParts]
    record_status: str = "NEW"
    agreement: str = "TTNL-2026-01"
    wrong_hash: int = 0
    without: frozenset[str] = frozenset()
    type: str = "Mixed"
    previous: str = ""
    mdtype: str = "OTHER"
    schemas: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True)
class _Entry:
    path: str
    id: str
    data: bytes
    checksum: str

    @property
    def mime(self) -> str:
        """Return a media type by the name."""
        return _MIME.get(self.path.rpartition(".")[2].lower(), "application/octet-stream")


_MIME = {
    "xml": "application/xml",
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "jpg": "image/jpeg",
    "txt": "text/plain",
}


def objid(key: str) -> str:
    """Return the package identifier: `uuid-` and a UUID in upper case."""
    return f"uuid-{str(uuid5(NAMESPACE_URL, key)).upper()}"


def write_sip(parts: SipParts, target: Path) -> None:
    """Write the package as one ZIP with the OBJID as its only folder."""
    folder = objid(parts.key)
    ead = _entry("metadata/descriptive/EAD.xml", "FILE-EAD", _ead("simpledc", parts.fields))
    described, data, divisions = [], [], []
    count = 0
    for ordinal, document in enumerate(parts.documents, start=1):
        entry = _entry(
            f"metadata/descriptive/EAD_doc_{ordinal:07d}.xml",
            f"DMD-DOC-{ordinal}",
            _ead("simpledc", document.fields),
        )
        described.append(entry)
        ids = []
        for name, path in document.files:
            count += 1
            one = _entry(f"data/{name}", f"FILE-{count}", path.read_bytes())
            if count == parts.wrong_hash:
                one = _Entry(one.path, one.id, one.data, hashlib.sha256(b"another file").hexdigest().upper())
            data.append(one)
            ids.append(one.id)
        divisions.append((f"DMD-DOC-{ordinal}", ordinal, ids))
    rep = _entry(
        "representations/rep1/METS.xml", "METS-REP1", _rep_mets(folder, parts, described, data, divisions)
    )
    schemas = [
        _entry(f"schemas/{name}", f"SCHEMA-{n}", data) for n, (name, data) in enumerate(parts.schemas.items())
    ]
    root = _root_mets(folder, parts, ead, rep, schemas)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as sink:
        _add(sink, parts, folder, "METS.xml", root)
        _add(sink, parts, folder, ead.path, ead.data)
        _add(sink, parts, folder, rep.path, rep.data)
        for one in schemas:
            _add(sink, parts, folder, one.path, one.data)
        for one in [*described, *data]:
            _add(sink, parts, folder, f"representations/rep1/{one.path}", one.data)


def _add(sink: zipfile.ZipFile, parts: SipParts, folder: str, path: str, data: bytes) -> None:
    if path not in parts.without:
        info = zipfile.ZipInfo(f"{folder}/{path}", ZIP_TIME)
        info.compress_type = zipfile.ZIP_DEFLATED
        info.external_attr = 0o644 << 16
        sink.writestr(info, data)


def _entry(path: str, id_: str, data: bytes) -> _Entry:
    return _Entry(path, id_, data, hashlib.sha256(data).hexdigest().upper())


def _ead(root: str, fields: Mapping[str, str]) -> bytes:
    rows = "".join(f"  <{name}>{escape(value)}</{name}>\n" for name, value in fields.items())
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{root}>\n{rows}</{root}>\n'.encode()


def _head(folder: str, parts: SipParts, label: str) -> str:
    made = parts.made.isoformat(timespec="seconds")
    previous = ""
    if parts.previous:
        previous = f'\n    <altRecordID TYPE="PREVIOUSREFERENCECODE">{escape(parts.previous)}</altRecordID>'
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<mets xmlns="{METS}" xmlns:xlink="{XLINK}" xmlns:csip="{CSIP}" OBJID={quoteattr(folder)} TYPE="{parts.type}"
    LABEL={quoteattr(label)} PROFILE="{PROFILE}" csip:CONTENTINFORMATIONTYPE="MIXED">
  <metsHdr CREATEDATE="{made}" RECORDSTATUS="{parts.record_status}" csip:OAISPACKAGETYPE="SIP">
    <agent ROLE="CREATOR" TYPE="ORGANIZATION">
      <name>{escape(parts.sender_name)}</name>
      <note csip:NOTETYPE="IDENTIFICATIONCODE">{escape(parts.sender_code)}</note>
    </agent>
    <agent ROLE="CREATOR" TYPE="OTHER" OTHERTYPE="SOFTWARE">
      <name>QLVB mẫu</name><note csip:NOTETYPE="SOFTWARE VERSION">1.0</note>
    </agent>
    <altRecordID TYPE="SUBMISSIONAGREEMENT">{escape(parts.agreement)}</altRecordID>{previous}
  </metsHdr>
"""


def _reference(parts: SipParts, entry: _Entry, made: str, section: str) -> str:
    return f"""  <dmdSec ID="{section}" CREATED="{made}">
    <mdRef LOCTYPE="URL" xlink:type="simple" xlink:href={quoteattr(entry.path)} MDTYPE="{parts.mdtype}"
        OTHERMDTYPE="EAD" MIMETYPE="application/xml" SIZE="{len(entry.data)}" CREATED="{made}"
        CHECKSUM="{entry.checksum}" CHECKSUMTYPE="SHA-256"/>
  </dmdSec>
"""


def _file(entry: _Entry, made: str) -> str:
    return f"""      <file ID="{entry.id}" MIMETYPE="{entry.mime}" SIZE="{len(entry.data)}" CREATED="{made}"
          CHECKSUM="{entry.checksum}" CHECKSUMTYPE="SHA-256">
        <FLocat LOCTYPE="URL" xlink:type="simple" xlink:href={quoteattr(entry.path)}/>
      </file>
"""


def _root_mets(folder: str, parts: SipParts, ead: _Entry, rep: _Entry, schemas: Sequence[_Entry]) -> bytes:
    made = parts.made.isoformat(timespec="seconds")
    return (
        _head(folder, parts, parts.fields.get("Title") or parts.fields.get("title") or folder)
        + _reference(parts, ead, made, "DMD-FILE")
        + f"""  <fileSec ID="FILESEC">
    <fileGrp ID="GRP-REP1" USE="Representations/rep1">
{_file(rep, made)}    </fileGrp>
    <fileGrp ID="GRP-SCHEMAS" USE="Schemas">
{"".join(_file(one, made) for one in schemas)}    </fileGrp>
  </fileSec>
  <structMap ID="STRUCT" TYPE="PHYSICAL" LABEL="CSIP">
    <div ID="DIV-ROOT" LABEL={quoteattr(folder)}>
      <div ID="DIV-METADATA" LABEL="Metadata" DMDID="DMD-FILE"/>
      <div ID="DIV-REP1" LABEL="Representations/rep1">
        <mptr LOCTYPE="URL" xlink:type="simple" xlink:title="METS-REP1"
            xlink:href="representations/rep1/METS.xml"/>
      </div>
    </div>
  </structMap>
</mets>
"""
    ).encode()


def _rep_mets(
    folder: str,
    parts: SipParts,
    described: Sequence[_Entry],
    data: Sequence[_Entry],
    divisions: Sequence[tuple[str, int, list[str]]],
) -> bytes:
    made = parts.made.isoformat(timespec="seconds")
    rows = "".join(
        f'      <div ID="DIV-DOC-{ordinal}" LABEL="Document {ordinal}" DMDID="{section}">'
        + "".join(f'<fptr FILEID="{one}"/>' for one in ids)
        + "</div>\n"
        for section, ordinal, ids in divisions
    )
    return (
        _head(f"{folder}/rep1", parts, "rep1")
        + "".join(_reference(parts, entry, made, entry.id) for entry in described)
        + '  <fileSec ID="FILESEC">\n    <fileGrp ID="GRP-DATA" USE="Data">\n'
        + "".join(_file(entry, made) for entry in data)
        + '    </fileGrp>\n  </fileSec>\n  <structMap ID="STRUCT" TYPE="PHYSICAL" LABEL="CSIP">\n'
        + f'    <div ID="DIV-ROOT" LABEL="rep1">\n{rows}    </div>\n  </structMap>\n</mets>\n'
    ).encode()
