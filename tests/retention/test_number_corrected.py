"""A number belongs to one paper a year, and yet a day or a scan that was given wrongly can be mended."""

from __future__ import annotations

from datetime import timedelta
from unicodedata import normalize

import pytest
from procedure_people import PEOPLE, decide, walked
from retention_town import AGENCY, AN, HEAD, NOW, TODAY, Town

from archive.errors import OrderRefusedError
from archive.procedure.ballots import Ballot, Choice
from archive.procedure.papers import Paper
from archive.procedure.states import State
from archive.procedure.story import Story
from archive.register.session import transaction
from retention.procedure import council, deciding, listing
from retention.procedure.listing import NewList

YESTERDAY = TODAY - timedelta(days=1)
WRONG, RIGHT = Paper("5/QĐ", YESTERDAY), Paper("5/QĐ", TODAY)


def proposed(case_file_id: str, letter: Paper) -> Story:
    new = NewList(AGENCY, (case_file_id,), "Hết thời hạn", "Thuyết minh", letter)
    with transaction() as session:
        return listing.propose(session, new, viewer=AN, now=NOW)


def formed(order_id: str, decision: Paper) -> Paper:
    with transaction() as session:
        told = council.form(session, order_id, PEOPLE.council(), decision, viewer=HEAD, now=NOW)
    assert told.story.council is not None
    return told.story.council.paper


def test_a_council_is_formed_anew_with_the_right_day_of_its_decision(town: Town) -> None:
    order_id = walked(town.store("01"), to=State.LISTED).order_id
    formed(order_id, WRONG)
    assert formed(order_id, RIGHT) == RIGHT


def test_a_decision_that_formed_two_councils_is_mended_in_one_and_then_in_the_other(town: Town) -> None:
    first, second, third = (
        proposed(town.store(code), Paper(f"{code}/TTr", TODAY)).order_id for code in ("01", "02", "03")
    )
    formed(first, WRONG)
    formed(second, WRONG)
    formed(first, RIGHT)
    with pytest.raises(OrderRefusedError, match=r"another paper.*list 02/TTr"):
        formed(third, RIGHT)  # the second list still says otherwise, and a third has nothing to mend
    formed(second, RIGHT)
    assert formed(third, RIGHT) == RIGHT  # what was replaced holds the number no longer


def test_the_number_of_another_paper_of_the_same_list_stays_taken(town: Town) -> None:
    order_id = proposed(town.store("01"), Paper("5/QĐ", YESTERDAY)).order_id
    with pytest.raises(OrderRefusedError, match="another paper"):
        formed(order_id, RIGHT)


def conclude(order_id: str, number: str) -> None:
    with transaction() as session:
        council.conclude(session, order_id, Paper(number, TODAY), viewer=PEOPLE.voters[0], now=NOW)


def test_minutes_are_not_the_letter_of_the_same_list_under_its_number_and_day(town: Town) -> None:
    """Also in other letters, with other spaces and with the accents set apart; neither has a file."""
    story = walked(town.store("01"), to=State.COUNCIL_REVIEW)
    with transaction() as session:
        for voter in PEOPLE.voters:
            council.vote(session, story.order_id, Ballot(Choice.DESTROY), viewer=voter, now=NOW)
    letter = story.letter.number
    for number in (letter, letter.lower(), f" {letter.replace('/', ' / ')}", normalize("NFD", letter)):
        with pytest.raises(OrderRefusedError, match="another paper's of this list already"):
            conclude(story.order_id, number)
    conclude(story.order_id, "104/BB")


def test_a_decision_is_not_the_letter_that_asked_for_the_opinion(town: Town) -> None:
    story = walked(town.store("01"), to=State.OPINION_GIVEN)
    asked = next(one.paper for one in story.steps if one.id == "request-opinion")
    assert asked is not None and asked.day == TODAY
    with pytest.raises(OrderRefusedError, match="another paper's of this list already"):
        decide(story, paper=Paper(asked.number.upper(), TODAY))
    assert decide(story).state is State.DECIDED


def test_minutes_of_a_hand_over_are_given_again_with_a_better_scan(town: Town) -> None:
    order_id = walked(town.store("01"), to=State.DECIDED).order_id
    for scan, again in (("ab", False), ("cd", True), ("ef", True)):
        minutes = Paper("7/BB", TODAY, scan * 32)
        told = {"receiver": PEOPLE.executor.name, "viewer": AN, "now": NOW}
        with transaction() as session:
            if again:
                story = deciding.hand_over_again(session, order_id, minutes, reason="bản quét lỗi", **told)
            else:
                story = deciding.hand_over(session, order_id, minutes, **told)
        assert story.hand_over is not None and story.hand_over.paper == minutes


def test_a_list_given_up_for_the_day_of_its_letter_is_made_anew_with_the_true_day(town: Town) -> None:
    file = town.store("01")
    wrong = proposed(file, Paper("12/TTr", YESTERDAY))
    with transaction() as session:
        listing.abort(session, wrong.order_id, reason="tờ trình ghi sai ngày", viewer=AN, now=NOW)
    assert proposed(file, Paper("12/TTr", TODAY)).letter == Paper("12/TTr", TODAY)


def test_a_number_that_the_register_cannot_keep_whole_is_refused_and_not_cut(town: Town) -> None:
    longest = "1" * 57 + "/QĐ"
    with pytest.raises(OrderRefusedError, match="has 61 characters, more than the 60"):
        proposed(town.store("01"), Paper(longest + "1", TODAY))
    order_id = proposed(town.store("02"), Paper(longest, TODAY)).order_id
    with pytest.raises(OrderRefusedError, match="has 61 characters, more than the 60"):
        formed(order_id, Paper("2" + longest, TODAY))
    assert formed(order_id, Paper("2" + longest[1:], TODAY)).number == "2" + longest[1:]
