"""An agency's agreement decides down the whole road: accepts, returns, returns in part; minutes and release follow."""

from __future__ import annotations

import io
import sys
from datetime import UTC, datetime
from pathlib import Path

import pikepdf
import pytest
from deliveries import GIA_LAI, a_good_case_file, a_report, packed, row_of, send
from sqlalchemy import select

from archive.ledger.append import history
from archive.pdfa.verapdf import VeraPdf
from archive.rebuild import rebuild
from archive.register.agreements import Minutes
from archive.register.models import Outbox
from archive.register.session import reading, transaction
from archive.viewer import Role, Viewer
from ingest import pipeline, resending, submissions
from ingest.handover import minutes
from ingest.mending.package import Mended, write
from tests.samples.case_file import CaseFilePlan, Made
from tests.samples.pki import Pki
from tests.samples.world import make_file

sys.path.insert(0, str(Path(__file__).parent.parent / "ingest"))
from agreement_builders import agree

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]

OFFICIAL = Viewer("nam", {GIA_LAI: frozenset({Role.OFFICIAL})})
ARCHIVIST = Viewer("lan", {GIA_LAI: frozenset({Role.ARCHIVIST})})


def a_plan(notation: str, *bad: int) -> CaseFilePlan:
    documents = [
        a_report(Made.BROKEN if number in bad else Made.PLAIN, number=str(number)).about(
            f"Báo cáo tình hình quản lý văn bản điện tử, số {number}"
        )
        for number in (1, 2, 3)
    ]
    return a_good_case_file(notation, "Hồ sơ nộp theo thỏa thuận").with_document(*documents)


def told(submission_id: str, status: str) -> str:
    with reading() as session:
        query = select(Outbox.reason).where(Outbox.submission_id == submission_id, Outbox.status == status)
        return session.scalars(query).one()


def test_it_accepts_by_itself_and_minutes_and_release_follow_once_everything_is_stored(
    town: Path, made_by_migrations: None, tmp_path: Path
) -> None:
    agreement = agree(GIA_LAI, accept="automatic", source_may_release=True)
    one = send(packed(a_plan("91.TH"), tmp_path / "sip.zip"), inbox="truc")
    assert pipeline.advance(one) == "stored", [(f.code, f.place) for f in row_of(one).findings]
    row = row_of(one)
    assert (row.decided_by, row.agreement_id, row.source) == ("system:agreement", agreement, "may")
    assert told(one, "06").startswith(
        "Hệ thống nguồn được phép xóa bản của mình (thỏa thuận nộp lưu số 15/TT-NL"
    )

    assert minutes.print_due(datetime.now(UTC)) == 1
    with reading() as session:
        made = submissions.minutes_of(session, one, viewer=OFFICIAL)
        assert session.get_one(Minutes, one).size == len(made)
        assert history(session, one)[0].verb == "MINUTES"
    path = tmp_path / "bien-ban.pdf"
    path.write_bytes(made)
    with VeraPdf() as vera:
        assert vera.check(path, "2b").compliant is True
    with pikepdf.open(io.BytesIO(made)) as pdf:
        assert str(pdf.docinfo["/Title"]).startswith("Biên bản giao nhận hồ sơ, tài liệu")
    report = rebuild()
    assert report.equal, report


def test_it_returns_the_two_bad_documents_alone_and_what_is_mended_is_stored(
    town: Path, tmp_path: Path
) -> None:
    agree(GIA_LAI, **{"accept": "automatic", "return": "archivist", "partial_return": "automatic"})
    first = send(packed(a_plan("92.TH", 1, 3), tmp_path / "sip.zip"))
    assert pipeline.advance(first) == "returned"
    assert row_of(first).wanted_again == [1, 3]
    assert told(first, "02").startswith("Trả lại một phần: chỉ gửi lại văn bản số 1, 3;")

    plan, package, papers = a_plan("92.TH"), io.BytesIO(), {}
    for number in (1, 3):
        papers[number] = tmp_path / f"{number}.pdf"
        make_file(
            plan, plan.documents[number - 1], 0, papers[number], Pki(tmp_path / "pki", tmp_path / "trust")
        )
    write(
        package,
        fields={},
        documents=[
            Mended(number, {}, [(f"{number}.pdf", io.BytesIO(paper.read_bytes()))])
            for number, paper in papers.items()
        ],
    )
    package.seek(0)
    mended = resending.send(first, package, viewer=OFFICIAL, now=datetime.now(UTC)).submission_id
    assert pipeline.advance(mended) == "stored", [(f.code, f.place) for f in row_of(mended).findings]
    assert "hãy giữ lại" in told(mended, "06")  # nothing was agreed on about the source's copy
    assert (row_of(mended).mends, row_of(mended).source) == (first, "none")


def test_where_an_archivist_returns_errors_wait_and_go_back_with_a_word(town: Path, tmp_path: Path) -> None:
    agree(GIA_LAI, **{"accept": "automatic", "return": "archivist"})
    one = send(packed(a_plan("93.TH", 2), tmp_path / "sip.zip"))
    assert pipeline.advance(one) == "to-decide"
    with transaction() as session:
        submissions.send_back(session, one, viewer=ARCHIVIST, reason="Tệp hỏng", now=datetime.now(UTC))
    assert row_of(one).state == "returned"
    assert told(one, "02").startswith("Tệp hỏng\n[UNOPENABLE]")  # the word first, then every error
