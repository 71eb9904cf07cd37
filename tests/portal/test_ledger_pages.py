"""The ledger for an auditor: names for identifiers, values in words, filters, paging, the last verification."""

from __future__ import annotations

import base64
import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from house_people import GIA_LAI, LANG_SON
from kept_case_files import GONE, HELD, OLD, RULES
from lxml import html
from sqlalchemy import func, select

from archive.ledger.append import append
from archive.ledger.event import Event, Verb
from archive.ledger.rows import EventRow, SealRow
from archive.ledger.seal import seal
from archive.reason import as_json, because
from archive.register.projection import apply
from archive.register.session import reading, transaction
from portal.browser.ledger import filters
from portal.browser.ledger.objects import Named
from portal.browser.ledger.payload import MOST, Telling, lines, spoken_of
from portal.event_words import headline
from tests.archive.time_authority import token_over

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-")
TELLING = Telling(
    t=str,
    lang="vi",
    names={("case-file", OLD.id): Named("H37.OLD", "", f"bia-mo/{OLD.id}")},
    day=lambda value: f"{value:%d/%m/%Y}",
    moment=lambda value: f"{value:%d/%m/%Y %H:%M}",
    size=lambda value: f"{value} B",
)


def told(**payload: Any) -> list[tuple[int, str, str]]:
    return [(line.depth, line.label, line.value) for line in lines(payload, TELLING)]


def test_values_are_told_in_words() -> None:
    assert told(end_date="2020-12-20", size=1234, permanent=True, maintenance="") == [
        (0, "Work ended on", "20/12/2020"),
        (0, "Size", "1234 B"),
        (0, "Kept permanently", "yes"),
    ]
    assert told(made_at="2026-11-11T02:30:00.000000Z")[0][2] == "11/11/2026 02:30"
    assert told(state="approved", outcome="erasing", access="02", regime="R1") == [
        (0, "State", "Approved"),
        (0, "Outcome", "Destruction under way"),
        (0, "Use", "Conditional"),
        (0, "Law that applies", "Law on Archives 2011"),
    ]
    assert told(holder="store:kho-a", decided_by="system:agreement") == [
        (0, "Place", "Kho kho-a"),
        (0, "Decided by", "The system (submission agreement)"),
    ]


def test_reasons_steps_and_lists_are_told() -> None:
    reason = because("archive.store-trouble", store="kho-c", name="a.zip", trouble="ENOSPC")
    step = {"code": "permanent", "params": {}, "clause": "Luật 01/2011/QH13 Điều 17", "reading": False}
    assert told(detail=[as_json(reason)], steps=[step], copies=["kho-a", "kho-b"]) == [
        (0, "Detail", ""),
        (1, "1", "Kho kho-c: a.zip: ổ đĩa hết chỗ trống; khắc phục ổ đĩa, hệ thống sẽ tự thử lại."),
        (0, "Step by step", ""),
        (1, "1", "Bảo quản vĩnh viễn: không bao giờ hủy. Luật 01/2011/QH13 Điều 17"),
        (0, "Copies in", "kho-a, kho-b"),
    ]


def test_an_order_names_its_case_files_and_a_value_without_a_word_keeps_its_own_name() -> None:
    assert told(order={"items": [[OLD.id, "ab" * 32]], "zqx": "1"}) == [
        (0, "Decision", ""),
        (1, "Case files", ""),
        (2, "H37.OLD", "ab" * 32),
        (1, "zqx", "1"),
    ]
    event = Event(
        1,
        datetime(2026, 1, 1, tzinfo=UTC),
        "a",
        "",
        Verb.DECISION,
        "order",
        "o",
        {"order": {"items": [[OLD.id, ""]]}},
    )
    assert set(spoken_of(event)) == {("order", "o"), ("case-file", OLD.id)}


def test_an_enormous_order_is_cut_and_says_so() -> None:
    shown = told(items=[[f"id{n}", "x"] for n in range(5000)])
    assert len(shown) == MOST + 1
    assert shown[-1][1].startswith("There is more")


