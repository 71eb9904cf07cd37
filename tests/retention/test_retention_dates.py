"""Dates are set when a case file is stored, once; they are explained; what is due is found."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, date, datetime

import pytest
from retention_town import AGENCY, AN, BINH, COUNCIL, NOW, OTHER, RESEARCHER, TODAY, Town, person
from sqlalchemy import event as sql_event
from sqlalchemy import func, select

from archive.errors import NotAllowedError, NotFoundError
from archive.ledger.event import Verb
from archive.ledger.follow import follow, reset
from archive.ledger.rows import EventRow
from archive.procedure.states import State
from archive.register.models import CaseFile, Regime
from archive.register.session import engine, reading, transaction
from archive.viewer import ALL_AGENCIES, Role, Viewer
from retention import explain as telling
from retention import holds
from retention.appraisal import set_period
from retention.destruction import execute
from retention.eligibility import count_due, count_unclear, due, due_pages
from retention.errors import BelowMinimumError, PeriodUnclearError, RetentionError
from retention.explain import explain
from retention.follower import follower
from retention.reckoning import FileFacts, reckon


def file_of(case_file_id: str) -> CaseFile:
    with reading() as session:
        return session.get_one(CaseFile, case_file_id)


def sets_of(case_file_id: str) -> int:
    with reading() as session:
        return session.scalar(
            select(func.count()).where(
                EventRow.object_id == case_file_id, EventRow.verb == Verb.RETENTION_SET.value
            )
        )  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("maintenance", "documents", "expected"),
    [
        ("20 năm", (), (False, 20, date(2034, 12, 31), date(2035, 1, 1))),
        ("06", (), (False, 10, date(2024, 12, 31), date(2025, 1, 1))),
        ("5 năm", ("10 năm", "", "5 năm"), (False, 10, date(2024, 12, 31), date(2025, 1, 1))),
        ("5 năm", ("01",), (True, None, None, None)),
        ("Vĩnh viễn", (), (True, None, None, None)),
        ("Lâu dài", (), (None, None, None, None)),
        ("5 năm", ("Lâu dài",), (None, None, None, None)),
    ],
)
def test_a_stored_case_file_gets_its_dates(
    town: Town, maintenance: str, documents: tuple[str, ...], expected: tuple[object, ...]
) -> None:
    file = file_of(town.store("01", maintenance=maintenance, ended=date(2014, 3, 14), documents=documents))
    assert (file.permanent, file.retention_years, file.last_day, file.eligible_from) == expected
    assert file.retention_basis is not None


def test_reading_the_ledger_again_sets_nothing_twice(town: Town) -> None:
    case_file_id = town.store("01")
    assert sets_of(case_file_id) == 1
    with transaction() as session:
        reset(session, follower.name)
    follow(follower)
    assert sets_of(case_file_id) == 1


def test_a_new_version_of_the_package_is_reckoned_again(town: Town) -> None:
    case_file_id = town.store("01", maintenance="5 năm")
    town.store("01", maintenance="20 năm", version=2, id=case_file_id)
    assert sets_of(case_file_id) == 2
    assert file_of(case_file_id).retention_years == 20


def test_an_explanation_names_the_fact_the_rule_the_clause_and_the_day(town: Town) -> None:
    case_file_id = town.store("01", maintenance="20 năm", ended=date(2014, 3, 14))
    with reading() as session:
        steps = {step.code: step for step in explain(session, case_file_id, viewer=AN)}
    assert "14/03/2014" in steps["work-ended"].vi and "2014" in steps["work-ended"].en
    assert steps["work-ended"].clause == "Thông tư 09/2011/TT-BNV Điều 2.1"
    assert "31/12/2034" in steps["last-day"].vi and "2014 + 20" in steps["last-day"].en
    assert steps["last-day"].reading
    assert "01/01/2035" in steps["eligible-from"].en


@pytest.mark.parametrize(
    ("regime", "ended", "clause"),
    [
        ("R1", date(2023, 2, 14), "Thông tư 09/2011/TT-BNV Điều 2.1"),
        ("R1", date(2023, 2, 15), "Thông tư 10/2022/TT-BNV Điều 3.1"),
        ("R2", date(2025, 7, 1), "Luật 33/2024/QH15 Điều 15.3"),
    ],
)
def test_each_regime_is_explained_by_its_own_clause(
    town: Town, regime: str, ended: date, clause: str
) -> None:
    case_file_id = town.store("01", regime=regime, ended=ended)
    with reading() as session:
        assert explain(session, case_file_id)[0].clause == clause


def test_every_step_that_can_be_written_has_words_in_both_languages(town: Town) -> None:
    ids = [
        town.store("01", maintenance="5 năm", title="Hồ sơ kỷ luật cán bộ"),
        town.store("02", maintenance="70 năm", title="Hồ sơ kỷ luật cán bộ"),
        town.store("03", maintenance="gì đó", documents=("gì đó",)),
        town.store("04", maintenance="Vĩnh viễn", documents=("5 năm",)),
        town.store("05"),
    ]
    with transaction() as session:
        set_period(session, ids[2], "70 năm", reason="Xem lại", viewer=AN, now=NOW, row=("tt-09-2011", "50"))
        holds.place(
            session, agency_code=AGENCY, case_file_ids=[ids[4]], reason="Thanh tra", document_number="1/TT",
            document_date=TODAY, viewer=AN, now=NOW, until=date(2027, 1, 1),
        )  # fmt: skip
        steps = [step for id in ids for step in explain(session, id)]
        steps += [telling.told({"code": "not-reckoned"})]
    dossier = reckon(FileFacts("Hồ sơ hủy tài liệu", Regime.R1, date(2026, 3, 2), "20 năm", dossier=True))
    steps += [telling.told(asdict(step)) for step in dossier.steps]
    seen = {step.code for step in steps}
    assert seen >= set(telling.TEXTS) - {"destroyed", "transferred", "not-due-until-clear", "declared-unclear",
                                         "documents-unclear"}  # fmt: skip
    assert all(step.vi and step.en and "{" not in step.vi + step.en for step in steps)


def test_an_unclear_period_says_why_and_that_it_is_never_due(town: Town) -> None:
    case_file_id = town.store("01", maintenance="07", ended=date(1990, 1, 1))
    with reading() as session:
        codes = [step.code for step in explain(session, case_file_id)]
        assert "declared-unclear" in codes and "not-due-until-clear" in codes
        assert due(session, viewer=AN, today=date(2099, 1, 1)) == []
        assert count_unclear(session, viewer=AN) == {AGENCY: 1}


def test_nobody_without_a_part_in_the_agency_reads_an_explanation(town: Town) -> None:
    case_file_id = town.store("01")
    with reading() as session:
        with pytest.raises(NotAllowedError):
            explain(session, case_file_id, viewer=RESEARCHER)
        with pytest.raises(NotFoundError):
            explain(session, "none", viewer=AN)


def test_due_is_what_is_expired_not_held_not_permanent_and_still_here(town: Town) -> None:
    expected = [town.store("01", ended=date(2010, 1, 1)), town.store("02", ended=date(2014, 1, 1))]
    town.store("03", maintenance="Vĩnh viễn")
    town.store("04", maintenance="70 năm")
    town.store("05", maintenance="?")
    held = town.store("06")
    with transaction() as session:
        holds.place(
            session, agency_code=AGENCY, case_file_ids=[held], reason="Thanh tra", document_number="1/TT",
            document_date=TODAY, viewer=AN, now=NOW,
        )  # fmt: skip
    with reading() as session:
        assert [one.case_file_id for one in due(session, viewer=AN, today=TODAY)] == expected
        assert count_due(session, viewer=AN, today=TODAY) == {AGENCY: 2}


@pytest.mark.parametrize(("today", "number"), [(date(2025, 12, 31), 0), (date(2026, 1, 1), 1)])
def test_a_case_file_is_due_from_new_year_on_and_not_a_day_before(
    town: Town, today: date, number: int
) -> None:
    town.store("01", maintenance="5 năm", ended=date(2020, 7, 1))
    with reading() as session:
        assert len(due(session, viewer=AN, today=today)) == number


def test_a_hold_with_a_last_day_ends_after_it(town: Town) -> None:
    held = town.store("01")
    with transaction() as session:
        holds.place(
            session, agency_code=AGENCY, case_file_ids=[held], reason="Thanh tra", document_number="1/TT",
            document_date=TODAY, viewer=AN, now=NOW, until=date(2026, 6, 30),
        )  # fmt: skip
    with reading() as session:
        assert due(session, viewer=AN, today=date(2026, 6, 30)) == []
        assert [one.case_file_id for one in due(session, viewer=AN, today=date(2026, 7, 1))] == [held]


def test_the_days_of_an_explanation_are_those_of_vietnam(town: Town) -> None:
    evening = datetime(2031, 3, 2, 18, 0, tzinfo=UTC)  # 01:00 on 3 March there
    held, gone = town.store("01"), town.store("02")
    with transaction() as session:
        holds.place(
            session, agency_code=AGENCY, case_file_ids=[held], reason="Thanh tra", document_number="5/TT",
            document_date=TODAY, viewer=AN, now=evening,
        )  # fmt: skip
    execute(town.ordered(gone, now=evening), viewer=BINH, now=evening)
    with reading() as session:
        assert "từ 03/03/2031" in explain(session, held)[-1].vi
        assert "Đã hủy ngày 03/03/2031" in explain(session, gone)[-1].vi


def test_people_see_what_is_due_at_their_own_agency_only(town: Town) -> None:
    here, there = town.store("01"), town.store("02", agency=OTHER)
    everywhere = Viewer("x", {ALL_AGENCIES: frozenset({Role.HEAD})})
    with reading() as session:

        def seen(viewer: Viewer, agency: str | None = None) -> set[str]:
            return {one.case_file_id for one in due(session, viewer=viewer, today=TODAY, agency=agency)}

        assert seen(AN) == {here}
        assert seen(COUNCIL) == {here}
        assert seen(AN, OTHER) == set()
        assert seen(RESEARCHER) == set()
        assert seen(person("g", Role.AUDITOR)) == set()
        assert seen(Viewer("nobody")) == set()
        assert seen(everywhere) == {here, there}
        assert seen(everywhere, OTHER) == {there}


def test_a_case_file_on_an_open_order_says_so(town: Town) -> None:
    listed, free = town.store("01"), town.store("02")
    order_id = town.ordered(listed, to=State.LISTED)
    with reading() as session:
        found = {one.case_file_id: one.listed_in for one in due(session, viewer=AN, today=TODAY)}
    assert found == {listed: order_id, free: ""}


def test_the_due_list_is_one_query_that_uses_its_index(town: Town) -> None:
    for n in range(5):
        town.store(f"{n:02}", on_disk=False)
    asked: list[tuple[str, object]] = []
    with reading() as session:
        sql_event.listen(engine(), "before_cursor_execute", lambda *a: asked.append((a[2], a[3])))
        assert len(due(session, viewer=AN, today=TODAY, limit=3, offset=1)) == 3
        statements = [one for one in asked if one[0].startswith("SELECT")]
        assert len(statements) == 1
        plan = session.connection().exec_driver_sql(
            "EXPLAIN QUERY PLAN " + statements[0][0], statements[0][1]
        )
        assert "ix_case_file_due" in " ".join(str(row) for row in plan)


def test_pages_that_begin_behind_the_one_before_give_the_whole_list_once(town: Town) -> None:
    for n in range(7):
        town.store(f"{n:02}", ended=date(2008 + n % 3, 5, 1), on_disk=False)
    with reading() as session:
        whole = due(session, viewer=AN, today=TODAY)
        for size in (1, 2, 3, 7, 8):
            pages = list(due_pages(session, viewer=AN, today=TODAY, size=size))
            assert [one for page in pages for one in page] == whole
            assert all(len(page) == size for page in pages[:-1])


def test_a_page_behind_another_is_read_off_the_index_in_its_order(town: Town) -> None:
    town.store("01", on_disk=False)
    asked: list[tuple[str, object]] = []
    with reading() as session:
        sql_event.listen(engine(), "before_cursor_execute", lambda *a: asked.append((a[2], a[3])))
        since, after = date(2014, 1, 1), (date(2015, 1, 1), AGENCY, "00")
        due(session, viewer=AN, today=TODAY, limit=3, since=since, after=after)
        statement, values = next(one for one in asked if one[0].startswith("SELECT"))
        plan = str(list(session.connection().exec_driver_sql("EXPLAIN QUERY PLAN " + statement, values)))
    assert "ix_case_file_due (state=? AND (eligible_from,agency_code,code)>(?,?,?)" in plan
    assert "TEMP B-TREE" not in plan


def test_what_falls_due_in_a_year_leaves_out_what_was_due_before(town: Town) -> None:
    town.store("01", ended=date(2010, 5, 1))
    this_year = town.store("02", ended=date(2020, 5, 1))
    with reading() as session:
        first, last = date(2026, 1, 1), date(2026, 12, 31)
        found = due(session, viewer=AN, today=last, since=first)
        assert [one.case_file_id for one in found] == [this_year]
        assert count_due(session, viewer=AN, today=last, since=first) == {AGENCY: 1}


def test_an_archivist_makes_an_unclear_period_clear(town: Town) -> None:
    case_file_id = town.store("01", maintenance="Lâu dài", ended=date(2014, 1, 1))
    with transaction() as session:
        set_period(session, case_file_id, "10 năm", reason="Theo dòng 16", viewer=AN, now=NOW)
    file = file_of(case_file_id)
    assert (file.permanent, file.eligible_from) == (False, date(2025, 1, 1))


def test_what_a_person_set_is_not_overruled_by_the_machine(town: Town) -> None:
    case_file_id = town.store("01", maintenance="5 năm")
    with transaction() as session:
        set_period(session, case_file_id, "Vĩnh viễn", reason="Giá trị lịch sử", viewer=AN, now=NOW)
    town.store("01", maintenance="5 năm", version=2, id=case_file_id)
    assert file_of(case_file_id).permanent is True


@pytest.mark.parametrize(
    ("text", "reason", "row", "error"),
    [
        ("5 năm", "ngắn lại", None, RetentionError),
        ("gì đó", "x", None, PeriodUnclearError),
        ("70 năm", "  ", None, RetentionError),
        ("20 năm", "x", ("tt-09-2011", "50"), BelowMinimumError),
    ],
)
def test_a_period_that_is_shorter_unclear_unreasoned_or_below_its_row_is_refused(
    town: Town, text: str, reason: str, row: tuple[str, str] | None, error: type[Exception]
) -> None:
    case_file_id = town.store("01", maintenance="10 năm")
    with pytest.raises(error), transaction() as session:
        set_period(session, case_file_id, text, reason=reason, viewer=AN, now=NOW, row=row)
    assert file_of(case_file_id).retention_years == 10


def test_a_council_member_may_not_set_a_period_alone(town: Town) -> None:
    case_file_id = town.store("01")
    with pytest.raises(NotAllowedError), transaction() as session:
        set_period(session, case_file_id, "70 năm", reason="x", viewer=COUNCIL, now=NOW)
