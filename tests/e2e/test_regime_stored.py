"""Which of the two legal regimes a case file is under is kept with it: in the register, the ledger and the package."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import pytest
from deliveries import GIA_LAI, a_good_case_file, a_report, packed, row_of, send
from sqlalchemy import select

from archive.ledger.append import history
from archive.ledger.event import Verb
from archive.packages.reader import read_facts
from archive.register.models import CaseFile, Package
from archive.register.session import reading
from archive.settings import ArchiveSettings
from ingest import pipeline
from tests.samples.case_file import CaseFilePlan

sys.path.insert(0, str(Path(__file__).parent.parent / "ingest"))
from agreement_builders import agree

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]


def a_plan(notation: str, ended: date, standard: str) -> CaseFilePlan:
    """Return a case file of one document, begun and ended in 2025."""
    report = a_report(number=notation[:2]).issued_on(2025, 6, 2)
    plan = a_good_case_file(notation, f"Hồ sơ kết thúc ngày {ended:%d/%m/%Y}").opened(2025, 1, 2)
    return plan.closed(ended.year, ended.month, ended.day).by_circular(standard).with_document(report)


def test_the_last_day_of_the_old_law_is_stored_as_r1_and_the_day_after_as_r2(
    town: Path, tmp_path: Path
) -> None:
    agree(GIA_LAI, accept="automatic")
    told = {}
    for notation, ended, standard in (
        ("94.TH", date(2025, 6, 30), "TT02"),
        ("95.TH", date(2025, 7, 1), "TT05"),
    ):
        sip = packed(a_plan(notation, ended, standard), tmp_path / notation / "sip.zip")
        submission = send(sip, message_id=notation)
        assert pipeline.advance(submission) == "stored", [
            (f.code, f.place, f.params) for f in row_of(submission).findings
        ]
        with reading() as session:
            file = session.scalars(select(CaseFile).where(CaseFile.submission_id == submission)).one()
            package = session.scalars(select(Package).where(Package.case_file_id == file.id)).one()
            (stored,) = [event for event in history(session, file.id) if event.verb == Verb.STORE]
        assert file.end_date == ended
        with (ArchiveSettings.load().all_stores[0].path / package.name).open("rb") as source:
            kept = read_facts(source)
        told[ended] = (file.regime, stored.payload["case_file"]["regime"], kept.regime)
    assert told == {date(2025, 6, 30): ("R1",) * 3, date(2025, 7, 1): ("R2",) * 3}
