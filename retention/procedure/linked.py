"""Documents of a list that an unexpired case file of the same agency has too: told before the list is submitted.

TT 01/2019/TT-BNV Điều 20.5: warn when a document is linked to a file that has not expired, and allow keeping it. What
is linked, no text says; here it is the same bytes, or the same document by number, notation, day and issuer (our
reading). Packages share nothing, so the other file keeps its own copy whatever happens to this one. Where the bytes
differ, an archivist may want to keep this one: it is taken off the list (`listing.take_out`), or its going is given a
reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session, aliased

from archive.register.models import CaseFile, CaseFileState, Component, ComponentRole, Record
from archive.register.pieces import pieces


class How(StrEnum):
    """What makes two documents one."""

    BYTES = "same-bytes"
    DOCUMENT = "same-document"  # other bytes: another scan, a copy, a draft


@dataclass(frozen=True)
class Link:
    """A document of the list that an unexpired case file has too.

    Attributes:
        document: its code in the file on the list.
        other_code: of the case file that has not expired.
    """

    case_file_id: str
    document: str
    other_id: str
    other_code: str
    how: How


def links(session: Session, case_file_ids: Sequence[str], *, today: date) -> list[Link]:
    """Return the linked documents of these case files, each pair once; same bytes say more than the same number.

    Args:
        session: on the register.
        case_file_ids: of the list.
        today: what falls due later, or never, has not expired.
    """
    mine, theirs = aliased(Record), aliased(Record)
    file = aliased(CaseFile)
    listed = aliased(CaseFile)
    found: dict[tuple[str, str, str], Link] = {}
    documents = (
        select(mine.case_file_id, mine.code, file.id, file.code)
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
        select(mine.case_file_id, mine.code, file.id, file.code)
        .join(listed, listed.id == mine.case_file_id)
        .join(own, and_(own.record_id == mine.id, own.role == ComponentRole.ORIGINAL))
        .join(other, and_(other.sha256 == own.sha256, other.role == ComponentRole.ORIGINAL))
        .join(theirs, theirs.id == other.record_id)
        .join(file, file.id == theirs.case_file_id)
        .where(*_unexpired(file, listed, today))
    )
    for query, how in ((documents, How.DOCUMENT), (contents, How.BYTES)):
        for some in pieces(case_file_ids):
            for case_file_id, document, other_id, other_code in session.execute(
                query.where(mine.case_file_id.in_(some))
            ):
                found[case_file_id, document, other_id] = Link(
                    case_file_id, document, other_id, other_code, how
                )
    return sorted(found.values(), key=lambda one: (one.case_file_id, one.document, one.other_code))


def _unexpired(file: type[CaseFile], listed: type[CaseFile], today: date) -> list[ColumnElement[bool]]:
    return [
        file.agency_code == listed.agency_code,
        file.id != listed.id,
        file.state == CaseFileState.STORED,
        or_(file.eligible_from.is_(None), file.eligible_from > today),
    ]
