"""Whether linked documents that are to be kept are kept: asked of the register, not of what was reported.

A document is kept when every one of its original files lies, by SHA-256, in the other case file's package, and every
version of that package has a verified copy in every store of the house. So it does not matter who brought it there: a
document the other one had from the beginning needs no copy.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.lacking import stores_lacking
from archive.ledger.event import Verb
from archive.ledger.rows import EventRow
from archive.procedure.links import Fate, Link
from archive.procedure.story import Story
from archive.reason import Reason, because
from archive.register.models import (
    CaseFile,
    CaseFileState,
    Component,
    ComponentRole,
    Record,
)
from archive.register.pieces import pieces
from archive.versions import is_kept, open_order

BEGUN = "making"
"""`did` of the ADD_DOCUMENT event that is written before a byte of the new version lies in a store."""
ENDED = frozenset({"made", "cleared"})


@dataclass(frozen=True)
class Begun:
    """A version that was begun to be made and is neither kept nor cleared away.

    Attributes:
        name: of the package version.
    """

    link: Link
    name: str


def to_keep(story: Story) -> list[Link]:
    """Return the documents still on the list that an archivist chose to keep."""
    return sorted(
        link
        for link, chosen in story.links.items()
        if chosen.fate is Fate.KEEP and link.case_file_id in story.items
    )


def against_kept(session: Session, story: Story) -> Iterator[Reason]:
    """Yield which documents are to be kept and are not yet, and what was left half-made in trying.

    Args:
        session: on the register.
        story: of the list; of a case file that is destroyed already nothing is asked.
    """
    for reasons in against_links(session, to_keep(story)).values():
        yield from reasons
    if left := begun(session, story.items):
        yield because("archive.linked-half-made", number=len(left))


def against_links(session: Session, wanted: Collection[Link]) -> dict[str, tuple[Reason, ...]]:
    """Return, by the case file that goes, which of these documents are not kept at this moment.

    To be asked in the transaction that acts as well: the other case file, or a copy of it, may be lost meanwhile.

    Args:
        session: on the register.
        wanted: documents that are to be kept; of a case file that is destroyed already nothing is asked.
    """
    if not wanted:
        return {}
    stored = _stored(session, sorted({link.case_file_id for link in wanted}))
    asked = [link for link in wanted if link.case_file_id in stored]
    there = whole_in_every_store(session, already_in(session, asked))
    codes = _codes(session, {link.other_id for link in asked})
    found: dict[str, tuple[Reason, ...]] = {}
    for link in asked:
        if link not in there:
            reason = because(
                "archive.linked-not-kept",
                document=link.document,
                file=stored[link.case_file_id],
                other=codes.get(link.other_id, link.other_id),
            )
            found[link.case_file_id] = (*found.get(link.case_file_id, ()), reason)
    return found


def against_keeping(session: Session, link: Link, today: date) -> Iterator[Reason]:
    """Yield why this document cannot be copied into that case file now; nothing when it can, or is in it already."""
    file, other = session.get(CaseFile, link.case_file_id), session.get(CaseFile, link.other_id)
    if file is None or other is None:
        yield because("archive.no-file", file=link.case_file_id if file is None else link.other_id)
        return
    if other.agency_code != file.agency_code:
        yield because(
            "archive.file-of-other-agency", file=other.code, its=other.agency_code, agency=file.agency_code
        )
    if other.state != CaseFileState.STORED:
        yield because("archive.file-gone", file=other.code, state=other.state)
    elif other.eligible_from is not None and other.eligible_from <= today:
        yield because("archive.keep-in-expired", other=other.code, day=other.eligible_from)
    if not _originals(session, [link])[link.case_file_id, link.document]:
        yield because("archive.keep-without-files", document=link.document, file=file.code)
    if (number := open_order(session, other.id)) and not already_in(session, [link]):
        yield because("archive.keep-in-ordered", other=other.code, number=number)


def already_in(session: Session, links: Collection[Link]) -> set[Link]:
    """Return those whose document has each of its originals, byte for byte, in the other case file's package."""
    mine = _originals(session, links)
    hashes = sorted({sha256 for link in links for sha256 in mine[link.case_file_id, link.document]})
    theirs: dict[str, set[str]] = defaultdict(set)
    query = (
        select(Record.case_file_id, Component.sha256)
        .join(Component, Component.record_id == Record.id)
        .where(Component.role == ComponentRole.ORIGINAL)
    )
    for others in pieces(sorted({link.other_id for link in links})):
        for some in pieces(hashes):
            here = query.where(Record.case_file_id.in_(others), Component.sha256.in_(some))
            for other_id, sha256 in session.execute(here):
                theirs[other_id].add(sha256)
    return {
        link
        for link in links
        if (own := mine[link.case_file_id, link.document]) and own <= theirs[link.other_id]
    }


