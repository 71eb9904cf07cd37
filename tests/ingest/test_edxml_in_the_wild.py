"""edXML as senders really write it: kinds of messages, odd dates and names, and hostile sizes."""

from __future__ import annotations

import re
import tracemalloc
from datetime import date
from pathlib import Path

import pytest
from sip_builders import zip_bytes

from ingest.errors import UnreadableDeliveryError
from ingest.gateway import edxml_tree
from ingest.gateway.edxml import NAMESPACE, Kind, Message, Reference, Target, promulgation_date, read
from ingest.gateway.limits import Limits
from tests.samples.edxml import EdxmlDocument, write_document

SENDER, US = "000.00.05.H37", "000.00.00.H00"
OLD, OLDER = f"{SENDER},2026/01/04,88/SNV-VTLT", f"{SENDER},2026/01/03,87/SNV-VTLT"


def a_letter(**changes: object) -> EdxmlDocument:
    said: dict[str, object] = {
        "sender": SENDER,
        "sender_name": "Sở Nội vụ",
        "receiver": US,
        "number": "89",
        "notation": "SNV-VTLT",
        "place": "Lạng Sơn",
        "issued": date(2026, 1, 5),
        "type_name": "Công văn",
        "subject": "Về việc nộp lưu",
        "signer_post": "Giám đốc",
        "signer_name": "Nguyễn Văn An",
        "attachments": (("a.pdf", b"%PDF-1.4 one", True),),
    }
    return EdxmlDocument(**said | changes)  # type: ignore[arg-type]


def read_bytes(folder: Path, data: bytes, limits: Limits | None = None) -> Message:
    path = folder / "message.raw"
    path.write_bytes(data)
    return read(path, folder / "in", limits=limits or Limits())


def targets(message: Message) -> list[str]:
    return [one.document.document_id for one in message.targets]


def said_without(data: bytes, *names: str) -> bytes:
    text = data.decode()
    for name in names:
        text, count = re.subn(rf"<edXML:{name}>.*?</edXML:{name}>", "", text, count=1, flags=re.S)
        assert count == 1, name
    return text.encode()


# what a message asks


def test_a_recall_names_every_document_it_asks_back(tmp_path: Path) -> None:
    message = read_bytes(
        tmp_path, write_document(a_letter(bussiness=1, about=(OLD, OLDER), reason="gửi nhầm"))
    )
    assert (message.kind, message.reason, targets(message)) == (Kind.RECALL, "gửi nhầm", [OLD, OLDER])


def test_a_recall_needs_no_number_and_no_attachment(tmp_path: Path) -> None:
    data = write_document(a_letter(bussiness=1, about=(OLD,), attachments=()))
    message = read_bytes(tmp_path, said_without(data, "Code", "PromulgationInfo", "Subject"))
    assert (message.kind, targets(message)) == (Kind.RECALL, [OLD])


def test_a_recall_names_its_document_by_number_and_date_too(tmp_path: Path) -> None:
    named = "<edXML:ResponseFor><edXML:Code>88/SNV-VTLT</edXML:Code>"
    named += "<edXML:PromulgationDate>2026/01/04</edXML:PromulgationDate></edXML:ResponseFor>"
    data = write_document(a_letter(bussiness=1, attachments=())).decode()
    data = data.replace("<edXML:SteeringType>", f"{named}<edXML:SteeringType>")
    assert read_bytes(tmp_path, data.encode()).targets == (
        Target(Reference("", "88/SNV-VTLT", "2026/01/04", "")),
    )


def test_an_update_names_the_document_it_changes(tmp_path: Path) -> None:
    message = read_bytes(tmp_path, write_document(a_letter(bussiness=2, about=(OLD,))))
    assert (message.kind, targets(message), message.changes_document) == (Kind.UPDATE, [OLD], True)
    assert len(message.attachments) == 1


