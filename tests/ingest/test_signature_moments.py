"""The verdict now and at signing, with a PKI in which everything that can go wrong does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
import signing_builders as make

from archive.vietnam import VIETNAM
from ingest.signatures.check import examine
from ingest.signatures.report import FileReport, as_json, from_json
from ingest.signatures.trust import Trust, load
from tests.samples.authority import BEGINS, DAY, LATER, SIGNED, Authority, Holder

REVOKED = SIGNED + 100 * DAY
EXPIRED = SIGNED + 300 * DAY


class Town:
    """The PKI, its holders, and the trust lists asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.authority = Authority()
        self.an = self.authority.signer("Nguyễn Văn An", "UBND tỉnh Lạng Sơn", unit="Văn phòng")
        self.old = self.authority.signer("Lê Thị Hết Hạn", "UBND tỉnh Lạng Sơn", ends=EXPIRED)
        self.stamps = self.authority.stamps_at(SIGNED)
        self._lists = 0

    def trust(self, *crls: bytes, authority: Authority | None = None) -> Trust:
        self._lists += 1
        by = authority or self.authority
        return load([("Ban Cơ yếu", by.trust(self.folder / f"trust{self._lists}", *crls))])

    def today(self, *revoked: tuple[Holder, datetime]) -> Trust:
        """Trust with revocation lists of the day that is judged."""
        return self.trust(*self.authority.fresh(LATER, revoked))


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    return Town(tmp_path_factory.mktemp("town"))


def _plain(town: Town, path: Path) -> Path:
    return make.signed(path, town.authority, town.an)


def _stamped(town: Town, path: Path) -> Path:
    return make.signed(path, town.authority, town.an, stamped=town.stamps)


def _expired(town: Town, path: Path) -> Path:
    return make.signed(path, town.authority, town.old)


def _proven(town: Town, path: Path) -> Path:
    proofs = make.proofs(town.authority, town.old)
    return make.signed(path, town.authority, town.old, stamped=town.stamps, proofs=proofs)


PASSED, FAILED, UNTOLD = "TOTAL-PASSED", "TOTAL-FAILED", "INDETERMINATE"
CASES: dict[str, tuple[Callable[[Town, Path], Path], Callable[[Town], Trust], str, str]] = {
    "valid, time only claimed": (_plain, lambda t: t.today(), PASSED, f"{UNTOLD} NO_POE claimed"),
    "valid with a time-stamp": (_stamped, lambda t: t.today(), PASSED, f"{PASSED}  time-stamp"),
    "no revocation data: offline": (
        _stamped,
        lambda t: t.trust(),
        f"{UNTOLD} TRY_LATER",
        f"{UNTOLD} TRY_LATER claimed",
    ),
    "revocation data gone stale": (
        _plain,
        lambda t: t.trust(*t.authority.fresh(SIGNED + 2 * DAY)),
        f"{UNTOLD} TRY_LATER",
        f"{UNTOLD} NO_POE claimed",
    ),
    "revoked after signing, no time-stamp": (
        _plain,
        lambda t: t.today((t.an, REVOKED)),
        f"{UNTOLD} REVOKED_NO_POE",
        f"{UNTOLD} NO_POE claimed",
    ),
    "revoked after signing, time-stamped": (
        _stamped,
        lambda t: t.today((t.an, REVOKED)),
        PASSED,
        f"{PASSED}  time-stamp",
    ),
    "revoked before signing": (
        _stamped,
        lambda t: t.today((t.an, SIGNED - 5 * DAY)),
        f"{UNTOLD} REVOKED_NO_POE",
        f"{UNTOLD} REVOKED_NO_POE time-stamp",
    ),
    "expired, no time-stamp": (
        _expired,
        lambda t: t.today(),
        f"{UNTOLD} OUT_OF_BOUNDS_NO_POE",
        f"{UNTOLD} TRY_LATER claimed",
    ),
    "expired, with proofs for long-term validity": (
        _proven,
        lambda t: t.today(),
        PASSED,
        f"{PASSED}  time-stamp",
    ),
    "nobody is trusted": (
        _stamped,
        lambda t: t.trust(authority=Authority("Người lạ")),
        f"{UNTOLD} NO_CERTIFICATE_CHAIN_FOUND",
        f"{UNTOLD} NO_CERTIFICATE_CHAIN_FOUND claimed",
    ),
    "weak hash": (
        lambda t, path: make.signed(path, t.authority, t.an, md="sha1"),
        lambda t: t.today(),
        f"{UNTOLD} CRYPTO_CONSTRAINTS_FAILURE",
        f"{UNTOLD} CRYPTO_CONSTRAINTS_FAILURE claimed",
    ),
}


def _now(report: FileReport, number: int = 0) -> str:
    one = report.signatures[number].now
    return f"{one.verdict} {one.sub_indication}".strip()


@pytest.mark.parametrize("name", CASES)
def test_the_verdict_now_and_at_signing(town: Town, tmp_path: Path, name: str) -> None:
    write, trust, now, then = CASES[name]
    report, _ = examine(write(town, tmp_path / "a.pdf"), trust=trust(town), now=LATER)
    (one,) = report.signatures
    assert _now(report) == now
    assert f"{one.then.verdict} {one.then.sub_indication} {one.then.basis}" == then
    assert one.intact is True


