"""Orders that hold many case files are shown a page at a time, those in force first."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from archive.register.agencies import set_agency, set_fonds
from archive.register.session import reading, transaction
from archive.viewer import Role, Viewer
from portal.browser.holds import orders
from portal.browser.holds.orders import count_wide, wide_orders
from retention import holds, wide_holds
from retention.wide_holds import Basis

AGENCY, NOW = "000.00.18.H37", datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
BASIS = Basis("Thanh tra", "7/TTr", date(2026, 3, 2))
AN = Viewer("an", {AGENCY: frozenset({Role.ARCHIVIST})})
HEAD = Viewer("dung", {AGENCY: frozenset({Role.HEAD})})


def test_a_page_holds_so_many_and_what_is_in_force_comes_first(
    house: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(orders, "SIZE", 2)
    with transaction() as session:
        set_agency(session, code=AGENCY, name="Sở", actor="admin", now=NOW)
        placed = {}
        for name in ("A", "B", "C"):
            set_fonds(session, code=name, agency_code=AGENCY, name=name, actor="admin", now=NOW)
            placed[name] = wide_holds.place_on_fonds(session, name, BASIS, viewer=AN, now=NOW).order_id
        asked = wide_holds.propose_lift_all(session, placed["C"], BASIS, viewer=AN, now=NOW)
        holds.lift(session, asked.id, viewer=HEAD, role=Role.HEAD, now=NOW)
    with reading() as session:
        pages = [wide_orders(session, AN, page=page) for page in (1, 2, 3)]
        assert [[one.fonds for one in page] for page in pages] == [["B", "A"], ["C"], []]
        assert [one.in_force for page in pages for one in page] == [1, 1, 0]
        assert count_wide(session, AN) == 3
        assert count_wide(session, Viewer("x", {"000.00.19.H37": frozenset({Role.ARCHIVIST})})) == 0
