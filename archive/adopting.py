"""Packages that lie in the stores and that no event tells of: taken in again, or named with the reason why not."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from archive.errors import ArchiveError, TangThuError, TemporaryError
from archive.hashing import sha256_of
from archive.keeping import keep
from archive.packages.facts import WrittenPackage
from archive.packages.reader import read_facts
from archive.procedure.kept import is_half_made
from archive.register.agencies import set_agency, set_fonds
from archive.register.models import (
    STATES_OPEN,
    Agency,
    CaseFile,
    CaseFileState,
    Fonds,
    Package,
    StepResult,
    Submission,
)
from archive.register.preservation import STATES_TAKEN_BACK, PreservationItem
from archive.register.session import transaction
from archive.settings import ArchiveSettings
from archive.stores.interface import Store

log = logging.getLogger(__name__)

ACTOR = "system:rebuild"


def adopt(places: Sequence[Store], now: datetime) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Take in again the packages whose STORE event was lost; return their names, and what could not be done.

    The replay is committed already, so that one bad store or package must not stop the others.
    """
    holding: dict[str, list[Store]] = {}
    adopted, troubles = [], []
    for store in places:
        try:
            for name in store.names():
                if name.endswith(".zip"):
                    holding.setdefault(name, []).append(store)
        except TemporaryError as error:
            troubles.append(str(error))
    for name in sorted(holding):
        try:
            with transaction() as session:
                of = select(CaseFile.state).join(Package, Package.case_file_id == CaseFile.id)
                known = session.scalar(of.where(Package.name == name))
                if known is None and (whose := _not_ours(session, name)):
                    where = ", ".join(store.name for store in holding[name])
                    troubles.append(f"{name} in {where} {whose}")
                elif known is None and _adopt_one(session, name, holding[name], now):
                    adopted.append(name)
                if known == CaseFileState.DESTROYED:
                    # From a medium or a backup of before the destruction; nobody erases it once more by itself.
                    where = ", ".join(store.name for store in holding[name])
                    troubles.append(
                        f"{name} was destroyed by order and lies in {where} again: run `tangthu erase-again`"
                    )
        except TangThuError as error:
            troubles.append(f"{name} was not taken in: {error}")
    return tuple(adopted), tuple(troubles)


def _adopt_one(session: Session, name: str, holding: Sequence[Store], now: datetime) -> bool:
    """Take in one package; say no when the intake knows how far it had come with it and takes it in by itself.

    Raises:
        ArchiveError: no copy can be read, too few agree for one to be believed, or it is another package.
    """
    hashes: dict[str, str] = {}
    for store in holding:
        try:
            with store.open(name) as stream:
                hashes[store.name] = sha256_of(stream)
        except (ArchiveError, TemporaryError, OSError) as error:
            log.warning("store %s does not give %s: %s", store.name, name, error)
    if not hashes:
        raise ArchiveError("no store gives its bytes")
    sha256, agreeing = Counter(hashes.values()).most_common(1)[0]
    good = [store for store in holding if hashes.get(store.name) == sha256]
    try:
        with good[0].open(name) as stream:
            facts = read_facts(stream)
            size = stream.seek(0, 2)
    except OSError as error:
        raise ArchiveError(f"store {good[0].name} does not give it: {error}") from error
    if _under_way(session, facts.submission_id):
        return False
    row = session.get(CaseFile, facts.case_file_id)
    if row is not None and row.state == CaseFileState.DESTROYED:
        raise ArchiveError("its case file was destroyed by order; run `tangthu erase-again`")
    if agreeing < (wanted := min(2, ArchiveSettings.load().copies_required)):
        raise ArchiveError(
            f"{agreeing} of {len(hashes)} copies agree and {wanted} must: nobody can say which is the right one"
        )
    if facts.name != name:
        raise ArchiveError(f"what lies there is {facts.name}")
    if session.get(Agency, facts.agency_code) is None:
        set_agency(session, code=facts.agency_code, name=facts.agency_name, actor=ACTOR, now=now)
    if session.get(Fonds, facts.fonds_code) is None:
        set_fonds(
            session,
            code=facts.fonds_code,
            agency_code=facts.agency_code,
            name=facts.fonds_code,
            actor=ACTOR,
            now=now,
        )
    written = WrittenPackage(path=ArchiveSettings.load().data / name, size=size, sha256=sha256)
    keep(session, facts, written, [store.name for store in good], actor=ACTOR, now=now)
    return True


def _not_ours(session: Session, name: str) -> str:
    """Return why a package without a row is no lost version but what a preservation plan left; "" when it is not."""
    query = select(PreservationItem.state).where(
        PreservationItem.package_name == name,
        or_(PreservationItem.state.in_(STATES_TAKEN_BACK), PreservationItem.sha256 == ""),
    )
    state = session.scalar(query.limit(1))
    if state is None:
        if is_half_made(session, name):
            return "was begun to take a linked document and never kept; `tangthu disposal keep-linked` clears it away"
        return ""
    if state in STATES_TAKEN_BACK:
        return "was taken back by its preservation plan and lies there again: erase it there"
    return "belongs to a preservation plan that was stopped in the middle; running it again clears it away"


def _under_way(session: Session, submission_id: str) -> bool:
    """Say whether the intake knows how far it had come with it, and so takes it in by itself."""
    submission = session.get(Submission, submission_id)
    if submission is None or submission.state not in STATES_OPEN:
        return False
    steps = select(StepResult.step).where(StepResult.submission_id == submission_id)
    return session.scalar(steps.limit(1)) is not None