def test_every_verb_is_in_exactly_one_group() -> None:
    verbs = [verb for _title, verbs in filters.grouped().values() for verb in verbs]
    assert sorted(verbs) == sorted(Verb)
    assert filters.verbs_of("reading") == (Verb.VIEW, Verb.COPY)
    assert filters.verbs_of("STORE") == (Verb.STORE,)
    assert filters.verbs_of("nonsense") == ()


def headline_of(verb: Verb, **payload: Any) -> str:
    return headline(Event(1, datetime(2026, 1, 1, tzinfo=UTC), "a", "", verb, "x", "x", payload), str, "vi")


def test_events_of_one_verb_that_are_not_the_same_read_differently() -> None:
    assert headline_of(Verb.RIGHTS_CHANGE, act="role-given", role="auditor") == "Role given: Auditor"
    assert headline_of(Verb.RIGHTS_CHANGE, act="locked") == "Locked"
    assert headline_of(Verb.AGREEMENT, state="approved") == "Agreement recorded: Approved"
    assert headline_of(Verb.AGREEMENT) == "Agreement recorded"
    assert headline_of(Verb.DESTROY, outcome="held") == "Not destroyed: held"


plone = pytest.mark.plone


def rows(browser: Any) -> list[list[str]]:
    tree = html.fromstring(browser.contents)
    return [
        [" ".join(cell.text_content().split()) for cell in row.cssselect("td")]
        for row in tree.cssselect(".tt-table tbody tr")
    ]


@plone
def test_no_identifier_stands_where_a_name_could(visit: Any) -> None:
    browser = visit("dung", "/nhat-ky")
    shown = rows(browser)
    assert len(shown) == 50  # the first page of 51
    assert not [row for row in shown if UUID.search(" ".join(row))]
    assert any(row[4].startswith(f"Hồ sơ {RULES.code}") for row in shown)
    assert any("Cơ quan Sở Nội vụ tỉnh Gia Lai" in row[4] for row in shown)
    assert any(row[4] == "Quyết định 41/QĐ-SNV Hủy tài liệu" for row in shown), [row[4] for row in shown]
    assert any(row[3] == "Hệ thống (tiếp nhận)" for row in shown)


@plone
def test_an_auditor_reads_codes_but_no_title_of_a_living_case_file(visit: Any) -> None:
    page = visit("dung", "/nhat-ky").page
    assert RULES.title not in page
    assert GONE.title in page, "a tombstone's title is for auditors"


@plone
def test_each_step_of_a_destruction_reads_differently(visit: Any) -> None:
    shown = [row[2] for row in rows(visit("dung", f"/nhat-ky?object={GONE.id}"))]
    assert len(shown) == len(set(shown)), shown
    assert shown.count("Đã hủy") == 1


@plone
def test_all_of_one_case_file_is_found_by_its_code_or_its_beginning(visit: Any) -> None:
    browser = visit("dung", f"/nhat-ky?ho_so={GONE.code}")
    kinds = {row[4].split()[0] + row[4].split()[1] for row in rows(browser)}
    assert {"Hồsơ", "Lầnnộp"} <= kinds
    assert any("Quyết định 41/QĐ-SNV" in row[4] for row in rows(browser))
    assert all(RULES.code not in " ".join(row) for row in rows(browser))
    several = visit("dung", "/nhat-ky?ho_so=000.00.01.H37.20")
    assert rows(several) == []
    links = [link.get("href") for link in html.fromstring(several.contents).cssselect(".tt-nothing a")]
    assert {parse_qs(urlsplit(link).query)["ho_so"][0] for link in links} == {
        RULES.code,
        OLD.code,
        "000.00.01.H37.2008.11.VP",
    }
    assert "Không có hồ sơ mang mã này" in visit("dung", "/nhat-ky?ho_so=%25").page


