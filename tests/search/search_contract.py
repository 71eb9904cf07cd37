"""What both engines must do: one function a case, run on SQLite and on a real Elasticsearch node.

A case is given an empty engine. `tests/search/test_engine_contract.py` and
`tests/services/test_search_elasticsearch.py` run the table.
"""

from __future__ import annotations

import html
import unicodedata
from collections.abc import Callable
from dataclasses import replace

from archive.viewer import Role, Viewer
from search.document import CASE_FILE, RECORD, IndexDocument
from search.engine import Engine
from search.everything import every_case_file
from search.order import Order
from search.query import Hit, Results, search
from search.request import Filters

Case = Callable[[Engine], None]
CASES: list[Case] = []

LANG_SON, AN_GIANG = "000.00.00.H37", "000.00.00.H01"
ARCHIVIST = Viewer("luutru", {"*": frozenset({Role.ARCHIVIST})})
READER = Viewer("docgia", {LANG_SON: frozenset({Role.RESEARCHER})})
OFFICIAL = Viewer("canbo", {LANG_SON: frozenset({Role.OFFICIAL})})
AUDITOR = Viewer("kiemtra", {"*": frozenset({Role.AUDITOR, Role.ADMINISTRATOR})})
STRANGER = Viewer("la")


def case(function: Case) -> Case:
    CASES.append(function)
    return function


def a_record(id: str, title: str, text: str = "", **facts: object) -> IndexDocument:
    plain = IndexDocument(
        id=id,
        kind=RECORD,
        case_file_id=f"hs-{id}",
        record_id=id,
        ordinal=1,
        agency=LANG_SON,
        agency_name="UBND tỉnh Lạng Sơn",
        fonds="H37.01",
        access="01",
        regime="R1",
        year=2020,
        type="Quyết định",
        code=f"{id}/XX",
        aliases=(),
        title=title,
        organ="",
        date="2020-06-01",
        start="2020-06-01",
        end="2020-06-01",
        stored_at="2026-01-01T00:00:00+00:00",
        text=text,
    )
    return replace(plain, **facts)  # type: ignore[arg-type]


def found(engine: Engine, text: str, viewer: Viewer = ARCHIVIST, **options: object) -> list[str]:
    return [hit.record_id or hit.case_file_id for hit in results(engine, text, viewer, **options).hits]


def results(engine: Engine, text: str, viewer: Viewer = ARCHIVIST, **options: object) -> Results:
    return search(text, viewer=viewer, engine=engine, **options)  # type: ignore[arg-type]


def one(engine: Engine, text: str) -> Hit:
    (hit,) = results(engine, text).hits
    return hit


@case
def words_are_found_without_their_accents(engine: Engine) -> None:
    engine.index(
        [
            a_record("dat", "Về đất đai và rừng đặc dụng", type=""),
            a_record("khac", "Về giáo dục", type=""),
        ]
    )
    for query in ("dat dai", "DAT DAI", "đất đai", "ĐẤT ĐAI", "dac dung", "Đặc dụng rừng"):
        assert found(engine, query) == ["dat"], query
    assert found(engine, "dat giao") == []


@case
def words_with_their_accents_come_first(engine: Engine) -> None:
    filler = " Căn cứ Luật Tổ chức chính quyền địa phương." * 10
    engine.index(
        [
            # The longer text and the later date would win without accents.
            a_record(
                "dung", "Văn bản một", "Ban hành quyết định về phí." + filler, type="", date="2019-01-01"
            ),
            a_record("sai", "Văn bản hai", "quyết đinh", type="", date="2021-01-01"),
        ]
    )
    assert found(engine, "quyết định") == ["dung", "sai"]
    assert found(engine, "quyết đinh") == ["sai", "dung"]
    assert sorted(found(engine, "quyet dinh")) == ["dung", "sai"]


@case
def both_styles_of_placing_the_tone_are_the_same_word(engine: Engine) -> None:
    engine.index(
        [
            a_record("moi", "Thành phố Hoà Bình, công trình thuỷ lợi, sức khoẻ", type=""),
            a_record("cu", "Thành phố Hòa Bình, công trình thủy lợi, sức khỏe", type=""),
        ]
    )
    for query in ("hòa bình", "hoà bình", "HOÀ BÌNH", "thủy lợi", "thuỷ lợi", "khoẻ", "khỏe"):
        assert sorted(found(engine, query)) == ["cu", "moi"], query
    hits = results(engine, "hoà bình").hits
    assert {mark for hit in hits for mark in marks(hit.title_html)} == {"Hoà Bình", "Hòa Bình"}


