"""The whole way of a partial return: checked, asked about, one document sent back, mended alone, checked again."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryFile

import pytest
from agreement_builders import LAN
from gathering_world import OFFICE, World, codes, furnish, paper, row, state

from archive.register.agencies import set_agency
from archive.register.models import Submission
from archive.register.session import reading, transaction
from archive.viewer import Role, Viewer
from ingest import asking, quarantine, resending, submissions
from ingest.mending.package import Mended, write
from ingest.shown import contents_of
from ingest.steps import documentation
from ingest.steps.step import Work

NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)
OFFICIAL = Viewer("nam", {OFFICE: frozenset({Role.OFFICIAL})})


@pytest.fixture
def world(house: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    furnish(monkeypatch)
    with transaction() as session:
        set_agency(session, code=OFFICE, name="Cục", level1="G09", auto_accept=False, actor="t", now=NOW)
    (tmp_path / "sent").mkdir()
    return World(tmp_path / "sent")


@pytest.fixture
def case(world: World) -> str:
    """A good case file of three documents that waits for a decision."""
    letters = [world.letter(str(number)) for number in (1, 2, 3)]
    for letter in letters:
        world.sent(letter)
    case = world.case_file(letters)
    world.run(case)
    assert state(case) == "to-decide"
    return case


def files(submission_id: str) -> list[str]:
    with reading() as session:
        contents = contents_of(session.get_one(Submission, submission_id))
    assert contents is not None
    return [file.sha256 for document in contents.documents for file in document.files]


def test_one_document_goes_back_and_it_alone_is_sent_again(world: World, case: str) -> None:
    before = files(case)
    with transaction() as session:
        submissions.send_back(
            session, case, viewer=LAN, reason="", documents={2: "thiếu trang 3"}, now=datetime.now(UTC)
        )
    assert (state(case), row(case).wanted_again) == ("returned", [2])
    with TemporaryFile() as package:
        again = paper(world.folder, "Báo cáo số 2 về tình hình quản lý, đủ cả trang 3")
        write(package, fields={}, documents=[Mended(2, {}, [("bc2.pdf", BytesIO(again))])])
        size = package.tell()
        package.seek(0)
        mended = resending.send(case, package, viewer=OFFICIAL, now=datetime.now(UTC)).submission_id
    assert world.run(mended) == "to-decide"
    assert "DOCUMENT_RETURNED" not in codes(mended)
    after = files(mended)
    assert [one == other for one, other in zip(before, after, strict=True)] == [True, False, True]
    assert size < 2 * len(again)  # the others travelled once


def test_what_was_asked_and_answered_goes_into_the_package(case: str) -> None:
    def written() -> list[tuple[str, bytes]]:
        work = Work(case, OFFICE, "sip", "", NOW, Path(), quarantine.work(case), {})
        return [(one.path, one.source.read_bytes()) for one in documentation._asked(work)]

    assert written() == []
    with transaction() as session:
        question = asking.ask(session, case, viewer=LAN, text="Phụ lục 2 có kèm không?", now=NOW).id
    with transaction() as session:
        asking.answer(session, question, viewer=OFFICIAL, text="Có, ở tệp 3.", now=NOW)
    ((path, text),) = written()
    assert written() == [(path, text)]  # a second run writes the same
    (said,) = json.loads(text)["questions"]
    assert path == "documentation/hoi-dap.json"
    assert (said["question"], said["answer"], said["answered_role"]) == (
        "Phụ lục 2 có kèm không?",
        "Có, ở tệp 3.",
        "official",
    )


def test_a_destruction_takes_the_words_of_questions_too(case: str) -> None:
    from archive.register.models import CaseFile
    from archive.register.project_case_files import forget_deliveries
    from ingest.asked import of_submission

    with transaction() as session:
        asking.ask(session, case, viewer=LAN, text="Phụ lục 2 có kèm không?", now=NOW)
    with transaction() as session:
        stored = CaseFile(id="case", code=row(case).file_code, agency_code=OFFICE, submission_id=case)
        forget_deliveries(session, stored)
    with reading() as session:
        (one,) = of_submission(session, case)
        assert (one.text, one.question.asked_by) == ("", "lan")