@plone
def test_an_auditor_of_one_agency_finds_no_case_file_of_another(visit: Any) -> None:
    assert GIA_LAI != LANG_SON
    assert "Không có hồ sơ mang mã này" in visit("minh", f"/nhat-ky?ho_so={HELD.code}").page
    assert rows(visit("minh", f"/nhat-ky?ho_so={RULES.code}"))


@plone
def test_an_agreement_is_named_by_its_number_and_is_its_own_auditors_business(visit: Any) -> None:
    with transaction() as session:
        for number, code in (("7/TT-NL", LANG_SON), ("9/TT-NL", GIA_LAI)):
            event = append(
                session,
                Verb.AGREEMENT,
                actor="an",
                kind="agreement",
                id=f"agreement-{code}",
                payload={
                    "state": "proposed",
                    "agency_code": code,
                    "version": 1,
                    "number": number,
                    "signed_on": "2026-01-05",
                    "signed_by_agency": "Chánh Văn phòng",
                    "signed_by_archive": "Giám đốc",
                    "valid_from": "2026-02-01",
                    "valid_until": None,
                    "terms": {},
                    "terms_sha256": "0" * 64,
                },
            )
            apply(session, event)
    shown = [row[4] for row in rows(visit("minh", "/nhat-ky?verb=AGREEMENT"))]
    assert shown == ["Thỏa thuận nộp lưu 7/TT-NL UBND tỉnh Lạng Sơn"]
    assert len(rows(visit("dung", "/nhat-ky?verb=AGREEMENT"))) == 2


@plone
def test_filters_by_kind_of_act_and_by_days(visit: Any) -> None:
    assert {row[2] for row in rows(visit("dung", "/nhat-ky?verb=keeping"))} == {"Đã lưu vào mọi kho"}
    assert {row[2] for row in rows(visit("dung", "/nhat-ky?verb=HOLD"))} == {"Đặt lệnh giữ"}
    first = rows(visit("dung", "/nhat-ky?to=11/10/2026"))
    assert {row[2] for row in first} == {"Ghi nhận cơ quan", "Ghi nhận phông"}
    wrong = visit("dung", "/nhat-ky?from=2026-13-01").page
    assert "“2026-13-01” không phải là ngày" in wrong
    assert "Không có sự kiện" in visit("dung", "/nhat-ky?actor=nobody").page


@plone
def test_pages_go_by_the_number_of_the_event_and_lose_none(visit: Any) -> None:
    with transaction() as session:
        for number in range(120):
            append(session, Verb.VIEW, actor=f"nguoi-{number}", kind="case-file", id=RULES.id)
    browser, seen = visit("dung", "/nhat-ky?verb=reading"), []
    while True:
        seen += [int(row[0]) for row in rows(browser)]
        older = [
            a
            for a in html.fromstring(browser.contents).cssselect(".tt-older a")
            if "Cũ hơn" in a.text_content()
        ]
        if not older:
            break
        # What happens meanwhile moves nothing onto the next page.
        with transaction() as session:
            append(session, Verb.VIEW, actor="later", kind="case-file", id=RULES.id)
        browser.open(older[0].get("href"))
    assert len(seen) == len(set(seen)) == 120
    assert seen == sorted(seen, reverse=True)
    newer = next(
        a for a in html.fromstring(browser.contents).cssselect(".tt-older a") if "Mới hơn" in a.text_content()
    )
    browser.open(newer.get("href"))
    back = [int(row[0]) for row in rows(browser)]
    assert back == seen[50:100]


