"""Holds on an agency, a fonds and what a search found: at once, and for what arrives later."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from retention_town import AGENCY, AN, BINH, COUNCIL, HEAD, NOW, OTHER, TODAY, Town, copies_of, person
from sqlalchemy import select, text

from archive.custody import StoreHolder, stores
from archive.errors import NotAllowedError, NotFoundError, OrderRefusedError
from archive.holders import Erasure, Target
from archive.holds import held
from archive.register import session as register
from archive.register.decisions import Hold
from archive.register.models import CaseFile
from archive.register.session import reading, transaction
from archive.viewer import Role, Viewer
from retention import eligibility, holds, wide_holds
from retention.destruction import execute
from retention.explain import explain
from retention.wide_holds import Basis, WidePlaced

BASIS = Basis("Thanh tra toàn diện", "7/QĐ-TTr", TODAY)
ANY = Viewer("an", {AGENCY: frozenset({Role.ARCHIVIST}), OTHER: frozenset({Role.ARCHIVIST})})


def on_agency(code: str = AGENCY, basis: Basis = BASIS, viewer: Viewer = AN) -> WidePlaced:
    with transaction() as session:
        return wide_holds.place_on_agency(session, code, basis, viewer=viewer, now=NOW)


def on_fonds(code: str = f"PHONG-{AGENCY}") -> WidePlaced:
    with transaction() as session:
        return wide_holds.place_on_fonds(session, code, BASIS, viewer=AN, now=NOW)


def on_found(*ids: str, viewer: Viewer = AN) -> tuple[WidePlaced, ...]:
    with transaction() as session:
        return wide_holds.place_on_found(session, ids, {"words": "giao ban"}, BASIS, viewer=viewer, now=NOW)


def due_codes(today: date = TODAY) -> list[str]:
    with reading() as session:
        return [one.code for one in eligibility.due(session, viewer=ANY, today=today)]


def lift_everything_of(order_id: str) -> None:
    with transaction() as session:
        asked = wide_holds.propose_lift_all(session, order_id, BASIS, viewer=AN, now=NOW)
        holds.lift(session, asked.id, viewer=HEAD, role=Role.HEAD, now=NOW)


@pytest.mark.parametrize("place", [on_agency, on_fonds], ids=["agency", "fonds"])
def test_a_standing_hold_stops_what_is_there_and_what_arrives_later(town: Town, place: object) -> None:
    first = town.store("01")
    town.store("02", agency=OTHER)

    placed = place()  # type: ignore[operator]
    later = town.store("03")

    assert (placed.case_files, placed.too_late) == (1, ())
    assert due_codes() == ["02"]
    for case_file in (first, later):
        with pytest.raises(OrderRefusedError, match="Thanh tra toàn diện"):
            town.ordered(case_file)
    with reading() as session:
        told = [step.vi for step in explain(session, later, viewer=AN, today=TODAY)]
    assert any("Thanh tra toàn diện" in step for step in told)


def test_a_standing_hold_ends_after_its_last_day(town: Town) -> None:
    town.store("01")
    on_agency(basis=Basis("Thanh tra", "7/QĐ", TODAY, until=TODAY + timedelta(days=9)))

    assert due_codes(TODAY + timedelta(days=9)) == []
    assert due_codes(TODAY + timedelta(days=10)) == ["01"]


def test_a_standing_hold_is_lifted_by_a_second_person_only(town: Town) -> None:
    town.store("01")
    on_agency()
    with reading() as session:
        hold_id = session.query(Hold.id).scalar()
    with transaction() as session:
        asked = holds.propose_lift(
            session,
            hold_id,
            reason="Xong",
            document_number="8/TTr",
            document_date=TODAY,
            viewer=BINH,
            now=NOW,
        )
        order_id = asked.id

    for person_, role in ((BINH, Role.ARCHIVIST), (AN, Role.ARCHIVIST)):
        with pytest.raises(OrderRefusedError), transaction() as session:
            holds.lift(session, order_id, viewer=person_, role=role, now=NOW)
    assert due_codes() == []
    with transaction() as session:
        holds.lift(session, order_id, viewer=HEAD, role=Role.HEAD, now=NOW)

    assert due_codes() == ["01"]


def test_what_a_search_found_is_held_by_one_order_for_each_agency_and_lifted_at_once(town: Town) -> None:
    mine, other = town.store("01"), town.store("02", agency=OTHER)
    free = town.store("03")

    placed = on_found(mine, other, mine, viewer=ANY)

    assert [(one.agency_code, one.case_files) for one in placed] == [(AGENCY, 1), (OTHER, 1)]
    assert due_codes() == ["03"]
    lift_everything_of(placed[0].order_id)
    assert sorted(due_codes()) == ["01", "03"]
    with pytest.raises(OrderRefusedError, match="in force"):
        lift_everything_of(placed[0].order_id)
    assert town.ordered(mine, free)


def test_one_case_file_of_what_was_found_may_be_lifted_alone(town: Town) -> None:
    one, two = town.store("01"), town.store("02")
    on_found(one, two)
    with transaction() as session:
        hold = session.query(Hold).filter_by(case_file_id=one).one()
        asked = holds.propose_lift(
            session, hold.id, reason="Xong", document_number="8/TTr", document_date=TODAY, viewer=AN, now=NOW
        )
        holds.lift(session, asked.id, viewer=HEAD, role=Role.HEAD, now=NOW)

    assert due_codes() == ["01"]


def test_what_was_found_of_others_what_is_gone_and_nothing(town: Town) -> None:
    mine, other = town.store("01"), town.store("02", agency=OTHER)
    gone = town.store("03")
    execute(town.ordered(gone), viewer=BINH, now=NOW, ask=[StoreHolder(store) for store in stores()])

    with pytest.raises(NotAllowedError, match=OTHER):
        on_found(mine, other)
    with pytest.raises(OrderRefusedError):
        on_found(gone)
    assert on_found(mine, gone)[0].passed_over == 1


@pytest.mark.parametrize(
    "viewer", [COUNCIL, HEAD, person("em", Role.RESEARCHER), person("x", Role.ARCHIVIST, agency=OTHER)]
)
def test_only_an_archivist_of_the_agency_places_a_standing_hold(town: Town, viewer: Viewer) -> None:
    with pytest.raises(NotAllowedError):
        on_agency(viewer=viewer)
    assert due_codes() == []


def test_bad_input_writes_nothing(town: Town) -> None:
    with pytest.raises(NotFoundError):
        on_agency("000.99")
    with pytest.raises(NotFoundError):
        on_fonds("PHONG-?")
    with pytest.raises(OrderRefusedError):
        on_agency(basis=Basis(" ", "7/QĐ", TODAY))
    with pytest.raises(OrderRefusedError):
        on_agency(basis=Basis("Thanh tra", "7/QĐ", TODAY, until=TODAY - timedelta(days=1)))
    on_agency()
    with pytest.raises(OrderRefusedError, match="already"):
        on_agency()
    with reading() as session:
        assert session.query(Hold).count() == 1


def test_a_standing_hold_placed_while_a_destruction_runs_saves_the_copies_that_are_left(town: Town) -> None:
    case_file = town.store("01")
    order = town.ordered(case_file)

    class Watched(StoreHolder):
        """A store right after whose erasure somebody holds the whole agency."""

        def erase(self, target: Target) -> Erasure:
            receipt = super().erase(target)
            on_agency()
            return receipt

    first, *others = stores()
    outcome = execute(
        order, viewer=BINH, now=NOW, ask=[Watched(first), *(StoreHolder(store) for store in others)]
    )

    assert [item.outcome for item in outcome.items] == ["held"]
    assert len(copies_of("01")) == 2


def test_case_files_past_saving_are_told(town: Town) -> None:
    case_file = town.store("01")
    order = town.ordered(case_file)
    told: list[WidePlaced] = []

    class Last(StoreHolder):
        """The last store, while whose copy is being erased somebody holds the whole fonds."""

        def erase(self, target: Target) -> Erasure:
            if not told:
                told.append(on_fonds())
            return super().erase(target)

    *others, last = sorted(stores(), key=lambda store: store.name)
    outcome = execute(
        order, viewer=BINH, now=NOW, ask=[*(StoreHolder(store) for store in others), Last(last)]
    )

    assert [item.outcome for item in outcome.items] == ["done"]
    assert told[0].too_late == (case_file,)


def test_whether_one_case_file_is_held_is_asked_of_indexes_however_many_holds_there_are(town: Town) -> None:
    on_found(*(town.store(f"{n:02}", on_disk=False) for n in range(12)))
    with register.engine().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))  # what the database knows of a house with a wide hold
        asked = select(CaseFile.id).where(held(TODAY)).compile(compile_kwargs={"literal_binds": True})
        plan = [str(row[-1]) for row in connection.execute(text(f"EXPLAIN QUERY PLAN {asked}"))]
    assert sum("SEARCH hold USING INDEX" in line for line in plan) == 3, plan
    assert not any("SCAN hold" in line for line in plan), plan
