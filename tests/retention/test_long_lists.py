"""A list of 40,000 case files: more than SQLite takes values in one statement (32,766 as it is built by default)."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from retention_town import AGENCY, AN, NOW, TODAY
from sqlalchemy import event, func, insert, select

from archive.procedure.judge import against_acting
from archive.procedure.states import State
from archive.procedure.story import Step, Story
from archive.register.agencies import set_agency, set_fonds
from archive.register.decisions import Order, OrderItem, OrderKind, OrderState, Receipt
from archive.register.models import CaseFile, Record
from archive.register.notices import ExpiryNotice
from archive.register.pieces import pieces
from archive.register.session import engine, reading, transaction
from archive.viewer import Role
from portal.browser.disposal import due
from portal.browser.disposal.one_list import OneList
from portal.browser.papers.dossiers import DossierList
from portal.browser.papers.view import Paper
from retention import dossier, holds
from retention.holds import lock_rows
from retention.procedure import linked, notice

IDS = [f"{number:036d}" for number in range(40_000)]
LAST = date(2019, 12, 31)


@pytest.fixture
def long_list(house: Path) -> Iterator[list[str]]:
    """40,000 due case files with a document each; the first has one that an unexpired case file has too."""

    def as_built_by_default(connection: sqlite3.Connection, _record: object) -> None:
        connection.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 32_766)

    engine().dispose()
    event.listen(engine(), "connect", as_built_by_default)
    with transaction() as session:
        set_agency(session, code=AGENCY, name="Sở", actor="admin", now=NOW)
        set_fonds(session, code="PHONG", agency_code=AGENCY, name="Phông", actor="admin", now=NOW)
        session.execute(insert(CaseFile), [a_file(id) for id in (*IDS, "other")])
        session.get_one(CaseFile, "other").eligible_from = None
        session.execute(insert(Record), [a_document("mine", IDS[-1]), a_document("theirs", "other")])
    yield IDS
    event.remove(engine(), "connect", as_built_by_default)


def a_file(id: str) -> dict[str, object]:
    return {
        "id": id, "code": id, "agency_code": AGENCY, "fonds_code": "PHONG", "submission_id": id,
        "title": "Hồ sơ", "regime": "R1", "access": "01", "start_date": LAST, "end_date": LAST,
        "maintenance": "5 năm", "total_docs": 0, "total_pages": 0, "description": {}, "state": "stored",
        "stored_at": NOW, "permanent": False, "eligible_from": date(2025, 1, 1),
    }  # fmt: skip


def a_document(id: str, case_file_id: str) -> dict[str, object]:
    return {
        "id": id, "case_file_id": case_file_id, "ordinal": 1, "code": id, "type_name": "Quyết định",
        "number": "1", "notation": "QĐ", "issued_on": LAST, "organ_name": "Sở", "subject": "", "pages": 1,
        "description": {},
    }  # fmt: skip


def test_every_question_about_a_whole_list_is_asked_in_pieces(long_list: list[str]) -> None:
    with transaction() as session:
        order = Order(
            id="o", kind=OrderKind.DESTRUCTION, agency_code=AGENCY, reason="x", document_number="1",
            document_date=TODAY, document_sha256="", list_sha256="", proposed_by="an", created_at=NOW,
            state=OrderState.DONE, payload={},
        )  # fmt: skip
        session.add(order)
        session.flush()
        session.execute(
            insert(OrderItem),
            [
                {"order_id": "o", "case_file_id": id, "package_sha256": "", "outcome": "", "detail": ""}
                for id in long_list
            ],
        )
        session.add(
            Receipt(order_id="o", case_file_id=IDS[-1], holder="a", what="x", how="clear", at=NOW, gone=True)
        )
        lock_rows(session, long_list)
        assert holds._too_late(session, long_list) == ()
        assert sum(1 for _ in notice.against_submitting(session, long_list, twins={}, today=TODAY)) == len(
            long_list
        )
        notice.give_missing(session, long_list, now=NOW - timedelta(days=31))
        assert session.scalar(select(func.count()).select_from(ExpiryNotice)) == len(long_list)
        notice.give(session, notice.endings(session, long_list), now=NOW - timedelta(days=30))
        assert list(notice.against_submitting(session, long_list, twins={}, today=TODAY)) == []
    with reading() as session:
        (link,) = linked.links(session, long_list, today=TODAY)
        assert (link.document, link.other_id) == ("mine", "other")
        order = session.get_one(Order, "o")
        assert dossier._acts(session, order) == {}
        page = OneList(SimpleNamespace(path=("o",), session=session, viewer=AN))
        page.read()
        assert [(one.code, one.tone) for one in page.receipts(long_list)] == [(IDS[-1], "ok")]
        paper, dossiers = Paper(SimpleNamespace(order_id="o"), None), DossierList(None, None)
        paper.session = dossiers.session = session
        assert len(paper.case_files()) == len(dossiers._dates([order])["o"]) == len(long_list)
        assert due._by_law(session, long_list) == [long_list]
        told = {reason.code for reason in against_acting(session, order, as_submitted(long_list))}
    assert "archive.notice-not-over" not in told


def as_submitted(items: list[str]) -> Story:
    step = Step("submit", State.LISTED, State.COUNCIL_REVIEW, "an", Role.ARCHIVIST, NOW, 1, TODAY)
    return Story(
        "o", AGENCY, "R1", State.COUNCIL_REVIEW, NOW, "an", "", dict.fromkeys(items, ""), steps=(step,)
    )  # type: ignore[arg-type]


def test_nothing_is_left_out_between_two_pieces() -> None:
    assert [list(one) for one in pieces(range(7), 3)] == [[0, 1, 2], [3, 4, 5], [6]]
    assert list(pieces([])) == []
