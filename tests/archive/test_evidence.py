"""Evidence records (RFC 4998): a package's existence stays provable when certificates run out, and by others too."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from asn1crypto import core, tsp
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select, text
from typer.testing import CliRunner

from archive import tasks
from archive.cli import load
from archive.custody import stores
from archive.errors import SettingsError, TemporaryError
from archive.evidence import hashtree, record
from archive.evidence.errors import EvidenceError
from archive.evidence.export import of_package, of_seal, package_named
from archive.evidence.owed import owed
from archive.evidence.roundfile import key_of
from archive.evidence.rounds import Made, make_round
from archive.ledger.rows import EvidenceLeafRow
from archive.ledger.verify import verify as verify_ledger
from archive.patience import Patience
from archive.reason import told
from archive.rebuild import rebuild
from archive.register.models import Package
from archive.register.session import engine, reading, transaction
from archive.stores.interface import read_whole
from archive.timestamps.ask import judge
from archive.timestamps.judge import Judge
from tests.archive.evidence_builders import evidence_faults
from tests.archive.time_authority import Authority, pki, token_over
from tests.archive.vault_builders import NOW

SOON = datetime(2029, 10, 1, tzinfo=UTC)
"""Within half a year before the authority's certificate runs out, on 1 January 2030."""
LATER = datetime(2040, 1, 1, tzinfo=UTC)


def hashes(count: int) -> list[bytes]:
    return [hashlib.sha256(str(n).encode()).digest() for n in range(count)]


