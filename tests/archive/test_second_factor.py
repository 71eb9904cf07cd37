"""One-time codes: enrolled, proven once for one act, used up by it; wrong, old and used ones are told apart."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from archive.attempts import FREE
from archive.catching_up import catch_up
from archive.cli import load
from archive.errors import NotAllowedError
from archive.ledger.event import Verb
from archive.ledger.rows import EventRow
from archive.rebuild import rebuild
from archive.register.attempts import PasswordAttempts
from archive.register.base import Base
from archive.register.migrate import upgrade
from archive.register.second_factor import SecondFactor
from archive.register.session import engine, reading, transaction
from archive.rights import Account, RightsError
from archive.second_factor import codes, enrol
from archive.second_factor.enrol import OPEN, Door
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
    return enrolled(before)


def enrolled(now: datetime) -> str:
    with transaction() as session:
        secret = enrol.begin(session, viewer=HEAD, now=now).secret
    confirmed(codes.code_at(secret, codes.step_at(now)), now=now)
    return secret


def confirmed(text: str, *, now: datetime = NOW) -> None:
    enrol.confirm(text, viewer=HEAD, door=Door.PORTAL, now=now)


def reset(now: datetime = NOW) -> None:
    with transaction() as session:
        enrol.reset(session, Account("dung", HEAD.roles), reason="mất điện thoại", viewer=ADMIN, now=now)


def in_force() -> bool:
    with reading() as session:
        return enrol.since(session, "dung") is not None


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
    # Without a measure of its own it fills the box it stands in, instead of a corner of it.
    assert 'viewBox="0 0 ' in picture and "width=" not in picture.split(">", 1)[0]


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
    with pytest.raises(SecondFactorError, match="not right"):
        confirmed(wrong(secret))
    assert not in_force()
    confirmed(code(secret))
    assert in_force()
    with pytest.raises(SecondFactorError, match="begun no"):
        confirmed(code(secret, 1))


def test_one_begun_waits_a_quarter_of_an_hour_for_its_first_code(house: Path) -> None:
    with transaction() as session:
        secret = enrol.begin(session, viewer=HEAD, now=NOW).secret
    late = NOW + OPEN + timedelta(seconds=1)
    with pytest.raises(SecondFactorError, match="too long ago"):
        confirmed(codes.code_at(secret, codes.step_at(late)), now=late)
    with reading() as session:
        assert enrol.waits(session, "dung", now=NOW + OPEN)
        assert not enrol.waits(session, "dung", now=late)


def test_wrong_first_codes_are_counted_with_the_others(house: Path) -> None:
    with transaction() as session:
        secret = enrol.begin(session, viewer=HEAD, now=NOW).secret
    for _ in range(FREE - 1):
        with pytest.raises(SecondFactorError, match=r"not right;.* clock of the phone is right$"):
            confirmed(wrong(secret))
    with pytest.raises(SecondFactorError, match="next try is looked at after"):
        confirmed(wrong(secret))
    with pytest.raises(SecondFactorError, match="too many wrong codes"):
        confirmed(code(secret))
    assert not in_force()


def test_another_takes_the_place_of_one_in_force_only_by_a_code_of_it(secret: str) -> None:
    with transaction() as session, pytest.raises(SecondFactorError, match="not proven"):
        enrol.begin(session, viewer=HEAD, now=NOW)
    given(code(secret), act=ACT)  # for something else
    with transaction() as session, pytest.raises(SecondFactorError, match="not proven"):
        enrol.begin(session, viewer=HEAD, now=NOW)
    given(code(secret, 1), act=enrol.replacing("dung"))
    with transaction() as session:
        new = enrol.begin(session, viewer=HEAD, now=NOW).secret
    later = NOW + timedelta(minutes=2)
    given(
        codes.code_at(secret, codes.step_at(later)), now=later
    )  # the old one holds until the new one is confirmed
    confirmed(codes.code_at(new, codes.step_at(later)), now=later)
    after = later + timedelta(minutes=2)
    with pytest.raises(SecondFactorError, match="not right"):
        given(codes.code_at(secret, codes.step_at(after)), now=after)
    given(codes.code_at(new, codes.step_at(after)), now=after)
    with reading() as session:
        told = enrol.enrolled_at(session, "dung").payload
    assert told == {
        "act": "second-factor-enrolled", "door": "portal", "replaces_that_of": "2026-03-02T02:58:00.000000Z",
    }  # fmt: skip


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
        with pytest.raises(SecondFactorError, match=r"not right;.* clock of the phone is right$"):
            given(wrong(secret))
    with pytest.raises(SecondFactorError, match="next try is looked at after"):
        given(wrong(secret))
    with pytest.raises(SecondFactorError, match="too many wrong codes"):
        given(code(secret))
    later = NOW + timedelta(seconds=31)
    given(codes.code_at(secret, codes.step_at(later)), now=later)
    with pytest.raises(SecondFactorError, match=r"not right;.* clock of the phone is right$"):
        given(wrong(secret), now=later)


def test_tries_at_the_same_moment_are_looked_at_one_after_another(secret: str) -> None:
    many = 8
    together = Barrier(many)

    def tried(_: int) -> str:
        together.wait()
        try:
            given(wrong(secret))
        except SecondFactorError as error:
            return str(error)
        return "right"

    with ThreadPoolExecutor(many) as pool:
        told = list(pool.map(tried, range(many)))
    # As if they had come one after another: after the last free one nobody's code is looked at.
    assert sum("not right" in one for one in told) == FREE, told
    assert sum("too many wrong codes" in one for one in told) == many - FREE
    with reading() as session:
        assert session.get_one(PasswordAttempts, ("dung", "code")).failures == FREE


def test_an_administrator_resets_it_with_a_reason_and_nobody_else(secret: str) -> None:
    account = Account("dung", HEAD.roles)
    with transaction() as session, pytest.raises(NotAllowedError):
        enrol.reset(session, account, reason="mất máy", viewer=HEAD, now=NOW)
    with transaction() as session, pytest.raises(RightsError, match="reason"):
        enrol.reset(session, account, reason=" ", viewer=ADMIN, now=NOW)
    own = Viewer("dung", ADMIN.roles)
    with transaction() as session, pytest.raises(RightsError, match="own"):
        enrol.reset(session, account, reason="mất máy", viewer=own, now=NOW)
    assert in_force()
    reset()
    with pytest.raises(SecondFactorError, match="enrol one first"):
        given(code(secret))
    with transaction() as session, pytest.raises(SecondFactorError, match="enrol one first"):
        enrol.reset(session, account, reason="mất máy", viewer=ADMIN, now=NOW)
    with transaction() as session:
        assert enrol.begin(session, viewer=HEAD, now=NOW).secret != secret
        last = session.scalars(select(EventRow).order_by(EventRow.seq.desc())).first()
        assert last is not None and last.payload["act"] == "second-factor-reset"
        row = session.get_one(SecondFactor, "dung")
        assert row.confirmed_at is None and row.secret == ""


def test_the_person_is_told_once_of_a_reset(secret: str) -> None:
    reset()
    with reading() as session:
        event = enrol.untold_reset(session, "dung")
        assert event is not None and event.actor == "quan" and event.payload["reason"] == "mất điện thoại"
    enrol.told("dung")
    with reading() as session:
        assert enrol.untold_reset(session, "dung") is None
        assert enrol.untold_reset(session, "nobody") is None


@pytest.fixture
def migrated(house: Path) -> Path:
    """The register's tables as the migrations make them, which `rebuild` looks for."""
    Base.metadata.drop_all(engine())
    upgrade(engine())
    return house


