"""The papers of a destruction: which there are, what each says, who may have them; words from outside stay words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest
from lxml import html
from procedure_people import CHAIR, EXPERT, LEADER, PEOPLE, R2_ENDED, hands_nothing_over, on, paper, walked
from retention_town import AN, BINH, HEAD, NOW, RESEARCHER, Town

from archive.errors import NotAllowedError
from archive.procedure.ballots import Ballot, Choice
from archive.procedure.seats import Member, Seat
from archive.procedure.states import State
from archive.register.models import Regime
from archive.register.session import reading, transaction
from retention.destruction import execute
from retention.errors import CertificateError
from retention.papers import listing
from retention.papers.facts import Facts, facts_of
from retention.papers.layout import long_day
from retention.papers.papers import Kind, Paper, made
from retention.procedure import council

EVIL = "<img src='http://x/'><script>alert(1)</script>"


def printed(parts: Sequence[str], title: str) -> bytes:
    """Print nothing: what is on the page is all these tests look at."""
    return "\n".join(parts).encode()


def papers_of(order_id: str) -> dict[Kind, Paper]:
    with reading() as session:
        return {paper.kind: paper for paper in made(session, order_id, viewer=HEAD, printer=printed)}


def text_of(paper: Paper) -> str:
    body = html.fromstring(paper.pdf.decode()).find(".//body")
    assert body is not None
    return " ".join(str(body.text_content()).split())


def disputed(town: Town, *, title: str = "Hồ sơ giao ban tuần") -> str:
    """Return a destruction whose council kept one case file and extended another, with one voice against."""
    first, second, third = (town.store(f"0{n}.HUY", title=title) for n in (1, 2, 3))
    story = walked(first, second, third, to=State.COUNCIL_REVIEW)
    order_id = story.order_id
    with transaction() as session:
        members = (*PEOPLE.council(), Member("khoa", Seat.MEMBER))
        council.form(
            session, order_id, members, paper("6/QĐ"), viewer=HEAD, now=NOW, reason="thêm người am hiểu"
        )
        council.excuse(session, order_id, "khoa", reason="nghỉ ốm", viewer=CHAIR, now=NOW)
        for voter in (CHAIR, LEADER, EXPERT):
            council.vote(
                session, order_id, Ballot(Choice.DESTROY), viewer=voter, now=NOW, case_file_ids=[first]
            )
        keep = Ballot(Choice.KEEP, "còn giá trị tra cứu")
        for voter in (CHAIR, LEADER):
            council.vote(session, order_id, keep, viewer=voter, now=NOW, case_file_ids=[second])
        against = Ballot(Choice.DESTROY)
        council.vote(session, order_id, against, viewer=EXPERT, now=NOW, case_file_ids=[second])
        longer = Ballot(Choice.EXTEND, "đang tranh chấp", "20 năm")
        for voter in (CHAIR, EXPERT):
            council.vote(session, order_id, longer, viewer=voter, now=NOW, case_file_ids=[third])
        alone = Ballot(Choice.KEEP, "đủ <b>thời hạn</b> rồi")
        story = council.vote(session, order_id, alone, viewer=LEADER, now=NOW, case_file_ids=[third])
        story = council.conclude(session, order_id, paper("7/BB"), viewer=CHAIR, now=NOW)
        story = council.sign_minutes(session, order_id, viewer=AN, now=NOW)
    on(story)
    assert execute(order_id, viewer=BINH, now=NOW).finished
    return order_id


def test_a_destruction_leaves_its_papers_each_under_a_name_of_its_own(town: Town) -> None:
    order_id = town.ordered(town.store("01.HUY"))
    assert execute(order_id, viewer=BINH, now=NOW).finished
    found = papers_of(order_id)
    assert list(found) == list(Kind)
    for one in found.values():
        assert one.filename.isascii() and one.filename == f"{one.kind}.pdf"
        text = text_of(one)
        for words in (
            "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
            "Độc lập - Tự do - Hạnh phúc",
            "chưa được đối chiếu",
        ):
            assert words in text, (one.kind, words)
    assert found[Kind.CERTIFICATE].title == "Biên bản hủy tài liệu theo Quyết định số 12/QĐ-SNV"


def test_the_minutes_tell_who_was_there_how_each_file_was_voted_on_and_who_dissented_why(town: Town) -> None:
    found = papers_of(disputed(town))
    text = text_of(found[Kind.MINUTES])
    for words in (
        "số 7/BB ngày 02/03/2026",
        "Vắng, lý do: nghỉ ốm",
        "Có mặt, không bỏ phiếu vì đã lập danh mục",
        "hủy 1 hồ sơ, giữ lại 1 hồ sơ, kéo dài thời hạn 1 hồ sơ",
        "đủ <b>thời hạn</b> rồi",
        "Chủ tịch hội đồng cuong kết luận",
        "Thư ký an ký biên bản",
    ):
        assert words in text, words
    tree = html.fromstring(found[Kind.MINUTES].pdf.decode())
    tables = [
        [[c.text_content() for c in row] for row in t.findall("tbody/tr")] for t in tree.findall(".//table")
    ]
    votes = {row[1]: row[3:] for row in tables[2]}
    assert votes == {
        "01.HUY": ["3", "0", "0", "Hủy"],
        "02.HUY": ["1", "2", "0", "Giữ lại"],
        "03.HUY": ["0", "1", "2", "Kéo dài thời hạn"],
    }
    assert sorted(tables[3]) == [
        ["giang", "Giữ lại", "đủ <b>thời hạn</b> rồi", "03.HUY"],
        ["hoa", "Hủy", "không nêu", "02.HUY"],
    ]
    assert sorted(tables[4]) == [
        ["02.HUY", "Giữ lại", "–", "còn giá trị tra cứu"],
        ["03.HUY", "Kéo dài thời hạn", "20 năm", "đang tranh chấp; đủ <b>thời hạn</b> rồi"],
    ]
    formed = text_of(found[Kind.COUNCIL])
    assert "6/QĐ" in formed and "lý do thay đổi: thêm người am hiểu" in formed and "Điều 18" in formed


def test_the_list_tells_what_was_kept_and_the_hand_over_only_what_went(town: Town) -> None:
    found = papers_of(disputed(town))
    listed = text_of(found[Kind.LIST])
    assert "DANH MỤC TÀI LIỆU HẾT GIÁ TRỊ" in listed
    assert "Danh mục này có 3 hồ sơ (bằng chữ: ba hồ sơ); đã hủy 1 hồ sơ (bằng chữ: một hồ sơ)" in listed
    assert listed.count("Không hủy: hội đồng giữ lại") == 2
    assert "1 hồ sơ điện tử (bằng chữ: một hồ sơ)" in text_of(found[Kind.HAND_OVER])
    told = text_of(found[Kind.EXPLANATION])
    for words in ("I.1. Sự hình thành", "I.2. Số lượng", "I.3. Thời gian", "II. Các nhóm", "ngày 20/05/2014"):
        assert words in told, words
    assert "3 hồ sơ (bằng chữ: ba hồ sơ)" in told and "tài liệu có giá trị đã được giữ lại" in told


def test_under_the_new_law_a_head_who_decides_alone_asked_nobody(town: Town) -> None:
    hands_nothing_over()
    order_id = town.ordered(town.store("01.HUY", regime="R2", ended=R2_ENDED))
    assert execute(order_id, viewer=BINH, now=NOW).finished
    found = papers_of(order_id)
    assert set(Kind) - set(found) == {Kind.REQUEST, Kind.OPINION}
    assert "Điều 16.3.b" in text_of(found[Kind.DECISION])
    assert "mã một lần" in text_of(found[Kind.DECISION])
    heads = [th.text_content() for th in html.fromstring(found[Kind.LIST].pdf.decode()).findall(".//th")]
    assert heads == list(listing.HEADS[Regime.R2])


def test_the_old_law_has_its_letters_and_its_columns(town: Town) -> None:
    order_id = town.ordered(town.store("01.HUY"))
    assert execute(order_id, viewer=BINH, now=NOW).finished
    found = papers_of(order_id)
    assert "12/QĐ-SNV/XYK" in text_of(found[Kind.REQUEST])
    opinion = text_of(found[Kind.OPINION])
    assert "Đồng ý hủy" in opinion and "không thay văn bản gốc" in opinion
    heads = [th.text_content() for th in html.fromstring(found[Kind.LIST].pdf.decode()).findall(".//th")]
    assert heads == list(listing.HEADS[Regime.R1])


def test_words_from_outside_stay_words_on_every_paper(town: Town) -> None:
    for one in papers_of(disputed(town, title=EVIL)).values():
        tree = html.fromstring(one.pdf.decode())
        assert [tree.findall(f".//{tag}") for tag in ("img", "script")] == [[], []], one.kind
    assert EVIL in text_of(one)


def test_a_long_list_comes_in_parts_with_sums_that_add_up(town: Town) -> None:
    order_id = town.ordered(town.store("01.HUY", documents=("5 năm", "5 năm")))
    assert execute(order_id, viewer=BINH, now=NOW).finished
    with reading() as session:
        facts = facts_of(session, order_id)
    item = facts.dossier.items[0]
    many = tuple(replace(item, code=f"{n:05}") for n in range(2 * listing.PART + 10))
    parts = list(listing.pages(Facts(replace(facts.dossier, items=many), facts.story)))
    texts = [html.fromstring(part).text_content() for part in parts]
    assert len(parts) == 3
    assert "Cộng từ số 1 đến số 400: 400 hồ sơ, 800 tài liệu, 1200 trang" in texts[0]
    assert "Cộng từ số 401 đến số 800: 400 hồ sơ, 800 tài liệu, 1200 trang. Lũy kế: 800 hồ sơ" in texts[1]
    assert "Lũy kế: 810 hồ sơ, 1620 tài liệu, 2430 trang" in texts[2]
    assert "bằng chữ: tám trăm mười hồ sơ" in " ".join(texts[2].split())
    assert [len(html.fromstring(part).findall(".//tbody/tr")) for part in parts] == [400, 400, 10]


def test_there_are_no_papers_before_the_end_and_none_for_a_researcher(town: Town) -> None:
    order_id = town.ordered(town.store("01.HUY"))
    with reading() as session, pytest.raises(CertificateError, match="is approved"):
        made(session, order_id, printer=printed)
    assert execute(order_id, viewer=BINH, now=NOW).finished
    with reading() as session, pytest.raises(NotAllowedError):
        made(session, order_id, viewer=RESEARCHER, printer=printed)


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2026, 2, 3), "ngày 03 tháng 02 năm 2026"),
        (date(2026, 3, 12), "ngày 12 tháng 3 năm 2026"),
        (date(2025, 10, 9), "ngày 09 tháng 10 năm 2025"),
    ],
)
def test_a_day_is_written_as_the_decree_has_it(day: date, words: str) -> None:
    assert long_day(day) == words