def sha(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


# --- hash trees -----------------------------------------------------------------------------------------


def test_the_tree_of_three_is_worked_out_by_hand() -> None:
    a, b, c = sorted(hashes(3))
    ab = sha(a, b)
    assert hashtree.root([c, a, b]) == sha(*sorted([ab, c]))
    assert hashtree.reduced([a, b, c], a) == [[a, b], [c]]
    assert hashtree.reduced([a, b, c], c) == [sorted([ab, c])]
    assert (hashtree.root([a]), hashtree.reduced([a], a)) == (a, [])


@given(st.integers(1, 40), st.data())
def test_every_reduced_tree_leads_to_the_root_and_no_other_hash_does(size: int, data: st.DataObject) -> None:
    leaves = hashes(size)
    leaf = data.draw(st.sampled_from(leaves))
    lists, top = hashtree.reduced(leaves, leaf), hashtree.root(leaves)
    assert hashtree.climbed(leaf, lists) == top
    assert hashtree.climbed(sha(b"other"), lists) != top
    assert all(part == sorted(part) for part in lists)
    assert not lists or leaf in lists[0]


# --- records --------------------------------------------------------------------------------------------


def trusting() -> Judge:
    return Judge([pki().get_cert("root")])  # type: ignore[arg-type]


def chain(*times: datetime, labels: Sequence[str] = ()) -> bytes:
    """A record over the first of five hashes, renewed at each further time with nine others."""
    stamps: list[record.Stamp] = []
    leaf, leaves = hashes(5)[0], hashes(5)
    for n, at in enumerate(times):
        token = token_over(hashtree.root(leaves), labels[n] if labels else "tsa", at=at)
        stamps.append(record.Stamp(hashtree.reduced(leaves, leaf), token))
        leaf = sha(token)
        leaves = [leaf, *hashes(9)]
    return record.write([record.Chain("sha256", tuple(stamps))])


def faults(der: bytes, imprint: bytes = hashes(1)[0], now: datetime = NOW) -> list[str]:
    return [str(fault) for fault in record.judge(der, imprint, trusting(), now=now).faults]


def test_a_record_is_read_as_it_was_written_and_has_the_form_of_the_rfc() -> None:
    der = chain(NOW, NOW + timedelta(days=1))
    assert record.write([replace(one, der=b"") for one in record.read(der)]) == der
    outer = core.Sequence.load(der)
    assert outer[0].native == 1  # version
    assert outer[1][0][0].native == "2.16.840.1.101.3.4.2.1"  # digestAlgorithms: SHA-256
    chains = outer[2]  # SEQUENCE OF (chain) SEQUENCE OF (archive time-stamp)
    assert (len(chains), len(chains[0]), chains[0][0][1].tag) == (1, 2, 2)  # reducedHashtree is [2]
    tsp.ArchiveTimeStamp.load(chains[0][1].dump(), strict=True)


def test_a_chain_that_is_not_over_the_chain_before_it_proves_nothing() -> None:
    two = record._Record.load(chain(NOW))
    two["archive_time_stamp_sequence"].append(two["archive_time_stamp_sequence"][0])
    assert faults(two.dump(force=True)) == ["archive time-stamp 2: its hash tree does not hold this hash"]


@pytest.mark.parametrize("algorithm", ["sha1", "sha3_256"])
def test_a_chain_with_a_hash_that_is_not_taken_is_refused_in_words_of_the_reader(algorithm: str) -> None:
    weak = record._Record.load(chain(NOW))
    weak["archive_time_stamp_sequence"][0][0]["digest_algorithm"] = {"algorithm": algorithm}
    with pytest.raises(EvidenceError) as refused:
        record.read(weak.dump(force=True))
    assert "thuật toán băm" in told(refused.value.reason, "vi")
    assert "a hash that is not taken" in str(refused.value)


def test_a_renewed_record_outlives_the_first_certificate() -> None:
    der = chain(NOW, SOON, labels=("tsa", "later"))
    found = record.judge(der, hashes(1)[0], trusting(), now=LATER)
    assert found.faults == ()
    assert (found.since, found.until) == (NOW, datetime(2060, 1, 1, tzinfo=UTC))
    assert found.authorities == ("Test Time-Stamping Authority", "Later Time-Stamping Authority")


@pytest.mark.parametrize(
    ("times", "labels", "now", "said"),
    [
        ((NOW,), ("tsa",), LATER, "archive time-stamp 1 was no longer good at"),  # never renewed
        ((NOW, LATER), ("tsa", "later"), LATER, "archive time-stamp 1 was no longer good at"),  # too late
        ((NOW, NOW - timedelta(days=9)), ("tsa", "tsa"), NOW, "time-stamp 1 was no longer good"),  # backwards
        ((NOW,), ("unknown",), NOW, "no trusted root vouches"),
        ((NOW, SOON), ("tsa", "signer"), SOON, "archive time-stamp 2 is not good"),
    ],
)
def test_a_record_that_proves_nothing_is_told_why(
    times: tuple[datetime, ...], labels: tuple[str, ...], now: datetime, said: str
) -> None:
    found = faults(chain(*times, labels=labels), now=now)
    assert any(said in fault for fault in found), found


def test_a_record_of_something_else_proves_nothing() -> None:
    assert faults(chain(NOW), hashes(7)[6]) == ["archive time-stamp 1: its hash tree does not hold this hash"]
    first, _ = record.read(chain(NOW, NOW))[0].stamps
    strange = record.Stamp([], token_over(sha(b"x"), at=NOW))
    mixed = record.write([record.Chain("sha256", (first, strange))])
    assert "over something else" in faults(mixed)[0]


@pytest.mark.parametrize("data", [b"", b"0", b"0\x80", bytes(40), b"\x30\x03\x02\x01\x01"])
def test_what_is_no_record_cannot_be_read(data: bytes) -> None:
    with pytest.raises(EvidenceError):
        record.read(data)
    assert faults(data)


def test_a_changed_byte_is_never_called_good_unless_it_changes_nothing_that_counts() -> None:
    whole = chain(NOW)
    for place in range(0, len(whole), 53):
        der = bytearray(whole)
        der[place] ^= 0x21
        found = record.judge(bytes(der), hashes(1)[0], trusting(), now=NOW)
        assert found.faults or found.since == NOW


# --- rounds ---------------------------------------------------------------------------------------------


def record_of(index: int = 0) -> tuple[bytes, bytes, Path]:
    """The record of a package, its hash, and where the package lies."""
    with reading() as session:
        package = session.scalars(select(Package).order_by(Package.name)).all()[index]
        path = Path(stores()[0].open(package.name).name)
        return of_package(session, package), bytes.fromhex(package.sha256), path


def test_a_round_gives_every_package_its_record_and_lies_in_every_store(kept: Authority) -> None:
    asked = kept.asked
    assert make_round(now=NOW) == Made(1, packages=2, renewed=0)
    assert kept.asked == asked + 1, "one time-stamp for all of them"
    assert make_round(now=NOW) == Made()
    for index in (0, 1):
        der, imprint, path = record_of(index)
        assert hashlib.sha256(path.read_bytes()).digest() == imprint
        assert record.judge(der, imprint, judge(), now=NOW).since == NOW
    assert len({read_whole(store, key_of(1)) for store in stores()}) == 1
    assert evidence_faults() == []


def test_time_stamps_are_renewed_before_they_run_out_and_prove_on(kept: Authority) -> None:
    make_round(now=NOW)
    assert make_round(now=SOON - timedelta(days=200)) == Made()
    kept.label, kept.at = "later", SOON
    assert make_round(now=SOON) == Made(2, packages=0, renewed=2)  # round 1 and the seal's stamp
    assert make_round(now=SOON) == Made()
    der, imprint, _ = record_of()
    assert [len(one.stamps) for one in record.read(der)] == [2]
    verdict = record.judge(der, imprint, judge(), now=LATER)
    assert (verdict.faults, verdict.since) == ((), NOW)
    assert evidence_faults(LATER) == []
    with reading() as session:
        assert verify_ledger(session, now=LATER) == [], "the ledger's own stamp was renewed too"
        row = session.execute(text("SELECT chain FROM seal WHERE number = 2")).one()
        ledger = record.judge(of_seal(session, 2), bytes.fromhex(row.chain), judge(), now=LATER)
    assert (ledger.faults, ledger.since) == ((), NOW)


def test_an_authority_near_its_end_does_not_renew_its_own_stamps_at_every_run(kept: Authority) -> None:
    kept.at = datetime(2029, 12, 1, tzinfo=UTC)  # a month before the end
    assert make_round(now=kept.at).packages == 2
    assert make_round(now=kept.at + timedelta(hours=1)) == Made()
    kept.at += timedelta(days=20)  # more than half of that month
    assert make_round(now=kept.at) == Made(2, packages=0, renewed=1)


def test_what_was_not_renewed_in_time_is_named(kept: Authority) -> None:
    make_round(now=NOW)
    assert "was no longer good" in evidence_faults(LATER)[0]
    with reading() as session:
        assert "nobody renewed it before" in str(verify_ledger(session, now=LATER)[0])


def test_an_authority_that_is_down_leaves_the_evidence_owed(
    kept: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "STAMP_PATIENCE", Patience(timedelta(0), timedelta(0)))
    kept.mood = "broken"
    with pytest.raises(TemporaryError):
        make_round(now=NOW)
    assert tasks.renew_evidence() == 0
    with reading() as session:
        assert len(owed(session, now=NOW)) == 2
        with pytest.raises(EvidenceError, match="has no evidence yet"):
            of_package(session, package_named(session, session.scalars(select(Package.name)).first() or ""))
    assert list(stores()[0].names("_evidence/")) == []
    kept.mood, kept.at = "well", None  # a task asks now
    assert tasks.renew_evidence() == 1


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE evidence_leaf SET sha256 = '%s'" % ("ab" * 32), "round 1 of the evidence"),
        ("DELETE FROM evidence_leaf", "round 1 of the evidence is gone"),
        ("DELETE FROM evidence_leaf WHERE ref = (SELECT min(ref) FROM evidence_leaf)", "over something else"),
        ("UPDATE evidence_round SET timestamp_token = 'AAAA'", "round 1 of the evidence"),
        ("UPDATE package SET sha256 = '%s'" % ("ab" * 32), "its evidence is of other bytes"),
    ],
)
def test_evidence_that_was_tampered_with_is_named(kept: Authority, statement: str, said: str) -> None:
    make_round(now=NOW)
    with transaction() as session:
        session.execute(text(statement))
    assert any(said in fault for fault in evidence_faults()), evidence_faults()


