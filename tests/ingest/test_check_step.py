"""The step that checks: which day it is when it judges dates."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from check_builders import a_good_case, lang_son

from archive.register.agencies import set_agency
from archive.register.session import transaction
from ingest.delivery import Delivery
from ingest.steps.check import check
from ingest.steps.look import AllFacts
from ingest.steps.step import Verdict, Work

EVENING = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)  # 01:00 on 3 March in Việt Nam


@pytest.mark.parametrize(("issued", "future"), [("03/03/2026", False), ("04/03/2026", True)])
def test_a_document_dated_today_in_vietnam_is_not_of_the_future_though_it_is_yesterday_in_utc(
    house: Path, issued: str, future: bool
) -> None:
    case = a_good_case().document(IssuedDate=issued)
    with transaction() as session:
        set_agency(session, code=case.agency, name="Sở Nội vụ", actor="admin", now=EVENING)
    work = Work("s", case.agency, "sip", "a.zip", EVENING, house / "raw", house, {})
    work.save("delivery", case.delivery, Delivery)
    work.save("facts", case.facts, AllFacts)
    codes = {finding.code for finding in check(work, EVENING).findings}
    assert ("V09_FUTURE" in codes) is future


def test_a_return_names_the_clause_by_which_the_receiver_may_send_things_back(house: Path) -> None:
    case = lang_son().document(IssuedDate="31/02/2021")
    with transaction() as session:
        set_agency(session, code=case.agency, name="Sở Nội vụ", level1="H37", actor="admin", now=EVENING)
    work = Work("s", case.agency, "sip", "a.zip", EVENING, house / "raw", house, {})
    work.save("delivery", case.delivery, Delivery)
    work.save("facts", case.facts, AllFacts)
    outcome = check(work, EVENING)
    assert outcome.verdict is Verdict.RETURN
    assert "[V09_DATE]" in outcome.reason
    assert outcome.reason.endswith("Căn cứ từ chối, trả lại: Điều 6.4, 31/2020/QĐ-UBND (Lạng Sơn).")
