"""A preservation plan from preview to confirmation or reversal, with the real tools and stores on folders."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
import typer
from sqlalchemy import select
from typer.testing import CliRunner

from archive import withdrawing
from archive.checkpoints import write_checkpoint
from archive.copies import stores
from archive.custody import read_component
from archive.errors import ArchiveError, NotAllowedError, TemporaryError
from archive.hashing import sha256_of_file
from archive.ledger.append import append
from archive.ledger.append import read as events_of
from archive.ledger.event import Event, Verb
from archive.packages.reader import open_member, read_facts
from archive.packages.verify import verify
from archive.pdfa.verapdf import VeraPdf
from archive.reason import from_text
from archive.rebuild import rebuild
from archive.register.decisions import Hold, Order, OrderItem, OrderKind
from archive.register.digest import TABLES, table_digest
from archive.register.migrate import upgrade
from archive.register.models import CaseFile, Component, ComponentRole, Package, Record
from archive.register.preservation import (
    STATES_MADE,
    ItemState,
    PlanState,
    PreservationItem,
    PreservationPlan,
)
from archive.register.projection import apply
from archive.register.session import engine, reading, transaction
from archive.settings import ArchiveSettings
from archive.stores.interface import Store
from archive.viewer import Role, Viewer, system
from archive.withdrawing import withdraw
from ingest.cli import register as ingest_commands
from ingest.describing import describe
from ingest.describing_document import describe_document
from ingest.errors import IngestError
from ingest.formats.workshop import shared
from ingest.migration import making, running, standing
from ingest.migration.deciding import act, propose
from ingest.migration.plan import Did, Wanted
from ingest.migration.preview import Preview, preview
from ingest.migration.running import Ran, run
from ingest.migration.trying import try_out, try_plan
from search.follower import documents_of, touched
from tests.archive.vault_builders import AGENCY, NOW
from tests.ingest.migration_builders import (
    EVERYWHERE,
    LAN,
    MAI,
    OTHER,
    Sample,
    a_sample,
    agencies,
    copy_of,
    kept,
    stored_bytes,
    unlike_its_derivative,
)

sys.path.insert(0, str(Path(__file__).parents[1] / "ingest"))
import pdf_builders as make_pdf

pytestmark = pytest.mark.service

LATER = NOW + timedelta(days=400)
OLD = Wanted(flavour="1b")
SECOND = Viewer("hai", {"*": frozenset({Role.ADMINISTRATOR})})
GOOD, PART, BAD, THEIRS = "01.2015.CD", "02.2015.CD", "03.2015.CD", "04.2015.CD"


@dataclass(frozen=True)
class Samples:
    good: Sample
    bad: Sample


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Samples]:
    """A decision with its PDF/A-1b, and one whose original no tool of today opens."""
    folder = tmp_path_factory.mktemp("samples")
    shop = shared()
    good = a_sample(make_pdf.born_digital(folder / "Quyet dinh.pdf"), shop)
    locked = make_pdf.encrypted(folder / "Khoa.pdf")
    yield Samples(good, unlike_its_derivative(good, copy_of(locked, "To trinh.pdf")))
    shop.office.close()


def fresh_register(house: Path) -> None:
    """Have the register made by its migrations, so that a rebuild may upgrade it."""
    engine().dispose()
    for file in (house / "archive").glob("register.db*"):
        file.unlink()
    upgrade(engine())


@pytest.fixture
def files(house: Path, samples: Samples, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Four case files, one of another agency; all of one fails, and a half of another."""
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)
    fresh_register(house)
    agencies()
    made = {
        GOOD: [samples.good],
        PART: [samples.good, samples.bad],
        BAD: [samples.bad],
    }
    ids = {code: kept(house / "work", code, list(some)) for code, some in made.items()}
    return ids | {THEIRS: kept(house / "work", THEIRS, [samples.good], agency=OTHER)}


