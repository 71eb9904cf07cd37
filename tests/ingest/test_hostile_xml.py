"""Hostile XML in any place is refused by both readers, without reading a file or a host."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.errors import UnreadableDeliveryError
from ingest.gateway import edxml
from ingest.gateway.limits import Limits
from ingest.gateway.safe_xml import local, parse

LAUGHS = b'<!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;">]>'
ROOT = f'<edXML xmlns="{edxml.NAMESPACE}">'.encode()

HOSTILE: dict[str, bytes] = {
    "entity bomb": LAUGHS + ROOT + b"&c;</edXML>",
    "entity in an attribute": LAUGHS + ROOT.replace(b">", b' x="&c;">') + b"</edXML>",
    "local file": b'<!DOCTYPE r [<!ENTITY f SYSTEM "file:///etc/passwd">]>' + ROOT + b"&f;</edXML>",
    "host": b'<!DOCTYPE r SYSTEM "http://example.invalid/x.dtd">' + ROOT + b"</edXML>",
    "parameter entity": b'<!DOCTYPE r [<!ENTITY % p SYSTEM "file:///etc/passwd">%p;]>' + ROOT + b"</edXML>",
    "bare doctype": b"<!DOCTYPE edXML>" + ROOT + b"</edXML>",
    "undeclared entity": ROOT + b"&nothing;</edXML>",
    "nested 100,000 deep": ROOT + b"<a>" * 100_000,
    "cut off": ROOT + b"<edXMLEnvelope>",
    "two roots": ROOT + b"</edXML>" + ROOT + b"</edXML>",
    "empty": b"",
    "no XML": b"PK\x03\x04 and more",
    "unknown encoding": b'<?xml version="1.0" encoding="klingon"?>' + ROOT + b"</edXML>",
    "wrong encoding": b'<?xml version="1.0" encoding="UTF-8"?>'
    + ROOT
    + "Quyết".encode("utf-16")
    + b"</edXML>",
    "null byte": ROOT + b"\0</edXML>",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_description_is_refused(name: str, tmp_path: Path) -> None:
    path = tmp_path / "EAD.xml"
    path.write_bytes(HOSTILE[name])
    with pytest.raises(UnreadableDeliveryError) as raised:
        parse(path, code="SIP_EAD_BROKEN", place="EAD.xml", max_bytes=1 << 20)
    assert raised.value.code == "SIP_EAD_BROKEN"
    assert "root:" not in str(raised.value)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_message_is_refused(name: str, tmp_path: Path) -> None:
    path = tmp_path / "message"
    path.write_bytes(HOSTILE[name])
    with pytest.raises(UnreadableDeliveryError) as raised:
        edxml.read(path, tmp_path / "in", limits=Limits())
    assert raised.value.code in ("EDXML_MALFORMED", "EDXML_TOO_LARGE")
    assert "root:" not in str(raised.value)


def test_a_description_larger_than_allowed_is_not_parsed(tmp_path: Path) -> None:
    path = tmp_path / "EAD.xml"
    path.write_bytes(b"<a>" + b" " * 5000 + b"</a>")
    with pytest.raises(UnreadableDeliveryError, match="larger than 1000 bytes"):
        parse(path, code="SIP_EAD_BROKEN", place="EAD.xml", max_bytes=1000)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_any_unicode_encoding_is_read(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "EAD.xml"
    path.write_bytes("<simpledc><title>Hồ sơ</title></simpledc>".encode(encoding))
    root = parse(path, code="SIP_EAD_BROKEN", place="EAD.xml", max_bytes=1000)
    assert [(local(one), one.text) for one in root] == [("title", "Hồ sơ")]
