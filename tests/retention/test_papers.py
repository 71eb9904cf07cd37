"""The papers of a destruction: which there are, what they are called, who may have them."""

from __future__ import annotations

import pytest
from retention_town import BINH, HEAD, NOW, RESEARCHER, Town

from archive.errors import NotAllowedError
from archive.register.session import reading
from retention.destruction import execute
from retention.errors import CertificateError
from retention.papers.papers import Kind, Paper, made


def printed(html: str, title: str) -> bytes:
    """Print nothing: what is on the page is all these tests look at."""
    return f"{title}\n{html}".encode()


def papers_of(order_id: str) -> dict[Kind, Paper]:
    with reading() as session:
        return {paper.kind: paper for paper in made(session, order_id, viewer=HEAD, printer=printed)}


def test_a_destruction_leaves_its_papers_each_under_a_name_of_its_own(town: Town) -> None:
    order_id = town.ordered(town.store("01.HUY"))
    assert execute(order_id, viewer=BINH, now=NOW).finished
    found = papers_of(order_id)
    assert set(found) == set(Kind)
    assert len({paper.filename for paper in found.values()}) == len(found)
    for paper in found.values():
        assert paper.filename.isascii() and paper.filename == f"{paper.kind}.pdf"
        assert paper.pdf.decode().startswith(f"{paper.title}\n")
    assert found[Kind.CERTIFICATE].title == "Biên bản hủy tài liệu 12/QĐ-SNV"


def test_there_are_no_papers_before_the_end_and_none_for_a_researcher(town: Town) -> None:
    order_id = town.ordered(town.store("01.HUY"))
    with reading() as session, pytest.raises(CertificateError, match="is approved"):
        made(session, order_id, printer=printed)
    assert execute(order_id, viewer=BINH, now=NOW).finished
    with reading() as session, pytest.raises(NotAllowedError):
        made(session, order_id, viewer=RESEARCHER, printer=printed)