def proposed(*, wanted: Wanted = OLD, target: str = "2b", agency: str = AGENCY) -> tuple[str, Preview]:
    viewer = LAN if agency else EVERYWHERE
    with reading() as session:
        found = preview(session, wanted, target=target, agency_code=agency, now=LATER)
    with transaction() as session:
        plan = propose(
            session,
            name="PDF/A-1b sang 2b",
            reason="Bản 1b không giữ được lớp trong suốt",
            wanted=wanted,
            target=target,
            agency_code=agency,
            found=found,
            viewer=viewer,
            now=LATER,
        )
    return plan, found


def does(plan: str, *steps: Did, viewer: object = MAI) -> None:
    for did in steps:
        with transaction() as session:
            act(session, plan, did, viewer=viewer, remark="Theo kế hoạch", now=LATER)  # type: ignore[arg-type]


def approved(plan: str) -> None:
    does(plan, Did.APPROVE)
    does(plan, Did.RUN, viewer=LAN)


def done(plan: str) -> Ran:
    return run(LATER, seconds=float("inf"), only=plan)


def items(plan: str) -> dict[str, PreservationItem]:
    with reading() as session:
        query = (
            select(CaseFile.code, PreservationItem)
            .join(PreservationItem, PreservationItem.case_file_id == CaseFile.id)
            .where(PreservationItem.plan_id == plan)
        )
        return dict(session.execute(query).all())


def state_of(plan: str) -> str:
    with reading() as session:
        return session.get_one(PreservationPlan, plan).state


def what_is_known() -> dict[str, str]:
    """The digest of every table but the plans' own."""
    with reading() as session:
        return {
            model.__tablename__: table_digest(session, model)
            for model in TABLES
            if model not in (PreservationPlan, PreservationItem)
        }


def components(case_file_id: str, role: ComponentRole) -> list[Component]:
    with reading() as session:
        query = (
            select(Component)
            .join(Record, Record.id == Component.record_id)
            .where(Record.case_file_id == case_file_id, Component.role == role)
            .order_by(Record.ordinal)
        )
        return list(session.scalars(query))


def migrations() -> list[Event]:
    with reading() as session:
        return [event for event in events_of(session) if event.verb is Verb.MIGRATE]


def bytes_of(component: Component) -> bytes:
    with reading() as session:
        return b"".join(read_component(session, component.id, viewer=system("test")).chunks)


def test_a_preview_counts_what_is_then_done(files: dict[str, str]) -> None:
    before = what_is_known(), stored_bytes()
    with reading() as session:
        found = preview(session, OLD, target="2b", agency_code="", now=LATER)
    assert (found.files, found.components) == (4, 5)
    assert {code: (one.files, one.components) for code, one in found.agencies.items()} == {
        AGENCY: (3, 4),
        OTHER: (1, 1),
    }
    assert {
        (kind.puid, kind.flavour, kind.target, kind.route): n.components for kind, n in found.kinds.items()
    } == {
        (found_puid, "1b", "2b", "pdf"): count
        for found_puid, count in (
            (components(files[GOOD], ComponentRole.ORIGINAL)[0].puid, 3),
            ("fmt/276", 2),
        )
    }
    assert (what_is_known(), stored_bytes()) == before, "a preview writes nothing"
    plan, found = proposed(agency="")
    does(plan, Did.APPROVE, Did.RUN, viewer=SECOND)
    ran = done(plan)
    assert ran.done == found.files
    with reading() as session:
        there = standing.plan_of(session, plan, viewer=EVERYWHERE)
        assert there.made + there.failed == found.components
        assert (there.made, there.failed, there.left) == (3, 2, 0)
    assert state_of(plan) == PlanState.DONE


