"""How long a list has a case file: also once its erasing has begun, and no longer once it was taken off."""

from __future__ import annotations

from retention_town import AN, BINH, NOW, TODAY, Town
from test_destruction_run import Shelf, real

from archive.procedure.states import State
from archive.register.session import reading, transaction
from archive.versions import open_order
from ingest.migration.choosing import barred
from retention.destruction import execute
from retention.eligibility import due
from retention.procedure import listing


def listed_in() -> dict[str, str]:
    with reading() as session:
        return {one.case_file_id: one.listed_in for one in due(session, viewer=AN, today=TODAY)}


def test_one_whose_erasing_has_begun_is_on_its_list_still(town: Town) -> None:
    listed = town.store("01")
    order_id = town.ordered(listed)
    assert not execute(order_id, viewer=BINH, now=NOW, ask=[Shelf("index", gone=False), *real()]).finished
    assert listed_in() == {listed: order_id}


def test_one_taken_off_a_list_is_free_while_the_list_goes_on(town: Town) -> None:
    listed, taken = town.store("01"), town.store("02")
    order_id = town.ordered(listed, taken, to=State.COUNCIL_REVIEW)
    with transaction() as session:
        listing.take_out(session, order_id, [taken], reason="Mô tả sai", viewer=AN, now=NOW)
    assert listed_in() == {listed: order_id, taken: ""}
    with reading() as session:
        assert open_order(session, listed) and open_order(session, taken) is None
        codes = {
            id: {one.code for one in reasons} for id, reasons in barred(session, [listed, taken]).items()
        }
    assert "ingest.migration-ordered" in codes[listed] - codes.get(taken, set())
