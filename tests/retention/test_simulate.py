"""Simulating a schedule: which case files would move, from when to when, in which numbers; and nothing is written."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from retention_town import AGENCY, AN, BINH, COUNCIL, HEAD, NOW, OTHER, RESEARCHER, Town, person
from sqlalchemy import update

from archive.errors import NotAllowedError, NotFoundError
from archive.register.digest import digest
from archive.register.models import CaseFile
from archive.register.schedules import Simulation
from archive.register.session import reading, transaction
from archive.viewer import Role, Viewer
from retention import simulations, versions
from retention.appraisal import set_period
from retention.destruction import execute
from retention.matching import Matcher
from retention.moves import COLUMNS, MovesFile, totals_as_json
from retention.own_lines import line_of
from retention.own_schedules import own_schedules, unsaved
from retention.period import PERMANENT, Counting, RetentionPeriod
from retention.schedule import LEAST, Schedule, schedule
from retention.simulate import Move, Totals, Way, simulate
from retention.versions import Draft

LINES = (
    line_of({"ref": "1", "title": "Hồ sơ giao ban tuần", "retention": "20 năm"}),
    line_of({"ref": "2", "title": "Sổ trực bảo vệ cơ quan", "retention": "5 năm"}),
    line_of({"ref": "3", "title": "Nội quy ra vào cổng", "retention": "Đến khi văn bản hết hiệu lực"}),
    line_of({"ref": "4", "title": "Biên bản kiểm kê kho giống lúa", "retention": "Vĩnh viễn"}),
)
TABLE = unsaved("bản mới.xlsx", AGENCY, date(2012, 1, 1), LINES)


def simulated(
    table: Schedule = TABLE, *, agency: str = AGENCY, viewer: Viewer = AN, earlier: tuple[Schedule, ...] = ()
) -> tuple[Totals, dict[str, Move]]:
    moves: list[Move] = []
    with reading() as session:
        totals = simulate(
            session, table, agency=agency, viewer=viewer, counting=Counting.NEXT_YEAR,
            earlier=earlier, moved=moves.append,
        )  # fmt: skip
    return totals, {move.code: move for move in moves}


def test_each_way_a_case_file_can_go(town: Town) -> None:
    ended = date(2014, 5, 20)
    for code, title, period in (
        ("longer", "Hồ sơ giao ban tuần 21 năm 2014", "5 năm"),
        ("shorter", "Sổ trực bảo vệ cơ quan năm 2014", "10 năm"),
        ("from-permanent", "Sổ trực bảo vệ cơ quan", "Vĩnh viễn"),
        ("to-permanent", "Biên bản kiểm kê kho giống lúa", "70 năm"),
        ("clear", "Hồ sơ giao ban tuần", "Lâu dài"),
        ("same", "Hồ sơ giao ban tuần", "20 năm"),
        ("open", "Nội quy ra vào cổng", "5 năm"),
        ("no-row", "Zyx qwerty", "5 năm"),
    ):
        town.store(code, title=title, maintenance=period, ended=ended, on_disk=False)
    totals, moves = simulated()
    told = {
        code: (move.way, move.row, move.last_day, move.new_last_day, move.years)
        for code, move in moves.items()
    }
    assert told == {
        "longer": (Way.LONGER, "1", date(2019, 12, 31), date(2034, 12, 31), 15),
        "shorter": (Way.SHORTER, "2", date(2024, 12, 31), date(2019, 12, 31), -5),
        "from-permanent": (Way.SHORTER, "2", None, date(2019, 12, 31), None),
        "to-permanent": (Way.LONGER, "4", date(2084, 12, 31), None, None),
        "clear": (Way.CLEAR, "1", None, date(2034, 12, 31), None),
    }
    assert moves["longer"].was == RetentionPeriod(5) and moves["to-permanent"].period == PERMANENT
    facts = totals_as_json(totals)
    assert facts["ways"] == {"longer": 2, "shorter": 2, "clear": 1, "same": 1, "open": 1, "no-row": 1}
    assert (facts["looked_at"], facts["moved"]) == (8, 5)
    assert (facts["years_longer"], facts["years_shorter"]) == (15, 5)
    assert facts["by_agency"][AGENCY]["longer"] == 2
    # Due from 2020: longer, open, no-row; 2025: shorter; 2035: same; 2085: to-permanent.
    assert facts["by_year"] == {"2020": [3, 4], "2025": [1, 0], "2035": [1, 3], "2085": [1, 0]}


def test_nothing_is_written(town: Town) -> None:
    town.store("01", on_disk=False)
    with reading() as session:
        before = digest(session)
    assert simulated()[0].moved == 1
    with reading() as session:
        assert digest(session) == before


def test_a_case_file_follows_the_row_it_was_assigned_to_by_its_name(town: Town) -> None:
    draft = Draft(
        AGENCY, "Bảng", "1/QĐ", date(2012, 1, 1), "A", date(2012, 1, 1),
        (line_of({"ref": "7", "title": "Sổ trực bảo vệ cơ quan", "retention": "3 năm"}),),
    )  # fmt: skip
    with transaction() as session:
        id = versions.propose(session, draft, viewer=AN, now=NOW).id
        versions.approve(session, id, viewer=HEAD, now=NOW)
    file = town.store("01", title="Hồ sơ giao ban tuần", maintenance="3 năm")
    with transaction() as session:
        set_period(session, file, "3 năm", reason="theo bảng", viewer=AN, now=NOW, row=(id, "7"))
    with reading() as session:
        earlier = own_schedules(session, AGENCY)
    move = simulated(earlier=earlier)[1]["01"]
    assert (move.row, move.assigned, move.score, move.years) == ("2", True, 1.0, 2)
    by_title = simulated()[1]["01"]
    assert (by_title.row, by_title.assigned) == ("1", False)


def test_what_the_version_does_not_hold_for_is_counted_and_marked(town: Town) -> None:
    town.store("old", ended=date(2010, 1, 1), on_disk=False)
    town.store("new", on_disk=False)
    totals, moves = simulated()
    assert (moves["old"].in_force, moves["new"].in_force, totals.not_in_force) == (False, True, 1)


def test_what_has_left_the_vault_does_not_move(town: Town) -> None:
    gone = town.store("gone")
    town.store("here")
    execute(town.ordered(gone), viewer=BINH, now=NOW)
    assert simulated()[0].looked_at == 1


def test_only_who_decides_about_what_falls_due_sees_it_and_only_of_their_agency(town: Town) -> None:
    town.store("mine", on_disk=False)
    town.store("theirs", agency=OTHER, on_disk=False)
    assert set(simulated()[1]) == {"mine"}
    assert simulated(viewer=COUNCIL)[0].looked_at == 1
    everywhere = person("an", Role.ARCHIVIST, agency="*")
    assert set(simulated(agency="*", viewer=everywhere)[1]) == {"mine", "theirs"}
    for viewer, agency in ((RESEARCHER, AGENCY), (AN, OTHER), (AN, "*"), (person("k", Role.AUDITOR), AGENCY)):
        with pytest.raises(NotAllowedError):
            simulated(agency=agency, viewer=viewer)


def test_the_list_of_moves_is_a_csv_that_runs_nothing(town: Town) -> None:
    town.store("01", title='=HYPERLINK(1) Hồ sơ giao ban tuần; "x"', on_disk=False)
    sink = io.StringIO()
    with reading() as session:
        simulate(session, TABLE, agency=AGENCY, viewer=AN, counting=Counting.NEXT_YEAR, moved=MovesFile(sink))
    text = sink.getvalue()
    assert text.startswith("\ufeff")
    head, row = csv.reader(io.StringIO(text[1:]), delimiter=";")
    assert tuple(head) == COLUMNS
    told = dict(zip(head, row, strict=True))
    assert told["Tiêu đề hồ sơ"].startswith("'=HYPERLINK")
    assert (told["Giữ đến"], told["Giữ đến (mới)"], told["Thêm (năm)"]) == ("31/12/2019", "31/12/2034", "15")


def proposed() -> str:
    draft = Draft(AGENCY, "Bảng", "1/QĐ", date(2012, 1, 1), "A", date(2012, 1, 1), LINES)
    with transaction() as session:
        return str(versions.propose(session, draft, viewer=AN, now=NOW).id)


def test_a_run_that_was_asked_for_is_watched_and_its_outcome_kept(town: Town) -> None:
    town.store("01", on_disk=False)
    schedule_id = proposed()
    with transaction() as session:
        id, begin = simulations.ask(session, schedule_id, viewer=HEAD, now=NOW)
        assert begin
        assert simulations.ask(session, schedule_id, viewer=AN, now=NOW) == (id, False)
    simulations.run(id, viewer=HEAD, clock=lambda: NOW)
    with reading() as session:
        run = simulations.latest(session, schedule_id)
        assert run is not None and run.totals is not None and run.examples is not None
        assert (run.done, run.total, run.totals["moved"], run.error) == (1, 1, 1, "")
        assert run.examples[0]["new_last_day"] == "2034-12-31"
        assert not simulations.goes_on(run, NOW)
    simulations.run(id, viewer=HEAD, clock=lambda: NOW + timedelta(days=1))  # what has ended is left alone
    with reading() as session:
        run = session.get_one(Simulation, id)
        assert run.ended_at == NOW
        assert simulations.moves_of(run).read_text("utf-8").count("\n") == 2


def test_a_title_one_may_not_read_is_in_no_move(town: Town) -> None:
    town.store("01", maintenance="5 năm", title="Hồ sơ giao ban tuần", on_disk=False)
    with transaction() as session:
        session.execute(update(CaseFile).values(access="03"))
    totals, moves = simulated()
    assert totals.moved == 1
    assert (moves["01"].title, moves["01"].access) == ("", "03")
    sink = io.StringIO()
    MovesFile(sink)(moves["01"])
    assert "giao ban" not in sink.getvalue() and "(không được xem)" in sink.getvalue()


def test_the_moves_of_a_run_that_was_forgotten_go(town: Town) -> None:
    town.store("01", maintenance="5 năm", title="Hồ sơ giao ban tuần", on_disk=False)
    schedule_id = proposed()
    paths = []
    for n in range(2):
        with transaction() as session:
            id, _ = simulations.ask(session, schedule_id, viewer=HEAD, now=NOW + timedelta(days=n))
        simulations.run(id, viewer=HEAD, clock=lambda: NOW)
        with reading() as session:
            paths.append(simulations.moves_of(session.get_one(Simulation, id)))
    assert [path.exists() for path in paths] == [False, True]


def test_a_run_that_died_may_be_begun_anew(town: Town) -> None:
    schedule_id = proposed()
    with transaction() as session:
        first, _ = simulations.ask(session, schedule_id, viewer=AN, now=NOW)
        later = NOW + simulations.LOST_AFTER
        second, begin = simulations.ask(session, schedule_id, viewer=AN, now=later)
        assert begin and second != first
    with pytest.raises(NotFoundError):
        simulations.run(first, viewer=AN, clock=lambda: NOW)


def test_a_run_says_how_far_it_is(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    for n in range(3):
        town.store(f"{n}", on_disk=False)
    monkeypatch.setattr("retention.simulate.BATCH", 1)
    schedule_id = proposed()
    with transaction() as session:
        id, _ = simulations.ask(session, schedule_id, viewer=AN, now=NOW)
    told: list[int] = []
    moments = iter(NOW + timedelta(seconds=3 * n) for n in range(100))

    def clock() -> object:
        with reading() as session:
            told.append(session.get_one(Simulation, id).done)
        return next(moments)

    simulations.run(id, viewer=AN, clock=clock)  # type: ignore[arg-type]
    assert {1, 2, 3} <= set(told)


def test_a_run_of_somebody_who_may_not_any_more_ends_with_the_reason(town: Town) -> None:
    schedule_id = proposed()
    with transaction() as session:
        with pytest.raises(NotAllowedError):
            simulations.ask(session, schedule_id, viewer=person("k", Role.AUDITOR), now=NOW)
        id, _ = simulations.ask(session, schedule_id, viewer=AN, now=NOW)
    simulations.run(id, viewer=person("k", Role.AUDITOR), clock=lambda: NOW)
    with reading() as session:
        run = session.get_one(Simulation, id)
        assert run.ended_at is not None and run.totals is None
        assert "no-part" in run.error


TITLES = tuple(line.title for line in schedule("tt-09-2011").lines)
WORDS = sorted({word for title in TITLES for word in title.split()})


@given(st.lists(st.sampled_from([*WORDS, "Xyz", "2015", "Lộc"]), max_size=12).map(" ".join))
def test_leaving_out_hopeless_rows_leaves_out_no_row_that_would_be_found(title: str) -> None:
    finds = MATCHER
    asked = finds.known_words(title)
    known = sum(finds.weights[word] for word in asked)
    by_hand = []
    for n, row in enumerate(TITLES):
        of_row = finds.known_words(row)
        common = sum(finds.weights[word] for word in asked & of_row)
        whole = known + sum(finds.weights[word] for word in of_row) - common
        if whole and common / whole >= LEAST + 1e-9:
            by_hand.append(n)
    assert set(by_hand) <= {n for n, _ in finds.find(title)}


MATCHER = Matcher(TITLES, least=LEAST)


@given(st.lists(st.sampled_from(["Hồ sơ giao ban tuần", "Sổ trực bảo vệ cơ quan", "Zyx"]), max_size=3))
def test_a_matcher_answers_alike_however_often_it_is_asked(titles: list[str]) -> None:
    small = Matcher([line.title for line in LINES], least=LEAST)
    first = [small.find(title) for title in titles]
    assert [small.find(title) for title in titles] == first


def test_a_version_with_other_dates_moves_the_same_files(town: Town) -> None:
    town.store("01", on_disk=False)
    later = replace(TABLE, valid_from=date(2020, 1, 1))
    assert simulated(later)[1]["01"].new_last_day == simulated()[1]["01"].new_last_day
