"""Every paper of a destruction through the real printer and the real veraPDF."""

from __future__ import annotations

import io
from pathlib import Path

import pikepdf
import pytest

from archive.register.agencies import set_agency, set_fonds
from archive.register.session import reading, transaction
from retention.destruction import execute
from retention.papers.papers import Kind, made
from tests.retention.retention_town import AGENCY, BINH, NOW, Town

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


def test_every_paper_is_pdf_a_with_its_title(destroyed: str) -> None:
    with reading() as session:
        papers = made(session, destroyed)
    assert [paper.kind for paper in papers] == list(Kind)
    for paper in papers:
        with pikepdf.open(io.BytesIO(paper.pdf)) as pdf:
            assert pdf.docinfo["/Title"] == paper.title
