"""Revocation data that nobody brought is asked for when the deployment says so, and never believed from a stranger."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pdf_builders
import pytest
import revocation_services
import signing_builders as make
from pydantic import ValidationError
from revocation_services import Asked, Services

from ingest.formats.cage import Limits
from ingest.formats.sandbox import Sandbox
from ingest.formats.signed import Asking, judged
from ingest.settings import IngestSettings
from ingest.signatures import fetching, keeping
from ingest.signatures.recheck import recheck
from ingest.signatures.report import FileReport, from_json
from tests.samples.authority import LATER, SIGNED


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    with Sandbox(Limits(seconds=120)) as box:
        yield box


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    with revocation_services.serving(tmp_path_factory.mktemp("keys")) as services:
        yield services


@pytest.fixture(scope="module")
def papers(server: Services, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """One paper a signer, and one with a time-stamp."""
    folder = tmp_path_factory.mktemp("papers")
    found = {
        name: make.signed(folder / f"{name}.pdf", server, name)  # type: ignore[arg-type]
        for name in ("an", "binh", "foreign")
    }
    stamps = server.stamps_at(SIGNED)
    found["stamped"] = make.signed(folder / "stamped.pdf", server, "an", stamped=stamps)  # type: ignore[arg-type]
    return found


@pytest.fixture
def services(server: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Services:
    """The deployment trusts the town's root, fetches, and says that this machine may be asked."""
    server.be_well()
    fetching.REMEMBERED.forget()
    for key, value in {
        "TRUST_ROOTS": str(server.trust(tmp_path / "trust")),
        "REVOCATION": "fetch",
        "REVOCATION_HOSTS": '["127.0.0.1"]',
        "REVOCATION_BYTES": "1000000",
        "REVOCATION_ANSWER_SECONDS": "2",
    }.items():
        monkeypatch.setenv(f"TANGTHU_INGEST__{key}", value)
    return server


def report_on(path: Path, box: Sandbox, folder: Path) -> tuple[FileReport, Any]:
    """Judge a paper as at its receipt; the report that is kept, and the one fact."""
    file = pdf_builders.delivered(path)
    (fact,) = judged(file, box, folder / keeping.WORK, now=LATER)
    said = keeping.place(folder / keeping.WORK, file.sha256).read_text("utf-8")
    return from_json(json.loads(said)), fact


def verdict(report: FileReport) -> str:
    (one,) = report.signatures
    return f"{one.now.verdict} {one.now.sub_indication}".strip()


def outcomes(report: FileReport) -> set[tuple[str, str]]:
    return {(one.kind, one.outcome) for one in report.fetched}


def test_a_good_signer_passes_by_what_the_responders_say_and_it_is_kept(
    services: Services, papers: Mapping[str, Path], box: Sandbox, tmp_path: Path
) -> None:
    report, fact = report_on(papers["an"], box, tmp_path)
    assert verdict(report) == fact.verdict == "TOTAL-PASSED"
    assert services.asked == {Asked("ocsp", "middle"): 1, Asked("ocsp", "root"): 1}
    assert outcomes(report) == {("ocsp", "got")}
    kept = [one for one in report.evidence if one.source == "fetched"]
    assert {one.kind for one in kept} == {"ocsp"} and len(kept) == 2
    assert all(one.label.startswith(services.url) for one in kept)
    folder = keeping.evidence_folder(tmp_path / keeping.WORK)
    assert all((folder / one.name).is_file() for one in kept)
    assert {(one.kind, one.source) for one in report.signatures[0].revocation} == {("ocsp", "fetched")}


