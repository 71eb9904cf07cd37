"""A seal goes on only while it is good, holds as long as nothing is changed, and bears another beside it."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pikepdf
import pytest

from archive.errors import SettingsError
from archive.seals.check import check
from archive.seals.errors import SealError
from archive.seals.key import seal_of
from archive.seals.press import level_of, press, stamp_roots
from archive.seals.trust import trust_in
from tests.archive.time_authority import certificate, serving
from tests.samples.authority import DAY, Authority, Holder
from tests.samples.seals import LISTS_FROM, set_seals

NOW = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
AGENCY, OTHER = "000.00.18.H37", "000.00.40.H37"


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


Set = Callable[..., Path]


@pytest.fixture
def sealed_by(house: Path, authority: Authority) -> Set:
    """Write seals of these agencies into the settings."""

    def write(keys: dict[str, Holder], *, revoked: Sequence[Holder] | None = None) -> Path:
        return set_seals(house, authority, keys, revoked=revoked)

    return write


@pytest.fixture(scope="module")
def page() -> bytes:
    pdf = pikepdf.new()
    pdf.add_blank_page()
    target = io.BytesIO()
    pdf.save(target)
    return target.getvalue()


def pressed(pdf: bytes, agency: str = AGENCY, field: str = "DauCoQuan", now: datetime = NOW) -> bytes:
    seal = seal_of(agency, now=now)
    assert seal is not None
    return press(pdf, seal, field=field, reason="Đóng dấu", now=now)


def faults(pdf: bytes, trust: Path, now: datetime = NOW) -> list[str]:
    return [fault.code for fault in check(pdf, trust_in(trust), now=now, stamp_roots=stamp_roots()).faults]


def test_two_agencies_seal_one_after_the_other_and_both_hold(
    sealed_by: Set, authority: Authority, house: Path, page: bytes
) -> None:
    sealed_by({AGENCY: authority.signer("Con dấu Sở", "Sở"), "*": authority.signer("Con dấu chung", "Tỉnh")})
    once = pressed(page)
    twice = pressed(once, OTHER, "DauDonViHuy")
    assert twice.startswith(once) and once.startswith(page), "an increment: nothing before it is changed"
    found = check(twice, trust_in(house / "trust"), now=NOW)
    assert found.faults == ()
    assert [(one.field, "Sở" in one.name, one.claimed) for one in found.seals] == [
        ("DauCoQuan", True, NOW),
        ("DauDonViHuy", False, NOW),
    ]


def test_no_seal_is_set_unless_the_settings_name_one(house: Path) -> None:
    assert seal_of(AGENCY, now=NOW) is None


def test_a_seal_that_is_not_good_now_is_refused_before_anything_is_sealed(
    sealed_by: Set, authority: Authority, page: bytes
) -> None:
    old = authority.signer("Con dấu cũ", "Sở", ends=NOW - DAY)
    sealed_by({AGENCY: old})
    with pytest.raises(SealError, match="expired at"):
        seal_of(AGENCY, now=NOW)
    sealed_by({AGENCY: authority.signer("Con dấu mới", "Sở", begins=NOW + DAY)})
    with pytest.raises(SealError, match="valid only from"):
        seal_of(AGENCY, now=NOW)
    lost = authority.signer("Con dấu mất", "Sở")
    sealed_by({AGENCY: lost}, revoked=[lost])
    with pytest.raises(SealError, match="was revoked"):
        seal_of(AGENCY, now=NOW)
    stranger = Authority("Gốc lạ")
    sealed_by({AGENCY: stranger.signer("Con dấu lạ", "Sở")})
    with pytest.raises(SealError, match="no trusted root"):
        seal_of(AGENCY, now=NOW)


def test_a_seal_that_was_revoked_stays_so_when_the_list_that_says_it_is_out_of_date(
    sealed_by: Set, authority: Authority, house: Path, page: bytes
) -> None:
    later = LISTS_FROM + 3001 * DAY
    lost = authority.signer("Con dấu mất", "Sở", ends=later + 30 * DAY)
    good = authority.signer("Con dấu còn", "Sở", ends=later + 30 * DAY)
    sealed_by({AGENCY: lost, OTHER: good})
    made = pressed(page, now=later)
    sealed_by({AGENCY: lost, OTHER: good}, revoked=[lost])
    with pytest.raises(SealError, match="was revoked"):
        seal_of(AGENCY, now=later)
    assert faults(made, house / "trust", later) == ["archive.seal-revoked"]
    other = seal_of(OTHER, now=later)
    assert other is not None and not other.face.revocation_checked, "the list is out of date"


def test_a_changed_or_prolonged_file_and_another_key_are_told(
    sealed_by: Set, authority: Authority, house: Path, page: bytes
) -> None:
    sealed_by({AGENCY: authority.signer("Con dấu Sở", "Sở")})
    made, trust = pressed(page), house / "trust"
    assert faults(made, trust) == []
    assert faults(page, trust) == ["archive.seal-none"]
    at = made.index(b"/MediaBox") + 12
    assert faults(made[:at] + b"9" + made[at + 1 :], trust) != []
    assert faults(b"%PDF nonsense", trust) == ["archive.seal-unreadable"]
    with pikepdf.open(io.BytesIO(made)) as pdf:
        pdf.add_blank_page()
        target = io.BytesIO()
        pdf.save(target)
    assert faults(target.getvalue(), trust) != []
    assert "archive.seal-added" in faults(made + b"\n1 0 obj\n<<>>\nendobj\n", trust)
    other = Authority("Gốc lạ").trust(house / "other-trust")
    assert faults(made, other) == ["archive.seal-stranger"]


def test_with_a_time_stamp_it_holds_after_its_certificate_expired(
    sealed_by: Set, authority: Authority, house: Path, page: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    brief = authority.signer("Con dấu ngắn hạn", "Sở", ends=NOW + 30 * DAY)
    later = NOW + 300 * DAY
    sealed_by({AGENCY: brief}, revoked=[])
    without = pressed(page)
    assert faults(without, house / "trust", later) == ["archive.seal-stranger"]
    with serving() as stamps:
        stamps.at = NOW
        (house / "roots.pem").write_bytes(certificate())
        monkeypatch.setenv("TANGTHU_ARCHIVE__TSA_URL", stamps.url)
        monkeypatch.setenv("TANGTHU_ARCHIVE__TSA_ROOTS", str(house / "roots.pem"))
        seal = seal_of(AGENCY, now=NOW)
        assert seal is not None and level_of(seal) == "B-LTA"
        lasting = pressed(page)
        stamps.mood = "broken"
        with pytest.raises(Exception, match="503"):
            pressed(page)
    found = check(lasting, trust_in(house / "trust"), now=later, stamp_roots=stamp_roots())
    assert found.faults == () and found.seals[0].stamped == NOW
    assert b"/DSS" in lasting and b"/DocTimeStamp" in lasting


def test_keys_are_secrets_and_need_somebody_who_vouches(
    sealed_by: Set, authority: Authority, house: Path
) -> None:
    sealed_by({AGENCY: authority.signer("Con dấu Sở", "Sở")})
    (house / "seal-0.p12").chmod(0o644)
    with pytest.raises(SettingsError, match="chmod 600"):
        seal_of(AGENCY, now=NOW)
    (house / "seal-0.p12").chmod(0o600)
    (house / "seal-0.pass").write_text("sai\n")
    with pytest.raises(SettingsError, match="cannot be opened"):
        seal_of(AGENCY, now=NOW)
    (house / "tangthu.toml").write_text('[seal]\nkeys = [{ pkcs12 = "a", passphrase_file = "b" }]\n')
    with pytest.raises(SettingsError, match="need trust"):
        seal_of(AGENCY, now=NOW)
