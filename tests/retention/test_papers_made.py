"""Papers are made once, sealed before they are kept, all or none; a kill or a bad seal leaves nothing half done."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import pikepdf
import pytest
from retention_town import AGENCY, BINH, NOW, OTHER, RESEARCHER, Town
from sqlalchemy import select

from archive.custody import record_receipt, stores
from archive.errors import NotAllowedError, TemporaryError
from archive.holders import Erasure
from archive.ledger.event import Verb
from archive.ledger.rows import EventRow
from archive.register.decisions import OrderItem
from archive.register.session import reading, transaction
from archive.seals.check import check
from archive.seals.errors import SealError
from archive.seals.trust import trust_in
from retention.destruction import execute
from retention.errors import PapersOwedError
from retention.papers import making
from retention.papers.kept import kept_of
from retention.papers.making import make, make_due, owed
from retention.papers.papers import Kind, made
from tests.samples.authority import DAY, Authority
from tests.samples.seals import set_seals


def blank(parts: Sequence[str], title: str) -> bytes:
    """Print a page with nothing on it, quickly; what is on the page goes into its metadata."""
    pdf = pikepdf.new()
    pdf.add_blank_page()
    pdf.docinfo["/Title"] = title
    pdf.docinfo["/Subject"] = "".join(parts)
    target = io.BytesIO()
    pdf.save(target)
    return target.getvalue()


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.fixture
def destroyed(town: Town) -> str:
    order_id = town.ordered(town.store("01.HUY", regime="R2"))
    assert execute(order_id, viewer=BINH, now=NOW).finished
    return order_id


def papers_in_stores() -> set[str]:
    return {name for store in stores() for name in store.names("ho-so-huy/")}


def test_they_lie_under_the_year_in_which_it_ended_here_and_not_at_greenwich(town: Town) -> None:
    now = datetime(2026, 12, 31, 18, tzinfo=UTC)  # an hour into the new year
    order_id = town.ordered(town.store("01.HUY"), document_date=date(2027, 1, 1), now=now)
    assert execute(order_id, viewer=BINH, now=now).finished
    make(order_id, now=now, printer=blank)
    assert {name.split("/")[2] for name in papers_in_stores()} == {"2027"}


def test_papers_are_made_once_and_then_only_read(destroyed: str) -> None:
    with reading() as session, pytest.raises(PapersOwedError):
        made(session, destroyed)
    first = make(destroyed, now=NOW, printer=blank)
    assert [paper.kind for paper in first] == list(Kind)
    assert make(destroyed, now=NOW + DAY, printer=blank) == first
    with reading() as session:
        assert made(session, destroyed) == first
        with pytest.raises(NotAllowedError):
            made(session, destroyed, viewer=RESEARCHER)
        events = session.scalars(select(EventRow).where(EventRow.verb == Verb.PAPER.value)).all()
        assert [row.after_sha256 for row in events] == [hashlib.sha256(one.pdf).hexdigest() for one in first]
        assert all(len(row.payload["copies"]) == 3 for row in events)
        assert owed(session) == []


def test_without_a_seal_a_paper_says_that_it_bears_none(destroyed: str) -> None:
    for paper in make(destroyed, now=NOW, printer=blank):
        with pikepdf.open(io.BytesIO(paper.pdf)) as pdf:
            assert "KHÔNG được đóng dấu số" in str(pdf.docinfo["/Subject"])
    with reading() as session:
        assert {kept.level for kept in kept_of(session, destroyed).values()} == {""}


def test_the_certificate_bears_the_seals_of_the_owner_and_of_whoever_destroyed(
    destroyed: str, house: Path, authority: Authority
) -> None:
    keys = {AGENCY: authority.signer("Con dấu Sở", "Sở"), OTHER: authority.signer("Con dấu Lưu trữ", "Tỉnh")}
    trust = set_seals(house, authority, keys, destroyer=OTHER)
    for paper in make(destroyed, now=NOW, printer=blank):
        found = check(paper.pdf, trust_in(trust), now=NOW)
        assert found.faults == (), paper.kind
        both = paper.kind is Kind.CERTIFICATE
        assert [seal.field for seal in found.seals] == ["DauCoQuan", "DauDonViHuy"][: 2 if both else 1]
        with pikepdf.open(io.BytesIO(paper.pdf)) as pdf:
            words = str(pdf.docinfo["/Subject"])
        assert "Cơ quan có tài liệu: " in words and "Con dấu Sở" in words
        assert ("Đơn vị thực hiện hủy: " in words and "Con dấu Lưu trữ" in words) is both
    with reading() as session:
        kept = kept_of(session, destroyed)[Kind.CERTIFICATE]
    assert kept.level == "B-B" and [seal["agency"] for seal in kept.seals] == [AGENCY, OTHER]


@pytest.mark.parametrize("whose", [AGENCY, OTHER])
def test_a_seal_that_is_not_good_keeps_every_paper_from_being_kept(
    destroyed: str, house: Path, authority: Authority, whose: str
) -> None:
    keys = {code: authority.signer(f"Con dấu {code}", "Sở") for code in (AGENCY, OTHER)}
    keys[whose] = authority.signer("Con dấu cũ", "Sở", ends=NOW - DAY)
    set_seals(house, authority, keys, destroyer=OTHER)
    with pytest.raises(SealError, match="expired"):
        make(destroyed, now=NOW, printer=blank)
    with reading() as session:
        assert kept_of(session, destroyed) == {} and owed(session) == [destroyed]
    assert papers_in_stores() == set()
    assert make_due(NOW) == 0, "it stays owed, and stops nobody"


def test_killed_before_the_ledger_knows_them_they_are_made_anew(
    destroyed: str, in_child: Callable[[Callable[[], object]], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed() -> None:
        monkeypatch.setattr(making, "transaction", None)  # dies with all papers in the stores
        make(destroyed, now=NOW, printer=blank)

    assert in_child(killed) != 0
    assert len(papers_in_stores()) == len(Kind)
    with reading() as session:
        assert kept_of(session, destroyed) == {}
    assert len(make(destroyed, now=NOW, printer=blank)) == len(Kind)


def test_a_paper_is_read_from_a_store_whose_copy_is_whole(destroyed: str, house: Path) -> None:
    (first, *_) = make(destroyed, now=NOW, printer=blank)
    with reading() as session:
        name = kept_of(session, destroyed)[first.kind].name
    folders = [house / "archive" / "stores" / store.name for store in stores()]
    (folders[0] / name).write_bytes(b"%PDF changed")
    (folders[1] / name).unlink()
    with reading() as session:
        assert made(session, destroyed)[0] == first
        (folders[2] / name).write_bytes(b"%PDF changed too")
        with pytest.raises(TemporaryError, match="no store has a good copy"):
            made(session, destroyed)


def test_the_certificate_is_made_again_when_a_promised_receipt_came(destroyed: str) -> None:
    before = make(destroyed, now=NOW, printer=blank)
    with transaction() as session:
        item = session.scalars(select(OrderItem).where(OrderItem.order_id == destroyed)).one()
        gone = Erasure("backups", "backups SL-1", "expired", NOW + DAY, True, None)
        record_receipt(session, destroyed, item.case_file_id, gone, actor="system:promises", now=NOW + DAY)
    with reading() as session:
        assert owed(session) == [destroyed]
    after = make(destroyed, now=NOW + DAY, printer=blank)
    assert after[:-1] == before[:-1] and after[-1].pdf != before[-1].pdf
    with reading() as session:
        assert owed(session) == []


def test_destructions_whose_papers_cannot_be_made_keep_no_other_waiting(
    town: Town,
    house: Path,
    authority: Authority,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    orders = [town.ordered(town.store(code, regime="R2")) for code in ("01.HUY", "02.HUY")]
    for order_id in orders:
        assert execute(order_id, viewer=BINH, now=NOW).finished
    set_seals(house, authority, {AGENCY: authority.signer("Con dấu cũ", "Sở", ends=NOW - DAY)})
    monkeypatch.setattr(making, "AT_ONCE", 1)
    assert make_due(NOW) == 0
    assert [one for one in orders if one in caplog.text] != orders, "one in a round"
    assert make_due(NOW) == 0
    assert [one for one in orders if one in caplog.text] == orders, (
        "the second is not kept waiting by the first"
    )
