"""One-time codes: enrolled, proven once for one act, used up by it; wrong, old and used ones are told apart."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from archive.attempts import FREE
from archive.errors import NotAllowedError
from archive.ledger.event import Verb
from archive.ledger.rows import EventRow
from archive.register.second_factor import SecondFactor
from archive.register.session import reading, transaction
from archive.rights import Account, RightsError
from archive.second_factor import codes, enrol
from archive.second_factor.errors import SecondFactorError
from archive.second_factor.prove import Act, First, For, consume, prove
from archive.second_factor.qr import qr_svg
from archive.viewer import Role, Viewer

NOW = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
HEAD = Viewer("dung", {"*": frozenset({Role.HEAD})})
ADMIN = Viewer("quan", {"*": frozenset({Role.ADMINISTRATOR})})
ACT = Act(For.DECIDE, "list-1")
RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


@pytest.fixture
def secret(house: Path) -> str:
    """An authenticator in force since two minutes ago."""
    before = NOW - timedelta(minutes=2)
    with transaction() as session:
        secret = enrol.begin(session, viewer=HEAD, now=before).secret
        enrol.confirm(session, codes.code_at(secret, codes.step_at(before)), viewer=HEAD, now=before)
    return secret


def code(secret: str, steps: int = 0) -> str:
    return codes.code_at(secret, codes.step_at(NOW) + steps)


def wrong(secret: str) -> str:
    near = {code(secret, steps) for steps in range(-30, 3)}
    return next(f"{n:06}" for n in range(100) if f"{n:06}" not in near)


def given(text: str, *, act: Act = ACT, now: datetime = NOW) -> None:
    prove("dung", text, act, first=First.PASSWORD, now=now)


def used(*, act: Act = ACT, now: datetime = NOW) -> dict[str, str]:
    with transaction() as session:
        return consume(session, "dung", act, now=now)


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (20000000000, "353130")],
)
def test_the_codes_are_those_of_rfc_6238(seconds: int, expected: str) -> None:
    # Appendix B prints eight digits of SHA-1 codes; six are their end.
    assert codes.code_at(RFC_SECRET, seconds // codes.STEP) == expected


@pytest.mark.parametrize(("steps", "right"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_clock_may_be_one_step_off(steps: int, right: bool) -> None:
    here = codes.step_at(NOW)
    found = codes.step_of(RFC_SECRET, codes.code_at(RFC_SECRET, here + steps), now=NOW)
    assert found == (here + steps if right else None)


def test_what_is_scanned_is_the_secret_under_the_name_of_the_house(house: Path) -> None:
    with transaction() as session:
        shown = enrol.begin(session, viewer=HEAD, now=NOW)
    assert shown.uri.startswith("otpauth://totp/") and f"secret={shown.secret}" in shown.uri
    assert len(shown.secret) >= 32
    picture = qr_svg(shown.uri)
    assert picture.startswith("<svg") and "<script" not in picture


def test_an_authenticator_is_in_force_after_its_first_code_and_ledgered_without_secret(secret: str) -> None:
    with reading() as session:
        assert enrol.since(session, "dung") is not None
        assert enrol.since(session, "nobody") is None
        events = list(session.scalars(select(EventRow).where(EventRow.verb == Verb.RIGHTS_CHANGE.value)))
    assert [event.payload["act"] for event in events] == ["second-factor-enrolled"]
    assert secret not in str(events[0].payload)


def test_one_that_was_only_begun_proves_nothing(house: Path) -> None:
    with transaction() as session:
        secret = enrol.begin(session, viewer=HEAD, now=NOW).secret
    with pytest.raises(SecondFactorError, match="enrol one first"):
        given(code(secret))
    with transaction() as session, pytest.raises(SecondFactorError, match="not right"):
        enrol.confirm(session, wrong(secret), viewer=HEAD, now=NOW)


def test_a_second_one_is_not_put_in_its_place(secret: str) -> None:
    with transaction() as session, pytest.raises(SecondFactorError, match="already"):
        enrol.begin(session, viewer=HEAD, now=NOW)


def test_a_right_code_is_used_up_by_its_act(secret: str) -> None:
    given(code(secret))
    told = used()
    assert told == {
        "account": "dung", "first": "password", "second": "totp", "proved_at": "2026-03-02T03:00:00.000000Z",
    }  # fmt: skip
    with pytest.raises(SecondFactorError, match="not proven"):
        used()


def test_a_code_counts_once(secret: str) -> None:
    given(code(secret))
    used()
    with pytest.raises(SecondFactorError, match="used already"):
        given(code(secret))
    with pytest.raises(SecondFactorError, match="used already"):
        given(code(secret, -1))  # older than the last that counted
    given(code(secret, 1))


def test_a_code_does_not_count_for_another_act(secret: str) -> None:
    given(code(secret))
    with pytest.raises(SecondFactorError, match="used already"):
        given(code(secret), act=Act(For.DECIDE, "list-2"))
    for act in (Act(For.DECIDE, "list-2"), Act(For.RELEASE, "list-1")):
        with pytest.raises(SecondFactorError, match="not proven"):
            used(act=act)


def test_the_same_request_tried_again_may_give_its_code_again(secret: str) -> None:
    given(code(secret))
    given(code(secret))
    used()


def test_a_proof_waits_five_minutes_for_its_act(secret: str) -> None:
    given(code(secret))
    with pytest.raises(SecondFactorError, match="not proven"):
        used(now=NOW + timedelta(minutes=5, seconds=1))
    used(now=NOW + timedelta(minutes=5))


def test_an_act_that_fails_leaves_its_proof(secret: str) -> None:
    given(code(secret))
    with pytest.raises(ZeroDivisionError), transaction() as session:
        consume(session, "dung", ACT, now=NOW)
        raise ZeroDivisionError
    used()


def test_a_code_that_has_expired_is_told_from_a_wrong_one(secret: str) -> None:
    with pytest.raises(SecondFactorError, match="has expired"):
        given(code(secret, -3))
    with pytest.raises(SecondFactorError, match="not right"):
        given(wrong(secret))
    with pytest.raises(SecondFactorError, match="not right"):
        given("")


def test_wrong_codes_make_the_next_try_wait_and_a_right_one_ends_that(secret: str) -> None:
    for _ in range(FREE - 1):
        with pytest.raises(SecondFactorError, match=r"not right$"):
            given(wrong(secret))
    with pytest.raises(SecondFactorError, match="next try is looked at after"):
        given(wrong(secret))
    with pytest.raises(SecondFactorError, match="too many wrong codes"):
        given(code(secret))
    later = NOW + timedelta(seconds=31)
    given(codes.code_at(secret, codes.step_at(later)), now=later)
    with pytest.raises(SecondFactorError, match=r"not right$"):
        given(wrong(secret), now=later)


def test_an_administrator_resets_it_with_a_reason_and_nobody_else(secret: str) -> None:
    account = Account("dung", HEAD.roles)
    with transaction() as session, pytest.raises(NotAllowedError):
        enrol.reset(session, account, reason="mất máy", viewer=HEAD, now=NOW)
    with transaction() as session, pytest.raises(RightsError, match="reason"):
        enrol.reset(session, account, reason=" ", viewer=ADMIN, now=NOW)
    with transaction() as session:
        enrol.reset(session, account, reason="mất điện thoại", viewer=ADMIN, now=NOW)
    with pytest.raises(SecondFactorError, match="enrol one first"):
        given(code(secret))
    with transaction() as session:
        assert enrol.begin(session, viewer=HEAD, now=NOW).secret != secret
        last = session.scalars(select(EventRow).order_by(EventRow.seq.desc())).first()
        assert last is not None and last.payload["act"] == "second-factor-reset"
        assert session.get_one(SecondFactor, "dung").confirmed_at is None
