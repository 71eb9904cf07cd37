"""The opinion of the competent body: asked for by the head, recorded by the archivist as its letter says.

R1 (Law 01/2011/QH13 Điều 28): every list; a body that is against it returns the list. R2 (TT 06/2025/TT-BNV Điều 13):
only of agencies on the source list; the head of any other decides alone (Law 33/2024/QH15 Điều 16.3.b).
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from archive.procedure.papers import Paper
from archive.procedure.story import Story, Verdict
from archive.register.decisions import OrderState
from archive.register.models import Agency, Regime
from archive.viewer import Role, Viewer
from retention.procedure.taking import story, take


def submits(session: Session, agency_code: str) -> bool:
    """Say whether an agency is on the source list: an unknown one is, so that nothing is decided without an opinion."""
    agency = session.get(Agency, agency_code)
    return agency is None or agency.submits_to_historical


def request(session: Session, order_id: str, letter: Paper, *, viewer: Viewer, now: datetime) -> Story:
    """Ask the competent body for its opinion, as the head.

    Raises:
        NotFoundError, NotAllowedError: as `take`; the viewer is no head there.
        OrderRefusedError: the council has not concluded or its minutes are not signed, the head proposed the list, the
            letter is older than the minutes, or the agency needs no opinion (R2).
    """
    told = story(session, order_id)
    step = "request-opinion" if told.regime is Regime.R1 else "request-appraisal"
    facts = {"paper": letter.as_json(), "submits": submits(session, told.agency_code)}
    return take(session, order_id, step, viewer=viewer, roles=(Role.HEAD,), now=now, facts=facts)


def record(
    session: Session,
    order_id: str,
    letter: Paper,
    verdict: Verdict,
    *,
    viewer: Viewer,
    now: datetime,
    reason: str = "",
) -> Story:
    """Record the letter that came, as an archivist.

    Under R1 a letter against the list returns it: its votes and its conclusion are of no use any more, and it may be
    submitted again or given up. Under R2 it stays where it is, and the head rejects it.

    Args:
        session: an open transaction.
        order_id: of the list.
        letter: with number, date and hash of its file.
        verdict: what it says.
        viewer: an archivist.
        now: aware time.
        reason: what the body has against it; needed when it returns the list.

    Raises:
        NotFoundError, NotAllowedError: as `take`; the viewer is no archivist there.
        OrderRefusedError: none was asked for, one was given already, or it is older than the letter that asked for it.
    """
    told = story(session, order_id)
    returns = told.regime is Regime.R1 and verdict is Verdict.AGAINST
    facts = {"paper": letter.as_json(), "verdict": verdict.value, "reason": reason.strip()}
    step = "return" if returns else "record-opinion"
    return take(session, order_id, step, viewer=viewer, roles=(Role.ARCHIVIST,), now=now, facts=facts)


def reject(
    session: Session,
    order_id: str,
    *,
    reason: str,
    viewer: Viewer,
    now: datetime,
    letter: Paper | None = None,
) -> Story:
    """End the list after the opinion, as the head; its case files stay and are free for another.

    Args:
        session: an open transaction.
        order_id: of the list.
        reason: why it is not decided.
        viewer: the head.
        now: aware time.
        letter: the opinion, as it was recorded; R2 wants it named.

    Raises:
        NotFoundError, NotAllowedError: as `take`; the viewer is no head there.
        OrderRefusedError: no reason, no opinion is there yet, or (R2) the letter is another or none.
    """
    facts = {"reason": reason.strip(), **({"paper": letter.as_json()} if letter else {})}
    return take(
        session,
        order_id,
        "reject",
        viewer=viewer,
        roles=(Role.HEAD,),
        now=now,
        facts=facts,
        says={"state": OrderState.REFUSED.value, "detail": reason.strip()},
    )
