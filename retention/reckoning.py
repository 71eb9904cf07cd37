"""From the facts of a case file to its dates, with every step written down. Pure.

The steps are codes with parameters, so that they can be stored in the ledger and told in two languages later
(`retention.explain`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from archive.dossiers import YEARS, clause_of, kept_through
from archive.register.models import Regime
from retention.period import (
    Counting,
    RetentionPeriod,
    Unclear,
    covers,
    eligible_from,
    last_day,
    longest,
    parse_maintenance,
)
from retention.schedule import Schedule, schedules, suggest

RULES = "1"
"""Version of the rules in this module; raise it when a reckoning would come out differently."""

R1_TT10 = date(2023, 2, 15)


@dataclass(frozen=True)
class FileFacts:
    """What the period of a case file depends on.

    Attributes:
        maintenance: the period as declared for the file.
        documents: the periods its documents declare, as declared; documents without one are left out.
        assigned: (schedule id, row) an archivist assigned, if any.
        dossier: it is the dossier of a destruction (`archive.dossiers`), which was on the day its work ended.
    """

    title: str
    regime: str
    work_ended: date
    maintenance: str
    documents: tuple[str, ...] = ()
    assigned: tuple[str, str] | None = None
    dossier: bool = False


@dataclass(frozen=True)
class Reckoned:
    """One step: a fact, the rule used and where the rule stands.

    Attributes:
        code: key of the texts in `retention.explain`.
        params: JSON values the texts name.
        clause: law or circular with article; empty where the step is a plain fact.
        reading: this is our reading, the law does not say it in these words.
    """

    code: str
    params: Mapping[str, Any]
    clause: str = ""
    reading: bool = False


@dataclass(frozen=True)
class Reckoning:
    """The outcome.

    Attributes:
        permanent: True, False, or None when the period is unclear; then nothing is ever due.
    """

    permanent: bool | None
    retention_years: int | None
    last_day: date | None
    eligible_from: date | None
    steps: tuple[Reckoned, ...]

    def payload(self) -> dict[str, Any]:
        """Return the JSON of a RETENTION_SET event, without the basis the caller adds to."""
        return {
            "permanent": self.permanent,
            "retention_years": self.retention_years,
            "last_day": self.last_day.isoformat() if self.last_day else None,
            "eligible_from": self.eligible_from.isoformat() if self.eligible_from else None,
            "basis": {
                "rules": RULES,
                "steps": [
                    {
                        "code": step.code,
                        "params": dict(step.params),
                        "clause": step.clause,
                        "reading": step.reading,
                    }
                    for step in self.steps
                ],
            },
        }


def clause_of_clock(regime: str, work_ended: date) -> str:
    """Return the clause that says from when the period runs, for work that ended that day."""
    if regime == "R2":
        return "Luật 33/2024/QH15 Điều 15.3"
    return "Thông tư 10/2022/TT-BNV Điều 3.1" if work_ended >= R1_TT10 else "Thông tư 09/2011/TT-BNV Điều 2.1"


def reckon(
    facts: FileFacts, *, counting: Counting = Counting.NEXT_YEAR, among: Iterable[Schedule] | None = None
) -> Reckoning:
    """Return a case file's dates and how they came about.

    Args:
        facts: of the case file.
        counting: the setting of that name.
        among: schedules for the suggestions shown beside; all we have if None.
    """
    clock = clause_of_clock(facts.regime, facts.work_ended)
    declared = parse_maintenance(facts.maintenance)
    steps = [
        Reckoned("work-ended", {"day": facts.work_ended.isoformat(), "year": facts.work_ended.year}, clock),
        _declared(declared, facts.maintenance),
    ]
    period = declared
    if facts.documents:
        of_documents = [parse_maintenance(text) for text in facts.documents]
        period = longest([declared, *of_documents])
        steps.append(_longest(period, len(of_documents), facts.regime))
    steps.extend(_suggested(facts, period, schedules() if among is None else among))
    if isinstance(period, Unclear):
        steps.append(Reckoned("not-due-until-clear", {"text": period.text, "why": period.why}))
        return Reckoning(None, None, None, None, tuple(steps))
    last = last_day(facts.work_ended, period, counting=counting)
    first = eligible_from(facts.work_ended, period, counting=counting)
    if last is None or first is None:
        clause = "Luật 33/2024/QH15 Điều 15" if facts.regime == "R2" else "Luật 01/2011/QH13 Điều 17"
        steps.append(Reckoned("permanent", {}, clause))
        return Reckoning(True, None, None, None, tuple(steps))
    steps.append(
        Reckoned(
            "last-day",
            {
                "day": last.isoformat(),
                "year": facts.work_ended.year,
                "years": period.years,
                "counting": str(counting),
            },
            clock,
            reading=True,
        )
    )
    if facts.dossier:
        floor = kept_through(facts.work_ended)
        last, first = max(last, floor), max(first, floor + timedelta(days=1))
        params = {"day": floor.isoformat(), "since": facts.work_ended.isoformat(), "years": YEARS}
        ours = facts.regime != Regime.R1
        steps.append(Reckoned("dossier-kept", params, clause_of(facts.regime), reading=ours))
    steps.append(Reckoned("eligible-from", {"day": first.isoformat()}, clock, reading=True))
    return Reckoning(False, period.years, last, first, tuple(steps))


def _declared(period: RetentionPeriod | Unclear, text: str) -> Reckoned:
    if isinstance(period, Unclear):
        return Reckoned("declared-unclear", {"text": text, "why": period.why})
    return Reckoned("declared", {"text": text, "period": str(period)})


def _longest(period: RetentionPeriod | Unclear, count: int, regime: str) -> Reckoned:
    r2 = regime == "R2"
    clause = "Luật 33/2024/QH15 Điều 15.4" if r2 else ""
    if isinstance(period, Unclear):
        return Reckoned(
            "documents-unclear", {"text": period.text, "why": period.why, "count": count}, clause, not r2
        )
    return Reckoned("documents-longest", {"period": str(period), "count": count}, clause, not r2)


def _suggested(
    facts: FileFacts, period: RetentionPeriod | Unclear, among: Iterable[Schedule]
) -> list[Reckoned]:
    """Return the best row in force, as a hint; a person assigns rows, the machine never does."""
    if facts.assigned is not None:
        return []
    best = next(iter(suggest(facts.title, on=facts.work_ended, among=among, most=1)), None)
    if best is None:
        return []
    shorter = (
        isinstance(period, RetentionPeriod)
        and best.line.period is not None
        and not covers(period, best.line.period)
    )
    return [
        Reckoned(
            "suggestion-longer" if shorter else "suggestion",
            {
                "instrument": best.schedule.instrument,
                "row": best.line.ref,
                "title": best.line.title,
                "retention": best.line.retention,
                "in_force": best.in_force,
                "schedule": best.schedule.id,
                "sha256": best.schedule.sha256,
            },
            f"{best.schedule.instrument}, {best.schedule.clause}, {best.line.ref}",
        )
    ]
