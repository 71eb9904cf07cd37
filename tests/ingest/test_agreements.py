"""Agreements: two people, versions that never change, and what they make of a delivery."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from agreement_builders import HOA, LAN, NOW, QUAN, a_draft, agree
from check_builders import a_good_case
from gathering_world import OFFICE, World, codes, furnish, owed, row, state
from typer.testing import CliRunner

from archive.cli import load
from archive.errors import NotAllowedError, NotFoundError
from archive.ledger.append import history
from archive.rebuild import rebuild
from archive.register.agencies import set_agency
from archive.register.agreements import Agreement
from archive.register.models import Outbox, Submission
from archive.register.session import reading, transaction
from archive.viewer import Role, Viewer
from ingest import submissions
from ingest.agreements import versions
from ingest.agreements.judging import GivingBack, giving_back
from ingest.agreements.terms import AgreementError, Terms, draft_of
from ingest.checks.agreed import Narrowed
from ingest.checks.catalogue import explain
from ingest.checks.duplicates import Known
from ingest.checks.engine import check
from ingest.errors import IngestError
from ingest.finding import Finding
from ingest.profiles.load import profiles

OURS, THEIRS = "000.00.01.H37", "000.00.01.H01"
TODAY = date(2026, 1, 5)


@pytest.fixture
def agencies(house: Path) -> None:
    with transaction() as session:
        for code in (OURS, THEIRS):
            set_agency(session, code=code, name=f"Sở {code}", actor="system:test", now=NOW)


# --- what may stand in it


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"terms": {"accept": "maybe"}}, "terms.accept"),
        ({"terms": {"colour": "red"}}, "terms.colour"),
        ({"terms": {"fetch_places": [{"prefix": "https://a.vn/no-slash"}]}}, "terms.fetch_places.0"),
        ({"terms": {"max_file_bytes": 0}}, "terms.max_file_bytes"),
        ({"terms": {"formats": ["../etc"]}}, "terms.formats.0"),
        ({"number": " "}, "number"),
        ({"valid_until": "2019-01-01"}, "valid_until"),
        ({"signed_on": "31/02/2020"}, "signed_on"),
    ],
)
def test_what_is_wrong_in_a_draft_is_named(change: dict[str, Any], key: str) -> None:
    with pytest.raises(AgreementError, match=key):
        draft_of(a_draft(OURS).model_dump(mode="json", by_alias=True) | change)


def test_without_an_agreement_an_archivist_accepts_and_nothing_is_fetched_or_released() -> None:
    terms = Terms()
    assert (terms.accept, terms.give_back, terms.partial_return) == ("archivist", "automatic", "archivist")
    assert not terms.source_may_release and terms.places_of(OURS) == ()


# --- two people


def test_who_proposed_it_does_not_put_it_in_force_in_whatever_role(agencies: None) -> None:
    both = Viewer("Lan", {OURS: frozenset({Role.ARCHIVIST, Role.HEAD, Role.ADMINISTRATOR})})
    with transaction() as session:
        one = versions.propose(session, a_draft(OURS), viewer=LAN, now=NOW).id
    with transaction() as session, pytest.raises(NotAllowedError):
        versions.approve(session, one, viewer=both, now=NOW)
    with reading() as session:
        assert versions.in_force(session, OURS, TODAY) is None


def test_an_archivist_does_not_put_a_colleagues_proposal_in_force(agencies: None) -> None:
    with transaction() as session:
        one = versions.propose(session, a_draft(OURS), viewer=LAN, now=NOW).id
    with transaction() as session, pytest.raises(NotAllowedError):
        versions.approve(session, one, viewer=replace(LAN, name="mai"), now=NOW)


def test_an_official_does_not_propose(agencies: None) -> None:
    nam = Viewer("nam", {OURS: frozenset({Role.OFFICIAL, Role.HEAD})})
    with transaction() as session, pytest.raises(NotAllowedError):
        versions.propose(session, a_draft(OURS), viewer=nam, now=NOW)


def test_addresses_in_a_private_network_are_for_an_administrator_to_approve(agencies: None) -> None:
    inside = a_draft(OURS, fetch_places=[{"prefix": "http://10.0.0.8/nop/", "private": True}])
    with transaction() as session:
        one = versions.propose(session, inside, viewer=LAN, now=NOW).id
    with transaction() as session, pytest.raises(NotAllowedError):
        versions.approve(session, one, viewer=HOA, now=NOW)
    with transaction() as session:
        assert versions.approve(session, one, viewer=QUAN, now=NOW).decided_role == "administrator"


def test_one_version_waits_at_a_time_and_who_proposed_it_may_take_it_back(agencies: None) -> None:
    with transaction() as session:
        one = versions.propose(session, a_draft(OURS), viewer=LAN, now=NOW).id
    with transaction() as session, pytest.raises(AgreementError, match="waits"):
        versions.propose(session, a_draft(OURS), viewer=LAN, now=NOW)
    with transaction() as session, pytest.raises(AgreementError, match="word"):
        versions.refuse(session, one, viewer=LAN, remark=" ", now=NOW)
    with transaction() as session:
        versions.refuse(session, one, viewer=LAN, remark="ghi nhầm số", now=NOW)
    with transaction() as session:
        assert versions.propose(session, a_draft(OURS), viewer=LAN, now=NOW).version == 2


def test_a_version_that_was_decided_is_never_decided_again(agencies: None) -> None:
    one = agree(OURS)
    with transaction() as session, pytest.raises(AgreementError, match="decided"):
        versions.refuse(session, one, viewer=HOA, remark="thôi", now=NOW)


def test_an_agreement_of_another_agency_is_not_there(agencies: None) -> None:
    one = agree(OURS)
    nam = Viewer("nam", {THEIRS: frozenset({Role.OFFICIAL})})
    with reading() as session:
        assert versions.listing(session, viewer=nam) == []
        with pytest.raises(NotFoundError):
            versions.one(session, one, viewer=nam)


# --- which one holds


def test_the_newest_version_that_has_begun_holds_and_an_ended_one_wakes_no_older_one(agencies: None) -> None:
    first = agree(OURS, valid_from=date(2025, 1, 1))
    with transaction() as session:
        ended = a_draft(OURS, valid_from=date(2026, 1, 1)).model_copy(
            update={"valid_until": date(2026, 3, 31)}
        )
        row_ = versions.propose(session, ended, viewer=LAN, now=NOW)
        versions.approve(session, row_.id, viewer=HOA, now=NOW)
        second = row_.id
    days = {
        date(2024, 12, 31): None,
        date(2025, 12, 31): first,
        date(2026, 1, 1): second,
        date(2026, 3, 31): second,
        date(2026, 4, 1): None,
    }
    with reading() as session:
        found = {day: versions.agreed_on(session, OURS, day).id for day in days}
        assert found == days
        assert versions.agreed_on(session, THEIRS, TODAY).id is None


def test_a_rebuilt_register_has_the_same_agreements(agencies: None, house: Path) -> None:
    from archive.register.base import Base
    from archive.register.migrate import upgrade
    from archive.register.session import engine

    Base.metadata.drop_all(engine())
    upgrade(engine())
    with transaction() as session:
        set_agency(session, code=OURS, name="Sở", actor="system:test", now=NOW)
    one = agree(OURS, accept="automatic", formats=["pdf", "jpg"])
    report = rebuild()
    assert report.equal, report
    with reading() as session:
        found = session.get_one(Agreement, one)
        assert (found.state, found.decided_by, found.terms_sha256) == (
            "approved",
            "quan",
            Terms.model_validate(found.terms).sha256,
        )
        assert [(event.verb, event.actor) for event in history(session, one)] == [
            ("AGREEMENT", "quan"),
            ("AGREEMENT", "lan"),
        ]


# --- who sends back what has errors (pure)

ERROR, WARNING = "V09_DATE", "PROFILE_DRAFT"
SINGLE = [Finding(ERROR, "document 2 / IssuedDate", {}, 2), Finding(WARNING, "case file", {})]


@pytest.mark.parametrize(
    ("terms", "findings", "total", "expected"),
    [
        ({}, SINGLE, 3, GivingBack(True)),
        ({"partial_return": "automatic"}, SINGLE, 3, GivingBack(True, (2,))),
        ({"partial_return": "automatic"}, SINGLE, 1, GivingBack(True)),  # nothing good is left
        ({"partial_return": "automatic"}, [*SINGLE, Finding(ERROR, "case file", {})], 3, GivingBack(True)),
        ({"return": "archivist"}, SINGLE, 3, GivingBack(False)),
        ({"return": "archivist", "partial_return": "automatic"}, SINGLE, 3, GivingBack(True, (2,))),
        (
            {"return": "archivist", "partial_return": "automatic"},
            [Finding(ERROR, "case file", {})],
            3,
            GivingBack(False),
        ),
    ],
)
def test_who_sends_back(
    terms: dict[str, str], findings: list[Finding], total: int, expected: GivingBack
) -> None:
    assert giving_back(Terms.model_validate(terms), findings, total=total) == expected


# --- what it narrows


def narrowed(limits: Narrowed) -> list[str]:
    case = a_good_case()
    found = check(
        case.delivery, case.facts, profile=profiles()["base"], agency_code=case.agency, known=Known(), today=TODAY,
        narrowed=limits,
    )  # fmt: skip
    for finding in found:
        assert explain(finding, "vi").text and explain(finding, "en").remedy
    return [finding.code for finding in found if finding.code.startswith("AGREED")]


def test_an_agreement_narrows_formats_and_sizes_and_names_itself() -> None:
    basis = "thỏa thuận nộp lưu số 15/TT-NL ngày 20/12/2019 (bản 1)"
    assert narrowed(Narrowed(basis=basis)) == []
    assert narrowed(Narrowed(formats=("pdf",), max_file_bytes=10**9, basis=basis)) == []
    assert set(narrowed(Narrowed(formats=("tif",), basis=basis))) == {"AGREED_FORMAT"}
    assert set(narrowed(Narrowed(max_file_bytes=1, basis=basis))) == {"AGREED_SIZE"}
    assert narrowed(Narrowed(max_package_bytes=1, basis=basis)) == ["AGREED_SIZE"]
    case = a_good_case()
    (first, *_) = check(
        case.delivery, case.facts, profile=profiles()["base"], agency_code=case.agency, known=Known(), today=TODAY,
        narrowed=Narrowed(max_package_bytes=1, basis=basis),
    )  # fmt: skip
    assert basis in explain(first, "vi").clause


# --- the pipeline


@pytest.fixture
def world(house: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    furnish(monkeypatch)
    with transaction() as session:  # the agreement alone decides, not what its row says from before
        set_agency(session, code=OFFICE, name="Cục", level1="G09", auto_accept=False, actor="t", now=NOW)
    (tmp_path / "sent").mkdir()
    return World(tmp_path / "sent")


def a_case_file(world: World, *wrong: int) -> str:
    letters = [world.letter(str(number)) for number in (1, 2, 3)]
    for letter in letters:
        world.sent(letter)
    described = [{"IssuedDate": "31/02/2024"} if number in wrong else {} for number in (1, 2, 3)]
    case = world.case_file(letters, documents=described, run=False)
    world.run(case)
    return case


def test_without_an_agreement_a_good_case_file_waits_for_an_archivist(world: World) -> None:
    assert state(a_case_file(world)) == "to-decide"


def test_an_agreement_accepts_by_itself_and_the_ledger_says_by_which(world: World) -> None:
    one = agree(OFFICE, accept="automatic")
    case = a_case_file(world)
    assert (state(case), row(case).decided_by, row(case).agreement_id) == (
        "accepted",
        "system:agreement",
        one,
    )
    with reading() as session:
        decision = next(event for event in history(session, case) if event.verb == "DECISION")
        assert decision.basis == "thỏa thuận nộp lưu số 15/TT-NL ngày 20/12/2019 (bản 1)"


def test_an_agreement_that_has_not_begun_accepts_nothing(world: World) -> None:
    agree(OFFICE, accept="automatic", valid_from=date(2999, 1, 1))
    assert state(a_case_file(world)) == "to-decide"


def test_with_a_return_by_an_archivist_errors_wait_and_are_never_accepted(world: World) -> None:
    agree(OFFICE, **{"accept": "automatic", "return": "archivist"})
    case = a_case_file(world, 2)
    assert state(case) == "to-decide"
    assert "V09_DATE" in codes(case)
    assert [status for status, _ in owed(case)] == ["01"]
    with transaction() as session, pytest.raises(IngestError, match="never accepted"):
        submissions.accept(session, case, viewer=LAN, now=datetime.now(UTC))
    with transaction() as session:
        submissions.send_back(session, case, viewer=LAN, reason="sửa ngày văn bản", now=datetime.now(UTC))
    assert (state(case), row(case).decided_by) == ("returned", "lan")


def test_a_partial_return_by_itself_names_the_documents_that_are_wanted_again(world: World) -> None:
    one = agree(OFFICE, **{"return": "archivist", "partial_return": "automatic"})
    case = a_case_file(world, 1, 3)
    found = row(case)
    assert (found.state, found.wanted_again, found.agreement_id) == ("returned", [1, 3], one)
    with reading() as session:
        told = session.query(Outbox).filter_by(submission_id=case, status="02").one().reason
    assert told.startswith("Trả lại một phần: chỉ gửi lại văn bản số 1, 3;")
    assert "[V09_DATE]" in told


def test_errors_of_the_whole_go_back_whole_though_partial_returns_are_agreed_on(world: World) -> None:
    agree(OFFICE, partial_return="automatic")
    case = a_case_file(world, 1, 2, 3)
    assert (state(case), row(case).wanted_again) == ("returned", None)


# --- the command line


def test_the_command_line_puts_shows_and_approves(agencies: None, tmp_path: Path) -> None:
    path = tmp_path / "thoa-thuan.toml"
    path.write_text(
        f'agency = "{OURS}"\nnumber = "15/TT-NL"\nsigned_on = 2026-01-02\nvalid_from = 2026-01-05\n'
        'signed_by_agency = "Trần Văn Bình, Chánh Văn phòng"\nsigned_by_archive = "Lê Thị Hoa, Giám đốc"\n'
        '[terms]\naccept = "automatic"\nreturn = "archivist"\n'
        '[[terms.fetch_places]]\nprefix = "https://files.langson.gov.vn/nop-luu/"\n',
        "utf-8",
    )
    run = CliRunner()
    app = load()
    lan, hoa = ["--as", "lan", "--role", f"archivist@{OURS}"], ["--as", "hoa", "--role", f"head@{OURS}"]
    put = run.invoke(app, ["agreement", "put", str(path), *lan, "--json"])
    assert put.exit_code == 0, put.output
    one = json.loads(put.output)["id"]
    approved = run.invoke(app, ["agreement", "approve", one, *hoa])
    assert approved.exit_code == 0, approved.output
    shown = json.loads(run.invoke(app, ["agreement", "show", one, *hoa, "--json"]).output)
    assert (shown["state"], shown["terms"]["return"], shown["decided_by"]) == ("approved", "archivist", "hoa")
    listed = json.loads(run.invoke(app, ["agreement", "list", *lan, "--json"]).output)
    assert [each["id"] for each in listed["agreements"]] == [one]
    with reading() as session:
        assert session.query(Submission).count() == 0
