"""A destruction knows of offline media: they promise a day, and a second receipt keeps it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from lxml import html
from retention_town import BINH, NOW, Town
from sqlalchemy import select
from typer.testing import CliRunner

from archive.cli import load
from archive.custody import store_holders
from archive.errors import TemporaryError
from archive.holders import Erasure, Target
from archive.ledger.event import Verb
from archive.ledger.rows import EventRow
from archive.media.export import export
from archive.media.holder import NAME, destroyed
from archive.promises import keep, owed
from archive.register.decisions import OrderItem, Receipt
from archive.register.session import reading, transaction
from operations import doctor
from retention.destruction import execute
from retention.dossier import gather
from retention.papers.certificate import page

WHO = {"actor": "khanh", "now": NOW}


def text_of(order_id: str) -> str:
    with reading() as session:
        return " ".join(html.fromstring(page(gather(session, order_id))).text_content().split())


def receipts(order_id: str) -> dict[str, bool]:
    with reading() as session:
        found = session.scalars(select(Receipt).where(Receipt.order_id == order_id))
        return {row.holder: row.gone for row in found}


def test_media_are_on_the_certificate_first_with_a_day_and_then_destroyed(town: Town, tmp_path: Path) -> None:
    case_file_id, other = town.store("01"), town.store("02")
    (tmp_path / "media").mkdir()
    (medium,) = export(tmp_path / "media", **WHO).media
    order_id = town.ordered(case_file_id)
    outcome = execute(order_id, viewer=BINH, now=NOW)
    assert outcome.finished and outcome.items[0].outcome == "done"
    assert receipts(order_id)[NAME] is False
    (promise,) = owed()
    assert (promise.holder, promise.what) == (NAME, f"media {medium.number}")
    assert promise.by > datetime.now(UTC).date() + timedelta(days=85)
    told = text_of(order_id)
    assert f"Vật mang tin {medium.number}" in told
    assert "phải được hủy trước hết ngày" in told
    assert "Còn; phải hết chậm nhất ngày" in told and "đã hứa ngày xóa" in told
    # Asking again on its day does not move it; only destroying the medium keeps the promise.
    late = datetime.combine(promise.by, datetime.min.time(), UTC) + timedelta(days=3)
    assert [one.by for one in keep(actor="x", now=late)] == [promise.by]
    assert owed()[0].overdue(late)
    run = CliRunner().invoke(
        load(), ["media", "destroyed", medium.number, "--document", "7/BB ngày 01/04/2026", "--as", "khanh"]
    )
    assert run.exit_code == 0, run.output
    assert owed() == []
    assert receipts(order_id)[NAME] is True
    assert "đã hủy các vật mang tin" in text_of(order_id)
    assert "Còn;" not in text_of(order_id)
    with reading() as session:
        query = select(EventRow.payload).where(
            EventRow.verb == Verb.ERASE, EventRow.object_id == case_file_id
        )
        assert [p["gone"] for p in session.scalars(query) if p["holder"] == NAME] == [False, True]
    # What else stood on it stands on none now.
    assert other
    assert [one.packages for one in export(tmp_path / "media", **WHO).media] == [1]


class Locked:
    """A store whose objects are locked until a day, as a holder."""

    name = "store:kho-s3"
    until = date(2026, 4, 1)
    answer: Callable[[], None] = staticmethod(lambda: None)

    def erase(self, target: Target) -> Erasure:
        self.answer()
        gone = self.until == date.min
        return Erasure(
            self.name, "a.zip, 5 bytes", "x", datetime.now(UTC), gone, None if gone else self.until
        )


def test_who_is_asked_again_when_and_what_stays_owed(town: Town) -> None:
    locked = Locked()
    case_file_id = town.store("01")
    order_id = town.ordered(case_file_id)
    execute(order_id, viewer=BINH, now=NOW, ask=[locked, *store_holders()])
    assert [one.by for one in owed()] == [date(2026, 4, 1)]
    (left,) = keep(actor="x", now=NOW, ask=[])
    assert left.trouble == ""  # its day has not come, so nobody is asked
    due = datetime(2026, 4, 1, 2, tzinfo=UTC)
    (left,) = keep(actor="x", now=due, ask=[])
    assert "no holder store:kho-s3 any more" in left.trouble

    def away() -> None:
        raise TemporaryError("it does not answer")

    locked.answer = away  # type: ignore[method-assign]
    (left,) = keep(actor="x", now=due, ask=[locked])
    assert left.trouble == "it does not answer"
    locked.answer, locked.until = lambda: None, date.min  # type: ignore[method-assign]
    assert keep(actor="x", now=due, ask=[locked]) == []
    assert receipts(order_id)["store:kho-s3"] is True


def test_a_case_file_that_was_spared_after_a_promise_owes_nothing_and_is_not_erased(town: Town) -> None:
    locked = Locked()
    order_id = town.ordered(town.store("01"))
    execute(order_id, viewer=BINH, now=NOW, ask=[locked, *store_holders()])
    with transaction() as session:
        session.scalars(select(OrderItem).where(OrderItem.order_id == order_id)).one().outcome = "held"

    def erased() -> None:
        raise AssertionError("it was asked to erase what is kept")

    locked.answer = erased  # type: ignore[method-assign]
    assert owed() == []
    assert keep(actor="x", now=datetime(2026, 4, 1, 2, tzinfo=UTC), ask=[locked]) == []


def test_the_doctor_tells_what_is_owed(town: Town) -> None:
    assert list(doctor._promises(NOW)) == []
    execute(town.ordered(town.store("01")), viewer=BINH, now=NOW, ask=[Locked(), *store_holders()])
    (sign,) = doctor._promises(NOW)
    assert (sign.well, "the first by 2026-04-01; 0 are overdue" in sign.found) == (True, True)
    (sign,) = doctor._promises(NOW + timedelta(days=60))
    assert (sign.well, "1 are overdue" in sign.found) == (False, True)


def test_a_medium_that_was_destroyed_before_owes_nothing(town: Town, tmp_path: Path) -> None:
    case_file_id = town.store("01")
    (tmp_path / "media").mkdir()
    (medium,) = export(tmp_path / "media", **WHO).media
    destroyed(medium.number, document="7/BB", **WHO)
    order_id = town.ordered(case_file_id)
    execute(order_id, viewer=BINH, now=NOW)
    assert receipts(order_id)[NAME] is True
    assert owed() == []
