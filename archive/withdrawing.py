"""Take back the newest version of a case file's package: the one before is the current one again.

What may go this way is only a version that a preservation plan made and nobody confirmed. No record leaves: the
untouched originals, and the derivatives that were there before, lie in the version before, which is read whole from as
many stores as the policy wants right before a byte is erased. So it is no destruction and needs no decision of one (our
own reading; no article speaks of it), but it is done as carefully: every condition is asked again at the moment, the
ledger has it first, each store gives a receipt.

The register stops naming the version first, then the bytes go: killed in between, nobody reads what is half erased,
and the next call goes on. A rebuild replays both events and does not look for the bytes (`archive.rebuild`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.alone import alone, work_on_copies
from archive.copies import UNREACHABLE, examine, stores
from archive.errors import ArchiveError, NotFoundError, TemporaryError
from archive.holds import active_holds
from archive.ledger.append import append, be_only_writer
from archive.ledger.event import Verb
from archive.media.records import STANDING, media_with
from archive.packages.facts import PackageFacts
from archive.packages.reader import read_facts
from archive.packages.versions import as_described_now, holds_files
from archive.reason import Reason, as_json, because
from archive.register.models import CaseFile, CaseFileState, CopyState, Package
from archive.register.preservation import (
    STATES_MADE,
    ItemState,
    PlanState,
    PreservationItem,
    PreservationPlan,
)
from archive.register.projection import apply
from archive.register.session import reading, transaction
from archive.settings import ArchiveSettings
from archive.stores.interface import Store
from archive.versions import open_order
from archive.vietnam import day_of

ACTOR = "system:migration"


def withdraw(
    plan_id: str, case_file_id: str, *, now: datetime, places: Sequence[Store] | None = None
) -> ItemState:
    """Take back the version a plan made of a case file; return what became of the item. Safe to call again.

    Raises:
        NotFoundError: the plan names no such case file.
        TemporaryError: a store does not answer, or somebody is at work on the copies; call again.
    """
    used = list(stores() if places is None else places)
    with alone(work_on_copies(case_file_id)):
        with reading() as session:
            item = _item(session, plan_id, case_file_id)
            state = ItemState(item.state)
        if state in STATES_MADE:
            state = _stop_naming(plan_id, case_file_id, used, now)
        if state is ItemState.REVERSING:
            state = _erase(plan_id, case_file_id, used, now)
    return state


def reasons_against(session: Session, item: PreservationItem, *, now: datetime) -> tuple[Reason, ...]:
    """Return every reason, as far as the register knows, not to take back the version the item made."""
    return tuple(_against(session, item, now))


def _against(session: Session, item: PreservationItem, now: datetime) -> Iterator[Reason]:
    plan = session.get_one(PreservationPlan, item.plan_id, populate_existing=True)
    if plan.state != PlanState.REVERSING:
        yield because("archive.withdraw-plan", plan=plan.name, state=plan.state)
    row = session.get(CaseFile, item.case_file_id)
    if row is None or row.state != CaseFileState.STORED:
        code, state = (row.code, row.state) if row else (item.case_file_id, "")
        yield because("archive.file-gone", file=code, state=state)
        return
    versions = _versions(session, item.case_file_id)
    if not versions or versions[0].name != item.package_name or versions[0].sha256 != item.sha256:
        yield because("archive.withdraw-not-newest", file=row.code, version=item.version)
    elif len(versions) < 2:
        yield because("archive.withdraw-only-one", file=row.code)
    if order := open_order(session, item.case_file_id):
        yield because("archive.withdraw-ordered", file=row.code, number=order)
    for hold in active_holds(session, row, day_of(now)):
        yield because("archive.file-held", file=row.code, why=hold.reason)
    for medium in media_with(session, (item.package_name,)):
        if medium.state in STANDING:
            yield because("archive.withdraw-on-medium", file=row.code, number=medium.number)


def _stop_naming(plan_id: str, case_file_id: str, places: Sequence[Store], now: datetime) -> ItemState:
    """Have register and readers use the version before; from then on the bytes are nobody's."""
    with reading() as session:
        item = _item(session, plan_id, case_file_id)
        against = list(reasons_against(session, item, now=now))
        versions = _versions(session, case_file_id)
    facts: PackageFacts | None = None
    if not against:
        facts, against = _former(versions[1:], places)
    with transaction() as session:
        be_only_writer(session)
        item = _item(session, plan_id, case_file_id)
        against += [one for one in reasons_against(session, item, now=now) if one not in against]
        if against or facts is None:
            _note(session, item, {"did": "left", "why": [as_json(one) for one in against]}, now)
            return ItemState.LEFT
        gone, now_current = versions[0], versions[1]
        event = append(
            session,
            Verb.MIGRATE,
            actor=ACTOR,
            kind="case-file",
            id=case_file_id,
            payload={
                "plan_id": plan_id,
                "did": "reversing",
                "package_id": gone.id,
                "name": gone.name,
                "version": gone.version,
            },
            before=gone.sha256,
            after=now_current.sha256,
            now=now,
        )
        apply(session, event, facts)
    return ItemState.REVERSING


