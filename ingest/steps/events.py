"""What happened to a delivery on its way, as the PREMIS events of its package."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any
from uuid import UUID, uuid5

from archive.packages.facts import ComponentFacts, EventFacts, RecordFacts
from archive.register.models import ComponentRole
from ingest import virus
from ingest.steps.step import Work

TOOL = "Tàng Thư ingest"
REASON_LONGEST = 600  # characters of one attempt's reasons in an event; the component's facts have all
PAGES_TOLD = 50
# EN 319 102-1 main status -> PREMIS outcome; what could not be told is never a success.
OUTCOMES = {"TOTAL-PASSED": "success", "TOTAL-FAILED": "failure"}


def events_of(work: Work, records: tuple[RecordFacts, ...], now: datetime) -> Iterator[EventFacts]:
    """Yield the events in the order of the work; their ids follow from the submission, so a second run agrees."""
    make = _Maker(UUID(work.submission_id))
    components = [component for record in records for component in record.components]
    looked, scanned, checked, normalised, decided = (
        work.results.get(step, {}) for step in ("look", "scan", "check", "normalise", "decide")
    )

    yield make("transfer", work.received_at, f"received from {work.agency_code}", TOOL)
    yield from _of_scan(make, scanned, _at(scanned, now), components)
    for component in components:
        if component.facts.get("signatures"):
            yield _of_signatures(make, component, _at(looked, now))
    yield make(
        "validation",
        _at(checked, now),
        f"profile {checked.get('profile', '')}, {checked.get('findings', 0)} findings",
        TOOL,
    )
    for component in components:
        if component.role == ComponentRole.PDFA:
            tools = ", ".join(f"{name} {said}" for name, said in sorted(component.facts["tools"].items()))
            yield make(
                "normalization",
                _at(normalised, now),
                how_made(component),
                tools or TOOL,
                (component.facts["of"], component.id),
            )
    for component in components:
        if "kept" in component.facts:
            detail = f"{component.path}: kept as it came, no PDF/A ({component.facts['kept']})"
            yield make("policy assignment", now, detail, TOOL, (component.id,))
    yield make("appraisal", _at(decided, now), "accepted", str(decided.get("by", "")))
    yield make("information package creation", now, "AIP v0001", TOOL)


class _Maker:
    def __init__(self, seed: UUID) -> None:
        self._seed = seed

    def __call__(
        self,
        kind: str,
        at: datetime,
        detail: str,
        agent: str,
        objects: tuple[str, ...] = (),
        outcome: str = "success",
    ) -> EventFacts:
        id_ = str(uuid5(self._seed, f"event {kind} {detail}"))
        return EventFacts(
            id_, kind, at.astimezone(UTC).replace(microsecond=0), outcome, detail, agent, objects
        )


def _of_scan(
    make: _Maker, scanned: Mapping[str, Any], at: datetime, components: Sequence[ComponentFacts]
) -> Iterator[EventFacts]:
    """Yield the virus check with engine and signatures, and who released what it had found."""
    originals = [one for one in components if one.role == ComponentRole.ORIGINAL]
    engine = virus.engine_of(str(scanned.get("engine", "")))
    released = scanned.get("released", ())
    found = f"{len(released)} released as false alarms" if released else "nothing found"
    yield make(
        "virus check",
        at,
        f"{scanned.get('files', 0)} files, {found}; {engine.told}",
        engine.name,
        tuple(one.id for one in originals),
        "warning" if released else "success",
    )
    for number, one in enumerate(released, 1):
        yield make(
            "unquarantine",
            datetime.fromisoformat(one["released_at"]),
            f"false alarm {number}: {one['signature']}, asked by {one['asked_by']}, released by "
            f"{one['released_by']}, scanned again with {engine.told}; request {one['request_id']}",
            str(one["released_by"]),
            tuple(component.id for component in originals if component.sha256 == one["sha256"]),
            "warning",
        )


def _of_signatures(make: _Maker, component: ComponentFacts, at: datetime) -> EventFacts:
    """Return the event of one file's signatures; the worst of them is its outcome."""
    verdicts = [
        f"{one['verdict']} {one['sub_indication']}".strip()
        + f" (at signing: {one['then_verdict']} {one['then_sub_indication']}".rstrip()
        + ")"
        for one in component.facts["signatures"]
    ]
    outcomes = {OUTCOMES.get(one["verdict"], "warning") for one in component.facts["signatures"]}
    worst = next(outcome for outcome in ("failure", "warning", "success") if outcome in outcomes)
    return make(
        "digital signature validation",
        at,
        f"{component.path}: {'; '.join(verdicts)}",
        f"pyHanko {version('pyhanko')}",
        (component.id,),
        worst,
    )


def _compared(told: Mapping[str, Any]) -> Iterator[str]:
    """Yield how the accepted derivative compares with its source: the worst of all pages (`formats/fidelity.py`)."""
    if "text_same_least" in told:
        yield f"text {told['text_same_least']:.1%} the same"
    if "words_found" in told:
        yield f"{told['words_found']:.1%} of the words found again"
    if "words" in told:
        yield f"words {told['words']}"
    if "difference_mean_most" in told:
        mean, spot = told["difference_mean_most"], told["difference_spot_most"]
        yield f"pictures of {told['pages_pictured']} pages differ by {mean} of 255, in one field by {spot}"
    if "side_most" in told:
        yield f"page sides by {told['side_most']} points"


def how_made(component: ComponentFacts) -> str:
    """Return how a derivative came to be: how alike it is, what was tried and not taken, OCR, what was taken out."""
    facts = component.facts
    parts = [f"{component.path}: {facts['route']}, PDF/A-{facts['verapdf'].get('flavour', '')}"]
    if alike := "; ".join(_compared(facts["verapdf"])):
        parts.append(f"compared with the source: {alike}")
    for one in facts.get("attempts", ()):
        if one["outcome"] != "accepted":
            parts.append(f"{one['route']} {one['outcome']}: {'; '.join(one['reasons'][:3])}"[:REASON_LONGEST])
    if facts.get("network_open"):
        parts.append(
            "the network was not cut off from the programs that made it: `unshare` is not permitted there"
        )
    if ocr := facts.get("ocr"):
        pages = ", ".join(str(page["page"]) for page in ocr["pages"][:PAGES_TOLD])
        more = f" and {len(ocr['pages']) - PAGES_TOLD} more" if len(ocr["pages"]) > PAGES_TOLD else ""
        sure = f"{ocr['confidence']} of 100" if ocr["confidence"] is not None else "no word found"
        parts.append(f"OCR ({ocr['languages']}) of pages {pages}{more}: mean confidence {sure}")
    taken = [one for one in facts.get("attempts", ()) if one["outcome"] == "accepted" and one["removals"]]
    parts += [f"changed by {one['route']}: {'; '.join(one['removals'])}"[:REASON_LONGEST] for one in taken]
    # Names of fonts and attachments come from the file: a sign that XML forbids must not stop the package.
    return "".join(sign if sign.isprintable() else "?" for sign in ". ".join(parts))


def _at(result: Mapping[str, object], now: datetime) -> datetime:
    at = result.get("at")
    return datetime.fromisoformat(at) if isinstance(at, str) else now