def test_new_derivatives_lie_beside_untouched_originals_and_the_old_version_stays(
    files: dict[str, str], samples: Samples, tmp_path: Path
) -> None:
    before = stored_bytes()
    old = {code: components(id, ComponentRole.PDFA) for code, id in files.items()}
    plan, _ = proposed()
    approved(plan)
    done(plan)
    assert {code: item.state for code, item in items(plan).items()} == {
        GOOD: ItemState.MADE,
        PART: ItemState.PARTLY,
        BAD: ItemState.FAILED,
    }
    after = stored_bytes()
    assert before.items() <= after.items(), "no earlier version was touched"
    assert len(after) == len(before) + 2 * len(stores())
    for code in (GOOD, PART):
        name = items(plan)[code].package_name
        assert name.endswith("/v0002.zip")
        path = ArchiveSettings.load().all_stores[0].path / name
        assert verify(path, schemas=ArchiveSettings.load().tools_home / "schemas") == []
        with path.open("rb") as new, path.with_name("v0001.zip").open("rb") as first:
            facts, was = read_facts(new), read_facts(first)
            assert facts.previous is not None and facts.previous.sha256 == sha256_of_file(
                path.with_name("v0001.zip")
            )
            assert [
                one for record in facts.records for one in record.components if one.role == "original"
            ] == [one for record in was.records for one in record.components if one.role == "original"]
            original = facts.records[0].components[0]
            assert open_member(new, original.path).read() == samples.good.original.read_bytes()
            assert facts.documentation == was.documentation and facts.documentation
            assert was.events[0] in facts.events, "the history before goes on"
        told = [event for event in facts.events if event.kind == "migration"]
        assert [event.outcome for event in told] == (["success"] if code == GOOD else ["success", "failure"])
        assert "PDF/A-2b" in told[0].detail and "was PDF/A-1b" in told[0].detail
        assert "veraPDF" in told[0].agent
    (new_one,) = components(files[GOOD], ComponentRole.PDFA)
    assert (new_one.puid, new_one.facts["replaces"]["id"]) == ("fmt/477", old[GOOD][0].id)
    given = tmp_path / "given.pdf"
    given.write_bytes(bytes_of(new_one))
    with VeraPdf() as another:
        assert another.check(given, "2b").compliant is True
    assert [one.sha256 for one in components(files[PART], ComponentRole.PDFA)][1] == old[PART][1].sha256
    assert bytes_of(components(files[PART], ComponentRole.PDFA)[1]), (
        "the failed file's old derivative is read"
    )
    assert components(files[BAD], ComponentRole.PDFA)[0].id == old[BAD][0].id


def test_what_failed_is_told_with_its_reason_and_the_ledger_has_no_word_of_it(files: dict[str, str]) -> None:
    plan, _ = proposed()
    approved(plan)
    done(plan)
    with reading() as session:
        told = {one.code: one for one in standing.not_as_wanted(session, plan, viewer=LAN)}
    assert set(told) == {PART, BAD}
    assert [(document, file, code) for document, file, code, _ in told[PART].failed] == [
        (2, 1, "FORMAT_ENCRYPTED")
    ]
    assert told[BAD].failed[0][3] is not None
    for event in migrations():
        assert "To trinh" not in event.canonical().decode()


def test_readers_and_the_index_follow_the_new_version(files: dict[str, str]) -> None:
    plan, _ = proposed()
    approved(plan)
    text_before = components(files[GOOD], ComponentRole.TEXT)[0]
    done(plan)
    (text,) = components(files[GOOD], ComponentRole.TEXT)
    assert text.id != text_before.id
    with reading() as session:
        words = documents_of(session, files[GOOD], max_text=10_000)[1]
        assert files[GOOD] in touched(session, list(events_of(session)))
    assert "QUYẾT ĐỊNH" in str(words)


