"""The register's contract, once on SQLite and once on PostgreSQL: migrate, append, keep, order, rebuild."""

from __future__ import annotations

import subprocess
import sys
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import func, select, text

from archive import orders
from archive.checkpoints import write_checkpoint
from archive.custody import read_component, stores, verify_package
from archive.erasing import StoreHolder, record_receipt, target_of
from archive.holds import active_holds, held, holds_on
from archive.ledger.append import append
from archive.ledger.event import Verb
from archive.ledger.merkle import FIRST_CHAIN
from archive.ledger.rows import EventRow, SealRow
from archive.ledger.seal import seal
from archive.ledger.sealed_lines import SealedLines
from archive.ledger.segment import head_of
from archive.ledger.verify import verify
from archive.order_check import reasons_against
from archive.orders import NewOrder
from archive.procedure.states import State
from archive.rebuild import rebuild
from archive.register import migrate
from archive.register import session as sessions
from archive.register.agencies import set_fonds
from archive.register.decisions import Order, OrderKind, OrderState, Receipt
from archive.register.digest import TABLES, digest, table_digest
from archive.register.messages import DocumentRequest, ReceivedMessage
from archive.register.migrate import differences, upgrade, version
from archive.register.models import CaseFile, Component, Copy, Outbox, Package, Record, StepResult, Submission
from archive.register.projection import apply
from archive.register.scans import PackageScan
from archive.register.session import reading, transaction
from archive.viewer import Role, Viewer
from operations.procession import People, Wanted, walk
from retention import holds, wide_holds
from retention.procedure import taking
from retention.wide_holds import Basis
from tests.archive.vault_builders import AGENCY, HUNG, LAN, MAI, NOW, a_case_file, an_agency, ident

pytestmark = pytest.mark.service

TAM, YEN = (Viewer(name, {AGENCY: frozenset({Role.COUNCIL})}) for name in ("tam", "yen"))
PEOPLE = People(LAN, (HUNG, TAM, YEN), MAI, Viewer("minh", {AGENCY: frozenset({Role.ARCHIVIST})}))
EXPIRED = {
    "permanent": False,
    "retention_years": 10,
    "last_day": "2024-12-31",
    "eligible_from": "2025-01-01",
    "basis": {"rule": "declared"},
}


def happen(verb: Verb, kind: str, id: str, payload: dict[str, object], actor: str = "system:test") -> None:
    with transaction() as session:
        apply(session, append(session, verb, actor=actor, kind=kind, id=id, payload=payload, now=NOW))


def a_submission(code: str, state: str = "received") -> str:
    id = ident("submission", code)
    happen(
        Verb.INGEST,
        "submission",
        id,
        {"agency_code": AGENCY, "message_id": code, "sha256": "ab" * 32, "size": 7, "kind": "sip"},
    )
    happen(Verb.VALIDATE, "submission", id, {"state": state, "title": "Tiêu đề", "file_code": code})
    return id


def a_message(code: str, *, state: str = "gathering", into: str | None = None) -> str:
    """A lone document: its words and where it is gathered are the machine's own note."""
    id = a_submission(code)
    with transaction() as session:
        row = session.get_one(Submission, id)
        row.state, row.gathered_into = state, into
        said = ReceivedMessage(submission_id=id, kind="document", sender=AGENCY, document_id=code, about=[])
        session.add(said)
    return id


def an_order(kind: OrderKind, *case_file_ids: str) -> str:
    with transaction() as session:
        new = NewOrder(
            kind, AGENCY, "Hết thời hạn lưu trữ", "12/QĐ-UBND", date(2026, 2, 27), case_file_ids=case_file_ids
        )
        return orders.propose(session, new, viewer=LAN, now=NOW).id


def a_destroyed_case(house: Path, code: str) -> str:
    id = a_case_file().with_(code=code, secret_subject="Bí mật đã hủy").kept(house / "work")
    happen(Verb.RETENTION_SET, "case-file", id, EXPIRED)
    with transaction() as session:
        wanted = Wanted(AGENCY, (id,), "12/QĐ-UBND", NOW.date())
        order_id = walk(session, wanted, PEOPLE, now=NOW).order_id
        order = session.get_one(Order, order_id)
        assert reasons_against(session, order, now=NOW) == ()
        orders.mark(session, order, OrderState.EXECUTING, actor="mai", now=NOW)
        target = target_of(session, id)
        for store in stores():
            receipt = StoreHolder(store).erase(target)
            assert receipt.gone
            record_receipt(session, order_id, id, receipt, actor="mai", now=NOW)
        event = append(
            session,
            Verb.DESTROY,
            actor="mai",
            kind="case-file",
            id=id,
            payload={"order_id": order_id, "outcome": "done", "detail": ""},
            now=NOW,
        )
        apply(session, event)
        orders.mark(session, order, OrderState.DONE, actor="mai", now=NOW)
    return id


