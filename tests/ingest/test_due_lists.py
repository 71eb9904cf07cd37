"""Lists of due files: what may stand in one, how it is read, how far each line has come, and the announcement."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from due_builders import LISTER, NOW, on_the_list
from openpyxl import Workbook
from typer.testing import CliRunner

from archive.cli import load
from archive.errors import NotAllowedError, NotFoundError
from archive.ledger.append import history
from archive.reason import told
from archive.rebuild import rebuild
from archive.register.agencies import set_agency, set_fonds
from archive.register.agreements import DueFile
from archive.register.models import CaseFile, Submission, SubmissionState
from archive.register.session import reading, transaction
from archive.viewer import Role, Viewer
from ingest.checks.duplicates import Known
from ingest.checks.known import known_to
from ingest.delivery import Delivery
from ingest.duelists import lists
from ingest.duelists.lines import Line, due_by_law, lines_of
from ingest.duelists.sheet import read_sheet
from ingest.errors import IngestError
from tests.samples.rows import stored_case_file

OURS, THEIRS = "000.00.01.H37", "000.00.01.H01"
TODAY = date(2026, 1, 5)
NAM = Viewer("nam", {OURS: frozenset({Role.OFFICIAL})})
HOA = Viewer("hoa", {OURS: frozenset({Role.HEAD})})


@pytest.fixture
def agencies(house: Path) -> None:
    with transaction() as session:
        for code in (OURS, THEIRS):
            set_agency(session, code=code, name=f"Sở {code}", actor="system:test", now=NOW)
            set_fonds(session, code=code, agency_code=code, name="Phông", actor="system:test", now=NOW)


def a_delivery(code: str, state: SubmissionState, *, agency: str = OURS, hour: int = 0) -> str:
    with transaction() as session:
        row = Submission(
            agency_code=agency, message_id=f"{code}-{state}-{hour}", sha256="0" * 64, size=1, kind="sip",
            state=state, file_code=code, received_at=NOW + timedelta(hours=hour),
        )  # fmt: skip
        session.add(row)
        session.flush()
        return row.id


def a_case_file(code: str) -> None:
    with transaction() as session:
        session.add(stored_case_file(code, OURS, id=code))


def states(today: date = TODAY, viewer: Viewer = NAM, **narrowed: str) -> dict[str, str]:
    with reading() as session:
        page = lists.listing(session, viewer=viewer, today=today, **narrowed)  # type: ignore[arg-type]
        return {one.line.code: str(one.state) for one in page.items}


# --- a line


@pytest.mark.parametrize(
    ("ended", "due"),
    [
        (date(2023, 6, 1), date(2024, 6, 1)),
        (date(2024, 2, 29), date(2025, 2, 28)),
        (date(2025, 6, 30), date(2026, 6, 30)),
        (date(2025, 7, 1), date(2026, 12, 31)),  # the law of 2024 counts from the year
    ],
)
def test_without_a_planned_day_a_file_is_due_by_the_law_its_work_ended_under(ended: date, due: date) -> None:
    assert due_by_law(ended) == due
    read = lines_of([(2, {"code": "A", "title": "Hồ sơ", "ended_on": f"{ended:%d/%m/%Y}"})])
    assert read.problems == ()
    assert read.lines == (Line("A", "Hồ sơ", due, "", ended),)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"code": ""}, "dòng 7: thiếu mã hồ sơ"),
        ({"title": " "}, "dòng 7: thiếu tiêu đề hồ sơ"),
        ({"planned_on": ""}, "dòng 7: thiếu ngày dự kiến nộp"),
        ({"planned_on": "31/02/2026"}, "dòng 7: ngày dự kiến nộp “31/02/2026” không phải ngày"),
        (
            {"ended_on": "01/07/2026", "planned_on": "30/06/2026"},
            "dòng 7: ngày dự kiến nộp trước ngày kết thúc",
        ),
        ({"code": "x" * 101}, "dòng 7: mã hồ sơ dài quá 100 ký tự"),
        ({"title": "Hồ sơ (MẬT) về tuyển quân"}, "dòng 7: có dấu hiệu bí mật nhà nước"),
    ],
)
def test_what_is_wrong_in_a_line_is_named_and_a_secret_is_not_repeated(
    change: dict[str, str], said: str
) -> None:
    good = {"code": "A", "title": "Hồ sơ", "planned_on": "2026-06-30"}
    read = lines_of([(7, good | change)])
    assert read.lines == ()
    assert next(told(problem, "vi") for problem in read.problems).startswith(said)
    assert "tuyển quân" not in "".join(
        told(problem, lang) for problem in read.problems for lang in ("vi", "en")
    )


def test_the_same_code_twice_and_an_empty_list_are_problems() -> None:
    row = {"code": "A", "title": "Hồ sơ", "planned_on": "30/06/2026"}
    assert [problem.code for problem in lines_of([(2, row), (3, row)]).problems] == ["ingest.due-line"]
    assert [problem.code for problem in lines_of([]).problems] == ["ingest.due-empty"]


# --- a sheet


def test_a_workbook_is_read_by_its_column_names_below_a_letterhead(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for line in (
        ["SỞ NỘI VỤ"],
        ["DANH MỤC HỒ SƠ ĐẾN HẠN NỘP LƯU NĂM 2026"],
        ["STT", "Số và ký hiệu hồ sơ", "Tiêu đề hồ sơ", "Thời hạn bảo quản", "Ngày kết thúc", "Hạn nộp lưu"],
        ["(1)", "(2)", "(3)", "(4)", "(5)", "(6)"],
        [1, f"{OURS}.2025.01.TH", "Báo cáo năm 2025", "Vĩnh viễn", date(2025, 12, 31), date(2026, 3, 31)],
        [2, f"{OURS}.2025.02.TH", "Kiểm tra văn thư", "20 năm", "30/06/2025", ""],
    ):
        sheet.append(line)
    book.save(tmp_path / "danh-muc.xlsx")
    read = read_sheet(tmp_path / "danh-muc.xlsx", "danh-muc.xlsx", tmp_path)
    assert read.problems == ()
    first, second = read.lines
    assert first == Line(
        f"{OURS}.2025.01.TH", "Báo cáo năm 2025", date(2026, 3, 31), "Vĩnh viễn", date(2025, 12, 31)
    )
    assert (second.planned_on, second.period) == (date(2026, 6, 30), "20 năm")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["danh-muc.xlsx"]


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("a.ods", b"x", "ingest.due-kind"),
        ("a.xlsx", b"not a workbook", "ingest.due-unreadable"),
        ("a.csv", b"\xff\xfe\xff", "ingest.due-unreadable"),
        ("a.csv", "Số,Tên\n1,2\n".encode(), "ingest.due-no-header"),
        (
            "a.csv",
            "Mã hồ sơ,Tiêu đề,Hạn nộp\nA,=cmd|' /C calc'!A0,30/06/2026\n".encode(),
            "ingest.due-formula",
        ),
    ],
)
def test_a_sheet_that_cannot_be_read_says_why(tmp_path: Path, name: str, data: bytes, code: str) -> None:
    (tmp_path / name).write_bytes(data)
    read = read_sheet(tmp_path / name, name, tmp_path)
    assert read.problems[0].code == code
    assert told(read.problems[0], "vi") and told(read.problems[0], "en")


# --- the register


def test_an_official_puts_lines_on_and_putting_the_same_again_changes_nothing(agencies: None) -> None:
    line = Line(f"{OURS}.2025.01.TH", "Báo cáo", date(2026, 3, 31))
    with transaction() as session:
        assert lists.put(session, OURS, [line], viewer=NAM, now=NOW) == 1
    with transaction() as session:
        assert lists.put(session, OURS, [line], viewer=NAM, now=NOW) == 0
    with reading() as session:
        assert [event.verb for event in history(session, OURS)] == ["DUE_LIST", "FONDS_SET", "AGENCY_SET"]
        assert session.get_one(DueFile, (OURS, line.code)).listed_by == "nam"


def test_the_list_of_another_agency_is_neither_changed_nor_seen(agencies: None) -> None:
    on_the_list(THEIRS, "X")
    with transaction() as session, pytest.raises(NotAllowedError):
        lists.put(session, THEIRS, [Line("A", "Hồ sơ", TODAY)], viewer=NAM, now=NOW)
    assert states() == {}


def test_a_head_looks_and_does_not_list(agencies: None) -> None:
    on_the_list(OURS, "A")
    assert states(viewer=HOA) == {"A": "not-sent"}
    with transaction() as session, pytest.raises(NotAllowedError):
        lists.put(session, OURS, [Line("B", "Hồ sơ", TODAY)], viewer=HOA, now=NOW)


def test_an_agency_that_is_not_there_has_no_list(agencies: None) -> None:
    with transaction() as session, pytest.raises(NotFoundError):
        lists.put(session, "H99", [Line("A", "Hồ sơ", TODAY)], viewer=LISTER, now=NOW)


def test_a_line_is_taken_off_with_a_word_and_comes_back_when_it_is_put_on_again(agencies: None) -> None:
    on_the_list(OURS, "A", "B")
    with transaction() as session, pytest.raises(IngestError, match="word"):
        lists.withdraw(session, OURS, ["A"], why=" ", viewer=NAM, now=NOW)
    with transaction() as session:
        assert lists.withdraw(session, OURS, ["A", "khác"], why="giữ lại", viewer=NAM, now=NOW) == 1
    assert states() == {"B": "not-sent"}
    on_the_list(OURS, "A")
    assert states() == {"A": "not-sent", "B": "not-sent"}


def test_each_line_says_how_far_it_has_come(agencies: None) -> None:
    on_the_list(OURS, "khong", "dang", "cho", "tra", "gui-lai", "xong", "huy")
    a_delivery("dang", SubmissionState.ACCEPTED)
    a_delivery("cho", SubmissionState.TO_DECIDE)
    a_delivery("tra", SubmissionState.RETURNED)
    a_delivery("gui-lai", SubmissionState.RETURNED)
    again = a_delivery("gui-lai", SubmissionState.CHECKING, hour=1)
    a_delivery("khong", SubmissionState.STORED, agency=THEIRS)  # another agency's case file of that code
    a_case_file("xong")
    a_case_file("huy")
    with transaction() as session:
        session.get_one(CaseFile, "huy").state = "destroyed"
    expected = {
        "khong": "not-sent", "dang": "checking", "cho": "checking", "tra": "returned", "gui-lai": "checking",
        "xong": "stored", "huy": "stored",
    }  # fmt: skip
    assert states() == expected
    assert states(state="returned") == {"tra": "returned"}
    with reading() as session:
        page = lists.listing(session, viewer=NAM, today=TODAY, size=2, sort="-code")
        assert (page.total, [one.line.code for one in page.items]) == (7, ["xong", "tra"])
        assert page.counts == {
            "not-sent": 1, "checking": 3, "returned": 1, "stored": 2, "overdue": 0, "soon": 0,
        }  # fmt: skip
        (found,) = [
            one for one in lists.listing(session, viewer=NAM, today=TODAY).items if one.line.code == "gui-lai"
        ]
        assert found.submission_id == again


def test_what_is_late_and_what_is_due_within_thirty_days(agencies: None) -> None:
    for code, planned in (
        ("muon", TODAY - timedelta(days=1)),
        ("hom-nay", TODAY),
        ("30", TODAY + timedelta(days=30)),
        ("31", TODAY + timedelta(days=31)),
        ("muon-xong", TODAY - timedelta(days=9)),
    ):
        on_the_list(OURS, code, planned=planned)
    a_case_file("muon-xong")
    assert set(states(state="overdue")) == {"muon"}
    assert set(states(state="soon")) == {"hom-nay", "30"}
    with reading() as session:
        assert lists.count_due(session, viewer=NAM, today=TODAY) == (1, 2)


def test_it_is_announced_once_thirty_days_ahead_and_anew_when_its_day_changes(agencies: None) -> None:
    on_the_list(OURS, "30", planned=TODAY + timedelta(days=30))
    on_the_list(OURS, "31", planned=TODAY + timedelta(days=31))
    on_the_list(THEIRS, "muon", planned=TODAY - timedelta(days=3))
    on_the_list(OURS, "xong", planned=TODAY)
    a_case_file("xong")
    with transaction() as session:
        assert lists.announce(session, now=NOW, today=TODAY) == 2
    with transaction() as session:
        assert lists.announce(session, now=NOW, today=TODAY) == 0
    with transaction() as session:
        assert lists.announce(session, now=NOW, today=TODAY + timedelta(days=1)) == 1
    on_the_list(OURS, "30", planned=TODAY + timedelta(days=20))
    with transaction() as session:
        assert session.get_one(DueFile, (OURS, "30")).announced_at is None
        assert lists.announce(session, now=NOW, today=TODAY) == 1


def test_a_rebuilt_register_has_the_same_lists(agencies: None) -> None:
    from archive.register.base import Base
    from archive.register.migrate import upgrade
    from archive.register.session import engine

    Base.metadata.drop_all(engine())
    upgrade(engine())
    with transaction() as session:
        set_agency(session, code=OURS, name="Sở", actor="system:test", now=NOW)
    on_the_list(OURS, "A", "B", planned=TODAY)
    with transaction() as session:
        lists.announce(session, now=NOW, today=TODAY)
        lists.withdraw(session, OURS, ["B"], why="giữ lại", viewer=NAM, now=NOW)
    report = rebuild()
    assert report.equal, report
    with reading() as session:
        assert session.get_one(DueFile, (OURS, "A")).announced_at is not None
        assert session.get_one(DueFile, (OURS, "B")).withdrawn_why == "giữ lại"


# --- what a delivery is held against


def test_an_agency_without_a_list_is_not_asked_and_one_whose_lines_all_went_is(agencies: None) -> None:
    delivery = Delivery("TT02", "", "NEW", "", OURS, {"FileCode": "A"}, (), ())
    with transaction() as session:
        assert known_to(session, delivery, agency_code=OURS).listed is None
    on_the_list(OURS, "A")
    with transaction() as session:
        lists.withdraw(session, OURS, ["A"], why="giữ lại", viewer=NAM, now=NOW)
        found: Known = known_to(session, delivery, agency_code=OURS)
        assert found.listed == frozenset()


# --- the command line


def test_the_command_line_puts_lists_and_takes_off(agencies: None, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("Mã hồ sơ;Tiêu đề hồ sơ;Hạn nộp\nA;Hồ sơ A;30/06/2026\n", "utf-8")
    (tmp_path / "b.csv").write_text("Mã hồ sơ;Tiêu đề hồ sơ;Hạn nộp\nB;;30/06/2026\n", "utf-8")
    run, app, who = CliRunner(), load(), ["--as", "nam", "--role", f"official@{OURS}"]
    put = run.invoke(app, ["due", "put", str(tmp_path / "a.csv"), "--agency", OURS, *who, "--json"])
    assert put.exit_code == 0, put.output
    assert json.loads(put.output) == {"agency": OURS, "lines": 1, "changed": 1}
    bad = run.invoke(app, ["due", "put", str(tmp_path / "b.csv"), "--agency", OURS, *who])
    assert bad.exit_code != 0
    assert [told(one) for one in bad.exception.problems] == ["dòng 2: thiếu tiêu đề hồ sơ"]
    listed = json.loads(run.invoke(app, ["due", "list", *who, "--json"]).output)
    assert [(one["code"], one["state"]) for one in listed["items"]] == [("A", "not-sent")]
    assert run.invoke(app, ["due", "announce", "--json"]).exit_code == 0
    gone = run.invoke(app, ["due", "withdraw", "A", "giữ lại", "--agency", OURS, *who])
    assert gone.exit_code == 0, gone.output
    assert run.invoke(app, ["due", "withdraw", "A", "giữ lại", "--agency", OURS, *who]).exit_code == 1


def test_the_task_announces_by_the_day_it_is_in_vietnam(
    agencies: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ingest import tasks

    today = datetime.now(UTC).astimezone().date()
    on_the_list(OURS, "A", planned=today + timedelta(days=25))
    assert tasks.announce_due() == 1
    assert tasks.announce_due() == 0
