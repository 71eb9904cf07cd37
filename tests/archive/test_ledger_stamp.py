"""The seals' time-stamps: owed while the authority is down, kept beside the segments, found when tampered with."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from archive import tasks
from archive.custody import stores
from archive.errors import TemporaryError
from archive.ledger import check_proof
from archive.ledger.append import append
from archive.ledger.event import Verb
from archive.ledger.mend import fill, mend
from archive.ledger.prove import prove
from archive.ledger.restore import restore_from_segments
from archive.ledger.rows import SealRow
from archive.ledger.seal import seal
from archive.ledger.segment import key_of, parse
from archive.ledger.stamp import Owed, owed, stamp_key
from archive.ledger.verify import verify
from archive.patience import Patience
from archive.rebuild import rebuild
from archive.register.session import engine, reading, transaction
from archive.stamping import stamp
from archive.stores.folder import FolderStore
from archive.stores.interface import read_whole
from archive.timestamps.errors import TimestampError
from archive.timestamps.token import read
from tests.archive.time_authority import Authority, token_over
from tests.archive.vault_builders import NOW, a_case_file


@pytest.fixture
def authority(authority: Authority) -> Authority:
    """Whose clock shows what ours does."""
    authority.at = NOW
    return authority


def sealed(count: int = 2) -> None:
    with transaction() as session:
        for n in range(count):
            append(session, Verb.VIEW, actor=f"user{n}", kind="case-file", id=f"cf-{n}", now=NOW)
    with transaction() as session:
        assert seal(session, now=NOW) == count


def row(number: int) -> SealRow:
    with reading() as session:
        found = session.get_one(SealRow, number)
        session.expunge(found)
        return found


def debt() -> Owed:
    with reading() as session:
        return owed(session)


def faults(now: datetime = NOW) -> list[str]:
    with reading() as session:
        return [str(fault) for fault in verify(session, now=now)]


def stamp_file(house: Path, store: str, number: int = 1) -> Path:
    return house / "archive/stores" / store / stamp_key(number)


def test_a_seal_is_stamped_over_its_chain_value_in_the_register_and_beside_the_segment(
    authority: Authority,
) -> None:
    sealed()
    authority.at = NOW
    assert stamp(now=NOW) == 1
    found = row(1)
    der = base64.b64decode(found.timestamp_token)
    assert read(der).imprint.hex() == found.chain
    assert (found.stamped_at, found.stamp_until) == (NOW, datetime(2030, 1, 1, tzinfo=UTC))
    assert [read_whole(store, stamp_key(1)) for store in stores()] == [der] * 3
    assert parse(read_whole(stores()[0], key_of(1)), "here").head.timestamp_token == "", (
        "segments never change"
    )
    assert faults() == []
    assert (stamp(now=NOW), authority.asked) == (0, 1), "what is stamped is not stamped again"


def test_without_an_authority_nothing_is_stamped_and_nothing_is_wrong(house: Path) -> None:
    sealed()
    assert stamp(now=NOW) == 0
    assert debt().count == 1
    assert faults() == []


@pytest.mark.parametrize("mood", ["broken", "other imprint"])
def test_an_authority_that_is_down_or_lies_stops_no_seal_and_one_stamp_pays_for_all_that_waited(
    authority: Authority, mood: str
) -> None:
    authority.mood = mood
    for n in range(3):
        sealed()
        with pytest.raises((TemporaryError, TimestampError)):
            stamp(now=NOW)
        assert (debt().count, debt().number) == (n + 1, n + 1)
    assert debt().since == NOW
    assert list(stores()[0].names("_ledger/stamp-")) == []
    authority.mood = "well"
    assert stamp(now=NOW) == 3
    assert debt() == Owed(stamped_at=row(3).stamped_at)
    assert [row(n).timestamp_token != "" for n in (1, 2, 3)] == [False, False, True]
    assert faults() == []


def test_the_task_asks_again_later_and_later(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "STAMP_PATIENCE", Patience(timedelta(minutes=1), timedelta(minutes=15)))
    authority.at = None  # a task asks now
    sealed()
    authority.mood = "broken"
    assert (tasks.stamp(), tasks.stamp(), authority.asked) == (0, 0, 1)
    monkeypatch.setattr(tasks, "STAMP_PATIENCE", Patience(timedelta(0), timedelta(0)))
    authority.mood = "well"
    assert (tasks.stamp(), authority.asked) == (1, 2)


def test_a_run_killed_between_stores_and_register_is_finished_without_asking_again(
    authority: Authority,
) -> None:
    sealed()
    stamp(now=NOW)
    with transaction() as session:
        session.execute(text("UPDATE seal SET timestamp_token = '', stamped_at = NULL, stamp_until = NULL"))
    assert stamp(now=NOW) == 1
    assert authority.asked == 1
    assert base64.b64decode(row(1).timestamp_token) == read_whole(stores()[0], stamp_key(1))


def test_a_bad_stamp_left_in_a_store_is_put_aside_and_a_new_one_asked_for(
    authority: Authority, house: Path
) -> None:
    sealed()
    planted = stamp_file(house, "kho-a")
    planted.write_bytes(token_over(b"\x05" * 32))
    assert stamp(now=NOW) == 1
    assert faults() == []
    assert len(list((house / "archive/stores/kho-a/.quarantine" / stamp_key(1)).iterdir())) == 1


def test_a_store_that_was_away_gets_the_stamps_it_missed(authority: Authority, tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    places = [FolderStore("one", tmp_path / "one"), FolderStore("two", tmp_path / "two")]
    with transaction() as session:
        append(session, Verb.VIEW, actor="lan", kind="case-file", id="x", now=NOW)
    with transaction() as session:
        seal(session, now=NOW, places=places)
    assert stamp(now=NOW, places=places) == 1
    (tmp_path / "two").mkdir()
    with reading() as session:
        assert "two:_ledger/stamp-000001.tst is missing" in str(verify(session, places=places)[1])
        assert f"two:{stamp_key(1)}" in fill(session, places=places).written
        assert verify(session, places=places) == []


# --- tampering ------------------------------------------------------------------------------------------


def set_token(der: bytes) -> None:
    with transaction() as session:
        session.get_one(SealRow, 1).timestamp_token = base64.b64encode(der).decode()


def chain() -> bytes:
    return bytes.fromhex(row(1).chain)


def test_a_stamp_of_something_else_in_the_register_is_named_and_never_spread(authority: Authority) -> None:
    sealed()
    stamp(now=NOW)
    good = read_whole(stores()[0], stamp_key(1))
    set_token(token_over(b"\x05" * 32, at=NOW))
    found = faults()
    assert any(
        "seal 1: its time-stamp is not good" in fault and "over something else" in fault for fault in found
    )
    assert any(
        "kho-a:_ledger/stamp-000001.tst is not the time-stamp the register has" in fault for fault in found
    )
    with reading() as session:
        assert "the register's time-stamp of seal 1 is not over it" in mend(session).troubles[0]
    assert [read_whole(store, stamp_key(1)) for store in stores()] == [good] * 3


@pytest.mark.parametrize(
    ("forged", "said"),
    [
        (lambda: token_over(chain(), "unknown", at=NOW), "no trusted root vouches"),
        (lambda: token_over(chain(), "signer", at=NOW), "not for time-stamping alone"),
        (lambda: b"nothing", "it is no RFC 3161 time-stamp"),
    ],
)
def test_a_stamp_exchanged_everywhere_for_one_nobody_vouches_for_is_named(
    authority: Authority, house: Path, forged: object, said: str
) -> None:
    sealed()
    stamp(now=NOW)
    der = forged()  # type: ignore[operator]
    set_token(der)
    for store in stores():
        stamp_file(house, store.name).write_bytes(der)
    (fault,) = faults()
    assert fault.startswith("seal 1: its time-stamp is not good: ") and said in fault


def test_a_stamp_changed_or_exchanged_in_a_store_is_named_and_mended(
    authority: Authority, house: Path
) -> None:
    sealed()
    stamp(now=NOW)
    stamp_file(house, "kho-b").write_bytes(token_over(chain(), at=NOW))  # good in itself, but another
    stamp_file(house, "kho-c").unlink()
    assert [fault.split(" ")[0] for fault in faults()] == [f"kho-{x}:{stamp_key(1)}" for x in "bc"]
    with reading() as session:
        done = mend(session)
    assert ([one.store for one in done.replaced], done.written) == (["kho-b"], (f"kho-c:{stamp_key(1)}",))
    assert faults() == []


def test_a_stamp_taken_out_of_the_register_is_named_and_comes_back_from_the_stores(
    authority: Authority,
) -> None:
    sealed()
    stamp(now=NOW)
    before = row(1)
    sealed()
    stamp(now=NOW)
    with transaction() as session:
        session.execute(text("UPDATE seal SET timestamp_token = '' WHERE number = 1"))
    assert faults()[0] == (
        "store kho-a has a time-stamp of seal 1 that the register lacks; `tangthu rebuild` brings it back"
    )
    with transaction() as session:
        assert restore_from_segments(session, stores()) == 0  # as `tangthu rebuild` does
    after = row(1)
    assert (after.timestamp_token, after.stamped_at) == (before.timestamp_token, before.stamped_at)


def test_a_stamp_of_a_seal_that_does_not_exist_is_named(authority: Authority, house: Path) -> None:
    sealed()
    stamp(now=NOW)
    stamp_file(house, "kho-a", 7).write_bytes(token_over(b"\x05" * 32))
    assert faults() == ["store kho-a holds _ledger/stamp-000007.tst, of which the register has no seal"]


def test_a_stamp_that_ran_out_is_named(authority: Authority) -> None:
    authority.at = NOW
    sealed()
    stamp(now=NOW)
    (fault,) = faults(now=datetime(2030, 6, 1, tzinfo=UTC))
    assert fault.startswith("seal 1: the certificates of its time-stamp ran out on 2030-01-01")


def test_without_trusted_roots_a_stamp_is_never_called_good(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealed()
    stamp(now=NOW)
    monkeypatch.delenv("TANGTHU_ARCHIVE__TSA_URL")
    monkeypatch.delenv("TANGTHU_ARCHIVE__TSA_ROOTS")
    assert any("no trusted root vouches" in fault for fault in faults())


def test_a_register_that_is_lost_gets_its_stamps_back_and_is_the_same(
    authority: Authority, tmp_path: Path, house: Path
) -> None:
    a_case_file().kept(tmp_path / "made")
    for _ in range(2):
        with transaction() as session:
            seal(session, now=NOW)
        stamp(now=NOW)
        sealed()
    tasks.seal()
    kept = [(row(n).timestamp_token, row(n).stamped_at, row(n).stamp_until) for n in (1, 2, 3)]
    assert [bool(token) for token, _, _ in kept] == [True, True, False]
    engine().dispose()
    for file in (house / "archive").glob("register.db*"):
        file.unlink()
    report = rebuild(now=NOW)
    assert (report.equal, report.lost_register) == (True, True)
    assert [(row(n).timestamp_token, row(n).stamped_at, row(n).stamp_until) for n in (1, 2, 3)] == kept
    assert faults() == []


# --- proofs ---------------------------------------------------------------------------------------------


def proof_of(seq: int) -> dict[str, Any]:
    with reading() as session:
        return prove(session, seq)


def check(proof: dict[str, Any], folder: Path, *more: str) -> subprocess.CompletedProcess[str]:
    path = folder / "proof.json"
    path.write_text(json.dumps(proof), encoding="utf-8")
    return subprocess.run(  # -I: isolated, so nothing of this project can help it
        [sys.executable, "-I", check_proof.__file__, str(path), *more],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def three_seals(authority: Authority) -> Authority:
    """Seals 1 and 2 waited, the stamp is over seal 3; seal 4 has none yet."""
    for _ in range(3):
        sealed()
    authority.at = NOW
    stamp(now=NOW)
    sealed()
    return authority


def test_a_proof_carries_the_time_stamp_and_openssl_agrees(three_seals: Authority, house: Path) -> None:
    proof, token = proof_of(1), house / "token.tst"
    assert proof["timestamp"]["seal"] == 3
    result = check(proof, house, "--head", proof["head"], "--token", str(token))
    assert result.returncode == 0, result.stdout
    assert "time-stamped: 20260302010000Z, over seal 3" in result.stdout
    told = next(line for line in result.stdout.splitlines() if "openssl" in line)
    command = [*told.split()[:-1], str(house / "roots.pem")]
    assert command[:3] == ["openssl", "ts", "-verify"]
    # openssl looks at the certificates at the present time unless told another.
    command += ["-attime", str(int(NOW.timestamp()))]
    openssl = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (openssl.returncode, "Verification: OK" in openssl.stdout) == (0, True), openssl.stderr
    other = [word if word != row(3).chain else row(2).chain for word in command]
    assert other != command
    assert subprocess.run(other, capture_output=True, check=False).returncode != 0


def test_a_proof_whose_stamp_is_still_owed_says_so(three_seals: Authority, house: Path) -> None:
    proof = proof_of(8)
    assert proof["timestamp"] is None
    result = check(proof, house)
    assert (result.returncode, "no time-stamp" in result.stdout) == (0, True)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda stamp: stamp | {"seal": 2}, 1),
        (lambda stamp: stamp | {"seal": 9}, 1),
        (lambda stamp: stamp | {"seal": 0}, 1),
        (lambda stamp: stamp | {"token": base64.b64encode(token_over(b"\x05" * 32)).decode()}, 1),
        (lambda stamp: stamp | {"token": stamp["token"][:40]}, 2),
        (lambda stamp: stamp | {"token": "MAA="}, 2),
        (lambda stamp: stamp | {"token": "?"}, 2),
        (lambda stamp: {"seal": 3}, 2),
    ],
)
def test_a_proof_with_another_time_stamp_does_not_hold(
    three_seals: Authority, house: Path, change: Callable[[dict[str, Any]], object], code: int
) -> None:
    proof = proof_of(1)
    proof["timestamp"] = change(proof["timestamp"])
    result = check(proof, house)
    assert result.returncode == code, result.stdout
    assert "Traceback" not in result.stderr


def test_the_checker_stays_short_and_alone() -> None:
    lines = Path(check_proof.__file__).read_text("utf-8").splitlines()
    assert len(lines) < 300
    imported = {line.split()[1].split(".")[0] for line in lines if line.startswith(("import ", "from "))}
    assert imported <= set(sys.stdlib_module_names)
