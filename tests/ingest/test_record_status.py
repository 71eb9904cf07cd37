"""What a package says it is for: a new case file, a part of an earlier one, a trial, or nothing to act on."""

from __future__ import annotations

from pathlib import Path

import pytest
from sip_builders import FILE, TOP, members, zipped

from ingest.delivery import Previous
from ingest.gateway.limits import Limits
from ingest.readers.interface import Context
from ingest.readers.read import read
from ingest.readers.record_status import told

CODE = "000.00.05.H37.2020.01.TH"


@pytest.mark.parametrize(
    ("said", "previous", "code", "word", "belongs", "codes"),
    [
        ("", "", CODE, "NEW", Previous(), []),
        ("new", "", CODE, "NEW", Previous(), []),
        ("TEST", "", "", "TEST", Previous(), []),
        ("SUPPLEMENT", "", CODE, "SUPPLEMENT", Previous("", CODE), []),
        ("Replacement", TOP, CODE, "REPLACEMENT", Previous(TOP, CODE), []),
        ("REPLACEMENT", "urn:P1:uuid:1", "", "REPLACEMENT", Previous("urn:P1:uuid:1", ""), []),
        ("SUPPLEMENT", "H37.2019.05", CODE, "SUPPLEMENT", Previous("", "H37.2019.05"), []),
        ("SUPPLEMENT", "", "", "SUPPLEMENT", Previous(), ["RECORD_PREVIOUS_MISSING"]),
        ("OTHER", "", CODE, "OTHER", Previous(), ["RECORD_OTHER"]),
        ("LOST", "", CODE, "LOST", Previous(), ["SIP_RECORD_STATUS"]),
    ],
)
def test_the_status_says_what_it_belongs_to(
    said: str, previous: str, code: str, word: str, belongs: Previous, codes: list[str]
) -> None:
    status = told(said, previous, code)
    assert (status.word, status.previous) == (word, belongs)
    assert [finding.code for finding in status.findings] == codes


def test_a_replacement_names_the_package_before_it(tmp_path: Path) -> None:
    content = members(tmp_path, record_status="REPLACEMENT", previous=TOP)
    delivery = read(zipped(tmp_path, content), tmp_path / "in", Context(Limits()))
    assert delivery.previous == Previous(TOP, FILE["FileCode"])
    assert delivery.findings == ()