def a_full_life(house: Path) -> dict[str, str]:
    """One case file in every state, and submissions in several."""
    with transaction() as session:
        an_agency(session)
    ids = {"open": a_submission("open"), "refused": a_submission("refused", "refused")}
    a_submission("01.kept", "accepted")
    ids["kept"] = a_case_file().with_(code="01.kept").kept(house / "work")
    ids["destroyed"] = a_destroyed_case(house, "02.destroyed")
    ids["held"] = a_case_file().with_(code="03.held").kept(house / "work")
    hold = an_order(OrderKind.HOLD, ids["held"])
    for code, until in (("h1", None), ("h2", "2027-01-01")):
        happen(
            Verb.HOLD,
            "case-file",
            ids["held"],
            {"hold_id": code, "order_id": hold, "reason": "Thanh tra", "until": until},
            "lan",
        )
    happen(Verb.LIFT_HOLD, "case-file", ids["held"], {"hold_id": "h1"}, "mai")
    ids["gathered"] = a_message("05.gathered", into=ids["open"])
    old, new = a_message("06.old"), a_message("06.new")
    happen(Verb.VALIDATE, "submission", old, {"state": "superseded", "superseded_by": new})
    asked = {"submission_id": new, "agency_code": AGENCY, "kind": "recall", "answer": "16", "state": "open"}
    for code in ("kept", "destroyed"):
        told = asked | {"request_id": ident("request", code), "case_file_id": ids[code]}
        happen(Verb.REQUEST, "case-file", ids[code], told)
    told = {"request_id": ident("request", "kept"), "answer": "16", "state": "closed", "remark": "đã xem"}
    happen(Verb.REQUEST, "case-file", ids["kept"], told, "lan")
    ids["handed over"] = a_case_file().with_(code="04.over").kept(house / "work")
    transfer = an_order(OrderKind.TRANSFER, ids["handed over"])
    happen(Verb.TRANSFER, "case-file", ids["handed over"], {"order_id": transfer, "outcome": "done"})
    with reading() as session:
        package = session.scalars(select(Package).where(Package.case_file_id == ids["kept"])).one()
    verify_package(package.id, now=NOW)
    return ids


def all_digests() -> dict[str, str]:
    with reading() as session:
        return {model.__tablename__: table_digest(session, model) for model in TABLES}


def lose_the_register(house: Path) -> None:
    """As if the database's disk had died."""
    engine = sessions.engine()
    if engine.dialect.name == "postgresql":
        with engine.begin() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()
    sessions._engine.cache_clear()
    for file in (house / "archive").glob("register.db*"):
        file.unlink()


# --- tables ---------------------------------------------------------------------------------------------


def test_the_migrations_make_exactly_the_tables_of_the_models(both: Path) -> None:
    assert differences(sessions.engine()) == []
    newest = upgrade(sessions.engine())  # a second time: nothing to do
    with sessions.engine().connect() as connection:
        assert version(connection) == newest


def test_packages_that_were_kept_before_rescans_are_due_by_the_day_they_were_made(both: Path) -> None:
    case_file_id = a_case_file().kept(both / "work")
    with sessions.engine().begin() as connection:
        command.downgrade(migrate._config(connection), "0015")
    upgrade(sessions.engine())
    with reading() as session:
        (scan,) = session.scalars(select(PackageScan)).all()
        package = session.get_one(Package, scan.package_id)
        assert package.case_file_id == case_file_id
        assert (scan.scanned_at, scan.infected, scan.untold) == (package.made_at, [], [])


def test_a_changed_table_is_noticed(both: Path) -> None:
    with sessions.engine().begin() as connection:
        connection.execute(text("ALTER TABLE agency ADD COLUMN sneaked_in INTEGER"))
    assert "sneaked_in" in str(differences(sessions.engine()))


def test_a_package_may_be_larger_than_two_gigabytes(both: Path) -> None:
    a_case_file().kept(both / "work")
    with transaction() as session:
        session.scalars(select(Package)).one().size = 5_000_000_000
    with reading() as session:
        assert session.scalar(select(Package.size)) == 5_000_000_000


# --- ledger ---------------------------------------------------------------------------------------------

