"""SIP_hoso: one case file as a package (Gói hồ sơ nộp lưu, TT 05/2025/TT-BNV Phụ lục III)."""

from __future__ import annotations

from collections.abc import Mapping

from ingest.delivery import Delivery
from ingest.finding import Finding
from ingest.readers import record_status
from ingest.readers.interface import Context, Opened, Reader
from ingest.readers.sip_defects import defects
from ingest.readers.sip_package import Package, is_sip, read_package

KIND = "SIP_hoso"


def read(opened: Opened, context: Context) -> Delivery:
    """Return the case file in this package.

    Raises:
        UnreadableDeliveryError: as `ingest.readers.sip_package.read_package`.
        TemporaryError: a file that is to be fetched is not to be had now.
    """
    package = read_package(opened, context)
    return delivery_of(package, context, KIND, package.ead.fields, package.ead.standard)


def delivery_of(
    package: Package,
    context: Context,
    kind: str,
    fields: Mapping[str, str],
    standard: str,
    more: tuple[Finding, ...] = (),
) -> Delivery:
    """Return a package as a delivery, with these fields as the case file's."""
    mets = package.mets
    status = record_status.told(mets.record_status, mets.previous, fields.get("FileCode", ""))
    return Delivery(
        standard=standard,
        objid=mets.objid,
        record_status=status.word,
        agreement=mets.agreement,
        sender_code=mets.sender_code,
        fields=fields,
        documents=tuple(one.document for one in package.documents),
        sources=tuple(
            package.opened.delivered(name, declared=package.declared.get(name, ""))
            for name in package.opened.members
            if name not in package.used and not name.casefold().startswith("schemas/")
        ),
        findings=(*package.findings, *status.findings, *defects(package, context), *more),
        kind=kind,
        previous=status.previous,
        fetched=package.fetched,
    )


READER = Reader(KIND, is_sip, read)
