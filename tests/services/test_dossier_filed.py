"""The dossier of a destruction printed and judged by the real veraPDF, filed, and rebuilt, on both databases."""

from __future__ import annotations

from pathlib import Path

import pytest

from archive.ledger.follow import follow
from archive.procedure.states import State
from archive.rebuild import rebuild
from archive.register.agencies import set_agency, set_fonds
from archive.register.digest import digest
from archive.register.disposal import DisposalList
from archive.register.models import CaseFile
from archive.register.session import reading, transaction
from retention.destruction import execute
from retention.filing.filing import file_dossier
from retention.follower import follower
from retention.procedure import deciding, taking
from tests.retention.retention_town import AGENCY, AN, BINH, NOW, Town

pytestmark = pytest.mark.service


def test_a_list_is_closed_by_its_dossier_and_a_rebuild_gives_both_back(both: Path) -> None:
    with transaction() as session:
        set_agency(session, code=AGENCY, name="Sở", actor="admin", now=NOW)
        set_fonds(session, code=f"PHONG-{AGENCY}", agency_code=AGENCY, name="Phông", actor="admin", now=NOW)
    town = Town(both)
    order_id = town.ordered(town.store("01"), town.store("02"))
    assert execute(order_id, viewer=BINH, now=NOW).finished
    with transaction() as session:
        deciding.close(session, order_id, viewer=AN, now=NOW)
    dossier_id = file_dossier(order_id, now=NOW)
    follow(follower)
    with reading() as session:
        before = digest(session)
        assert taking.story(session, order_id).state is State.CLOSED
    assert rebuild(now=NOW).equal
    with reading() as session:
        assert digest(session) == before
        assert session.get_one(CaseFile, dossier_id).kind == "disposal-dossier"
        assert session.get_one(CaseFile, dossier_id).records[0].components
        assert session.get_one(DisposalList, order_id).dossier_id == dossier_id
