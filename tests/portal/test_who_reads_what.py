"""What a reading leaves in the ledger, and who may know who read, who holds, and what another agency did."""

from __future__ import annotations

import json
from typing import Any

import pytest
from house_people import GIA_LAI, ident
from kept_case_files import GONE, HELD, OLD, RULES
from sqlalchemy import select

from archive.ledger.append import append, history
from archive.ledger.event import Verb
from archive.ledger.rows import EventRow
from archive.readings import ONE_READING, goes_on
from archive.register.session import reading, transaction
from archive.viewer import Viewer

pytestmark = pytest.mark.plone

PDFA = RULES.component_id(1, "pdfa")
ORIGINAL = RULES.component_id(1, "original")


def readings(*verbs: str) -> list[EventRow]:
    """Return the readings of the furnished rules in the ledger."""
    with reading() as session:
        query = select(EventRow).where(
            EventRow.object_id == RULES.id, EventRow.verb.in_(verbs or ("VIEW", "COPY"))
        )
        return list(session.scalars(query.order_by(EventRow.seq)))


def ranged(visit: Any, site: Any, login: str, path: str, header: str) -> Any:
    browser = visit(login, "/@@ok", accept="application/json" if "@" in path else "")
    browser.addHeader("Range", header)
    browser.open(site.absolute_url() + path)
    return browser


@pytest.mark.parametrize("path", [f"/ho-so/{RULES.id}/tep/{ORIGINAL}", f"/@components/{ORIGINAL}"])
def test_all_but_the_first_byte_is_a_copy_in_the_ledger(visit: Any, site: Any, path: str) -> None:
    browser = ranged(visit, site, "an", path, "bytes=1-")
    assert browser.headers["Status"].startswith("206")
    assert [event.verb for event in readings()] == ["COPY"]


def test_the_ranges_a_viewer_asks_after_its_first_are_one_reading(visit: Any, site: Any) -> None:
    path = f"/ho-so/{RULES.id}/xem/{PDFA}"
    visit("an", path)
    for header in ("bytes=100-200", "bytes=300-", "bytes=-20"):
        ranged(visit, site, "an", path, header)
    assert [event.verb for event in readings()] == ["VIEW"]


def test_a_range_of_another_person_file_or_door_is_a_reading_of_its_own(visit: Any, site: Any) -> None:
    visit("an", f"/ho-so/{RULES.id}/xem/{PDFA}")
    ranged(visit, site, "hoa", f"/ho-so/{RULES.id}/xem/{PDFA}", "bytes=100-")
    ranged(visit, site, "an", f"/ho-so/{RULES.id}/xem/{RULES.component_id(2, 'pdfa')}", "bytes=100-")
    ranged(visit, site, "an", f"/ho-so/{RULES.id}/tep/{PDFA}", "bytes=100-")
    assert [(event.verb, event.actor) for event in readings()] == [
        ("VIEW", "an"),
        ("VIEW", "hoa"),
        ("VIEW", "an"),
        ("COPY", "an"),
    ]


def test_a_range_long_after_the_reading_is_a_new_reading(visit: Any) -> None:
    visit("an", f"/ho-so/{RULES.id}/xem/{PDFA}")
    (event,) = readings()
    an = Viewer("an")
    with reading() as session:
        for later, part_of_it in ((ONE_READING / 2, True), (ONE_READING, False)):
            what, now = dict(event.payload), event.at + later
            assert goes_on(session, RULES.id, what, an, now, Verb.VIEW) is part_of_it


# holds and the history of readings


def test_a_reader_learns_neither_of_a_hold_nor_who_read_the_file(visit: Any) -> None:
    visit("an", f"/ho-so/{HELD.id}/xem/{HELD.component_id(1, 'pdfa')}")
    for login in ("hoa", "giang"):
        page = visit(login, f"/ho-so/{HELD.id}").page
        assert HELD.title in page
        for word in ("Thanh tra tỉnh", "112/TTT-VP", "Đang giữ", ">an<", "Nguyễn Thị An"):
            assert word not in page, (login, word)
        answer = json.loads(visit(login, f"/@case-files/{HELD.id}", accept="application/json").page)
        assert answer["holds"] == []
        assert "Thanh tra" not in json.dumps(answer, ensure_ascii=False)


