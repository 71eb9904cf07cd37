"""Hash-tree renewal (RFC 4998 section 5.2): evidence goes on with a stronger hash, over the bytes and all it had."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, select
from typer.testing import CliRunner

from archive import tasks
from archive.cli import load
from archive.copies import stores
from archive.evidence import record
from archive.evidence.export import of_package
from archive.evidence.owed import debt, owed
from archive.evidence.rounds import Made, make_round, make_rounds
from archive.ledger.rows import EvidenceLeafRow, EvidenceRoundRow
from archive.rebuild import rebuild
from archive.register.models import Package
from archive.register.session import engine, reading, transaction
from archive.stores.interface import read_whole
from archive.timestamps.ask import judge
from tests.archive.evidence_builders import (
    a_sealed_case_file,
    evidence_faults,
    put_everywhere,
    round_in_store,
)
from tests.archive.independent_record import followed
from tests.archive.time_authority import Authority, token_over
from tests.archive.vault_builders import NOW

STRONGER = datetime(2028, 5, 1, tzinfo=UTC)
"""When the house goes over to SHA-512: long before the first authority's certificate runs out, on 1 January 2030."""
SOON = datetime(2029, 10, 1, tzinfo=UTC)
LATER = datetime(2040, 1, 1, tzinfo=UTC)


@pytest.fixture
def renewed(kept: Authority, monkeypatch: pytest.MonkeyPatch) -> Authority:
    """Two packages with evidence in SHA-256, then renewed in SHA-512 by an authority that lives longer."""
    assert make_round(now=NOW) == Made(1, packages=2, renewed=0)
    monkeypatch.setenv("TANGTHU_ARCHIVE__EVIDENCE_HASH", "sha512")
    kept.label, kept.at = "later", STRONGER
    return kept


def records() -> list[tuple[bytes, bytes]]:
    """Every package's record, and its bytes."""
    with reading() as session:
        packages = session.scalars(select(Package).order_by(Package.name)).all()
        return [(of_package(session, one), read_whole(stores()[0], one.name)) for one in packages]


def digests(data: bytes) -> dict[str, bytes]:
    return {name: hashlib.new(name, data).digest() for name in ("sha256", "sha512")}


def faults(der: bytes, data: bytes, now: datetime) -> list[str]:
    return [str(fault) for fault in record.judge(der, digests(data), judge(), now=now).faults]


def forget(number: int) -> None:
    with transaction() as session:
        session.execute(delete(EvidenceLeafRow).where(EvidenceLeafRow.round == number))
        session.execute(delete(EvidenceRoundRow).where(EvidenceRoundRow.number == number))


def test_a_stronger_hash_is_owed_to_every_package_and_begins_a_new_chain(renewed: Authority) -> None:
    with reading() as session:
        assert debt(session, now=STRONGER).packages == len(owed(session, now=STRONGER)) == 2
    asked = renewed.asked
    assert make_round(now=STRONGER) == Made(2, packages=2, renewed=0)
    assert make_round(now=STRONGER) == Made()
    assert renewed.asked == asked + 1
    assert round_in_store(2).algorithm == "sha512"
    for der, data in records():
        assert followed(der, data) == [["sha256"], ["sha512"]], "as an independent reading of the RFC has it"
        assert faults(der, data, STRONGER) == []
    assert evidence_faults(STRONGER) == []


def test_the_record_outlives_the_first_hash_and_its_authority(renewed: Authority) -> None:
    make_round(now=STRONGER)
    renewed.at = SOON
    assert make_rounds(now=SOON) == [Made(3, packages=0, renewed=1)], (
        "the seal's stamp alone: round 1 is taken over"
    )
    for der, data in records():
        verdict = record.judge(der, digests(data), judge(), now=LATER)
        assert (verdict.faults, verdict.since) == ((), NOW)
        assert verdict.authorities == ("Test Time-Stamping Authority", "Later Time-Stamping Authority")
    assert evidence_faults(LATER) == []


