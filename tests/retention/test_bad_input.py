"""Every bad input a destruction may meet: a clear sentence in both languages, nothing erased, nothing lost (issue 6).

A case file without an end date never comes so far: receipt returns it (`tests/ingest/broken`), the register has none.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from procedure_people import R2_ENDED, decide, on, paper, walked
from retention_town import AGENCY, AN, BINH, HEAD, NOW, TODAY, Town, copies_of
from sqlalchemy import delete, func, select

from archive.errors import TangThuError, TemporaryError
from archive.holders import Erasure, Target
from archive.ledger.rows import EventRow
from archive.procedure.papers import Paper
from archive.procedure.states import State
from archive.reason import Reason, told
from archive.register.decisions import OrderItem
from archive.register.models import CaseFile, CaseFileState
from archive.register.second_factor import SecondFactor
from archive.register.session import reading, transaction
from archive.second_factor import codes
from archive.second_factor.prove import Act, First, For, prove
from operations.authenticators import code_of
from retention.appraisal import set_period
from retention.destruction import execute
from retention.procedure import listing
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