def marks(markup: str) -> list[str]:
    return [html.unescape(piece.split("</mark>")[0]) for piece in markup.split("<mark>")[1:]]


@case
def a_code_finds_its_own_document_first_and_no_similar_one(engine: Engine) -> None:
    engine.index(
        [
            a_record("cite", "Căn cứ 31/2020/QĐ-UBND", "31/2020/QĐ-UBND " * 20, code="7/2021/QĐ-UBND"),
            a_record("own", "Quy chế", code="31/2020/QĐ-UBND", date="2020-07-11"),
            a_record("131", "Quy chế", code="131/2020/QĐ-UBND"),
            a_record("2021", "Quy chế", code="31/2021/QĐ-UBND"),
            a_record("05", "Nghị quyết", code="05/2020/NQ-HĐND"),
        ]
    )
    for query in ("31/2020/qd-ubnd", "31/2020/QĐ-UBND", "31 / 2020 / QĐ-UBND", "031/2020/QĐ-UBND", "31/2020"):
        assert found(engine, query) == ["own", "cite"], query
    assert found(engine, "5/2020/nq-hdnd") == ["05"]
    assert found(engine, "05/2020/NQ-HĐND") == ["05"]
    assert set(found(engine, "qd-ubnd")) == {"cite", "own", "131", "2021"}


@case
def a_code_finds_its_own_document_first_however_many_are_like_it(engine: Engine) -> None:
    like = "Căn cứ " + "31/2020/QĐ-UBND, " * 4
    engine.index(a_record(f"c{n}", like, like, code=f"31/2020/QĐ-UBND-{n}") for n in range(260))
    engine.index([a_record("own", "Quy chế", "lời văn " * 2000, code="31/2020/QĐ-UBND", date="2001-01-01")])
    answer = results(engine, "31/2020/qd-ubnd")
    assert answer.hits[0].record_id == "own"
    assert answer.total == 261


@case
def a_code_is_found_by_its_beginning(engine: Engine) -> None:
    engine.index(
        [a_record("own", "Quy chế", code="31/2020/QĐ-UBND"), a_record("no", "Quy chế", code="32/XX")]
    )
    for query in ("31/2020/q", "31/2020/QĐ", "31/202"):
        assert found(engine, query) == ["own"], query


@case
def another_code_of_a_document_finds_it_behind_the_one_that_bears_it(engine: Engine) -> None:
    engine.index(
        [
            a_record("alias", "Về phí", code="31/QĐ-UBND", aliases=("H37.2020.31", "31/2020/QĐ-UBND")),
            a_record("own", "Về phí", code="31/2020/QĐ-UBND"),
        ]
    )
    assert found(engine, "31/2020/qđ-ubnd") == ["own", "alias"]
    assert found(engine, "H37.2020.31") == ["alias"]


@case
def quyet_dinh_31_2020_without_accents_finds_the_lang_son_decision_first(engine: Engine) -> None:
    text = (
        "QUYẾT ĐỊNH Ban hành Quy chế tiếp nhận, xử lý, phát hành, quản lý văn bản điện tử. "
        "Căn cứ Nghị định số 30/2020/NĐ-CP. Quy chế ban hành kèm theo Quyết định số: 31/2020/QĐ-UBND "
    )
    citing = "Căn cứ Quyết định số 31/2020/QĐ-UBND; theo quyết định 31/2020 của Ủy ban nhân dân tỉnh. "
    engine.index(
        [
            a_record("ls", "Ban hành Quy chế văn bản điện tử", text * 3, code="31/2020/QĐ-UBND"),
            *(
                a_record(f"c{n}", "Quyết định 31/2020 sửa đổi", citing, code=f"{n}/2021/QĐ-UBND", year=2021)
                for n in range(40, 60)
            ),
            a_record("ag", "Quyết định ban hành Quy chế", "Quyết định", code="131/2020/QĐ-UBND"),
            a_record("hs", "Hồ sơ Quyết định 31/2020", kind=CASE_FILE, record_id="", code="H37.2020.31"),
        ]
    )
    for query in ("quyet dinh 31/2020", "quyết định 31/2020", "Quyết định số 31/2020/QĐ-UBND"):
        answer = results(engine, query)
        assert answer.hits[0].record_id == "ls", query
        assert answer.hits[0].code == "31/2020/QĐ-UBND"
        assert answer.total > 20, query
        assert "ag" not in [hit.record_id for hit in answer.hits]


