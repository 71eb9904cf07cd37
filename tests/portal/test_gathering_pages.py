"""An archivist makes a case file of documents that came alone, and closes what offices ask about archived ones."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any
from urllib.parse import quote

import pytest
from house_people import GIA_LAI, LANG_SON, NOW, ident
from kept_case_files import RULES
from sqlalchemy import select

from archive.ledger.append import append
from archive.ledger.event import Verb
from archive.register.messages import DocumentRequest, ReceivedMessage
from archive.register.models import Submission
from archive.register.projection import apply
from archive.register.session import reading, transaction

pytestmark = pytest.mark.plone

LETTERS = [ident("lone", n) for n in (1, 2, 3)]
ELSEWHERE = ident("lone", "elsewhere")
RECALL, REQUEST, UNKNOWN = ident("recall"), ident("request"), ident("unknown")
DESCRIBED = {
    "FileCode": "000.00.01.H37.2024.77.GH",
    "Title": "Hồ sơ ghép về công tác văn thư năm 2024",
    "Maintenance": "20 năm",
    "Rights": "Công khai",
    "StartDate": "2024-01-02",
    "EndDate": "2024-12-31",
}


def status(browser: Any) -> int:
    return int(browser.headers["Status"].split()[0])


def a_lone_document(session: Any, id: str, agency: str, number: str, subject: str, day: date) -> None:
    session.add(
        Submission(
            id=id,
            agency_code=agency,
            message_id=f"VXP-{id[:8]}",
            sha256="0" * 64,
            size=9,
            kind="edxml",
            state="gathering",
            received_at=NOW - timedelta(days=1),
        )
    )
    session.flush()
    session.add(
        ReceivedMessage(
            submission_id=id,
            kind="document",
            sender=agency,
            document_id=f"{agency},{day:%Y/%m/%d},{number}/VP",
            number=number,
            notation="VP",
            issued_on=day,
            organ_name="Văn phòng",
            type_name="Công văn",
            subject=subject,
            files=1,
            pages=3,
            about=[],
        )
    )


def asked(session: Any, request_id: str, case_file_id: str | None, kind: str = "recall") -> None:
    told = {
        "request_id": request_id,
        "submission_id": RECALL,
        "agency_code": LANG_SON,
        "kind": kind,
        "case_file_id": case_file_id,
        "answer": "16",
        "state": "open",
    }
    event = append(
        session,
        Verb.REQUEST,
        actor="system:gateway",
        kind="case-file" if case_file_id else "submission",
        id=case_file_id or RECALL,
        payload=told,
        now=NOW,
    )
    apply(session, event)


@pytest.fixture
def letters(site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three documents of Lạng Sơn and one of Gia Lai wait; a recall of an archived one and one of nobody knows what."""
    monkeypatch.setenv("TANGTHU_ARCHIVE__BROKER_URL", "memory://")
    with transaction() as session:
        for n, id in enumerate(LETTERS, 1):
            a_lone_document(session, id, LANG_SON, str(n), f"Về công việc thứ {n}", date(2024, n, 5))
        a_lone_document(session, ELSEWHERE, GIA_LAI, "9", "Việc của nơi khác", date(2024, 9, 9))
        session.add(
            Submission(
                id=RECALL, agency_code=LANG_SON, message_id="VXP-R", sha256="1" * 64, size=9, kind="status",
                state="noted", received_at=NOW,
            )
        )  # fmt: skip
        session.flush()
        session.add(
            ReceivedMessage(
                submission_id=RECALL,
                kind="recall",
                sender=LANG_SON,
                document_id="x",
                reason="Gửi nhầm bản dự thảo",
                about=[{"document_id": "mã không ai biết"}],
            )
        )
        asked(session, REQUEST, RULES.id)
        asked(session, UNKNOWN, None)


def chosen(visit: Any, *ids: str, login: str = "an") -> Any:
    browser = visit(login, "/tiep-nhan/gom")
    assert '<p class="tt-below"><button' in browser.page, "the button keeps its distance from the table"
    browser.getControl(name="document:list").value = list(ids)
    browser.getControl(name="describe").click()
    return browser