def keep_a_copy(house: Path) -> None:
    """Copy the register as it is now."""
    with _register() as live, closing(sqlite3.connect(house / "set.db")) as kept:
        live.backup(kept)


def put_back(house: Path) -> None:
    """Put that copy in the register's place."""
    engine().dispose()
    with _register() as live, closing(sqlite3.connect(house / "set.db")) as kept:
        kept.backup(live)


def _register() -> closing[sqlite3.Connection]:
    return closing(sqlite3.connect(engine().url.database or ""))


BROUGHT_UP_TO_DATE = pytest.mark.parametrize("way", [catch_up, rebuild])


@BROUGHT_UP_TO_DATE
def test_one_that_was_reset_is_not_revived_by_an_older_register(
    migrated: Path, way: Callable[[], object]
) -> None:
    secret = enrolled(NOW - timedelta(minutes=2))
    keep_a_copy(migrated)
    reset()
    put_back(migrated)
    assert in_force()  # the older register knows of no reset
    way()
    assert not in_force()
    with reading() as session:
        assert session.get_one(SecondFactor, "dung").secret == ""
        assert enrol.untold_reset(session, "dung") is not None
    with pytest.raises(SecondFactorError, match="enrol one first"):
        given(code(secret))


@BROUGHT_UP_TO_DATE
def test_one_that_was_replaced_is_not_revived_either(migrated: Path, way: Callable[[], object]) -> None:
    secret = enrolled(NOW - timedelta(minutes=2))
    keep_a_copy(migrated)
    given(code(secret), act=enrol.replacing("dung"))
    enrolled(NOW)
    put_back(migrated)
    way()
    assert not in_force()  # no event has the secret of the new one: the person enrols again


def test_a_rebuild_of_a_living_register_keeps_what_is_in_force(migrated: Path) -> None:
    enrolled(NOW - timedelta(minutes=2))
    reset()
    new = enrolled(NOW)
    rebuild()
    later = NOW + timedelta(minutes=2)
    given(codes.code_at(new, codes.step_at(later)), now=later)


def test_an_operator_enrols_shows_and_resets_at_the_command_line(house: Path) -> None:
    app = load()

    def run(*words: str, code: int = 0) -> str:
        done = CliRunner().invoke(app, ["authenticator", *words])
        assert done.exit_code == code, done.output
        return done.output

    def now(secret: str, steps: int = 0) -> str:
        return codes.code_at(secret, codes.step_at(datetime.now(UTC)) + steps)

    begun = json.loads(run("enrol", "--as", "dung", "--json"))
    assert begun["uri"].startswith("otpauth://totp/") and begun["secret"] in begun["uri"]
    assert "none in force" in run("show", "dung", "--as", "dung", "--role", "head@*")
    run("confirm", "--as", "dung", "--code", now(begun["secret"]))
    assert "in force since" in run("show", "dung", "--as", "quan", "--role", "administrator@*")
    with reading() as session:
        assert enrol.enrolled_at(session, "dung").payload["door"] == "command-line"
    run("show", "dung", "--as", "an", "--role", "archivist@*", code=1)
    run("enrol", "--as", "dung", code=1)  # one is in force
    shown = run("enrol", "--as", "dung", "--code", now(begun["secret"], 1))
    assert "otpauth://totp/" in shown and "█" in shown
    admin = ("--as", "quan", "--role", "administrator@*")
    run("reset", "dung", "--as", "an", "--role", "archivist@*", "--reason", "mất máy", code=1)
    run("reset", "dung", *admin, "--reason", " ", code=1)
    run("reset", "dung", *admin, "--reason", "mất máy")
    assert not in_force()
