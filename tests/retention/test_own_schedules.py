"""An agency's own schedule: proposed, approved by another, followed by later versions, never changed once used."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from retention_town import AGENCY, AN, BINH, HEAD, NOW, OTHER, RESEARCHER, Town, person

from archive.errors import NotAllowedError, NotFoundError
from archive.ledger.event import Verb
from archive.ledger.rows import EventRow
from archive.reason import told
from archive.rebuild import rebuild
from archive.register.agencies import set_agency, set_fonds
from archive.register.base import Base
from archive.register.digest import table_digest
from archive.register.migrate import upgrade
from archive.register.models import CaseFile
from archive.register.schedules import ScheduleState, ScheduleVersion
from archive.register.session import engine, reading, transaction
from archive.viewer import Role
from retention import versions
from retention.appraisal import set_period
from retention.errors import BelowMinimumError, ScheduleError, ScheduleRefusedError
from retention.explain import explain
from retention.own_lines import line_of
from retention.own_schedules import own_schedules
from retention.versions import Draft

BASE = Draft(
    agency=AGENCY,
    name="Bảng thời hạn của Sở",
    number="12/QĐ-SNV",
    signed_on=date(2012, 1, 5),
    signed_by="Trần Văn Bình, Giám đốc",
    valid_from=date(2012, 2, 1),
    lines=(
        line_of({"ref": "1", "title": "Hồ sơ giao ban tuần", "retention": "10 năm"}),
        line_of({"ref": "2", "title": "Hồ sơ kỷ luật cán bộ", "retention": "70 năm", "state_row": "50"}),
    ),
)
LATER = replace(BASE, number="30/QĐ-SNV", valid_from=date(2013, 1, 1))


def put(draft: Draft = BASE, *, approved: bool = True) -> str:
    with transaction() as session:
        id = versions.propose(session, draft, viewer=AN, now=NOW).id
        if approved:
            versions.approve(session, id, viewer=HEAD, now=NOW)
    return str(id)


def test_a_version_takes_two_people_and_both_are_in_the_ledger(town: Town) -> None:
    id = put()
    with reading() as session:
        row = versions.one(session, id, viewer=AN)
        assert (row.state, row.version, row.proposed_by, row.decided_by) == ("approved", 1, "an", "dung")
        acts = session.query(EventRow).filter_by(verb=str(Verb.SCHEDULE)).order_by(EventRow.seq).all()
        assert [(event.actor, event.role, event.payload["state"]) for event in acts] == [
            ("an", "archivist", "proposed"),
            ("dung", "head", "approved"),
        ]


def test_nobody_approves_what_they_proposed(town: Town) -> None:
    both = person("an", Role.ARCHIVIST, Role.HEAD)
    id = put(approved=False)
    for who in (both, replace(both, name=" AN")):
        with pytest.raises(NotAllowedError), transaction() as session:
            versions.approve(session, id, viewer=who, now=NOW)
    with reading() as session:
        assert versions.one(session, id, viewer=AN).state == ScheduleState.PROPOSED


@pytest.mark.parametrize("viewer", [AN, BINH, person("cuong", Role.COUNCIL)])
def test_only_the_head_approves(town: Town, viewer: object) -> None:
    id = put(approved=False)
    with pytest.raises(NotAllowedError), transaction() as session:
        versions.approve(session, id, viewer=viewer, now=NOW)  # type: ignore[arg-type]


def test_only_an_archivist_proposes_and_of_all_agencies_one_of_all(town: Town) -> None:
    for viewer, draft in ((HEAD, BASE), (AN, replace(BASE, agency=OTHER)), (AN, replace(BASE, agency="*"))):
        with pytest.raises(NotAllowedError), transaction() as session:
            versions.propose(session, draft, viewer=viewer, now=NOW)
    with transaction() as session:
        everywhere = person("an", Role.ARCHIVIST, agency="*")
        assert versions.propose(session, replace(BASE, agency="*"), viewer=everywhere, now=NOW).version == 1


def test_who_has_no_part_in_the_agency_sees_nothing_of_it(town: Town) -> None:
    id = put()
    for viewer in (RESEARCHER, person("giang", Role.ARCHIVIST, agency=OTHER)):
        with reading() as session:
            assert versions.listing(session, viewer=viewer) == []
            with pytest.raises(NotFoundError):
                versions.one(session, id, viewer=viewer)


def test_one_version_waits_at_a_time_and_a_new_one_begins_later(town: Town) -> None:
    put()
    for draft, said in (
        (BASE, "must begin after"),
        (replace(BASE, valid_from=date(2011, 1, 1)), "begin after"),
    ):
        with pytest.raises(ScheduleError, match=said), transaction() as session:
            versions.propose(session, draft, viewer=AN, now=NOW)
    put(LATER, approved=False)
    with pytest.raises(ScheduleError, match="waits for an approval"), transaction() as session:
        versions.propose(session, replace(LATER, valid_from=date(2014, 1, 1)), viewer=AN, now=NOW)


def test_each_version_holds_until_the_day_before_the_next(town: Town) -> None:
    first, second = put(), put(LATER)
    with reading() as session:
        own = own_schedules(session, AGENCY)
        assert [(one.id, one.valid_from, one.valid_to) for one in own] == [
            (first, date(2012, 2, 1), date(2012, 12, 31)),
            (second, date(2013, 1, 1), None),
        ]
        assert own_schedules(session, OTHER) == ()


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("number", " ", "the number of the paper must be given"),
        ("name", "x" * 201, "its name must be given"),
        ("signed_by", "", "who signed must be given"),
        ("valid_until", date(2012, 1, 31), "it ends on 2012-01-31"),
    ],
)
def test_a_missing_or_wrong_field_is_named(town: Town, field: str, value: object, said: str) -> None:
    with pytest.raises(ScheduleError, match=said), transaction() as session:
        versions.propose(session, replace(BASE, **{field: value}), viewer=AN, now=NOW)  # type: ignore[arg-type]


def test_a_line_below_the_state_is_refused_with_the_clause_and_nothing_is_written(town: Town) -> None:
    low = line_of({"ref": "2", "title": "Hồ sơ kỷ luật cán bộ", "retention": "10 năm"})
    with pytest.raises(ScheduleRefusedError) as refused, transaction() as session:
        versions.propose(session, replace(BASE, lines=(BASE.lines[0], low)), viewer=AN, now=NOW)
    [problem] = refused.value.problems
    assert (problem.row, problem.cell, problem.value) == (3, "D3", "10 năm")
    assert "Thông tư 09/2011/TT-BNV, Bảng thời hạn bảo quản, dòng 50" in told(problem.why)
    with reading() as session:
        assert session.query(ScheduleVersion).count() == 0


def test_the_head_refuses_with_a_word_and_the_proposer_takes_back(town: Town) -> None:
    id = put(approved=False)
    with pytest.raises(ScheduleError, match="say why"), transaction() as session:
        versions.refuse(session, id, viewer=HEAD, remark=" ", now=NOW)
    with pytest.raises(NotAllowedError), transaction() as session:
        versions.refuse(session, id, viewer=BINH, remark="không", now=NOW)
    with transaction() as session:
        assert versions.refuse(session, id, viewer=AN, remark="sai số", now=NOW).state == "refused"
    with pytest.raises(ScheduleError, match="decided already"), transaction() as session:
        versions.approve(session, id, viewer=HEAD, now=NOW)


def test_a_case_file_stored_later_is_shown_the_agencys_own_row_and_that_uses_the_version(town: Town) -> None:
    id = put()
    file = town.store("H1", title="Hồ sơ giao ban tuần", maintenance="5 năm")
    with reading() as session:
        steps = {step.code: step for step in explain(session, file)}
        assert "12/QĐ-SNV" in steps["suggestion-longer"].vi
        seq = versions.one(session, id, viewer=AN).first_used_seq
        assert seq is not None
        assert session.get_one(EventRow, seq).object_id == file


def test_a_used_version_is_never_withdrawn_an_unused_one_is_by_the_head(town: Town) -> None:
    id = put()
    with pytest.raises(NotAllowedError), transaction() as session:
        versions.withdraw(session, id, viewer=AN, remark="nhầm", now=NOW)
    town.store("H1", title="Hồ sơ giao ban tuần")
    with pytest.raises(ScheduleError, match="periods rest on this version"), transaction() as session:
        versions.withdraw(session, id, viewer=HEAD, remark="nhầm", now=NOW)
    second = put(LATER)
    with transaction() as session:
        assert versions.withdraw(session, second, viewer=HEAD, remark="nhầm", now=NOW).state == "withdrawn"
    with reading() as session:
        assert [one.id for one in own_schedules(session, AGENCY)] == [id]


def test_a_case_file_assigned_to_an_own_row_may_not_go_below_it(town: Town) -> None:
    id = put()
    file = town.store("H1", maintenance="Lâu dài", title="Công việc khác hẳn")
    with (
        transaction() as session,
        pytest.raises(BelowMinimumError, match=r"5 năm is below 10 năm.*12/QĐ-SNV"),
    ):
        set_period(session, file, "5 năm", reason="x", viewer=AN, now=NOW, row=(id, "1"))


def test_an_assigned_row_is_kept_with_the_case_file(town: Town) -> None:
    id = put()
    file = town.store("H1", maintenance="5 năm", title="Công việc khác hẳn")
    with transaction() as session:
        set_period(session, file, "10 năm", reason="theo bảng", viewer=AN, now=NOW, row=(id, "1"))
    with reading() as session:
        row = session.get_one(CaseFile, file)
        assert (row.assigned_schedule, row.assigned_row) == (id, "1")
    with transaction() as session:
        set_period(session, file, "20 năm", reason="thêm", viewer=AN, now=NOW)
    with reading() as session:
        row = session.get_one(CaseFile, file)
        assert (row.assigned_schedule, row.assigned_row) == ("", "")


def test_a_proposed_version_may_not_be_assigned(town: Town) -> None:
    id = put(approved=False)
    file = town.store("H1", maintenance="5 năm")
    with transaction() as session, pytest.raises(ScheduleError, match="no schedule"):
        set_period(session, file, "10 năm", reason="x", viewer=AN, now=NOW, row=(id, "1"))


@pytest.fixture
def migrated(house: Path) -> None:
    """The tables as the migrations make them: a rebuild begins with those."""
    Base.metadata.drop_all(engine())
    upgrade(engine())


@pytest.mark.usefixtures("migrated")
def test_a_rebuild_brings_versions_uses_and_assignments_back(house: Path) -> None:
    with transaction() as session:
        set_agency(session, code=AGENCY, name="Sở", actor="admin", now=NOW)
        set_fonds(session, code=f"PHONG-{AGENCY}", agency_code=AGENCY, name="Phông", actor="admin", now=NOW)
    town = Town(house)
    first, second = put(), put(LATER)
    file = town.store("H1", maintenance="5 năm", title="Hồ sơ giao ban tuần")
    with transaction() as session:
        set_period(session, file, "10 năm", reason="theo bảng", viewer=AN, now=NOW, row=(first, "1"))
        versions.propose(session, replace(BASE, valid_from=date(2015, 1, 1)), viewer=AN, now=NOW)
    with reading() as session:
        before = table_digest(session, ScheduleVersion)
    rebuild()
    with reading() as session:
        assert table_digest(session, ScheduleVersion) == before
        assert versions.one(session, second, viewer=AN).state == ScheduleState.APPROVED
        assert versions.one(session, first, viewer=AN).first_used_seq is not None
        row = session.get_one(CaseFile, file)
        assert (row.assigned_schedule, row.assigned_row) == (first, "1")