def test_an_update_may_change_the_recipients_alone(tmp_path: Path) -> None:
    data = write_document(a_letter(bussiness=2, about=(OLD,))).decode()
    receivers = "".join(
        f"<edXML:Receiver><edXML:OrganId>{code}</edXML:OrganId><edXML:ReceiverType>{kind}</edXML:ReceiverType>"
        "</edXML:Receiver>"
        for code, kind in ((US, 0), ("000.00.01.H37", 1))
    )
    data = data.replace(">1</edXML:DocumentInfo>", ">0</edXML:DocumentInfo>").replace(
        "</edXML:BussinessDocumentInfo>",
        f"<edXML:ReceiverList>{receivers}</edXML:ReceiverList></edXML:BussinessDocumentInfo>",
    )
    message = read_bytes(tmp_path, data.encode())
    assert (message.changes_document, message.removed) == (False, (US,))


def test_a_replacement_says_for_whom(tmp_path: Path) -> None:
    message = read_bytes(tmp_path, write_document(a_letter(bussiness=3, about=(OLD, OLDER))))
    assert message.kind is Kind.REPLACEMENT
    assert [(one.document.document_id, one.organs) for one in message.targets] == [
        (OLD, (US,)),
        (OLDER, (US,)),
    ]


@pytest.mark.parametrize(
    ("bussiness", "named"),
    [(1, "ResponseFor/DocumentId"), (2, "Bussiness/DocumentId"), (3, "ReplacementInfo/DocumentId")],
)
def test_who_asks_about_a_document_must_name_it(bussiness: int, named: str, tmp_path: Path) -> None:
    with pytest.raises(UnreadableDeliveryError, match=named) as raised:
        read_bytes(tmp_path, write_document(a_letter(bussiness=bussiness)))
    assert raised.value.code == "EDXML_INCOMPLETE"


@pytest.mark.parametrize("status", ["07", "14", "99", "1"])
def test_a_status_of_an_unknown_code_keeps_its_number(status: str, tmp_path: Path) -> None:
    data = f"""<edXML xmlns="{NAMESPACE}"><edXMLEnvelope><edXMLHeader><MessageHeader>
<From><OrganId>{SENDER}</OrganId></From><ResponseFor><DocumentId>x</DocumentId></ResponseFor>
<StatusCode>{status}</StatusCode></MessageHeader></edXMLHeader></edXMLEnvelope></edXML>"""
    message = read_bytes(tmp_path, data.encode())
    assert (message.kind, message.status) == (Kind.STATUS, status)


# how it is written


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("1/6/2020", date(2020, 6, 1)),
        ("2020/6/1", date(2020, 6, 1)),
        ("30-10-2020", date(2020, 10, 30)),
        ("30/10/2020 08:15:00", date(2020, 10, 30)),
        ("30/02/2020", None),
        ("0000/01/01", None),
        ("2020/10", None),
        ("2020/10/30/1", None),
        ("20201030", None),
        ("٢٠٢٠/١٠/٣٠", None),
        ("null", None),
    ],
)
def test_odd_dates_are_read_or_refused_never_guessed(text: str, day: date | None) -> None:
    assert promulgation_date(text) == day


def test_what_another_vocabulary_says_is_not_ours(tmp_path: Path) -> None:
    foreign = (
        '<x:MessageHeader xmlns:x="urn:x"><x:From><x:OrganId>evil</x:OrganId></x:From></x:MessageHeader>'
    )
    data = write_document(a_letter()).replace(
        b"<edXML:MessageHeader>", foreign.encode() + b"<edXML:MessageHeader>"
    )
    assert read_bytes(tmp_path, data).sender == SENDER


@pytest.mark.parametrize("namespace", ["http://www.w3.org/2000/09/xmldsig#", NAMESPACE])
def test_a_signature_in_either_namespace_is_read_past(namespace: str, tmp_path: Path) -> None:
    signature = f'<Signature xmlns="{namespace}"><SignedInfo><Subject>x</Subject></SignedInfo></Signature>'
    data = write_document(a_letter()).replace(
        b"</edXML:edXMLHeader>", signature.encode() + b"</edXML:edXMLHeader>"
    )
    assert read_bytes(tmp_path, data).subject == "Về việc nộp lưu"


