"""Scan: every delivered file goes through clamd; while clamd is down the submission waits."""

from __future__ import annotations

from datetime import datetime

from archive.ledger.event import Verb
from ingest import virus
from ingest.delivery import Delivery
from ingest.finding import Finding
from ingest.steps.step import Note, Outcome, Verdict, Work


def scan(work: Work, now: datetime) -> Outcome:
    """Refuse the submission when any file is infected or could not be looked into (NĐ 01/2013/NĐ-CP Điều 7.3.d)."""
    delivery = work.load("delivery", Delivery)
    findings: list[Finding] = []
    engine = ""
    count = 0
    for ordinal, document in enumerate(delivery.documents, 1):
        for file in document.files:
            verdict = virus.scan(file.path)
            engine, count = verdict.engine, count + 1
            if not verdict.clean:
                findings.append(
                    Finding(verdict.finding_code, file.name, {"signature": verdict.signature}, ordinal)
                )
    note = Note(
        Verb.VIRUS_CHECK,
        {
            "engine": engine,
            "files": count,
            "not_clean": [f"{finding.code} {finding.place}" for finding in findings],
        },
        basis="NĐ 01/2013/NĐ-CP Điều 7.3.d",
    )
    return Outcome(
        Verdict.REFUSE if findings else Verdict.GO_ON,
        result={"files": count, "engine": engine, "at": now.isoformat()},
        findings=tuple(findings),
        notes=(note,),
    )