def test_the_report_tells_signer_agency_chain_stamp_and_revocation(town: Town, tmp_path: Path) -> None:
    report, pieces = examine(_stamped(town, tmp_path / "a.pdf"), trust=town.today(), now=LATER)
    (one,) = report.signatures
    assert (one.signer, one.unit, one.organisation) == ("Nguyễn Văn An", "Văn phòng", "UBND tỉnh Lạng Sơn")
    assert [(link.trust_list) for link in one.chain] == ["", "", "Ban Cơ yếu"]
    assert one.chain[0].not_before == BEGINS.isoformat()
    (stamp,) = one.stamps
    assert (stamp.kind, stamp.at, stamp.trusted) == ("signature", SIGNED.isoformat(), True)
    assert "TSA" in stamp.by
    assert {(found.kind, found.source) for found in one.revocation} == {("crl", "trust list")}
    kept = {piece.sha256 for piece in pieces}
    assert {link.sha256 for link in one.chain} | {found.sha256 for found in one.revocation} <= kept
    assert (one.revision, one.revisions, one.coverage) == (2, 2, "file")
    assert one.algorithms.startswith("sha256")


def test_a_time_stamped_moment_is_told_in_the_zone_the_signer_worked_in(town: Town, tmp_path: Path) -> None:
    path = make.signed(
        tmp_path / "a.pdf", town.authority, town.an, at=SIGNED.astimezone(VIETNAM), stamped=town.stamps
    )
    report, _ = examine(path, trust=town.today(), now=LATER)
    (one,) = report.signatures
    assert (one.signed_at, one.then.basis) == ("2022-05-09T09:00:00+07:00", "time-stamp")


def test_proofs_inside_the_file_are_named_as_such(town: Town, tmp_path: Path) -> None:
    report, _ = examine(_proven(town, tmp_path / "a.pdf"), trust=town.trust(), now=SIGNED + DAY / 2)
    (one,) = report.signatures
    assert _now(report) == PASSED
    assert {(found.kind, found.source) for found in one.revocation} == {("crl", "file"), ("ocsp", "file")}
    assert [stamp.kind for stamp in one.stamps] == ["signature", "document"]
    assert one.changed_after == "lta"


def test_a_report_goes_to_json_and_comes_back_equal(town: Town, tmp_path: Path) -> None:
    report, _ = examine(_stamped(town, tmp_path / "a.pdf"), trust=town.today(), now=LATER)
    assert from_json(as_json(report)) == report
    with pytest.raises(ValueError, match="format"):
        from_json(as_json(replace(report, format="tangthu-signature-report/9")))


def test_a_form_filled_in_after_signing_is_told_and_permitted(town: Town, tmp_path: Path) -> None:
    path = make.with_form(tmp_path / "a.pdf")
    make.signed(path, town.authority, town.an, fresh=False)
    make.changed(path, make.filled)
    report, _ = examine(path, trust=town.today(), now=LATER)
    (one,) = report.signatures
    assert (_now(report), one.coverage, one.changed_after) == (PASSED, "revision", "form")
    assert (one.revision, one.revisions) == (2, 3)


@pytest.mark.parametrize("change", [make.shadow, make.page_added])
def test_other_content_brought_up_after_signing_fails(
    town: Town, tmp_path: Path, change: Callable[[object], None]
) -> None:
    path = make.changed(_stamped(town, tmp_path / "a.pdf"), change)
    report, _ = examine(path, trust=town.today(), now=LATER)
    (one,) = report.signatures
    assert (_now(report), one.changed_after) == (f"{FAILED} HASH_FAILURE", "other")
    assert one.then.verdict == FAILED


def test_one_changed_byte_fails_now_and_then(town: Town, tmp_path: Path) -> None:
    path = _stamped(town, tmp_path / "a.pdf")
    data = bytearray(path.read_bytes())
    data[600] ^= 1
    path.write_bytes(data)
    report, _ = examine(path, trust=town.today(), now=LATER)
    (one,) = report.signatures
    assert (_now(report), one.then.verdict, one.intact) == (f"{FAILED} HASH_FAILURE", FAILED, False)


def test_a_root_the_file_brings_is_not_trusted(town: Town, tmp_path: Path) -> None:
    stranger = Authority("Người lạ")
    path = make.signed(tmp_path / "a.pdf", stranger, stranger.signer("Kẻ giả", "UBND tỉnh Lạng Sơn"))
    report, pieces = examine(path, trust=town.today(), now=LATER)
    assert _now(report) == f"{UNTOLD} NO_CERTIFICATE_CHAIN_FOUND"
    assert {one.label for one in pieces if one.kind == "anchor"} == {"Ban Cơ yếu"}


def test_revocation_lists_of_strangers_are_not_kept(town: Town, tmp_path: Path) -> None:
    stranger = Authority("Người lạ")
    trust = town.trust(*town.authority.fresh(LATER), *stranger.fresh(LATER))
    _, pieces = examine(_plain(town, tmp_path / "a.pdf"), trust=trust, now=LATER)
    assert len([one for one in pieces if one.kind == "crl"]) == 2
