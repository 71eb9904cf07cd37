"""A later version of a package with derivatives made anew: same originals, documents and history, and what is new."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import PurePosixPath
from uuid import UUID, uuid5

from sqlalchemy.orm import Session

from archive.packages.facts import ComponentFacts, Earlier, EventFacts, PackageFacts, RecordFacts
from archive.register.models import CaseFile, ComponentRole
from archive.versions import Next, facts_after
from ingest.formats.convert import Derivative, Failure
from ingest.formats.flavour import TARGETS
from ingest.steps.derived import of_derivative
from ingest.steps.events import TOOL, how_made

EVENT = "migration"
"""PREMIS event type (Library of Congress, eventType)."""
OF_A_VERSION = re.compile(r"-v[0-9]{4,}\Z")
DERIVED = (ComponentRole.PDFA, ComponentRole.TEXT)

Results = Mapping[str, Derivative | Failure]


@dataclass(frozen=True)
class Ground:
    """What a new version stands on.

    Attributes:
        base: what the newest version with documents says.
        events: all that was done since, of versions that only describe.
        newest: the version before.
        later: what the new one is called.
        plan_id, plan_name: which plan makes it.
    """

    base: PackageFacts
    events: tuple[EventFacts, ...]
    newest: Earlier
    later: Next
    plan_id: str
    plan_name: str


def facts_of(
    session: Session, row: CaseFile, ground: Ground, results: Results, *, now: datetime
) -> PackageFacts:
    """Return what the new version says.

    A file that failed keeps the derivative it had, byte for byte and under its own name. One that is made anew gets a
    name with the version's number, so that no two versions hold different bytes under one path.

    Args:
        session: on the register.
        row: the case file, as it is described now.
        ground: what it stands on.
        results: identifier of an original -> what came of it.
        now: aware time.
    """
    at = now.astimezone(UTC).replace(microsecond=0)
    records = tuple(_record(record, ground, results) for record in ground.base.records)
    return replace(
        facts_after(session, row, ground.newest, ground.later, now=at),
        records=records,
        events=(*ground.base.events, *ground.events, *_events(records, ground, results, at)),
        documentation=ground.base.documentation,
    )


def _record(record: RecordFacts, ground: Ground, results: Results) -> RecordFacts:
    components: list[ComponentFacts] = []
    for component in record.components:
        if component.role in DERIVED:
            if not isinstance(results.get(str(component.facts.get("of"))), Derivative):
                components.append(component)
            continue
        components.append(component)
        made = results.get(component.id)
        if isinstance(made, Derivative):
            components.extend(_made(record, component, made, ground))
    return replace(record, components=tuple(components))


def _made(
    record: RecordFacts, original: ComponentFacts, made: Derivative, ground: Ground
) -> Iterator[ComponentFacts]:
    before = next(
        (
            one
            for one in record.components
            if one.role == ComponentRole.PDFA and one.facts.get("of") == original.id
        ),
        None,
    )
    path = PurePosixPath((before or original).path)
    stem = OF_A_VERSION.sub("", path.stem)
    seed, number = UUID(ground.plan_id), ground.later.number
    replaced = (
        {"id": before.id, "sha256": before.sha256, "flavour": _flavour(before)}
        if before is not None
        else None
    )
    return of_derivative(
        made,
        of=original.id,
        ids=(
            str(uuid5(seed, f"pdfa {original.id} {number}")),
            str(uuid5(seed, f"text {original.id} {number}")),
        ),
        name=PurePosixPath(original.name).stem,
        place=f"{path.parent.name}/{stem}-v{number:04d}",
        more={"replaces": replaced} if replaced else {},
    )


def _flavour(pdfa: ComponentFacts) -> str:
    told = pdfa.facts.get("verapdf", {}).get("flavour", "")
    return str(told) or next((one.flavour for one in TARGETS.values() if one.puid == pdfa.puid), "")


def _events(
    records: Sequence[RecordFacts], ground: Ground, results: Results, at: datetime
) -> Iterator[EventFacts]:
    """Yield what was done to each file: a success with tools, versions and source, or a failure with the code."""
    seed = UUID(ground.plan_id)
    why = f"plan {ground.plan_name} ({ground.plan_id})"
    for record in records:
        for component in record.components:
            made = results.get(str(component.facts.get("of") or component.id))
            if component.role == ComponentRole.PDFA and isinstance(made, Derivative):
                before = component.facts.get("replaces")
                was = f", was PDF/A-{before['flavour']} {before['id']}" if before else ", had no PDF/A"
                tools = ", ".join(f"{name} {said}" for name, said in sorted(made.tools.items()))
                yield EventFacts(
                    str(uuid5(seed, f"event {component.id}")),
                    EVENT,
                    at,
                    "success",
                    f"{how_made(component)}{was}. {why}",
                    tools or TOOL,
                    (str(component.facts["of"]), component.id),
                )
            elif component.role == ComponentRole.ORIGINAL and isinstance(made, Failure):
                yield EventFacts(
                    str(uuid5(seed, f"event {component.id} {ground.later.number}")),
                    EVENT,
                    at,
                    "failure",
                    f"{component.path}: {made.code}; the derivative it had stays. {why}",
                    TOOL,
                    (component.id,),
                )