def test_a_chain_of_the_stronger_hash_is_renewed_with_that_hash(
    renewed: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    renewed.label = "tsa"
    make_round(now=STRONGER)
    renewed.label, renewed.at = "later", SOON
    assert sorted(one.renewed for one in make_rounds(now=SOON)) == [1, 1], "one round for each hash"
    for der, data in records():
        assert followed(der, data) == [["sha256"], ["sha512", "sha512"]]
        assert faults(der, data, LATER) == []
    assert evidence_faults(LATER) == []


def test_an_old_chain_renewed_for_others_stays_in_the_record_as_it_was_taken_over(
    renewed: Authority, tmp_path: Path, house: Path
) -> None:
    """One package cannot be read: its chain goes on with the old hash, and the other's record does not change by it."""
    with reading() as session:
        first = session.scalars(select(Package.name).order_by(Package.name)).first()
    for store in ("kho-a", "kho-b", "kho-c"):
        path = house / "archive/stores" / store / str(first)
        path.chmod(0o600)
        path.write_bytes(path.read_bytes()[:-1])
    assert make_round(now=STRONGER) == Made(2, packages=1, renewed=0)
    with reading() as session:
        assert debt(session, now=STRONGER).packages == 1, "it stays owed, and the doctor tells it"
    renewed.at = SOON
    make_rounds(now=SOON)  # round 1 and the seal's stamp
    (_, _), (der, data) = records()
    assert followed(der, data) == [["sha256"], ["sha512"]]
    assert faults(der, data, LATER) == []


def test_a_package_that_is_new_begins_with_the_stronger_hash(renewed: Authority, tmp_path: Path) -> None:
    make_round(now=STRONGER)
    a_sealed_case_file("03.2014.QD", tmp_path)
    assert make_round(now=STRONGER) == Made(3, packages=1, renewed=0)
    der, data = records()[2]
    assert followed(der, data) == [["sha512"]]
    assert faults(der, data, STRONGER) == []


def test_nothing_of_the_record_can_be_changed_or_left_out(renewed: Authority) -> None:
    make_round(now=STRONGER)
    (der, data), _ = records()
    first, second = record.read(der)
    assert record.write([first, second]) == der
    assert "does not hold this hash" in faults(der, data + b"x", STRONGER)[0]
    as_good = record.Stamp(first.stamps[0].lists, token_over(round_in_store(1).root, at=NOW))
    for chains in ([second], [record.Chain("sha256", (as_good,)), second], [first, first]):
        assert faults(record.write(chains), data, STRONGER), chains


def test_the_two_hashes_are_put_together_in_their_order_and_not_sorted(authority: Authority) -> None:
    """RFC 4998 section 5.2 step 4, against Figure 4."""
    data = b"an object"
    h = hashlib.sha512(data).digest()
    for n in range(64):  # until the order makes a difference
        token = token_over(hashlib.sha256(data).digest(), at=NOW + timedelta(seconds=n))
        chain = record.Chain("sha256", (record.Stamp([], token),))
        ha = hashlib.sha512(record._sequence([chain]).dump()).digest()
        if ha < h:
            break
    else:
        raise AssertionError("64 tokens, and not one hash of a chain before the object's")
    wrong = hashlib.sha512(ha + h).digest()
    right = hashlib.sha512(h + ha).digest()
    for value, well in ((right, True), (wrong, False)):
        stamp = record.Stamp([], token_over(value, "later", at=STRONGER, algorithm="sha512"))
        made = record.write([chain, record.Chain("sha512", (stamp,))])
        assert (faults(made, data, STRONGER) == []) is well


def test_a_copy_that_is_damaged_is_not_what_is_renewed(renewed: Authority, house: Path) -> None:
    with reading() as session:
        names = session.scalars(select(Package.name)).all()
    for name in names:
        path = house / "archive/stores/kho-a" / name
        path.chmod(0o600)
        path.write_bytes(b"x" + path.read_bytes()[1:])
    assert make_round(now=STRONGER).packages == 2
    with reading() as session:
        for one in session.scalars(select(Package)):
            assert faults(of_package(session, one), read_whole(stores()[1], one.name), STRONGER) == []


def test_a_renewal_killed_between_stores_and_register_is_finished_and_a_false_one_is_not(
    renewed: Authority, house: Path
) -> None:
    make_round(now=STRONGER)
    true = round_in_store(2)
    forget(2)
    asked = renewed.asked
    assert make_round(now=STRONGER) == Made(2, packages=2, renewed=0)
    assert renewed.asked == asked
    forget(2)
    leaves = tuple(replace(leaf, hash=hashlib.sha512(leaf.ref.encode()).hexdigest()) for leaf in true.leaves)
    false = replace(true, leaves=leaves)
    token = token_over(false.root, "later", at=STRONGER, algorithm="sha512")
    put_everywhere(house, 2, replace(false, token=token).to_bytes())
    assert make_round(now=STRONGER) == Made(2, packages=2, renewed=0)
    assert renewed.asked == asked + 1
    assert all(faults(der, data, STRONGER) == [] for der, data in records())


def test_a_register_that_is_lost_gets_both_chains_back(renewed: Authority, house: Path) -> None:
    make_round(now=STRONGER)
    tasks.seal()
    before = records()
    engine().dispose()
    for file in (house / "archive").glob("register.db*"):
        file.unlink()
    assert rebuild(now=NOW).equal
    assert records() == before
    assert evidence_faults(STRONGER) == []


def test_an_outsider_needs_the_package_itself_for_a_record_with_a_second_hash(
    renewed: Authority, house: Path
) -> None:
    make_round(now=STRONGER)
    renewed.at = None
    der, data = records()[0]
    (house / "record.er").write_bytes(der)
    (house / "package.zip").write_bytes(data)
    run = CliRunner()
    asked = ["evidence", "verify", str(house / "record.er"), "--json"]
    alone = run.invoke(load(), [*asked, "--sha256", hashlib.sha256(data).hexdigest()])
    assert alone.exit_code == 1
    assert "the package itself is needed" in json.loads(alone.stdout)["faults"][0]
    with_it = run.invoke(load(), [*asked, "--of", str(house / "package.zip")])
    # The stamps are of 2028, which is not yet: what is judged is that they were followed.
    assert "needed" not in with_it.stdout
    assert len(json.loads(with_it.stdout)["authorities"]) == 2
