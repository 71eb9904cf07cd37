"""The mend package: a ZIP with `mend.json` and the files that are sent again.

    {"fields": {"TotalDoc": "3"},
     "documents": [{"ordinal": 2, "fields": {"IssuedDate": "01/06/2020"}, "files": ["bao-cao.pdf"]}]}

Field names are the TT 02/2019 short names; `ordinal` counts the documents of the returned delivery from 1. Threat
model: as for every package (`ingest.gateway.unzip`); unknown keys are refused, nothing else is believed.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Annotated, BinaryIO

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from archive.reason import because
from ingest.delivery import DeliveredFile
from ingest.errors import UnreadableDeliveryError
from ingest.finding import Finding
from ingest.gateway.limits import Limits
from ingest.gateway.unzip import Unpacked, unpack
from ingest.mending.amendment import AmendedDocument, Amendment
from ingest.settings import IngestSettings

DESCRIPTION = "mend.json"
MOST_DESCRIPTION = 8 << 20
Name = Annotated[str, StringConstraints(min_length=1, max_length=60, pattern=r"^[A-Za-z][A-Za-z0-9]*$")]
Value = Annotated[str, StringConstraints(max_length=4000)]


class _Document(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
    ordinal: int = Field(ge=1)
    fields: dict[Name, Value] = {}
    files: list[Annotated[str, StringConstraints(min_length=1, max_length=255)]] = []


class _Mend(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
    fields: dict[Name, Value] = {}
    documents: list[_Document] = []


def read(raw: Path, into: Path) -> Amendment:
    """Return the amendment in this package; its files are written to `into/files` under names of ours.

    Raises:
        UnreadableDeliveryError: it cannot be opened, or its description is not one (MEND_BROKEN).
    """
    limits = Limits.of(IngestSettings.load())
    members = {one.name: one for one in unpack(raw, into / "files", limits)}
    described = members.pop(DESCRIPTION, None)
    if described is None:
        raise UnreadableDeliveryError("MEND_BROKEN", DESCRIPTION, because("ingest.lacks", what=DESCRIPTION))
    mend = _described(described)
    findings: list[Finding] = []
    documents = []
    for one in mend.documents:
        missing = [name for name in one.files if name not in members]
        findings += [Finding("MEND_FILE_MISSING", name, {"name": name}, one.ordinal) for name in missing]
        files = tuple(_delivered(members.pop(name)) for name in one.files if name in members)
        documents.append(AmendedDocument(one.ordinal, one.fields, files))
    findings += [Finding("MEND_FILE_LOOSE", name, {"name": name}) for name in members]
    if not mend.fields and not documents:
        findings.append(Finding("MEND_EMPTY", DESCRIPTION, {}))
    return Amendment(mend.fields, tuple(documents), (), tuple(findings))


def _described(member: Unpacked) -> _Mend:
    if member.size > MOST_DESCRIPTION:
        raise UnreadableDeliveryError(
            "MEND_BROKEN", DESCRIPTION, because("ingest.larger-than", bytes=MOST_DESCRIPTION)
        )
    try:
        return _Mend.model_validate_json(member.path.read_bytes())
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        wrong = because("ingest.field-wrong", field=where, said=first["msg"])
        raise UnreadableDeliveryError("MEND_BROKEN", DESCRIPTION, wrong) from error


def _delivered(member: Unpacked) -> DeliveredFile:
    name = member.name.rpartition("/")[2]
    return DeliveredFile(name, member.path, member.size, member.sha256)


@dataclass(frozen=True)
class Mended:
    """One document to write into a mend package.

    Attributes:
        files: name and bytes of each; read once.
    """

    ordinal: int
    fields: Mapping[str, str]
    files: Sequence[tuple[str, IO[bytes]]] = ()


def write(target: BinaryIO, *, fields: Mapping[str, str], documents: Sequence[Mended]) -> None:
    """Write a mend package as `read` reads it; two files of one name get their document's number before it."""
    described, taken = [], {DESCRIPTION}
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED, allowZip64=True) as sink:
        for document in documents:
            names: list[str] = []
            for name, source in document.files:
                plain = name.replace("\\", "/").rpartition("/")[2]
                member = plain if plain not in taken else f"{document.ordinal:04d}/{len(names)}/{plain}"
                taken.add(member)
                names.append(member)
                with sink.open(member, "w", force_zip64=True) as out:
                    while block := source.read(1 << 20):
                        out.write(block)
            described.append({"ordinal": document.ordinal, "fields": dict(document.fields), "files": names})
        text = json.dumps({"fields": dict(fields), "documents": described}, ensure_ascii=False)
        sink.writestr(DESCRIPTION, text)