@case
def decomposed_input_finds_composed_text(engine: Engine) -> None:
    engine.index([a_record("nfc", "Quyết định về thuế", type="")])
    assert found(engine, unicodedata.normalize("NFD", "quyết định thuế")) == ["nfc"]
    assert marks(one(engine, unicodedata.normalize("NFD", "thuế")).title_html) == ["thuế"]


@case
def a_phrase_in_quotes_is_found_in_that_order_only(engine: Engine) -> None:
    engine.index(
        [
            a_record("ab", "Rừng đặc dụng Hữu Liên", type=""),
            a_record("ba", "Dụng cụ đặc chủng của rừng", type=""),
        ]
    )
    assert found(engine, '"rung dac dung"') == ["ab"]
    assert found(engine, "“đặc dụng” rừng") == ["ab"]
    assert sorted(found(engine, "rung dac dung")) == ["ab", "ba"]


@case
def words_may_be_in_different_fields(engine: Engine) -> None:
    engine.index([a_record("r", "Về phí tham quan", "di tích", organ="Sở Tài chính", type="Tờ trình")])
    assert found(engine, "to trinh so tai chinh phi di tich") == ["r"]


@case
def nobody_finds_what_they_may_not_read(engine: Engine) -> None:
    engine.index(
        [
            a_record("p1", "Phí", access="01"),
            a_record("c1", "Phí", access="02"),
            a_record("p2", "Phí", access="01", agency=AN_GIANG),
            a_record("c2", "Phí", access="02", agency=AN_GIANG),
            a_record("s1", "Phí", access="03"),
            a_record("x1", "Phí", access=""),
        ]
    )
    council = Viewer("hd", {AN_GIANG: frozenset({Role.COUNCIL})})
    table = [
        (ARCHIVIST, {"p1", "p2", "c1", "c2"}),
        (READER, {"p1", "p2"}),
        (OFFICIAL, {"p1", "p2", "c1"}),
        (council, {"p1", "p2", "c2"}),
        (AUDITOR, set()),
        (STRANGER, set()),
    ]
    for viewer, allowed in table:
        for query in ("phi", ""):
            answer = results(engine, query, viewer)
            assert {hit.record_id for hit in answer.hits} == allowed, (viewer.name, query)
            assert answer.total == len(allowed)
            assert sum(answer.facets.get("access", {}).values()) == len(allowed)
    # A filter cannot widen what may be seen.
    assert found(engine, "phi", READER, filters=Filters(access=("02", "03"))) == []


@case
def hits_are_marked_with_their_accents_on_the_original_text(engine: Engine) -> None:
    text = "Điều 1. Ban hành kèm theo Quyết định này Quy chế. " + "Nơi nhận: Văn thư. " * 200 + "Hết."
    engine.index([a_record("r", "Quyết định ban hành Quy chế", text)])
    hit = one(engine, "quyet dinh quy che")
    assert marks(hit.title_html) == ["Quyết định", "Quy chế"]
    assert "Quyết định" in marks(hit.snippet_html)
    assert len(hit.snippet_html) < 900
    assert hit.title == "Quyết định ban hành Quy chế"
    code = one(engine, '"ban hành kèm theo"')
    assert marks(code.snippet_html) == ["Ban hành kèm theo"]