def test_the_verdict_comes_out_again_from_the_package_when_nobody_answers_any_more(
    services: Services,
    papers: Mapping[str, Path],
    box: Sandbox,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    package = make.packed(papers["stamped"], tmp_path, box)
    asked = services.count
    services.misbehave("down")
    monkeypatch.setenv("TANGTHU_INGEST__TRUST_ROOTS", str(tmp_path / "nowhere"))
    (found,) = recheck(package, Asking(box))
    assert found.faults == ()
    (one,) = found.now
    assert (one.now.verdict, one.then.verdict, one.then.basis) == (
        "TOTAL-PASSED",
        "TOTAL-PASSED",
        "time-stamp",
    )
    assert [stamp.trusted for stamp in one.stamps] == [True], "the authority's chain was asked for too"
    assert services.count == asked


def test_a_revoked_signer_does_not_pass(
    services: Services, papers: Mapping[str, Path], box: Sandbox, tmp_path: Path
) -> None:
    report, _ = report_on(papers["binh"], box, tmp_path)
    assert verdict(report) == "INDETERMINATE REVOKED_NO_POE"


def test_a_revocation_list_is_fetched_where_the_responder_is_of_no_use(
    services: Services, papers: Mapping[str, Path], box: Sandbox, tmp_path: Path
) -> None:
    services.moods["ocsp"] = "lying"
    report, _ = report_on(papers["an"], box, tmp_path)
    assert verdict(report) == "TOTAL-PASSED"
    assert {one.kind for one in report.signatures[0].revocation if one.source == "fetched"} >= {"crl"}
    services.be_well()
    services.moods["ocsp"] = "down"
    fetching.REMEMBERED.forget()
    report, _ = report_on(papers["binh"], box, tmp_path)
    assert verdict(report) == "INDETERMINATE REVOKED_NO_POE"


@pytest.mark.parametrize(
    ("mood", "outcome"),
    [
        ("down", "refused"),
        ("elsewhere", "refused"),
        ("huge", "too large"),
        ("endless", "too large"),
        ("short", "unreachable"),
        ("lying", "got"),
        ("garbage", "got"),
    ],
)
def test_whoever_does_not_answer_well_leaves_the_status_untold_and_never_valid(
    services: Services, papers: Mapping[str, Path], box: Sandbox, tmp_path: Path, mood: str, outcome: str
) -> None:
    services.misbehave(mood)
    report, fact = report_on(papers["an"], box, tmp_path)
    assert verdict(report) == "INDETERMINATE TRY_LATER"
    assert outcomes(report) == {("ocsp", outcome), ("crl", outcome)}
    assert "could not be had" in fact.detail
    assert outcome in fact.detail or outcome == "got"


def test_a_responder_that_says_no_more_than_that_it_may_not_is_evidence_of_nothing(
    services: Services, papers: Mapping[str, Path], box: Sandbox, tmp_path: Path
) -> None:
    services.moods = {"ocsp": "unauthorized", "crl": "down"}
    report, _ = report_on(papers["an"], box, tmp_path)
    assert verdict(report) == "INDETERMINATE TRY_LATER"
    assert not [one for one in report.evidence if one.source == "fetched"]


def test_one_that_trickles_is_cut_off_in_time(
    services: Services,
    papers: Mapping[str, Path],
    box: Sandbox,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    services.misbehave("slow")
    monkeypatch.setenv("TANGTHU_INGEST__REVOCATION_ANSWER_SECONDS", "0.5")
    monkeypatch.setenv("TANGTHU_INGEST__REVOCATION_SECONDS", "0.8")
    begun = time.monotonic()
    report, _ = report_on(papers["an"], box, tmp_path)
    assert verdict(report) == "INDETERMINATE TRY_LATER"
    assert outcomes(report) >= {("crl", "no time left")}, "one file has its time, and no more"
    assert time.monotonic() - begun < 8


def test_nobody_there_is_a_verdict_of_its_own(
    services: Services,
    papers: Mapping[str, Path],
    box: Sandbox,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from ingest import guarded_line

    def _nobody(*_: object) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr(guarded_line.socket, "create_connection", _nobody)
    report, _ = report_on(papers["an"], box, tmp_path)
    assert verdict(report) == "INDETERMINATE TRY_LATER"
    assert outcomes(report) == {("ocsp", "unreachable"), ("crl", "unreachable")}


@pytest.mark.parametrize(
    ("key", "value"),
    [("REVOCATION_HOSTS", "[]"), ("REVOCATION_HOSTS", '["ocsp.example.vn"]'), ("REVOCATION", "offline")],
)
def test_nobody_is_asked_that_the_deployment_does_not_allow(
    services: Services, papers: Mapping[str, Path], box: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    key: str, value: str,
) -> None:  # fmt: skip
    monkeypatch.setenv(f"TANGTHU_INGEST__{key}", value)
    report, _ = report_on(papers["an"], box, tmp_path)
    assert verdict(report) == "INDETERMINATE TRY_LATER"
    assert services.count == 0, "this machine is a private address"
    assert {outcome for _, outcome in outcomes(report)} == (set() if key == "REVOCATION" else {"not allowed"})


def test_a_certificate_nobody_trusts_makes_us_ask_no_address(
    services: Services, papers: Mapping[str, Path], box: Sandbox, tmp_path: Path
) -> None:
    report, _ = report_on(papers["foreign"], box, tmp_path)
    assert verdict(report) == "INDETERMINATE NO_CERTIFICATE_CHAIN_FOUND"
    assert services.count == 0
    assert report.fetched == ()


def test_a_batch_of_one_office_asks_once(
    services: Services, papers: Mapping[str, Path], box: Sandbox, tmp_path: Path
) -> None:
    report_on(papers["an"], box, tmp_path)
    asked = services.count
    report, _ = report_on(papers["an"], box, tmp_path / "again")
    assert services.count == asked
    assert verdict(report) == "TOTAL-PASSED"
    assert outcomes(report) == {("ocsp", "got")}, "the report says what it rests on all the same"


def test_answers_are_remembered_for_minutes_and_within_bounds() -> None:
    now = [0.0]
    memory = fetching.Remembered(kept=300, failed=60, most=2, size=100, clock=lambda: now[0])
    memory.put("a", fetching.Answer("got", b"x" * 60))
    memory.put("b", fetching.Answer("refused"))
    now[0] = 61.0
    assert memory.get("a") and memory.get("b") is None
    memory.put("c", fetching.Answer("got", b"y" * 60))
    assert memory.get("a") is None and memory.get("c"), "both are more bytes than are kept"
    now[0] = 400.0
    assert memory.get("c") is None


@pytest.mark.parametrize("host", ["http://ocsp.example.vn", "ocsp.example.vn/path", "*.example.vn", ""])
def test_what_is_no_host_name_is_an_error_of_the_settings(host: str) -> None:
    with pytest.raises(ValidationError, match="is no host name"):
        IngestSettings(revocation_hosts=(host,))