def whole_in_every_store(session: Session, links: Iterable[Link]) -> set[Link]:
    """Return those whose other case file is in the vault, each version of its package verified in every store."""
    wanted = list(links)
    others = sorted({link.other_id for link in wanted})
    here = select(CaseFile.id).where(CaseFile.state == CaseFileState.STORED)
    stored = {id for some in pieces(others) for id in session.scalars(here.where(CaseFile.id.in_(some)))}
    lacking = stores_lacking(session, stored)
    return {link for link in wanted if link.other_id in stored and not lacking[link.other_id]}


def begun(session: Session, case_file_ids: Iterable[str]) -> list[Begun]:
    """Return the versions that were begun for documents of these case files, and are neither kept nor cleared away."""
    found: dict[str, Begun] = {}
    query = select(EventRow).where(EventRow.verb == Verb.ADD_DOCUMENT.value).order_by(EventRow.seq)
    for some in pieces(case_file_ids):
        for row in session.scalars(query.where(EventRow.object_id.in_(some))):
            told = row.payload
            if told["did"] == BEGUN:
                link = Link(row.object_id, int(told["document"]), str(told["other"]))
                found[told["name"]] = Begun(link, str(told["name"]))
            elif told["did"] in ENDED:
                found.pop(told["name"], None)
    # Killed before a byte lay anywhere, its name may have become that of another version since.
    return [one for one in found.values() if not is_kept(session, one.name)]


def is_half_made(session: Session, name: str) -> bool:
    """Say whether a package version of that name was begun for an addition and never kept."""
    query = select(EventRow.payload).where(EventRow.verb == Verb.ADD_DOCUMENT.value).order_by(EventRow.seq)
    last = [told["did"] for told in session.scalars(query) if told.get("name") == name]
    return bool(last) and last[-1] not in ENDED


def _originals(session: Session, links: Iterable[Link]) -> dict[tuple[str, int], set[str]]:
    found: dict[tuple[str, int], set[str]] = defaultdict(set)
    query = (
        select(Record.case_file_id, Record.ordinal, Component.sha256)
        .join(Component, Component.record_id == Record.id)
        .where(Component.role == ComponentRole.ORIGINAL)
    )
    for some in pieces(sorted({link.case_file_id for link in links})):
        for case_file_id, ordinal, sha256 in session.execute(query.where(Record.case_file_id.in_(some))):
            found[case_file_id, ordinal].add(sha256)
    return found


def _stored(session: Session, case_file_ids: Iterable[str]) -> dict[str, str]:
    query = select(CaseFile.id, CaseFile.code).where(CaseFile.state == CaseFileState.STORED)
    return {
        id: code
        for some in pieces(case_file_ids)
        for id, code in session.execute(query.where(CaseFile.id.in_(some)))
    }


def _codes(session: Session, case_file_ids: Iterable[str]) -> dict[str, str]:
    return {
        id: code
        for some in pieces(sorted(case_file_ids))
        for id, code in session.execute(select(CaseFile.id, CaseFile.code).where(CaseFile.id.in_(some)))
    }
