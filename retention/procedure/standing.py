"""How it stands with each linked document of a list: for pages and the command line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.procedure.kept import already_in, whole_in_every_store
from archive.procedure.links import Chosen, Fate, Link
from archive.procedure.story import Story
from archive.register.models import CaseFile, Record
from archive.register.pieces import pieces
from retention.procedure.linked import How, links


class Stands(StrEnum):
    """How it stands with one linked document."""

    UNDECIDED = "undecided"  # an archivist has to choose
    COPYING = "copying"  # to be kept, and not in every store yet
    KEPT = "kept"  # in the other case file, in every store
    LET_GO = "let-go"
    THERE = "there"  # the other case file had it all along; nothing was chosen, nothing is to be done


@dataclass(frozen=True)
class Standing:
    """One linked document.

    Attributes:
        document: its code; its number in the case file once that is gone.
        subject: what it is about; "" once its case file is gone.
        how: what links it now; None when it is linked no more (the other case file has expired, or its own is gone).
        chosen: the last choice; None when there is none.
    """

    link: Link
    document: str
    subject: str
    file_code: str
    other_code: str
    how: How | None
    chosen: Chosen | None
    stands: Stands


def standings(session: Session, story: Story, *, today: date, look: bool = True) -> list[Standing]:
    """Return every linked document of a list, those first for which somebody has still to choose.

    Args:
        session: on the register.
        story: of the list.
        today: what falls due later, or never, has not expired.
        look: look for links; else only what was chosen is told, which costs nothing for a long list.
    """
    found = {one.link: one for one in links(session, story.items, today=today)} if look else {}
    every = [*found, *(link for link in story.links if link not in found)]
    there = already_in(session, every)
    whole = whole_in_every_store(session, there)
    codes = _codes(session, every)
    said = _documents(session, every)
    told = []
    for link in every:
        chosen, known = story.links.get(link), found.get(link)
        place = link.case_file_id, link.document
        code, subject = said.get(place, (str(link.document), ""))
        told.append(
            Standing(
                link,
                code,
                subject,
                codes.get(link.case_file_id, ""),
                codes.get(link.other_id, ""),
                known.how if known else None,
                chosen,
                _stands(chosen, gone=place not in said, there=link in there, whole=link in whole),
            )
        )
    order = list(Stands)
    return sorted(told, key=lambda one: (order.index(one.stands), one.file_code, one.link))


def counts(told: Iterable[Standing]) -> Counter[Stands]:
    """Return how many stand how."""
    return Counter(one.stands for one in told)


def _stands(chosen: Chosen | None, *, gone: bool, there: bool, whole: bool) -> Stands:
    if chosen is None:
        return Stands.THERE if there else Stands.UNDECIDED
    if chosen.fate is Fate.LET_GO:
        return Stands.LET_GO
    # The vault erased nothing before it was kept.
    return Stands.KEPT if whole or gone else Stands.COPYING


def _codes(session: Session, wanted: Sequence[Link]) -> dict[str, str]:
    ids = sorted({id for link in wanted for id in (link.case_file_id, link.other_id)})
    return {
        id: code
        for some in pieces(ids)
        for id, code in session.execute(select(CaseFile.id, CaseFile.code).where(CaseFile.id.in_(some)))
    }


def _documents(session: Session, wanted: Sequence[Link]) -> dict[tuple[str, int], tuple[str, str]]:
    ids = sorted({link.case_file_id for link in wanted})
    query = select(Record.case_file_id, Record.ordinal, Record.code, Record.subject)
    return {
        (id, ordinal): (code, subject)
        for some in pieces(ids)
        for id, ordinal, code, subject in session.execute(query.where(Record.case_file_id.in_(some)))
    }
