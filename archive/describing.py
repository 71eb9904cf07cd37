"""Describe a stored case file, or a document of it, anew: a small later version of its package, nothing rewritten.

Vietnamese: mô tả lại hồ sơ. The new version holds the case file's description, that of the document when it is about
one, and the event that made it; it names the version before by identifier and hash.
The ledger has who, when, which fields, both packages' hashes, the reason's, and the title, which a tombstone keeps;
the other words are in the package, so that a destruction takes them with it. Whether the words are well formed is for
`ingest.describing` to say.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import BinaryIO, TypeVar
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.alone import alone, work_on_copies
from archive.copies import stores
from archive.depositing import deposit
from archive.errors import AlreadyStoredError, ArchiveError, NotFoundError, TangThuError, TemporaryError
from archive.keeping import keep
from archive.ledger.append import append, be_only_writer
from archive.ledger.event import Verb
from archive.packages.facts import EventFacts, PackageFacts, RecordFacts
from archive.packages.reader import read_description, read_document
from archive.packages.writer import write
from archive.reason import because
from archive.register.models import CaseFile, CaseFileState, Package, Record
from archive.register.projection import apply
from archive.register.session import reading, transaction
from archive.settings import ArchiveSettings
from archive.stores.interface import Store
from archive.versions import (
    earlier,
    erase_unkept,
    facts_after,
    is_kept,
    newest_of,
    next_after,
    open_order,
)
from archive.viewer import Role, Viewer
from archive.wiping import wipe_file
from archive.workplace import DESCRIBING, at_work, prefix_of

log = logging.getLogger(__name__)
Said = TypeVar("Said")

EVENT = "metadata modification"
"""PREMIS event type."""


@dataclass(frozen=True)
class Redescription:
    """What is to be said of a case file from now on.

    Attributes:
        fields: the whole description, TT 02/2019 short name -> text.
        title: what follows from the fields: its title and its access code.
        changed: names of the fields that are said otherwise than before.
        based_on: the version the person saw; another one meanwhile refuses this.
        document: the document that is described anew, without its files; None when it is the case file itself.
    """

    fields: Mapping[str, str]
    title: str
    access: str
    changed: tuple[str, ...]
    reason: str
    based_on: int
    document: RecordFacts | None = None


def describe(
    case_file_id: str,
    new: Redescription,
    *,
    viewer: Viewer,
    now: datetime,
    places: Sequence[Store] | None = None,
) -> str:
    """Deposit and keep a later version with the new description; return its package's name.

    Raises:
        NotFoundError: no such case file, or the document is not of it.
        NotAllowedError: the viewer is no archivist of its agency.
        ArchiveError: it is not in the vault any more, a decision names it, nothing was changed, no reason was given, or
            somebody described it meanwhile; the reason says which.
        TemporaryError: too few stores took it, or somebody is at work on its copies; nothing was changed.
    """
    if not new.reason.strip():
        raise ArchiveError(because("archive.describe-no-reason"))
    if not new.changed:
        raise ArchiveError(because("archive.describe-nothing-new"))
    used = list(stores() if places is None else places)
    # Alone: what is taken back below must not be what another one, or a repair, is writing under the same name.
    with alone(work_on_copies(case_file_id)), at_work(prefix_of(DESCRIBING, case_file_id)) as folder:
        with reading() as session:
            facts = _facts(session, case_file_id, new, viewer, now, used)
        schemas = ArchiveSettings.load().tools_home / "schemas"
        written = write(facts, folder / "package.zip", schemas=schemas)
        try:
            copies = deposit(written.path, facts.name, written.sha256, into=places)
            with transaction() as session:
                be_only_writer(session)
                _facts(session, case_file_id, new, viewer, now, [])  # all of it asked again
                keep(session, facts, written, copies, actor=viewer.name, role=Role.ARCHIVIST.value, now=now)
                event = append(
                    session,
                    Verb.METADATA_CHANGE,
                    actor=viewer.name,
                    role=Role.ARCHIVIST.value,
                    kind="case-file",
                    id=case_file_id,
                    payload={
                        "version": facts.version,
                        "fields": list(new.changed),
                        "reason_sha256": hashlib.sha256(new.reason.encode()).hexdigest(),
                    }
                    | ({"record": new.document.id} if new.document else {}),
                    before=facts.previous.sha256 if facts.previous else None,
                    after=written.sha256,
                    now=now,
                )
                apply(session, event)
        except AlreadyStoredError:
            raise  # somebody else's bytes are under that name
        except TangThuError:
            _take_back(facts.name, used)
            raise
        finally:
            with suppress(OSError):  # kept is kept; the folder is removed in any case
                wipe_file(written.path)
    return facts.name


def described_by(session: Session, case_file_id: str, version: int) -> PackageFacts:
    """Return how a version describes its case file, without documents; asks nobody's leave (the caller has).

    Raises:
        NotFoundError: there is no such version.
        TemporaryError: no store gives it now.
    """
    return _said_by(session, case_file_id, version, read_description)


def document_described_by(
    session: Session, case_file_id: str, version: int, ordinal: int
) -> RecordFacts | None:
    """Return how a version describes one document, without its files; None when it says nothing of it.

    Args:
        ordinal: the document's place in the case file.

    Raises:
        As `described_by`, which asks nobody's leave either.
    """
    return _said_by(session, case_file_id, version, partial(read_document, ordinal=ordinal))


def _said_by(session: Session, case_file_id: str, version: int, read: Callable[[BinaryIO], Said]) -> Said:
    query = select(Package).where(Package.case_file_id == case_file_id, Package.version == version)
    package = session.scalar(query)
    if package is None:
        raise NotFoundError(because("archive.no-version", version=version))
    why: list[TangThuError] = []
    for store in stores():
        try:
            with store.open(package.name) as source:
                return read(source)
        except TangThuError as error:
            why.append(error)
    raise TemporaryError(
        because("archive.no-store-answers", name=package.name, why=[error.reason for error in why])
    )


def _facts(
    session: Session,
    case_file_id: str,
    new: Redescription,
    viewer: Viewer,
    now: datetime,
    places: Sequence[Store],
) -> PackageFacts:
    """Return what the new version says, when it may be made."""
    row = session.get(CaseFile, case_file_id)
    if row is None:
        raise NotFoundError(because("archive.no-file", file=case_file_id))
    viewer.require(Role.ARCHIVIST, row.agency_code)
    if row.state != CaseFileState.STORED:
        raise ArchiveError(because("archive.describe-not-stored", file=row.code))
    if new.document is not None:
        record = session.get(Record, new.document.id)
        if record is None or record.case_file_id != row.id:
            raise NotFoundError(because("archive.no-document", record=new.document.id))
    if order := open_order(session, case_file_id):
        raise ArchiveError(because("archive.describe-ordered", file=row.code, number=order))
    newest = newest_of(session, row)
    if newest.version != new.based_on:
        raise ArchiveError(because("archive.describe-meanwhile", file=row.code))
    later = next_after(session, newest, places)
    at = now.astimezone(UTC).replace(microsecond=0)
    return replace(
        facts_after(session, row, earlier(newest), later, now=at),
        title=new.title,
        access=new.access,
        description=dict(new.fields),
        records=(new.document,) if new.document else (),
        events=(_event(new, viewer, at),),
    )


def _event(new: Redescription, viewer: Viewer, at: datetime) -> EventFacts:
    about = f"document {new.document.ordinal}: " if new.document else ""
    detail = f"{about}{', '.join(new.changed)}: {new.reason}"
    return EventFacts(str(uuid4()), EVENT, at, "success", detail, viewer.name)


def _take_back(name: str, places: Sequence[Store]) -> None:
    """Erase what was deposited of a version that is not kept, unless somebody kept just that."""
    with reading() as session:
        if is_kept(session, name):
            return
    for error in erase_unkept(name, places):
        log.warning("a store keeps %s, which belongs to nothing: %s", name, error)
