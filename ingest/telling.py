"""A delivery as the command line tells it: JSON facts, lines for a terminal."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import Any, Literal

from archive.reason import as_json as reason_as_json
from archive.reason import from_text, told_text
from archive.register.models import STATES_OPEN, Submission
from archive.register.session import reading
from ingest import pipeline
from ingest.checks.catalogue import explain
from ingest.finding import Finding
from ingest.reasons import finding_of, in_vietnamese

GOOD = ("stored", "to-decide", "gathering")  # what the command line calls success


def seen_through(submission_id: str) -> dict[str, Any]:
    """Advance a submission, or watch the worker that has it, until it stands still; return its facts."""
    while True:
        state = pipeline.advance(submission_id)
        with reading() as session:
            row = session.get_one(Submission, submission_id)
            if row.state not in STATES_OPEN or (state != "busy" and row.waiting):
                return facts_of(row, "vi")
        time.sleep(0.5)


def facts_of(row: Submission, lang: Literal["vi", "en"]) -> dict[str, Any]:
    """Return what there is to say about a delivery, as JSON has it; `waits_for` is `waiting` in words."""
    findings = [told_of(finding_of(one), lang) for one in row.findings]
    return {
        "id": row.id,
        "agency": row.agency_code,
        "state": row.state,
        "step": row.step,
        "waiting": [reason_as_json(reason) for reason in from_text(row.waiting)],
        "waits_for": told_text(row.waiting, lang),
        "title": row.title,
        "file_code": row.file_code,
        "case_file_id": row.case_file_id,
        "findings": findings,
    }


def errors_in(facts: Mapping[str, Any]) -> list[str]:
    """Return the codes of the errors among the findings of `facts_of`."""
    return [finding["code"] for finding in facts["findings"] if finding["severity"] == "error"]


def text_of(facts: dict[str, Any]) -> str:
    """Return the facts as lines for a terminal."""
    lines = [f"{facts['id']}  {facts['state']}  {facts['title']}"]
    if facts["waits_for"]:
        lines.append(f"  chờ: {facts['waits_for']}")
    return "\n".join([*lines, *lines_of(facts["findings"])])


def told_of(finding: Finding, lang: Literal["vi", "en"]) -> dict[str, str]:
    """Return a finding in words: code, severity, place, text, remedy, clause."""
    said = explain(finding, lang)
    return {
        "code": finding.code,
        "severity": str(said.severity),
        "place": in_vietnamese(finding.place) if lang == "vi" else finding.place,
        "text": said.text,
        "remedy": said.remedy,
        "clause": said.clause,
    }


def lines_of(findings: Iterable[Mapping[str, str]]) -> list[str]:
    """Return findings as lines for a terminal."""
    return [
        line
        for finding in findings
        for line in (
            f"  [{finding['code']}] {finding['place']}: {finding['text']}",
            f"      {finding['remedy']} ({finding['clause']})",
        )
    ]
