"""A document that an unexpired case file has too is copied into it before its own case file is destroyed."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import typer
from linked_files import LAN, SECRETS, THEY, Two, chosen, keep_them, listed, two
from retention_town import NOW, TODAY
from sqlalchemy import select, update
from typer.testing import CliRunner

from archive.adding import add as adding
from archive.adding.document import origin_of
from archive.copies import stores
from archive.custody import StoreHolder, read_component
from archive.errors import NotAllowedError, OrderRefusedError
from archive.holders import Erasure, Target
from archive.ledger.append import history
from archive.ledger.event import Verb
from archive.ledger.follow import follow_all
from archive.packages.reader import read_facts
from archive.packages.verify import verify
from archive.patience import Patience
from archive.procedure.kept import begun
from archive.procedure.links import Fate, Link
from archive.procedure.states import State
from archive.procedure.story import Story
from archive.rebuild import rebuild
from archive.register.base import Base
from archive.register.decisions import Order, OrderItem, OrderKind, OrderState
from archive.register.migrate import upgrade
from archive.register.models import CaseFile, Component, Copy, CopyState, Package, Record
from archive.register.session import engine, reading, transaction
from archive.settings import ArchiveSettings
from archive.viewer import Role, Viewer
from operations.procession import Papers, Wanted, walk_on
from retention.cli import register
from retention.destruction import execute
from retention.procedure import council, fates, linked, listing, notice, taking
from retention.procedure.fates import Kept
from search.query import search
from tests.archive.vault_builders import AGENCY

STRANGER = Viewer("khach", {AGENCY: frozenset({Role.HEAD, Role.COUNCIL})})


@pytest.fixture
def files(house: Path) -> Two:
    return two(house)


@pytest.fixture
def made_by_migrations(house: Path) -> None:
    """The tables as the program makes them; a rebuild looks for their version."""
    Base.metadata.drop_all(engine())
    upgrade(engine())


def read_on() -> None:
    progress = follow_all(patience=Patience(timedelta(0), timedelta(0)), now=NOW)
    assert not progress.failed


def walk(order_id: str, *, to: State) -> Story:
    with transaction() as session:
        papers = Papers(Wanted(AGENCY, (), "12/QĐ", TODAY))
        return walk_on(session, taking.story(session, order_id), papers, THEY, now=NOW, to=to)


def submit(order_id: str, reason: str = "") -> None:
    with transaction() as session:
        notice.give(
            session,
            notice.endings(session, taking.story(session, order_id).items),
            now=NOW - timedelta(days=30),
        )
        council.form(
            session,
            order_id,
            THEY.council(),
            Papers(Wanted(AGENCY, (), "1", TODAY)).decision,
            viewer=THEY.head,
            now=NOW,
        )
    with transaction() as session:
        listing.submit(session, order_id, viewer=LAN, now=NOW, linked=reason)


def refused(work: Callable[[], object]) -> list[str]:
    with pytest.raises(OrderRefusedError) as caught:
        work()
    return [reason.code for reason in caught.value.reasons]


def package_names() -> dict[str, list[str]]:
    return {
        store.name: sorted(name.rpartition("02.2014/")[2] for name in store.names() if "/02.2014/" in name)
        for store in stores()
    }


def everywhere(*names: str) -> dict[str, list[str]]:
    return {store: list(names) for store in ("kho-a", "kho-b", "kho-c")}


def copied(files: Two) -> Record:
    with reading() as session:
        (record,) = session.scalars(
            select(Record).where(Record.case_file_id == files.stays, Record.ordinal == 3)
        )
        assert record.components
        return record


def newest(files: Two) -> Path:
    with reading() as session:
        name = session.scalars(
            select(Package.name).where(Package.case_file_id == files.stays).order_by(Package.version.desc())
        ).first()
    path = next(store.path for store in ArchiveSettings.load().all_stores if store.name == "kho-b") / str(
        name
    )
    assert path.is_file()
    return path


def held_in(house: Path, word: str) -> list[str]:
    engine().dispose()
    files = [path for path in (house / "archive").rglob("*") if path.is_file()]
    return [str(path) for path in files if word.encode() in path.read_bytes()]


def test_what_is_kept_survives_its_case_file_and_what_is_let_go_does_not(files: Two, house: Path) -> None:
    order_id = listed(files)
    assert refused(lambda: submit(order_id)) == ["retention.linked", "retention.linked"]
    chosen(order_id, files.link(1))
    chosen(order_id, files.link(2), Fate.LET_GO, "Bản sao, không cần nữa")
    assert refused(lambda: submit(order_id)) == ["archive.linked-not-kept"]
    done = keep_them(order_id)
    assert (len(done.made), done.waiting, done.against) == (1, {}, ())
    assert keep_them(order_id) == Kept((), {}, ())
    assert package_names() == everywhere("v0001.zip", "v0002.zip")

    with reading() as session:
        other = session.get_one(CaseFile, files.stays)
        assert (other.total_docs, other.total_pages, other.title) == (3, 6, "Hồ sơ 02.2014")
        assert (other.description["TotalDoc"], other.description["PageNumber"]) == ("3", "6")
        (link, *_) = linked.links(session, [files.goes], today=TODAY)
        assert link.there
        added = [event for event in history(session, files.stays) if event.verb is Verb.ADD_DOCUMENT]
        assert [event.payload["did"] for event in added] == ["added"] and added[0].actor == LAN.name
    record = copied(files)
    assert {one.role for one in record.components} == {"original", "pdfa", "text"}
    with reading() as session:
        sent = {
            one.role: b"".join(read_component(session, one.id, viewer=LAN).chunks)
            for one in record.components
        }
    assert sent["pdfa"] == b"%PDF-1.7 " + sent["original"] and SECRETS[0].encode() in sent["original"]
    origin = origin_of(one.facts for one in record.components)
    assert origin is not None
    assert (origin["case_file_id"], origin["file_code"], origin["document"]) == (files.goes, "01.2014", 1)
    assert (origin["by"], origin["why"], origin["list_number"]) == (
        LAN.name,
        "Còn cần cho hồ sơ kia",
        "5/TTr",
    )
    with newest(files).open("rb") as stream:
        told = read_facts(stream)
    (event,) = [one for one in told.events if one.kind == "replication"]
    assert set(event.objects) == {one.id for one in record.components} and event.id == origin["event"]
    assert "case file 01.2014" in event.detail and "5/TTr" in event.detail
    pdfa = next(one for one in record.components if one.role == "pdfa")
    assert pdfa.facts["of"] == next(one.id for one in record.components if one.role == "original")

    submit(order_id)
    walk(order_id, to=State.HANDED_OVER)
    outcome = execute(order_id, viewer=THEY.executor, now=NOW)
    assert outcome.finished and outcome.count("done") == 1
    read_on()
    assert [hit.case_file_id for hit in search(SECRETS[0], viewer=LAN).hits] == [files.stays]
    assert not search(SECRETS[1], viewer=LAN).total
    assert verify(newest(files), schemas=ArchiveSettings.load().tools_home / "schemas") == []
    with reading() as session:
        assert b"".join(read_component(session, pdfa.id, viewer=LAN).chunks) == sent["pdfa"]
        assert session.get_one(CaseFile, str(origin["case_file_id"])).state == "destroyed"  # its tombstone
    assert held_in(house, SECRETS[1]) == []
    assert all(
        "/02.2014/" in path or path.endswith((".db", ".db-wal")) or "index" in path
        for path in held_in(house, SECRETS[0])
    )


def test_what_is_there_already_needs_no_choice_and_no_copy(house: Path) -> None:
    files = two(house, same=True)
    order_id = listed(files)
    with reading() as session:
        assert [
            (one.ordinal, one.how, one.there) for one in linked.links(session, [files.goes], today=TODAY)
        ] == [
            (1, linked.How.BYTES, True),
            (2, linked.How.DOCUMENT, False),
        ]
    assert refused(lambda: submit(order_id)) == ["retention.linked"]
    chosen(order_id, files.link(1))
    assert keep_them(order_id) == Kept((), {}, ())
    assert package_names() == everywhere("v0001.zip")


@pytest.mark.parametrize(
    "where", ["spool_component", "write_whole", "deposit", "after-deposit", "keep", "after-keep"]
)
def test_killed_anywhere_it_is_made_once_and_nothing_is_left_behind(
    where: str,
    made_by_migrations: None,
    files: Two,
    house: Path,
    in_child: Callable[[Callable[[], object]], int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    order_id = listed(files)
    chosen(order_id, files.link(1))

    def killed() -> None:
        name = where.removeprefix("after-")
        inner = getattr(adding, name)

        def dies(*args: object, **more: object) -> object:
            if name != where:
                inner(*args, **more)
            os._exit(9)

        monkeypatch.setattr(adding, name, dies)
        keep_them(order_id)

    engine().dispose()
    assert in_child(killed) == 9
    with reading() as session:
        assert len(begun(session, [files.goes])) == 1
    assert "archive.linked-half-made" in refused(lambda: submit(order_id, "đi"))
    report = rebuild(now=NOW)
    assert report.equal and report.adopted == ()
    done = keep_them(order_id)
    assert (len(done.made), done.waiting, done.against) == (1, {}, ())
    assert package_names() == everywhere("v0001.zip", "v0002.zip")
    assert [path for path in (house / "archive" / "work").iterdir() if path.name.startswith("adding")] == []
    with reading() as session:
        assert begun(session, [files.goes]) == []
    copied(files)
    assert rebuild(now=NOW).equal


def test_killed_and_then_let_go_nothing_of_it_is_left_when_its_case_file_is_gone(
    files: Two, house: Path, in_child: Callable[[Callable[[], object]], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    order_id = listed(files)
    chosen(order_id, files.link(1))

    def killed() -> None:
        monkeypatch.setattr(adding, "keep", lambda *args, **more: os._exit(9))
        keep_them(order_id)

    engine().dispose()
    assert in_child(killed) == 9
    chosen(order_id, files.link(1), Fate.LET_GO, "Thôi")
    assert refused(lambda: submit(order_id, "đi")) == ["archive.linked-half-made"]
    assert keep_them(order_id) == Kept((), {}, ())
    submit(order_id, "đi")
    walk(order_id, to=State.HANDED_OVER)
    assert execute(order_id, viewer=THEY.executor, now=NOW).count("done") == 1
    read_on()
    assert held_in(house, SECRETS[0]) == [] and package_names() == everywhere("v0001.zip")


def test_the_vault_destroys_nothing_while_a_document_waits_to_be_kept(files: Two) -> None:
    order_id = listed(files)
    walk(order_id, to=State.HANDED_OVER)
    chosen(order_id, files.link(2))
    assert refused(lambda: execute(order_id, viewer=THEY.executor, now=NOW)) == ["archive.linked-not-kept"]
    with reading() as session:
        assert session.get_one(CaseFile, files.goes).state == "stored"
    assert len(keep_them(order_id).made) == 1
    assert execute(order_id, viewer=THEY.executor, now=NOW).count("done") == 1


def test_a_copy_that_is_lost_again_stops_the_list(files: Two) -> None:
    order_id = listed(files)
    chosen(order_id, files.link(1))
    keep_them(order_id)
    walk(order_id, to=State.HANDED_OVER)
    with transaction() as session:
        component = (
            select(Component.id).join(Record).where(Record.case_file_id == files.stays, Record.ordinal == 3)
        )
        session.execute(update(Component).where(Component.id.in_(component)).values(sha256="0" * 64))
    assert refused(lambda: execute(order_id, viewer=THEY.executor, now=NOW)) == ["archive.linked-not-kept"]


def test_a_store_that_was_away_holds_the_list_up_until_it_has_its_copy(
    files: Two, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TANGTHU_ARCHIVE__COPIES_REQUIRED", "2")
    order_id = listed(files)
    chosen(order_id, files.link(1))
    there = stores()
    done = fates.keep(order_id, viewer=LAN, clock=lambda: NOW, places=there[:2])
    assert len(done.made) == 1 and [reason.code for reason in done.against] == ["archive.linked-not-kept"]
    assert refused(lambda: submit(order_id, "đi")) == ["archive.linked-not-kept"]
    assert keep_them(order_id) == Kept((), {}, ())
    assert package_names() == everywhere("v0001.zip", "v0002.zip")
    submit(order_id, "đi")


def test_too_few_stores_leave_nothing_behind(files: Two) -> None:
    order_id = listed(files)
    chosen(order_id, files.link(1))
    done = fates.keep(order_id, viewer=LAN, clock=lambda: NOW, places=stores()[:1])
    assert done.made == () and list(done.waiting) == [files.link(1)]
    assert package_names() == everywhere("v0001.zip")
    with reading() as session:
        assert begun(session, [files.goes]) == []


class LosesTheOther:
    """Not a store; while it is asked, a store loses its copy of the case file that was to keep the document."""

    name = "cache"

    def __init__(self, other: str) -> None:
        self.other = other

    def erase(self, target: Target) -> Erasure:
        with transaction() as session:
            mine = select(Package.id).where(Package.case_file_id == self.other)
            gone = update(Copy).where(Copy.package_id.in_(mine), Copy.store == "kho-b")
            session.execute(gone.values(state=CopyState.MISSING))
        return Erasure("cache", "1 copy", "cleared", NOW, True, None)


def test_a_copy_lost_while_the_destruction_runs_spares_the_document_that_lies_nowhere_else(
    files: Two,
) -> None:
    order_id = listed(files)
    chosen(order_id, files.link(1))
    keep_them(order_id)
    walk(order_id, to=State.HANDED_OVER)
    places = [StoreHolder(store) for store in stores()]
    ask = [LosesTheOther(files.stays), *places]
    outcome = execute(order_id, viewer=THEY.executor, now=NOW, ask=ask)
    (item,) = outcome.items
    assert item.outcome == "refused" and "is to be kept in" in str(item.detail[0]), item.detail
    for store in stores():
        assert any("/01.2014/" in name for name in store.names()), store.name


def test_after_the_decision_one_archivist_lets_nothing_go_that_is_to_be_kept(files: Two) -> None:
    order_id = listed(files)
    chosen(order_id, files.link(1))
    keep_them(order_id)
    walk(order_id, to=State.OPINION_GIVEN)
    chosen(order_id, files.link(1), Fate.LET_GO, "Nghĩ lại")  # before it, the head decides knowing it
    chosen(order_id, files.link(1))
    walk(order_id, to=State.DECIDED)
    kept = ["archive.kept-by-decision"]
    assert refused(lambda: chosen(order_id, files.link(1), Fate.LET_GO, "Nghĩ lại")) == kept
    chosen(order_id, files.link(1))  # chosen anew it is no choice after the decision that may be undone
    assert refused(lambda: chosen(order_id, files.link(1), Fate.LET_GO, "Nghĩ lại")) == kept
    walk(order_id, to=State.HANDED_OVER)
    chosen(order_id, files.link(2), Fate.LET_GO, "Bản sao")  # nobody had said it is kept
    assert refused(lambda: chosen(order_id, files.link(1), Fate.LET_GO, "Nghĩ lại")) == kept
    with reading() as session:
        assert taking.story(session, order_id).faults == ()


def test_only_an_archivist_chooses_and_copies(files: Two) -> None:
    order_id = listed(files)
    with transaction() as session, pytest.raises(NotAllowedError):
        fates.choose(session, order_id, [files.link()], Fate.KEEP, viewer=STRANGER, now=NOW)
    with pytest.raises(NotAllowedError):
        fates.keep(order_id, viewer=STRANGER, clock=lambda: NOW)
    with pytest.raises(OrderRefusedError):  # nobody chose it
        adding.add(order_id, files.link(), viewer=LAN, moment=lambda: NOW)


def test_what_is_not_linked_or_has_no_reason_is_not_chosen(files: Two) -> None:
    order_id = listed(files)
    assert "retention.not-linked" in refused(lambda: chosen(order_id, Link(files.goes, 7, files.stays)))
    assert refused(lambda: chosen(order_id, files.link(), Fate.LET_GO, "")) == ["archive.no-reason-given"]
    assert "archive.not-on-list" in refused(lambda: chosen(order_id, Link("elsewhere", 1, files.stays)))


def test_a_case_file_that_a_decision_names_takes_nothing(files: Two) -> None:
    order_id = listed(files)
    chosen(order_id, files.link())
    with transaction() as session:
        hand_over = Order(
            kind=OrderKind.TRANSFER, proposed_by="lan", agency_code=AGENCY, reason="r", document_number="9/NL",
            document_date=TODAY, document_sha256="", list_sha256="", created_at=NOW, state=OrderState.APPROVED,
            payload={},
        )  # fmt: skip
        session.add(hand_over)
        session.flush()
        session.add(
            OrderItem(
                order_id=hand_over.id, case_file_id=files.stays, package_sha256="", outcome="", detail=""
            )
        )
    done = keep_them(order_id)
    assert [reason.code for reason in done.waiting.values()] == ["archive.keep-in-ordered"] and not done.made


def typed(*words: str, user: str = "an", role: str = "archivist") -> tuple[int, Any]:
    """Run a command with --json and return its exit status and what it printed."""
    app = typer.Typer()
    register(app)
    who = ["--as", user, "--role", f"{role}@{AGENCY}", "--json"]
    result = CliRunner().invoke(app, ["disposal", *words, *who])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, json.loads(result.output)


def test_an_administrator_lists_keeps_and_lets_go(files: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("retention.procedure.commands.linked.clock", lambda: NOW)
    order_id = listed(files)
    _, found = typed("linked", order_id)
    assert [(one["document"], one["in"], one["chosen"]) for one in found] == [
        ("01.2014.0000001", "02.2014", ""),
        ("01.2014.0000002", "02.2014", ""),
    ]
    first, second = (one["link"] for one in found)
    code, done = typed("keep-linked", order_id, "--link", first, "--reason", "Còn cần")
    assert (code, len(done["made"]), done["waiting"], done["against"]) == (0, 1, {}, [])
    assert typed("let-linked-go", order_id, "--link", second, "--reason", "Bản sao")[0] == 0
    assert [(one["there"], one["chosen"]) for one in typed("linked", order_id)[1]] == [
        (True, "keep"),
        (False, "let-go"),
    ]
    assert typed("keep-linked", order_id) == (0, {"made": [], "waiting": {}, "against": []})