@plone
def test_an_event_is_told_line_by_line_with_the_exact_text_below(visit: Any) -> None:
    with reading() as session:
        stored = next(row.seq for row in session.query(EventRow).filter_by(verb="STORE", object_id=RULES.id))
    tree = html.fromstring(visit("dung", f"/nhat-ky/{stored}").contents)
    facts = dict(
        zip(
            (" ".join(node.text_content().split()) for node in tree.cssselect(".tt-told dt")),
            (" ".join(node.text_content().split()) for node in tree.cssselect(".tt-told dd")),
            strict=True,
        )
    )
    assert facts["Công việc kết thúc ngày"] == "20/12/2020"
    assert facts["Chế độ sử dụng"] == "Công khai"
    assert facts["Cơ quan"].startswith("UBND tỉnh Lạng Sơn")
    assert facts["Dung lượng"].endswith("KB")
    assert '"total_docs": 3' in tree.cssselect("pre")[0].text_content()
    ways = [link.get("href").rsplit("/", 1)[1] for link in tree.cssselect(".tt-older a")]
    assert ways == [str(stored - 1), str(stored + 1)]


@plone
def test_the_result_of_verifying_stays_on_the_page_and_is_itself_recorded(visit: Any) -> None:
    assert "Chưa có lần kiểm tra nào từ trang này" in visit("dung", "/nhat-ky").page
    browser = visit("dung", "/nhat-ky")
    with reading() as session:
        last = session.scalar(select(func.max(EventRow.seq)))
    browser.getControl(name="verify").click()
    page = " ".join(html.fromstring(visit("dung", "/nhat-ky").contents).text_content().split())
    assert f"Toàn vẹn đến sự kiện số {last}" in page
    assert "Kiểm tra sổ nhật ký: toàn vẹn" in page
    assert "Sổ có toàn vẹn không?" not in visit("minh", "/nhat-ky").page


@plone
def test_what_is_wrong_with_the_ledger_is_told_in_vietnamese(visit: Any) -> None:
    with transaction() as session:
        session.get_one(EventRow, 3).actor = "mallory"
    browser = visit("dung", "/nhat-ky")
    browser.getControl(name="verify").click()
    assert "Sổ nhật ký không toàn vẹn" in browser.page
    assert "Sự kiện số 3 đã bị sửa: mã băm không còn như khi ghi." in browser.page
    assert "was changed" not in browser.page


@plone
def test_the_day_an_event_counts_to_is_the_day_in_vietnam(visit: Any) -> None:
    with transaction() as session:
        append(
            session,
            Verb.VIEW,
            actor="dem",
            kind="case-file",
            id=RULES.id,
            now=datetime.fromisoformat("2030-01-01T18:30:00+00:00"),
        )
    assert [row[1] for row in rows(visit("dung", "/nhat-ky?from=2030-01-02&to=2030-01-02"))] == [
        "02/01/2030 01:30"
    ]
    assert rows(visit("dung", "/nhat-ky?from=2030-01-01&to=2030-01-01")) == []


@plone
def test_a_seal_says_whether_it_is_time_stamped_by_whom_and_when(visit: Any) -> None:
    with transaction() as session:
        seal(session, now=datetime(2026, 10, 20, 3, 0, tzinfo=UTC))
        last = session.scalar(select(func.max(SealRow.number))) or 0
        row = session.get_one(SealRow, last)
        seq, imprint = row.first_seq, bytes.fromhex(row.chain)
    assert "chưa có dấu thời gian" in visit("dung", "/nhat-ky").page
    assert "not time-stamped yet" in visit("dung", f"/nhat-ky/{seq}?set_language=en").page
    try:
        for token, vi, en in (
            (
                token_over(imprint, at=datetime(2026, 10, 20, 3, 5, tzinfo=UTC)),
                "đã đóng dấu thời gian: Test Time-Stamping Authority, 20/10/2026",
                "time-stamped by Test Time-Stamping Authority, ",
            ),
            (
                token_over(b"\x05" * 32),
                "dấu thời gian không phải của niêm phong này",
                "is not over this seal",
            ),
        ):
            with transaction() as session:
                session.get_one(SealRow, last).timestamp_token = base64.b64encode(token).decode()
            for path in ("/nhat-ky", f"/nhat-ky/{seq}"):
                assert vi in visit("dung", path).page
                assert en in visit("dung", f"{path}?set_language=en").page
    finally:
        with transaction() as session:
            session.get_one(SealRow, last).timestamp_token = ""
