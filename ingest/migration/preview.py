"""What a plan would do, counted before anybody proposes it: how many, of what, by which route, what it cannot touch.

Nothing is guessed: the route is what the format policy says today of that format, and what becomes of a file is known
only by trying (`trying.py`). What is counted here is exactly what a plan then names.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby, islice

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.reason import Reason
from archive.register.models import Package
from ingest.migration.choosing import Chosen, Policies, barred, chosen, held, holding_documents
from ingest.migration.plan import Wanted, checked

AT_ONCE = 400


@dataclass(frozen=True)
class Named:
    """A case file the plan would name: with the package it has now, and what of it is to be made anew."""

    case_file_id: str
    package_sha256: str
    components: int
    size: int


@dataclass
class Count:
    """How much of one kind: case files (of agencies only), files, and bytes of the originals."""

    files: int = 0
    components: int = 0
    size: int = 0


@dataclass(frozen=True)
class Kind:
    """A kind of file: format of the original, flavour of the derivative it has, what is to be made and by which tool.

    Attributes:
        flavour: "" when there is no derivative yet.
        route: tool of the format policy's rule; "" when it makes none.
    """

    puid: str
    media_type: str
    flavour: str
    target: str
    route: str


@dataclass(frozen=True)
class Barred:
    """A case file that cannot be touched now; the plan would not name it."""

    case_file_id: str
    code: str
    agency_code: str
    access: str
    reasons: tuple[Reason, ...]


@dataclass
class Preview:
    """What a plan would do.

    Attributes:
        files, components, size: case files, originals and their bytes.
        room: bytes of the packages they lie in now; about what the new versions will take in every store.
        held: how many of the case files are under a hold; they are made anew all the same.
        kinds: by kind of file. `refused` those the format policy makes nothing of, with the reason.
        barred: case files left out.
        items: what the plan would name.
    """

    files: int = 0
    components: int = 0
    size: int = 0
    room: int = 0
    held: int = 0
    agencies: dict[str, Count] = field(default_factory=dict)
    kinds: dict[Kind, Count] = field(default_factory=dict)
    refused: dict[Kind, tuple[Reason, Count]] = field(default_factory=dict)
    barred: list[Barred] = field(default_factory=list)
    items: list[Named] = field(default_factory=list)


def preview(
    session: Session, wanted: Wanted, *, target: str = "", agency_code: str = "", now: datetime
) -> Preview:
    """Count what a plan would do; writes nothing.

    Args:
        session: on the register.
        wanted: which files.
        target: flavour to be made; "" for each agency's own.
        agency_code: whose; "" for all.
        now: aware time.

    Raises:
        IngestError: no plan can be made of it.
    """
    checked(wanted, target)
    found, policies = Preview(), Policies(session)
    by_file = groupby(chosen(session, wanted, agency_code=agency_code), key=lambda one: one.case_file_id)
    files: Iterator[list[Chosen]] = (list(group) for _, group in by_file)
    while some := list(islice(files, AT_ONCE)):
        _add(session, found, some, policies, target, now)
    return found


def workable(some: list[Chosen], policies: Policies) -> list[Chosen]:
    """Return those of which the format policy makes a derivative today."""
    return [one for one in some if policies.refusal(one) is None]


def _add(
    session: Session,
    found: Preview,
    files: list[list[Chosen]],
    policies: Policies,
    target: str,
    now: datetime,
) -> None:
    ids = [file[0].case_file_id for file in files]
    against, on_hold = barred(session, ids), held(session, ids, now)
    packages = _packages(session, ids)
    documents = holding_documents(session, ids)
    for file in files:
        id = file[0].case_file_id
        if id in against:
            found.barred.append(Barred(id, file[0].code, file[0].agency_code, file[0].access, against[id]))
            continue
        for one in file:
            _count_kind(found, one, policies, target)
        todo = workable(file, policies)
        if not todo:
            continue
        size = sum(one.size for one in todo)
        newest = max(packages[id])
        found.items.append(Named(id, packages[id][newest].sha256, len(todo), size))
        found.files, found.components, found.size = (
            found.files + 1,
            found.components + len(todo),
            found.size + size,
        )
        found.room += packages[id][documents[id]].size
        found.held += id in on_hold
        agency = found.agencies.setdefault(file[0].agency_code, Count())
        agency.files, agency.components, agency.size = (
            agency.files + 1,
            agency.components + len(todo),
            agency.size + size,
        )


def _count_kind(found: Preview, one: Chosen, policies: Policies, target: str) -> None:
    reason, rule = policies.refusal(one), policies.rule_for(one)
    made = target or policies.of(one.agency_code).target
    kind = Kind(one.puid, one.media_type, one.flavour, made, rule.tool if rule is not None else "")
    if reason is None:
        count = found.kinds.setdefault(kind, Count())
    else:
        count = found.refused.setdefault(kind, (reason, Count()))[1]
    count.components += 1
    count.size += one.size


@dataclass(frozen=True)
class _Lying:
    sha256: str
    size: int


def _packages(session: Session, ids: list[str]) -> dict[str, dict[int, _Lying]]:
    found: dict[str, dict[int, _Lying]] = {}
    query = select(Package.case_file_id, Package.version, Package.sha256, Package.size).where(
        Package.case_file_id.in_(ids)
    )
    for id, version, sha256, size in session.execute(query):
        found.setdefault(id, {})[version] = _Lying(sha256, size)
    return found
