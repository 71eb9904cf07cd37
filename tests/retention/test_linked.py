"""A document of a list that an unexpired case file has too: told, and submitted only with a reason."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from alembic import command
from retention_town import AGENCY, AN, BINH, HEAD, NOW, OTHER, PEOPLE, TODAY, Town
from sqlalchemy import select

from archive.errors import OrderRefusedError
from archive.ledger.rows import EventRow
from archive.procedure.papers import Paper
from archive.procedure.states import State
from archive.reason import told
from archive.register.agencies import set_agency, set_fonds
from archive.register.base import Base
from archive.register.migrate import _config, upgrade
from archive.register.models import Component, Record, RecordReference
from archive.register.references import named_in
from archive.register.session import engine, reading, transaction
from retention.destruction import execute
from retention.procedure import council, listing, notice
from retention.procedure.linked import How, links
from retention.procedure.listing import NewList

ENDED = date(2014, 5, 20)


def with_one(town: Town, code: str, **facts: object) -> str:
    """Return a case file with one document, decision 1/QĐ of the day it ended."""
    return town.store(code, documents=("",), on_disk=False, ended=ENDED, **facts)  # type: ignore[arg-type]


def attach(case_file_id: str, sha256: str, *, role: str = "original") -> None:
    with transaction() as session:
        record = session.scalars(select(Record).where(Record.case_file_id == case_file_id)).one()
        id = str(uuid4())
        session.add(
            Component(
                id=id, record_id=record.id, role=role, name="a.pdf", path=id, media_type="application/pdf",
                size=1, sha256=sha256, facts={},
            )
        )  # fmt: skip


def found(*ids: str) -> list[tuple[str, str, How]]:
    with reading() as session:
        return [(one.document, one.other_code, one.how) for one in links(session, ids, today=TODAY)]


def test_the_same_document_in_an_unexpired_file_of_the_agency_is_told(town: Town) -> None:
    mine = with_one(town, "01")
    with_one(town, "02")  # expired too
    with_one(town, "03", maintenance="70 năm")
    with_one(town, "04", maintenance="Vĩnh viễn")
    with_one(town, "05", maintenance="70 năm", agency=OTHER)
    assert found(mine) == [("01.1", "03", How.DOCUMENT), ("01.1", "04", How.DOCUMENT)]


def test_a_document_of_another_day_is_another_document(town: Town) -> None:
    mine = with_one(town, "01")
    town.store("02", documents=("",), on_disk=False, ended=date(2014, 5, 21), maintenance="70 năm")
    assert found(mine) == []


def test_the_same_bytes_are_told_as_such_and_only_originals_count(town: Town) -> None:
    mine, theirs = with_one(town, "01"), with_one(town, "02", maintenance="70 năm")
    attach(mine, "a" * 64)
    attach(theirs, "a" * 64, role="text")
    assert found(mine) == [("01.1", "02", How.DOCUMENT)]
    attach(theirs, "a" * 64)
    assert found(mine) == [("01.1", "02", How.BYTES)]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("01.1", {"01.1"}),
        ("Số 12/QĐ-UBND;  15/BC-SNV,\n 000.H37.01 ", {"12/qđ-ubnd", "15/bc-snv", "000.h37.01"}),
        (" ; ,", set()),
        ("x" * 201, set()),
        ("; ".join(map(str, range(500))), set(map(str, range(100)))),
    ],
)
def test_a_description_names_documents_apart_by_semicolon_or_comma(text: str, names: set[str]) -> None:
    assert named_in({"RelatedDocuments": text}) == names_in_reply(text) == names


def names_in_reply(text: str) -> frozenset[str]:
    return named_in({"ResponseFor": text, "Subject": "9/TB"})


@pytest.mark.parametrize("names", ["01.1", "12/BC; số 1/qđ"])
def test_a_document_that_an_unexpired_file_names_is_told(town: Town, names: str) -> None:
    mine = with_one(town, "01")
    later = {"documents": ("",), "on_disk": False, "names": names}
    town.store("02", ended=date(2015, 1, 1), maintenance="70 năm", **later)  # type: ignore[arg-type]
    town.store("03", ended=date(2015, 1, 1), **later)  # type: ignore[arg-type]  # expired itself
    town.store("04", ended=date(2015, 1, 1), maintenance="70 năm", agency=OTHER, **later)  # type: ignore[arg-type]
    town.store("05", ended=date(2013, 1, 1), maintenance="70 năm", **later)  # type: ignore[arg-type]  # older than it
    assert found(mine) == [("01.1", "02", How.NAMED)]


def test_what_a_document_names_goes_with_it_and_comes_with_a_migration(town: Town) -> None:
    Base.metadata.drop_all(engine())
    upgrade(engine())
    with transaction() as session:
        set_agency(session, code=AGENCY, name="Sở", actor="admin", now=NOW)
        set_fonds(session, code=f"PHONG-{AGENCY}", agency_code=AGENCY, name="P", actor="admin", now=NOW)
    mine = town.store("01", documents=("",), names="7/BC; 8/BC")
    with engine().begin() as connection:
        command.downgrade(_config(connection), "0029")
    upgrade(engine())
    with reading() as session:
        assert sorted(session.scalars(select(RecordReference.name))) == ["7/bc", "8/bc"]
    assert execute(town.ordered(mine), viewer=BINH, now=NOW).finished
    with reading() as session:
        assert session.scalars(select(RecordReference)).all() == []


def formed(*ids: str) -> str:
    """Return a list of these case files whose council is formed and whose notice is over."""
    notice.auto_list(now=NOW - timedelta(days=30))
    with transaction() as session:
        new = NewList(AGENCY, ids, "Hết thời hạn", "Thuyết minh", Paper("5/TTr", TODAY))
        order_id = listing.propose(session, new, viewer=AN, now=NOW).order_id
        council.form(session, order_id, PEOPLE.council(), Paper("6/QĐ", TODAY), viewer=HEAD, now=NOW)
    return order_id


def submitted(order_id: str) -> dict[str, Any]:
    """Return what the ledger says of the step that submitted a list."""
    with reading() as session:
        step = next(one for one in listing.story(session, order_id).steps if one.id == "submit")
        told: dict[str, Any] = session.get_one(EventRow, step.event).payload["step"]
        return told


def test_why_linked_documents_go_is_not_kept_of_a_list_that_has_none(town: Town) -> None:
    order_id = formed(with_one(town, "01"))
    with transaction() as session:
        listing.submit(session, order_id, viewer=AN, now=NOW, linked="Hồ sơ 02 giữ bản chính")
    assert "linked" not in submitted(order_id)


def test_a_list_with_a_linked_document_is_submitted_only_with_a_reason(town: Town) -> None:
    mine, other = with_one(town, "01"), town.store("09", on_disk=False)
    with_one(town, "02", maintenance="70 năm")
    order_id = formed(mine, other)
    with transaction() as session, pytest.raises(OrderRefusedError) as caught:
        listing.submit(session, order_id, viewer=AN, now=NOW)
    (reason,) = caught.value.reasons
    assert "document 01.1 is in case file 02 too" in told(reason, "en")
    assert "hồ sơ 02 chưa hết thời hạn" in told(reason, "vi")
    with transaction() as session:
        story = listing.submit(session, order_id, viewer=AN, now=NOW, linked="Hồ sơ 02 giữ bản chính")
    assert story.state is State.COUNCIL_REVIEW
    assert [step.id for step in story.steps][-1] == "submit"
    assert submitted(order_id)["linked"] == "Hồ sơ 02 giữ bản chính"
