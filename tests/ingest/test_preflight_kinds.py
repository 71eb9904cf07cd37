"""Before anything is read: what a pre-flight takes a file for."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest

from archive.reason import told
from archive.register.models import SubmissionKind
from ingest.preflight import kind_of, preflight
from ingest.steps.step import Verdict
from tests.samples.road import NOW

UTF_16 = '<?xml version="1.0" encoding="UTF-16"?><edXML/>'.encode("utf-16")


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"PK\3\4", SubmissionKind.SIP),
        (b"<?xml version='1.0'?>", SubmissionKind.EDXML),
        (b"\xef\xbb\xbf\r\n  <edXML:edXML>", SubmissionKind.EDXML),
        (UTF_16, SubmissionKind.EDXML),
        (b"# notes", None),
        (b"%PDF-1.7", None),
        (b"\xd0\xcf\x11\xe0", None),
        (b"", None),
    ],
)
def test_the_first_bytes_tell_the_kind(head: bytes, kind: SubmissionKind | None) -> None:
    assert kind_of(head) == kind


@pytest.mark.parametrize(
    ("data", "name", "seen"),
    [
        (b"# Ghi ch\xc3\xa9p", "ghi-chep.md", "TXT"),
        (b"STT,Ti\xc3\xaau \xc4\x91\xe1\xbb\x81\n1,a\n", "bang-ke.csv", "CSV"),
        (b"Rar!\x1a\x07\x01\x00", "goi.rar", "RAR"),
        (b"", "rong.zip", "tệp rỗng (0 byte)"),
        (b"\x00\x01\x02\x03" * 50, "la.bin", "nội dung không nhận ra được"),
    ],
)
def test_what_is_neither_zip_nor_xml_is_one_finding_that_says_what_it_is(
    data: bytes, name: str, seen: str, house: Path
) -> None:
    found = preflight(BytesIO(data), agency_code="H26", file_name=name, now=NOW)
    assert (found.verdict, found.good, found.tried) == (Verdict.RETURN, False, ())
    (finding,) = found.findings
    said = finding.params["seen"]
    assert (said if isinstance(said, str) else told(said, "vi")) == seen


def test_a_name_that_says_a_level_of_secrecy_is_refused_before_the_kind_is_told(house: Path) -> None:
    found = preflight(BytesIO(b"# x"), agency_code="H26", file_name="TỐI MẬT.md", now=NOW)
    assert found.verdict is Verdict.REFUSE
    assert [one.code for one in found.findings] == ["V12"]
