"""The pages of what falls due and of lists tell the period that applies now, not the one declared years ago."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
import transaction
from house_people import LANG_SON
from kept_case_files import OLD, OLDER
from lxml import html
from sqlalchemy import select

from archive.register.decisions import OrderItem
from archive.register.models import CaseFile
from archive.register.session import reading
from archive.register.session import transaction as register_transaction
from archive.viewer import Role, Viewer
from portal.papers import mirror_all
from retention.applied import applied, applied_to
from retention.appraisal import set_period
from tests.archive.lists_of_before import an_old_list

pytestmark = pytest.mark.plone
ARCHIVIST = Viewer("an", {LANG_SON: frozenset({Role.ARCHIVIST})})


def set_to(case_file_id: str, period: str) -> None:
    with register_transaction() as session:
        set_period(
            session, case_file_id, period, reason="Kiểm tra lại", viewer=ARCHIVIST, now=datetime.now(UTC)
        )


def row_of(browser: Any, title: str) -> str:
    rows = html.fromstring(browser.page).xpath("//tr")
    (found,) = (row for row in rows if title in row.text_content())
    return " ".join(found.text_content().split())


def test_the_page_of_what_is_due_tells_the_period_that_applies_and_that_a_person_set_it(visit: Any) -> None:
    before = row_of(visit("an", f"/tieu-huy?agency={LANG_SON}"), OLD.title)
    assert "5 năm" in before and "do người xác định" not in before
    set_to(OLD.id, "10 năm")  # through 2020: due as before
    after = row_of(visit("an", f"/tieu-huy?agency={LANG_SON}"), OLD.title)
    assert "10 năm do người xác định" in after and "31/12/2020" in after
    assert "5 năm" not in after.split("Vì sao")[0]


def test_pages_of_a_list_tell_it_too(site: Any, visit: Any) -> None:
    with reading() as session:
        order = session.scalar(select(OrderItem.order_id).where(OrderItem.case_file_id == OLDER.id))
    set_to(OLDER.id, "7 năm")
    mirror_all(site)
    transaction.commit()
    listed = row_of(visit("an", f"/tieu-huy/{order}"), OLDER.title)
    assert "7 năm · do người xác định" in listed and "5 năm" not in listed.split("Vì sao")[0]
    dossier = row_of(visit("an", f"/danh-muc-huy/{order}"), OLDER.title)
    assert "7 năm do người xác định" in dossier and "31/12/2015" in dossier and "5 năm" not in dossier
    dossiers = visit("an", "/danh-muc-huy").page
    assert "7 năm (do người xác định)" in dossiers and "31/12/2015" in dossiers


def test_pages_of_a_list_made_before_the_procedure_tell_it_too(visit: Any) -> None:
    now = datetime.now(UTC)
    with register_transaction() as session:
        order = an_old_list(session, LANG_SON, [OLD.id], "60/TTr", date(2026, 11, 10), by="an", now=now)
    set_to(OLD.id, "10 năm")
    listed = row_of(visit("an", f"/tieu-huy/{order}"), OLD.title)
    assert "Thời hạn: 10 năm · do người xác định" in listed and "5 năm" not in listed


def test_one_case_file_and_many_are_told_alike(site: Any) -> None:
    set_to(OLD.id, "Vĩnh viễn")
    with reading() as session:
        files = list(session.scalars(select(CaseFile)))
        told = applied(session, [one.id for one in files])
        assert told == {one.id: applied_to(one) for one in files}
        assert told[OLD.id].text == "Vĩnh viễn" and told[OLD.id].by_person
        assert not told[OLDER.id].by_person
