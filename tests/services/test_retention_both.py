"""Due list, holds and destruction on SQLite and on PostgreSQL, with people acting at the same time."""

from __future__ import annotations

import threading
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from archive.alone import alone, work_on_copies
from archive.custody import StoreHolder, repair, stores
from archive.errors import OrderRefusedError, TemporaryError
from archive.holders import Erasure, Target
from archive.procedure.ballots import Ballot, Choice
from archive.procedure.papers import Paper
from archive.procedure.states import State
from archive.register.agencies import set_agency, set_fonds
from archive.register.decisions import Hold
from archive.register.models import CaseFile
from archive.register.session import reading, transaction
from archive.viewer import Viewer
from operations.procession import Papers, Wanted, walk_on
from retention.destruction import execute
from retention.eligibility import count_due, count_unclear, due
from retention.procedure import council, listing, taking
from retention.procedure.linked import links
from retention.procedure.listing import NewList
from retention.procedure.standing import Stands, standings
from tests.retention.linked_files import THEY, chosen, keep_them, listed, two
from tests.retention.retention_town import AGENCY, AN, BINH, HEAD, NOW, PEOPLE, TODAY, Town, copies_of, place

pytestmark = pytest.mark.service

WANTED = Wanted(AGENCY, (), "12/QĐ-SNV", TODAY)


@pytest.fixture
def town(both: Path) -> Town:
    with transaction() as session:
        set_agency(session, code=AGENCY, name="Sở", actor="admin", now=NOW)
        set_fonds(session, code=f"PHONG-{AGENCY}", agency_code=AGENCY, name="Phông", actor="admin", now=NOW)
    return Town(both)


def test_the_due_list_is_the_same_on_both(town: Town) -> None:
    first, second = town.store("01", ended=date(2010, 1, 1)), town.store("02")
    town.store("03", maintenance="Vĩnh viễn")
    town.store("04", maintenance="Lâu dài")
    place(town.store("05"))
    order_id = town.ordered(second, to=State.LISTED)
    with reading() as session:
        found = due(session, viewer=AN, today=TODAY)
        assert [(one.case_file_id, one.listed_in) for one in found] == [(first, ""), (second, order_id)]
        assert count_due(session, viewer=AN, today=TODAY) == {AGENCY: 2}
        assert count_unclear(session, viewer=AN) == {AGENCY: 1}


def test_a_destruction_spares_the_held_one(town: Town) -> None:
    held, free = town.store("01"), town.store("02")
    order_id = town.ordered(held, free)
    place(held)
    outcome = execute(order_id, viewer=BINH, now=NOW)
    assert outcome.finished and (outcome.count("held"), outcome.count("done")) == (1, 1)
    assert len(copies_of("01")) == 3 and copies_of("02") == []


def test_holds_placed_by_others_during_the_run_save_what_they_say_they_save(town: Town) -> None:
    codes = [f"{n:02}" for n in range(8)]
    ids = {code: town.store(code, id=code) for code in codes}
    order_id = town.ordered(*ids.values())
    late: dict[str, bool] = {}
    begin = threading.Barrier(len(codes) // 2 + 1)

    def hold(code: str) -> None:
        begin.wait(timeout=30)
        # Destroyed before: the person is told, no hold is written.
        with suppress(OrderRefusedError):
            late[code] = bool(place(ids[code]).too_late)

    threads = [threading.Thread(target=hold, args=(code,)) for code in codes[1::2]]
    for thread in threads:
        thread.start()
    begin.wait(timeout=30)
    outcome = execute(order_id, viewer=BINH, now=NOW)
    for thread in threads:
        thread.join(timeout=60)
    assert outcome.finished
    ends = {item.code: item.outcome for item in outcome.items}
    with reading() as session:
        written = set(session.scalars(select(Hold.case_file_id)))
        assert written == set(late)
        for code in codes:
            if code in late and not late[code]:
                assert ends[code] == "held" and copies_of(code), code
            else:
                assert ends[code] == "done" and not copies_of(code), code
                assert session.get_one(CaseFile, ids[code]).state == "destroyed"


def test_members_voting_at_once_all_count(town: Town) -> None:
    order_id = town.ordered(town.store("01"), to=State.COUNCIL_REVIEW)
    begin = threading.Barrier(len(PEOPLE.voters))

    def vote(viewer: Viewer) -> None:
        begin.wait(timeout=30)
        with transaction() as session:
            council.vote(session, order_id, Ballot(Choice.DESTROY), viewer=viewer, now=NOW)

    threads = [threading.Thread(target=vote, args=(voter,)) for voter in PEOPLE.voters]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    with transaction() as session:
        story = walk_on(session, taking.story(session, order_id), Papers(WANTED), PEOPLE, now=NOW)
    assert story.faults == ()
    assert execute(order_id, viewer=BINH, now=NOW).count("done") == 1


def test_of_two_letters_given_at_once_under_one_number_the_second_is_refused(town: Town) -> None:
    first, second = (
        NewList(AGENCY, (town.store(code),), "Hết", "Thuyết minh", Paper("12/TTr", day))
        for code, day in (("01", TODAY), ("02", TODAY - timedelta(days=1)))
    )
    said: list[str] = []

    def beside() -> None:
        try:
            with transaction() as session:
                listing.propose(session, second, viewer=AN, now=NOW)
        except OrderRefusedError as error:
            said.append(str(error))

    thread = threading.Thread(target=beside)
    with transaction() as session:
        listing.propose(session, first, viewer=AN, now=NOW)
        thread.start()
        thread.join(timeout=2)  # it waits for us, here or where it writes
        assert thread.is_alive()
    thread.join(timeout=60)
    assert "12/TTr" in "".join(said)


def test_a_second_run_and_a_repair_are_sent_away_while_an_order_is_carried_out(town: Town) -> None:
    case_file_id = town.store("01")
    with reading() as session:
        package_id = session.get_one(CaseFile, case_file_id).packages[0].id
    order_id = town.ordered(case_file_id)
    seen: list[str] = []

    class Beside(StoreHolder):
        def erase(self, target: Target) -> Erasure:
            with pytest.raises(TemporaryError, match="right now"):
                execute(order_id, viewer=HEAD, now=NOW)
            with pytest.raises(OrderRefusedError, match="being destroyed"):
                repair(package_id, actor="lan", now=NOW)
            with pytest.raises(TemporaryError, match="right now"), alone(work_on_copies(case_file_id)):
                seen.append("let in")
            seen.append("sent away")
            return super().erase(target)

    assert execute(
        order_id, viewer=BINH, now=NOW, ask=[Beside(stores()[0]), *map(StoreHolder, stores()[1:])]
    ).finished
    assert set(seen) == {"sent away"}
    with alone(f"order {order_id}"), alone(work_on_copies(case_file_id)):
        pass


def test_a_linked_document_is_found_and_kept_before_its_case_file_is_destroyed(both: Path) -> None:
    files = two(both)
    order_id = listed(files)
    with reading() as session:
        assert [one.link for one in links(session, [files.goes], today=TODAY)] == [
            files.link(1),
            files.link(2),
        ]
    chosen(order_id, files.link(1))
    assert len(keep_them(order_id).made) == 1
    with transaction() as session:
        papers = Papers(Wanted(files.agency, (), "12/QĐ-SNV", TODAY))
        walk_on(session, taking.story(session, order_id), papers, THEY, now=NOW)
    assert execute(order_id, viewer=THEY.executor, now=NOW).count("done") == 1
    with reading() as session:
        (told,) = standings(session, taking.story(session, order_id), today=TODAY, look=False)
        assert (told.stands, told.other_code) == (Stands.KEPT, "02.2014")
