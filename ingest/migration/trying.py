"""A sample of what a plan speaks of, made anew for a try: route, veraPDF's word, the gate's. Nothing is kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select

from archive.ledger.append import be_only_writer
from archive.reason import as_json
from archive.register.models import CaseFile, CaseFileState, Component
from archive.register.preservation import PreservationPlan
from archive.register.session import reading, transaction
from archive.stores.interface import Store
from archive.workplace import at_work
from ingest.formats.convert import Derivative, Failure
from ingest.formats.policy import Policy
from ingest.migration.anew import Kept, anew
from ingest.migration.choosing import Chosen, Policies, barred, chosen
from ingest.migration.plan import Wanted, checked

MOST = 20
WORK = "migration-trial-"
LOOKED_AT = 20_000
"""Files that are looked through for a sample at most: what comes after is of no other kind, most likely."""


@dataclass(frozen=True)
class Tried:
    """What came of one file.

    Attributes:
        access: of the case file: what the tools said may quote the document.
        document: ordinal of its record.
        before: flavour of the derivative it has; "" for none.
        route: that was accepted; "" when none was.
        flavour: of what was made; "" when nothing was.
        size: of what was made, in bytes.
        measured: what veraPDF and the gate found, JSON values.
        code: why nothing was made (rule code); "" when it was.
        why: the same, as reasons in JSON: of the whole, then of each route that was tried.
    """

    case_file_id: str
    file_code: str
    agency_code: str
    access: str
    document: int
    puid: str
    before: str
    route: str = ""
    flavour: str = ""
    size: int = 0
    measured: dict[str, Any] = field(default_factory=dict)
    code: str = ""
    why: list[Any] = field(default_factory=list)


def try_out(
    wanted: Wanted,
    *,
    target: str = "",
    agency_code: str = "",
    count: int = 3,
    places: Sequence[Store] | None = None,
) -> list[Tried]:
    """Make some files anew, of every agency and kind in turn, and return what came of each; nothing is stored.

    Args:
        wanted: which files.
        target: flavour; "" for each agency's own.
        agency_code: whose; "" for all.
        count: how many files, at most MOST.
        places: stores to read from instead of the configured ones.

    Raises:
        IngestError: no plan can be made of it.
        TemporaryError: no store answers, or a tool is missing.
    """
    checked(wanted, target)
    with reading() as session:
        policies = Policies(session)
        rows = (
            one
            for one in _first(chosen(session, wanted, agency_code=agency_code))
            if policies.refusal(one) is None
        )
        sample = _sample(rows, max(1, min(count, MOST)))
        against = barred(session, {one.case_file_id for one in sample})
        sample = [one for one in sample if one.case_file_id not in against]
        ids = [one.original_id for one in sample]
        found = {one.id: one for one in session.scalars(select(Component).where(Component.id.in_(ids)))}
        kept = [
            (one, Kept(one.original_id, found[one.original_id].name, found[one.original_id].sha256,
                       found[one.original_id].facts), policies.of(one.agency_code))
            for one in sample
        ]  # fmt: skip
    return [_one(one, original, policy, target, places) for one, original, policy in kept]


def try_plan(plan_id: str, count: int, *, now: datetime) -> int:
    """Try a plan out and note the result with it, for whoever has to approve it; return how many files were tried.

    Raises:
        As `try_out`.
    """
    with reading() as session:
        plan = session.get_one(PreservationPlan, plan_id)
        wanted, target, agency_code = Wanted(**plan.wanted), plan.target, plan.agency_code
    tried = try_out(wanted, target=target, agency_code=agency_code, count=count)
    with transaction() as session:
        be_only_writer(session)  # what was destroyed meanwhile is not quoted
        there = select(CaseFile.id).where(
            CaseFile.id.in_({one.case_file_id for one in tried}), CaseFile.state == CaseFileState.STORED
        )
        stored = set(session.scalars(there))
        plan = session.get_one(PreservationPlan, plan_id)
        plan.trial, plan.trial_at = [asdict(one) for one in tried if one.case_file_id in stored], now
    return len(tried)


def _first(rows: Iterator[Chosen]) -> Iterator[Chosen]:
    for number, one in enumerate(rows):
        if number >= LOOKED_AT:
            return
        yield one


def _sample(rows: Iterator[Chosen], count: int) -> list[Chosen]:
    """Return so many files, the first of every agency and kind before a second of any."""
    groups: dict[tuple[str, str, str], list[Chosen]] = {}
    for one in rows:
        mine = groups.setdefault((one.agency_code, one.puid, one.flavour), [])
        if len(mine) < count:
            mine.append(one)
    taken: list[Chosen] = []
    for turn in range(count):
        taken += [mine[turn] for mine in groups.values() if len(mine) > turn]
    return taken[:count]


def _one(one: Chosen, original: Kept, policy: Policy, target: str, places: Sequence[Store] | None) -> Tried:
    about = (
        one.case_file_id,
        one.code,
        one.agency_code,
        one.access,
        one.document,
        one.puid,
        one.flavour,
    )
    with at_work(WORK) as folder:
        result = anew([original], folder, target=target, policy=policy, places=places)[original.id]
        if isinstance(result, Derivative):
            return Tried(
                *about,
                route=result.route,
                flavour=result.flavour,
                size=result.size,
                measured=dict(result.verdict),
                why=_attempts(result),
            )
        return Tried(*about, code=result.code, why=[as_json(result.reason), *_attempts(result)])


def _attempts(result: Derivative | Failure) -> list[Any]:
    """Return why the routes that were tried before were not taken."""
    return [
        as_json(reason)
        for attempt in result.attempts
        if attempt.outcome != "accepted"
        for reason in attempt.reasons[:3]
    ]
