"""Documents of a list that an unexpired case file of the same agency has too: told before the list is submitted.

TT 01/2019/TT-BNV Điều 20.5: warn when a document is linked to a file that has not expired, and allow keeping it. What
is linked, no text says; here it is the same bytes, or the same document by number, notation, day and issuer (our
reading), or that the other file names in a document's description (văn bản liên quan, văn bản được trả lời). Where the
other file holds every original of the document, nothing is to be done: packages share nothing, so
it keeps its own whatever happens to this one. Else an archivist chooses (`retention.procedure.fates`): the document is
copied into the other file first, or it goes, with the reason.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session, aliased

from archive.procedure.kept import already_in
from archive.procedure.links import Link
from archive.procedure.story import Story
from archive.register.models import (
    CaseFile,
    CaseFileState,
    Component,
    ComponentRole,
    Record,
    RecordReference,
)
from archive.register.pieces import pieces
from archive.register.references import names_of


class How(StrEnum):
    """What makes two documents one."""

    NAMED = "named"  # a document of the other file names it
    BYTES = "same-bytes"
    DOCUMENT = "same-document"  # other bytes: another scan, a copy, a draft


@dataclass(frozen=True)
class Linked:
    """A document of the list that an unexpired case file has too.

    Attributes:
        document: its code in the file on the list.
        ordinal: its place there.
        other_code: of the case file that has not expired.
        there: that one holds every original of the document, so that nothing is to be copied.
    """

    case_file_id: str
    document: str
    ordinal: int
    other_id: str
    other_code: str
    how: How
    there: bool = False

    @property
    def link(self) -> Link:
        """Return it as the ledger names it."""
        return Link(self.case_file_id, self.ordinal, self.other_id)


def links(session: Session, case_file_ids: Iterable[str], *, today: date) -> list[Linked]:
    """Return the linked documents of these case files, each pair once; same bytes say more than the same number.

    Args:
        session: on the register.
        case_file_ids: of the list.
        today: what falls due later, or never, has not expired.
    """
    mine, theirs = aliased(Record), aliased(Record)
    file = aliased(CaseFile)
    listed = aliased(CaseFile)
    found: dict[Link, Linked] = {}
    documents = (
        select(mine.case_file_id, mine.code, mine.ordinal, file.id, file.code)
        .join(listed, listed.id == mine.case_file_id)
        .join(
            theirs,
            and_(
                theirs.notation == mine.notation,
                theirs.number == mine.number,
                theirs.issued_on == mine.issued_on,
                theirs.organ_name == mine.organ_name,
            ),
        )
        .join(file, file.id == theirs.case_file_id)
        .where(mine.notation != "", *_unexpired(file, listed, today))
    )
    own, other = aliased(Component), aliased(Component)
    contents = (
        select(mine.case_file_id, mine.code, mine.ordinal, file.id, file.code)
        .join(listed, listed.id == mine.case_file_id)
        .join(own, and_(own.record_id == mine.id, own.role == ComponentRole.ORIGINAL))
        .join(other, and_(other.sha256 == own.sha256, other.role == ComponentRole.ORIGINAL))
        .join(theirs, theirs.id == other.record_id)
        .join(file, file.id == theirs.case_file_id)
        .where(*_unexpired(file, listed, today))
    )
    ids = list(case_file_ids)
    for one in _named(session, ids, today):
        found[one.link] = one
    for query, how in ((documents, How.DOCUMENT), (contents, How.BYTES)):
        for some in pieces(ids):
            for row in session.execute(query.where(mine.case_file_id.in_(some))):
                one = Linked(*row, how)
                found[one.link] = one
    there = already_in(session, found.keys())
    known = (replace(one, there=one.link in there) for one in found.values())
    return sorted(known, key=lambda one: (one.case_file_id, one.ordinal, one.other_code))


def _named(session: Session, case_file_ids: Sequence[str], today: date) -> Iterator[Linked]:
    """Yield the documents of these case files that documents of unexpired ones name, not being older themselves."""
    mine = (
        select(
            CaseFile.agency_code,
            Record.case_file_id,
            Record.code,
            Record.ordinal,
            Record.number,
            Record.notation,
            Record.issued_on,
        )
        .join(CaseFile, CaseFile.id == Record.case_file_id)
        .order_by(Record.case_file_id, Record.ordinal)
    )
    theirs = (
        select(RecordReference.name, Record.issued_on, CaseFile.agency_code, CaseFile.id, CaseFile.code)
        .join(Record, Record.id == RecordReference.record_id)
        .join(CaseFile, CaseFile.id == Record.case_file_id)
        .where(*_kept_on(CaseFile, today))
    )
    for some in pieces(case_file_ids):
        by_name = defaultdict(list)
        for one in session.execute(mine.where(Record.case_file_id.in_(some))):
            for name in names_of(one.code, one.number, one.notation):
                by_name[name].append(one)
        for names in pieces(by_name):
            for name, on, agency, other_id, other_code in session.execute(
                theirs.where(RecordReference.name.in_(names))
            ):
                for one in by_name[name]:
                    later = on is None or one.issued_on is None or on >= one.issued_on
                    if later and one.agency_code == agency and one.case_file_id != other_id:
                        yield Linked(one.case_file_id, one.code, one.ordinal, other_id, other_code, How.NAMED)


def undecided(found: Sequence[Linked], story: Story) -> list[Linked]:
    """Return those of a list's linked documents for which an archivist has still to choose."""
    return [one for one in found if not one.there and one.link not in story.links]


def _unexpired(file: type[CaseFile], listed: type[CaseFile], today: date) -> list[ColumnElement[bool]]:
    return [
        file.agency_code == listed.agency_code,
        file.id != listed.id,
        *_kept_on(file, today),
    ]


def _kept_on(file: type[CaseFile], today: date) -> list[ColumnElement[bool]]:
    return [
        file.state == CaseFileState.STORED,
        or_(file.eligible_from.is_(None), file.eligible_from > today),
    ]