def test_a_killed_run_goes_on_where_it_was_and_leaves_nothing_behind(files: dict[str, str]) -> None:
    plan, _ = proposed()
    approved(plan)
    if not (child := os.fork()):
        # In the child: killed after the second version was deposited and before it was kept.
        kept_one = making.keep

        def killed(*args: object, **values: object) -> str:
            if any(item.state in STATES_MADE for item in items(plan).values()):
                os.kill(os.getpid(), signal.SIGKILL)
            return kept_one(*args, **values)  # type: ignore[arg-type]

        making.keep = killed  # type: ignore[assignment]
        try:
            done(plan)
        finally:
            os._exit(1)
    _, ended = os.waitpid(child, 0)
    assert os.WTERMSIG(ended) == signal.SIGKILL
    engine().dispose()
    left = items(plan)
    assert sorted(item.state for item in left.values()).count(ItemState.MAKING) == 1
    half = next(item for item in left.values() if item.state == ItemState.MAKING)
    assert any(half.package_name in name for name in stored_bytes()), "it was deposited already"
    told = rebuild(now=LATER)
    assert told.equal and not told.adopted, "what is half made is no version"
    assert any(half.package_name in trouble for trouble in told.troubles)
    done(plan)
    assert {code: item.state for code, item in items(plan).items()} == {
        GOOD: ItemState.MADE,
        PART: ItemState.PARTLY,
        BAD: ItemState.FAILED,
    }
    with reading() as session:
        known = {package.name: package.sha256 for package in session.scalars(select(Package))}
    lying = {name.partition(":")[2] for name in stored_bytes()}
    assert lying == set(known), "no store has what is no version"


def test_reversed_everything_is_as_it_was_but_for_the_ledger(house: Path, files: dict[str, str]) -> None:
    before = what_is_known(), stored_bytes()
    plan, _ = proposed()
    approved(plan)
    done(plan)
    assert what_is_known() != before[0]
    assert rebuild(now=LATER).equal
    does(plan, Did.REVERSE)
    done(plan)
    assert state_of(plan) == PlanState.REVERSED
    assert (what_is_known(), stored_bytes()) == before
    assert {item.state for item in items(plan).values()} == {ItemState.REVERSED, ItemState.FAILED}
    receipts = [event.payload["receipts"] for event in migrations() if event.payload["did"] == "reversed"]
    assert [[one["gone"] for one in some] for some in receipts] == [[True] * len(stores())] * 2
    report = rebuild(now=LATER)
    assert report.equal and not report.missing, "nobody looks for the bytes that were taken back"
    with transaction() as session:
        write_checkpoint(session, now=LATER)
    fresh_register(house)
    lost = rebuild(now=LATER)
    assert (lost.equal, lost.missing, lost.adopted) == (True, (), ())
    assert (what_is_known(), stored_bytes()) == before


def test_a_version_that_was_taken_back_is_not_taken_in_again_and_its_number_not_given_again(
    files: dict[str, str],
) -> None:
    plan, _ = proposed()
    approved(plan)
    done(plan)
    name = items(plan)[GOOD].package_name
    place = ArchiveSettings.load().all_stores[0].path / name
    saved = place.read_bytes()
    does(plan, Did.REVERSE)
    done(plan)
    place.write_bytes(saved)  # from a backup, say
    report = rebuild(now=LATER)
    assert not report.adopted and any(name in one for one in report.troubles)
    place.unlink()
    described = describe(files[GOOD], {"Title": "Tiêu đề khác"}, reason="Viết nhầm", viewer=LAN, now=LATER)
    assert described.package.endswith("/v0003.zip")


def test_what_is_confirmed_stays_with_its_earlier_versions_and_is_not_reversed(files: dict[str, str]) -> None:
    plan, _ = proposed()
    approved(plan)
    done(plan)
    lying = stored_bytes()
    with pytest.raises(NotAllowedError):
        does(plan, Did.CONFIRM, viewer=LAN)
    does(plan, Did.CONFIRM)
    with pytest.raises(IngestError):
        does(plan, Did.REVERSE)
    assert done(plan).done == 0
    assert stored_bytes() == lying
    assert state_of(plan) == PlanState.CONFIRMED


def test_nobody_approves_what_they_proposed_and_nothing_runs_unapproved(files: dict[str, str]) -> None:
    plan, _ = proposed()
    with pytest.raises(NotAllowedError):
        does(plan, Did.APPROVE, viewer=LAN)
    with pytest.raises(IngestError):
        does(plan, Did.RUN, viewer=LAN)
    assert done(plan).done == 0
    assert state_of(plan) == PlanState.PROPOSED


