"""SIP_tailieu: loose documents, no case file made of them (Gói tài liệu nộp lưu, TT 05/2025/TT-BNV Phụ lục IV).

Such a package has 5 fields of its own (fileCode, title, source, totalDoc, description) and 21 of each document.

What becomes of it (our reading, DERIVED; the circular, Điều 17.2, only says when it may be used): it is kept as one
case file, "the documents of this package", under its own fileCode and title, because everything here, retention,
access, packages, hangs on a case file. What a case file must have and the package does not say is taken from its
documents: the first and last date of issue, the longest retention, the narrowest use, the languages. If one of the
documents does not say it, it stays empty and the checks find it. A warning tells the archivist, so such a delivery is
never accepted by agreement alone. With RECORDSTATUS SUPPLEMENT the documents belong to the case file it names.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from archive.codes.load import table
from ingest.access import access_of
from ingest.checks.dates import format_date, parse_date
from ingest.delivery import Delivery
from ingest.errors import UnreadableDeliveryError
from ingest.finding import Finding
from ingest.gateway.limits import Limits
from ingest.readers.interface import Context, Opened, Reader
from ingest.readers.record_status import BELONGING
from ingest.readers.sip_hoso import delivery_of
from ingest.readers.sip_mets import read_mets
from ingest.readers.sip_package import METS, is_sip, read_package, root_ead

KIND = "SIP_tailieu"
SOURCE = "source"
"""The field no other package has (0: sent by the agency, 1: received)."""
_YEARS = re.compile(r"([0-9]{1,3}) năm")
_CASE_FILE_FIELDS = frozenset({"maintenance", "startDate", "endDate", "mode"})
_FOREVER = 10**6


def fits(opened: Opened) -> bool:
    """Return whether the package has `source`, or calls itself a Collection and says nothing a case file would."""
    if not is_sip(opened):
        return False
    limits = Limits()
    try:
        raw = root_ead(opened, limits).raw
        if SOURCE in raw:
            return True
        mets = opened.find(METS)
        if mets is None or _CASE_FILE_FIELDS & set(raw):
            return False
        read = read_mets(
            opened.members[mets].path,
            folder="",
            max_bytes=limits.description_bytes,
            max_entries=limits.files * 10,
        )
    except UnreadableDeliveryError:
        return False
    return read.type.casefold() == "collection"


def read(opened: Opened, context: Context) -> Delivery:
    """Return the package's documents as one case file.

    Raises:
        UnreadableDeliveryError: as `ingest.readers.sip_package.read_package`.
        TemporaryError: a file that is to be fetched is not to be had now.
    """
    package = read_package(opened, context)
    documents = [one.ead.fields for one in package.documents]
    taken = {name: value for name, value in taken_from(documents).items() if name not in package.ead.fields}
    code = "TAILIEU_IN_CASE" if package.mets.record_status.upper() in BELONGING else "TAILIEU_AS_CASE"
    more = [Finding(code, KIND, {"fields": ", ".join(sorted(taken)) or "-"})]
    if SOURCE not in package.ead.raw:
        more.append(Finding("TAILIEU_SOURCE", KIND))
    return delivery_of(package, context, KIND, {**package.ead.fields, **taken}, "TT05", tuple(more))


def taken_from(documents: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """Return what the documents together say of the case file they make; what one of them leaves open is left out."""
    fields: dict[str, str] = {}
    days = [parse_date(one.get("IssuedDate", "")) for one in documents]
    known = [day for day in days if day is not None]
    if documents and len(known) == len(days):
        fields |= {"StartDate": format_date(min(known)), "EndDate": format_date(max(known))}
    kept = _each(documents, "Maintenance")
    if kept and all(_years(one) for one in kept):
        fields["Maintenance"] = max(kept, key=_years)
    used = _each(documents, "Mode")
    if used:
        fields["Rights"] = max(used, key=access_of)
    languages = dict.fromkeys(part.strip() for one in _each(documents, "Language") for part in one.split(";"))
    if languages:
        fields["Language"] = "; ".join(languages)
    return fields


def _each(documents: Sequence[Mapping[str, str]], name: str) -> list[str]:
    values = [one.get(name, "") for one in documents]
    return values if all(values) else []


def _years(maintenance: str) -> int:
    """Return how long, in years; 0 when it cannot be told."""
    entry = table("maintenance").find(maintenance)
    word = entry.name if entry else maintenance
    if word.casefold() == "vĩnh viễn":
        return _FOREVER
    match = _YEARS.fullmatch(word.strip().casefold())
    return int(match[1]) if match else 0


READER = Reader(KIND, fits, read)