APPENDER = """
import sys
from datetime import UTC, datetime
from archive.ledger.append import append
from archive.ledger.event import Verb
from archive.register.session import transaction
for n in range(int(sys.argv[2])):
    with transaction() as session:
        append(session, Verb.VIEW, actor=sys.argv[1], kind="case-file", id=str(n), now=datetime(2026, 1, 1, tzinfo=UTC))
"""


def test_processes_appending_at_once_leave_a_contiguous_ledger(both: Path) -> None:
    children = [
        subprocess.Popen([sys.executable, "-c", APPENDER, f"p{n}", "20"], stderr=subprocess.PIPE)
        for n in range(3)
    ]
    for child in children:
        _, error = child.communicate(timeout=120)
        assert child.returncode == 0, error.decode()
    with reading() as session:
        rows = session.execute(select(EventRow.seq, EventRow.at, EventRow.actor).order_by(EventRow.seq)).all()
        assert [row.seq for row in rows] == list(range(1, 61))
        assert all(one.at < two.at for one, two in pairwise(rows))
        assert {row.actor for row in rows} == {"p0", "p1", "p2"}
        assert verify(session, places=[]) == []


SEALER = """
from datetime import UTC, datetime
from archive.ledger.seal import seal
from archive.register.session import transaction
for _ in range(10):
    with transaction() as session:
        seal(session, now=datetime.now(UTC))
"""


def test_sealing_while_others_append_seals_every_event_once(both: Path) -> None:
    commands = [[APPENDER, "p0", "30"], [APPENDER, "p1", "30"], [SEALER], [SEALER]]
    children = [
        subprocess.Popen([sys.executable, "-c", *command], stderr=subprocess.PIPE) for command in commands
    ]
    for child in children:
        _, error = child.communicate(timeout=120)
        assert child.returncode == 0, error.decode()
    with transaction() as session:
        seal(session, now=NOW)
    with reading() as session:
        assert verify(session) == []
        # On either database a whole ledger goes the short way; the long one is for what differs.
        lines, first = SealedLines(session, stores()), session.scalars(select(SealRow)).first()
        assert first is not None
        assert lines.held(1, head_of(first, FIRST_CHAIN), first.segment) is not None


VOTER = """
import sys
from datetime import UTC, datetime
from archive.procedure.ballots import Ballot, Choice
from archive.register.session import transaction
from archive.viewer import Role, Viewer
from retention.procedure import council
name, order_id, agency = sys.argv[1:]
with transaction() as session:
    viewer = Viewer(name, {agency: frozenset({Role.COUNCIL})})
    council.vote(session, order_id, Ballot(Choice.DESTROY), viewer=viewer, now=datetime.now(UTC))
"""


def test_two_members_who_vote_at_the_same_moment_have_both_voted(both: Path) -> None:
    id = a_case_file().kept(both / "work")
    happen(Verb.RETENTION_SET, "case-file", id, EXPIRED)
    with transaction() as session:
        wanted = Wanted(AGENCY, (id,), "12/QĐ-UBND", NOW.date())
        order_id = walk(session, wanted, PEOPLE, now=NOW, to=State.COUNCIL_REVIEW).order_id
    children = [
        subprocess.Popen([sys.executable, "-c", VOTER, name, order_id, AGENCY], stderr=subprocess.PIPE)
        for name in ("hung", "tam")
    ]
    for child in children:
        _, error = child.communicate(timeout=120)
        assert child.returncode == 0, error.decode()
    with reading() as session:
        story = taking.story(session, order_id)
        assert {"hung", "tam"} == set(story.votes) and not story.faults


KEEPER = """
import sys
from pathlib import Path
from tests.archive.vault_builders import a_case_file
a_case_file().kept(Path(sys.argv[1]))
"""


def test_two_workers_keeping_one_package_keep_it_once(both: Path) -> None:
    written = a_case_file().written(both / "work0")
    assert written.sha256 == a_case_file().written(both / "work1").sha256  # the writer repeats itself
    children = [
        subprocess.Popen([sys.executable, "-c", KEEPER, str(both / f"work{n}")], stderr=subprocess.PIPE)
        for n in range(2)
    ]
    for child in children:
        _, error = child.communicate(timeout=120)
        assert child.returncode == 0, error.decode()
    with reading() as session:
        assert session.scalar(select(func.count()).where(EventRow.verb == "STORE")) == 1


# --- custody --------------------------------------------------------------------------------------------


def test_what_is_kept_can_be_read(both: Path) -> None:
    case = a_case_file()
    case.kept(both / "work")
    with reading() as session:
        component = session.scalars(select(Component).order_by(Component.path)).first()
        assert component is not None
        assert b"".join(read_component(session, component.id, viewer=LAN).chunks) == case.contents()[0]


