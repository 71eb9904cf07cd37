"""The decision, and what follows it: hand-over, confirmation by who carries it out, the end without one, the dossier.

Decision and confirmation need both factors, proven right before (`archive.second_factor.prove`): the step uses the
proof up in its own transaction and ledgers it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from archive.errors import OrderRefusedError
from archive.packages.facts import PackageFacts
from archive.procedure.papers import Paper
from archive.procedure.states import State
from archive.procedure.story import Story
from archive.reason import because
from archive.register.decisions import OrderState
from archive.second_factor.prove import Act, For, consume
from archive.vietnam import day_of
from archive.viewer import Role, Viewer
from retention.procedure.listing import against_items
from retention.procedure.opinion import submits
from retention.procedure.taking import story, take


@dataclass(frozen=True)
class NewDecision:
    """What the head decides (quyết định hủy).

    Attributes:
        paper: number, date and hash of the signed or scanned file.
        signer: name and position under it.
        list_sha256: hash of the list the head was shown, repeated.
    """

    paper: Paper
    signer: str
    list_sha256: str


def decide(session: Session, order_id: str, decision: NewDecision, *, viewer: Viewer, now: datetime) -> Story:
    """Decide that what is on the list is destroyed.

    Raises:
        NotFoundError, NotAllowedError: as `take`; the viewer is no head there.
        SecondFactorError: the head has not proven both factors for this list within five minutes.
        OrderRefusedError: the list is not the one that was shown, a case file on it is held, not due or not as it was,
            the paper is older than the opinion or the minutes, the opinion is missing or against it, or the head
            proposed it or sat on its council.
    """
    told = story(session, order_id)
    alone = told.state is State.COUNCIL
    act = Act(For.DECIDE, order_id)
    return take(
        session,
        order_id,
        "decide-alone" if alone else "decide",
        viewer=viewer,
        roles=(Role.HEAD,),
        now=now,
        facts={
            "paper": decision.paper.as_json(),
            "signer": decision.signer.strip(),
            "list": decision.list_sha256,
            "factors": consume(session, viewer.name, act, now=now),
            **({"submits": submits(session, told.agency_code)} if alone else {}),
        },
        says={
            "approval": {"actor": viewer.name, "role": Role.HEAD.value},
            "state": OrderState.APPROVED.value,
            "detail": "",
        },
        more=lambda _, order: against_items(session, order, now),
    )


def refuse(session: Session, order_id: str, *, reason: str, viewer: Viewer, now: datetime) -> Story:
    """End a decided list that is not carried out, as the head: too late under R2, or thought of again.

    Raises:
        NotFoundError, NotAllowedError: as `take`; the viewer is no head there.
        OrderRefusedError: no reason, it is not decided, or its destruction has begun.
    """
    return take(
        session,
        order_id,
        "refuse",
        viewer=viewer,
        roles=(Role.HEAD,),
        now=now,
        facts={"reason": reason.strip()},
        says={"state": OrderState.REFUSED.value, "detail": reason.strip()},
    )


def hand_over(
    session: Session,
    order_id: str,
    minutes: Paper,
    *,
    receiver: str,
    viewer: Viewer,
    now: datetime,
    receiver_name: str = "",
) -> Story:
    """Hand the records over for destruction (biên bản bàn giao tài liệu hủy), as the store manager.

    Args:
        session: an open transaction.
        order_id: of the list.
        minutes: of the hand-over.
        receiver: account of who carries the destruction out; not who proposed the list.
        viewer: an archivist.
        now: aware time.
        receiver_name: the receiver's full name, for the papers.

    Raises:
        NotFoundError, NotAllowedError: as `take`; the viewer is no archivist there.
        OrderRefusedError: it is not decided, nobody receives them, or the 15 days of R2 are over.
    """
    facts = {"paper": minutes.as_json(), "receiver": receiver.strip()}
    return take(
        session,
        order_id,
        "hand-over",
        viewer=viewer,
        roles=(Role.ARCHIVIST,),
        now=now,
        facts=facts,
        named={receiver.strip(): receiver_name},
    )


def hand_over_again(
    session: Session,
    order_id: str,
    minutes: Paper,
    *,
    receiver: str,
    reason: str,
    viewer: Viewer,
    now: datetime,
    receiver_name: str = "",
) -> Story:
    """Hand the records over to somebody else before the destruction begins: a name was wrong, or somebody cannot.

    A confirmation given before counts no more; the new receiver gives it.

    Args:
        session: an open transaction.
        order_id: of the list.
        minutes: of the new hand-over.
        receiver: account of who carries the destruction out; not who proposed the list.
        reason: why not the one before.
        viewer: an archivist.
        now: aware time.
        receiver_name: the new receiver's full name, for the papers.

    Raises:
        NotFoundError, NotAllowedError: as `take`; the viewer is no archivist there.
        OrderRefusedError: it was not handed over, nobody receives them, no reason, the destruction has begun, or the 15
            days of R2 are over.
    """
    facts = {"paper": minutes.as_json(), "receiver": receiver.strip(), "reason": reason.strip()}
    return take(
        session,
        order_id,
        "hand-over-again",
        viewer=viewer,
        roles=(Role.ARCHIVIST,),
        now=now,
        facts=facts,
        named={receiver.strip(): receiver_name},
    )


def release(session: Session, order_id: str, *, viewer: Viewer, now: datetime) -> Story:
    """Confirm that the destruction begins, as who carries it out; `retention.destruction.execute` asks for it.

    Args:
        session: an open transaction.
        order_id: of a list that was handed over.
        viewer: who received the records: an archivist or the head, not who proposed the list.
        now: aware time; it counts for a day.

    Raises:
        NotFoundError, NotAllowedError: as `take`.
        SecondFactorError: the viewer has not proven both factors for this list within five minutes.
        OrderRefusedError: it was not handed over to the viewer, the viewer proposed it, or the 15 days of R2 are over.
    """
    act = Act(For.RELEASE, order_id)
    facts = {"factors": consume(session, viewer.name, act, now=now)}
    roles = (Role.ARCHIVIST, Role.HEAD)
    return take(session, order_id, "release", viewer=viewer, roles=roles, now=now, facts=facts)


def close(session: Session, order_id: str, *, viewer: Viewer, now: datetime) -> Story:
    """Ask, as an archivist, that the list is closed: the house files its dossier (hồ sơ hủy tài liệu) as a case file.

    `retention.filing.filing.file_dossier` does it and closes the list; asked twice, it is asked once.

    Args:
        session: an open transaction.
        order_id: of the list.
        viewer: an archivist.
        now: aware time.

    Raises:
        NotFoundError, NotAllowedError: as `take`; the viewer is no archivist there.
        OrderRefusedError: its destruction is not done.
    """
    told = story(session, order_id)
    if told.closing is not None:
        viewer.require(Role.ARCHIVIST, told.agency_code)
        return told
    return take(session, order_id, "ask-close", viewer=viewer, roles=(Role.ARCHIVIST,), now=now)


def closed_with(
    session: Session, order_id: str, dossier: PackageFacts, sha256: str, *, now: datetime
) -> Story:
    """Close the list with the dossier that was kept just now, in the name of who asked for it; for the house alone.

    Args:
        session: the transaction in which the dossier is kept.
        order_id: of the list.
        dossier: as kept.
        sha256: of its package.
        now: aware time.

    Raises:
        OrderRefusedError: nobody has asked for it, or the list is not destroyed.
    """
    told = story(session, order_id)
    if told.closing is None:
        raise OrderRefusedError((because("archive.no-dossier"),))
    asked_by = Viewer(told.closing.by, {told.agency_code: frozenset({Role.ARCHIVIST})})
    facts = {
        "paper": Paper(dossier.code, day_of(now), sha256).as_json(),
        "dossier": {"case_file_id": dossier.case_file_id, "code": dossier.code},
    }
    return take(session, order_id, "close", viewer=asked_by, roles=(Role.ARCHIVIST,), now=now, facts=facts)
