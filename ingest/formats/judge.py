"""Accepts a candidate only when veraPDF says it is the PDF/A asked for and the fidelity gate has nothing against it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archive.reason import Reason, because
from ingest.formats.errors import CannotOpenError
from ingest.formats.fidelity import Measured, from_answer, reasons_against
from ingest.formats.flavour import FLAVOUR
from ingest.formats.workshop import Workshop


@dataclass(frozen=True)
class Judgement:
    """What was found of one candidate.

    Attributes:
        reasons: against it; empty when it is accepted.
        rules: PDF/A rules it breaks, clause and test number.
        valid: veraPDF accepted it (then the reasons, if any, are the gate's).
        page_characters: how many characters each page of the source has as text, where it has pages.
        facts: JSON values for the preservation report.
    """

    reasons: tuple[Reason, ...]
    rules: frozenset[str] = frozenset()
    valid: bool = False
    pages: int = 0
    page_characters: tuple[int, ...] = ()
    facts: Mapping[str, Any] | None = None

    @property
    def accepted(self) -> bool:
        """Say whether nothing speaks against it."""
        return self.valid and not self.reasons


def judge(
    shop: Workshop, candidate: Path, measured: Callable[[], Mapping[str, Any]], *, flavour: str = FLAVOUR
) -> Judgement:
    """Judge a candidate: first veraPDF, then the gate on what `measured` returns.

    Raises:
        VeraPdfMissingError, ToolMissingError: it cannot be judged now. May be retried.
    """
    verdict = shop.vera.check(candidate, flavour)
    if verdict.compliant is not True:
        told = tuple(
            because("ingest.pdfa-rule", rule=rule.rule, said=rule.message[:160], times=rule.count)
            for rule in verdict.failed[:10]
        )
        reasons = told or (because("ingest.verapdf-untold", said=verdict.message),)
        return Judgement(reasons, frozenset(rule.rule for rule in verdict.failed))
    try:
        answer = measured()
        facts = from_answer(answer)
    except CannotOpenError as error:
        return Judgement((because("ingest.not-compared", why=error.reason),), valid=True)
    except (KeyError, TypeError) as error:
        why = because("ingest.no-measure", said=str(error))
        return Judgement((because("ingest.not-compared", why=why),), valid=True)
    return Judgement(
        reasons=reasons_against(facts),
        valid=True,
        pages=facts.pages_after,
        page_characters=tuple(answer.get("page_characters", ())),
        facts={
            "validator": f"veraPDF {verdict.version}",
            "flavour": verdict.flavour,
            "compliant": True,
            **_summary(facts),
        },
    )


def _summary(facts: Measured) -> dict[str, Any]:
    """Return the worst values measured; what was not measured is absent."""
    texts = [page.text for page in facts.pages if page.text is not None]
    means = [page.mean for page in facts.pages if page.mean is not None]
    spots = [page.spot for page in facts.pages if page.spot is not None]
    sides = [page.side for page in facts.pages if page.side is not None]
    told: dict[str, Any] = {"pages": facts.pages_after, "pages_pictured": len(means)}
    if texts:
        told["text_same_least"] = round(min(texts), 4)
    if means and spots:
        told |= {"difference_mean_most": round(max(means), 2), "difference_spot_most": round(max(spots), 2)}
    if sides:
        told["side_most"] = round(max(sides), 2)
    if facts.words_found is not None:
        told["words_found"] = round(facts.words_found, 4)
    if not texts and facts.words_found is None:
        told["words"] = "not compared: no other reader of the source gives any"
    return told
