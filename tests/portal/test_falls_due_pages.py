"""What falls due this year and next, and why, on `/tieu-huy`."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from a_furnished_house import follow_all
from house_people import AN, LANG_SON
from kept_case_files import OLD, OLDER, ACaseFile
from lxml import html
from sqlalchemy import event

from archive.register.models import CaseFile
from archive.register.session import engine, transaction
from archive.vietnam import day_of
from portal.browser.disposal.due import DisposalScreen
from retention import holds

pytestmark = pytest.mark.plone

THIS = day_of(datetime.now(UTC)).year
FILES = {
    year: ACaseFile(f"{year}.DH", f"Hồ sơ đến hạn {year}", LANG_SON, ("Giấy mời",), year - 6, "5 năm")
    for year in (THIS, THIS + 1)
}
"""The year a case file falls due -> it."""


def row(browser: Any, one: ACaseFile) -> Any:
    """Return the row of a case file on the page, None when it is not there."""
    return next(iter(html.fromstring(browser.page).xpath(f"//tr[.//input[@value='{one.id}']]")), None)


def seen(browser: Any) -> set[str]:
    found = html.fromstring(browser.page).xpath(
        "//td[contains(@class, 'tt-title')]//*[contains(@class, 'tt-mono')]"
    )
    return {str(one.text_content()) for one in found}


def tabs(browser: Any) -> list[str]:
    found = html.fromstring(browser.page).xpath("//ul[@id='when']/li")
    return [" ".join(str(one.text_content()).split()) for one in found]


def test_this_year_and_next_are_shown_with_the_reason(visit: Any, tmp_path: Path) -> None:
    empty = visit("an", f"/tieu-huy?agency={LANG_SON}&when=next-year")
    assert f"Không có hồ sơ nào đến hạn trong năm {THIS + 1}." in empty.page
    for one in FILES.values():
        one.kept(tmp_path, datetime.now(UTC))
    follow_all()
    soon, later = FILES[THIS], FILES[THIS + 1]

    asked: list[str] = []
    event.listen(engine(), "before_cursor_execute", lambda *told: asked.append(told[2]))
    now = visit("an", f"/tieu-huy?agency={LANG_SON}")
    assert sum("retention_basis" in statement for statement in asked) == 2  # for all case files together
    assert seen(now) == {OLD.code, OLDER.code, soon.code}
    assert tabs(now)[1:] == [f"Đến hạn trong năm {THIS} 1", f"Đến hạn trong năm {THIS + 1} 1"]
    told = row(now, soon).xpath(".//details")[0].text_content()
    assert "Vì sao đến hạn" in told and f"31/12/{THIS - 1}" in told and re.search(r"\(.*Điều", told)

    year = visit("an", f"/tieu-huy?agency={LANG_SON}&when=this-year")
    assert seen(year) == {soon.code} and "disabled" not in row(year, soon).xpath(".//input")[0].attrib
    assert 'name="make"' in year.page

    ahead = visit("an", f"/tieu-huy?agency={LANG_SON}&when=next-year")
    # Nothing of next year can be listed: neither boxes nor the form are there.
    assert seen(ahead) == {later.code} and row(ahead, later) is None and 'name="make"' not in ahead.page
    assert f"01/01/{THIS + 1}" in ahead.page and f"31/12/{THIS}" in ahead.page
    for login in ("binh", "chi"):
        assert seen(visit(login, f"/tieu-huy?agency={LANG_SON}&when=next-year")) == {later.code}


def test_what_is_not_due_yet_or_is_held_cannot_be_ticked(
    visit: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(DisposalScreen, "today", date(THIS + 1, 6, 1))
    due, stopped, waits = (
        ACaseFile(f"{mark}.DH", f"Hồ sơ {mark}", LANG_SON, ("Giấy mời",), THIS - 5, "5 năm")
        for mark in ("DUE", "HELD", "WAITS")
    )
    for one in (due, stopped, waits):
        one.kept(tmp_path, datetime.now(UTC))
    follow_all()
    with transaction() as session:
        session.get_one(CaseFile, waits.id).eligible_from = date(THIS + 1, 7, 1)
        holds.place(
            session,
            agency_code=LANG_SON,
            case_file_ids=[stopped.id],
            reason="Thanh tra",
            document_number="5/TTr",
            document_date=day_of(datetime.now(UTC)),
            viewer=AN,
            now=datetime.now(UTC),
            until=date(THIS + 1, 9, 30),
        )
    page = visit("an", f"/tieu-huy?agency={LANG_SON}&when=this-year")
    boxes = {one.code: row(page, one).xpath(".//input")[0].attrib for one in (due, stopped, waits)}
    assert ["disabled" in boxes[one.code] for one in (due, stopped, waits)] == [False, True, True]
    assert "Đang giữ" in row(page, stopped).text_content()
    assert f"Chưa đến hạn: lập danh mục được từ ngày 01/07/{THIS + 1}" in " ".join(
        row(page, waits).text_content().split()
    )
    assert 'name="make"' in page.page
    assert seen(visit("an", f"/tieu-huy?agency={LANG_SON}")) >= {due.code}
    assert not seen(visit("an", f"/tieu-huy?agency={LANG_SON}")) & {stopped.code, waits.code}


def test_who_may_not_see_what_is_due_is_told_so_and_not_that_there_is_none(visit: Any) -> None:
    page = visit("dung", "/tieu-huy").page  # an auditor
    assert "không xem được hồ sơ đến hạn" in page and "Không có hồ sơ đến hạn" not in page
    assert 'id="grounds"' not in page
    assert "không xem được hồ sơ đến hạn" not in visit("an", "/tieu-huy").page
