"""A worker killed anywhere leaves a submission that ends in the same state as one that was never killed."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from archive import custody
from archive.ledger.event import Verb
from archive.ledger.rows import EventRow
from archive.register.models import CaseFile, Component, Outbox, Package, Submission
from archive.register.session import reading, transaction
from ingest import pipeline, quarantine
from ingest.pipeline import route
from ingest.reception import receive
from tests.samples.case_file import Made, a_case_file, a_document
from tests.samples.offices import OFFICES
from tests.samples.pki import Pki
from tests.samples.world import make_sip

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def road(town: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A town whose leases run out at once, so that the next worker need not wait for the killed one's."""
    monkeypatch.setenv("TANGTHU_INGEST__LEASE_SECONDS", "1")
    return town


@pytest.fixture(scope="module")
def delivery(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A good case file of one document in a SIP_hoso ZIP; its office's agreement accepts it by itself."""
    folder = tmp_path_factory.mktemp("delivery")
    document = a_document("Báo cáo", "12", "BC-STTTT").issued_on(2020, 6, 1).made_as(Made.PLAIN)
    plan = (
        a_case_file().of("gia-lai").called("77.TH", "Hồ sơ về việc bị ngắt giữa chừng").closed(2020, 12, 31)
    )
    target = folder / "sip.zip"
    make_sip(
        plan.with_document(document.about("Báo cáo tình hình quản lý văn bản điện tử quý II năm 2020")),
        target,
        Pki(folder / "pki", folder / "trust"),
    )
    return target


def send(delivery: Path) -> str:
    """Receive the delivery as the gateway would, without a queue; return the submission's id."""
    with delivery.open("rb") as source:
        got = receive(
            source,
            agency_code=OFFICES["gia-lai"].code,
            message_id="m-1",
            kind="sip",
            file_name=delivery.name,
            actor="system:test",
            now=datetime.now(UTC),
        )
    return got.submission_id


def end_state(submission_id: str) -> dict[str, Any]:
    """Return what must be the same whether or not anything was killed on the way."""
    with reading() as session:
        row = session.get_one(Submission, submission_id)
        case_file = session.scalar(select(CaseFile).where(CaseFile.submission_id == submission_id))
        assert case_file is not None, f"not stored but {row.state}: {row.waiting}"
        package = session.scalar(select(Package).where(Package.case_file_id == case_file.id))
        assert package is not None
        originals = session.scalars(
            select(Component.sha256).where(Component.role == "original").order_by(Component.path)
        )
        stored = session.scalars(select(EventRow).where(EventRow.verb == Verb.STORE)).all()
        return {
            "state": row.state,
            "steps": [step.step for step in row.steps],
            "originals": list(originals),
            "components": session.query(Component).count(),
            "copies": {copy.store: copy.state for copy in package.copies},
            "in stores": [store.size(package.name) == package.size for store in custody.stores()],
            "nothing else in stores": [
                [name for name in store.names() if not name.startswith("_ledger/")] == [package.name]
                for store in custody.stores()
            ],
            "stored once": len(stored),
            "receipts": sorted(
                session.scalars(select(Outbox.status).where(Outbox.submission_id == submission_id))
            ),
            "quarantine empty": not quarantine.folder(submission_id).exists(),
        }


def finish(submission_id: str) -> dict[str, Any]:
    """Do what the sweep does once the dead worker's lease has run out."""
    with transaction() as session:
        session.execute(update(Submission).values(lease_until=None, lease_owner="", not_before=None))
    pipeline.advance(submission_id)
    return end_state(submission_id)


@pytest.fixture
def never_killed(road: Path) -> dict[str, Any]:
    """The end state of the same delivery when nothing goes wrong."""
    return {
        "state": "stored",
        "steps": list(route("sip")),
        "copies": {store.name: "verified" for store in custody.stores()},
        "in stores": [True, True, True],
        "nothing else in stores": [True, True, True],
        "stored once": 1,
        "receipts": ["01", "03", "06"],
        "quarantine empty": True,
    }


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", list(route("sip")))
def test_killed_at_a_step_it_goes_on_and_ends_the_same(
    road: Path, delivery: Path, never_killed: dict[str, Any], step: str, when: str
) -> None:
    submission_id = send(delivery)
    killer = subprocess.run(
        [sys.executable, str(ROOT / "tests" / "e2e" / "killer.py"), submission_id, step, when],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert killer.returncode == -9, killer.stderr
    with reading() as session:
        half = session.get_one(Submission, submission_id)
        assert half.state != "stored"
        assert step not in [row.step for row in half.steps]
    found = finish(submission_id)
    assert {key: found[key] for key in never_killed} == never_killed
    assert len(found["originals"]) == 1
    assert found["components"] == 3  # original, PDF/A, text