def test_a_destroyed_case_file_leaves_a_tombstone_and_no_words(both: Path) -> None:
    with transaction() as session:
        an_agency(session)
    submission = a_submission("02.destroyed")
    id = a_destroyed_case(both, "02.destroyed")
    with reading() as session:
        row = session.get_one(CaseFile, id)
        assert (row.state, row.code, row.total_docs, row.description) == ("destroyed", "02.destroyed", 2, {})
        assert row.title and row.end_date and row.gone_order_id
        assert row.packages[0].sha256
        assert session.scalar(select(func.count()).select_from(Record)) == 0
        assert session.scalar(select(func.count()).select_from(Component)) == 0
        assert set(session.scalars(select(Copy.state))) == {"erased"}
        assert session.get_one(Submission, submission).findings == []
        assert {receipt.holder for receipt in session.scalars(select(Receipt))} == {
            "store:kho-a",
            "store:kho-b",
            "store:kho-c",
        }
        assert session.scalars(select(Order)).one().items[0].outcome == "done"
    secret, words = "Bí mật đã hủy".encode(), a_case_file().contents()[0][:40]
    for file in (both / "archive" / "stores").rglob("*"):
        if file.is_file():
            data = file.read_bytes()
            assert secret not in data and words not in data, file


# --- rebuild --------------------------------------------------------------------------------------------


def test_rebuilding_a_living_register_gives_the_same_digest(both: Path) -> None:
    a_full_life(both)
    before = all_digests()
    report = rebuild(now=NOW)
    assert all_digests() == before
    assert report.equal
    assert report.digest_before == report.digest_after
    assert (report.missing, report.adopted, report.lost_register) == ((), (), False)


def test_holds_on_an_agency_a_fonds_and_what_was_found_survive_a_rebuild(both: Path) -> None:
    id = a_case_file().kept(both / "work")
    basis = Basis("Thanh tra", "7/QĐ-TTr", NOW.date())
    with transaction() as session:
        found = wide_holds.place_on_found(session, [id], {"words": "cầu"}, basis, viewer=LAN, now=NOW)
        wide_holds.place_on_agency(session, AGENCY, basis, viewer=LAN, now=NOW)
        wide_holds.place_on_fonds(
            session, session.get_one(CaseFile, id).fonds_code, basis, viewer=LAN, now=NOW
        )
    with transaction() as session:
        asked = wide_holds.propose_lift_all(session, found[0].order_id, basis, viewer=LAN, now=NOW)
        holds.lift(session, asked.id, viewer=MAI, role=Role.HEAD, now=NOW)
    before = all_digests()

    report = rebuild(now=NOW)

    assert report.equal
    assert all_digests() == before
    with reading() as session:
        file = session.get_one(CaseFile, id)
        assert len(list(session.scalars(holds_on(file)))) == 3
        assert len(active_holds(session, file, NOW.date())) == 2
        assert session.scalars(select(CaseFile.id).where(held(NOW.date()))).all() == [id]


def test_a_lost_register_is_rebuilt_from_packages_and_sealed_ledger(both: Path) -> None:
    ids = a_full_life(both)
    with transaction() as session:
        checkpoint = write_checkpoint(session, now=NOW)
    before = all_digests()
    lose_the_register(both)
    report = rebuild(now=NOW)
    assert checkpoint is not None
    assert report.digest_before == checkpoint.digest
    assert report.equal
    assert report.lost_register
    assert all_digests() == before
    with reading() as session:
        assert verify(session) == []
        states = {
            name: session.get_one(CaseFile, ids[name]).state for name in ("kept", "destroyed", "handed over")
        }
    assert states == {"kept": "stored", "destroyed": "destroyed", "handed over": "transferred"}


def test_a_package_stored_after_the_last_seal_is_found_again(both: Path) -> None:
    a_full_life(both)
    with transaction() as session:
        write_checkpoint(session, now=NOW)
    late = a_case_file().with_(code="09.late")
    late.kept(both / "work")
    lose_the_register(both)
    report = rebuild(now=NOW)
    assert report.adopted == (late.facts().name,)
    assert report.equal
    with reading() as session:
        assert session.get_one(CaseFile, late.id).records[0].subject == late.facts().records[0].subject


def test_a_decision_survives_the_loss_of_the_register_a_moment_later(both: Path) -> None:
    id = a_case_file().kept(both / "work")
    hold = an_order(OrderKind.HOLD, id)
    happen(Verb.HOLD, "case-file", id, {"hold_id": "h", "order_id": hold, "reason": "Thanh tra"}, "lan")
    lose_the_register(both)
    report = rebuild(now=NOW)
    assert not report.equal  # nobody had written a checkpoint, so nobody can say
    with reading() as session:
        assert session.get_one(Order, hold).state == OrderState.APPROVED
        assert verify(session)[-1:] == []