@case
def hostile_text_stays_text(engine: Engine) -> None:
    evil = "<script>alert('x')</script> & \ue000phí\ue001 <mark>giả</mark> <img src=x onerror=alert(1)>"
    from search.vietnamese import clean

    engine.index([a_record("r", clean("Phí " + evil), clean("phí " + evil))])
    for query in ("phi", "script alert", "giả", "<script>alert('x')</script>"):
        hit = one(engine, query)
        for markup in (hit.title_html, hit.snippet_html):
            bare = markup.replace("<mark>", "").replace("</mark>", "")
            assert "<" not in bare and ">" not in bare, (query, markup)
            assert markup.count("<mark>") == markup.count("</mark>")
            assert "\ue000" not in markup
    assert marks(one(engine, "giả").title_html) == ["giả"]


@case
def hostile_queries_are_only_words(engine: Engine) -> None:
    engine.index([a_record("r", "Phí tham quan", type="")])
    queries = [
        '"',
        '""',
        '"phi',
        "phi OR 1=1",
        "phi AND NOT",
        "NEAR(phi)",
        "title:phi*",
        "{code}: phi",
        "phi\x00",
        "*",
        "^phi ~ ( [ {",
        "'; DROP TABLE document; --",
        "\\",
        "phi " * 2500,
        "x" * 10_000,
        "/" * 10_000,
        "a/" * 5_000,
        "\ud800",
        "\u0301",
        "đ" * 600,
        "9" * 400,
        "%s %(a)s {0}",
        "＜ｓｃｒｉｐｔ＞",
        "\u202egnod",
    ]
    for query in queries:
        answer = results(engine, query)
        assert answer.total in (0, 1), query[:40]
    for query in ('"phi', "phi\x00", "\x00phi\x01", "phi " * 2500, "phí\u200b"):
        assert found(engine, query) == ["r"], query[:40]
    for query in ("???", "*", '""', "\x00"):
        assert found(engine, query) == [], query
    assert engine.count() == 1


@case
def nothing_asked_lists_the_newest_first(engine: Engine) -> None:
    engine.index(
        [
            a_record("b", "Hai", stored_at="2026-01-02T00:00:00+00:00"),
            a_record("c", "Ba", stored_at="2026-01-03T00:00:00+00:00", date="2019-01-01"),
            a_record("d", "Bốn", stored_at="2026-01-03T00:00:00+00:00", date="2021-01-01"),
            a_record("a", "Một", stored_at="2026-01-01T00:00:00+00:00"),
        ]
    )
    for query in ("", "   ", "\n"):
        assert found(engine, query) == ["d", "c", "b", "a"]


@case
def pages_follow_one_another_without_gap_or_repeat(engine: Engine) -> None:
    engine.index(a_record(f"r{n:03}", f"Quyết định phí {n}", code=f"{n}/QĐ-UBND") for n in range(1, 231))
    for query, size in (("quyet dinh", 100), ("quyết định", 50), ("", 100)):
        seen: list[str] = []
        for page in range(1, 7):
            answer = results(engine, query, page=page, size=size)
            assert answer.total == 230
            assert len(answer.hits) == max(0, min(size, 230 - (page - 1) * size))
            seen += [hit.record_id for hit in answer.hits]
        assert len(seen) == len(set(seen)) == 230, query
    for order in Order:
        for query in ("quyet", ""):
            pages = [found(engine, query, page=page, size=100, order=order) for page in (1, 2, 3)]
            assert len({id for ids in pages for id in ids}) == 230, (order, query)
    assert results(engine, "quyet", size=100).pages == 3
    assert results(engine, "quyet", page=10**6, size=100).hits == ()
    assert len(results(engine, "quyet", page=-1, size=10**9).hits) == 100


