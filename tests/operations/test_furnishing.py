"""What a house with sample data is furnished with comes whatever the people who look at it do meanwhile."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import func, select

from archive import furnished
from archive.furnished import Standing
from archive.ledger.follow import follow
from archive.register.decisions import Order
from archive.register.models import CaseFile, CaseFileState, Submission, SubmissionKind, SubmissionState
from archive.register.second_factor import SecondFactor
from archive.register.session import reading, transaction
from archive.second_factor import codes, enrol
from archive.second_factor.enrol import Door
from archive.viewer import ALL_AGENCIES, Role, Viewer
from operations import deeds
from operations.accounts import NOBODY, PEOPLE, make
from operations.furnishing import PIECES, Piece, furnish
from operations.world import Expected
from retention.follower import follower
from search import index
from tests.archive.vault_builders import AGENCY, a_case_file


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def sampled(house: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A house in which the sample's case files for a destruction and for a list have arrived."""
    for part in ("destroy", "listed"):
        arrived(house, part)
    index.rebuild()
    monkeypatch.setattr(deeds.making, "make", partial(deeds.making.make, printer=blank))
    yield house


def blank(parts: Sequence[str], title: str) -> bytes:
    """Print nothing, quickly."""
    return b"%PDF-1.7"


def arrived(house: Path, part: str) -> str:
    case_file_id = (
        a_case_file().with_(code=f"{part}.2014.QD", end=date(2014, 12, 1)).kept(house / "work" / part)
    )
    with transaction() as session:
        session.add(
            Submission(
                agency_code=AGENCY,
                message_id=part,
                sha256="0" * 64,
                size=1,
                kind=SubmissionKind.SIP,
                state=SubmissionState.STORED,
                received_at=now(),
                case_file_id=case_file_id,
            )
        )
    follow(follower)
    return case_file_id


def expected(*parts: str) -> list[Expected]:
    return [Expected(part, AGENCY, "", "stored", (), part, part) for part in parts]


def enrolled(login: str, role: Role) -> str:
    """Enrol somebody's authenticator as the page does, and return its secret."""
    viewer = Viewer(login, {ALL_AGENCIES: frozenset({role})})
    with transaction() as session:
        secret = enrol.begin(session, viewer=viewer, now=now()).secret
    enrol.confirm(codes.code_at(secret, codes.step_at(now())), viewer=viewer, door=Door.PORTAL, now=now())
    return secret


def state_of(part: str) -> CaseFileState:
    with reading() as session:
        query = select(CaseFile.state).join(Submission, Submission.case_file_id == CaseFile.id)
        return CaseFileState(session.scalars(query.where(Submission.message_id == part)).one())


def pieces(*parts: str) -> list[Piece]:
    return [piece for piece in PIECES if piece.part in parts]


def run(*some: Piece, parts: tuple[str, ...] = ("destroy", "listed"), seconds: float = 20) -> list[str]:
    said: list[str] = []
    furnish(expected(*parts), say=said.append, pieces=some, seconds=seconds, pause=0)
    return said


def test_a_destroyed_list_comes_though_everybody_enrolled_an_authenticator_before(sampled: Path) -> None:
    secrets = {login: enrolled(login, role) for login, _, role in PEOPLE}
    said = run(*pieces("destroy"))
    assert state_of("destroy") is CaseFileState.DESTROYED, said
    with reading() as session:
        kept = {row.account: row.secret for row in session.scalars(select(SecondFactor))}
    assert secrets.items() <= kept.items(), "the authenticator of a person was reset"
    assert set(kept) - set(secrets) == {login for login, _ in NOBODY}


def test_everybody_who_can_log_in_enrols_the_first_authenticator_of_their_own(sampled: Path) -> None:
    run(*pieces("destroy"))
    for login, _, role in PEOPLE:
        assert enrolled(login, role)


def test_what_decided_the_sample_has_a_name_and_no_password(tmp_path: Path) -> None:
    accounts = {one.login: one for one in make(tmp_path / "accounts.json", official_agency="X")}
    for viewer in (deeds.LIST_PEOPLE.head, deeds.LIST_PEOPLE.executor):
        assert accounts[viewer.name].fullname
        assert not accounts[viewer.name].password and not accounts[viewer.name].roles


def test_what_fails_does_not_stop_the_others_and_is_tried_again(sampled: Path) -> None:
    calls: list[str] = []

    def fails(case_file_id: str) -> tuple[str, bool]:
        calls.append(case_file_id)
        raise ZeroDivisionError("a bug of the sample's own")

    broken = replace(pieces("destroy")[0], act=fails)
    said = run(broken, *pieces("listed"))
    assert len(calls) == 3
    assert any("ZeroDivisionError" in line for line in said)
    assert lists() == 1, said


def test_what_never_arrives_does_not_keep_the_others_waiting(sampled: Path) -> None:
    said = run(*pieces("held", "listed"), parts=("held", "listed"), seconds=0.5)
    assert lists() == 1
    assert "one case file is held: its case file never came" in said
    told = furnished.read()
    assert told is not None and told.settled, "the start page would ask for ever"
    standing = {one.part: one.standing for one in told.pieces}
    assert standing == {"held": Standing.FAILED, "listed": Standing.DONE}
    furnished.forget()
    assert furnished.read() is None


def test_a_second_start_does_nothing_again_and_goes_on_with_what_was_cut_off(
    sampled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*arguments: object, **more: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(deeds.destruction, "execute", killed)
        with pytest.raises(KeyboardInterrupt):
            run(*pieces("destroy"))
    assert state_of("destroy") is CaseFileState.STORED and lists() == 1
    run(*pieces("destroy", "listed"))
    assert state_of("destroy") is CaseFileState.DESTROYED
    run(*pieces("destroy", "listed"))
    assert lists() == 2


def lists() -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(Order)) or 0