def test_elements_whose_namespace_was_forgotten_are_read(tmp_path: Path) -> None:
    data = write_document(a_letter()).decode()
    data = data.replace(f'<edXML xmlns="{NAMESPACE}">', f'<edXML:edXML xmlns:edXML="{NAMESPACE}">')
    data = data.replace("</edXML>\n", "</edXML:edXML>\n")
    assert "<AttachmentEncoded>" in data
    assert [one.name for one in read_bytes(tmp_path, data.encode()).attachments] == ["a.pdf"]


def test_the_word_null_is_nothing(tmp_path: Path) -> None:
    data = write_document(a_letter()).decode()
    data = data.replace(f"{SENDER}</edXML:OrganId><edXML:Timestamp>", "null</edXML:OrganId><edXML:Timestamp>")
    assert read_bytes(tmp_path, data.encode()).sender == SENDER


def test_a_sender_called_null_is_missing(tmp_path: Path) -> None:
    data = write_document(a_letter()).decode()
    data = data.replace(f"<edXML:From><edXML:OrganId>{SENDER}", "<edXML:From><edXML:OrganId>null")
    with pytest.raises(UnreadableDeliveryError, match="From/OrganId"):
        read_bytes(tmp_path, data.encode())


def test_a_trace_without_an_agency_is_read(tmp_path: Path) -> None:
    data = write_document(a_letter()).decode()
    data = data.replace(f"<edXML:TraceHeader><edXML:OrganId>{SENDER}</edXML:OrganId>", "<edXML:TraceHeader>")
    assert read_bytes(tmp_path, data.encode()).sender == SENDER


def test_empty_elements_say_nothing(tmp_path: Path) -> None:
    data = write_document(a_letter()).decode()
    for name in ("SignerInfo", "OtherInfo", "PromulgationInfo/Place"):
        last = name.rpartition("/")[2]
        data = re.sub(rf"<edXML:{last}>.*?</edXML:{last}>", f"<edXML:{last}/>", data, count=1, flags=re.S)
    data = data.replace("<edXML:SteeringType>", "<edXML:ResponseFor/><edXML:DueDate/><edXML:SteeringType>")
    message = read_bytes(tmp_path, data.encode())
    assert (message.signer_name, message.pages, message.responses) == ("", 0, ())


@pytest.mark.parametrize("declared", ["utf-16", "UTF-16LE", "us-ascii", "shift_jis"])
def test_a_wrongly_declared_encoding_is_refused(declared: str, tmp_path: Path) -> None:
    data = write_document(a_letter()).replace(b'encoding="UTF-8"', f'encoding="{declared}"'.encode())
    with pytest.raises(UnreadableDeliveryError) as raised:
        read_bytes(tmp_path, data)
    assert raised.value.code == "EDXML_MALFORMED"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_a_rightly_declared_one_is_read(encoding: str, tmp_path: Path) -> None:
    text = (
        write_document(a_letter())
        .decode()
        .replace('encoding="UTF-8"', f'encoding="{encoding.removesuffix("-sig")}"')
    )
    message = read_bytes(tmp_path, text.encode(encoding))
    assert (message.subject, message.attachments[0].size) == ("Về việc nộp lưu", 12)


# attachments


@pytest.mark.parametrize("told", ["application/pdf", "application/zip", "unk", ""])
@pytest.mark.parametrize("wrapped", [True, False])
def test_the_content_type_decides_nothing(told: str, wrapped: bool, tmp_path: Path) -> None:
    data = write_document(a_letter(attachments=(("a.pdf", b"%PDF-1.4 one", wrapped),))).decode()
    data = re.sub(r"ContentType>application/\w+<", f"ContentType>{told}<", data)
    (one,) = read_bytes(tmp_path, data.encode()).attachments
    assert (one.path.read_bytes(), one.wrapped) == (b"%PDF-1.4 one", wrapped)


