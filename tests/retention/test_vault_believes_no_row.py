"""`tangthu destroy` on a list whose rows were changed: refused by the vault although every row says it is decided."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from procedure_people import walked
from retention_town import AGENCY, NOW, Town, copies_of
from sqlalchemy import delete, update
from sqlalchemy.orm import Session
from typer.testing import CliRunner

from archive.cli import load
from archive.order_list import list_hash
from archive.procedure.states import State
from archive.register.decisions import Approval, Order, OrderItem, OrderState
from archive.register.disposal import DisposalList
from archive.register.session import reading, transaction
from archive.vietnam import day_of


def fewer(session: Session, order_id: str) -> None:
    """Take an item off the list and make its hash anew, as somebody would who knows how it is made."""
    first = (
        session.query(OrderItem)
        .filter(OrderItem.order_id == order_id)
        .order_by(OrderItem.case_file_id)
        .first()
    )
    assert first is not None
    session.execute(delete(OrderItem).where(OrderItem.case_file_id == first.case_file_id))
    left = session.query(OrderItem).filter(OrderItem.order_id == order_id)
    session.execute(
        update(Order).values(list_sha256=list_hash((i.case_file_id, i.package_sha256) for i in left))
    )


CHANGES: dict[str, tuple[Callable[[Session, str], object], str]] = {
    "a tampered list": (fewer, "not what the ledger says"),
    "a tampered package": (
        lambda s, o: s.execute(update(OrderItem).values(package_sha256="0" * 64)),
        "the list of case files is not the one that was approved",
    ),
    "one approval": (
        lambda s, o: s.execute(delete(Approval).where(Approval.role == "council")),
        "the approval of council is missing",
    ),
    "the same person twice": (
        lambda s, o: s.execute(update(Approval).where(Approval.role == "head").values(actor="Cuong ")),
        "are one person, whose word counts once",
    ),
}


def destroyed(order_id: str) -> tuple[int, str]:
    words = ["destroy", order_id, "--as", "binh", "--role", f"archivist@{AGENCY}"]
    done = CliRunner().invoke(load(), words)
    return done.exit_code, f"{done.output} {done.exception}"


@pytest.mark.parametrize(("change", "why"), CHANGES.values(), ids=list(CHANGES))
def test_it_is_refused_although_the_rows_say_decided(
    town: Town, change: Callable[[Session, str], object], why: str
) -> None:
    story = walked(town.store("01"), town.store("02"))
    with transaction() as session:
        change(session, story.order_id)
    with reading() as session:
        assert session.get_one(Order, story.order_id).state == OrderState.APPROVED
        assert session.get_one(DisposalList, story.order_id).state == State.HANDED_OVER
    code, told = destroyed(story.order_id)
    assert code != 0 and why in told, told
    assert len(copies_of("01")) == len(copies_of("02")) == 3


def test_a_list_nobody_decided_is_refused_although_the_rows_say_so(town: Town) -> None:
    story = walked(town.store("01"), to=State.LISTED)
    with transaction() as session:
        session.execute(update(Order).values(state="approved"))
        session.execute(update(DisposalList).values(state="decided"))
        for actor, role in (("cuong", "council"), ("dung", "head")):
            session.add(Approval(order_id=story.order_id, actor=actor, role=role, at=NOW))
    code, told = destroyed(story.order_id)
    assert code != 0 and "the ledger does not know the approval by dung" in told, told
    assert len(copies_of("01")) == 3


def test_the_list_nobody_changed_is_carried_out(town: Town) -> None:
    now = datetime.now(UTC)
    story = walked(town.store("01"), now=now, day=day_of(now))
    code, told = destroyed(story.order_id)
    assert code == 0, told
    assert copies_of("01") == []
