"""Retention schedules in the portal: looked through, proposed, simulated, approved by another."""

from __future__ import annotations

import io
from typing import Any

import pytest
from house_people import LANG_SON
from lxml import html
from openpyxl import load_workbook

from archive.register.schedules import ScheduleVersion, Simulation
from archive.register.session import reading
from retention import simulations
from retention.own_lines import HEADINGS

pytestmark = pytest.mark.plone

GOOD = (
    ";".join(HEADINGS.values())
    + "\n1;;Hồ sơ họp giao ban của phòng;10 năm;TT 01/2024/TT-BTC: 5;\n2;;Sổ trực cổng;5 năm;;\n"
)
PAPER = {
    "name": "Bảng thời hạn của Sở",
    "number": "12/QĐ-SNV",
    "signed_on": "2026-01-02",
    "signed_by": "Trần Văn Bình, Giám đốc",
    "valid_from": "2026-01-05",
}


@pytest.fixture(autouse=True)
def _no_queue(site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TANGTHU_ARCHIVE__BROKER_URL", "memory://")


def looked(visit: Any, text: str = GOOD, login: str = "lan") -> Any:
    browser = visit(login, "/bang-thoi-han/moi")
    form = browser.getForm(id="look-sheet")
    form.getControl(name="sheet").add_file(io.BytesIO(text.encode()), "text/csv", "bang.csv")
    form.getControl(name="look").click()
    return browser


def propose(visit: Any) -> str:
    browser = looked(visit)
    form = browser.getForm(id="new-schedule")
    form.getControl(name="agency").value = [LANG_SON]
    for name, value in PAPER.items():
        form.getControl(name=name).value = value
    form.getControl(name="propose").click()
    assert "Chờ duyệt" in shown(browser), shown(browser)
    with reading() as session:
        return str(session.query(ScheduleVersion).one().id)


def _text(browser: Any) -> str:
    contents = browser.contents
    return contents if isinstance(contents, str) else contents.decode()


def shown(browser: Any) -> str:
    page, *_ = html.fromstring(browser.page).xpath("//*[contains(@class, 'tt-screen')][1]")
    return " ".join(str(page.text_content()).split())


def test_the_states_schedules_are_there_and_their_lines_are_found(visit: Any) -> None:
    page = shown(visit("giang", "/bang-thoi-han"))
    assert "Thông tư 09/2011/TT-BNV" in page and "Chưa đầy đủ" in page
    one = shown(visit("giang", "/bang-thoi-han/tt-09-2011?tim=ky+luat+can+bo"))
    assert "Hồ sơ kỷ luật cán bộ" in one and "70 năm" in one
    assert "Hồ sơ nâng lương" not in one


def test_a_sheet_is_looked_through_and_nothing_is_written(visit: Any) -> None:
    browser = looked(visit)
    page = shown(browser)
    assert "Đọc được 2 dòng, 0 chỗ phải sửa, 1 chỗ cần xem lại" in page
    assert "không kiểm tra được mức thấp nhất" in page and "Sổ trực cổng" in page
    with reading() as session:
        assert session.query(ScheduleVersion).count() == 0


def test_a_bad_row_is_named_and_cannot_be_proposed(visit: Any) -> None:
    browser = looked(visit, GOOD + "3;;Hồ sơ kỷ luật cán bộ;10 năm;;\n3;;X;05;;\n")
    page = shown(browser)
    assert "D4" in page and "10 năm ngắn hơn 70 năm" in page and "Thông tư 09/2011/TT-BNV" in page
    assert "D5" in page and "“05” không phải là thời hạn" in page
    assert 'id="new-schedule"' not in browser.page


def test_lines_that_were_changed_on_the_way_are_looked_through_again(visit: Any) -> None:
    browser = looked(visit)
    form = browser.getForm(id="new-schedule")
    hidden = form.getControl(name="lines")
    hidden.value = hidden.value.replace("Sổ trực cổng", "Hồ sơ kỷ luật cán bộ")
    for name, value in PAPER.items():
        form.getControl(name=name).value = value
    form.getControl(name="propose").click()
    assert "5 năm ngắn hơn 70 năm" in shown(browser)
    with reading() as session:
        assert session.query(ScheduleVersion).count() == 0


def test_a_proposal_names_every_field_that_is_missing_or_no_day_and_keeps_the_lines(visit: Any) -> None:
    browser = looked(visit)
    form = browser.getForm(id="new-schedule")
    form.getControl(name="name").value = "Bảng thời hạn của Sở"
    form.getControl(name="valid_from").value = "31/02/2027"
    form.getControl(name="propose").click()
    tree = html.fromstring(browser.page)
    beside = [node.text_content() for node in tree.cssselect("#new-schedule .tt-fault")]
    assert [line.split(":", 1)[0] for line in beside] == [
        "Số và ký hiệu",
        "Ngày ký",
        "Người ký",
        "Có hiệu lực từ",
    ]
    assert "“31/02/2027” không phải là ngày" in beside[-1]
    assert [node.text_content() for node in tree.cssselect(".tt-message .tt-reasons li")] == beside
    form = browser.getForm(id="new-schedule")
    assert form.getControl(name="name").value == "Bảng thời hạn của Sở"
    assert "Sổ trực cổng" in form.getControl(name="lines").value
    with reading() as session:
        assert session.query(ScheduleVersion).count() == 0


def test_an_archivist_proposes_the_head_simulates_and_approves(visit: Any) -> None:
    id = propose(visit)
    mine = shown(visit("lan", f"/bang-thoi-han/{id}"))
    assert "Duyệt bản này" not in mine and "Rút lại" in mine
    head = visit("chi", f"/bang-thoi-han/{id}")
    assert "Cần xem lại trước khi phê duyệt" in shown(head)
    head.getForm(id="simulate").getControl(name="simulate").click()
    page = shown(head)
    assert "sẽ thay đổi" in page and "Theo cơ quan" in page
    with reading() as session:
        run = session.query(Simulation).one()
        assert run.ended_at is not None and run.totals is not None
        assert run.totals["looked_at"] == run.total == simulations.size(session, LANG_SON) > 0
    moves = visit("chi", f"/bang-thoi-han/{id}/ho-so-thay-doi")
    assert moves.headers["Content-Type"].startswith("text/csv")
    assert _text(moves).count("\n") == run.totals["moved"] + 1
    head = visit("chi", f"/bang-thoi-han/{id}")
    head.getForm(id="approve").getControl(name="approve").click()
    assert "Đang có hiệu lực" in shown(head) or "Còn hiệu lực" in shown(head)
    assert "12/QĐ-SNV" in shown(visit("giang", "/bang-thoi-han"))


def test_many_case_files_are_left_to_a_worker_and_the_page_shows_how_far_it_is(
    visit: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[tuple[Any, ...]] = []
    monkeypatch.setattr("portal.browser.schedules.one.simulations.AT_ONCE", -1)
    monkeypatch.setattr("portal.browser.schedules.one.queue.send", lambda *args: sent.append(args))
    id = propose(visit)
    head = visit("chi", f"/bang-thoi-han/{id}")
    head.getForm(id="simulate").getControl(name="simulate").click()
    assert "data-progress" in head.page and 'id="simulate"' not in head.page
    [(task, run, name, _roles)] = sent
    assert (task, name) == ("retention.tasks.simulate", "chi")
    told = _text(visit("chi", f"/bang-thoi-han/{id}/tien-do"))
    assert '"running": true' in told and '"reload": true' in told
    from retention.tasks import simulate

    simulate(run, "chi", sent[0][3])
    assert '"version": "ended"' in _text(visit("chi", f"/bang-thoi-han/{id}/tien-do"))
    with reading() as session:
        row = session.query(Simulation).one()
        path = simulations.moves_of(row)
    moves = visit("chi", f"/bang-thoi-han/{id}/ho-so-thay-doi")
    assert _text(moves).encode() == path.read_bytes() and path.stat().st_mode & 0o77 == 0
    path.unlink()
    assert visit("chi", f"/bang-thoi-han/{id}/ho-so-thay-doi").headers["Status"].startswith("404")


def test_the_template_can_be_filled_in(visit: Any) -> None:
    browser = visit("lan", "/bang-thoi-han/mau.csv")
    assert "Tên hồ sơ, tài liệu" in browser.contents
    raw = visit("lan", "/bang-thoi-han/mau.xlsx").contents
    assert load_workbook(io.BytesIO(raw)).worksheets[0]["A1"].value == "Số thứ tự"


@pytest.mark.parametrize(
    ("login", "path", "status"),
    [
        ("hoa", "/bang-thoi-han", "403"),  # a reader
        ("giang", "/bang-thoi-han/moi", "403"),  # an official
        ("chi", "/bang-thoi-han/moi", "403"),  # the head proposes nothing
        ("giang", "/bang-thoi-han/tt-09-2011", "200"),
        ("lan", "/bang-thoi-han/khong-co", "404"),
        ("lan", "/bang-thoi-han/tt-09-2011/tien-do", "404"),
    ],
)
def test_who_may_look_and_what_is_not_there(visit: Any, login: str, path: str, status: str) -> None:
    assert visit(login, path).headers["Status"].startswith(status)


def test_an_official_sees_no_simulation_and_no_moves(visit: Any) -> None:
    id = propose(visit)
    page = visit("giang", f"/bang-thoi-han/{id}")
    assert 'id="mo-phong"' not in page.page
    assert visit("giang", f"/bang-thoi-han/{id}/ho-so-thay-doi").headers["Status"].startswith("404")
