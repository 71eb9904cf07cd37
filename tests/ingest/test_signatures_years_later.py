"""A package judged years later: the certificates have expired, and a proof that holds says that it existed before."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import signing_builders as make
from sqlalchemy import select, text
from typer.testing import CliRunner

from archive.cli import load as the_command
from archive.copies import stores
from archive.custody import deposit, keep
from archive.errors import TemporaryError
from archive.evidence.existence import Found, by_record, by_register
from archive.evidence.export import of_package
from archive.evidence.proof import Proof
from archive.evidence.rehash import digests_of
from archive.evidence.rounds import make_rounds
from archive.hashing import sha256_of_file
from archive.ledger.seal import seal
from archive.packages.facts import WrittenPackage
from archive.packages.reader import read_facts
from archive.register.models import Package
from archive.register.session import reading, transaction
from archive.stamping import stamp
from archive.timestamps.ask import judge
from ingest.formats.cage import Limits
from ingest.formats.sandbox import Sandbox
from ingest.formats.signed import Asking
from ingest.signature_cli import proven
from ingest.signatures import words
from ingest.signatures.recheck import recheck
from ingest.signatures.report import Moment
from ingest.signatures.today import SIZE_LIMIT, TooLargeError, judged_today
from tests.archive.time_authority import Authority as TimeAuthority
from tests.archive.time_authority import certificate, serving
from tests.archive.vault_builders import an_agency
from tests.samples.authority import DAY, LATER, Authority

RECEIVED = LATER + DAY
"""When the package was stored; its revocation lists are a day older than the judgement and good for 30 days."""
EXPIRES = datetime(2027, 1, 1, tzinfo=UTC)
YEARS_LATER = datetime(2028, 6, 1, tzinfo=UTC)
RENEWED = datetime(2029, 10, 1, tzinfo=UTC)
DECADES_LATER = datetime(2040, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    with Sandbox(Limits(seconds=120)) as box:
        yield box


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory, box: Sandbox) -> Path:
    """A paper without a time-stamp, signed with a certificate that runs out; judged and packed at its receipt."""
    folder = tmp_path_factory.mktemp("years")
    authority = Authority()
    an = authority.signer("Nguyễn Văn An", "UBND tỉnh Lạng Sơn", ends=EXPIRES)
    paper = make.signed(folder / "a.pdf", authority, an, at=LATER - DAY)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(
            "TANGTHU_INGEST__TRUST_ROOTS", str(authority.trust(folder / "trust", *authority.fresh(LATER)))
        )
        return make.packed(paper, folder, box)


@pytest.fixture
def times(house: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TimeAuthority]:
    with serving() as authority:
        (house / "roots.pem").write_bytes(certificate())
        monkeypatch.setenv("TANGTHU_ARCHIVE__TSA_URL", authority.url)
        monkeypatch.setenv("TANGTHU_ARCHIVE__TSA_ROOTS", str(house / "roots.pem"))
        yield authority


@pytest.fixture
def stored(package: Path, times: TimeAuthority, tmp_path: Path) -> Path:
    """The package in the vault, sealed and time-stamped on the day it was received."""
    with package.open("rb") as stream:
        facts = read_facts(stream)
    written = WrittenPackage(package, package.stat().st_size, sha256_of_file(package))
    copies = deposit(package, facts.name, written.sha256)
    with transaction() as session:
        an_agency(session)
        keep(session, facts, written, copies, actor="system:ingest", now=RECEIVED)
    with transaction() as session:
        seal(session, now=RECEIVED)
    times.at = RECEIVED
    stamp(now=RECEIVED)
    return package


def proof(path: Path, now: datetime) -> Found:
    with reading() as session:
        package = session.scalars(select(Package)).one()
        return by_register(session, package, digests_of(path), judge(), now=now)


def moments(
    path: Path, box: Sandbox, today: datetime, proven: datetime | None
) -> tuple[Moment, Moment, Moment]:
    """At signing, at receipt, today."""
    (found,) = recheck(path, Asking(box), today=today, proven=proven)
    assert found.faults == ()
    return found.now[0].then, found.now[0].now, found.today[0].now


def test_today_it_holds_by_the_evidence_of_the_package(
    stored: Path, times: TimeAuthority, box: Sandbox
) -> None:
    make_rounds(now=RECEIVED)
    found = proof(stored, YEARS_LATER)
    assert found.faults == ()
    assert found.existence is not None
    assert found.existence.since == RECEIVED
    then, receipt, today = moments(stored, box, YEARS_LATER, found.existence.since)
    assert (then.verdict, then.sub_indication) == ("INDETERMINATE", "NO_POE"), "the signer's own word"
    assert receipt.verdict == "TOTAL-PASSED"
    assert (today.verdict, today.basis) == ("TOTAL-PASSED", "proof of existence")


def test_the_archive_judges_its_own_package_with_its_own_proof(
    stored: Path, times: TimeAuthority, box: Sandbox, house: Path
) -> None:
    damaged = next((house / "archive/stores/kho-a").rglob("v0001.zip"))
    damaged.chmod(0o600)
    damaged.write_bytes(b"x" + damaged.read_bytes()[1:])  # another store has it as the register knows it
    with reading() as session:
        package = session.scalars(select(Package)).one()
        found = judged_today(session, package, Asking(box), now=YEARS_LATER)
        for copy in (house / "archive/stores").rglob("v0001.zip"):
            copy.unlink()
        with pytest.raises(TemporaryError):
            judged_today(session, package, Asking(box), now=YEARS_LATER)
        package.size = SIZE_LIMIT + 1
        with pytest.raises(TooLargeError):
            judged_today(session, package, Asking(box), now=YEARS_LATER)
        session.rollback()
    assert found.proof.existence is not None
    (file,) = found.files
    assert file.today[0].now.verdict == "TOTAL-PASSED"
    assert words.existence(found.proof.existence, "vi") == (
        "tồn tại từ 02/01/2026 07:00:00, theo niêm phong có dấu thời gian của sổ nhật ký, "
        "do Test Time-Stamping Authority đóng dấu; còn giá trị đến 01/01/2030 07:00:00"
    )
    assert words.existence(found.proof.existence, "en").startswith(
        "existed since 02/01/2026 07:00:00, by the ledger"
    )


def test_without_a_proof_it_has_run_out(stored: Path, box: Sandbox) -> None:
    _, receipt, today = moments(stored, box, YEARS_LATER, None)
    assert receipt.verdict == "TOTAL-PASSED"
    assert (today.verdict, today.basis) == ("INDETERMINATE", "")


def test_the_sealed_ledger_alone_is_a_proof_too(stored: Path) -> None:
    found = proof(stored, YEARS_LATER)
    assert found.existence is not None
    assert (found.existence.proof, found.existence.since) == (Proof.SEAL, RECEIVED)
    assert len(found.faults) == 1, "there is no evidence record yet"


@pytest.mark.parametrize(
    "proven",
    [EXPIRES + DAY, EXPIRES - DAY],
)
def test_a_proof_that_comes_too_late_does_not_help(stored: Path, box: Sandbox, proven: datetime) -> None:
    """After the certificate ran out; and when what was known of its revocation was no longer fresh."""
    _, _, today = moments(stored, box, YEARS_LATER, proven)
    assert today.verdict == "INDETERMINATE"


def test_only_a_proof_that_itself_holds_counts(
    stored: Path, times: TimeAuthority, monkeypatch: pytest.MonkeyPatch, house: Path
) -> None:
    make_rounds(now=RECEIVED)
    assert proof(stored, DECADES_LATER).existence is None, "nobody renewed the time-stamps"
    times.label, times.at = "later", RENEWED
    make_rounds(now=RENEWED)
    held = proof(stored, DECADES_LATER).existence
    assert held is not None
    assert held.since == RECEIVED
    with reading() as session:
        der = of_package(session, session.scalars(select(Package)).one())
    other = {name: bytes(len(value)) for name, value in digests_of(stored).items()}
    assert by_record(der, other, judge(), now=YEARS_LATER).existence is None, "of another package"
    (house / "roots.pem").write_bytes(certificate("stranger"))
    assert proof(stored, YEARS_LATER).existence is None, "whoever stamped it is trusted by nobody"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE event SET actor = 'mallory' WHERE verb = 'STORE'",
        "UPDATE seal SET timestamp_token = 'AAAA'",
        f"UPDATE seal SET root = '{'ab' * 32}', chain = '{'cd' * 32}'",
    ],
)
def test_a_ledger_that_was_changed_proves_nothing(stored: Path, statement: str) -> None:
    with transaction() as session:
        session.execute(text(statement))
    assert proof(stored, YEARS_LATER).existence is None


def test_the_command_says_the_three_moments_and_the_proof(
    stored: Path, times: TimeAuthority, house: Path
) -> None:
    times.at = None
    make_rounds(now=datetime.now(UTC))
    run, asked = CliRunner(), ["package", "signatures", str(stored)]
    plain = run.invoke(the_command(), asked)
    assert plain.exit_code == 0, plain.output
    assert "today TOTAL-PASSED by proof of existence" in plain.stdout
    assert "existed since 2026-01-02T00:00:00+00:00: time-stamped seal" in plain.stdout, (
        "the older of the two"
    )
    with reading() as session:
        (house / "record.er").write_bytes(of_package(session, session.scalars(select(Package)).one()))
    own = run.invoke(the_command(), [*asked, "--evidence", str(house / "record.er"), "--json"])
    said = json.loads(own.stdout)
    assert said["existence"]["proof"] == "evidence"
    today = said["files"][0]["today"][0]["now"]
    assert (today["verdict"], today["basis"]) == ("INDETERMINATE", ""), (
        "stamped when nothing was fresh any more"
    )
    (house / "record.er").write_bytes(b"nothing")
    assert proven(stored, house / "record.er", now=YEARS_LATER).existence is None


def test_the_stores_hold_what_is_judged(stored: Path) -> None:
    with reading() as session:
        name = session.scalars(select(Package.name)).one()
    with stores()[0].open(name) as stream:
        assert stream.read() == stored.read_bytes()


def test_a_proof_younger_than_the_receipt_by_weeks_is_no_longer_fresh(stored: Path, box: Sandbox) -> None:
    fresh = moments(stored, box, YEARS_LATER, RECEIVED + timedelta(days=20))[2]
    stale = moments(stored, box, YEARS_LATER, RECEIVED + timedelta(days=40))[2]
    assert (fresh.verdict, stale.verdict) == ("TOTAL-PASSED", "INDETERMINATE")
