"""edXML messages are read in every dialect seen, and statuses are written in the one that is understood."""

from __future__ import annotations

import base64
import re
import tracemalloc
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sip_builders import zip_bytes

from ingest.checks.catalogue import rules
from ingest.errors import IngestError, UnreadableDeliveryError
from ingest.gateway.edxml import NAMESPACE, Kind, Message, Reference, promulgation_date, read
from ingest.gateway.edxml_status import STATUSES, Reporter, write_status
from ingest.gateway.limits import Limits
from tests.samples.edxml import EdxmlDocument, write_document

LETTER = EdxmlDocument(
    sender="000.00.05.H37",
    sender_name="Sở Nội vụ tỉnh Lạng Sơn",
    receiver="000.00.00.H00",
    number="88",
    notation="SNV-VTLT",
    place="Lạng Sơn",
    issued=date(2026, 1, 4),
    type_name="Công văn",
    subject="Về việc nộp lưu <hồ sơ> & tài liệu",
    signer_post="Giám đốc",
    signer_name="Nguyễn Văn An",
    attachments=(("Công văn.pdf", b"%PDF-1.4 one", True), ("Phụ lục.pdf", b"%PDF-1.4 two", False)),
)


def read_bytes(folder: Path, data: bytes, limits: Limits | None = None) -> Message:
    path = folder / "message.raw"
    path.write_bytes(data)
    return read(path, folder / "in", limits=limits or Limits())


def test_a_document_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    message = read_bytes(tmp_path, write_document(LETTER))
    assert message.kind is Kind.DOCUMENT
    assert (message.sender, message.sender_name) == (LETTER.sender, LETTER.sender_name)
    assert message.receivers == (LETTER.receiver,)
    assert (message.code, message.issued, message.type_name) == ("88/SNV-VTLT", LETTER.issued, "Công văn")
    assert (message.subject, message.bussiness) == (LETTER.subject, 0)
    assert (message.signer_post, message.signer_name) == ("Giám đốc", "Nguyễn Văn An")
    assert message.document_id == "000.00.05.H37,2026/01/04,88/SNV-VTLT"


def test_attachments_are_unwrapped_by_content_and_named_by_the_message(tmp_path: Path) -> None:
    message = read_bytes(tmp_path, write_document(LETTER))
    found = [(one.name, one.wrapped, one.path.read_bytes()) for one in message.attachments]
    assert found == [("Công văn.pdf", True, b"%PDF-1.4 one"), ("Phụ lục.pdf", False, b"%PDF-1.4 two")]
    assert all(one.path.is_relative_to(tmp_path / "in") for one in message.attachments)
    assert all(one.size == 12 for one in message.attachments)


def test_any_prefix_order_and_missing_cid_are_read(tmp_path: Path) -> None:
    data = write_document(LETTER).decode()
    data = re.sub(r"edXML:(?!edXMLEnvelope xmlns)", "q:", data).replace("xmlns:edXML=", "xmlns:q=")
    data = data.replace("<edXML:edXMLEnvelope xmlns", "<q:edXMLEnvelope xmlns")
    data = data.replace("<Attachment><ContentId>cid:", "<Attachment><ContentId>")
    attachments = re.search(r"<AttachmentEncoded>.*</AttachmentEncoded>", data, re.S)
    assert attachments
    data = data.replace(attachments[0], "").replace(
        "<q:edXMLEnvelope", attachments[0] + "<q:edXMLEnvelope", 1
    )
    assert "edXML:" not in data
    message = read_bytes(tmp_path, data.encode())
    assert [one.name for one in message.attachments] == ["Công văn.pdf", "Phụ lục.pdf"]
    assert message.code == "88/SNV-VTLT"


def test_a_name_in_the_manifest_alone_is_used(tmp_path: Path) -> None:
    data = write_document(LETTER).replace(b"<AttachmentName>", b"<X>").replace(b"</AttachmentName>", b"</X>")
    assert [one.name for one in read_bytes(tmp_path, data).attachments] == ["Công văn.pdf", "Phụ lục.pdf"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("Kế hoạch.docx", zip_bytes({"[Content_Types].xml": b"<x/>"})),
        ("Kế hoạch.doc", zip_bytes({"[Content_Types].xml": b"<x/>", "word/document.xml": b"<x/>"})),
        ("Tài liệu.zip", zip_bytes({"a.txt": b"1", "b.txt": b"2"})),
    ],
)
def test_what_is_a_zip_by_nature_stays_one(name: str, content: bytes, tmp_path: Path) -> None:
    letter = EdxmlDocument(**{**LETTER.__dict__, "attachments": ((name, content, False),)})
    (one,) = read_bytes(tmp_path, write_document(letter)).attachments
    assert (one.wrapped, one.path.read_bytes()) == (False, content)


