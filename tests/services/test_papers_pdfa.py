"""Every paper of a destruction through the real printer, the real veraPDF and pyHanko, sealed by both units."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path

import pikepdf
import pytest

from archive.pdfa.verapdf import shared
from archive.register.agencies import set_agency, set_fonds
from archive.register.session import transaction
from archive.seals.check import check
from archive.seals.press import stamp_roots
from archive.seals.trust import trust_in
from retention.destruction import execute
from retention.papers.making import make
from retention.papers.papers import FLAVOUR, Kind
from tests.archive.time_authority import certificate, serving
from tests.retention.retention_town import AGENCY, BINH, NOW, OTHER, Town
from tests.samples.authority import Authority
from tests.samples.seals import set_seals

pytestmark = pytest.mark.service


@pytest.fixture
def destroyed(house: Path) -> str:
    """A destruction that is done."""
    with transaction() as session:
        set_agency(session, code=AGENCY, name="Sở Nội vụ tỉnh Lạng Sơn", actor="admin", now=NOW)
        set_fonds(
            session, code=f"PHONG-{AGENCY}", agency_code=AGENCY, name="Phông Sở", actor="admin", now=NOW
        )
    town = Town(house)
    order_id = town.ordered(*(town.store(f"0{n}.HUY", title=f"Hồ sơ <ưở> số {n}") for n in range(1, 4)))
    assert execute(order_id, viewer=BINH, now=NOW).finished
    return order_id


def test_every_paper_is_pdf_a_sealed_by_both_units_for_good(
    destroyed: str, house: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = Authority()
    keys = {AGENCY: authority.signer("Con dấu Sở", "Sở"), OTHER: authority.signer("Con dấu Lưu trữ", "Tỉnh")}
    trust = set_seals(house, authority, keys, revoked=[], destroyer=OTHER)
    with serving() as stamps:
        stamps.at = NOW
        (house / "roots.pem").write_bytes(certificate())
        monkeypatch.setenv("TANGTHU_ARCHIVE__TSA_URL", stamps.url)
        monkeypatch.setenv("TANGTHU_ARCHIVE__TSA_ROOTS", str(house / "roots.pem"))
        papers = make(destroyed, now=NOW)
    assert [paper.kind for paper in papers] == list(Kind)
    for paper in papers:
        path = tmp_path / paper.filename
        path.write_bytes(paper.pdf)
        assert shared().check(path, FLAVOUR).compliant is True, paper.kind
        found = check(paper.pdf, trust_in(trust), now=NOW + timedelta(days=700), stamp_roots=stamp_roots())
        assert found.faults == (), paper.kind
        assert [seal.stamped for seal in found.seals] == [NOW] * (2 if paper.kind is Kind.CERTIFICATE else 1)
        assert b"/DSS" in paper.pdf and b"/DocTimeStamp" in paper.pdf
        with pikepdf.open(io.BytesIO(paper.pdf)) as pdf:
            assert pdf.docinfo["/Title"] == paper.title
