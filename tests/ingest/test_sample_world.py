"""The sample world is what it says: every case file is read, judged, and judged as world.json expects."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from archive.codes.load import table
from ingest.checks.catalogue import rule
from ingest.checks.dates import parse_date
from ingest.checks.duplicates import Known
from ingest.checks.engine import check
from ingest.delivery import Delivery, FileFacts
from ingest.errors import UnreadableDeliveryError
from ingest.formats.inspect import inspect
from ingest.gateway import edxml
from ingest.gateway.limits import Limits
from ingest.gateway.simulator import Simulator
from ingest.profiles.load import profile_for
from ingest.readers.interface import Context
from ingest.readers.read import read
from ingest.steps.check import verdict_of
from ingest.steps.step import Verdict
from operations.world import OFFICE_OF_THE_OFFICIAL
from tests.samples.cast import cast
from tests.samples.offices import OFFICES
from tests.samples.world import EICAR, World, build

TODAY = date(2026, 11, 23)
KEYS = [part.key for part in cast()]
OUTCOMES = {
    Verdict.REFUSE: "refused",
    Verdict.RETURN: "returned",
    Verdict.GO_ON: "stored",
    Verdict.TESTED: "tested",
}
EXTRAS = ["ls-zip-hong", "ls-lap-lai", "ls-cong-van-den", "ls-thong-bao", "ls-edxml-hong"]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return build(tmp_path_factory.mktemp("world") / "out")


def opened(world: World, key: str, folder: Path) -> Delivery:
    return read(world.payload(key), folder, Context(Limits()))


def looked(delivery: Delivery) -> Mapping[str, FileFacts]:
    files = (file for document in delivery.documents for file in document.files)
    return {file.sha256: inspect(file) for file in files}


@pytest.mark.parametrize("key", KEYS)
def test_a_case_file_is_judged_as_the_world_expects(
    key: str, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TANGTHU_INGEST__TRUST_ROOTS", str(world.trust))
    expected = world.one(key)
    office = next((one for one in OFFICES.values() if one.code == expected.agency), None)
    if office is None:
        assert (expected.outcome, expected.codes) == ("refused", ("AGENCY_UNKNOWN",))
        return
    delivery = opened(world, key, tmp_path)
    ended = parse_date(delivery.fields["EndDate"])
    assert ended
    findings = check(
        delivery,
        looked(delivery),
        profile=profile_for(office.code, office.level1, ended, chosen=office.profile),
        agency_code=office.code,
        known=Known(),
        today=TODAY,
    )
    codes = {finding.code for finding in findings}
    severities = {rule(finding.code).severity for finding in findings}
    if "VIRUS" in expected.codes:  # the scanner's word, not the checks'
        files = [file for document in delivery.documents for file in document.files]
        assert any(file.path.read_bytes() == EICAR.encode() for file in files) and not codes
        return
    assert set(expected.codes) <= codes
    outcome = OUTCOMES[verdict_of(severities, delivery.record_status)]
    assert outcome == expected.outcome
    if outcome == "stored":
        assert codes <= {"PROFILE_DRAFT", *expected.codes}


@pytest.mark.parametrize("key", EXTRAS)
def test_other_deliveries_are_what_they_say(key: str, world: World, tmp_path: Path) -> None:
    expected = world.one(key)
    if expected.outcome == "duplicate":
        original = world.one("ls-tap-huan")
        assert expected.message_id == original.message_id
        rows = [json.loads(path.read_text("utf-8")) for path in world.messages.glob("*.json")]
        assert [row["docId"] for row in rows].count(original.message_id) == 2
    elif expected.outcome == "gathering":
        message = edxml.read(world.payload(key), tmp_path, limits=Limits())
        assert message.sender == expected.agency and message.subject == expected.title
        assert [one.path.read_bytes()[:5] for one in message.attachments] == [b"%PDF-"]
    else:
        with pytest.raises(UnreadableDeliveryError) as raised:
            if expected.codes[0].startswith("EDXML"):
                edxml.read(world.payload(key), tmp_path, limits=Limits())
            else:
                opened(world, key, tmp_path)
        assert (raised.value.code,) == expected.codes


def test_the_world_is_as_large_and_varied_as_promised(world: World) -> None:
    stored = [one for one in world.case_files if one.outcome == "stored"]
    assert len(stored) >= 11 and sum(one.files for one in stored) >= 60
    assert {one.agency.rpartition(".")[2] for one in stored} == {"H37", "H42", "H01", "H21", "H14"}
    assert {one.role for one in stored} >= {"destroy", "held", "transfer", "decision"}
    assert {one.outcome for one in world.case_files} == {
        "stored",
        "returned",
        "refused",
        "tested",
        "gathering",
        "duplicate",
    }


def test_the_official_of_the_demonstration_is_of_the_office_that_sends_most(world: World) -> None:
    sent = Counter(one.agency for one in world.case_files)
    assert sent.most_common(1)[0][0] == OFFICE_OF_THE_OFFICIAL


def test_a_duplicate_in_the_world_has_the_very_bytes_of_the_other(world: World, tmp_path: Path) -> None:
    for key in ("ls-trung", "ls-trung-2025"):
        one, again = (
            [file.sha256 for document in opened(world, k, tmp_path / k).documents for file in document.files]
            for k in (key, f"{key}-lan-hai")
        )
        assert one == again


def test_every_wrapping_that_is_read_is_in_it(world: World, tmp_path: Path) -> None:
    keys = ("ls-tai-lieu-roi", "cb-tui-bagit", "gl-bang-ke-csv", "ls-bang-ke-xlsx", "ls-phan-mem-cu")
    kinds = [opened(world, key, tmp_path / key).kind for key in keys]
    assert kinds == ["SIP_tailieu", "BagIt+SIP_hoso", "ZIP+bang-ke", "ZIP+bang-ke", "SIP_hoso"]


def test_both_regimes_and_both_circulars_are_in_it(world: World, tmp_path: Path) -> None:
    late = opened(world, "ls-2025", tmp_path / "late")
    assert late.standard == "TT05" and parse_date(late.fields["EndDate"]) > date(2025, 6, 30)  # type: ignore[operator]
    assert opened(world, "ls-tap-huan", tmp_path / "early").standard == "TT02"


def test_the_decision_of_lang_son_is_the_real_text_signed_by_person_and_agency(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TANGTHU_INGEST__TRUST_ROOTS", str(world.trust))
    documents = opened(world, "ls-quy-che", tmp_path).documents
    decision = next(one for one in documents if one.fields["TypeName"] == "Quyết định")
    assert (decision.fields["CodeNumber"], decision.fields["CodeNotation"]) == ("31", "2020/QĐ-UBND")
    facts = inspect(decision.files[0])
    assert facts.pages == int(decision.fields["PageAmount"]) >= 10
    assert "Căn cứ Luật Tổ chức chính quyền địa phương" in " ".join(facts.first_page_text.split())
    assert [one.signer for one in facts.signatures] == ["Hồ Tiến Thiệu", "Ủy ban nhân dân tỉnh Lạng Sơn"]
    assert {one.verdict for one in facts.signatures} == {"TOTAL-PASSED"}


def test_no_signer_of_the_world_is_trusted_without_its_root(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TANGTHU_INGEST__TRUST_ROOTS", raising=False)
    documents = opened(world, "ls-tap-huan", tmp_path / "in").documents
    assert {one.verdict for one in inspect(documents[0].files[0]).signatures} == {"INDETERMINATE"}


def test_the_simulator_serves_the_world(world: World) -> None:
    server = Simulator(world.folder, system_id="a", secret="b")
    try:
        listed = server.messages()
    finally:
        server.server_close()
    assert len(listed) == len(world.case_files)
    assert all((world.messages / one["file"]).is_file() for one in listed)


def test_world_json_names_agencies_and_fonds_the_register_can_take(world: World) -> None:
    facts = json.loads((world.folder / "world.json").read_text("utf-8"))
    codes = {agency["code"] for agency in facts["agencies"]}
    assert {
        set(agency) == {"code", "name", "profile", "level1", "auto_accept"} for agency in facts["agencies"]
    } == {True}
    assert {fonds["agency_code"] for fonds in facts["fonds"]} == codes
    assert all(len(code) <= 13 for code in codes)


def test_the_same_world_is_made_again(tmp_path: Path) -> None:
    one, two = (build(tmp_path / name, only=("gl-quy-che",)) for name in "ab")  # no signatures in this one
    first, second = (read(w.payload("gl-quy-che"), w.folder / "in", Context(Limits())) for w in (one, two))
    assert first.objid == second.objid and dict(first.fields) == dict(second.fields)
    scans = [
        [f.sha256 for d in delivery.documents for f in d.files if f.name.endswith(".jpg")]
        for delivery in (first, second)
    ]
    assert scans[0] == scans[1] and len(scans[0]) == 2


def test_every_type_of_document_is_on_the_law_s_list(world: World, tmp_path: Path) -> None:
    for key in ("ls-quy-che", "ls-giao-nop", "ls-bi-giu"):
        for document in opened(world, key, tmp_path / key).documents:
            assert table("type-name").find(document.fields["TypeName"])
