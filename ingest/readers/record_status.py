"""RECORDSTATUS of a package: what the sender wants done with it (TT 05/2025/TT-BNV, after E-ARK SIP).

NEW is a delivery like any other. TEST is checked and answered, and never stored. SUPPLEMENT and REPLACEMENT belong to
an earlier delivery or case file and must name it. OTHER says nothing that could be acted on.

The digest of the circular that we read does not say how the earlier one is named. Our reading (DERIVED): altRecordID
of type PREVIOUSREFERENCECODE, as E-ARK SIP has it, with the OBJID or the file code of the earlier one; else the file
code.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ingest.delivery import Previous
from ingest.finding import Finding

WORDS = frozenset({"NEW", "SUPPLEMENT", "REPLACEMENT", "TEST", "OTHER"})
TRIAL = "TEST"
BELONGING = frozenset({"SUPPLEMENT", "REPLACEMENT"})
PLACE = "RECORDSTATUS"
SHOWN = 60
_OBJID = re.compile(r"(?:urn:|uuid[-:]).+", re.I)


@dataclass(frozen=True)
class Status:
    """What a package says of itself; `word` is NEW when it says nothing."""

    word: str
    previous: Previous
    findings: tuple[Finding, ...]


def told(said: str, previous: str, file_code: str) -> Status:
    """Return the status, what it belongs to, and what is wrong with it.

    Args:
        said: RECORDSTATUS as sent, in any letter case.
        previous: what the package names as the one before it, "" when it does not.
        file_code: of the case file it describes.
    """
    word = said.upper() or "NEW"
    findings = []
    belongs = Previous()
    if word in BELONGING:
        belongs = _previous(previous, file_code)
        if belongs == Previous():
            findings.append(Finding("RECORD_PREVIOUS_MISSING", PLACE, {"status": word}))
    elif word == "OTHER":
        findings.append(Finding("RECORD_OTHER", PLACE))
    elif word not in WORDS:
        findings.append(Finding("SIP_RECORD_STATUS", PLACE, {"value": said[:SHOWN]}))
    return Status(word, belongs, tuple(findings))


def _previous(previous: str, file_code: str) -> Previous:
    if _OBJID.fullmatch(previous):
        return Previous(objid=previous, file_code=file_code)
    return Previous(file_code=previous or file_code)