def test_a_register_that_says_more_than_the_ledger_is_not_equal(both: Path) -> None:
    a_full_life(both)
    with transaction() as session:
        session.scalars(select(CaseFile).where(CaseFile.code == "01.kept")).one().title = "Đã sửa lén"
    report = rebuild(now=NOW)
    assert not report.equal
    with reading() as session:
        assert session.scalars(select(CaseFile).where(CaseFile.code == "01.kept")).one().title != "Đã sửa lén"


def test_a_package_no_store_has_is_named(both: Path) -> None:
    case = a_case_file()
    case.kept(both / "work")
    for store in stores():
        store.erase(case.facts().name)
    report = rebuild(now=NOW)
    assert report.missing == (case.facts().name,)
    assert not report.equal


def test_a_copy_changed_in_one_store_is_not_believed(both: Path) -> None:
    case = a_case_file()
    case.kept(both / "work")
    path = both / "archive/stores/kho-a" / case.facts().name
    data = path.read_bytes()
    forged = data.replace("cầu Bản Chu".encode(), "cầu Bản Chù".encode()[: len("cầu Bản Chu".encode())])
    assert forged != data
    path.write_bytes(forged)
    assert rebuild(now=NOW).equal


def test_work_under_way_is_carried_over(both: Path) -> None:
    ids = a_full_life(both)
    with transaction() as session:
        row = session.get_one(Submission, ids["open"])
        row.state, row.step, row.attempts, row.lease_owner = "checking", "normalise", 3, "worker-1"
        row.lease_until = NOW + timedelta(minutes=5)
        session.add(
            StepResult(
                submission_id=row.id,
                step="unpack",
                position=1,
                started_at=NOW,
                finished_at=NOW,
                outcome="go-on",
                result={"files": 3},
            )
        )
        session.add(Outbox(submission_id=row.id, status="01", not_before=NOW))
    assert rebuild(now=NOW).equal
    with reading() as session:
        row = session.get_one(Submission, ids["open"])
        assert (row.state, row.step, row.attempts, row.lease_owner) == (
            "checking",
            "normalise",
            3,
            "worker-1",
        )
        assert row.lease_until == NOW + timedelta(minutes=5)
        assert [step.result for step in row.steps] == [{"files": 3}]
        assert session.scalar(select(func.count()).select_from(Outbox)) == 1
        gathered = session.get_one(Submission, ids["gathered"])
        assert (gathered.state, gathered.gathered_into) == ("gathering", ids["open"])
        assert session.get_one(ReceivedMessage, ids["gathered"]).document_id == "05.gathered"


def test_a_document_that_waited_is_received_anew_when_the_register_is_lost(both: Path) -> None:
    ids = a_full_life(both)
    with transaction() as session:
        write_checkpoint(session, now=NOW)
    lose_the_register(both)
    assert rebuild(now=NOW).equal
    with reading() as session:
        gathered = session.get_one(Submission, ids["gathered"])
        assert (gathered.state, gathered.gathered_into) == ("received", None)
        assert session.scalars(select(ReceivedMessage)).all() == []


def test_what_was_asked_about_a_case_file_goes_with_it_except_that_it_was_asked(both: Path) -> None:
    ids = a_full_life(both)
    with transaction() as session:
        asked = session.scalars(select(DocumentRequest).order_by(DocumentRequest.case_file_id)).all()
        assert {(one.case_file_id, one.state, one.remark) for one in asked} == {
            (ids["kept"], "closed", "đã xem"),
            (ids["destroyed"], "open", ""),
        }
        assert asked[0].submission_id in target_of(session, ids["destroyed"]).submission_ids


def test_the_same_events_give_the_same_digest_on_both_databases(
    house: Path, postgres_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = []
    for url in ("", postgres_database):
        monkeypatch.setenv("TANGTHU_ARCHIVE__REGISTER_URL", url)
        upgrade(sessions.engine()) if url else None
        with transaction() as session:
            an_agency(session)
            set_fonds(session, code="ls-ubnd", agency_code=AGENCY, name="chữ thường", actor="a", now=NOW)
            set_fonds(session, code="ĐS", agency_code=AGENCY, name="chữ Đ", actor="a", now=NOW)
        a_submission("one")
        with reading() as session:
            found.append(digest(session))
        sessions.engine().dispose()
    assert found[0] == found[1]
