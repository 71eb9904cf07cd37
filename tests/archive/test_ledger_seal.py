"""The ledger: appended, sealed, verified, proven; every kind of tampering is named."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.orm import Session

import archive.ledger.check_proof as checker
from archive.checkpoints import write_checkpoint
from archive.custody import stores
from archive.errors import LedgerError, NotFoundError, TemporaryError
from archive.ledger import merkle
from archive.ledger.append import append, from_row, read
from archive.ledger.event import Verb
from archive.ledger.mend import LOOK_BACK, fill, mend
from archive.ledger.prove import prove
from archive.ledger.rows import EventRow, SealRow
from archive.ledger.seal import seal
from archive.ledger.segment import key_of, make, parse
from archive.ledger.verify import verify
from archive.register.session import reading, transaction
from archive.stores.folder import FolderStore
from archive.stores.interface import Stored
from tests.archive.vault_builders import NOW


def some_events(count: int, *, title: str = "Hồ sơ") -> None:
    with transaction() as session:
        for n in range(count):
            append(
                session,
                Verb.VIEW,
                actor=f"user{n}",
                kind="case-file",
                id=f"cf-{n}",
                payload={"t": title},
                now=NOW,
            )


def sealed(count: int, **more: str) -> None:
    some_events(count, **more)
    with transaction() as session:
        assert seal(session, now=NOW) == count


def faults() -> list[str]:
    with reading() as session:
        return [str(fault) for fault in verify(session)]


def tamper(*statements: str) -> None:
    with transaction() as session:
        for statement in statements:
            session.execute(text(statement))


# --- merkle ---------------------------------------------------------------------------------------------


def test_the_root_of_three_leaves_is_worked_out_by_hand() -> None:
    a, b, c = (hashlib.sha256(bytes([n])).digest() for n in range(3))
    ab = hashlib.sha256(b"\1" + a + b).digest()
    assert merkle.root([a, b, c]) == hashlib.sha256(b"\1" + ab + c).digest()
    assert merkle.path([a, b, c], 2) == [ab]
    assert merkle.path([a, b, c], 0) == [b, c]


@given(st.integers(1, 70), st.data())
def test_every_path_leads_to_the_root_and_no_other_leaf_does(size: int, data: st.DataObject) -> None:
    leaves = [hashlib.sha256(str(n).encode()).digest() for n in range(size)]
    index = data.draw(st.integers(0, size - 1))
    steps, top = merkle.path(leaves, index), merkle.root(leaves)
    assert checker.root_from_path(leaves[index], index, size, steps) == top
    assert checker.root_from_path(b"x" * 32, index, size, steps) != top
    assert checker.root_from_path(leaves[index], index, size, [*steps, top]) is None
    if size > 1:
        assert checker.root_from_path(leaves[index], (index + 1) % size, size, steps) != top


# --- seal -----------------------------------------------------------------------------------------------


def test_a_seal_writes_the_same_segment_into_every_store(house: Path) -> None:
    sealed(3)
    data = set()
    for store in stores():
        with store.open(key_of(1)) as stream:
            data.add(stream.read())
    assert len(data) == 1
    segment = parse(data.pop(), "here")
    assert [event.seq for event in segment.events] == [1, 2, 3]
    assert segment.head.timestamp_token == ""
    assert faults() == []


def test_nothing_new_means_nothing_sealed(house: Path) -> None:
    sealed(2)
    with transaction() as session:
        assert seal(session, now=NOW) == 0


def test_a_long_run_is_cut_into_segments(house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TANGTHU_ARCHIVE__SEAL_AFTER", "4")
    sealed(10)
    assert list(stores()[0].names("_ledger/")) == [key_of(n) for n in (1, 2, 3)]
    assert faults() == []


def test_a_unicode_line_separator_in_a_title_does_not_split_an_event(house: Path) -> None:
    sealed(2, title="một\u2028hai\u0085ba\nbốn")
    assert faults() == []


def test_a_seal_killed_between_store_and_commit_is_finished_by_the_next(house: Path) -> None:
    some_events(3)
    with pytest.raises(RuntimeError), transaction() as session:
        seal(session, now=NOW)
        raise RuntimeError("killed")
    some_events(2)
    with transaction() as session:
        assert seal(session, now=NOW + timedelta(hours=1)) == 5
    assert faults() == []
    assert list(stores()[0].names("_ledger/")) == [key_of(1), key_of(2)]


def test_a_segment_of_other_events_in_a_store_stops_the_seal(house: Path) -> None:
    some_events(3)
    with pytest.raises(RuntimeError), transaction() as session:
        seal(session, now=NOW)
        raise RuntimeError("killed")
    tamper("UPDATE event SET actor = 'mallory' WHERE seq = 2")
    with (
        pytest.raises(LedgerError, match="kho-a holds _ledger"),
        transaction() as session,
    ):
        seal(session, now=NOW)


def test_a_store_that_was_away_gets_its_segments_later(house: Path, tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    places = [FolderStore("one", tmp_path / "one"), FolderStore("two", tmp_path / "two")]
    some_events(2)
    with transaction() as session:
        assert seal(session, now=NOW, places=places) == 2
    (tmp_path / "two").mkdir()
    with reading() as session:
        assert [str(fault) for fault in verify(session, places=places)] == [
            "two:_ledger/segment-000001.jsonl is missing; `tangthu ledger seal` writes it again"
        ]
    with reading() as session:
        assert fill(session, places=places).written == ("two:_ledger/segment-000001.jsonl",)
        assert verify(session, places=places) == []


class FullStore(FolderStore):
    """A disk that is full or mounted read-only: it answers, and takes nothing."""

    full = True

    def put(self, name: str, source: Path) -> Stored:
        if self.full:
            raise TemporaryError(f"store {self.name}: {name}: No space left on device")
        return super().put(name, source)


@pytest.fixture
def full(tmp_path: Path) -> tuple[FolderStore, FullStore]:
    for name in ("one", "full"):
        (tmp_path / name).mkdir()
    return FolderStore("one", tmp_path / "one"), FullStore("full", tmp_path / "full")


def test_a_store_that_is_full_does_not_stop_the_ledger_from_being_sealed(
    house: Path, full: tuple[FolderStore, FullStore], caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(2):
        some_events(2)
        with transaction() as session:
            assert seal(session, now=NOW, places=full) == 2
        with reading() as session:
            mended = fill(session, places=full)
    assert mended.written == () and len(mended.troubles) == 1
    assert "store full: _ledger/segment-000002.jsonl: No space left" in caplog.text
    full[1].full = False
    with reading() as session:
        assert len(fill(session, places=full).written) == 2
        assert verify(session, places=full) == []


def test_a_damaged_segment_is_not_copied_into_the_store_that_lacks_it(house: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    places = [FolderStore(name, tmp_path / name) for name in ("one", "two", "three")]
    some_events(2)
    with transaction() as session:
        seal(session, now=NOW, places=places)
    (tmp_path / "three").mkdir()
    damaged = tmp_path / "one" / key_of(1)
    damaged.write_bytes(damaged.read_bytes().replace(b"user1", b"user7"))
    with reading() as session:
        fill(session, places=places)
    assert (tmp_path / "three" / key_of(1)).read_bytes() == (tmp_path / "two" / key_of(1)).read_bytes()


def test_everything_a_store_missed_is_written_however_long_it_was_away(
    house: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TANGTHU_ARCHIVE__SEAL_AFTER", "1")
    (tmp_path / "one").mkdir()
    places = [FolderStore("one", tmp_path / "one"), FolderStore("two", tmp_path / "two")]
    some_events(LOOK_BACK + 3)
    with transaction() as session:
        seal(session, now=NOW, places=places)
    (tmp_path / "two").mkdir()
    with reading() as session:
        assert len(fill(session, places=places).written) == LOOK_BACK
        assert len(mend(session, places=places).written) == 3
        assert verify(session, places=places) == []


def test_a_damaged_segment_is_put_aside_and_written_again(house: Path) -> None:
    sealed(3)
    path = house / "archive/stores/kho-b" / key_of(1)
    good = path.read_bytes()
    path.write_bytes(good.replace(b"user1", b"user7"))
    assert "`tangthu ledger seal` puts it aside and writes it again" in faults()[0]
    with reading() as session:
        (replaced,) = mend(session).replaced
    assert (replaced.store, replaced.key) == ("kho-b", key_of(1))
    assert path.read_bytes() == good and faults() == []
    (aside,) = (house / "archive/stores/kho-b/.quarantine" / key_of(1)).iterdir()
    assert b"user7" in aside.read_bytes()


def test_a_segment_lost_in_every_store_is_written_from_the_register(house: Path) -> None:
    sealed(3)
    paths = [house / "archive/stores" / store.name / key_of(1) for store in stores()]
    good = paths[0].read_bytes()
    for path in paths:
        path.unlink()
    with reading() as session:
        assert len(mend(session).written) == 3
    assert {path.read_bytes() for path in paths} == {good}


def test_a_register_that_was_rewritten_never_overwrites_the_segments_that_show_it(house: Path) -> None:
    sealed(3)
    true = {
        store.name: (house / "archive/stores" / store.name / key_of(1)).read_bytes() for store in stores()
    }
    with transaction() as session:  # events, root and chain changed so that they agree with each other
        row = session.get_one(EventRow, 2)
        row.actor = "mallory"
        row.sha256 = from_row(row).sha256
        session.flush()
        made = make(1, list(read(session)), merkle.FIRST_CHAIN, NOW)
        seal_row = session.get_one(SealRow, 1)
        seal_row.root, seal_row.chain = made.head.root, made.head.chain
    (house / "archive/stores/kho-c" / key_of(1)).unlink()
    with reading() as session:
        mended = mend(session)
    assert (mended.written, mended.replaced) == ((), ())
    assert "says another history than the register" in mended.troubles[0]
    for name in ("kho-a", "kho-b"):
        assert (house / "archive/stores" / name / key_of(1)).read_bytes() == true[name]


def test_a_work_folder_that_is_full_is_a_temporary_trouble(house: Path) -> None:
    some_events(1)
    work = house / "archive/work"
    work.write_text("not a folder")  # no file can be made below it, as on a full disk
    with pytest.raises(TemporaryError, match="the work folder"), transaction() as session:
        seal(session, now=NOW)
    with pytest.raises(TemporaryError, match="the work folder"), transaction() as session:
        write_checkpoint(session, now=NOW)


def test_a_decision_stands_though_it_could_not_be_sealed_at_once(
    house: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (house / "archive/work").write_text("not a folder")
    with transaction() as session:
        a_hold(session)
    assert "not sealed at once" in caplog.text
    (house / "archive/work").unlink()
    with transaction() as session:
        assert seal(session, now=NOW) == 1


def test_without_any_store_nothing_is_sealed(house: Path, tmp_path: Path) -> None:
    some_events(1)
    with pytest.raises(TemporaryError, match="no store took"), transaction() as session:
        seal(session, now=NOW, places=[FolderStore("away", tmp_path / "away")])


# --- verify ---------------------------------------------------------------------------------------------

SWAP = (
    "UPDATE event SET seq = 99 WHERE seq = 2",
    "UPDATE event SET seq = 2 WHERE seq = 3",
    "UPDATE event SET seq = 3 WHERE seq = 99",
)


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        (
            ("UPDATE event SET actor = 'mallory' WHERE seq = 2",),
            "event 2 (VIEW of case-file cf-1) was changed",
        ),
        (
            ('UPDATE event SET payload = \'{"t": "khac"}\' WHERE seq = 4',),
            "event 4 (VIEW of case-file cf-3) was changed",
        ),
        (("UPDATE event SET verb = 'INVENTED' WHERE seq = 4",), "event 4 was changed"),
        (("DELETE FROM event WHERE seq = 3",), "event 3 was removed"),
        (
            ("DELETE FROM event WHERE seq = 5",),
            "event 5 (VIEW of case-file cf-4) was removed from the register",
        ),
        (SWAP, "event 3 (VIEW of case-file cf-1) was moved"),
        (("UPDATE seal SET root = chain",), "do not give"),
        (("DELETE FROM seal",), "of which the register has no seal"),
    ],
)
def test_tampering_with_the_register_is_named(
    house: Path, statements: tuple[str, ...], expected: str
) -> None:
    sealed(5)
    tamper(*statements)
    assert any(expected in fault for fault in faults()), faults()


def test_a_change_with_its_hash_recomputed_is_still_named(house: Path) -> None:
    sealed(5)
    with transaction() as session:
        row = session.get_one(EventRow, 3)
        row.actor = "mallory"
        row.sha256 = from_row(row).sha256
    assert "event 3 (VIEW of case-file cf-2) was changed in the register" in faults()


def test_a_changed_segment_is_named_with_its_store(house: Path) -> None:
    sealed(5)
    path = house / "archive/stores/kho-b/_ledger/segment-000001.jsonl"
    path.write_bytes(path.read_bytes().replace(b"user3", b"user9"))
    assert any(fault.startswith("kho-b:_ledger/segment-000001.jsonl was changed") for fault in faults())


# --- prove ----------------------------------------------------------------------------------------------


def proof_of(seq: int) -> dict[str, object]:
    with reading() as session:
        return prove(session, seq)


def check(proof: dict[str, object], folder: Path, *more: str) -> subprocess.CompletedProcess[str]:
    path = folder / "proof.json"
    path.write_text(json.dumps(proof), encoding="utf-8")
    # -I: isolated, so nothing of this project can help it
    return subprocess.run(
        [sys.executable, "-I", checker.__file__, str(path), *more],
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_proof_is_checked_by_the_script_alone(house: Path) -> None:
    sealed(7)
    sealed(3)
    sealed(1)
    for seq in (1, 7, 8, 11):
        result = check(proof_of(seq), house)
        assert result.returncode == 0, result.stdout
    head = str(proof_of(11)["head"])
    assert check(proof_of(4), house, "--head", head).returncode == 0
    assert check(proof_of(4), house, "--head", "ab" * 32).returncode == 1


@pytest.mark.parametrize(
    "key", ["event", "leaf", "index", "path", "root", "previous_chain", "chain", "head", "later_roots"]
)
def test_a_proof_changed_anywhere_does_not_hold(house: Path, key: str) -> None:
    sealed(5)
    sealed(2)
    proof = proof_of(3)
    old = proof[key]
    changed = {
        "index": 3,
        "event": str(old).replace("user2", "user3"),
        "path": ["00" * 32, *list(old)[1:]] if isinstance(old, list) else old,
        "later_roots": [],
    }
    proof[key] = changed.get(key, "00" * 32)
    if proof[key] == old:
        proof[key] = "11" * 32
    assert check(proof, house).returncode == 1


def test_a_file_that_is_no_proof_cannot_be_read(house: Path) -> None:
    assert check({"format": "something"}, house).returncode == 2


def test_an_unsealed_event_cannot_be_proven_yet(house: Path) -> None:
    some_events(1)
    with reading() as session, pytest.raises(LedgerError, match="not sealed yet"):
        prove(session, 1)


def test_an_event_that_is_not_there_cannot_be_proven(house: Path) -> None:
    with reading() as session, pytest.raises(NotFoundError):
        prove(session, 1)


def test_a_tampered_event_gets_no_proof(house: Path) -> None:
    sealed(4)
    tamper("UPDATE event SET actor = 'mallory' WHERE seq = 2")
    with reading() as session, pytest.raises(LedgerError, match="cannot be proven"):
        prove(session, 2)


# --- at once --------------------------------------------------------------------------------------------


def a_hold(session: Session) -> None:
    from archive.ledger.at_once import seal_after_commit

    event = append(session, Verb.HOLD, actor="lan", kind="case-file", id="x", payload={}, now=NOW)
    seal_after_commit(session, event)


def test_a_decision_is_in_the_stores_right_after_its_commit(house: Path) -> None:
    with transaction() as session:
        with session.begin_nested():
            a_hold(session)
        assert list(stores()[0].names("_ledger/")) == []
    assert list(stores()[0].names("_ledger/")) == [key_of(1)]


def test_a_decision_rolled_back_is_never_in_the_stores(house: Path) -> None:
    with pytest.raises(RuntimeError), transaction() as session:
        a_hold(session)
        raise RuntimeError
    some_events(1)
    assert list(stores()[0].names("_ledger/")) == []
