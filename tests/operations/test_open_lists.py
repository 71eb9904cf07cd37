"""What waits in a furnished house can be done at once by the person whose step it is, and by the house's own rules."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from archive import furnished as furnishing
from archive.errors import NotAllowedError, OrderRefusedError
from archive.ledger.append import read
from archive.ledger.event import Verb
from archive.ledger.follow import follow
from archive.procedure.ballots import Ballot, Choice
from archive.procedure.called import names_of
from archive.procedure.papers import Paper
from archive.procedure.states import State
from archive.procedure.story import Verdict
from archive.register.decisions import Hold, Order, OrderItem, OrderKind
from archive.register.models import Submission, SubmissionKind, SubmissionState
from archive.register.notices import ExpiryNotice
from archive.register.session import reading, transaction
from archive.second_factor import codes, enrol
from archive.second_factor.enrol import Door
from archive.second_factor.prove import Act, First, For, prove
from archive.vietnam import day_of
from archive.viewer import ALL_AGENCIES, Role, Viewer
from operations.accounts import FULL_NAMES
from operations.furnishing import PIECES, furnish
from operations.world import Expected
from retention import holds
from retention.follower import follower
from retention.procedure import council, deciding, listing, notice, opinion, taking
from retention.procedure.deciding import NewDecision
from retention.procedure.listing import NewList
from tests.archive.vault_builders import AGENCY, a_case_file

OPEN = ("vote", "vote-r2", "opinion", "decide", "linked", "twin", "lift", "listed")
PAIRS = ("vote-r2", "linked", "twin")
OTHER_WORDS = ("Biên bản bàn giao", "Tờ trình kèm theo")


def now() -> datetime:
    return datetime.now(UTC)


def person(login: str, role: Role) -> Viewer:
    return Viewer(login, {ALL_AGENCIES: frozenset({role})})


LUUTRU, LUUTRU2 = person("luutru", Role.ARCHIVIST), person("luutru2", Role.ARCHIVIST)
HEAD = person("lanhdao", Role.HEAD)
COUNCIL = [person(login, Role.COUNCIL) for login in ("hoidong", "hoidong2", "hoidong3")]


@pytest.fixture
def furnished(house: Path) -> Iterator[list[str]]:
    """A house whose sample case files have arrived, and what was said while it was furnished."""
    expected = []
    for part in OPEN:
        for number in range(2 if part in PAIRS else 1):
            key = f"{part}-{number}"
            late, twin = part == "vote-r2", part in ("vote-r2", "twin")
            end = date(2025, 12, 1) if late else date(2024, 6, 1) if twin or number else date(2010, 12, 1)
            words = (f"Văn bản của {part}", "Tờ trình kèm theo") if twin else (f"Văn bản của {key}",)
            made = a_case_file().with_(
                code=f"{key}.2014.QD", end=end, regime="R2" if late else "R1", words=words
            )
            id = made.kept(house / "work" / key)
            with transaction() as session:
                session.add(
                    Submission(
                        agency_code=AGENCY,
                        message_id=key,
                        sha256="0" * 64,
                        size=1,
                        received_at=now(),
                        kind=SubmissionKind.SIP,
                        state=SubmissionState.STORED,
                        case_file_id=id,
                    )
                )
            expected.append(Expected(key, AGENCY, "", "stored", (), part, key))
    follow(follower)
    said: list[str] = []
    some = [piece for piece in PIECES if piece.part in OPEN]
    furnish(expected, say=said.append, pieces=some, seconds=30, pause=0)
    furnish(expected, say=said.append, pieces=some, seconds=30, pause=0)  # the next start makes nothing twice
    yield said


def list_with(part: str) -> str:
    """Return the one list with a case file of a part."""
    ids = [case_file(part, number) for number in (0, 1)]
    with reading() as session:
        query = select(OrderItem.order_id).join(Order).where(Order.kind == OrderKind.DESTRUCTION)
        return session.scalars(query.where(OrderItem.case_file_id.in_(ids))).one()


def case_file(part: str, number: int) -> str:
    with reading() as session:
        query = select(Submission.case_file_id).where(Submission.message_id == f"{part}-{number}")
        return session.scalar(query) or ""


def state_of(part: str) -> State:
    with reading() as session:
        return taking.story(session, list_with(part)).state


def test_each_waits_where_its_person_can_go_on_at_once(furnished: list[str]) -> None:
    expected = {
        "vote": State.COUNCIL_REVIEW, "vote-r2": State.COUNCIL, "opinion": State.OPINION_REQUESTED,
        "decide": State.OPINION_GIVEN, "linked": State.LISTED, "listed": State.LISTED,
    }  # fmt: skip
    assert {part: state_of(part) for part in expected} == expected, furnished
    with reading() as session:  # the papers call everybody by their full name
        called = names_of(session, list_with("decide"))
        acted = ("luutru", "hoidong", "hoidong2", "hoidong3", "lanhdao")
        assert [called.of(one).name for one in acted] == [FULL_NAMES[one] for one in acted]
    for part in ("vote", "vote-r2"):
        for member in COUNCIL:
            with transaction() as session:
                council.vote(session, list_with(part), Ballot(Choice.DESTROY), viewer=member, now=now())
        with transaction() as session:
            minutes = Paper("1/BB", day_of(now()))
            assert council.conclude(
                session, list_with(part), minutes, viewer=COUNCIL[0], now=now()
            ).conclusion
    with transaction() as session:
        letter = Paper("2/YK", day_of(now()))
        story = opinion.record(session, list_with("opinion"), letter, Verdict.FOR, viewer=LUUTRU, now=now())
    assert story.state is State.OPINION_GIVEN
    with transaction() as session:
        story = listing.submit(
            session, list_with("linked"), viewer=LUUTRU, now=now(), linked="đã có bản khác"
        )
    assert story.state is State.COUNCIL_REVIEW


def test_what_is_there_is_told_with_its_id_and_no_reason_why_not(furnished: list[str]) -> None:
    told = furnishing.read()
    assert told is not None
    assert {one.part: (one.about, one.detail) for one in told.pieces}["vote"] == (list_with("vote"), "")


def test_the_head_decides_with_an_authenticator_enrolled_on_the_page(furnished: list[str]) -> None:
    order_id = list_with("decide")
    with transaction() as session:
        secret = enrol.begin(session, viewer=HEAD, now=now()).secret
    step = codes.step_at(now())
    enrol.confirm(codes.code_at(secret, step - 1), viewer=HEAD, door=Door.PORTAL, now=now())
    act = Act(For.DECIDE, order_id)
    prove(HEAD.name, codes.code_at(secret, step), act, first=First.PASSWORD, now=now())
    with transaction() as session:
        sha256 = taking.story(session, order_id).list_sha256
        decision = NewDecision(Paper("3/QĐ", day_of(now())), "Giám đốc", sha256)
        assert deciding.decide(session, order_id, decision, viewer=HEAD, now=now()).state is State.DECIDED


def test_a_duplicate_is_listed_and_submitted_on_the_same_day(furnished: list[str]) -> None:
    with transaction() as session:
        paper = Paper("4/TTr", day_of(now()))
        ids = [case_file("twin", number) for number in (0, 1)]
        goes = next(id for id in ids if notice_of(id))
        new = NewList(AGENCY, [goes], "Trùng lặp", "Nộp hai lần", paper)
        story = listing.propose(session, new, viewer=LUUTRU, now=now())
        assert story.twins[goes].case_file_id in ids
        assert notice.runs_until(session, story.order_id, today=day_of(now())) is None


def notice_of(case_file_id: str) -> bool:
    with reading() as session:
        return session.get(ExpiryNotice, case_file_id) is not None


def test_a_second_person_lifts_the_hold_and_the_first_does_not(furnished: list[str]) -> None:
    with reading() as session:
        order_id = session.scalars(select(Order.id).where(Order.kind == OrderKind.LIFT_HOLD)).one()
    with pytest.raises((OrderRefusedError, NotAllowedError)), transaction() as session:
        holds.lift(session, order_id, viewer=LUUTRU, role=Role.ARCHIVIST, now=now())
    with transaction() as session:
        holds.lift(session, order_id, viewer=LUUTRU2, role=Role.ARCHIVIST, now=now())
    with reading() as session:
        assert session.scalars(select(Hold)).one().lifted_by == LUUTRU2.name


def test_only_the_demonstration_gives_a_notice_for_a_day_that_is_over_and_the_ledger_says_so(
    furnished: list[str],
) -> None:
    with reading() as session:
        told = [event for event in read(session) if event.verb is Verb.EXPIRY_NOTICE]
    backdated = {event.actor for event in told if event.payload["given_on"] != day_of(event.at).isoformat()}
    assert backdated == {"system:demo"}
    assert all(event.at > now() - timedelta(days=1) for event in told), (
        "the ledger itself keeps the true time"
    )


def test_what_walks_lists_for_the_demonstration_is_called_by_it_alone() -> None:
    root = Path(__file__).parents[2]
    folders = ("archive", "ingest", "search", "retention", "exports", "portal", "operations")
    users = {
        str(path.relative_to(root))
        for folder in folders
        for path in (root / folder).rglob("*.py")
        if "operations.procession import" in path.read_text("utf-8")
    }
    assert users == {"operations/deeds.py", "operations/open_lists.py"}


def test_the_notice_of_a_list_made_today_still_runs(furnished: list[str]) -> None:
    with reading() as session:
        until = notice.runs_until(session, list_with("listed"), today=day_of(now()))
    assert until == day_of(now()) + timedelta(days=notice.DAYS)