def test_the_list_shows_what_waits_and_is_filtered(visit: Any, letters: None) -> None:
    page = visit("an", "/tiep-nhan/gom").page
    assert all(f"Về công việc thứ {n}" in page for n in (1, 2, 3))
    assert "Việc của nơi khác" in page
    page = visit("an", f"/tiep-nhan/gom?text={quote('thứ 2')}").page
    assert ("Về công việc thứ 2" in page, "Về công việc thứ 3" in page) == (True, False)
    page = visit("an", f"/tiep-nhan/gom?agency={GIA_LAI}").page
    assert ("Việc của nơi khác" in page, "Về công việc" in page) == (True, False)
    page = visit("an", "/tiep-nhan/gom?after=2024-03-01&before=2024-03-31").page
    assert ("Về công việc thứ 3" in page, "Về công việc thứ 2" in page) == (True, False)


def test_a_reader_does_not_come_to_the_list(visit: Any, letters: None) -> None:
    page = visit("hoa", "/tiep-nhan/gom").page
    assert "Về công việc" not in page


def test_an_official_sees_the_list_without_the_means_to_assemble(visit: Any, letters: None) -> None:
    page = visit("giang", "/tiep-nhan/gom").page
    assert ("Về công việc thứ 1" in page, "Việc của nơi khác" in page) == (True, False)
    assert 'name="document:list"' not in page


def test_the_form_suggests_the_days_of_the_chosen_documents(visit: Any, letters: None) -> None:
    browser = chosen(visit, LETTERS[0], LETTERS[2])
    assert browser.getControl(name="field-StartDate").value == "05/01/2024"
    assert browser.getControl(name="field-EndDate").value == "05/03/2024"
    assert 'value="Sử dụng có điều kiện"' in browser.page
    assert 'value="Mật"' not in browser.page  # what is secret never comes here


def test_what_is_missing_is_told_beside_its_field(visit: Any, letters: None) -> None:
    browser = chosen(visit, LETTERS[0])
    browser.getControl(name="field-Title").value = DESCRIBED["Title"]
    browser.getControl(name="field-EndDate").value = ""
    browser.getControl(name="assemble").click()
    page = browser.page
    assert 'aria-describedby="error-FileCode"' in page
    assert 'aria-describedby="error-EndDate"' in page
    assert 'aria-describedby="error-Title"' not in page
    assert browser.getControl(name="field-Title").value == DESCRIBED["Title"]  # nothing is written twice
    with reading() as session:
        assert session.scalars(select(Submission.id).where(Submission.kind == "assembly")).all() == []


def test_a_case_file_is_made_of_the_chosen_documents(visit: Any, letters: None) -> None:
    browser = chosen(visit, LETTERS[0], LETTERS[1])
    for name, value in DESCRIBED.items():
        browser.getControl(name=f"field-{name}").value = value
    browser.getControl(name="assemble").click()
    with reading() as session:
        (made,) = session.scalars(select(Submission).where(Submission.kind == "assembly"))
        assert (made.state, made.agency_code) == ("received", LANG_SON)
        claimed = session.scalars(select(Submission.id).where(Submission.gathered_into == made.id)).all()
        assert set(claimed) == {LETTERS[0], LETTERS[1]}
    assert browser.url.endswith(f"/tiep-nhan/{made.id}")
    page = visit("an", "/tiep-nhan/gom").page
    assert ("Về công việc thứ 1" in page, "Về công việc thứ 3" in page) == (False, True)
    assert made.id in visit("an", f"/tiep-nhan/{LETTERS[0]}").page  # linked from the document


def test_documents_of_two_agencies_are_told_and_nothing_is_lost(visit: Any, letters: None) -> None:
    browser = chosen(visit, LETTERS[0], ELSEWHERE)
    for name, value in DESCRIBED.items():
        browser.getControl(name=f"field-{name}").value = value
    browser.getControl(name="assemble").click()
    assert "thuộc nhiều cơ quan" in browser.page
    assert browser.getControl(name="field-Title").value == DESCRIBED["Title"]


def test_assembling_without_the_token_is_refused(visit: Any, letters: None) -> None:
    browser = visit("an", "/tiep-nhan/gom")
    browser.post(browser.url, f"assemble=1&document:list={LETTERS[0]}")
    assert status(browser) == 403