def _former(versions: Sequence[Package], places: Sequence[Store]) -> tuple[PackageFacts | None, list[Reason]]:
    """Return what the earlier versions say together, once enough whole copies of all that say it were read.

    Raises:
        TemporaryError: too few stores answer to know.
    """
    needed, later = ArchiveSettings.load().copies_required, list[PackageFacts]()
    for package in versions:
        states = examine(package.name, package.sha256, places)
        good = [store for store in places if states[store.name] == CopyState.VERIFIED]
        if len(good) < needed:
            few = because("archive.withdraw-former", name=package.name, good=len(good), needed=needed)
            silent = sum(state == UNREACHABLE for state in states.values())
            if len(good) + silent >= needed:
                raise TemporaryError(few)
            return None, [few]
        try:
            with good[0].open(package.name) as source:
                facts = read_facts(source)
        except OSError as error:
            raise TemporaryError(f"{good[0].name}: {package.name} cannot be read: {error}") from error
        if holds_files(facts):
            return as_described_now(facts, later), []
        later.append(facts)
    return None, [because("archive.withdraw-no-documents")]


def _erase(plan_id: str, case_file_id: str, places: Sequence[Store], now: datetime) -> ItemState:
    """Erase the bytes in every store, look again, and ledger each store's word.

    Raises:
        TemporaryError: a store does not answer; what was erased stays erased.
    """
    with reading() as session:
        name = _item(session, plan_id, case_file_id).package_name
        if session.scalar(select(Package.id).where(Package.name == name)) is not None:
            raise ArchiveError(f"{name} is a version of the case file; it is not erased")
    receipts, kept = [], []
    for store in places:
        size = store.size(name)
        how = store.erase(name)
        left = store.left(name)
        until = left.until.isoformat() if left.until else None
        receipts.append(
            {"store": store.name, "size": size, "how": how, "gone": not left.objects, "until": until}
        )
        if left.objects:
            kept.append(because("archive.withdraw-locked", store=store.name, until=until or ""))
    with transaction() as session:
        be_only_writer(session)
        item = _item(session, plan_id, case_file_id)
        told = {"did": "reversed", "receipts": receipts, "why": [as_json(one) for one in kept]}
        _note(session, item, told, now)
    return ItemState.REVERSED


def _note(session: Session, item: PreservationItem, told: Mapping[str, Any], now: datetime) -> None:
    payload = {"plan_id": item.plan_id, **told}
    apply(
        session,
        append(
            session,
            Verb.MIGRATE,
            actor=ACTOR,
            kind="case-file",
            id=item.case_file_id,
            payload=payload,
            now=now,
        ),
    )


def _item(session: Session, plan_id: str, case_file_id: str) -> PreservationItem:
    found = session.get(PreservationItem, (plan_id, case_file_id), populate_existing=True)
    if found is None:
        raise NotFoundError(because("archive.no-file", file=case_file_id))
    return found


def _versions(session: Session, case_file_id: str) -> list[Package]:
    """Return the versions of a case file's package, newest first."""
    query = select(Package).where(Package.case_file_id == case_file_id).order_by(Package.version.desc())
    return list(session.scalars(query))