@case
def hits_stand_in_the_order_asked_for_with_and_without_words(engine: Engine) -> None:
    engine.index(
        [
            a_record("a", "Về đất đai: phí", code="31/2020/QĐ-UBND", date="2020-07-11"),
            a_record("b", "Về đê điều phí", code="05/2020/QĐ-UBND", date="2021-01-05"),
            a_record("c", "Về dân số phí", code="131/2019/QĐ-UBND", date="2019-02-28"),
            a_record("d", "Về dân sô phí phí phí", code="31/2020/NQ-HĐND", date="2019-02-28"),
            a_record("e", "Báo cáo 10 phí", code="2/BC", date=""),
            a_record("f", "Báo cáo 9 phí", code="12/BC", date="2022-12-31"),
        ]
    )
    table = {
        Order.NEWEST: ["f", "b", "a", "c", "d", "e"],
        Order.OLDEST: ["c", "d", "a", "b", "f", "e"],
        Order.TITLE: ["f", "e", "c", "d", "a", "b"],
        Order.CODE: ["e", "b", "f", "d", "a", "c"],
    }
    for order, expected in table.items():
        for query in ("", "phi", "phí"):
            assert found(engine, query, order=order) == expected, (order, query)
            pages = [found(engine, query, order=order, page=page, size=2) for page in (1, 2, 3, 4)]
            assert [id for ids in pages for id in ids] == expected, (order, query)
        narrowed = results(engine, "phi", order=order, filters=Filters(date_from="2020-01-01"))
        assert [hit.record_id for hit in narrowed.hits] == [id for id in expected if id in "abf"]
        assert narrowed.total == 3
        assert all(marks(hit.title_html) for hit in narrowed.hits), "found words are marked in every order"
        # An order cannot widen what may be seen.
        assert found(engine, "phi", AUDITOR, order=order) == []


@case
def a_range_of_days_takes_its_ends_and_leaves_out_what_has_no_day(engine: Engine) -> None:
    days = {"before": "2019-12-31", "first": "2020-01-01", "mid": "2020-07-11", "last": "2020-12-31"}
    engine.index(
        [
            *(a_record(id, "Phí", date=day) for id, day in days.items()),
            a_record("none", "Phí", date=""),
            a_record("file", "Phí", kind=CASE_FILE, record_id="", date="2021-01-05"),
        ]
    )
    table = [
        (Filters(date_from="2020-01-01", date_to="2020-12-31"), {"first", "mid", "last"}),
        (Filters(date_to="2019-12-31"), {"before"}),
        (Filters(date_from="2021-01-01"), {"hs-file"}),
        (Filters(date_from="2020-12-31", date_to="2020-01-01"), set()),
        (Filters(date_to="2030-01-01"), {"before", "first", "mid", "last", "hs-file"}),
    ]
    for filters, expected in table:
        for query in ("phi", ""):
            answer = results(engine, query, filters=filters)
            assert {hit.record_id or hit.case_file_id for hit in answer.hits} == expected, filters
            assert sum(answer.facets.get("year", {}).values()) == answer.total == len(expected)


@case
def facets_count_what_was_found_and_filters_narrow_it(engine: Engine) -> None:
    engine.index(
        [
            a_record("a", "Phí", year=2020, type="Quyết định"),
            a_record("b", "Phí", year=2020, type="Tờ trình", date="2020-12-31"),
            a_record("c", "Phí", year=2021, type="Quyết định", agency=AN_GIANG, date="2021-01-01"),
            a_record("d", "Lệ", year=2022, type="Quyết định"),
            a_record("e", "Phí", year=2020, type="", kind=CASE_FILE, access="02", regime="R2", fonds="F2"),
        ]
    )
    answer = results(engine, "phi")
    assert answer.total == 4
    assert answer.facets["year"] == {"2020": 3, "2021": 1}
    assert list(answer.facets["year"]) == ["2020", "2021"]
    assert answer.facets["type"] == {"Quyết định": 2, "Tờ trình": 1}
    assert answer.facets["agency"] == {LANG_SON: 3, AN_GIANG: 1}
    assert answer.facets["access"] == {"01": 3, "02": 1}
    assert answer.facets["kind"] == {"record": 3, "case-file": 1}
    assert answer.facets["regime"] == {"R1": 3, "R2": 1}
    table = [
        (Filters(years=(2020,)), {"a", "b", "hs-e"}),
        (Filters(years=(2020, 2021), types=("Quyết định",)), {"a", "c"}),
        (Filters(agencies=(AN_GIANG,)), {"c"}),
        (Filters(access=("02",)), {"hs-e"}),
        (Filters(regimes=("R2",)), {"hs-e"}),
        (Filters(fonds=("F2",)), {"hs-e"}),
        (Filters(kinds=("record",)), {"a", "b", "c"}),
        (Filters(date_from="2020-12-31"), {"b", "c"}),
        (Filters(date_from="2020-12-31", date_to="2020-12-31"), {"b"}),
        (Filters(case_file="hs-a"), {"a"}),
        (Filters(types=("' OR 1=1 --",)), set()),
    ]
    for filters, expected in table:
        hits = results(engine, "phi", filters=filters).hits
        assert {hit.record_id if hit.kind == RECORD else hit.case_file_id for hit in hits} == expected, (
            filters
        )


