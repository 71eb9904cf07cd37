"""Zope repeats a request whose writing collided with another's. What it ordered in the register happens once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import transaction as zope
from house_people import LANG_SON, ident
from kept_case_files import OLD
from sqlalchemy import func, select
from ZODB.POSException import ConflictError
from zope.component import getGlobalSiteManager
from ZPublisher.HTTPRequest import HTTPRequest
from ZPublisher.interfaces import IPubBeforeCommit

from archive.errors import NotAllowedError
from archive.ledger.rows import EventRow
from archive.register.decisions import Hold, OrderItem
from archive.register.disposal import DisposalList
from archive.register.models import CaseFile, Submission
from archive.register.session import reading
from portal.register import joined

pytestmark = pytest.mark.plone

TO_DECIDE = ident("submission", "000.00.01.H37.2024.12.QD")


class Collision:
    """A data manager that finds a conflict when it votes, as the ZODB's storage does."""

    transaction_manager = zope.manager

    def abort(self, _transaction: Any) -> None: ...
    def tpc_begin(self, _transaction: Any) -> None: ...
    def commit(self, _transaction: Any) -> None: ...
    def tpc_finish(self, _transaction: Any) -> None: ...
    def tpc_abort(self, _transaction: Any) -> None: ...

    def tpc_vote(self, _transaction: Any) -> None:
        raise ConflictError("somebody else wrote the folder of papers")

    def sortKey(self) -> str:
        return "storage"


@pytest.fixture
def collide(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Make the next POST collide when it commits; the list says which requests were begun."""
    monkeypatch.setattr(HTTPRequest, "retry_max_count", 3)  # what zope.conf sets by itself
    monkeypatch.setattr(HTTPRequest, "delay_retry", lambda _request: None)
    begun: list[str] = []

    def before_commit(event: Any) -> None:
        if event.request.method == "POST":
            begun.append(event.request.method)
            if len(begun) == 1:
                zope.get().join(Collision())

    manager = getGlobalSiteManager()
    manager.registerHandler(before_commit, (IPubBeforeCommit,))
    yield begun
    manager.unregisterHandler(before_commit, (IPubBeforeCommit,))


def events_on(*ids: str) -> int:
    with reading() as session:
        return session.scalar(select(func.count()).where(EventRow.object_id.in_(ids))) or 0


def test_a_hold_is_placed_once(visit: Any, collide: list[str], site: Any) -> None:
    browser = visit("an", f"/giu-ho-so?ho_so={OLD.id}")
    browser.getControl(name="reason", index=0).value = "Phục vụ kiểm toán"
    browser.getControl(name="number", index=0).value = "9/KTNN"
    browser.getControl(name="date", index=0).value = "2026-11-01"
    browser.getControl(name="place").click()
    assert len(collide) == 2
    assert "Lệnh giữ đã có hiệu lực" in browser.page
    with reading() as session:
        (hold,) = session.scalars(select(Hold).where(Hold.case_file_id == OLD.id))
    zope.begin()
    assert hold.id in site["lenh-giu"].objectIds()


def test_a_submission_is_accepted_once_and_said_so(visit: Any, collide: list[str]) -> None:
    before = events_on(TO_DECIDE)
    visited = visit("an", f"/tiep-nhan/{TO_DECIDE}")
    visited.getControl(name="accept").click()
    assert len(collide) == 2
    assert "Đã chấp nhận. Hồ sơ đang được đóng gói" in visited.page
    assert events_on(TO_DECIDE) == before + 1


def test_a_list_is_made_once(visit: Any, collide: list[str]) -> None:
    browser = visit("an", f"/tieu-huy?agency={LANG_SON}")
    browser.getControl(name="ids").value = [OLD.id]
    browser.getControl(name="number").value = "77/QĐ-UBND"
    browser.getControl(name="date").value = "2026-11-20"
    browser.getControl(name="reason").value = "Hết thời hạn bảo quản"
    browser.getControl(name="explanation").value = "Hình thành khi giải quyết việc thường xuyên"
    browser.getControl(name="make").click()
    assert len(collide) == 2
    assert "Đã lập danh mục" in browser.page
    with reading() as session:
        made = select(DisposalList).join(OrderItem, OrderItem.order_id == DisposalList.order_id)
        assert len(list(session.scalars(made.where(OrderItem.case_file_id == OLD.id)))) == 1


def test_what_is_written_is_there_when_zope_has_committed_and_not_before(site: Any) -> None:
    with joined() as session:
        session.get_one(Submission, TO_DECIDE).title = "changed"
    with reading() as session:
        assert session.get_one(Submission, TO_DECIDE).title != "changed"
    zope.commit()
    with reading() as session:
        assert session.get_one(Submission, TO_DECIDE).title == "changed"


def test_what_failed_is_taken_back_at_once_and_zope_goes_on(site: Any) -> None:
    with pytest.raises(NotAllowedError), joined() as session:
        session.get_one(Submission, TO_DECIDE).title = "changed"
        session.flush()
        raise NotAllowedError("no")
    with joined() as session:  # nobody waits for the lock of the first
        session.get_one(CaseFile, OLD.id).title = "also changed"
    zope.commit()
    with reading() as session:
        assert session.get_one(Submission, TO_DECIDE).title != "changed"
        assert session.get_one(CaseFile, OLD.id).title == "also changed"


def test_an_aborted_request_leaves_nothing_in_the_register(site: Any) -> None:
    with joined() as session:
        session.get_one(Submission, TO_DECIDE).title = "changed"
    zope.abort()
    with reading() as session:
        assert session.get_one(Submission, TO_DECIDE).title != "changed"
