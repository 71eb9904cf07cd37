"""Scan: every delivered file goes through clamd; while clamd is down the submission waits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from archive.ledger.event import Verb
from ingest import virus
from ingest.delivery import Delivery
from ingest.finding import Finding
from ingest.steps.step import Note, Outcome, Verdict, Work


def scan(work: Work, now: datetime) -> Outcome:
    """Refuse what is infected, return what could not be looked into (NĐ 01/2013/NĐ-CP Điều 7.3.d).

    Descriptions and loose files of the package are scanned too: they are kept in its `documentation/`.
    """
    delivery = work.load("delivery", Delivery)
    findings: list[Finding] = []
    engine = ""
    count = 0
    for place, ordinal, file in delivery.placed_files():
        verdict = virus.scan(file.path)
        engine, count = verdict.engine, count + 1
        if not verdict.clean:
            findings.append(Finding(verdict.finding_code, place, {"signature": verdict.signature}, ordinal))
    note = Note(
        Verb.VIRUS_CHECK,
        {
            "engine": engine,
            "files": count,
            "not_clean": [f"{finding.code} document {finding.document}" for finding in findings],
        },
        basis="NĐ 01/2013/NĐ-CP Điều 7.3.d",
    )
    return Outcome(
        verdict_of(findings),
        result={"files": count, "engine": engine, "at": now.isoformat()},
        findings=tuple(findings),
        notes=(note,),
    )


def verdict_of(findings: Sequence[Finding]) -> Verdict:
    """Return where a delivery goes: an infected one is not to be sent again as it is."""
    if any(finding.code == "VIRUS" for finding in findings):
        return Verdict.REFUSE
    return Verdict.RETURN if findings else Verdict.GO_ON
