"""A time-stamp is taken only when it is over our imprint, answers our request, and a trusted root vouches for it."""

from __future__ import annotations

import hashlib
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from asn1crypto import cms

from archive.errors import SettingsError, TangThuError, TemporaryError
from archive.settings import ArchiveSettings
from archive.timestamps.ask import ask, judge
from archive.timestamps.errors import TimestampError
from archive.timestamps.judge import Judge, roots_in
from archive.timestamps.token import LIMIT, read
from tests.archive.time_authority import POLICY, Authority, certificate, pki, stamper, token_over

NOW = datetime(2026, 6, 1, tzinfo=UTC)
IMPRINT = hashlib.sha256(b"what is stamped").digest()


def trusting(*labels: str) -> Judge:
    return Judge([pki().get_cert(label) for label in labels])  # type: ignore[arg-type]


@pytest.fixture
def authority(authority: Authority) -> Authority:
    """Whose clock shows what ours does."""
    authority.at = NOW
    return authority


def test_a_stamp_says_over_what_when_and_by_whom(authority: Authority) -> None:
    authority.at = NOW
    given = ask(IMPRINT, now=NOW)
    assert given.token is not None and given.good
    assert (given.token.imprint, given.token.algorithm, given.token.at) == (IMPRINT, "sha256", NOW)
    assert given.token.authority == "Test Time-Stamping Authority"
    assert given.token.policy == POLICY
    assert given.until == datetime(2030, 1, 1, tzinfo=UTC)


def test_openssl_takes_what_we_take_and_refuses_what_we_refuse(house: Path, tmp_path: Path) -> None:
    roots = tmp_path / "roots.pem"
    roots.write_bytes(certificate())
    for label in ("tsa", "later", "unknown", "weak", "signer"):
        token = tmp_path / f"{label}.tst"
        token.write_bytes(token_over(IMPRINT, label, at=datetime.now(UTC)))
        command = ["openssl", "ts", "-verify", "-digest", IMPRINT.hex(), "-in", str(token), "-token_in",
                   "-CAfile", str(roots)]  # fmt: skip
        theirs = subprocess.run(command, capture_output=True, check=False).returncode == 0
        assert (
            trusting("root").judge(token.read_bytes(), IMPRINT).good == theirs == (label in ("tsa", "later"))
        )


@pytest.mark.parametrize(
    ("mood", "error", "said"),
    [
        ("broken", TemporaryError, "answers HTTP 503"),
        ("refused", TemporaryError, "answers HTTP 403"),
        ("elsewhere", TemporaryError, "answers HTTP 302"),
        ("rejection", TemporaryError, "rejection: quota exceeded"),
        ("garbage", TimestampError, "it is no RFC 3161 time-stamp"),
        ("huge", TimestampError, f"more than the limit of {LIMIT}"),
        ("other imprint", TimestampError, "is over something else"),
        ("other nonce", TimestampError, "the nonce is not ours"),
        ("no nonce", TimestampError, "the nonce is not ours"),
        ("forged", TimestampError, "forged or changed"),
        ("sha1", TimestampError, "signed with sha1, which is too weak"),
    ],
)
def test_an_answer_that_is_not_good_is_not_taken(
    authority: Authority, mood: str, error: type[TangThuError], said: str
) -> None:
    authority.mood = mood
    with pytest.raises(error, match=said):
        ask(IMPRINT, now=NOW)
    assert authority.asked == 1


@pytest.mark.parametrize(
    ("label", "said"),
    [
        ("unknown", "no trusted root vouches"),
        ("signer", "not for time-stamping alone"),
        ("weak", "not for time-stamping alone"),
    ],
)
def test_a_stamp_by_somebody_else_is_not_taken(authority: Authority, label: str, said: str) -> None:
    authority.label = label
    with pytest.raises(TimestampError, match=said):
        ask(IMPRINT, now=NOW)


@pytest.mark.parametrize("minutes", [-31, 31, 60 * 24 * 365])
def test_a_stamp_of_a_clock_far_from_ours_is_not_taken(authority: Authority, minutes: int) -> None:
    authority.at = NOW + timedelta(minutes=minutes)
    with pytest.raises(TimestampError, match="more than 30 minutes from ours"):
        ask(IMPRINT, now=NOW)


@pytest.mark.parametrize("minutes", [-29, 29])
def test_clocks_a_little_apart_are_no_reason_to_refuse_a_stamp(authority: Authority, minutes: int) -> None:
    authority.at = NOW + timedelta(minutes=minutes)
    assert ask(IMPRINT, now=NOW).good