@pytest.mark.parametrize(
    "payload",
    [
        zip_bytes({"a.pdf": b"1", "b.pdf": b"2"}),
        zip_bytes({"../a.pdf": b"1"}),
        zip_bytes({"a.pdf": bytes(50 << 20)}),
        b"PK\x03\x04 torn",
    ],
    ids=["two members", "climbs out", "bomb", "torn"],
)
def test_a_wrapping_zip_that_is_not_one_plain_member_is_refused(payload: bytes, tmp_path: Path) -> None:
    letter = EdxmlDocument(**{**LETTER.__dict__, "attachments": (("a.pdf", payload, False),)})
    with pytest.raises(UnreadableDeliveryError) as raised:
        read_bytes(tmp_path, write_document(letter))
    assert (raised.value.code, raised.value.place) == ("EDXML_ATTACHMENT", "a.pdf")


@pytest.mark.parametrize("text", ["A", "AAA", "QUJD=QUJD", "QUJ\u00e9", "QQ==QUJD", "Q=Q="])
def test_broken_base64_is_refused(text: str, tmp_path: Path) -> None:
    good = base64.b64encode(b"%PDF-1.4 two")
    data = write_document(LETTER).replace(good, text.encode())
    with pytest.raises(UnreadableDeliveryError) as raised:
        read_bytes(tmp_path, data)
    assert raised.value.code == "EDXML_ATTACHMENT"


def test_base64_in_lines_is_read(tmp_path: Path) -> None:
    good = base64.b64encode(b"%PDF-1.4 two")
    data = write_document(LETTER).replace(
        good, b"\r\n  ".join(good[n : n + 3] for n in range(0, len(good), 3))
    )
    assert read_bytes(tmp_path, data).attachments[1].path.read_bytes() == b"%PDF-1.4 two"


def test_an_attachment_of_60_mb_is_never_whole_in_memory(tmp_path: Path) -> None:
    marker = base64.b64encode(b"%PDF-1.4 two")
    head, _, tail = write_document(LETTER).partition(marker)
    path = tmp_path / "message.raw"
    block = base64.b64encode(b"0123456789ab" * 5000)
    with path.open("wb") as sink:
        sink.write(head)
        for _ in range(1000):
            sink.write(block)
        sink.write(tail)
    del head, tail
    tracemalloc.start()
    message = read(path, tmp_path / "in", limits=Limits())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert message.attachments[1].size == 60_000_000
    assert peak < 16 << 20


@pytest.mark.parametrize(
    ("limits", "code"),
    [(Limits(message_bytes=100), "EDXML_TOO_LARGE"), (Limits(package_bytes=10), "EDXML_TOO_LARGE")],
)
def test_caps_hold(limits: Limits, code: str, tmp_path: Path) -> None:
    with pytest.raises(UnreadableDeliveryError) as raised:
        read_bytes(tmp_path, write_document(LETTER), limits)
    assert raised.value.code == code


@pytest.mark.parametrize(
    ("old", "new", "names"),
    [
        (
            "<edXML:OrganId>000.00.05.H37</edXML:OrganId><edXML:OrganName>",
            "<edXML:OrganName>",
            "From/OrganId",
        ),
        ("<edXML:OrganId>000.00.00.H00</edXML:OrganId>", "", "To/OrganId"),
        ("<edXML:CodeNumber>88</edXML:CodeNumber>", "<edXML:CodeNumber/>", "Code/CodeNumber"),
        ("SNV-VTLT</edXML:CodeNotation>", "</edXML:CodeNotation>", "Code/CodeNotation"),
        ("2026/01/04</edXML:PromulgationDate>", "2026/02/30</edXML:PromulgationDate>", "PromulgationDate"),
        (">Về việc nộp lưu &lt;hồ sơ&gt; &amp; tài liệu</edXML:Subject>", "></edXML:Subject>", "Subject"),
        ("88/SNV-VTLT</edXML:DocumentId>", "</edXML:DocumentId>", ""),
        ("<edXML:BussinessDocType>0", "<edXML:BussinessDocType>7", "BussinessDocType"),
        ("edXML:MessageHeader>", "edXML:Header>", "MessageHeader"),
    ],
)
def test_a_missing_element_is_named(old: str, new: str, names: str, tmp_path: Path) -> None:
    data = write_document(LETTER).decode()
    assert old in data
    changed = data.replace(old, new).encode()
    if not names:  # a half id is still an id: opaque
        assert read_bytes(tmp_path, changed).document_id == "000.00.05.H37,2026/01/04,"
        return
    with pytest.raises(UnreadableDeliveryError, match=names) as raised:
        read_bytes(tmp_path, changed)
    assert raised.value.code == "EDXML_INCOMPLETE"


