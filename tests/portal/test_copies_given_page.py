"""A copy of a case file asked for on its page and over REST: who may, what comes, what the ledger says."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import zipfile
from typing import Any

import pytest
from house_people import PEOPLE
from house_queue import taken_from_the_queue
from kept_case_files import CONDITIONAL, RULES
from lxml import html
from sqlalchemy import select
from test_portal_pages import refused
from test_portal_rest import get, post

from archive.ledger.event import Verb
from archive.ledger.rows import EventRow
from archive.register.session import reading
from exports import tasks
from exports.giving import counter

pytestmark = pytest.mark.plone
PURPOSE = "Mục đích công vụ"


def words(browser: Any) -> str:
    return " ".join(html.fromstring(browser.contents).text_content().split())


def asked(visit: Any, login: str = "hoa") -> Any:
    browser = visit(login, f"/ho-so/{RULES.id}")
    browser.getControl(name="purpose").value = ["02"]
    browser.getControl(name="request").value = "PYC-12"
    browser.getControl(name="give").click()
    return browser


def ledgered() -> list[dict[str, Any]]:
    with reading() as session:
        query = select(EventRow).where(EventRow.object_id == RULES.id, EventRow.verb == Verb.COPY.value)
        return [
            dict(one.payload) | {"actor": one.actor} for one in session.scalars(query.order_by(EventRow.seq))
        ]


def test_a_reader_asks_for_a_small_copy_and_fetches_it_at_once(visit: Any, house_queue: None) -> None:
    assert PURPOSE in words(visit("hoa", f"/ho-so/{RULES.id}"))
    browser = asked(visit)
    assert "Bản sao đã sẵn sàng" in words(browser) and "PYC-12" in words(browser)
    address = html.fromstring(browser.contents).xpath("//a[contains(@href, '/ban-sao/')]/@href")[0]
    browser.open(address)
    assert browser.headers["Content-Disposition"].startswith("attachment")
    assert browser.headers["Content-Type"].startswith("application/zip")
    with zipfile.ZipFile(io.BytesIO(browser.contents)) as archive:
        assert any(name.endswith("/data/0001/01-Van ban 1.pdf") for name in archive.namelist())
        assert not any("representations/original/" in name for name in archive.namelist())
    made, fetched = ledgered()
    assert (made["actor"], made["given"], made["request"]) == ("hoa", "DIP", "PYC-12")
    assert (fetched["actor"], fetched["fetched"], fetched["objid"]) == ("hoa", "DIP", made["objid"])
    assert visit("an", address[address.index("/ho-so") :]).headers["Status"].startswith("404")
    assert "PYC-12" not in words(visit("an", f"/ho-so/{RULES.id}"))  # everybody sees the own ones
    browser.open(f"{address.partition('/ban-sao')[0]}")
    browser.getControl(name="drop").click()
    assert "Đã xóa bản sao" in words(browser) and "PYC-12" not in words(browser)


def test_a_large_copy_is_left_to_a_worker_and_followed(
    visit: Any, house_queue: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TANGTHU_EXPORTS__DIP_AT_ONCE_BYTES", "0")
    browser = asked(visit)
    assert "Đang chuẩn bị bản sao" in words(browser) and "Chờ chuẩn bị" in words(browser)
    box = html.fromstring(browser.contents).xpath("//*[@id='copies-given']")[0]
    before = json.loads(
        visit("hoa", box.get("data-progress")[box.get("data-progress").index("/ho-so") :]).page
    )
    assert before["running"] and before["version"] == box.get("data-version") and before["total"] > 0
    task, arguments = taken_from_the_queue("road")
    assert task == "exports.tasks.prepare" and tasks.prepare(*arguments) == "ready"
    after = json.loads(visit("hoa", f"/ho-so/{RULES.id}/ban-sao/tien-do").page)
    assert not after["running"] and after["version"] != before["version"]
    assert "/ban-sao/" in visit("hoa", f"/ho-so/{RULES.id}").page


def test_the_same_over_rest(visit: Any, site: Any, house_queue: None) -> None:
    said = {"case_file": RULES.id, "purpose": "01", "request": "PYC-13", "originals": True}
    status, answer = post(visit, "hoa", "/@dips", json.dumps(said))
    assert (status, answer["state"], answer["files"]) == (201, "ready", 8)
    browser = visit("hoa", f"/@dips/{answer['id']}/file", accept="application/json")
    assert (
        hashlib.sha256(browser.contents).hexdigest() == answer["sha256"]
        and len(browser.contents) == answer["size"]
    )
    assert [one["fetched"] for one in ledgered() if "fetched" in one] == ["DIP"]
    assert get(visit, "hoa", "/@dips")[1]["items"][0]["id"] == answer["id"]
    assert get(visit, "hoa", f"/@dips/{answer['id']}")[1]["until"] == answer["until"]
    for path in (f"/@dips/{answer['id']}", f"/@dips/{answer['id']}/file"):
        assert get(visit, "an", path)[0] == 404
    assert get(visit, "an", "/@dips")[1]["items"] == []


@pytest.mark.parametrize(
    ("login", "said", "status"),
    [
        ("hoa", {"case_file": CONDITIONAL.id}, 404),
        ("dung", {"case_file": RULES.id}, 403),
        ("khanh", {"case_file": RULES.id}, 403),
        ("hoa", {"case_file": RULES.id, "purpose": "99"}, 409),
        ("hoa", {"case_file": RULES.id, "wish": "all"}, 400),
        ("hoa", {"case_file": RULES.id, "originals": "yes"}, 400),
        ("hoa", {"case_file": RULES.id, "topic": "x" * 251}, 400),
        ("hoa", {}, 400),
    ],
)
def test_what_is_refused_over_rest(visit: Any, login: str, said: dict[str, Any], status: int) -> None:
    assert post(visit, login, "/@dips", json.dumps(said))[0] == status
    assert post(visit, login, "/@dips", "case_file=" + RULES.id, "application/x-www-form-urlencoded")[0] in (
        403,
        415,
    )
    assert ledgered() == []


def test_a_copy_is_removed_over_rest_by_who_asked(visit: Any, site: Any, house_queue: None) -> None:
    _, answer = post(visit, "hoa", "/@dips", json.dumps({"case_file": RULES.id}))

    def removed(login: str) -> int:
        password = next(person["password"] for person in PEOPLE if person["login"] == login)
        token = base64.b64encode(f"{login}:{password}".encode()).decode()
        headers = {"Accept": "application/json", "Authorization": f"Basic {token}"}
        address = f"{site.absolute_url()}/@dips/{answer['id']}"
        return int(visit("hoa").testapp.delete(address, headers=headers, expect_errors=True).status_int)

    assert removed("an") == 404 and counter.of_case_file(RULES.id) == [answer["id"]]
    assert removed("hoa") == 204 and counter.of_case_file(RULES.id) == []


@pytest.mark.parametrize("login", ["dung", "khanh", ""])
def test_who_reads_no_records_is_given_none(visit: Any, login: str) -> None:
    assert refused(visit(login, f"/ho-so/{RULES.id}/ban-sao/tien-do"))