@pytest.mark.parametrize("side", ["<edXML:ContentId>", "<ContentId>"])
@pytest.mark.parametrize("written", ["", "CID:"])
def test_cid_may_be_missing_or_shouted_on_one_side(side: str, written: str, tmp_path: Path) -> None:
    data = write_document(a_letter()).decode().replace(f"{side}cid:", f"{side}{written}")
    data = data.replace("<AttachmentName>a.pdf</AttachmentName>", "<AttachmentName/>")
    assert [one.name for one in read_bytes(tmp_path, data.encode()).attachments] == ["a.pdf"]


def test_what_the_manifest_names_must_be_there(tmp_path: Path) -> None:
    data = re.sub(rb"<AttachmentEncoded>.*</AttachmentEncoded>", b"", write_document(a_letter()), flags=re.S)
    with pytest.raises(UnreadableDeliveryError, match="not attached") as raised:
        read_bytes(tmp_path, data)
    assert (raised.value.code, raised.value.place) == ("EDXML_ATTACHMENT", "a.pdf")


def test_attachments_together_may_not_be_more_than_a_package(tmp_path: Path) -> None:
    wrapped = zip_bytes({"x.pdf": bytes(1 << 20)})
    letter = a_letter(attachments=tuple((f"{n}.pdf", wrapped, False) for n in range(5)))
    with pytest.raises(UnreadableDeliveryError) as raised:
        read_bytes(tmp_path, write_document(letter), Limits(package_bytes=3 << 20))
    assert raised.value.code in ("EDXML_TOO_LARGE", "EDXML_ATTACHMENT")
    on_disk = sum(path.stat().st_size for path in (tmp_path / "in").rglob("*") if path.is_file())
    assert on_disk < 5 << 20


# memory

HUGE = 64 << 20
FILLED = {
    "a comment": (b"<!--", b"-->"),
    "an attribute": (b"<a b='", b"'/>"),
    "an instruction": (b"<?x ", b"?>"),
    "one text": (b"<a>", b"</a>"),
    "a CDATA section": (b"<a><![CDATA[", b"]]></a>"),
    "a name": (b"<a", b"/>"),
}


@pytest.mark.parametrize("kind", FILLED)
def test_nothing_outside_an_attachment_fills_the_memory(kind: str, tmp_path: Path) -> None:
    before, after = FILLED[kind]
    path = tmp_path / "message.raw"
    with path.open("wb") as sink:
        sink.write(f'<edXML xmlns="{NAMESPACE}">'.encode() + before)
        for _ in range(HUGE >> 20):
            sink.write(b"x" * (1 << 20))
        sink.write(after + b"</edXML>")
    tracemalloc.start()
    with pytest.raises(UnreadableDeliveryError) as raised:
        read(path, tmp_path / "in", limits=Limits())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert raised.value.code == "EDXML_TOO_LARGE"
    assert peak < 32 << 20


def test_many_texts_together_are_bounded(tmp_path: Path) -> None:
    text = b"<a>" + b"x" * (edxml_tree.MAX_TEXT - 1) + b"</a>"
    data = f'<edXML xmlns="{NAMESPACE}">'.encode() + text * 20 + b"</edXML>"
    with pytest.raises(UnreadableDeliveryError) as raised:
        read_bytes(tmp_path, data)
    assert raised.value.code == "EDXML_TOO_LARGE"


def test_a_zip_with_an_endless_directory_is_not_opened(tmp_path: Path) -> None:
    whole = bytearray(zip_bytes({"a.pdf": b"1"}))
    at = whole.rfind(b"PK\x05\x06")
    whole[at + 12 : at + 16] = (0x7FFFFFFF).to_bytes(4, "little")
    with pytest.raises(UnreadableDeliveryError) as raised:
        read_bytes(tmp_path, write_document(a_letter(attachments=(("a.pdf", bytes(whole), False),))))
    assert raised.value.code == "EDXML_ATTACHMENT"
