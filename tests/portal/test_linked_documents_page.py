"""The page of a list's linked documents: chosen by an archivist, copied by a worker, shown in the other case file."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from house_queue import taken_from_the_queue
from linked_list import GOES, LAN, STAYS, WHO, a_linked_list, now, wanted
from sqlalchemy import select

from archive.procedure.links import Fate
from archive.register.models import CaseFile, Record
from archive.register.session import reading, transaction
from archive.vietnam import day_of
from operations.procession import Papers, walk_on
from retention import tasks
from retention.destruction import execute
from retention.procedure import taking

pytestmark = pytest.mark.plone


@pytest.fixture
def order_id(site: Any, tmp_path: Path) -> str:
    return a_linked_list(tmp_path / "packing")


def box(document: int) -> str:
    return f"{GOES.id}:{document}:{STAYS.id}"


def chosen(order_id: str) -> dict[int, Fate]:
    with reading() as session:
        return {one.document: told.fate for one, told in taking.story(session, order_id).links.items()}


def test_documents_are_chosen_copied_and_found_again(
    visit: Callable[..., Any], order_id: str, house_queue: None
) -> None:
    listed = visit("an", f"/tieu-huy/{order_id}")
    assert "Chưa chọn: 2" in listed.page and f"/tieu-huy/{order_id}/lien-quan" in listed.page
    path = f"/tieu-huy/{order_id}/lien-quan"
    browser = visit("an", path)
    assert STAYS.code in browser.page and "cùng số, ký hiệu, ngày" in browser.page
    browser.getControl(name="ids").value = [box(2)]
    browser.getControl(name="let_go").click()
    assert "409" in browser.headers["Status"] and chosen(order_id) == {}  # letting go needs a reason
    browser = visit("an", path)
    browser.getControl(name="ids").value = [box(2)]
    browser.getControl(name="reason").value = "Chỉ là bản nháp"
    browser.getControl(name="let_go").click()
    browser.getControl(name="ids").value = [box(1)]
    browser.getControl(name="keep").click()
    assert chosen(order_id) == {1: Fate.KEEP, 2: Fate.LET_GO}
    assert (
        "Đang sao" in browser.page and "Chỉ là bản nháp" in browser.page and "data-progress" in browser.page
    )
    far = json.loads(visit("an", f"{path}/tien-do").contents)
    assert far["running"] and far["text"] == "Đã giữ 0 trên 1 văn bản"

    task, args = taken_from_the_queue("road")
    assert task == "retention.tasks.keep_linked"
    assert tasks.keep_linked(*args) == "kept" and tasks.keep_linked(*args) == "kept"
    assert not json.loads(visit("an", f"{path}/tien-do").contents)["running"]
    page = visit("an", path).page
    with reading() as session:
        record = session.scalars(
            select(Record.id).where(Record.case_file_id == STAYS.id, Record.ordinal == 3)
        ).one()
    assert "Đã giữ trong hồ sơ kia" in page and f"/ho-so/{STAYS.id}#tl-{record}" in page
    assert f"sao từ văn bản 1 của hồ sơ {GOES.code}" in visit("an", f"/ho-so/{STAYS.id}").page

    with transaction() as session:
        walk_on(session, taking.story(session, order_id), Papers(wanted()), WHO, now=now())
    assert execute(order_id, viewer=LAN, now=now()).count("done") == 1
    with reading() as session:
        gone = session.get_one(CaseFile, GOES.id).gone_at
    assert gone is not None
    page = visit("an", f"/ho-so/{STAYS.id}").page
    assert f"đã tiêu hủy ngày {day_of(gone):%d/%m/%Y}" in page and f"/ho-so/{GOES.id}" in page
    page = visit("an", path).page
    assert "Đã giữ trong hồ sơ kia" in page  # the list still tells what was done
    for number in (1, 2):  # their names went with their case file
        assert f"<span>Văn bản thứ {number} của hồ sơ" in page and f"<span>{number}</span>" not in page


def test_others_see_and_do_not_choose(visit: Callable[..., Any], order_id: str) -> None:
    path = f"/tieu-huy/{order_id}/lien-quan"
    for login in ("binh", "chi", "dung"):
        page = visit(login, path).page
        assert STAYS.code in page and 'name="keep"' not in page and 'name="ids"' not in page
    assert visit("hoa", path).headers["Status"].startswith(("401", "403"))
    assert visit("an", f"/tieu-huy/{order_id}/khac").headers["Status"].startswith("404")
