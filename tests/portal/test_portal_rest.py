"""The REST services: what they answer, whom they refuse, and that the OpenAPI file says the same."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from house_people import GIA_LAI, ident
from kept_case_files import CONDITIONAL, RULES
from lxml import etree

import portal
from archive.errors import NotAllowedError, NotFoundError, OrderRefusedError, TemporaryError
from archive.register.models import Submission
from archive.register.session import reading
from portal.api.service import ArchiveService, ProblemError, problem_of

ROOT = Path(portal.__file__).parent.parent
TO_DECIDE = ident("submission", "000.00.01.H37.2024.12.QD")
PLONE = "{http://namespaces.plone.org/plone}"


def services() -> set[tuple[str, str]]:
    """Return (name, method) of every registered service."""
    found = set()
    for path in (ROOT / "portal" / "api").rglob("configure.zcml"):
        for node in etree.parse(path).getroot().iter(f"{PLONE}service"):
            found.add((node.get("name"), node.get("method").lower()))
    return found


def test_the_openapi_file_names_exactly_the_registered_services() -> None:
    document = yaml.safe_load((ROOT / "docs" / "openapi.yaml").read_text("utf-8"))
    documented = {
        (path.split("/")[1], method)
        for path, methods in document["paths"].items()
        for method in methods
        if method in ("get", "post", "patch", "delete", "head", "options")
    }
    assert documented == services()


def test_every_answer_of_the_openapi_file_has_its_refusals() -> None:
    document = yaml.safe_load((ROOT / "docs" / "openapi.yaml").read_text("utf-8"))
    for path, methods in document["paths"].items():
        for method in {"get", "post"} & set(methods):
            operation = methods[method]
            assert {"401", "403"} <= set(operation["responses"]), (path, method)
            assert {"200", "201", "202"} & set(operation["responses"]), (path, method)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NotFoundError("x"), 404),
        (NotAllowedError("x"), 403),
        (OrderRefusedError(("a", "b")), 409),
        (TemporaryError("x"), 503),
        (ProblemError(400, "Bad request"), 400),
    ],
)
def test_an_error_of_ours_has_its_status(error: Any, status: int) -> None:
    assert problem_of(error)[0] == status


@pytest.mark.parametrize("raw", [b"[]", b"{", b"\xff", b"[" * 100_000, b'{"a":' * 100_000])
def test_a_body_that_is_no_object_is_a_bad_request(raw: bytes) -> None:
    service = ArchiveService()
    service.request = {"BODY": raw}
    with pytest.raises(ProblemError) as refused:
        service.body()
    assert refused.value.status == 400


def get(visit: Any, login: str, path: str) -> tuple[int, dict[str, Any]]:
    browser = visit(login, path, accept="application/json")
    return int(browser.headers["Status"].split()[0]), json.loads(browser.page)


@pytest.mark.plone
def test_submissions_are_listed_with_counts(visit: Any) -> None:
    status, answer = get(visit, "an", "/@submissions?size=2&state=to-decide")
    assert status == 200
    assert (answer["total"], len(answer["items"]), answer["counts"]["stored"]) == (2, 2, 6)


@pytest.mark.plone
def test_one_submission_has_its_findings_in_both_languages(visit: Any) -> None:
    _, answer = get(visit, "an", f"/@submissions/{TO_DECIDE}")
    finding = next(found for found in answer["findings"] if found["code"] == "V04_TOTAL")
    assert finding["text"]["vi"] == "Hồ sơ khai 9 trang nhưng tổng số trang của các văn bản là 6."
    assert finding["text"]["en"].startswith("The case file declares 9 pages")


@pytest.mark.plone
@pytest.mark.parametrize(
    ("login", "path", "status"),
    [
        ("", "/@submissions", 401),
        ("dung", "/@submissions", 403),
        ("hoa", "/@ledger", 403),
        ("khanh", f"/@case-files/{RULES.id}", 403),
        ("hoa", f"/@case-files/{CONDITIONAL.id}", 404),
        ("hoa", f"/@components/{CONDITIONAL.component_id(1, 'pdfa')}", 404),
        ("an", "/@submissions/nowhere", 404),
        ("an", "/@submissions?size=9999", 400),
        ("an", "/@submissions?state=lost", 400),
        ("hoa", "/@records-search?year=abc", 400),
    ],
)
def test_a_refusal_is_a_problem_document(visit: Any, login: str, path: str, status: int) -> None:
    browser = visit(login, path, accept="application/json")
    assert browser.headers["Content-Type"].startswith("application/problem+json")
    problem = json.loads(browser.page)
    assert problem["status"] == status
    assert int(browser.headers["Status"].split()[0]) == status
    assert CONDITIONAL.title not in browser.page


@pytest.mark.plone
def test_a_case_file_comes_with_documents_copies_and_reasons(visit: Any) -> None:
    _, answer = get(visit, "an", f"/@case-files/{RULES.id}")
    assert [record["subject"] for record in answer["records"]] == list(RULES.subjects)
    assert {copy["state"] for copy in answer["packages"][0]["copies"]} == {"verified"}
    assert answer["retention"]


@pytest.mark.plone
def test_a_component_is_read_by_range(visit: Any, site: Any) -> None:
    component = RULES.component_id(1, "original")
    whole = visit("an", f"/@components/{component}", accept="application/json")
    assert whole.headers["Content-Disposition"].startswith("attachment")
    assert whole.headers["Content-Security-Policy"].startswith("sandbox")
    browser = visit("an", "/@submissions", accept="application/json")
    browser.addHeader("Range", "bytes=0-3")
    browser.open(f"{site.absolute_url()}/@components/{component}")
    assert browser.headers["Status"].startswith("206")
    assert browser.headers["Content-Range"].startswith("bytes 0-3/")
    assert browser.page == "%PDF"


@pytest.mark.plone
def test_search_gives_the_decision_first(visit: Any) -> None:
    _, answer = get(visit, "hoa", "/@records-search?q=quyet+dinh+31/2020")
    assert answer["items"][0]["case_file_id"] == RULES.id
    assert set(answer["facets"]["agency"]) == {RULES.agency}
    _, everything = get(visit, "hoa", "/@records-search")
    assert GIA_LAI in everything["facets"]["agency"]
    assert CONDITIONAL.id not in json.dumps(everything)


@pytest.mark.plone
def test_the_ledger_gives_events_and_proofs(visit: Any) -> None:
    _, answer = get(visit, "dung", "/@ledger?size=5")
    assert [event["seq"] for event in answer["items"]] == [1, 2, 3, 4, 5]
    _, one = get(visit, "dung", "/@ledger/1")
    assert one["proof"]["format"].startswith("tangthu-inclusion-proof")


def post(
    visit: Any, login: str, path: str, body: str, content_type: str = "application/json"
) -> tuple[int, Any]:
    browser = visit(login, "/@ledger", accept="application/json")
    base = browser.url.split("/@ledger")[0]
    browser.post(f"{base}{path}", body, content_type)
    return int(browser.headers["Status"].split()[0]), json.loads(browser.page)


@pytest.mark.plone
def test_an_archivist_accepts_over_rest(visit: Any) -> None:
    status, answer = post(visit, "an", f"/@submissions/{TO_DECIDE}/accept", "{}")
    assert (status, answer["state"]) == (200, "accepted")
    status, answer = post(visit, "an", f"/@submissions/{TO_DECIDE}/accept", "{}")
    assert status == 409


@pytest.mark.plone
def test_a_return_over_rest_needs_a_reason(visit: Any) -> None:
    assert post(visit, "an", f"/@submissions/{TO_DECIDE}/return", "{}")[0] == 409
    status, answer = post(visit, "an", f"/@submissions/{TO_DECIDE}/return", '{"reason": "thiếu trang"}')
    assert (status, answer["state"]) == (200, "returned")


@pytest.mark.plone
@pytest.mark.parametrize("login", ["dung", "chi", "giang", "hoa", "khanh"])
def test_nobody_but_an_archivist_accepts_over_rest(visit: Any, login: str) -> None:
    assert post(visit, login, f"/@submissions/{TO_DECIDE}/accept", "{}")[0] == 403
    with reading() as session:
        assert session.get_one(Submission, TO_DECIDE).state == "to-decide"


@pytest.mark.plone
def test_a_form_of_another_site_cannot_accept(visit: Any) -> None:
    status, _ = post(
        visit, "an", f"/@submissions/{TO_DECIDE}/accept", "a=1", "application/x-www-form-urlencoded"
    )
    assert status == 415
    with reading() as session:
        assert session.get_one(Submission, TO_DECIDE).state == "to-decide"


def test_single_documents_are_returned_over_rest(visit: Any, site: Any) -> None:
    def returned(documents: Any) -> tuple[int, Any]:
        browser = visit("an", "", accept="application/json")
        browser.post(
            f"{site.absolute_url()}/@submissions/{TO_DECIDE}/return",
            json.dumps({"documents": documents}),
            "application/json",
        )
        return int(browser.headers["Status"].split()[0]), json.loads(browser.page)

    for wrong, status in ((["2"], 400), ({"x": "y"}, 400), ({}, 409), ({"9": "y"}, 409)):
        assert returned(wrong)[0] == status, wrong
    status, answer = returned({"2": "thiếu trang 3"})
    assert (status, answer["state"]) == (200, "returned")
    (found,) = [one for one in answer["findings"] if one["code"] == "DOCUMENT_RETURNED"]
    assert (found["document"], found["text"]["vi"]) == (2, "Lưu trữ trả lại: thiếu trang 3")


def test_a_question_is_asked_and_answered_over_rest(visit: Any, site: Any) -> None:
    def act(login: str, name: str, **body: str) -> tuple[int, Any]:
        browser = visit(login, "", accept="application/json")
        address = f"{site.absolute_url()}/@submissions/{TO_DECIDE}/{name}"
        browser.post(address, json.dumps(body), "application/json")
        return int(browser.headers["Status"].split()[0]), json.loads(browser.page)

    assert act("giang", "ask", question="?")[0] == 403
    assert act("an", "ask")[0] == 409
    status, asked = act("an", "ask", question="Phụ lục 2 có kèm không?")
    (question,) = asked["questions"]
    assert (status, asked["state"], question["answered_at"]) == (200, "to-decide", None)
    _, page = get(visit, "giang", "/@submissions?asked=1")
    assert ([item["id"] for item in page["items"]], page["asked"]) == ([TO_DECIDE], 1)
    assert act("giang", "answer", question_id="nowhere", answer="Có.")[0] == 404
    assert act("chi", "answer", question_id=question["id"], answer="Có.")[0] == 403
    status, answered = act("giang", "answer", question_id=question["id"], answer="Có.")
    (question,) = answered["questions"]
    assert (status, question["answer"], question["answered_role"]) == (200, "Có.", "official")
    assert act("giang", "answer", question_id=question["id"], answer="Có.")[0] == 409
