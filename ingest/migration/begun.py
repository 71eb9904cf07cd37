"""What is begun of a case file of a plan: which originals are made anew, by which policy; or why it is passed over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.reason import Reason, because
from archive.register.models import CaseFile, CaseFileState, Component, Package
from archive.register.preservation import PreservationPlan
from archive.versions import newest_of
from ingest.formats.policy import Policy
from ingest.migration.anew import Kept
from ingest.migration.choosing import Policies, barred, chosen
from ingest.migration.plan import Wanted
from ingest.migration.preview import workable


class PassOverError(Exception):
    """The case file cannot be touched now."""

    def __init__(self, reasons: Sequence[Reason]) -> None:
        super().__init__("; ".join(map(str, reasons)))
        self.reasons = tuple(reasons)


@dataclass(frozen=True)
class Begun:
    """What is made of which files.

    Attributes:
        places: identifier of an original -> (ordinal of its document, position in it).
    """

    plan_id: str
    plan_name: str
    target: str
    policy: Policy
    originals: tuple[Kept, ...]
    places: dict[str, tuple[int, int]]


def untouched(session: Session, case_file_id: str) -> tuple[CaseFile, Package]:
    """Return the case file and its newest package, when it may be touched now.

    Raises:
        PassOverError: it may not; says why.
    """
    row = session.get(CaseFile, case_file_id, populate_existing=True)
    if row is None or row.state != CaseFileState.STORED:
        state = row.state if row is not None else CaseFileState.DESTROYED
        code = row.code if row is not None else case_file_id
        raise PassOverError([because("archive.file-gone", file=code, state=state)])
    if against := barred(session, [case_file_id]).get(case_file_id):
        raise PassOverError(against)
    return row, newest_of(session, row)


def begin(session: Session, plan_id: str, row: CaseFile) -> Begun:
    """Return what a plan is to make of a case file.

    Raises:
        PassOverError: nothing of it is wanted any more.
    """
    plan = session.get_one(PreservationPlan, plan_id)
    policies = Policies(session)
    todo = workable(list(chosen(session, Wanted(**plan.wanted), case_file_id=row.id)), policies)
    if not todo:
        raise PassOverError([because("ingest.migration-nothing-left", file=row.code)])
    ids = [one.original_id for one in todo]
    found = {one.id: one for one in session.scalars(select(Component).where(Component.id.in_(ids)))}
    return Begun(
        plan_id,
        plan.name,
        plan.target,
        policies.of(row.agency_code),
        tuple(Kept(id, found[id].name, found[id].sha256, found[id].facts) for id in ids),
        {one.original_id: (one.document, _position(found[one.original_id].path)) for one in todo},
    )


def _position(path: str) -> int:
    """Return a file's number in its document, as its path begins (`ingest.steps.pack`); 1 when it does not say."""
    number = path.rpartition("/")[2].partition("-")[0]
    return int(number) if number.isdecimal() else 1