@pytest.mark.parametrize("login", ["an", "binh", "chi"])
def test_those_who_dispose_see_holds_and_who_read_the_file(visit: Any, login: str) -> None:
    visit("hoa", f"/ho-so/{HELD.id}/xem/{HELD.component_id(1, 'pdfa')}")
    page = visit(login, f"/ho-so/{HELD.id}").page
    for word in ("Thanh tra tỉnh", "Đang giữ", ">Đỗ Hoa<"):
        assert word in page
    answer = json.loads(visit(login, f"/@case-files/{HELD.id}", accept="application/json").page)
    assert [hold["placed_by"] for hold in answer["holds"]] == ["an"]


def test_a_history_that_is_cut_says_so(visit: Any) -> None:
    assert "chỉ hiện 100" not in visit("an", f"/ho-so/{RULES.id}").page
    with transaction() as session:
        for number in range(120):
            append(session, Verb.VIEW, actor=f"nguoi-{number}", kind="case-file", id=RULES.id)
    assert "chỉ hiện 100 mục mới nhất" in visit("an", f"/ho-so/{RULES.id}").page


def test_history_leaves_out_the_verbs_it_is_told_to(site: Any) -> None:
    with reading() as session:
        verbs = {event.verb for event in history(session, HELD.id, without=frozenset({Verb.HOLD}))}
    assert Verb.STORE in verbs
    assert Verb.HOLD not in verbs


# the ledger of one agency


def seq_of(verb: str, object_id: str) -> int:
    with reading() as session:
        found = session.scalar(
            select(EventRow.seq).where(EventRow.verb == verb, EventRow.object_id == object_id)
        )
        assert found is not None
        return found


ELSEWHERE = ident("submission", "000.00.05.H21.2023.01.KH")


def test_an_auditor_of_one_agency_reads_no_event_of_another(visit: Any) -> None:
    for path in (
        f"/nhat-ky/{seq_of('HOLD', HELD.id)}",
        f"/nhat-ky/{seq_of('HOLD', HELD.id)}/bang-chung",
        f"/nhat-ky/{seq_of('INGEST', ELSEWHERE)}",
    ):
        assert visit("minh", path).headers["Status"].startswith("404"), path
    page = visit("minh", f"/nhat-ky?object={HELD.id}").page
    assert "Không có sự kiện phù hợp" in page
    assert GIA_LAI not in visit("minh", "/nhat-ky").page
    assert "112/TTT-VP" not in visit("minh", "").page


def test_an_auditor_of_one_agency_reads_the_events_of_that_agency(visit: Any) -> None:
    assert visit("minh", f"/nhat-ky/{seq_of('STORE', RULES.id)}").headers["Status"].startswith("200")
    page = visit("minh", "/nhat-ky").page
    assert f"/nhat-ky/{seq_of('STORE', OLD.id)}" in page
    assert 'name="verify"' not in page


def test_the_service_gives_an_auditor_of_one_agency_the_events_of_that_agency(visit: Any) -> None:
    answer = json.loads(visit("minh", "/@ledger?size=1000", accept="application/json").page)
    seen = {event["object_id"] for event in answer["items"]}
    assert RULES.id in seen
    assert not seen & {HELD.id, GONE.id, ELSEWHERE, GIA_LAI, "GL-SNV"}
    other = visit("minh", f"/@ledger/{seq_of('STORE', HELD.id)}", accept="application/json")
    assert other.headers["Status"].startswith("404")


def test_an_auditor_of_all_agencies_reads_every_event(visit: Any) -> None:
    answer = json.loads(visit("dung", "/@ledger?size=1000", accept="application/json").page)
    with reading() as session:
        assert len(answer["items"]) == len(list(session.scalars(select(EventRow.seq))))
    assert 'name="verify"' in visit("dung", "/nhat-ky").page


def test_a_local_auditors_start_page_shows_only_that_agencys_events(visit: Any) -> None:
    with transaction() as session:
        append(session, Verb.VIEW, actor="someone-in-gia-lai", kind="case-file", id=HELD.id)
        append(session, Verb.VIEW, actor="someone-in-lang-son", kind="case-file", id=RULES.id)
    page = visit("minh", "").page
    assert "someone-in-lang-son" in page
    assert "someone-in-gia-lai" not in page
