"""Write an edXML document message (QCVN 102:2016/BTTTT) the way offices' systems do."""

from __future__ import annotations

import base64
import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from xml.sax.saxutils import escape

from ingest.gateway.edxml import NAMESPACE


@dataclass(frozen=True)
class EdxmlDocument:
    """What a document message says.

    Attributes:
        attachments: (name, bytes, wrapped): wrapped as the Java SDK does, in a ZIP of one member.
        bussiness: 0 new, 1 recall, 2 update, 3 replacement of the documents with the ids `about`.
        said_id: DocumentId when it is not built as usual.
    """

    sender: str
    sender_name: str
    receiver: str
    number: str
    notation: str
    place: str
    issued: date
    type_name: str
    subject: str
    signer_post: str
    signer_name: str
    bussiness: int = 0
    attachments: Sequence[tuple[str, bytes, bool]] = ()
    about: Sequence[str] = ()
    reason: str = ""
    said_id: str = ""

    @property
    def document_id(self) -> str:
        """Return the id as offices build it: agency, date, code."""
        return self.said_id or f"{self.sender},{self.issued:%Y/%m/%d},{self.number}/{self.notation}"


def write_document(document: EdxmlDocument) -> bytes:
    """Return the message as UTF-8 bytes."""
    references, encoded = [], []
    for number, (name, data, wrapped) in enumerate(document.attachments, start=1):
        payload = _wrapped(name, data) if wrapped else data
        kind = "application/zip" if wrapped else "application/pdf"
        references.append(
            "<edXML:Reference>"
            + _row("ContentId", f"cid:{number}")
            + _row("ContentType", kind)
            + _row("AttachmentName", name)
            + _row("Description", "")
            + "</edXML:Reference>"
        )
        encoded.append(
            f"<Attachment><ContentId>cid:{number}</ContentId><AttachmentName>{escape(name)}</AttachmentName>"
            f"<Description/><ContentType>{kind}</ContentType>"
            f'<edXML:ContentTransferEncoded xmlns:edXML="{NAMESPACE}">'
            f"{base64.b64encode(payload).decode()}</edXML:ContentTransferEncoded></Attachment>"
        )
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<edXML xmlns="{NAMESPACE}">
<edXML:edXMLEnvelope xmlns:edXML="{NAMESPACE}">
<edXML:edXMLHeader>
<edXML:MessageHeader>
<edXML:From>{_row("OrganId", document.sender)}{_row("OrganName", document.sender_name)}</edXML:From>
<edXML:To>{_row("OrganId", document.receiver)}{_row("OrganName", "Lưu trữ")}</edXML:To>
<edXML:Code>{_row("CodeNumber", document.number)}{_row("CodeNotation", document.notation)}</edXML:Code>
<edXML:PromulgationInfo>{_row("Place", document.place)}{
        _row("PromulgationDate", f"{document.issued:%Y/%m/%d}")
    }</edXML:PromulgationInfo>
<edXML:DocumentType>{_row("Type", "2")}{_row("TypeName", document.type_name)}</edXML:DocumentType>
{_row("Subject", document.subject)}
{_row("Content", document.subject)}
<edXML:SignerInfo>{_row("Position", document.signer_post)}{
        _row("FullName", document.signer_name)
    }</edXML:SignerInfo>
<edXML:OtherInfo>{_row("Priority", "0")}{_row("PageAmount", "0")}</edXML:OtherInfo>
{_responses(document)}{_row("SteeringType", "0")}
{_row("DocumentId", document.document_id)}
</edXML:MessageHeader>
<edXML:TraceHeaderList>
<edXML:TraceHeader>{_row("OrganId", document.sender)}{
        _row("Timestamp", f"{document.issued:%Y/%m/%d} 09:00:00")
    }</edXML:TraceHeader>
{_business(document)}
</edXML:TraceHeaderList>
</edXML:edXMLHeader>
<edXML:edXMLBody><edXML:edXMLManifest version="1.0">{
        "".join(references)
    }</edXML:edXMLManifest></edXML:edXMLBody>
</edXML:edXMLEnvelope>
<AttachmentEncoded>{"".join(encoded)}</AttachmentEncoded>
</edXML>
""".encode()


def _responses(document: EdxmlDocument) -> str:
    """A recall as a document names what it recalls in ResponseFor."""
    if document.bussiness != 1:
        return ""
    return "".join(
        f"<edXML:ResponseFor>{_row('OrganId', document.sender)}{_row('DocumentId', one)}</edXML:ResponseFor>\n"
        for one in document.about
    )


def _business(document: EdxmlDocument) -> str:
    rows = [
        _row("BussinessDocType", str(document.bussiness)),
        _row("BussinessDocReason", document.reason),
    ]
    if document.bussiness == 2:
        rows += [_row("DocumentId", one) for one in document.about]
        rows.append(
            f"<edXML:BussinessDocumentInfo>{_row('DocumentInfo', '1')}{_row('DocumentReceiver', '0')}"
            "</edXML:BussinessDocumentInfo>"
        )
    if document.bussiness == 3:
        replaced = (
            f"<edXML:ReplacementInfo>{_row('DocumentId', one)}<edXML:OrganIdList>"
            f"{_row('OrganId', document.receiver)}</edXML:OrganIdList></edXML:ReplacementInfo>"
            for one in document.about
        )
        rows.append(f"<edXML:ReplacementInfoList>{''.join(replaced)}</edXML:ReplacementInfoList>")
    return f"<edXML:Bussiness>{''.join(rows)}</edXML:Bussiness>"


def _row(name: str, value: str) -> str:
    return f"<edXML:{name}>{escape(value)}</edXML:{name}>"


def _wrapped(name: str, data: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as sink:
        sink.writestr(zipfile.ZipInfo(f"a1b2.{name.rpartition('.')[2]}", (2026, 1, 5, 8, 0, 0)), data)
    return target.getvalue()
