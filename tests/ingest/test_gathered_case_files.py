"""A case file gathers the documents that its descriptions name, keeps their messages, and lets go when it goes back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from gathering_world import World, codes, furnish, ledger, owed, row, state

from archive.reason import told_text
from archive.register.models import Submission
from archive.register.session import transaction
from ingest import preflight, quarantine
from ingest.delivery import Delivery
from ingest.gathering import claims
from ingest.gathering.claims import ClaimLostError
from ingest.steps.step import Verdict, Work


@pytest.fixture
def world(house: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    furnish(monkeypatch)
    (tmp_path / "sent").mkdir()
    return World(tmp_path / "sent")


def delivery_of(submission_id: str) -> Delivery:
    one = row(submission_id)
    work = Work(
        one.id,
        one.agency_code,
        one.kind,
        "",
        one.received_at,
        quarantine.raw(one.id),
        quarantine.work(one.id),
        {},
    )
    return work.load("delivery", Delivery)


def test_documents_that_came_alone_are_joined_into_the_case_file_that_names_them(world: World) -> None:
    letters = [world.letter("1"), world.letter("2"), world.letter("3")]
    ids = [world.sent(letter) for letter in reversed(letters)][::-1]
    case = world.case_file(letters)
    assert (state(case), codes(case)) == ("accepted", [])
    assert [row(one).gathered_into for one in ids] == [case, case, case]
    joined = delivery_of(case)
    assert [document.files[0].name for document in joined.documents] == ["bc1.pdf", "bc2.pdf", "bc3.pdf"]
    assert [document.fields["CodeNumber"] for document in joined.documents] == ["1", "2", "3"]
    kept = {source.sha256 for source in joined.sources}
    assert {row(one).sha256 for one in ids} <= kept  # the messages as they came
    assert [status for status, _ in owed(case)] == ["01", "03"]
    assert all([status for status, _ in owed(one)] == ["01", "03"] for one in ids)


def test_a_message_fills_what_the_description_leaves_open_and_overrules_nothing(world: World) -> None:
    letter = world.letter("1")
    world.sent(letter)
    case = world.case_file([letter], documents=[{"Subject": "Trích yếu theo mô tả", "TypeName": ""}])
    fields = delivery_of(case).documents[0].fields
    assert (fields["Subject"], fields["TypeName"]) == ("Trích yếu theo mô tả", "Báo cáo")


def test_who_gathered_what_is_ledgered_by_id_alone(world: World) -> None:
    letter = world.letter("1")
    one = world.sent(letter)
    world.case_file([letter])
    assert f"'gathered': ['{one}']" in ledger()
    assert letter.subject not in ledger()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"CodeNumber": "77"}, "GATHER_MISSING"),
        ({"IssuedDate": "04/05/2024"}, "GATHER_MISSING"),
        ({"OrganName": "Sở Tài chính"}, "GATHER_OTHER_AGENCY"),
        ({"CodeNumber": ""}, "SIP_DOC_NO_FILE"),
    ],
)
def test_what_is_not_there_goes_back_with_the_document_named(
    world: World, change: dict[str, str], code: str
) -> None:
    letters = [world.letter("1"), world.letter("2")]
    ids = [world.sent(letter) for letter in letters]
    nothing = {"DocCode": ""}
    case = world.case_file(letters, documents=[nothing, nothing | change])
    assert (state(case), codes(case)[0]) == ("returned", code)
    assert row(case).findings[0].params["document"] == "2"
    assert "V13_FILE_MISSING" not in codes(case)  # it is not said twice
    assert [state(one) for one in ids] == ["gathering", "gathering"]
    # and the office mends it: the documents are free again
    again = world.case_file(letters, notation="02.BC")
    assert state(again) == "accepted"


def test_two_messages_that_could_be_meant_are_told_and_not_guessed(world: World) -> None:
    letter = world.letter("1")
    for id in ("a", "b"):
        world.sent(replace(letter, said_id=id))
    case = world.case_file([letter])
    assert codes(case) == ["GATHER_AMBIGUOUS"]
    named = world.case_file([letter], notation="02.BC", documents=[{"DocCode": "b"}])
    assert state(named) == "accepted"


def test_a_document_another_case_file_has_is_not_taken_from_it(world: World) -> None:
    letter = world.letter("1")
    one = world.sent(letter)
    first = world.case_file([letter])
    second = world.case_file([letter], notation="02.BC")
    assert (state(first), state(second), codes(second)) == ("accepted", "returned", ["GATHER_TAKEN"])
    assert row(one).gathered_into == first


def test_a_case_file_waits_for_documents_that_come_later(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TANGTHU_INGEST__GATHER_GRACE_SECONDS", "600")
    monkeypatch.setenv("TANGTHU_INGEST__GATHER_WAIT_SECONDS", "900")
    letters = [world.letter("1"), world.letter("2")]
    world.sent(letters[0])
    case = world.case_file(letters)
    assert (state(case), told_text(row(case).waiting)) == ("checking", "chờ 1 văn bản gửi riêng")
    world.sent(letters[1])
    assert world.run(case) in ("waiting", "accepted")
    assert state(case) == "accepted"


def test_a_case_file_waits_while_messages_are_unread(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TANGTHU_INGEST__GATHER_WAIT_SECONDS", "900")
    letter = world.letter("1")
    one = world.sent(letter, run=False)
    case = world.case_file([letter])
    assert state(case) == "checking"
    world.run(one)
    world.run(case)
    assert state(case) == "accepted"


def test_a_document_recalled_before_its_case_file_came_is_told(world: World) -> None:
    letters = [world.letter("1"), world.letter("2")]
    world.sent(letters[0])
    world.sent(letters[1])
    world.take_back(world.letter("9", said_id="unknown-id"))
    case = world.case_file(letters, documents=[{}, {"DocCode": "unknown-id"}])
    assert ("GATHER_RECALLED" in codes(case), state(case)) == (True, "returned")


def test_joining_twice_changes_nothing(world: World) -> None:
    from ingest.steps.join import join

    letter = world.letter("1")
    one = world.sent(letter)
    case = world.case_file([letter])
    before = delivery_of(case)
    sub = row(case)
    work = Work(
        sub.id, sub.agency_code, "sip", "", sub.received_at, quarantine.raw(case), quarantine.work(case), {}
    )
    outcome = join(work, sub.received_at)
    assert delivery_of(case) == before
    assert outcome.result["gathered"] == {"1": one}


def test_of_two_case_files_that_reach_for_one_document_one_gets_it(world: World) -> None:
    one = world.sent(world.letter("1"))
    with transaction() as session:
        for n in ("a", "b"):
            session.add(
                Submission(
                    id=f"case-{n}",
                    agency_code="G09.01",
                    message_id=n,
                    sha256="0" * 64,
                    size=1,
                    kind="sip",
                    state="checking",
                    received_at=row(one).received_at,
                )
            )
        session.flush()
        claims.claim(session, "case-a", [one])
        with pytest.raises(ClaimLostError):
            claims.claim(session, "case-b", [one])
        claims.claim(session, "case-a", [])  # a second run that wants it no more
        claims.claim(session, "case-b", [one])
        assert [found.id for found in claims.gathered(session, "case-b")] == [one]


def test_what_does_not_wait_cannot_be_claimed(world: World) -> None:
    letter = world.letter("1")
    one = world.sent(letter)
    world.take_back(letter)
    with transaction() as session, pytest.raises(ClaimLostError):
        claims.claim(session, "case", [one])


def test_a_trial_finds_what_waits_and_claims_nothing(world: World) -> None:
    letters = [world.letter("1"), world.letter("2")]
    one = world.sent(letters[0])
    case = world.case_file(letters, run=False)
    checks = dict(preflight.CHECKS)
    found = preflight._run(
        {"unpack": checks["unpack"], "join": checks["join"]},
        Work(
            case, "G09.01", "sip", "", row(case).received_at, quarantine.raw(case), quarantine.work(case), {}
        ),
        row(case).received_at,
    )
    assert found.verdict is Verdict.GO_ON
    assert [finding.code for finding in delivery_of(case).findings if finding.code.startswith("GATHER")] == [
        "GATHER_MISSING"
    ]
    assert row(one).gathered_into is None
