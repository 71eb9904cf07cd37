"""The pages of preservation plans: preview, proposal, a second person's approval, progress, reasons, confirmation."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from a_furnished_house import LANG_SON, OLD, RULES
from sqlalchemy import select

from archive.reason import as_json, because
from archive.register.models import CaseFile
from archive.register.preservation import PlanState, PreservationItem, PreservationPlan
from archive.register.session import reading, transaction
from ingest.migration.noting import of_file, of_plan
from ingest.migration.plan import Wanted
from ingest.migration.preview import preview

pytestmark = pytest.mark.plone

CHOICE = f"/chuyen-doi?chon=1&pdfa=2b&to=3b&agency={LANG_SON}"
NAME = "Nâng PDF/A-2b lên 3b"


@pytest.fixture(autouse=True)
def _queue(house_queue: None) -> None:
    """Nothing is worked off while the pages are looked at."""


def plan() -> PreservationPlan:
    with reading() as session:
        return session.scalars(select(PreservationPlan)).one()


def proposed(visit: Any, login: str = "lan") -> Any:
    browser = visit(login, CHOICE)
    form = browser.getForm(id="propose-plan")
    form.getControl(name="name").value = NAME
    form.getControl(name="reason").value = "Cần kèm tệp nguồn"
    form.getControl(name="propose").click()
    return browser


def pressed(visit: Any, login: str, act: str, *, word: str = "") -> Any:
    browser = visit(login, f"/chuyen-doi/{plan().id}")
    if word:
        browser.getControl(name="remark").value = word
    browser.getControl(name=act).click()
    return browser


def posted(visit: Any, login: str, act: str) -> Any:
    """Press a button the page does not offer: with the token of another form of the person's own."""
    browser = visit(login, f"/chuyen-doi/{plan().id}")
    token = browser.getControl(name="_authenticator", index=0).value
    browser.post(browser.url, f"_authenticator={token}&{act}=1&remark=x")
    return browser


def ended(failed: str) -> None:
    """Have everything made but the case file `failed`, and the plan ended, as the worker's events say it."""
    now, id = datetime.now(UTC), plan().id
    with transaction() as session:
        for item in session.scalars(select(PreservationItem)).all():
            code = session.get_one(CaseFile, item.case_file_id).code
            told = {"did": "made", "version": 2, "name": "x", "made": item.components, "failed": []}
            if code == failed:
                told = {"did": "failed", "failed": [{"document": 1, "file": 1, "code": "PDFA_FAILED"}]}
            of_file(session, id, item.case_file_id, told, after="0" * 64, now=now)
        of_plan(session, id, {"did": "finish", "state": "done"}, now=now)


def test_a_preview_tells_exactly_what_is_counted_and_proposing_names_that(visit: Any) -> None:
    with reading() as session:
        found = preview(
            session, Wanted(flavour="2b"), target="3b", agency_code=LANG_SON, now=datetime.now(UTC)
        )
    assert found.files > 1
    page = visit("lan", CHOICE).page
    assert "Kế hoạch sẽ làm gì" in page
    assert f"<strong>{found.files}</strong>" in page and f"<strong>{found.components}</strong>" in page
    assert "đường PDF" in page
    browser = proposed(visit)
    assert "Cần người khác phê duyệt" in browser.page
    row = plan()
    assert (row.files, row.components, row.proposed_by, row.agency_code) == (
        found.files,
        found.components,
        "lan",
        LANG_SON,
    )


def test_a_preview_nobody_can_carry_out_is_told_on_the_page(visit: Any) -> None:
    page = visit("lan", f"/chuyen-doi?chon=1&agency={LANG_SON}").page
    assert 'role="alert"' in page and "ần chọn ít nhất một" in page
    page = visit("lan", "/chuyen-doi?chon=1&pdfa=2b&to=3b&agency=000.00.05.H21").page
    assert 'role="alert"' in page and "không phải là" in page, (
        "another agency's files are not counted for her"
    )


def test_what_changed_since_the_preview_is_not_proposed(visit: Any) -> None:
    browser = visit("lan", CHOICE)
    form = browser.getForm(id="propose-plan")
    form.getControl(name="name").value = NAME
    form.getControl(name="reason").value = "Cần kèm tệp nguồn"
    with transaction() as session:
        session.get_one(CaseFile, OLD.id).state = "transferred"
    form.getControl(name="propose").click()
    assert "số liệu đã thay đổi" in browser.page.lower()
    assert NAME in browser.page and "Cần kèm tệp nguồn" in browser.page, "what was typed is still there"
    with reading() as session:
        assert session.scalar(select(PreservationPlan.id)) is None


