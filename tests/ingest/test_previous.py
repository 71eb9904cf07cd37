"""A supplement or replacement finds the returned delivery it belongs to; a stored case file is never overwritten."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sip_builders import FILE, TOP, members, zipped

from archive.register.models import Agency, Fonds, Submission, SubmissionState
from archive.register.models import Finding as FindingRow
from archive.register.session import transaction
from archive.viewer import Role, Viewer
from ingest import quarantine, submissions
from ingest.checks.catalogue import explain, rule
from ingest.delivery import Delivery
from ingest.errors import IngestError
from ingest.finding import Severity
from ingest.steps.step import Outcome, Work
from ingest.steps.unpack import unpack
from tests.samples.rows import stored_case_file

NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)
AGENCY = "000.00.05.H37"


@pytest.fixture(autouse=True)
def agency(house: Path) -> Iterator[None]:
    with transaction() as session:
        session.add(Agency(code=AGENCY, name="Sở Nội vụ", level1="H37"))
        session.flush()
        session.add(Fonds(code=AGENCY, agency_code=AGENCY, name="Phông"))
    yield


def sent(folder: Path, submission_id: str, **more: Any) -> tuple[Outcome, Delivery]:
    """Send a package and unpack it; return what the step says and the delivery it wrote."""
    raw = quarantine.raw(submission_id)
    raw.parent.mkdir(parents=True)
    (folder / submission_id).mkdir()
    shutil.copyfile(zipped(folder / submission_id, members(folder / submission_id, **more)), raw)
    work = Work(submission_id, AGENCY, "sip", "", NOW, raw, quarantine.work(submission_id), {})
    return unpack(work, NOW), work.load("delivery", Delivery)


def returned(folder: Path, **more: Any) -> None:
    sent(folder, "s-1", **more)
    with transaction() as session:
        session.add(
            Submission(
                id="s-1",
                agency_code=AGENCY,
                message_id="m-1",
                sha256="0" * 64,
                size=1,
                kind="sip",
                state=SubmissionState.RETURNED,
                file_code=(more.get("file") or FILE)["FileCode"],
                received_at=NOW,
            )
        )


def codes(delivery: Delivery) -> set[str]:
    for finding in delivery.findings:
        assert explain(finding, "vi").text and explain(finding, "en").remedy
    return {finding.code for finding in delivery.findings}


def test_a_replacement_finds_the_returned_delivery_by_its_file_code(tmp_path: Path) -> None:
    returned(tmp_path)
    outcome, delivery = sent(tmp_path, "s-2", record_status="REPLACEMENT")
    assert outcome.mends == "s-1" and codes(delivery) == set()


def test_a_wrong_file_code_is_mended_by_naming_the_package_before(tmp_path: Path) -> None:
    returned(tmp_path, file={**FILE, "FileCode": "H37.SAI"})
    outcome, delivery = sent(tmp_path, "s-2", record_status="REPLACEMENT", previous=TOP)
    assert outcome.mends == "s-1" and delivery.fields["FileCode"] == FILE["FileCode"]


def test_what_belongs_to_nothing_is_told(tmp_path: Path) -> None:
    outcome, delivery = sent(tmp_path, "s-2", record_status="SUPPLEMENT", previous="uuid-LA")
    assert outcome.mends is None and codes(delivery) == {"MEND_NOTHING"}


def test_what_names_nothing_is_told(tmp_path: Path) -> None:
    file = {name: value for name, value in FILE.items() if name != "FileCode"}
    _, delivery = sent(tmp_path, "s-2", record_status="SUPPLEMENT", file=file)
    assert codes(delivery) == {"RECORD_PREVIOUS_MISSING"}


@pytest.mark.parametrize("status", ["SUPPLEMENT", "REPLACEMENT"])
def test_a_stored_case_file_is_never_overwritten(status: str, tmp_path: Path) -> None:
    returned(tmp_path)  # an earlier try, before it was stored
    with transaction() as session:
        session.add(stored_case_file(FILE["FileCode"], AGENCY))
    outcome, delivery = sent(tmp_path, "s-2", record_status=status)
    assert outcome.mends is None and codes(delivery) == {"RECORD_STORED"}
    assert rule("RECORD_STORED").severity is Severity.WARNING  # so an archivist sees it


def test_an_archivist_cannot_accept_what_would_overwrite(tmp_path: Path) -> None:
    with transaction() as session:
        row = Submission(
            id="s-2",
            agency_code=AGENCY,
            message_id="m-2",
            sha256="0" * 64,
            size=1,
            kind="sip",
            state=SubmissionState.TO_DECIDE,
            received_at=NOW,
        )
        row.findings = [FindingRow(code="RECORD_STORED", severity="warning", place="x", params={})]
        session.add(row)
    archivist = Viewer("lan", {AGENCY: frozenset({Role.ARCHIVIST})})
    with transaction() as session, pytest.raises(IngestError, match="overwrites"):
        submissions.accept(session, "s-2", viewer=archivist, now=NOW)
