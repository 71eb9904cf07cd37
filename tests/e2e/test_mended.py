"""A returned case file is mended: only what was wrong travels again, and the whole is stored."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from deliveries import GIA_LAI, a_good_case_file, a_report, packed, row_of, send
from sqlalchemy import select

from archive.ledger.append import history
from archive.register.models import CaseFile, Component, ComponentRole, Outbox, Record, Submission
from archive.register.session import reading, transaction
from archive.viewer import Role, Viewer
from ingest import pipeline, quarantine, resending
from ingest.errors import IngestError
from ingest.mending.package import Mended, write
from ingest.steps.look import AllFacts
from ingest.steps.step import Work
from ingest.tidying import tidy
from tests.samples.case_file import CaseFilePlan, Made
from tests.samples.pki import Pki
from tests.samples.world import make_file

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]

OFFICIAL = Viewer("nam", {GIA_LAI: frozenset({Role.OFFICIAL})})
MANY, BAD = 20, (5, 12)


def a_plan(*bad: int) -> CaseFilePlan:
    documents = [
        a_report(Made.BROKEN if number in bad else Made.PLAIN, number=str(number)).about(
            f"Báo cáo tình hình quản lý văn bản điện tử, số {number}"
        )
        for number in range(1, MANY + 1)
    ]
    return a_good_case_file("83.TH", "Hồ sơ được sửa và gửi lại").with_document(*documents)


@pytest.fixture(scope="module")
def bad_sip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return packed(a_plan(*BAD), tmp_path_factory.mktemp("bad") / "sip.zip")


@pytest.fixture
def good_papers(tmp_path: Path) -> Iterator[dict[int, bytes]]:
    """The two documents as they should have been."""
    plan = a_plan()
    papers = {}
    for number in BAD:
        path = tmp_path / f"{number}.pdf"
        make_file(plan, plan.documents[number - 1], 0, path, Pki(tmp_path / "pki", tmp_path / "trust"))
        papers[number] = path.read_bytes()
    yield papers


def a_mend(papers: dict[int, bytes]) -> io.BytesIO:
    target = io.BytesIO()
    write(
        target,
        fields={},
        documents=[
            Mended(number, {}, [(f"{number}.pdf", io.BytesIO(data))]) for number, data in papers.items()
        ],
    )
    target.seek(0)
    return target


def returned(bad_sip: Path) -> str:
    one = send(bad_sip, inbox="truc")
    assert pipeline.advance(one) == "returned"
    places = {finding.params["document"] for finding in row_of(one).findings}
    assert places == {str(number) for number in BAD}
    return one


def test_of_twenty_documents_the_two_bad_ones_are_sent_again_and_the_case_file_is_stored(
    town: Path, bad_sip: Path, good_papers: dict[int, bytes]
) -> None:
    first = returned(bad_sip)
    package = a_mend(good_papers)
    sent = len(package.getvalue())
    assert sent < bad_sip.stat().st_size / 5
    mended = resending.send(first, package, viewer=OFFICIAL, now=datetime.now(UTC)).submission_id
    assert pipeline.advance(mended) == "stored", [(f.code, f.place) for f in row_of(mended).findings]

    row = row_of(mended)
    assert (row.mends, row.message_id, row.size) == (first, row_of(first).message_id, sent)
    assert row.inbox == "truc", "answered the way the first delivery came"
    assert row_of(first).state == "returned"
    with reading() as session:
        case_file = session.scalars(select(CaseFile)).one()
        originals = session.scalars(
            select(Component)
            .join(Record)
            .where(Record.case_file_id == case_file.id, Component.role == ComponentRole.ORIGINAL)
        ).all()
        assert len(originals) == MANY
        stored = {component.sha256 for component in originals}
        assert session.scalars(select(Outbox.status).where(Outbox.submission_id == mended)).all() == [
            "01",
            "03",
            "06",
        ]
        assert [event.verb for event in history(session, mended)][-1] == "INGEST"
    assert {hashlib.sha256(data).hexdigest() for data in good_papers.values()} <= stored
    assert quarantine.folder(first).exists()
    assert tidy() == 1
    assert not quarantine.folder(first).exists()


def test_what_stays_is_not_looked_into_again(
    town: Path, bad_sip: Path, good_papers: dict[int, bytes]
) -> None:
    first = returned(bad_sip)
    looked = dict(row_of(first).steps[2].result)
    mended = resending.send(first, a_mend(good_papers), viewer=OFFICIAL, now=datetime.now(UTC)).submission_id
    before = quarantine.folder(first) / "work" / "facts.json"
    told = before.read_text("utf-8").replace('"pages":1', '"pages":7')
    before.write_text(told, "utf-8")  # a lie only a carried fact can repeat
    pipeline.advance(mended)
    work = Work(mended, GIA_LAI, "mend", "", datetime.now(UTC), Path(), quarantine.work(mended), {})
    pages = [fact.pages for fact in work.load("facts", AllFacts).values()]
    assert pages.count(7) >= MANY - len(BAD), (looked, pages)


def test_a_replacement_package_mends_like_a_mend_package(town: Path, bad_sip: Path, tmp_path: Path) -> None:
    first = returned(bad_sip)
    good = a_plan()
    only = tuple(good.documents[number - 1].wrongly(DocOrdinal=str(number)) for number in BAD)
    # Totals are of the whole case file, and were right: this package says nothing of them.
    plan = replace(good, documents=only).with_status("REPLACEMENT").wrongly(TotalDoc=None, PageNumber=None)
    again = packed(plan, tmp_path / "again" / "sip.zip")
    mended = send(again, message_id="m-2")
    assert pipeline.advance(mended) == "stored", [(f.code, f.place) for f in row_of(mended).findings]
    assert row_of(mended).mends == first


def test_a_replacement_of_nothing_goes_back(town: Path, tmp_path: Path) -> None:
    plan = a_good_case_file("84.TH").with_document(a_report()).with_status("REPLACEMENT")
    one = send(packed(plan, tmp_path / "sip.zip"))
    assert pipeline.advance(one) == "returned"
    assert "MEND_NOTHING" in {finding.code for finding in row_of(one).findings}


def test_what_is_being_mended_or_was_not_returned_cannot_be_mended(
    town: Path, bad_sip: Path, good_papers: dict[int, bytes]
) -> None:
    first = returned(bad_sip)
    resending.send(first, a_mend(good_papers), viewer=OFFICIAL, now=datetime.now(UTC))
    with pytest.raises(IngestError, match="already"):
        resending.send(first, a_mend({5: b"x"}), viewer=OFFICIAL, now=datetime.now(UTC))
    with transaction() as session:
        session.get_one(Submission, first).state = "refused"
    with pytest.raises(IngestError, match="refused"):
        resending.send(first, a_mend({5: b"x"}), viewer=OFFICIAL, now=datetime.now(UTC))
