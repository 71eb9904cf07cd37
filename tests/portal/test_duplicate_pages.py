"""Duplicates on the page of what falls due, and on the page of the list they are on."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from house_people import LANG_SON
from kept_case_files import ACaseFile
from sqlalchemy import select

from archive.ledger.follow import follow
from archive.register.decisions import OrderItem
from archive.register.disposal import DisposalList
from archive.register.session import reading
from archive.vietnam import day_of
from retention.follower import follower
from retention.procedure import duplicates

pytestmark = pytest.mark.plone

SUBJECTS = ("Quyết định về quy chế văn thư", "Tờ trình về quy chế văn thư")
FIRST = ACaseFile("2024.HS.FIRST", "Hồ sơ quy chế văn thư", LANG_SON, SUBJECTS, year=2024)
AGAIN = ACaseFile("2024.HS.AGAIN", "Hồ sơ quy chế văn thư, gửi lại", LANG_SON, SUBJECTS, year=2024)


@pytest.fixture
def told(site: Any, tmp_path: Path) -> None:
    for file in (FIRST, AGAIN):
        file.kept(tmp_path, datetime.now(UTC))
    follow(follower)
    assert duplicates.auto_list(now=datetime.now(UTC)) == 1


def test_a_duplicate_is_shown_with_what_stays_and_listed_under_its_ground(visit: Any, told: None) -> None:
    page = visit("an", f"/tieu-huy?agency={LANG_SON}").page
    assert AGAIN.code not in page and 'id="grounds"' in page
    browser = visit("an", f"/tieu-huy?agency={LANG_SON}&ground=duplicate")
    assert "Trùng lặp" in browser.page and FIRST.code in browser.page and AGAIN.code in browser.page
    assert f'value="{FIRST.id}"' not in browser.page  # what stays cannot be ticked
    browser.getControl(name="number").value = "93/TTr"
    browser.getControl(name="date").value = day_of(datetime.now(UTC)).isoformat()
    browser.getControl(name="ids").value = [AGAIN.id]
    browser.getControl(name="reason").value = "Gửi hai lần"
    browser.getControl(name="explanation").value = "Cơ quan gửi lại hồ sơ đã nộp"
    browser.getControl(name="make").click()
    with reading() as session:
        named = select(DisposalList.order_id).join(OrderItem, OrderItem.order_id == DisposalList.order_id)
        order_id = session.scalars(named.where(OrderItem.case_file_id == AGAIN.id)).one()
    assert browser.url.endswith(f"/tieu-huy/{order_id}")
    assert "0 hết thời hạn, 1 trùng lặp" in browser.page
    assert f"Trùng lặp: hồ sơ {FIRST.code} có đủ tài liệu của hồ sơ này và được giữ lại." in browser.page


@pytest.mark.parametrize("who", ["giang", "hoa"])
def test_who_may_not_see_what_falls_due_sees_no_duplicates(visit: Any, told: None, who: str) -> None:
    assert AGAIN.code not in visit(who, f"/tieu-huy?agency={LANG_SON}&ground=duplicate").page
