"""Keeps the index up to date with the ledger.

Whatever happened to a case file, the answer is the same: look at the register now, and make the index agree.
So events may come twice, late, or together. Only case files in the vault (state `stored`) are in the index;
one whose destruction is being carried out is out of it already, so that a late reader of the ledger cannot
put back the words a holder has just erased.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterable, Sequence
from itertools import islice

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from archive.custody import read_component
from archive.errors import DamagedError, NotFoundError
from archive.ledger.event import Event, Verb
from archive.ledger.follow import Follower
from archive.register.models import Agency, CaseFile, CaseFileState, ComponentRole, Record
from archive.register.session import reading
from archive.underway import being_destroyed
from archive.viewer import system
from search.choice import open_engine
from search.document import IndexDocument, of_case_file, of_record
from search.engine import Engine
from search.settings import SearchSettings

VERBS = frozenset(
    {
        Verb.STORE,
        Verb.DESTROY,
        Verb.TRANSFER,
        Verb.RIGHTS_CHANGE,
        Verb.METADATA_CHANGE,
        Verb.MIGRATE,  # a version was taken back: the one before tells the words again
        Verb.REPAIR,  # words that could not be read from a damaged copy can be read now
        Verb.AGENCY_SET,  # its name is in its case files' documents
    }
)
TextReader = Callable[[Session, str], Iterable[bytes]]
"""Gives the bytes of a text component by its id, in pieces."""


def stored_text(session: Session, component_id: str) -> Iterable[bytes]:
    """Yield the bytes of a text component from the vault."""
    return read_component(session, component_id, viewer=system("search")).chunks


def documents_of(
    session: Session, case_file_id: str, *, read: TextReader = stored_text, max_text: int
) -> list[IndexDocument]:
    """Return what the index should hold of a case file now; nothing when it is not in the vault.

    Raises:
        TemporaryError: a text cannot be read now but may be later.
    """
    case_file = session.scalar(
        select(CaseFile)
        .where(CaseFile.id == case_file_id, CaseFile.state == CaseFileState.STORED)
        .options(selectinload(CaseFile.records).selectinload(Record.components))
    )
    if case_file is None or being_destroyed(session, case_file_id):
        return []
    agency = session.get(Agency, case_file.agency_code)
    name = agency.name if agency else case_file.agency_code
    return [
        of_case_file(case_file, name),
        *(
            of_record(record, case_file, name, _text(session, record, read, max_text), max_text)
            for record in case_file.records
        ),
    ]


def _text(session: Session, record: Record, read: TextReader, limit: int) -> str:
    pieces = []
    for component in record.components:
        if component.role == ComponentRole.TEXT and limit > 0:
            piece = _decoded(session, component.id, read, limit)
            limit -= len(piece)
            pieces.append(piece)
    return "\n".join(pieces)


def _decoded(session: Session, component_id: str, read: TextReader, limit: int) -> str:
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    text, length = [], 0
    try:
        for chunk in read(session, component_id):
            text.append(decoder.decode(chunk))
            length += len(text[-1])
            if length >= limit:
                break
    except (DamagedError, NotFoundError):
        # No good copy: the record is still found by its description, and by its words after the REPAIR.
        return ""
    return "".join(text)[:limit]


def touched(session: Session, events: Sequence[Event]) -> list[str]:
    """Return the case files these events are about, each once, in order."""
    found: dict[str, None] = {}
    for event in events:
        if event.verb not in VERBS or _only_told(event):
            continue
        if event.object_kind == "case-file":
            found[event.object_id] = None
        elif event.verb is Verb.AGENCY_SET:
            files = select(CaseFile.id).where(CaseFile.agency_code == event.object_id).order_by(CaseFile.id)
            found.update(dict.fromkeys(session.scalars(files)))
        elif event.payload.get("case_file_id"):
            found[str(event.payload["case_file_id"])] = None
    return list(found)


def _only_told(event: Event) -> bool:
    """Say whether it is how a preservation plan goes on: what it makes is told by STORE."""
    return event.verb is Verb.MIGRATE and event.payload.get("did") != "reversing"


def handle(
    events: Sequence[Event],
    *,
    engine: Engine | None = None,
    read: TextReader = stored_text,
) -> int:
    """Make the index agree with the register for every case file the events are about; return how many.

    Raises:
        TemporaryError: the engine or a store does not answer. What was done stays; call again.
    """
    with reading() as session:
        ids = touched(session, events)
    if not ids:
        return 0
    engine = engine or open_engine()
    engine.ensure()
    for case_file_id in ids:
        _agree(engine, case_file_id, read)
    return len(ids)


def _agree(engine: Engine, case_file_id: str, read: TextReader) -> None:
    limit = SearchSettings.load().max_text
    with reading() as session:
        documents = documents_of(session, case_file_id, read=read, max_text=limit)
    if not documents:
        if engine.count(case_file_id):
            engine.erase(case_file_id)
        return
    engine.replace(case_file_id, documents)
    # Look again: it may have been destroyed while its texts were read.
    with reading() as session:
        state = session.scalar(select(CaseFile.state).where(CaseFile.id == case_file_id))
        if state != CaseFileState.STORED or being_destroyed(session, case_file_id):
            engine.erase(case_file_id)


def all_documents(*, read: TextReader = stored_text) -> Iterable[IndexDocument]:
    """Yield what the whole index should hold, case file by case file, from the register and the vault."""
    limit = SearchSettings.load().max_text
    with reading() as session:
        query = select(CaseFile.id).where(CaseFile.state == CaseFileState.STORED).order_by(CaseFile.id)
        ids = iter(list(session.scalars(query)))
    while some := list(islice(ids, 50)):
        for case_file_id in some:
            with reading() as session:
                yield from documents_of(session, case_file_id, read=read, max_text=limit)


def _handle(events: list[Event]) -> None:
    handle(events)


follower = Follower("search", _handle)