def test_a_document_described_anew_before_keeps_its_words_made_anew_and_reversed(
    files: dict[str, str],
) -> None:
    with reading() as session:
        record = session.scalars(select(Record).where(Record.case_file_id == files[GOOD])).one()
    words = {"Subject": "Về việc ban hành Quy chế làm việc"}
    done_so = describe_document(files[GOOD], record.id, words, reason="Viết nhầm", viewer=LAN, now=LATER)
    assert done_so.package.endswith("/v0002.zip"), done_so.findings
    before = what_is_known(), stored_bytes()
    plan, _ = proposed()
    approved(plan)
    done(plan)
    name = items(plan)[GOOD].package_name
    assert name.endswith("/v0003.zip")
    with (ArchiveSettings.load().all_stores[0].path / name).open("rb") as source:
        facts = read_facts(source)
    assert facts.records[0].subject == words["Subject"]
    assert [event.kind for event in facts.events][-2:] == ["metadata modification", "migration"]
    with reading() as session:
        assert session.get_one(Record, record.id).subject == words["Subject"]
    does(plan, Did.REVERSE)
    done(plan)
    assert (what_is_known(), stored_bytes()) == before
    assert rebuild(now=LATER).equal


def test_what_was_described_anew_or_is_held_since_is_left_as_it_is_with_the_reason(
    files: dict[str, str],
) -> None:
    plan, _ = proposed()
    approved(plan)
    done(plan)
    describe(files[GOOD], {"Title": "Tiêu đề khác"}, reason="Viết nhầm", viewer=LAN, now=LATER)
    with transaction() as session:
        order = _order(session, OrderKind.HOLD)
        session.add(
            Hold(
                case_file_id=files[PART],
                order_id=order.id,
                reason="Kiểm toán",
                placed_by="mai",
                placed_at=NOW,
            )
        )
    lying = stored_bytes()
    does(plan, Did.REVERSE)
    done(plan)
    assert state_of(plan) == PlanState.REVERSED
    assert {code: item.state for code, item in items(plan).items()} == {
        GOOD: ItemState.LEFT,
        PART: ItemState.LEFT,
        BAD: ItemState.FAILED,
    }
    assert from_text(items(plan)[GOOD].why)[0].code == "archive.withdraw-not-newest"
    assert from_text(items(plan)[PART].why)[0].code == "archive.file-held"
    assert stored_bytes() == lying


def _order(session: object, kind: OrderKind) -> Order:
    order = Order(
        kind=kind,
        proposed_by="lan",
        agency_code=AGENCY,
        reason="r",
        document_number="12/QĐ",
        document_date=NOW.date(),
        list_sha256="0" * 64,
        created_at=NOW,
        payload={},
    )
    session.add(order)  # type: ignore[attr-defined]
    session.flush()  # type: ignore[attr-defined]
    return order