def test_every_missing_element_is_named_at_once(tmp_path: Path) -> None:
    header = "<edXMLEnvelope><edXMLHeader><MessageHeader/></edXMLHeader></edXMLEnvelope>"
    data = f'<edXML xmlns="{NAMESPACE}">{header}</edXML>'
    with pytest.raises(UnreadableDeliveryError) as raised:
        read_bytes(tmp_path, data.encode())
    assert str(raised.value.reason).count(";") == 6


@pytest.mark.parametrize(
    "root", ['<edXML xmlns="http://www.e-doc.vn/Schema/"/>', "<edXML/>", f'<mets xmlns="{NAMESPACE}"/>']
)
def test_another_format_is_not_taken_for_edxml(root: str, tmp_path: Path) -> None:
    with pytest.raises(UnreadableDeliveryError) as raised:
        read_bytes(tmp_path, root.encode())
    assert raised.value.code == "EDXML_NAMESPACE"
    assert raised.value.code in rules()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2020/10/30", date(2020, 10, 30)),
        ("30/10/2020", date(2020, 10, 30)),
        ("2020-10-30", date(2020, 10, 30)),
        ("2020/10/30 08:15:00", date(2020, 10, 30)),
        ("2020-10-30T08:15:00", date(2020, 10, 30)),
        ("2014/02/30", None),
        ("", None),
        ("30 tháng 10", None),
    ],
)
def test_dates_are_read_in_every_form_seen(text: str, expected: date | None) -> None:
    assert promulgation_date(text) == expected


ABOUT = Reference("000.00.05.H37", "88/SNV-VTLT", "2026/01/04", "000.00.05.H37,2026/01/04,88/SNV-VTLT")
US = Reporter("000.00.00.H00", "Lưu trữ điện tử <Tàng Thư> & bạn")
NOW = datetime(2026, 1, 5, 3, 30, 0, tzinfo=UTC)


@pytest.mark.parametrize("status", sorted(STATUSES))
def test_a_status_is_read_back_as_it_was_written(status: str, tmp_path: Path) -> None:
    data = write_status(reporter=US, about=ABOUT, status=status, description="Thiếu \x01 chữ ký", now=NOW)
    message = read_bytes(tmp_path, data)
    kind = Kind.RECALL if status == "13" else Kind.STATUS
    assert (message.kind, message.status, message.responses) == (kind, status, (ABOUT,))
    assert (message.sender, message.sender_name) == (US.organ_id, US.organ_name)
    assert message.description == "Thiếu   chữ ký"
    assert message.timestamp == "2026/01/05 10:30:00"  # Vietnamese time
    assert message.attachments == ()


def test_a_status_has_the_literal_prefixes_that_receivers_look_for() -> None:
    lines = write_status(reporter=US, about=ABOUT, status="03", description="", now=NOW).decode().splitlines()
    assert lines[1] == f'<edXML xmlns="{NAMESPACE}">'
    assert lines[2] == f'<edXML:edXMLEnvelope xmlns:edXML="{NAMESPACE}">'
    assert lines[-1] == "</edXML>"
    assert all(re.match(r"</?edXML:", line) for line in lines[2:-1])
    assert "<edXML:Description>Đã tiếp nhận</edXML:Description>" in lines
    assert not any("edXMLBody" in line or "AttachmentEncoded" in line for line in lines)


def test_a_long_reason_is_cut(tmp_path: Path) -> None:
    data = write_status(reporter=US, about=ABOUT, status="02", description="x" * 2000, now=NOW)
    assert len(read_bytes(tmp_path, data).description) == 500


def test_an_unknown_status_is_not_written() -> None:
    with pytest.raises(IngestError, match="unknown status 07"):
        write_status(reporter=US, about=ABOUT, status="07", description="", now=NOW)