def test_requests_are_shown_on_the_start_page_at_the_case_file_and_closed(visit: Any, letters: None) -> None:
    assert "tiep-nhan/yeu-cau" in visit("an", "").page
    page = visit("an", f"/ho-so/{RULES.id}").page
    assert ("Cơ quan đã yêu cầu" in page, "Thu hồi" in page) == (True, True)
    assert "Cơ quan đã yêu cầu" not in visit("hoa", f"/ho-so/{RULES.id}").page  # no business of a mere reader
    browser = visit("an", "/tiep-nhan/yeu-cau")
    assert "Gửi nhầm bản dự thảo" in browser.page
    assert "mã không ai biết" in browser.page
    forms = [browser.getForm(index=number) for number in range(2)]
    form = next(one for one in forms if one.getControl(name="request").value == REQUEST)
    form.getControl(name="remark").value = "Giữ nguyên, đã báo cơ quan"
    form.getControl(name="close").click()
    with reading() as session:
        closed = session.get_one(DocumentRequest, REQUEST)
        assert (closed.state, closed.closed_by, closed.remark) == (
            "closed",
            "an",
            "Giữ nguyên, đã báo cơ quan",
        )
        assert session.get_one(DocumentRequest, UNKNOWN).state == "open"
    assert "Giữ nguyên, đã báo cơ quan" in visit("an", f"/ho-so/{RULES.id}").page


def test_the_message_that_asks_says_so(visit: Any, letters: None) -> None:
    page = visit("an", f"/tiep-nhan/{RECALL}").page
    assert ("Gửi nhầm bản dự thảo" in page, "không tìm thấy văn bản này" in page) == (True, True)


# REST


def call(
    visit: Any, login: str, path: str, body: dict[str, Any] | None = None, key: str = ""
) -> tuple[int, Any]:
    browser = visit(login, "/@submissions" if body is not None else path, accept="application/json")
    if body is not None:
        base = browser.url.split("/@submissions")[0]
        if key:
            browser.addHeader("Idempotency-Key", key)
        browser.post(f"{base}{path}", json.dumps(body), "application/json")
    return status(browser), json.loads(browser.page)


REST_FIELDS = DESCRIBED | {"StartDate": "02/01/2024", "EndDate": "31/12/2024"}


def test_waiting_documents_are_listed_over_rest(visit: Any, letters: None) -> None:
    code, answer = call(visit, "an", f"/@submissions/waiting?agency={LANG_SON}&size=2")
    assert (code, answer["total"], len(answer["items"])) == (200, 3, 2)
    assert answer["items"][0]["id"] == LETTERS[0]
    assert answer["agencies"] == {LANG_SON: 3, GIA_LAI: 1}
    assert call(visit, "an", "/@submissions/waiting?after=yesterday")[0] == 400
    assert call(visit, "hoa", "/@submissions/waiting")[0] == 403


def test_a_case_file_is_made_over_rest_once(visit: Any, letters: None) -> None:
    body = {"messages": [LETTERS[1], LETTERS[0]], "fields": REST_FIELDS}
    code, answer = call(visit, "an", "/@submissions/assemble", body, key="k-1")
    assert (code, answer["kind"], answer["state"]) == (200, "assembly", "received")
    again = call(visit, "an", "/@submissions/assemble", body, key="k-1")
    assert (again[0], again[1]["id"]) == (200, answer["id"])
    assert call(visit, "an", "/@submissions/assemble", body)[0] == 409  # they are taken


@pytest.mark.parametrize(
    ("login", "body", "code"),
    [
        ("an", {}, 400),
        ("an", {"messages": "x", "fields": {}}, 400),
        ("an", {"messages": [1], "fields": {}}, 400),
        ("an", {"messages": [], "fields": {"Title": 3}}, 400),
        ("an", {"messages": [], "fields": {}}, 409),
        ("an", {"messages": ["nowhere"], "fields": {}}, 404),
        ("giang", {"messages": [LETTERS[0]], "fields": REST_FIELDS}, 403),
        ("hoa", {"messages": [LETTERS[0]], "fields": REST_FIELDS}, 403),
    ],
)
def test_what_cannot_be_assembled_over_rest_is_a_problem(
    visit: Any, letters: None, login: str, body: dict[str, Any], code: int
) -> None:
    found, problem = call(visit, login, "/@submissions/assemble", body)
    assert (found, problem["status"]) == (code, code)


def test_what_is_wrong_in_a_description_is_told_by_field(visit: Any, letters: None) -> None:
    code, problem = call(
        visit, "an", "/@submissions/assemble", {"messages": [LETTERS[0]], "fields": {"Title": "Hồ sơ"}}
    )
    assert code == 422
    fields = {one["field"] for one in problem["errors"]}
    assert {"FileCode", "Maintenance", "EndDate"} <= fields
    assert all(one["text"]["vi"] and one["remedy"]["en"] for one in problem["errors"])