def test_a_stamp_under_another_policy_is_not_taken(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TANGTHU_ARCHIVE__TSA_POLICY", POLICY)
    assert ask(IMPRINT, now=NOW).good
    authority.mood = "other policy"
    with pytest.raises(TimestampError, match=r"given under policy 1\.2\.3\.4"):
        ask(IMPRINT, now=NOW)


def test_name_and_password_are_sent_when_they_are_set(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority.login = "luutru:bí mật".encode().decode("latin-1")
    with pytest.raises(TemporaryError, match="answers HTTP 401"):
        ask(IMPRINT, now=NOW)
    authority.login = "luutru:s3cret"
    monkeypatch.setenv("TANGTHU_ARCHIVE__TSA_USER", "luutru")
    monkeypatch.setenv("TANGTHU_ARCHIVE__TSA_PASSWORD", "s3cret")
    assert ask(IMPRINT, now=NOW).good
    assert "s3cret" not in repr(ArchiveSettings.load())


def test_an_authority_that_is_gone_is_a_temporary_trouble(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TANGTHU_ARCHIVE__TSA_URL", "http://luutru:s3cret@127.0.0.1:9/tsa?key=s3cret")
    with pytest.raises(TemporaryError, match=r"http://127\.0\.0\.1:9/tsa does not answer") as raised:
        ask(IMPRINT, now=NOW)
    assert "s3cret" not in str(raised.value)


def test_without_roots_no_authority_can_be_set(house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError, match="no time-stamping authority is set"):
        ask(IMPRINT, now=NOW)
    monkeypatch.setenv("TANGTHU_ARCHIVE__TSA_URL", "https://tsa.example.vn")
    with pytest.raises(SettingsError, match="tsa_url needs tsa_roots"):
        ArchiveSettings.load()


def test_a_password_never_goes_over_a_plain_line(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TANGTHU_ARCHIVE__TSA_USER", "luutru")
    assert ArchiveSettings.load().tsa_user == "luutru", "this machine itself is no line"
    monkeypatch.setenv("TANGTHU_ARCHIVE__TSA_URL", "http://tsa.example.vn")
    with pytest.raises(SettingsError, match="needs an https"):
        ArchiveSettings.load()


def test_roots_that_cannot_be_read_are_told(authority: Authority, house: Path) -> None:
    (house / "roots.pem").write_text("nothing")
    with pytest.raises(SettingsError, match="tsa_roots"):
        judge()
    (house / "folder").mkdir()
    with pytest.raises(SettingsError, match="no certificate in"):
        roots_in(house / "folder")
    (house / "folder" / "one.pem").write_bytes(certificate())
    assert len(roots_in(house / "folder")) == 1


def test_nobody_is_trusted_by_default() -> None:
    assert not Judge([]).judge(token_over(IMPRINT), IMPRINT).good


def test_a_stamp_given_after_its_certificate_ran_out_is_not_good() -> None:
    late = datetime(2031, 1, 1, tzinfo=UTC)
    assert not trusting("root").judge(token_over(IMPRINT, at=late), IMPRINT).good
    given = token_over(IMPRINT, at=NOW)
    by = trusting("root")
    assert by.judge(given, IMPRINT, moment=NOW).good
    assert not by.judge(given, IMPRINT, moment=late).good, (
        "a chain that was good once is not remembered too long"
    )


def test_a_stamp_without_the_identity_of_its_certificate_is_not_good() -> None:
    token = cms.ContentInfo.load(token_over(IMPRINT, at=NOW))
    info = token["content"]["signer_infos"][0]
    kept = [one for one in info["signed_attrs"] if one["type"].native != "signing_certificate"]
    info["signed_attrs"] = cms.CMSAttributes(kept)
    (fault,) = trusting("root").judge(token.dump(), IMPRINT).faults
    assert "does not say which certificate" in str(fault)


def test_a_changed_byte_never_makes_a_stamp_say_something_else() -> None:
    by, whole = trusting("root"), token_over(IMPRINT, at=NOW)
    good = 0
    for place in range(0, len(whole), 61):
        der = bytearray(whole)
        der[place] ^= 0x41
        assert not by.judge(bytes(der), hashlib.sha256(b"other").digest()).good
        found = by.judge(
            bytes(der), IMPRINT
        )  # a byte outside of what is signed may change; what it says may not
        if found.good:
            good += 1
            assert found.token is not None
            assert (found.token.imprint, found.token.at) == (IMPRINT, NOW)
    assert good < 20


@pytest.mark.parametrize("data", [b"", b"0", b"\x30\x80", b"0" * (LIMIT + 1), b"\x30\x03\x02\x01\x01"])
def test_what_is_no_token_cannot_be_read(data: bytes) -> None:
    with pytest.raises(TimestampError):
        read(data)


def test_bytes_behind_a_token_are_refused() -> None:
    with pytest.raises(TimestampError):
        read(token_over(IMPRINT) + b"\0")


def test_a_chain_found_good_is_remembered() -> None:
    by = trusting("root")
    moments = [NOW + timedelta(days=n) for n in range(3)]
    assert all(by.judge(token_over(IMPRINT, at=moment), IMPRINT).good for moment in moments)
    assert len(by._chains) == 1
    assert stamper("tsa").tsa_cert.dump() in next(iter(by._chains))