@case
def putting_a_document_again_replaces_it(engine: Engine) -> None:
    engine.index([a_record("r", "Phí cũ"), a_record("s", "Lệ phí")])
    engine.index([a_record("r", "Phí mới")])
    assert engine.count() == 2
    assert found(engine, "cu") == []
    assert found(engine, "moi") == ["r"]


@case
def replacing_a_case_file_drops_what_it_no_longer_has(engine: Engine) -> None:
    engine.index([a_record(name, "Phí", case_file_id="hs") for name in ("r", "s")] + [a_record("x", "Phí")])
    engine.replace("hs", [a_record("s", "Phí mới", case_file_id="hs")])
    assert sorted(found(engine, "phi")) == ["s", "x"]
    assert (engine.count("hs"), engine.count()) == (1, 2)
    engine.replace("hs", [])
    assert engine.count("hs") == 0


@case
def erasing_leaves_nothing_of_the_case_file_and_all_of_the_others(engine: Engine) -> None:
    engine.index([a_record(f"r{n}", f"Hồ sơ zqxwordmark{n}", "zqxtext", case_file_id="hs") for n in range(5)])
    engine.index([a_record("x", "Phí")])
    assert len(found(engine, "zqxtext")) == 5
    assert engine.erase("hs") == 5
    assert engine.count("hs") == 0
    assert found(engine, "zqxtext") == found(engine, "zqxwordmark3") == []
    assert results(engine, "").total == 1
    assert engine.erase("hs") == 0
    assert engine.erase("never there") == 0
    assert found(engine, "phi") == ["x"]


@case
def refilling_replaces_everything_and_gives_back_what_was_put_in(engine: Engine) -> None:
    engine.index([a_record("old", "Phí cũ")])
    new = [
        a_record("b", "Phí mới", "lời", aliases=("a/b", "c")),
        a_record("a", "Phí mới", kind=CASE_FILE, extra="từ khóa"),
    ]
    assert engine.refill(iter(new)) == 2
    assert found(engine, "cu") == []
    assert sorted(engine.documents(), key=lambda doc: doc.id) == sorted(new, key=lambda doc: doc.id)
    engine.index([a_record("c", "Phí thêm")])
    assert engine.count() == 3
    engine.reset()
    assert engine.count() == 0


@case
def a_refill_that_fails_leaves_the_old_documents(engine: Engine) -> None:
    engine.index([a_record("old", "Phí")])

    def broken() -> object:
        yield a_record("new", "Phí")
        raise RuntimeError("the register went away")

    try:
        engine.refill(broken())  # type: ignore[arg-type]
    except RuntimeError:
        pass
    else:
        raise AssertionError("the error was swallowed")
    assert found(engine, "phi") == ["old"]


@case
def every_case_file_found_is_named_once_and_only_what_may_be_read(engine: Engine) -> None:
    engine.index(
        [
            *(a_record(f"{n}", f"Giao ban tuần {n}", case_file_id=f"hs-{n // 2}") for n in range(30)),
            a_record("kin", "Giao ban kín", access="02", agency=AN_GIANG, case_file_id="hs-kin"),
            a_record("khac", "Việc khác", case_file_id="hs-khac"),
        ]
    )
    found_by = {
        (viewer.name, words): every_case_file(words, viewer=viewer, engine=engine)
        for viewer in (ARCHIVIST, READER, STRANGER)
        for words in ("giao ban", "", "???")
    }
    both = frozenset(f"hs-{n}" for n in range(15))
    assert found_by["luutru", "giao ban"] == both | {"hs-kin"}
    assert found_by["docgia", "giao ban"] == both
    assert found_by["luutru", ""] == both | {"hs-kin", "hs-khac"}
    assert found_by["luutru", "???"] == found_by["la", "giao ban"] == frozenset()
    of_one = Filters(case_file="hs-3")
    assert every_case_file("giao ban", viewer=ARCHIVIST, filters=of_one, engine=engine) == {"hs-3"}
