"""An office mends a returned submission in the portal: it sees what was wrong, and sends only that."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from sent_submissions import RETURNED
from sqlalchemy import select
from urllib3.filepost import encode_multipart_formdata

from archive.register.models import Submission
from archive.register.session import reading
from ingest import quarantine
from ingest.mending import package

pytestmark = pytest.mark.plone

NEW = ("moi.pdf", b"%PDF-1.7 mended", "application/pdf")
FORM = f"/tiep-nhan/{RETURNED}/gui-lai"


@pytest.fixture(autouse=True)
def queue(monkeypatch: pytest.MonkeyPatch, site: Any) -> None:
    monkeypatch.setenv("TANGTHU_ARCHIVE__BROKER_URL", "memory://")


def mending() -> list[Submission]:
    with reading() as session:
        found = list(session.scalars(select(Submission).where(Submission.mends == RETURNED)))
        session.expunge_all()
        return found


def the_form(browser: Any) -> Any:
    return next(
        form for form in (browser.getForm(index=i) for i in range(9)) if form.action.endswith("/gui-lai")
    )


def test_the_returned_submission_offers_to_mend_it(visit: Any) -> None:
    assert f"{RETURNED}/gui-lai" in visit("an", f"/tiep-nhan/{RETURNED}").page


def test_the_form_shows_what_was_wrong_with_what_was_sent(visit: Any) -> None:
    page = visit("an", FORM).page
    assert the_form(visit("an", FORM)).getControl(name="field-case-PageNumber").value == "9"
    assert "Thông báo số 2" in page
    assert "Thông báo 06.pdf" in page
    assert page.index("Thông báo số 2") < page.index("Thay văn bản khác") < page.index("Thông báo số 3")


def posts(visit: Any, fields: dict[str, Any]) -> Any:
    """Post the form as a browser does; the test browser cannot fill in a field that takes several files."""
    browser = visit("an", FORM)
    form = the_form(browser)
    token = form.getControl(name="_authenticator").value
    browser.post(form.action, *encode_multipart_formdata({"_authenticator": token, "send": "1", **fields}))
    return browser


def test_only_what_was_changed_is_sent(visit: Any) -> None:
    browser = posts(visit, {"field-case-PageNumber": "12", "files-1:list": NEW})
    assert "Đã gửi. Hồ sơ đang được kiểm tra lại." in browser.page
    (row,) = mending()
    assert (row.kind, row.state) == ("mend", "received")
    sent = package.read(quarantine.raw(row.id), quarantine.work(row.id))
    assert sent.fields == {"PageNumber": "12"}
    assert [(one.ordinal, dict(one.fields), [f.name for f in one.files]) for one in sent.documents] == [
        (1, {}, ["moi.pdf"])
    ]
    assert "gui-lai" not in visit("an", f"/tiep-nhan/{RETURNED}").page
    assert row.id in visit("an", f"/tiep-nhan/{RETURNED}").page


def test_a_document_loses_a_file_only_on_purpose(visit: Any) -> None:
    browser = posts(visit, {"field-case-PageNumber": "12", "files-3:list": NEW})
    assert "Thông báo 07.pdf, Thông báo 07.docx" in browser.page
    assert mending() == []
    assert the_form(browser).getControl(name="field-case-PageNumber").value == "12"
    assert the_form(browser).getControl(name="fewer-3")
    posts(visit, {"files-3:list": NEW, "fewer-3": "yes"})
    (row,) = mending()
    (document,) = package.read(quarantine.raw(row.id), quarantine.work(row.id)).documents
    assert (document.ordinal, [file.name for file in document.files]) == (3, ["moi.pdf"])


def test_what_could_not_be_opened_is_not_offered_to_be_mended(visit: Any) -> None:
    (quarantine.work(RETURNED) / "delivery.json").unlink()
    page = visit("an", f"/tiep-nhan/{RETURNED}").page
    assert "gui-lai" not in page
    assert "gửi lại toàn bộ hồ sơ" in page


def test_a_form_that_changes_nothing_sends_nothing(visit: Any) -> None:
    browser = visit("an", FORM)
    the_form(browser).getControl(name="send").click()
    assert "Chưa sửa gì" in browser.page
    assert mending() == []


@pytest.mark.parametrize("login", ["giang", "chi", "hoa", "dung", "khanh"])
def test_nobody_but_its_office_and_an_archivist_may_mend_it(visit: Any, login: str) -> None:
    assert "Gửi lại mọi tệp" not in visit(login, FORM).page


def posted(
    visit: Any, site: Any, login: str, submission: str, kind: str = "application/zip"
) -> tuple[int, Any]:
    body = io.BytesIO()
    package.write(body, fields={"PageNumber": "12"}, documents=[])
    browser = visit(login, "", accept="application/json")
    browser.post(f"{site.absolute_url()}/@submissions/{submission}/mend", body.getvalue(), kind)
    return int(browser.headers["Status"].split()[0]), json.loads(browser.page)


def test_the_service_takes_a_mend_package(visit: Any, site: Any) -> None:
    status, answer = posted(visit, site, "an", RETURNED)
    assert (status, answer["kind"], answer["state"]) == (200, "mend", "received")
    assert [row.id for row in mending()] == [answer["id"]]
    status, problem = posted(visit, site, "an", RETURNED)
    assert (status, problem["status"]) == (409, 409)


@pytest.mark.parametrize(
    ("login", "submission", "kind", "status"),
    [
        ("", RETURNED, "application/zip", 401),
        ("hoa", RETURNED, "application/zip", 403),
        ("chi", RETURNED, "application/zip", 403),
        ("an", "nowhere", "application/zip", 404),
        ("an", RETURNED, "application/json", 415),
    ],
)
def test_the_service_refuses_with_a_problem(
    visit: Any, site: Any, login: str, submission: str, kind: str, status: int
) -> None:
    told, problem = posted(visit, site, login, submission, kind)
    assert (told, problem["status"]) == (status, status)
    assert mending() == []
