"""Who received the records confirms their destruction and nobody else; a wrong name is mended before it begins."""

from __future__ import annotations

import pytest
from procedure_people import R2_ENDED, paper, seen, walked
from retention_town import AGENCY, AN, BINH, HEAD, NOW, Town, person

from archive.errors import ArchiveError, NotAllowedError, OrderRefusedError
from archive.order_check import reasons_against
from archive.procedure.papers import Paper
from archive.procedure.states import State
from archive.procedure.story import Story, Verdict
from archive.register.decisions import Order
from archive.register.session import reading, transaction
from archive.second_factor.prove import For
from archive.viewer import Role, Viewer
from operations.authenticators import proven
from retention.destruction import execute
from retention.procedure import deciding, opinion

LAN = person("lan", Role.ARCHIVIST)


def release(story: Story, viewer: Viewer) -> Story:
    with transaction() as session:
        proven(session, viewer, For.RELEASE, story.order_id, now=NOW)
        return deciding.release(session, story.order_id, viewer=viewer, now=NOW)


def again(story: Story, receiver: str, *, reason: str = "Ghi nhầm tên", viewer: Viewer = AN) -> Story:
    with transaction() as session:
        return deciding.hand_over_again(
            session, story.order_id, paper("9/BB"), receiver=receiver, reason=reason, viewer=viewer, now=NOW
        )


@pytest.fixture
def mistyped(town: Town) -> Story:
    """A list handed over to somebody who is not there."""
    story = walked(town.store("01"), to=State.DECIDED)
    with transaction() as session:
        return deciding.hand_over(session, story.order_id, paper(), receiver="bnih", viewer=AN, now=NOW)


def test_only_who_received_the_records_confirms_and_a_mistyped_name_is_no_dead_end(mistyped: Story) -> None:
    for viewer in (BINH, HEAD, LAN):
        with pytest.raises(OrderRefusedError, match="handed over to bnih"):
            release(mistyped, viewer)
    assert again(mistyped, "binh").state is State.HANDED_OVER
    with pytest.raises(OrderRefusedError, match="handed over to binh"):
        release(mistyped, LAN)
    release(mistyped, BINH)
    assert execute(mistyped.order_id, viewer=BINH, now=NOW).count("done") == 1


def test_a_second_hand_over_takes_the_confirmation_back(town: Town) -> None:
    story = walked(town.store("01"))
    assert story.release is not None
    assert again(story, "lan").release is None
    with pytest.raises(OrderRefusedError, match="confirmed"):
        execute(story.order_id, viewer=BINH, now=NOW)
    with reading() as session:
        assert reasons_against(session, session.get_one(Order, story.order_id), now=NOW)
    release(story, LAN)
    assert execute(story.order_id, viewer=LAN, now=NOW).count("done") == 1


def test_a_second_hand_over_needs_a_reason_and_is_the_archivists(mistyped: Story) -> None:
    for change, why in (
        ({"receiver": "binh", "reason": " "}, "reason"),
        ({"receiver": " "}, "receives|receiv"),
        ({"receiver": AN.name}, "somebody else carries"),
    ):
        with pytest.raises(OrderRefusedError, match=why):
            again(mistyped, **change)
    for viewer in (HEAD, person("x", Role.COUNCIL), person("x", Role.ARCHIVIST, agency="000.00.99.H01")):
        with pytest.raises(NotAllowedError):
            again(mistyped, "binh", viewer=viewer)
    assert seen(mistyped.order_id).steps == mistyped.steps


@pytest.mark.parametrize("state", [State.OPINION_GIVEN, State.DECIDED, "begun"])
def test_nothing_is_handed_over_again_before_the_first_or_once_it_began(
    town: Town, state: State | str
) -> None:
    if state == "begun":
        story = walked(town.store("01"))
        execute(story.order_id, viewer=BINH, now=NOW)
    else:
        story = walked(town.store("01"), to=State(state))
    with pytest.raises(ArchiveError):
        again(story, "lan")
    assert seen(story.order_id).steps[-1].id != "hand-over-again"


def test_a_list_under_the_new_law_is_rejected_only_on_the_opinion_that_came(town: Town) -> None:
    story = walked(town.store("01", regime="R2", ended=R2_ENDED), to=State.APPRAISAL)

    def reject(letter: Paper | None) -> Story:
        with transaction() as session:
            return opinion.reject(
                session, story.order_id, reason="Cần giữ", viewer=HEAD, now=NOW, letter=letter
            )

    with pytest.raises(OrderRefusedError, match="opinion"):
        reject(paper("3/TĐ"))
    with transaction() as session:
        opinion.record(session, story.order_id, paper("3/TĐ"), Verdict.AGAINST, viewer=AN, now=NOW)
    for other in (None, paper("4/TĐ")):
        with pytest.raises(OrderRefusedError, match="3/TĐ"):
            reject(other)
    ended = reject(paper("3/TĐ"))
    assert ended.state is State.REJECTED
    assert (ended.agency_code, str(ended.steps[-1].paper)) == (AGENCY, str(paper("3/TĐ")))
