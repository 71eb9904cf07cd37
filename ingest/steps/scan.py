"""Scan: every delivered file goes through clamd; while clamd is down the submission waits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from archive.ledger.event import Verb
from archive.register.session import reading
from ingest import virus
from ingest.checks.fields import canonical
from ingest.checks.regime import told_by
from ingest.delivery import Delivery
from ingest.finding import Finding
from ingest.infected.holding import CODE as VIRUS
from ingest.infected.passes import Pass, pass_for
from ingest.steps.step import Note, Outcome, Verdict, Work


def scan(work: Work, now: datetime) -> Outcome:
    """Refuse what is infected, return what could not be looked into (NĐ 01/2013/NĐ-CP Điều 7.3.d).

    Descriptions and loose files of the package are scanned too: they are kept in its `documentation/`. What two people
    released (`ingest.infected`) goes on with a warning, if the scanner calls the same bytes by the same name.
    """
    delivery = work.load("delivery", Delivery)
    findings: list[Finding] = []
    infected: list[Mapping[str, Any]] = []
    released: list[Mapping[str, Any]] = []
    engine = ""
    count = 0
    for place, ordinal, file in delivery.placed_files():
        verdict = virus.scan(file.path)
        engine, count = verdict.engine, count + 1
        if verdict.clean:
            continue
        code, said = verdict.finding_code, {"signature": verdict.signature}
        if code == VIRUS and (given := _pass(work, file.sha256, verdict.signature)) is not None:
            released.append(given.as_json())
            code, said = (
                "VIRUS_RELEASED",
                said
                | {
                    "asked_by": given.asked_by,
                    "released_by": given.released_by,
                },
            )
        elif code == VIRUS:
            infected.append({"place": place, "sha256": file.sha256, "signature": verdict.signature})
        findings.append(Finding(code, place, said, ordinal))
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
        result={
            "files": count,
            "engine": engine,
            "at": now.isoformat(),
            "infected": infected,
            "released": released,
        },
        findings=told_by(findings, canonical(delivery.fields)),
        notes=(note,),
    )


def _pass(work: Work, sha256: str, signature: str) -> Pass | None:
    with reading() as session:
        return pass_for(session, agency_code=work.agency_code, sha256=sha256, signature=signature)


def verdict_of(findings: Sequence[Finding]) -> Verdict:
    """Return where a delivery goes: an infected one is not to be sent again as it is."""
    codes = {finding.code for finding in findings}
    if VIRUS in codes:
        return Verdict.REFUSE
    return Verdict.RETURN if codes - {"VIRUS_RELEASED"} else Verdict.GO_ON
