"""Read one edXML message (QCVN 102:2016/BTTTT): a document, a status, or a request about an earlier document.

Names are compared by local name and namespace, any prefix and order (`ingest.gateway.edxml_tree` reads the bytes and
holds the threat model). The optional XML signature is not judged: every one seen is a dummy, and the legal signature
is the one inside the PDF.

Lengths and cardinality of QCVN 102 were not read in the official text: what is asked for here is what vendors'
own checkers ask for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

from archive.reason import because
from ingest.checks.dates import parse_date
from ingest.errors import UnreadableDeliveryError
from ingest.gateway.edxml_attachment import Attachment, finished
from ingest.gateway.edxml_tree import NAMESPACE, Node, read_tree
from ingest.gateway.limits import Limits
from ingest.settings import IngestSettings

__all__ = ["NAMESPACE", "Kind", "Message", "Reference", "Target", "promulgation_date", "read"]

TAKE_BACK = "13"
"""The status that asks a document back ("Lấy lại"); sent by the document's own sender."""


class Kind(StrEnum):
    """What a message is for."""

    DOCUMENT = "document"
    STATUS = "status"
    RECALL = "recall"  # BussinessDocType 1, or status 13
    UPDATE = "update"  # 2
    REPLACEMENT = "replacement"  # 3


DOCUMENTS = frozenset({Kind.DOCUMENT, Kind.UPDATE, Kind.REPLACEMENT})
"""Messages that bring a document."""
_KINDS = {0: Kind.DOCUMENT, 1: Kind.RECALL, 2: Kind.UPDATE, 3: Kind.REPLACEMENT}


@dataclass(frozen=True)
class Reference:
    """A document another message named: in `ResponseFor`, or by its DocumentId alone.

    Attributes:
        code: "number/notation".
        promulgation_date: as sent.
    """

    organ_id: str
    code: str
    promulgation_date: str
    document_id: str


@dataclass(frozen=True)
class Target:
    """An earlier document that this message recalls, updates or replaces.

    Attributes:
        organs: the recipients a replacement is for; empty: all of them.
    """

    document: Reference
    organs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Message:
    """What a message says.

    Attributes:
        sender: agency code of From; receivers: of every To.
        number, notation: số và ký hiệu; `code` joins them.
        issued: None in a status.
        type_name: as sent; the numeric type is unreliable and left aside.
        bussiness: 0 new, 1 recall, 2 update, 3 replacement (official misspelling).
        document_id: opaque; unique together with `sender`.
        pages: PageAmount; 0 means unknown.
        reference_codes: as sent; one-stop systems put the dossier's number here.
        responses: the documents it answers or reports on (`ResponseFor`).
        targets: the documents it recalls, updates or replaces.
        reason: why; free text of the sender.
        changes_document: an update says that the document itself changed, not only who gets it.
        removed: agency codes an update takes off the recipients.
        status: the code of a status message as sent, its words in `description`.
        secrecy: OtherInfo/Secret of the form before QCVN 102, which has none; "" when not there.
    """

    kind: Kind
    sender: str
    sender_name: str
    receivers: tuple[str, ...]
    number: str
    notation: str
    issued: date | None
    type_name: str
    subject: str
    signer_post: str
    signer_name: str
    bussiness: int
    document_id: str
    pages: int = 0
    reference_codes: str = ""
    attachments: tuple[Attachment, ...] = ()
    responses: tuple[Reference, ...] = ()
    targets: tuple[Target, ...] = ()
    reason: str = ""
    changes_document: bool = True
    removed: tuple[str, ...] = ()
    status: str = ""
    description: str = ""
    timestamp: str = ""
    secrecy: str = ""

    @property
    def code(self) -> str:
        """Return "number/notation"."""
        return f"{self.number}/{self.notation}"


def read(path: Path, into: Path, *, limits: Limits | None = None) -> Message:
    """Return the message; its attachments are written to `into/attachments` under names of ours.

    Raises:
        UnreadableDeliveryError: EDXML_MALFORMED, EDXML_TOO_LARGE, EDXML_NAMESPACE, EDXML_INCOMPLETE,
            EDXML_ATTACHMENT.
    """
    limits = limits or Limits.of(IngestSettings.load())
    told = read_tree(path, into / "attachments", limits)
    return _message(told.root, finished(told.incoming, _manifest(told.root), limits))


def _manifest(root: Node) -> dict[str, tuple[str, str]]:
    """Return ContentId -> (name, description) as the manifest says them."""
    path = ("edXMLEnvelope", "edXMLBody", "edXMLManifest", "Reference")
    return {
        one.said("ContentId"): (one.said("AttachmentName"), one.said("Description"))
        for one in root.all(*path)
    }


