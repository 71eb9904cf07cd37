"""Files of papers wait on the shelf, go into the dossier, and leave nothing behind."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import cache
from io import BytesIO
from pathlib import Path
from threading import Barrier

import pytest
import typer
from procedure_people import decide, on, seen, walked
from retention_town import AGENCY, AN, BINH, HEAD, NOW, TODAY, Town
from sqlalchemy import select
from typer.testing import CliRunner

from archive.custody import read_component
from archive.errors import ArchiveError, NotAllowedError, OrderRefusedError
from archive.paper_files import shelf
from archive.paper_files.inspecting import Looked, PaperFileError, Readable
from archive.pdfa.print import render
from archive.procedure.papers import Paper
from archive.procedure.states import State
from archive.reason import told
from archive.register.disposal import DisposalList
from archive.register.models import Component, ComponentRole, Record
from archive.register.session import reading, transaction
from archive.viewer import Role
from retention.cli import register
from retention.destruction import execute
from retention.filing import contents, filing, given
from retention.procedure import deciding


@cache
def a_pdf() -> bytes:
    return render("<p>Quyết định đã ký</p>", title="Quyết định")


class Looker:
    """Takes what begins as a PDF; its PDF/A is the file itself."""

    def look(self, path: Path, name: str) -> Looked:
        if not path.read_bytes().startswith(b"%PDF"):
            raise PaperFileError("no PDF")
        return Looked("fmt/276", 1, "scanner 1.0")

    def readable(self, path: Path, name: str, into: Path) -> Readable | None:
        (into / "a.txt").write_text("Quyết định đã ký\f")
        return Readable(path, "fmt/477", into / "a.txt", 1, {"route": "kept"})


@pytest.fixture(autouse=True)
def _looker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contents, "inspector", Looker)


def put(data: bytes = b"", name: str = "Quyet dinh.pdf") -> shelf.Waiting:
    return shelf.put(BytesIO(data or a_pdf()), name, by="dung", now=NOW, looks=Looker())


def printer(parts: Sequence[str], title: str) -> bytes:
    return a_pdf()


def decided_with(*files: str) -> tuple[str, shelf.Waiting]:
    """Return a list that was decided by a paper with its file, carried out, and asked to be closed; and the file."""
    kept = put()
    paper = Paper("12/QĐ-SNV", TODAY, kept.sha256, kept.about.name)
    story = decide(walked(*files, to=State.OPINION_GIVEN), paper=paper)
    on(story)
    assert execute(story.order_id, viewer=BINH, now=NOW).finished
    with transaction() as session:
        deciding.close(session, story.order_id, viewer=AN, now=NOW)
    return story.order_id, kept


def on_the_shelf() -> list[str]:
    return [one.sha256 for one in shelf.waiting()]


def test_a_file_is_kept_once_under_its_hash(house: Path) -> None:
    first, second = put(), put(name="khac.pdf")
    assert first == second and on_the_shelf() == [hashlib.sha256(a_pdf()).hexdigest()]
    assert first.path.read_bytes() == a_pdf()
    assert (first.about.name, first.about.by, first.about.looked.scanner) == (
        "Quyet dinh.pdf", "dung", "scanner 1.0",
    )  # fmt: skip
    shelf.drop(first.sha256)
    shelf.drop(first.sha256)
    assert on_the_shelf() == [] and not list(shelf.home().iterdir())


def test_what_is_refused_leaves_nothing(house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(PaperFileError, match="no PDF"):
        put(b"MZ program")
    monkeypatch.setattr(shelf, "MOST", 10)
    with pytest.raises(PaperFileError, match="larger than"):
        put(b"%PDF-1.7 and more")
    assert not list(shelf.home().iterdir())
    assert shelf.find("../register.db") is None and shelf.find("") is None


def test_nothing_is_taken_without_who_looks(house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archive.paper_files.inspecting.entry_points", lambda group: ())
    with pytest.raises(PaperFileError, match="exactly one inspector"):
        shelf.put(BytesIO(a_pdf()), "a.pdf", by="dung", now=NOW)


def test_a_killed_giver_leaves_no_file_and_is_cleared_away(
    town: Town, in_child: Callable[[Callable[[], object]], int]
) -> None:
    class Dies(Looker):
        def look(self, path: Path, name: str) -> Looked:
            os._exit(9)

    def give() -> object:
        return shelf.put(BytesIO(a_pdf()), "a.pdf", by="dung", now=NOW, looks=Dies())

    assert in_child(give) == 9
    assert on_the_shelf() == [] and len(list(shelf.home().iterdir())) == 1
    with reading() as session:
        assert given.sweep(session, now=NOW + timedelta(days=3650)) == 1
    assert not list(shelf.home().iterdir())
    put()


def test_a_step_does_not_name_a_file_that_is_not_there(town: Town) -> None:
    story = walked(town.store("01"), to=State.OPINION_GIVEN)
    with pytest.raises(OrderRefusedError, match="not where it waited"):
        decide(story, paper=Paper("12/QĐ-SNV", TODAY, "ab" * 32, "Quyet dinh.pdf"))
    assert seen(story.order_id).state is State.OPINION_GIVEN


def test_the_file_goes_into_the_dossier_and_leaves_the_shelf(town: Town) -> None:
    order_id, kept = decided_with(town.store("01"))
    dossier_id = filing.file_dossier(order_id, now=NOW, printer=printer)
    with reading() as session:
        record = session.scalars(
            select(Record).where(
                Record.case_file_id == dossier_id, Record.subject.like("%bản đã ký hoặc bản quét%")
            )
        ).one()
        assert (record.type_name, record.number, record.notation, record.issued_on) == (
            "Quyết định", "12", "QĐ-SNV", TODAY,
        )  # fmt: skip
        original = next(one for one in record.components if one.role == ComponentRole.ORIGINAL)
        assert (original.sha256, original.name) == (kept.sha256, "Quyet dinh.pdf")
        assert original.facts["scanner"] == "scanner 1.0"
        assert {one.role for one in record.components} == set(ComponentRole)
        assert b"".join(read_component(session, original.id, viewer=AN).chunks) == a_pdf()
    assert on_the_shelf() == [] and seen(order_id).state is State.CLOSED


def test_a_file_that_was_lost_keeps_the_list_open_until_it_is_given_again(town: Town) -> None:
    order_id, kept = decided_with(town.store("01"))
    shelf.drop(kept.sha256)
    with pytest.raises(ArchiveError, match=kept.sha256):
        filing.file_dossier(order_id, now=NOW, printer=printer)
    assert seen(order_id).state is State.DESTROYED
    put()
    filing.file_dossier(order_id, now=NOW, printer=printer)
    assert seen(order_id).state is State.CLOSED


def test_a_file_another_list_needs_stays(town: Town) -> None:
    order_id, kept = decided_with(town.store("01"))
    other = walked(town.store("02"), to=State.OPINION_GIVEN)
    decide(other, paper=Paper("12/QĐ-SNV", TODAY, kept.sha256, kept.about.name))
    filing.file_dossier(order_id, now=NOW, printer=printer)
    assert on_the_shelf() == [kept.sha256]


def test_what_no_list_names_goes_after_a_week(town: Town) -> None:
    kept = put()
    unused = put(a_pdf() + b"\n% unused")
    decide(
        walked(town.store("01"), to=State.OPINION_GIVEN),
        paper=Paper("12/QĐ-SNV", TODAY, kept.sha256, kept.about.name),
    )
    with reading() as session:
        assert given.sweep(session, now=NOW + timedelta(days=6)) == 0
        assert given.sweep(session, now=NOW + timedelta(days=8)) == 1
    assert on_the_shelf() == [kept.sha256]
    assert shelf.find(unused.sha256) is None


def test_the_files_of_a_list_that_ended_without_a_dossier_go_after_a_year(town: Town) -> None:
    kept = put()
    story = walked(town.store("01"), to=State.OPINION_GIVEN)
    decide(story, paper=Paper("12/QĐ-SNV", TODAY, kept.sha256, kept.about.name))
    long_after = NOW + timedelta(days=3650)
    with reading() as session:
        assert given.sweep(session, now=long_after) == 0  # decided and not carried out: it may still be
    with transaction() as session:
        deciding.refuse(session, story.order_id, reason="Nghĩ lại", viewer=HEAD, now=NOW)
        ended = session.get_one(DisposalList, story.order_id).since
    with reading() as session:
        assert given.sweep(session, now=ended + timedelta(days=364)) == 0
        assert given.sweep(session, now=ended + timedelta(days=366)) == 1
    assert on_the_shelf() == []


def test_a_file_that_is_given_again_waits_anew(town: Town) -> None:
    put()
    again = shelf.put(BytesIO(a_pdf()), "b.pdf", by="an", now=NOW + timedelta(days=6), looks=Looker())
    assert (again.about.at, again.about.by) == (NOW + timedelta(days=6), "dung")
    put()  # an older clock makes it no older
    with reading() as session:
        assert given.sweep(session, now=NOW + timedelta(days=8)) == 0
        assert given.sweep(session, now=NOW + timedelta(days=14)) == 1


def test_one_person_leaves_no_more_than_a_few_files_that_no_list_names(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(given, "MOST_UNUSED", 2)

    def give(n: int, by: str = "dung") -> shelf.Waiting:
        data = BytesIO(a_pdf() + b"\n%% %d" % n)
        with reading() as session:
            return given.give(session, data, f"{n}.pdf", by=by, now=NOW, looks=Looker())

    first = give(1)
    give(2)
    with pytest.raises(PaperFileError) as caught:
        give(3)
    assert "chưa bước nào dùng đến" in told(caught.value.reason) and "no step yet" in str(caught.value)
    assert len(on_the_shelf()) == 2
    assert give(1).sha256 == first.sha256  # given again it is no other file
    give(3, by="an")  # another person's are counted apart
    story = walked(town.store("01"), to=State.OPINION_GIVEN)
    decide(story, paper=Paper("12/QĐ-SNV", TODAY, first.sha256, first.about.name))
    give(4)  # one of the two is a list's now


def test_files_given_at_the_same_time_do_not_pass_the_limit(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(given, "MOST_UNUSED", 2)
    looked_at = Barrier(4)

    class Together(Looker):
        def look(self, path: Path, name: str) -> Looked:
            looked_at.wait(timeout=30)  # each was let through while none lay there
            return super().look(path, name)

    def give(n: int) -> bool:
        data = BytesIO(a_pdf() + b"\n%% %d" % n)
        try:
            with reading() as session:
                given.give(session, data, f"{n}.pdf", by="dung", now=NOW, looks=Together())
        except PaperFileError:
            return False
        return True

    with ThreadPoolExecutor(4) as people:
        assert sorted(people.map(give, range(4))) == [False, False, True, True]
    assert len(on_the_shelf()) == 2


def test_a_file_of_which_no_pdfa_can_be_made_is_kept_as_it_came(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Looker, "readable", lambda *_: None)
    order_id, kept = decided_with(town.store("01"))
    dossier_id = filing.file_dossier(order_id, now=NOW, printer=printer)
    with reading() as session:
        query = select(Component).join(Record).where(Record.case_file_id == dossier_id)
        (component,) = session.scalars(query.where(Component.name == "Quyet dinh.pdf"))
        assert component.sha256 == kept.sha256
        assert component.facts["kept"] == "no PDF/A could be made"


def test_a_file_is_given_by_who_takes_a_step_with_a_paper_and_nobody_else(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelf, "inspector", Looker)
    signed = tmp_path / "signed.pdf"
    signed.write_bytes(a_pdf())
    app = typer.Typer()
    register(app)
    given_by = set()
    for role in Role:
        who = ["--as", "x", "--role", f"{role.value}@{AGENCY}"]
        result = CliRunner().invoke(app, ["disposal", "keep-file", str(signed), *who])
        assert (result.exit_code == 0) == bool(on_the_shelf())
        if on_the_shelf():
            given_by.add(role)
        else:
            assert isinstance(result.exception, NotAllowedError)
        for sha256 in on_the_shelf():
            shelf.drop(sha256)
    assert given_by == {Role.ARCHIVIST, Role.HEAD, Role.COUNCIL}
