"""The dossier of a destruction as a case file: what is in it, how long it stays, and kills on the way."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

import pytest
from retention_town import AGENCY, AN, BINH, HEAD, NOW, RESEARCHER, TODAY, Town, person, place
from sqlalchemy import func, select

from archive.custody import read_component, record_receipt, stores
from archive.dossiers import kept_through
from archive.errors import DamagedError, NotAllowedError, OrderRefusedError, TemporaryError
from archive.holders import Erasure
from archive.ledger import check_proof, merkle
from archive.ledger.check_proof import extract_faults
from archive.ledger.event import Verb
from archive.ledger.follow import follow
from archive.ledger.rows import EventRow
from archive.order_check import reasons_against_item
from archive.packages.reader import read_facts
from archive.packages.verify import verify
from archive.pdfa.parts import render_parts
from archive.pdfa.print import render
from archive.procedure.papers import Paper
from archive.procedure.states import State
from archive.register.decisions import Order, OrderKind
from archive.register.disposal import DisposalList
from archive.register.models import CaseFile, Component, ComponentRole, Package, Record
from archive.register.session import reading, transaction
from archive.settings import ArchiveSettings
from archive.viewer import Role
from retention import appraisal
from retention.destruction import execute
from retention.errors import BelowMinimumError, RetentionError
from retention.filing import filing, record
from retention.filing.desk import Desk, Stage
from retention.floor import against_floor
from retention.follower import follower
from retention.own_lines import line_of
from retention.procedure import deciding, taking
from retention.procedure.candidates import candidates, reasons_not_to_list

ONE = timedelta(days=1)
STORES = ["kho-a", "kho-b", "kho-c"]


def in_full(parts: Sequence[str], title: str) -> bytes:
    """Print without the judge; `tests/services/test_dossier_filed.py` asks veraPDF."""
    return render_parts(parts, title=title, flavour="3b")


@cache
def _blank() -> bytes:
    return render("<p>Trang</p>", title="Trang")


def printer(parts: Sequence[str], title: str) -> bytes:
    """Print nothing of the page, for tests that do not read it."""
    return _blank()


def asked(town: Town, *codes: str, regime: str = "R1") -> str:
    """Return a list that was carried out, with its dossier asked for."""
    ended = date(2014, 5, 20)
    ids = [town.store(code, title=f"Hồ sơ giao ban {code}", regime=regime, ended=ended) for code in codes]
    order_id = town.ordered(*ids)
    assert execute(order_id, viewer=BINH, now=NOW).finished
    with transaction() as session:
        deciding.close(session, order_id, viewer=AN, now=NOW)
    return order_id


def filed(order_id: str, **more: Any) -> str:
    return filing.file_dossier(order_id, now=NOW, **{"printer": printer, **more})


def state_of(order_id: str) -> State:
    with reading() as session:
        return taking.story(session, order_id).state


@dataclass
class Filed:
    """A house with one list closed by its dossier."""

    order_id: str
    dossier_id: str
    gone: str


@pytest.fixture
def one(town: Town) -> Filed:
    order_id = asked(town, "01")
    gone = next(iter(_story_items(order_id)))
    dossier_id = filed(order_id)
    follow(follower)
    return Filed(order_id, dossier_id, gone)


def _story_items(order_id: str) -> list[str]:
    with reading() as session:
        return list(taking.story(session, order_id).items)


def test_the_dossier_is_a_case_file_in_every_store_and_closes_the_list(one: Filed) -> None:
    with reading() as session:
        told = taking.story(session, one.order_id)
        file = session.get_one(CaseFile, one.dossier_id)
        package = file.packages[0]
        assert (told.state, told.dossier_id, told.faults) == (State.CLOSED, one.dossier_id, ())
        assert session.get_one(DisposalList, one.order_id).dossier_id == one.dossier_id
        assert "Quyết định số 12/QĐ-SNV ngày 02/03/2026" in file.title
        assert (file.kind, file.access, file.agency_code, file.maintenance) == (
            "disposal-dossier", "02", AGENCY, "20 năm",
        )  # fmt: skip
        assert sorted(copy.store for copy in package.copies) == STORES
        for store in stores():
            with store.open(package.name) as stream:
                facts = read_facts(stream)
            assert (facts.kind, facts.case_file_id, facts.version) == ("disposal-dossier", one.dossier_id, 1)
        whole = ArchiveSettings.load().all_stores[0].path / package.name
        assert verify(whole, schemas=ArchiveSettings.load().tools_home / "schemas") == []
    assert not Desk(one.order_id).folder.exists()


def test_it_holds_the_papers_and_a_record_of_the_ledger_that_can_be_proven_alone(town: Town) -> None:
    dossier_id = filed(asked(town, "01"), printer=in_full)
    with reading() as session:
        records = session.get_one(CaseFile, dossier_id).records
        assert [record.subject for record in records][-1] == "Trích sổ nhật ký và phiếu biểu quyết"
        assert "Biên bản hủy tài liệu theo Quyết định số 12/QĐ-SNV" in [record.subject for record in records]
        for record in records:
            assert {one.role for one in record.components} == set(ComponentRole)
        original = next(c for c in records[-1].components if c.role == ComponentRole.ORIGINAL)
        text = next(c for c in records[-1].components if c.role == ComponentRole.TEXT)
        told = json.loads(b"".join(read_component(session, original.id, viewer=AN).chunks))
        words = b"".join(read_component(session, text.id, viewer=AN).chunks).decode()
    assert extract_faults(told) == []
    (town.folder / "extract.json").write_text(json.dumps(told))
    assert check_proof.main([str(town.folder / "extract.json"), "--head", told["head"]]) == 0
    assert check_proof.main([str(town.folder / "extract.json"), "--head", "00" * 32]) == 1
    verbs = [json.loads(event["event"])["verb"] for event in told["events"]]
    assert {"DECISION", "ERASE", "DESTROY"} == set(verbs)
    assert "giang" in words and "Mọi phiếu đều đồng ý hủy" in words
    told["events"][0]["event"] = told["events"][0]["event"].replace("Hết thời hạn", "Còn thời hạn")
    assert extract_faults(told) == [
        "event 1 of the extract: the event is not the one that was hashed",
        "event 1 of the extract: the path does not lead from the event to the root",
    ]
    told["roots"][-1] = "00" * 32
    assert "the seals do not lead to the head" in extract_faults(told)


def test_it_says_where_copies_are_still_to_go_and_that_the_newer_certificate_is_not_in_it(town: Town) -> None:
    order_id = asked(town, "01")
    (item,) = _story_items(order_id)
    promise = Erasure("backups", "1 backup", "expires", NOW, False, date(2026, 6, 30))
    with transaction() as session:
        record_receipt(session, order_id, item, promise, actor="system:promises", now=NOW)
        page = record.page(session, taking.story(session, order_id))
    assert "chậm nhất ngày 30/06/2026" in page and "bản lập lại không nằm trong hồ sơ này" in page
    dossier_id = filed(order_id)
    with reading() as session:
        said = session.get_one(CaseFile, dossier_id).description["Description"]
    assert "chậm nhất ngày 30/06/2026" in said and "bản lập lại không nằm trong hồ sơ này" in said


def test_one_whose_copies_are_all_gone_promises_nothing(one: Filed) -> None:
    with reading() as session:
        assert "bản lập lại" not in session.get_one(CaseFile, one.dossier_id).description["Description"]


def test_it_may_be_read_where_conditional_case_files_may(one: Filed) -> None:
    with reading() as session:
        component = session.scalars(
            select(Component.id).join(Record).where(Record.case_file_id == one.dossier_id)
        )
        id = component.first()
        assert id is not None
        with pytest.raises(NotAllowedError):
            read_component(session, id, viewer=RESEARCHER)
        read_component(session, id, viewer=HEAD).chunks.close()  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("regime", "clause"), [("R1", "Luật 01/2011/QH13 Điều 28.5"), ("R2", "Quy tắc của hệ thống")]
)
def test_it_is_kept_twenty_years_by_the_day_and_by_the_year_the_later_of_both(
    town: Town, monkeypatch: pytest.MonkeyPatch, regime: str, clause: str
) -> None:
    monkeypatch.setenv("TANGTHU_RETENTION__COUNTING", "same-year")
    order_id = asked(town, "01", regime=regime)
    dossier_id = filed(order_id)
    follow(follower)
    with reading() as session:
        file = session.get_one(CaseFile, dossier_id)
        last = kept_through(file.end_date)
        assert last.year == file.end_date.year + 20
        assert (file.last_day, file.eligible_from) == (max(last, date(last.year - 1, 12, 31)), last + ONE)
        assert clause in str(file.retention_basis)
        for day in (TODAY, last):
            why = reasons_not_to_list(
                candidates(session, [file], day)[file.id], agency_code=AGENCY, today=day
            )
            assert [reason.code for reason in why] == ["archive.dossier-kept"] and clause in str(why[0])
        day = last + ONE
        assert (
            reasons_not_to_list(candidates(session, [file], day)[file.id], agency_code=AGENCY, today=day)
            == ()
        )


def test_the_year_wins_where_it_ends_later(one: Filed) -> None:
    with reading() as session:
        file = session.get_one(CaseFile, one.dossier_id)
        year = file.end_date.year + 20
        assert (file.last_day, file.eligible_from) == (date(year, 12, 31), date(year + 1, 1, 1))


@pytest.mark.parametrize(
    ("destroyed", "last"),
    [
        (date(2026, 3, 2), date(2046, 3, 2)),
        (date(2028, 2, 29), date(2048, 2, 29)),
        (date(2080, 2, 29), date(2100, 3, 1)),
    ],
)
def test_twenty_years_are_counted_by_the_day(destroyed: date, last: date) -> None:
    assert kept_through(destroyed) == last


def test_nobody_makes_its_period_shorter(one: Filed) -> None:
    with transaction() as session, pytest.raises(BelowMinimumError, match=r"28\.5"):
        appraisal.set_period(session, one.dossier_id, "10 năm", reason="Gọn kho", viewer=AN, now=NOW)
    with transaction() as session:
        appraisal.set_period(session, one.dossier_id, "30 năm", reason="Còn cần", viewer=AN, now=NOW)
    with reading() as session:
        file = session.get_one(CaseFile, one.dossier_id)
        assert file.last_day == date(file.end_date.year + 30, 12, 31)


@pytest.mark.parametrize(
    ("title", "retention", "refused"),
    [
        ("Hồ sơ hủy tài liệu hết giá trị", "10 năm", True),
        ("Hồ sơ về việc tiêu huỷ tài liệu", "19 năm", True),
        ("Hồ sơ hủy tài liệu hết giá trị", "20 năm", False),
        ("Hồ sơ hủy tài liệu hết giá trị", "Vĩnh viễn", False),
        ("Hồ sơ hủy hợp đồng thuê nhà", "5 năm", False),
    ],
)
def test_an_own_schedule_keeps_dossiers_no_shorter(title: str, retention: str, refused: bool) -> None:
    against = against_floor(line_of({"ref": "1", "title": title, "retention": retention}))
    assert (against is not None and against.blocks and "28.5" in str(against.why)) is refused


def test_a_forged_period_does_not_make_the_vault_destroy_it(one: Filed) -> None:
    with transaction() as session:
        file = session.get_one(CaseFile, one.dossier_id)
        file.eligible_from, file.permanent = TODAY, False
        order = session.scalars(select(Order).where(Order.kind == OrderKind.DESTRUCTION)).first()
        assert order is not None
        codes = {reason.code for reason in reasons_against_item(session, order, file.id, now=NOW)}
        assert "archive.dossier-kept" in codes
        assert "archive.not-due" not in codes  # so the forged period convinced everything else
        session.rollback()


def test_it_can_be_held_like_any_other(one: Filed) -> None:
    assert place(one.dossier_id).hold_ids


@pytest.mark.parametrize("size", range(1, 20))
def test_the_paths_of_many_are_those_of_one(size: int) -> None:
    leaves = [bytes([n]) * 32 for n in range(size)]
    tree = merkle.levels(leaves)
    assert [merkle.path_in(tree, n) for n in range(size)] == [merkle.path(leaves, n) for n in range(size)]
    assert tree[-1] == [merkle.root(leaves)]


# --- asked, refused, again ------------------------------------------------------------------------------


def test_it_is_asked_by_an_archivist_after_the_destruction_and_once(town: Town) -> None:
    order_id = town.ordered(town.store("01"))
    with transaction() as session, pytest.raises(OrderRefusedError):
        deciding.close(session, order_id, viewer=AN, now=NOW)
    assert execute(order_id, viewer=BINH, now=NOW).finished
    with pytest.raises(RetentionError, match="nobody has asked"):
        filed(order_id)
    with transaction() as session, pytest.raises(NotAllowedError):
        deciding.close(session, order_id, viewer=HEAD, now=NOW)
    for _ in range(2):
        with transaction() as session:
            assert deciding.close(session, order_id, viewer=AN, now=NOW).state is State.DESTROYED
    with reading() as session:
        steps = [step.id for step in taking.story(session, order_id).steps]
    assert steps.count("ask-close") == 1
    assert filing.unfinished() == [order_id]


def test_no_list_is_closed_by_a_paper_alone(town: Town) -> None:
    order_id = asked(town, "01")
    facts = {"paper": Paper("1/HSH", TODAY).as_json()}
    with transaction() as session, pytest.raises(OrderRefusedError, match="its dossier is stored"):
        taking.take(session, order_id, "close", viewer=AN, roles=(Role.ARCHIVIST,), now=NOW, facts=facts)


@pytest.mark.parametrize("stage", [Stage.PAPERS, Stage.PACKAGE, Stage.COPIES, Stage.CLOSING])
@pytest.mark.parametrize("desk_lost", [False, True], ids=["the desk is there", "the desk is lost"])
def test_killed_anywhere_it_is_filed_once(
    town: Town, in_child: Callable[[Callable[[], object]], int], stage: Stage, desk_lost: bool
) -> None:
    order_id = asked(town, "01")

    def die(at: Stage) -> None:
        if at is stage:
            os._exit(9)

    assert in_child(lambda: filed(order_id, watch=die)) == 9
    assert state_of(order_id) is State.DESTROYED
    if desk_lost:
        Desk(order_id).wipe()
    dossier_id = filed(order_id)
    assert filed(order_id) == dossier_id
    with reading() as session:
        packages = session.scalars(select(Package).where(Package.case_file_id == dossier_id)).all()
        assert [len(package.copies) for package in packages] == [3]
        count = select(func.count()).where(
            EventRow.object_id == dossier_id, EventRow.verb == Verb.STORE.value
        )
        assert session.scalar(count) == 1
        assert taking.story(session, order_id).faults == ()
    assert state_of(order_id) is State.CLOSED
    assert filing.unfinished() == [] and not Desk(order_id).folder.exists()


def test_a_store_that_is_down_keeps_the_list_open_and_says_so(town: Town) -> None:
    order_id = asked(town, "01")
    place = ArchiveSettings.load().all_stores[1].path / "khac"
    place.write_text("no folder")
    with pytest.raises(Exception, match="kho-b"):
        filed(order_id)
    progress = Desk(order_id).progress()
    assert progress is not None and progress.stage is Stage.COPIES and "kho-b" in progress.waiting
    assert state_of(order_id) is State.DESTROYED
    place.unlink()
    later = NOW + timedelta(minutes=11)  # a store that failed is left alone for some minutes
    filing.file_dossier(order_id, now=later, printer=printer)
    assert state_of(order_id) is State.CLOSED


def test_what_was_changed_on_the_desk_is_made_anew(town: Town) -> None:
    order_id = asked(town, "01")

    def change(at: Stage) -> None:
        if at is Stage.PACKAGE:
            (Desk(order_id).folder / "made-01.pdf").write_bytes(b"%PDF-1.7 something else")

    with pytest.raises(DamagedError):
        filed(order_id, watch=change)
    filed(order_id)
    assert state_of(order_id) is State.CLOSED


def test_a_package_that_was_changed_on_the_desk_is_not_filed(town: Town) -> None:
    order_id = asked(town, "01")

    def stop(at: Stage) -> None:
        if at is Stage.COPIES:
            raise TemporaryError("no store now")

    with pytest.raises(TemporaryError):
        filed(order_id, watch=stop)
    package = Desk(order_id).folder / "package.zip"
    with package.open("r+b") as file:
        file.seek(-5000, os.SEEK_END)
        file.write(b"what a bad disk gives back")
    dossier_id = filed(order_id)
    with reading() as session:
        name = session.scalars(select(Package.name).where(Package.case_file_id == dossier_id)).one()
    path = ArchiveSettings.load().all_stores[0].path / name
    assert verify(path, schemas=ArchiveSettings.load().tools_home / "schemas") == []


def test_a_dossier_that_is_described_anew_stays_one(one: Filed) -> None:
    from archive.describing import Redescription, describe

    new = Redescription({"Title": "Hồ sơ hủy năm 2026"}, "Hồ sơ hủy năm 2026", "02", ("Title",), "Rõ hơn", 1)
    describe(one.dossier_id, new, viewer=person("an", Role.ARCHIVIST), now=NOW)
    with reading() as session:
        file = session.get_one(CaseFile, one.dossier_id)
        assert (file.title, file.kind) == ("Hồ sơ hủy năm 2026", "disposal-dossier")