def _message(root: Node, attachments: tuple[Attachment, ...]) -> Message:
    header = next(root.all("edXMLEnvelope", "edXMLHeader"), None)
    main = next(header.all("MessageHeader"), None) if header else None
    if header is None or main is None:
        raise UnreadableDeliveryError(
            "EDXML_INCOMPLETE", "edXML", because("ingest.lacks", what="MessageHeader")
        )
    business = next(header.all("TraceHeaderList", "Bussiness"), Node("Bussiness"))
    kind_code = business.said("BussinessDocType") or "0"
    number = int(kind_code) if re.fullmatch(r"0?[0-3]", kind_code) else -1
    status = main.said("StatusCode")
    kind = _KINDS.get(number, Kind.DOCUMENT)
    if status:
        kind = Kind.RECALL if status == TAKE_BACK else Kind.STATUS
    responses = tuple(_reference(one) for one in main.all("ResponseFor") if one.children)
    pages = main.said("OtherInfo", "PageAmount")
    message = Message(
        kind=kind,
        sender=main.said("From", "OrganId"),
        sender_name=main.said("From", "OrganName"),
        receivers=tuple(filter(None, (one.said("OrganId") for one in main.all("To")))),
        number=main.said("Code", "CodeNumber"),
        notation=main.said("Code", "CodeNotation"),
        issued=promulgation_date(main.said("PromulgationInfo", "PromulgationDate")),
        type_name=main.said("DocumentType", "TypeName"),
        subject=main.said("Subject"),
        signer_post=main.said("SignerInfo", "Position"),
        signer_name=main.said("SignerInfo", "FullName"),
        bussiness=number,
        document_id=main.said("DocumentId"),
        pages=int(pages) if re.fullmatch(r"[0-9]{1,6}", pages) else 0,
        reference_codes=main.said("OtherInfo", "ReferenceCodes"),
        secrecy=main.said("OtherInfo", "Secret"),
        attachments=attachments,
        responses=responses,
        targets=_targets(kind, business, responses),
        reason=business.said("BussinessDocReason") or (main.said("Description") if status else ""),
        changes_document=business.said("BussinessDocumentInfo", "DocumentInfo") != "0",
        removed=_removed(business),
        status=status,
        description=main.said("Description"),
        timestamp=main.said("Timestamp"),
    )
    if missing := _missing(message):
        raise UnreadableDeliveryError(
            "EDXML_INCOMPLETE", "MessageHeader", because("ingest.lacks", what="; ".join(missing))
        )
    return message


def _reference(node: Node) -> Reference:
    return Reference(
        node.said("OrganId"), node.said("Code"), node.said("PromulgationDate"), node.said("DocumentId")
    )


def _targets(kind: Kind, business: Node, responses: tuple[Reference, ...]) -> tuple[Target, ...]:
    """Return the documents this message is about, wherever its kind names them, as messages seen do."""
    if kind in (Kind.DOCUMENT, Kind.STATUS):
        return ()
    own = business.said("DocumentId")
    named = [Target(Reference("", "", "", own))] if own else []
    if kind is Kind.REPLACEMENT:
        for one in business.all("ReplacementInfoList", "ReplacementInfo"):
            organs = tuple(node.text.strip() for node in one.all("OrganIdList", "OrganId"))
            replaced = Reference("", "", "", one.said("DocumentId"))
            named.append(Target(replaced, tuple(filter(None, organs))))
    elif kind is Kind.RECALL:
        known = {one.document_id for one in responses}
        named = [Target(one) for one in responses] + [one for one in named if own not in known]
    found = {
        (one.document.document_id, one.document.code): one
        for one in named
        if one.document.document_id or one.document.code
    }
    return tuple(found.values())


def _removed(business: Node) -> tuple[str, ...]:
    path = ("BussinessDocumentInfo", "ReceiverList", "Receiver")
    return tuple(one.said("OrganId") for one in business.all(*path) if one.said("ReceiverType") == "0")


def _missing(message: Message) -> list[str]:
    """Name the elements without which neither the archive nor the sender's own checker can go on."""
    wanted = {"From/OrganId": message.sender}
    if message.kind is Kind.STATUS:
        answered = message.responses[0] if message.responses else Reference("", "", "", "")
        wanted["ResponseFor/DocumentId"] = answered.document_id or answered.code
    elif message.kind is not Kind.RECALL:
        wanted |= {
            "To/OrganId": "".join(message.receivers),
            "Code/CodeNumber": message.number,
            "Code/CodeNotation": message.notation,
            "PromulgationInfo/PromulgationDate": "yes" if message.issued else "",
            "Subject": message.subject,
            "DocumentId": message.document_id,
        }
    if message.kind in (Kind.RECALL, Kind.UPDATE, Kind.REPLACEMENT):
        where = {Kind.RECALL: "ResponseFor", Kind.UPDATE: "Bussiness", Kind.REPLACEMENT: "ReplacementInfo"}
        wanted[f"{where[message.kind]}/DocumentId"] = "yes" if message.targets else ""
    missing = [name for name, value in wanted.items() if not value]
    if message.bussiness < 0:
        missing.append("Bussiness/BussinessDocType")
    if len(set(message.receivers)) < len(message.receivers):
        missing.append("To/OrganId (x2)")
    return missing


def promulgation_date(value: str) -> date | None:
    """Return the date of a document; None when it is missing or impossible.

    The norm is yyyy/MM/dd; dd/MM/yyyy, yyyy-MM-dd and a time behind are seen in messages.
    """
    day = value.strip().partition(" ")[0].partition("T")[0].replace("-", "/")
    parts = day.split("/")
    if len(parts) != 3:
        return None
    if len(parts[0]) == 4:
        parts.reverse()
    return parse_date(f"{parts[0].zfill(2)}/{parts[1].zfill(2)}/{parts[2]}")