def test_the_proposer_does_not_approve_and_a_head_does(visit: Any) -> None:
    proposed(visit)
    page = visit("lan", f"/chuyen-doi/{plan().id}").page
    assert 'name="approve"' not in page and "người khác phê duyệt" in page
    refused = posted(visit, "lan", "approve")
    assert plan().state == PlanState.PROPOSED
    assert refused.headers["status"].startswith("403")
    pressed(visit, "chi", "approve")
    assert (plan().state, plan().decided_by) == (PlanState.APPROVED, "chi")
    pressed(visit, "lan", "run")
    assert plan().state == PlanState.RUNNING
    page = visit("dung", f"/chuyen-doi/{plan().id}").page
    assert "<progress" in page and 'name="pause"' not in page, "an auditor looks and does nothing"


def test_progress_and_reasons_are_told_and_confirming_is_for_another_person(visit: Any) -> None:
    proposed(visit)
    pressed(visit, "chi", "approve")
    pressed(visit, "lan", "run")
    ended(failed=OLD.code)
    page = visit("lan", f"/chuyen-doi/{plan().id}").page
    assert OLD.code in page and "không cách nào cho bản PDF/A hợp lệ" in page
    assert 'name="confirm"' not in page and "Bạn có thể hoàn tác" in page
    posted(visit, "lan", "confirm")
    assert plan().state == PlanState.DONE
    pressed(visit, "chi", "confirm")
    assert plan().state == PlanState.CONFIRMED
    assert 'name="reverse"' not in visit("chi", f"/chuyen-doi/{plan().id}").page


def test_reversing_needs_a_word_and_is_the_workers_then(visit: Any) -> None:
    proposed(visit)
    pressed(visit, "chi", "approve")
    pressed(visit, "lan", "run")
    ended(failed=OLD.code)
    pressed(visit, "lan", "reverse", word="Bản 3b không mở được ở phòng đọc")
    assert plan().state == PlanState.REVERSING
    assert plan().closing_remark == "Bản 3b không mở được ở phòng đọc"


@pytest.mark.parametrize("login", ["binh", "giang", "hoa", ""])
def test_other_roles_see_no_plan_and_no_preview(visit: Any, login: str) -> None:
    proposed(visit)
    for path in (CHOICE, "/chuyen-doi", f"/chuyen-doi/{plan().id}"):
        browser = visit(login, path)
        assert NAME not in browser.page and RULES.code not in browser.page


def test_a_plan_of_another_agency_is_not_there_for_its_archivist(visit: Any) -> None:
    browser = visit("an", "/chuyen-doi?chon=1&pdfa=2b&to=3b&agency=000.00.05.H21")
    form = browser.getForm(id="propose-plan")
    form.getControl(name="name").value = NAME
    form.getControl(name="reason").value = "Cần kèm tệp nguồn"
    form.getControl(name="propose").click()
    assert visit("lan", f"/chuyen-doi/{plan().id}").headers["status"].startswith("404")
    assert NAME not in visit("lan", "/chuyen-doi").page


def test_an_administrator_may_propose_and_approve_and_sees_no_code_and_no_title(visit: Any) -> None:
    proposed(visit)
    pressed(visit, "khanh", "approve")
    pressed(visit, "khanh", "run")
    ended(failed=OLD.code)
    with transaction() as session:
        item = session.scalars(
            select(PreservationItem).where(PreservationItem.case_file_id == RULES.id)
        ).one()
        why = [as_json(because("ingest.migration-ordered", file=RULES.code, number="9"))]
        of_file(session, item.plan_id, RULES.id, {"did": "left", "why": why}, now=datetime.now(UTC))
    page = visit("khanh", f"/chuyen-doi/{plan().id}").page
    assert OLD.id in page and RULES.id in page
    for word in (OLD.code, OLD.title, RULES.code, RULES.title):
        assert word not in page
    assert RULES.code in visit("lan", f"/chuyen-doi/{plan().id}").page


def test_a_try_is_asked_of_a_worker_and_its_result_stands_with_the_plan(visit: Any) -> None:
    proposed(visit)
    browser = pressed(visit, "chi", "try")
    assert "mở lại trang" in browser.page
    with transaction() as session:
        row = session.scalars(select(PreservationPlan)).one()
        row.trial_at = datetime.now(UTC)
        row.trial = [
            {
                "case_file_id": OLD.id,
                "file_code": OLD.code,
                "agency_code": LANG_SON,
                "access": "01",
                "document": 1,
                "puid": "fmt/276",
                "before": "2b",
                "route": "repair",
                "flavour": "3b",
                "size": 9,
                "measured": {"validator": "veraPDF 1.30", "text_same_least": 1.0},
                "code": "",
                "why": [],
            }
        ]
    page = visit("chi", f"/chuyen-doi/{plan().id}").page
    assert "PDF/A-3b" in page and "veraPDF 1.30" in page and OLD.code in page
    assert OLD.code not in visit("khanh", f"/chuyen-doi/{plan().id}").page


def test_the_ledger_tells_a_plan_by_name(visit: Any) -> None:
    proposed(visit)
    page = visit("dung", "/nhat-ky").page
    assert "Đề nghị kế hoạch chuyển đổi" in page and NAME in page
