"""Whether a disposal list has gone the whole way of its law: asked whenever the vault is to act on it."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.procedure.kept import against_kept
from archive.procedure.states import State
from archive.procedure.story import Story
from archive.reason import Reason, because
from archive.register.decisions import Order
from archive.register.disposal import DisposalList
from archive.register.models import Agency
from archive.register.notices import ExpiryNotice
from archive.register.pieces import pieces


def against_acting(session: Session, order: Order, story: Story) -> Iterator[Reason]:
    """Yield what of the procedure is missing or broken before anything on the list may be destroyed.

    The way itself was judged step by step when the story was followed (`archive.procedure.follow`): whatever in it is
    not as it must be is one of its faults.

    Args:
        session: on the register.
        order: that carries the list.
        story: as the ledger tells it now.
    """
    yield from story.faults
    if story.state is not State.HANDED_OVER:
        yield because("archive.procedure-not-through", state=story.state)
    elif story.release is None:
        yield because("archive.not-released")
    yield from _against_notices(session, story)
    yield from against_kept(session, story)
    row = session.get(DisposalList, order.id, populate_existing=True)
    if row is None or (row.state, row.regime) != (story.state.value, story.regime.value):
        yield because("archive.order-differs", field="disposal_state")
    agency = session.get(Agency, order.agency_code)
    submits = agency is None or agency.submits_to_historical
    if story.decision is not None and story.decision.alone and submits:
        yield because("archive.opinion-needed", agency=order.agency_code)


def _against_notices(session: Session, story: Story) -> Iterator[Reason]:
    """Yield that case files went to the council before it was told for long enough that their period runs out."""
    submitted = [step for step in story.steps if step.id == "submit"]
    if not submitted:
        return
    day = submitted[-1].day
    told = {
        row.case_file_id: row
        for some in pieces(story.items)
        for row in session.scalars(
            select(ExpiryNotice)
            .where(ExpiryNotice.case_file_id.in_(some))
            .execution_options(populate_existing=True)
        )
    }
    early = [
        id
        for id in story.items
        if id not in told or not told[id].is_about(_kept_for(story, id)) or told[id].ends_on > day
    ]
    if early:
        yield because("archive.notice-not-over", number=len(early))


def _kept_for(story: Story, case_file_id: str) -> str:
    """Return the id of what stays for a case file that is on the list as a duplicate, "" for one that has expired."""
    twin = story.twins.get(case_file_id)
    return twin.case_file_id if twin else ""