def test_a_register_that_is_lost_gets_its_evidence_back(kept: Authority, house: Path) -> None:
    make_round(now=NOW)
    tasks.seal()
    before = record_of()
    engine().dispose()
    for file in (house / "archive").glob("register.db*"):
        file.unlink()
    assert rebuild(now=NOW).equal
    assert record_of() == before
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(EvidenceLeafRow)) == 2
    assert evidence_faults() == []


def test_the_commands_renew_export_and_verify(kept: Authority, house: Path) -> None:
    run = CliRunner()
    kept.at = datetime.now(UTC)
    made = run.invoke(load(), ["evidence", "renew", "--json"])
    assert (made.exit_code, json.loads(made.stdout)["packages"]) == (0, 2), made.output
    _, imprint, path = record_of()
    out = house / "record.er"
    name = str(path.relative_to(house / "archive/stores/kho-a"))
    assert run.invoke(load(), ["evidence", "export", name, "--out", str(out)]).exit_code == 0
    seen = run.invoke(load(), ["evidence", "verify", str(out), "--of", str(path), "--json"])
    assert (seen.exit_code, json.loads(seen.stdout)["ok"]) == (0, True), seen.output
    assert run.invoke(load(), ["evidence", "verify", str(out), "--sha256", imprint.hex()]).exit_code == 0
    assert run.invoke(load(), ["evidence", "verify", str(out), "--sha256", "ab" * 32]).exit_code == 1
    assert run.invoke(load(), ["evidence", "verify", str(out)]).exit_code == 2
    both = ["--of", str(path), "--sha256", imprint.hex()]
    assert run.invoke(load(), ["evidence", "verify", str(out), *both]).exit_code == 2
    assert run.invoke(load(), ["evidence", "verify", str(out), "--sha256", "z" * 64]).exit_code == 2
    assert run.invoke(load(), ["evidence", "verify"]).exit_code == 0
    assert run.invoke(load(), ["evidence", "export", "seal:2", "--out", str(out)]).exit_code == 0


def test_without_an_authority_there_is_no_evidence(house: Path) -> None:
    assert make_round(now=NOW) == Made()
    assert isinstance(CliRunner().invoke(load(), ["evidence", "renew"]).exception, SettingsError)