def test_without_enough_whole_copies_of_the_version_before_nothing_is_taken_back(
    files: dict[str, str],
) -> None:
    plan, _ = proposed()
    approved(plan)
    done(plan)
    name = items(plan)[GOOD].package_name.replace("v0002", "v0001")
    place = ArchiveSettings.load().all_stores[0].path / name
    data = bytearray(place.read_bytes())
    data[len(data) // 2] ^= 1
    place.write_bytes(bytes(data))
    does(plan, Did.REVERSE)
    done(plan)
    item = items(plan)[GOOD]
    assert item.state == ItemState.LEFT
    assert from_text(item.why)[0].code == "archive.withdraw-former"
    assert any(item.package_name in one for one in stored_bytes())


def test_a_case_file_in_an_open_decision_is_left_out_and_one_that_came_into_it_is_passed_over(
    files: dict[str, str],
) -> None:
    with transaction() as session:
        order = _order(session, OrderKind.DESTRUCTION)
        session.add(OrderItem(order_id=order.id, case_file_id=files[GOOD], package_sha256="0" * 64))
    plan, found = proposed()
    assert [one.code for one in found.barred] == [GOOD]
    assert found.files == 2
    approved(plan)
    with transaction() as session:
        order = _order(session, OrderKind.TRANSFER)
        session.add(OrderItem(order_id=order.id, case_file_id=files[PART], package_sha256="0" * 64))
    done(plan)
    assert items(plan)[PART].state == ItemState.PASSED
    assert from_text(items(plan)[PART].why)[0].code == "ingest.migration-ordered"


def test_a_pause_counts_from_the_next_case_file_on_and_a_stop_ends_it(
    files: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    plan, _ = proposed()
    approved(plan)

    def and_then_a_pause(*args: object, **values: object) -> ItemState:
        became = making.make(*args, **values)  # type: ignore[arg-type]
        does(plan, Did.PAUSE)
        return became

    monkeypatch.setattr(running, "make", and_then_a_pause)
    assert done(plan).done == 1
    assert state_of(plan) == PlanState.PAUSED
    assert done(plan).done == 0
    does(plan, Did.STOP)
    assert state_of(plan) == PlanState.DONE
    assert sorted(item.state for item in items(plan).values()).count(ItemState.WAITING) == 2


def test_a_store_that_is_away_makes_the_run_wait_and_the_next_one_goes_on(
    files: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    plan, _ = proposed()
    approved(plan)
    there = making.deposit

    def away(*_: object, **__: object) -> list[str]:
        raise TemporaryError("kho-a is away")

    monkeypatch.setattr(making, "deposit", away)
    ran = done(plan)
    assert (ran.waiting, state_of(plan)) == (2, PlanState.RUNNING)
    with reading() as session:
        assert session.get_one(PreservationPlan, plan).trouble
    monkeypatch.setattr(making, "deposit", there)
    done(plan)
    assert items(plan)[GOOD].state == ItemState.MADE
    assert items(plan)[GOOD].package_name.endswith("/v0002.zip"), "the number it meant to give is given"
    assert state_of(plan) == PlanState.DONE


def test_a_try_says_what_each_file_would_become_and_keeps_nothing(files: dict[str, str]) -> None:
    before = what_is_known(), stored_bytes(), len(migrations())
    tried = try_out(OLD, target="2b", agency_code=AGENCY, count=3)
    assert len(tried) == 3
    good = [one for one in tried if one.flavour == "2b"]
    assert good and good[0].measured["compliant"] is True and good[0].route == "repair"
    bad = [one for one in tried if one.code]
    assert bad and bad[0].code == "FORMAT_ENCRYPTED" and bad[0].why
    assert (what_is_known(), stored_bytes(), len(migrations())) == before
    assert not list((ArchiveSettings.load().data / "work").glob("*"))


def test_nothing_is_taken_back_for_a_plan_that_is_not_being_reversed(files: dict[str, str]) -> None:
    plan, _ = proposed()
    approved(plan)
    done(plan)
    does(plan, Did.CONFIRM)
    before = what_is_known(), stored_bytes()
    assert withdraw(plan, files[GOOD], now=LATER) is ItemState.LEFT
    assert [one.code for one in from_text(items(plan)[GOOD].why)] == ["archive.withdraw-plan"]
    assert (what_is_known(), stored_bytes()) == before


def test_one_that_cannot_be_taken_back_is_noted_and_neither_its_plan_nor_the_next_waits(
    files: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    plan, _ = proposed()
    approved(plan)
    other, _ = proposed(agency=OTHER)
    does(other, Did.APPROVE, Did.RUN, viewer=SECOND)
    run(LATER, seconds=float("inf"))
    for one in (plan, other):
        does(one, Did.REVERSE, viewer=SECOND)
    erase = withdrawing._erase

    def broken(at: str, case_file_id: str, *rest: object) -> ItemState:
        if case_file_id == files[GOOD]:
            raise ArchiveError("kho-a: Khoa.pdf")
        return erase(at, case_file_id, *rest)  # type: ignore[arg-type]

    def unreadable(versions: Sequence[Package], places: Sequence[Store]) -> object:
        if versions[0].case_file_id == files[PART]:
            raise ArchiveError("manifest")
        return former(versions, places)

    former = withdrawing._former
    monkeypatch.setattr(withdrawing, "_erase", broken)
    monkeypatch.setattr(withdrawing, "_former", unreadable)
    run(LATER, seconds=float("inf"))
    assert state_of(other) == PlanState.REVERSED
    assert items(plan)[PART].state == ItemState.LEFT, "its version is still the case file's"
    assert from_text(items(plan)[PART].why)[0].code == "ingest.migration-error"
    assert items(plan)[GOOD].state == ItemState.REVERSING, "its bytes are still to be erased"
    assert "Khoa.pdf" in items(plan)[GOOD].told and "Khoa.pdf" not in items(plan)[GOOD].why
    assert state_of(plan) == PlanState.REVERSING
    monkeypatch.setattr(withdrawing, "_erase", erase)
    done(plan)
    assert items(plan)[GOOD].state == ItemState.REVERSED
    assert state_of(plan) == PlanState.REVERSED


def test_after_a_destruction_no_plan_has_a_word_of_it(files: dict[str, str]) -> None:
    plan, _ = proposed()
    assert try_plan(plan, 20, now=LATER) == 4
    approved(plan)
    done(plan)
    with transaction() as session:
        session.get_one(PreservationPlan, plan).trouble = f"{BAD}: To trinh.pdf"
        assert BAD in str(session.get_one(PreservationPlan, plan).trial)
        assert session.get_one(PreservationItem, (plan, files[BAD])).told
        gone = {"order_id": "o", "outcome": "done"}
        event = append(
            session, Verb.DESTROY, actor="mai", kind="case-file", id=files[BAD], payload=gone, now=LATER
        )
        apply(session, event)
    with reading() as session:
        row = session.get_one(PreservationPlan, plan)
        assert row.trouble == "" and BAD not in str(row.trial) and files[BAD] not in str(row.trial)
        assert row.trial and {one["case_file_id"] for one in row.trial} <= {files[GOOD], files[PART]}
        assert session.get_one(PreservationItem, (plan, files[BAD])).told == ""
    assert rebuild(now=LATER).equal


def test_the_command_line_does_all_of_it(files: dict[str, str]) -> None:
    app = typer.Typer()
    ingest_commands(app)
    runner = CliRunner()

    def tangthu(*words: str, code: int = 0) -> dict[str, object]:
        who = ["--as", "lan", "--role", f"archivist@{AGENCY}"]
        if "mai" in words:
            who = ["--as", "mai", "--role", f"head@{AGENCY}"]
        said = runner.invoke(app, ["migration", *[one for one in words if one != "mai"], *who, "--json"])
        assert said.exit_code == code, (said.output, said.exception)
        return json.loads(said.stdout)  # type: ignore[no-any-return]

    choice = ("--pdfa", "1b", "--to", "2b", "--agency", AGENCY)
    found = tangthu("preview", *choice)
    plan = str(tangthu("propose", "Lên 2b", "Theo chuẩn mới", *choice)["plan"])
    tangthu("approve", plan, "mai")
    ran = tangthu("run", plan, "--here", code=1)  # some failed
    assert (ran["state"], ran["made"], ran["failed"]) == ("done", 2, 2)
    assert int(str(ran["made"])) + int(str(ran["failed"])) == found["components"]
    told = tangthu("status", plan)
    assert {one["code"] for one in told["not_as_wanted"]} == {PART, BAD}  # type: ignore[attr-defined]
    assert tangthu("reverse", plan, "--remark", "Sai chuẩn", "--here", code=1)["state"] == "reversed"
