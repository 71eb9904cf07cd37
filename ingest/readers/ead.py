"""One description file (EAD.xml, EAD_doc_*.xml): its fields under TT 02/2019 names, and what it used to say them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from archive.reason import because
from ingest.errors import UnreadableDeliveryError
from ingest.gateway.safe_xml import local, parse, text
from ingest.readers import tt05_names

CODE = "SIP_EAD_BROKEN"
MAX_FIELDS = 500
"""The largest table has 22 fields, some repeated."""


@dataclass(frozen=True)
class Ead:
    """A description as read.

    Attributes:
        fields: TT 02/2019 short names -> text; codes of TT 05/2025 as words, the code beside (`Rights.code`).
        raw: element name as sent -> text, repeated ones joined by "; ".
        standard: whose names it used, "TT02" or "TT05".
    """

    fields: Mapping[str, str]
    raw: Mapping[str, str]
    standard: str


def read_ead(path: Path, place: str, max_bytes: int, *, of_document: bool) -> Ead:
    """Return what a description says.

    Raises:
        UnreadableDeliveryError: SIP_EAD_BROKEN.
    """
    raw: dict[str, list[str]] = {}
    for element in parse(path, code=CODE, place=place, max_bytes=max_bytes).iter():
        name, value = local(element), text(element)
        if not name or len(element) or not value:
            continue
        if name == "Maintenance" and name in raw and value.isdigit():
            name = "SheetNumber"  # the printed circular names field 12 "Maintenance" again (DERIVED)
        raw.setdefault(name, []).append(value)
        if len(raw) > MAX_FIELDS or len(raw[name]) > MAX_FIELDS:
            raise UnreadableDeliveryError(CODE, place, because("ingest.more-entries", count=MAX_FIELDS))
    if not raw:
        raise UnreadableDeliveryError(CODE, place, because("ingest.no-values"))
    joined = {name: "; ".join(values) for name, values in raw.items()}
    fields, standard = _named(joined, of_document=of_document)
    return Ead(fields, joined, standard)


def _named(raw: Mapping[str, str], *, of_document: bool) -> tuple[dict[str, str], str]:
    if any(name[:1].islower() for name in raw):
        names = tt05_names.DOCUMENT_NAMES if of_document else tt05_names.FILE_NAMES
        return tt05_names.named_tt02(raw, names), "TT05"
    other = tt05_names.DOCUMENT_NAMES_TT02 if of_document else tt05_names.FILE_NAMES_TT02
    return {other.get(name, name): value for name, value in raw.items()}, "TT02"
