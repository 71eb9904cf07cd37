"""Findings as a page shows them: grouped by document, the case file's own first, worst first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from ingest.checks.catalogue import explain, rule
from ingest.finding import Finding
from ingest.mending.sheet import LABELS
from ingest.reasons import in_vietnamese
from portal.i18n import _

SEVERITY_ORDER = {"blocking": 0, "error": 1, "warning": 2}


@dataclass(frozen=True)
class Shown:
    """A finding as the page shows it."""

    code: str
    severity: str
    place: str
    text: str
    remedy: str
    clause: str


def shown(finding: Finding, language: Literal["vi", "en"]) -> Shown:
    """Return a finding in words."""
    told = explain(finding, language)
    place = _place(finding.place) if language == "vi" else finding.place
    return Shown(finding.code, str(told.severity), place, told.text, told.remedy, told.clause)


def _place(place: str) -> str:
    """Return a place in Vietnamese, a field by the law's name for it."""
    where, slash, field = place.rpartition(" / ")
    return in_vietnamese(f"{where}{slash}{LABELS.get(field, field)}" if slash else place)


def in_both_languages(finding: Finding) -> dict[str, Any]:
    """Return code, clause, and text and remedy in Vietnamese and English, as JSON values."""
    told = {"vi": explain(finding, "vi"), "en": explain(finding, "en")}
    return {
        "code": finding.code,
        "clause": told["vi"].clause,
        "text": {lang: one.text for lang, one in told.items()},
        "remedy": {lang: one.remedy for lang, one in told.items()},
    }


def grouped(findings: Iterable[Finding], language: Literal["vi", "en"]) -> list[dict[str, Any]]:
    """Return the groups of a page: {"document": number, "title": message, "findings": [Shown]}."""
    by_document: dict[int, list[Shown]] = {}
    for finding in findings:
        by_document.setdefault(finding.document, []).append(shown(finding, language))
    return [
        {
            "document": number,
            "title": _("Document ${number}", mapping={"number": number})
            if number
            else _("The case file itself"),
            "findings": sorted(
                by_document[number], key=lambda one: (SEVERITY_ORDER.get(one.severity, 9), one.code)
            ),
        }
        for number in sorted(by_document)
    ]


def counted(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """Return how many findings of each severity there are, worst first."""
    severities = [str(rule(finding.code).severity) for finding in findings]
    return [{"severity": s, "count": severities.count(s)} for s in SEVERITY_ORDER if s in severities]
