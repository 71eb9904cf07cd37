"""Everybody a disposal list needs, and lists walked as far as a test wants them."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from retention_town import AGENCY, BINH, COUNCIL, EXPERT, HEAD, LEADER, NOW, PEOPLE, TODAY, Town, copies_of

from archive.errors import OrderRefusedError
from archive.procedure.papers import Paper
from archive.procedure.states import State
from archive.procedure.story import Story
from archive.register.agencies import set_agency
from archive.register.session import reading, transaction
from archive.second_factor.prove import For
from archive.viewer import Viewer
from operations.authenticators import proven
from operations.procession import Papers, Wanted, walk, walk_on
from retention.destruction import execute
from retention.procedure import deciding, taking
from retention.procedure.deciding import NewDecision

__all__ = ["CHAIR", "EXPERT", "LEADER", "PEOPLE"]

CHAIR = COUNCIL
R2_ENDED = date(2019, 1, 1)
R1_WAY = (State.LISTED, State.COUNCIL_REVIEW, State.OPINION_REQUESTED, State.OPINION_GIVEN, State.DECIDED)
R2_WAY = (State.AUTO_LISTED, State.COUNCIL, State.APPRAISAL, State.DECIDED)


def paper(number: str = "1/BB", day: date = TODAY) -> Paper:
    return Paper(number, day)


def wanted(*case_file_ids: str, day: date = TODAY) -> Wanted:
    return Wanted(AGENCY, case_file_ids, "12/QĐ-SNV", day)


def walked(
    *case_file_ids: str, to: State = State.HANDED_OVER, now: datetime = NOW, day: date = TODAY
) -> Story:
    """Return the story of a new list that was walked to a state."""
    with transaction() as session:
        return walk(session, wanted(*case_file_ids, day=day), PEOPLE, now=now, to=to)


def on(story: Story, to: State = State.HANDED_OVER, *, now: datetime = NOW) -> Story:
    """Walk a list on to a state."""
    with transaction() as session:
        return walk_on(session, story, Papers(wanted()), PEOPLE, now=now, to=to)


def seen(order_id: str) -> Story:
    with reading() as session:
        return taking.story(session, order_id)


def hands_nothing_over() -> None:
    """The agency is not on the source list, so its head decides alone under R2."""
    with transaction() as session:
        set_agency(session, code=AGENCY, name="Sở", submits_to_historical=False, actor="admin", now=NOW)


def decide(story: Story, *, viewer: Viewer = HEAD, **changes: object) -> Story:
    """Decide on a list as it was shown, but for what a test changes in the decision."""
    facts = {"paper": paper("12/QĐ"), "signer": "Giám đốc", "list_sha256": story.list_sha256, **changes}
    decision = NewDecision(**facts)  # type: ignore[arg-type]
    with transaction() as session:
        proven(session, viewer, For.DECIDE, story.order_id, now=NOW)
        return deciding.decide(session, story.order_id, decision, viewer=viewer, now=NOW)


def r2(town: Town, code: str = "01") -> str:
    return town.store(code, regime="R2", ended=R2_ENDED)


def refused_to_act(order_id: str) -> str:
    """Return why it is not carried out, having seen that nothing was erased."""
    with pytest.raises(OrderRefusedError) as caught:
        execute(order_id, viewer=BINH, now=NOW)
    assert len(copies_of("01")) == 3
    return "; ".join(map(str, caught.value.reasons))
