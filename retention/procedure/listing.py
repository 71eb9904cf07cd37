"""The archivist's part: make the list, take case files out, submit it to the council, give it up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive import orders
from archive.errors import OrderRefusedError
from archive.order_check import on_list, reasons_against_items
from archive.orders import NewOrder
from archive.procedure.called import PEOPLE, as_called
from archive.procedure.paper_days import LETTER, against_day, against_ended
from archive.procedure.papers import Paper
from archive.procedure.states import START
from archive.procedure.story import Story
from archive.procedure.versions import PROCEDURE
from archive.reason import Reason, because
from archive.register.among import among
from archive.register.decisions import Order, OrderKind, OrderState
from archive.register.models import CaseFile, Regime
from archive.register.pieces import pieces
from archive.vietnam import day_of
from archive.viewer import Role, Viewer
from retention.procedure.candidates import candidates, explained, reasons_not_to_list
from retention.procedure.linked import Linked, links, undecided
from retention.procedure.notice import against_submitting, give_missing
from retention.procedure.numbers import against_number
from retention.procedure.taking import against_file, story, take


@dataclass(frozen=True)
class NewList:
    """What an archivist wants destroyed.

    Attributes:
        agency_code: whose case files; one list, one agency, one law.
        case_file_ids: whole case files only (NĐ 01/2013/NĐ-CP Điều 11.2).
        reason: why they are no longer needed, in a sentence.
        explanation: bản thuyết minh: how they came about, how many, what was kept of them.
        letter: the archivist's letter that submits the list (tờ trình).
    """

    agency_code: str
    case_file_ids: Sequence[str]
    reason: str
    explanation: str
    letter: Paper


def propose(session: Session, new: NewList, *, viewer: Viewer, now: datetime) -> Story:
    """Make a list and return its story, which begins; the order in the register carries it under the same id.

    What no night has told of yet gets its notice now (`retention.procedure.notice`).

    Args:
        session: an open transaction.
        new: what is to be on it.
        viewer: an archivist of the agency.
        now: aware time.

    Raises:
        NotAllowedError: the viewer is no archivist there.
        OrderRefusedError: no explanation, case files of both laws, a letter dated in the future, one reason for
            every case file that may not be listed, a letter dated before the law or before the work of a case file
            ended, or whose number another paper of that year has; nothing was written.
    """
    viewer.require(Role.ARCHIVIST, new.agency_code)
    today = day_of(now)
    reasons: list[Reason] = []
    items: dict[str, Any] = {}
    regimes = set()
    named = dict.fromkeys(new.case_file_ids)
    for some in pieces(named):
        files = {file.id: file for file in session.scalars(select(CaseFile).where(among(CaseFile.id, some)))}
        found = candidates(session, list(files.values()), today)
        for case_file_id in some:
            file = files.get(case_file_id)
            if file is None:
                reasons.append(because("archive.file-unknown", file=case_file_id))
                continue
            twin = found[file.id].same_as
            reasons.extend(reasons_not_to_list(found[file.id], agency_code=new.agency_code, today=today))
            if twin is not None and twin.case_file_id in named:
                reasons.append(because("archive.twin-listed", kept=twin.code))
            reasons.extend(against_ended(new.letter, file.code, file.end_date))
            items[file.id] = explained(file, twin)
            regimes.add(Regime(file.regime))
    if len(regimes) > 1:
        reasons.append(because("retention.both-laws"))
    if not new.explanation.strip():
        reasons.append(because("archive.no-explanation"))
    reasons.extend(against_file(new.letter.as_json()))
    for regime in regimes:
        reasons.extend(against_day(LETTER, new.letter, regime, today))
    reasons.extend(against_number(session, new.agency_code, LETTER, new.letter))
    if reasons or not regimes:
        raise OrderRefusedError(reasons or (because("archive.no-file-named"),))
    (regime,) = regimes
    order = orders.propose(
        session,
        NewOrder(
            kind=OrderKind.DESTRUCTION,
            agency_code=new.agency_code,
            reason=new.reason,
            document_number=new.letter.number,
            document_date=new.letter.day,
            document_sha256=new.letter.sha256,
            case_file_ids=tuple(new.case_file_ids),
            payload={
                "procedure": PROCEDURE,
                "regime": regime.value,
                "state": START[regime].value,
                "explanation": new.explanation.strip(),
                "items": items,
                PEOPLE: as_called(session, new.agency_code, {viewer.name: viewer.full_name}),
            }
            | ({"letter_file": new.letter.file} if new.letter.file else {}),
        ),
        viewer=viewer,
        now=now,
    )
    give_missing(session, [id for id in items if "same_as" not in items[id]], now=now)
    return story(session, order.id)


def submit(session: Session, order_id: str, *, viewer: Viewer, now: datetime, linked: str = "") -> Story:
    """Submit the list to the council; from here on it is frozen but for what is taken out.

    Args:
        session: an open transaction.
        order_id: of the list.
        viewer: an archivist.
        now: aware time.
        linked: why those linked documents go (`retention.procedure.linked`) for which nothing was chosen; where there
            is one and no reason, the list is not submitted. Where there is none it is not kept: the papers would say
            of documents that are not there why they go.

    Raises:
        NotFoundError, NotAllowedError: as `take`; the viewer is no archivist there.
        OrderRefusedError: it was submitted already, a case file on it is held, not due, or not as it was, the notice of
            one has not run out (`retention.procedure.notice`), a document is linked and nobody said why it goes, or one
            is to be kept and is not yet (`retention.procedure.fates`).
    """
    today = day_of(now)
    why = linked.strip()
    if why and not _open_links(session, story(session, order_id), today):
        why = ""

    def speaks_against(before: Story, order: Order) -> Iterator[Reason]:
        yield from against_items(session, order, now)
        yield from against_submitting(session, before.items, twins=before.twins, today=today)
        if not why:
            for one in _open_links(session, before, today):
                yield because("retention.linked", document=one.document, other=one.other_code, how=one.how)

    return take(
        session,
        order_id,
        "submit",
        viewer=viewer,
        roles=(Role.ARCHIVIST,),
        now=now,
        facts={"linked": why} if why else {},
        more=speaks_against,
    )


def _open_links(session: Session, before: Story, today: date) -> list[Linked]:
    return undecided(links(session, before.items, today=today), before)


def take_out(
    session: Session,
    order_id: str,
    case_file_ids: Sequence[str],
    *,
    reason: str,
    viewer: Viewer,
    now: datetime,
) -> Story:
    """Take case files off the list, at any state before the destruction begins; the votes on the rest stand.

    Raises:
        NotFoundError, NotAllowedError: as `take`; the viewer is no archivist there.
        OrderRefusedError: no reason, a case file that is not on it, all that are (abort it instead), or it has begun.
    """
    return take(
        session,
        order_id,
        "take-out",
        viewer=viewer,
        roles=(Role.ARCHIVIST,),
        now=now,
        facts={"case_files": sorted(set(case_file_ids)), "reason": reason.strip()},
    )


def abort(session: Session, order_id: str, *, reason: str, viewer: Viewer, now: datetime) -> Story:
    """Give the list up before it is decided; everything is as it was, its case files are free for another.

    Raises:
        NotFoundError, NotAllowedError: as `take`; the viewer is no archivist there.
        OrderRefusedError: no reason, or it is decided already (then the head may refuse it).
    """
    return take(
        session,
        order_id,
        "abort",
        viewer=viewer,
        roles=(Role.ARCHIVIST,),
        now=now,
        facts={"reason": reason.strip()},
        says={"state": OrderState.REFUSED.value, "detail": reason.strip()},
    )


def against_items(session: Session, order: Order, now: datetime) -> list[Reason]:
    """Return what speaks against each case file on the list now: held, not due, gone, another package."""
    ids = [item.case_file_id for item in on_list(order)]
    # The days in which a decision must be carried out are the decision's, not a case file's.
    against = reasons_against_items(session, order, ids, now=now, begun=True)
    return [reason for id in ids for reason in against[id]]
