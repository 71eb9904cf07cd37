"""The index follows the ledger, from any place, as often as you like."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from register_rows import NOW, Texts, a_case_file, an_agency, set_state
from search_contract import ARCHIVIST, READER, found, results

from archive.errors import TemporaryError
from archive.holders import Target
from archive.ledger.append import append
from archive.ledger.event import Event, Verb
from archive.ledger.follow import Follower, follow
from archive.ledger.rows import CursorRow
from archive.register.decisions import Order, OrderItem, OrderKind, OrderState
from archive.register.models import CaseFile, CaseFileState, Record
from archive.register.session import reading, transaction
from search.choice import open_engine
from search.engine import Engine
from search.errors import EngineDownError
from search.follower import handle
from search.holder import SearchIndex, holders
from search.index import digest, rebuild
from search.settings import SearchSettings
from search.sqlite import SqliteEngine


@pytest.fixture
def texts() -> Texts:
    return Texts()


@pytest.fixture
def engine(house: Path) -> Iterator[Engine]:
    yield open_engine()


def stored(texts: Texts, *ids: str, **facts: object) -> list[Event]:
    with transaction() as session:
        if session.get(CaseFile, "none") is None and not session.query(CaseFile).count():
            an_agency(session)
        return [a_case_file(session, id, texts, **facts) for id in ids]  # type: ignore[arg-type]


def test_a_stored_case_file_is_found_by_its_title_its_codes_and_its_words(
    engine: Engine, texts: Texts
) -> None:
    assert handle(stored(texts, "a"), engine=engine, read=texts.read) == 1
    assert engine.count() == engine.count("a") == 3
    assert found(engine, "ho so ve phi") == ["a"]
    assert found(engine, "lời của hồ sơ văn bản 2") == ["a-2"]
    assert found(engine, "2/QĐ-UBND") == ["a-2"]
    assert found(engine, "2/2020/qd-ubnd") == ["a-2"]
    assert found(engine, "so noi vu lang son") != []
    assert found(engine, "le phi") == ["a"]
    hit = results(engine, "2/QĐ-UBND").hits[0]
    assert (hit.case_file_id, hit.record_id, hit.code, hit.year, hit.type) == (
        "a",
        "a-2",
        "2/QĐ-UBND",
        2020,
        "Quyết định",
    )


def test_the_same_events_twice_change_nothing(engine: Engine, texts: Texts) -> None:
    events = stored(texts, "a", "b")
    handle(events, engine=engine, read=texts.read)
    before = digest(engine)
    handle(events + events, engine=engine, read=texts.read)
    assert digest(engine) == before


@pytest.mark.parametrize(
    ("state", "verb"),
    [(CaseFileState.DESTROYED, Verb.DESTROY), (CaseFileState.TRANSFERRED, Verb.TRANSFER)],
)
def test_a_case_file_that_left_is_no_longer_found(
    engine: Engine, texts: Texts, state: CaseFileState, verb: Verb
) -> None:
    events = stored(texts, "a", "b")
    handle(events, engine=engine, read=texts.read)
    left = set_state("a", state, verb)
    # The old STORE event, read again late, must not bring it back.
    handle([*events, left], engine=engine, read=texts.read)
    assert (engine.count("a"), engine.count("b")) == (0, 3)


def test_new_rights_and_new_words_are_in_the_index(engine: Engine, texts: Texts) -> None:
    handle(stored(texts, "a"), engine=engine, read=texts.read)
    assert found(engine, "ho so ve phi", READER) == ["a"]
    with transaction() as session:
        case_file = session.get(CaseFile, "a")
        assert case_file is not None
        case_file.access = "02"
        case_file.title = "Hồ sơ về lệ phí trước bạ"
        events = [
            append(session, verb, actor="an", kind="case-file", id="a")
            for verb in (Verb.RIGHTS_CHANGE, Verb.METADATA_CHANGE)
        ]
    handle(events, engine=engine, read=texts.read)
    assert found(engine, "", READER) == []
    assert found(engine, "truoc ba", ARCHIVIST) == ["a"]


def test_a_record_that_is_gone_from_the_case_file_is_gone_from_the_index(
    engine: Engine, texts: Texts
) -> None:
    events = stored(texts, "a")
    handle(events, engine=engine, read=texts.read)
    with transaction() as session:
        record = session.get(Record, "a-2")
        assert record is not None
        for component in record.components:
            session.delete(component)
        session.delete(record)
    handle(events, engine=engine, read=texts.read)
    assert found(engine, "lời của hồ sơ") == ["a-1"]


def test_words_that_cannot_be_read_are_found_after_the_repair(engine: Engine, texts: Texts) -> None:
    events = stored(texts, "a", records=1)
    kept = texts.words.pop("a-1-text")
    handle(events, engine=engine, read=texts.read)
    assert found(engine, "loi cua") == []
    assert found(engine, "1/QĐ-UBND") == ["a-1"]
    texts.words["a-1-text"] = kept
    with transaction() as session:
        repaired = append(
            session, Verb.REPAIR, actor="x", kind="package", id="p", payload={"case_file_id": "a"}
        )
    handle([repaired], engine=engine, read=texts.read)
    assert found(engine, "loi cua") == ["a-1"]


def test_a_new_name_of_an_agency_reaches_its_case_files(engine: Engine, texts: Texts) -> None:
    handle(stored(texts, "a"), engine=engine, read=texts.read)
    with transaction() as session:
        from archive.register.models import Agency

        agency = session.get(Agency, "H37.01")
        assert agency is not None
        agency.name = "Sở Nội vụ và Tôn giáo"
        event = append(session, Verb.AGENCY_SET, actor="x", kind="agency", id="H37.01")
    handle([event], engine=engine, read=texts.read)
    assert results(engine, "ton giao").total == 3


class DownEngine(SqliteEngine):
    """An index whose server does not answer."""

    def ensure(self) -> None:
        raise EngineDownError("engine", "connection refused")


def test_while_the_engine_or_a_store_is_down_the_cursor_does_not_move(
    engine: Engine, texts: Texts, house: Path
) -> None:
    stored(texts, "a")
    down = DownEngine(house / "down.db")

    def cursor() -> int:
        with reading() as session:
            row = session.get(CursorRow, "search")
            return row.seq if row else 0

    def reader(which: Engine) -> Follower:
        return Follower("search", lambda events: void(handle(events, engine=which, read=texts.read)))

    with pytest.raises(TemporaryError):
        follow(reader(down))
    assert cursor() == 0
    texts.down = True
    with pytest.raises(TemporaryError):
        follow(reader(engine))
    assert (cursor(), engine.count()) == (0, 0)
    texts.down = False
    assert follow(reader(engine)) == 1
    assert (cursor(), engine.count("a")) == (1, 3)


def void(_: object) -> None:
    return None


def test_other_events_do_not_even_open_the_index(house: Path, texts: Texts) -> None:
    with transaction() as session:
        event = append(session, Verb.VIEW, actor="x", kind="case-file", id="a")
    assert handle([event], engine=DownEngine(house / "down.db"), read=texts.read) == 0


def an_order(case_file_id: str, state: OrderState, outcome: str = "") -> None:
    with transaction() as session:
        order = Order(
            kind=OrderKind.DESTRUCTION,
            state=state,
            proposed_by="x",
            agency_code="H37.01",
            reason="hết thời hạn",
            document_number="1/QĐ",
            document_date=date(2026, 3, 1),
            list_sha256="0" * 64,
            created_at=NOW,
            payload={},
        )
        session.add(order)
        session.flush()
        session.add(
            OrderItem(order_id=order.id, case_file_id=case_file_id, package_sha256="0" * 64, outcome=outcome)
        )


@pytest.mark.parametrize(
    ("state", "outcome", "documents"),
    [
        (OrderState.APPROVED, "", 3),
        (OrderState.EXECUTING, "", 0),
        (OrderState.EXECUTING, "erasing", 0),  # holders are being asked, the index among the first
        (OrderState.EXECUTING, "held", 3),  # its destruction was stopped: it stays
        (OrderState.EXECUTING, "refused", 3),
    ],
)
def test_a_late_event_does_not_bring_back_what_is_being_destroyed(
    engine: Engine, texts: Texts, state: OrderState, outcome: str, documents: int
) -> None:
    events = stored(texts, "a", "b")
    an_order("a", state, outcome)
    handle(events, engine=engine, read=texts.read)
    assert (engine.count("a"), engine.count("b")) == (documents, 3)


def test_the_event_that_begins_an_erasure_does_not_bring_the_words_back_after_the_receipt(
    engine: Engine, texts: Texts
) -> None:
    handle(stored(texts, "a"), engine=engine, read=texts.read)
    an_order("a", OrderState.EXECUTING, "erasing")
    with transaction() as session:
        began = append(
            session, Verb.DESTROY, actor="x", kind="case-file", id="a", payload={"outcome": "erasing"}
        )
    assert SearchIndex(lambda: engine).erase(target("a")).gone
    handle([began], engine=engine, read=texts.read)
    assert engine.count("a") == 0


def test_a_case_file_destroyed_while_its_texts_are_read_is_taken_out_again(
    engine: Engine, texts: Texts
) -> None:
    events = stored(texts, "a", records=1)

    def slow(session: object, component_id: str) -> list[bytes]:
        set_state("a", CaseFileState.DESTROYED, Verb.DESTROY)
        return [b"loi"]

    handle(events, engine=engine, read=slow)
    assert engine.count("a") == 0


def target(id: str) -> Target:
    return Target(id, id, (), ())


def test_the_holder_erases_looks_again_and_gives_a_receipt(engine: Engine, texts: Texts) -> None:
    handle(stored(texts, "a", "b"), engine=engine, read=texts.read)
    (holder,) = holders()
    assert holder.name == "search-index"
    first, second = holder.erase(target("a")), holder.erase(target("a"))
    assert (first.holder, first.what, first.gone) == ("search-index", "3 index documents (sqlite)", True)
    assert first.how.startswith("clear")
    assert first.at.tzinfo is not None
    assert (second.what, second.gone) == ("nothing", True)
    assert second.how.startswith("not applicable")
    assert (engine.count("a"), engine.count("b")) == (0, 3)


def test_an_index_that_is_down_gives_no_receipt(house: Path) -> None:
    with pytest.raises(TemporaryError):
        SearchIndex(lambda: DownEngine(house / "down.db")).erase(target("a"))


def test_a_rebuild_gives_the_same_index_as_following_the_ledger(engine: Engine, texts: Texts) -> None:
    handle(stored(texts, "a", "b"), engine=engine, read=texts.read)
    followed = digest(engine)
    engine.reset()
    rebuilt = rebuild(engine=engine, read=texts.read)
    assert rebuilt.digest_after == followed != rebuilt.digest_before
    assert not rebuilt.equal
    assert rebuilt.documents == 6
    assert rebuild(engine=engine, read=texts.read).equal
    with reading() as session:
        cursor = session.get(CursorRow, "search")
        assert cursor is not None
        assert cursor.seq == rebuilt.seq == 2


def test_what_is_stored_while_the_index_is_rebuilt_is_in_it(engine: Engine, texts: Texts) -> None:
    stored(texts, "a")
    late: list[Event] = []

    def slow(session: object, component_id: str) -> list[bytes]:
        if not late:
            late.extend(stored(texts, "z"))
            handle(late, engine=SqliteEngine(SearchSettings.load().database), read=texts.read)
        return [b"loi"]

    other = SqliteEngine(SearchSettings.load().database.with_name("other.db"))
    rebuilt = rebuild(engine=other, read=slow)
    assert (other.count("a"), other.count("z")) == (3, 3)
    assert rebuilt.seq == 2


def test_only_the_first_characters_of_a_very_long_text_are_kept(
    engine: Engine, texts: Texts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TANGTHU_SEARCH__MAX_TEXT", "1000")
    events = stored(texts, "a", records=1)
    texts.words["a-1-text"] = "đầu " + "x " * 10_000 + "cuối"
    handle(events, engine=engine, read=texts.read)
    assert found(engine, "dau") == ["a-1"]
    assert found(engine, "cuoi") == []
    assert max(len(doc.text) for doc in engine.documents()) <= 1000
