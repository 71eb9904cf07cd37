"""Every bad input a destruction may meet: a clear sentence in both languages, nothing erased, nothing lost (issue 6).

A case file without an end date never comes so far: receipt returns it (`tests/ingest/broken`), the register has none.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from procedure_people import PEOPLE, R2_ENDED, decide, on, paper, walked
from retention_town import AGENCY, AN, BINH, HEAD, NOW, OTHER, TODAY, Town, copies_of, person
from sqlalchemy import delete, func, select

from archive.errors import TangThuError, TemporaryError
from archive.holders import Erasure, Target
from archive.ledger.rows import EventRow
from archive.procedure.ballots import Ballot, Choice
from archive.procedure.papers import Paper
from archive.procedure.states import State
from archive.procedure.story import Verdict
from archive.reason import Reason, told
from archive.register.decisions import OrderItem
from archive.register.models import CaseFile, CaseFileState
from archive.register.second_factor import SecondFactor
from archive.register.session import reading, transaction
from archive.second_factor import codes
from archive.second_factor.prove import Act, First, For, prove
from archive.viewer import Role
from operations.authenticators import code_of
from retention.appraisal import set_period
from retention.destruction import execute
from retention.procedure import council, listing, notice, opinion
from retention.procedure.listing import NewList

UNREACHABLE = "kho-b: not mounted"


@dataclass(frozen=True)
class Bad:
    """A bad input: what does it, and what is said of it in Vietnamese and in English."""

    attempt: Callable[[Town], object]
    vi: str
    en: str


def _set(town: Town, text: str, row: tuple[str, str] | None = None) -> object:
    case_file_id = town.store("01")
    with transaction() as session:
        return set_period(session, case_file_id, text, reason="Xem lại", viewer=AN, now=NOW, row=row)


def unknown_line(town: Town) -> object:
    return _set(town, "70 năm", ("tt-09-2011", "9999"))


def unknown_schedule(town: Town) -> object:
    return _set(town, "70 năm", ("tt-99-2099", "1"))


def no_period(town: Town) -> object:
    return _set(town, "vài chục năm")


def unclear_period(town: Town) -> object:
    return _propose(town.store("01", maintenance="07"))


def _propose(case_file_id: str) -> object:
    new = NewList(AGENCY, (case_file_id,), "Hết thời hạn", "Thuyết minh", Paper("12/TTr", TODAY))
    with transaction() as session:
        return listing.propose(session, new, viewer=AN, now=NOW)


def _lettered(town: Town, letter: Paper) -> object:
    new = NewList(AGENCY, (town.store("01"),), "Hết thời hạn", "Thuyết minh", letter)
    with transaction() as session:
        return listing.propose(session, new, viewer=AN, now=NOW)


def letter_of_1950(town: Town) -> object:
    return _lettered(town, Paper("12/TTr", date(1950, 1, 1)))


def letter_of_tomorrow(town: Town) -> object:
    return _lettered(town, Paper("12/TTr", TODAY + timedelta(days=1)))


def letter_before_the_work_ended(town: Town) -> object:
    return _lettered(town, Paper("12/TTr", date(2014, 5, 19)))


def council_of_1999(town: Town) -> object:
    story = walked(town.store("01"), to=State.LISTED)
    decided = Paper("3/QĐ", date(1999, 1, 1))
    with transaction() as session:
        return council.form(session, story.order_id, PEOPLE.council(), decided, viewer=HEAD, now=NOW)


def opinion_of_1950(town: Town) -> object:
    story = walked(town.store("01"), to=State.OPINION_REQUESTED)
    letter = Paper("9/SNV", date(1950, 1, 1))
    with transaction() as session:
        return opinion.record(session, story.order_id, letter, Verdict.FOR, viewer=AN, now=NOW)


def new_law_before_it_was(town: Town) -> object:
    story = walked(town.store("01", regime="R2", ended=R2_ENDED), to=State.AUTO_LISTED)
    decided = Paper("3/QĐ", date(2025, 6, 30))
    with transaction() as session:
        return council.form(session, story.order_id, PEOPLE.council(), decided, viewer=HEAD, now=NOW)


def minutes_before_the_letter(town: Town) -> object:
    story = walked(town.store("01"), to=State.LISTED)
    before = TODAY - timedelta(days=2)
    with transaction() as session:
        id = story.order_id
        told = notice.endings(session, story.items)
        notice.give(session, told, now=NOW - timedelta(days=notice.DAYS))
        council.form(session, id, PEOPLE.council(), Paper("3/QĐ", before), viewer=HEAD, now=NOW)
        listing.submit(session, id, viewer=AN, now=NOW)
        for voter in PEOPLE.voters:
            council.vote(session, id, Ballot(Choice.DESTROY), viewer=voter, now=NOW)
        return council.conclude(session, id, Paper("4/BB", before), viewer=PEOPLE.voters[0], now=NOW)


def number_taken(town: Town) -> object:
    _lettered(town, Paper("12/TTr", TODAY))
    file = town.store("02")
    new = NewList(AGENCY, (file,), "Hết", "Thuyết minh", Paper("12 / ttr", TODAY - timedelta(days=1)))
    with transaction() as session:
        return listing.propose(session, new, viewer=AN, now=NOW)


def number_taken_by_another_file(town: Town) -> object:
    for code, scan in (("01", "ab"), ("02", "cd")):
        order_id = walked(town.store(code), to=State.LISTED).order_id
        with transaction() as session:
            decision = Paper("3/QĐ", TODAY, scan * 32)
            told = council.form(session, order_id, PEOPLE.council(), decision, viewer=HEAD, now=NOW)
    return told


def decided_before_the_opinion(town: Town) -> object:
    story = walked(town.store("01"), to=State.OPINION_GIVEN)
    return decide(story, paper=paper("12/QĐ", TODAY - timedelta(days=1)))


def changed_after_the_vote(town: Town) -> object:
    first, second = town.store("01"), town.store("02")
    order_id = town.ordered(first, second)
    with transaction() as session:
        session.execute(
            delete(OrderItem).where(OrderItem.order_id == order_id, OrderItem.case_file_id == second)
        )
    return execute(order_id, viewer=BINH, now=NOW)


def executed_by_the_proposer(town: Town) -> object:
    return execute(town.ordered(town.store("01")), viewer=AN, now=NOW)


def expired_code(town: Town) -> None:
    order_id = walked(town.store("01"), to=State.OPINION_GIVEN).order_id
    with transaction() as session:
        code_of(session, HEAD, now=NOW)
        secret = session.get_one(SecondFactor, HEAD.name).secret
    old = codes.code_at(secret, codes.step_at(NOW - timedelta(minutes=5)))
    prove(HEAD.name, old, Act(For.DECIDE, order_id), first=First.PASSWORD, now=NOW)


def too_old_a_decision(town: Town) -> object:
    story = walked(town.store("01", regime="R2", ended=R2_ENDED), to=State.DECIDED)
    order_id = on(story, now=NOW + timedelta(days=15)).order_id
    return execute(order_id, viewer=BINH, now=NOW + timedelta(days=16))


BADS = {
    "unknown line": Bad(unknown_line, "không có dòng “9999”", "no row 9999"),
    "unknown schedule": Bad(unknown_schedule, "không có bảng thời hạn", "no schedule tt-99-2099"),
    "a text that is no period": Bad(no_period, "vài chục năm", "vài chục năm"),
    "a case file with an unclear period": Bad(unclear_period, "chưa rõ", "unclear"),
    "a letter of 1950": Bad(letter_of_1950, "trước ngày 01/07/2012 khi Luật Lưu trữ 01/2011", "our rule"),
    "a letter of tomorrow": Bad(letter_of_tomorrow, "sau ngày làm bước này", "in the future"),
    "a letter before the work ended": Bad(
        letter_before_the_work_ended,
        "trước ngày 20/05/2014 khi công việc của hồ sơ 01",
        "leave this case file",
    ),
    "a council of 1999": Bad(council_of_1999, "“3/QĐ” của bước “lập hội đồng” ghi ngày 01/01/1999", "1999"),
    "an opinion of 1950": Bad(opinion_of_1950, "bước “ghi ý kiến” ghi ngày 01/01/1950", "1950"),
    "a council before its law": Bad(new_law_before_it_was, "33/2024/QH15", "came into force"),
    "minutes before the letter": Bad(minutes_before_the_letter, "không thể trước", "cannot be before"),
    "a number of another paper": Bad(number_taken, "đã là số của một văn bản khác", "another paper's"),
    "a number of another file": Bad(number_taken_by_another_file, "cùng tệp", "same file"),
    "decided before the opinion": Bad(decided_before_the_opinion, "trước", "before the opinion"),
    "list changed after the vote": Bad(changed_after_the_vote, "danh mục", "not the one that was approved"),
    "executor = proposer": Bad(
        executed_by_the_proposer, "là người đề xuất tiêu hủy", "proposed this destruction"
    ),
    "expired code": Bad(expired_code, "hết hạn", "expired"),
    "decision older than 15 days": Bad(too_old_a_decision, "15 ngày", "15 days"),
}


@pytest.mark.parametrize("bad", BADS.values(), ids=BADS)
def test_it_is_refused_in_both_languages_and_nothing_is_erased(town: Town, bad: Bad) -> None:
    with pytest.raises(TangThuError) as caught:
        bad.attempt(town)
    reason: Reason = caught.value.reason
    assert bad.vi in told(reason, "vi")
    assert bad.en in told(reason, "en")
    assert len(copies_of("01")) == 3
    with reading() as session:
        destroyed = select(func.count()).select_from(EventRow).where(EventRow.verb == "DESTROY")
        assert session.scalar(destroyed) == 0
        assert set(session.scalars(select(CaseFile.state))) == {CaseFileState.STORED}


class Gone:
    """A store that is not there."""

    name = "kho-b"

    def erase(self, target: Target) -> Erasure:
        raise TemporaryError(UNREACHABLE)


def test_a_store_that_is_not_there_loses_nothing_and_the_order_waits_for_it(town: Town) -> None:
    order_id = town.ordered(town.store("01"))
    outcome = execute(order_id, viewer=BINH, now=NOW, ask=[Gone()])
    assert not outcome.finished and [item.outcome for item in outcome.items] == ["erasing"]
    detail = outcome.items[0].detail[0]
    assert "kho-b" in told(detail, "vi") and "kho-b" in told(detail, "en")
    assert len(copies_of("01")) == 3
    assert execute(order_id, viewer=BINH, now=NOW).finished
    assert copies_of("01") == []


def test_one_letter_may_submit_two_lists_and_another_year_counts_anew(town: Town) -> None:
    """The same number and day are the same paper; numbers begin anew each year, and another agency has its own."""
    _lettered(town, Paper("12/TTr", TODAY))
    for letter, agency, who in (
        (Paper("12/TTr", TODAY), AGENCY, AN),
        (Paper("12/TTr", date(TODAY.year - 1, 12, 31)), AGENCY, AN),
        (Paper("12/TTr", TODAY - timedelta(days=1)), OTHER, person("lan", Role.ARCHIVIST, agency=OTHER)),
    ):
        file = town.store(f"{letter.day}", agency=agency)
        new = NewList(agency, (file,), "Hết thời hạn", "Thuyết minh", letter)
        with transaction() as session:
            assert listing.propose(session, new, viewer=who, now=NOW).letter == letter
