"""The same bytes are not the same case file: who may read it bars a duplicate, how it is described is told."""

from __future__ import annotations

from datetime import timedelta

import pytest
from retention_town import AN, NOW, TODAY, Town
from sqlalchemy import select
from test_duplicates import night
from twin_files import file_of, listed, told

from archive.errors import OrderRefusedError
from archive.grounds import twins_of
from archive.reason import told as words
from archive.register.decisions import Order
from archive.register.models import CaseFile, Record
from archive.register.session import reading, transaction
from archive.twin_differences import Described, differences
from retention.appraisal import set_period
from retention.told_duplicates import count_duplicates, duplicates


def shown() -> dict[str, list[str]]:
    with reading() as session:
        found = duplicates(session, viewer=AN, today=TODAY)
        assert sum(count_duplicates(session, viewer=AN, today=TODAY).values()) == len(found)
        return {one.code: [words(reason, "en") for reason in one.differs] for one in found}


def test_equal_files_that_different_people_may_read_are_never_told_as_duplicates(town: Town) -> None:
    file_of(town, "01", "a", access="02")
    goes = file_of(town, "02", "a", access="01")
    assert night() == 0 and told() == {} and shown() == {}
    with transaction() as session:
        session.get_one(CaseFile, goes).access = "02"
    assert night(NOW - timedelta(days=29)) == 1 and list(told()) == [goes]


def test_one_told_before_its_access_was_changed_is_neither_shown_nor_listed(town: Town) -> None:
    stays, goes = file_of(town, "01", "a"), file_of(town, "02", "a")
    night()
    assert told() == {goes: stays} and shown() == {"02": []}
    with transaction() as session:
        session.get_one(CaseFile, stays).access = "02"
    assert shown() == {}
    with pytest.raises(OrderRefusedError, match="read by different people"):
        listed(goes)


def test_one_told_before_it_was_made_permanent_is_not_shown_among_what_may_go(town: Town) -> None:
    stays, goes = file_of(town, "01", "a"), file_of(town, "02", "a")
    night()
    assert told() == {goes: stays} and shown() == {"02": []}
    with transaction() as session:
        set_period(session, goes, "Vĩnh viễn", reason="Có giá trị lịch sử", viewer=AN, now=NOW)
    assert shown() == {}


def test_the_difference_is_said_where_it_is_ticked_in_the_order_and_without_what_stands_there(
    town: Town,
) -> None:
    file_of(town, "01", "ab", title="Hồ sơ giao ban tuần 1")
    goes = file_of(town, "02", "ab", title="Hồ sơ giao ban TUANHAI")
    with transaction() as session:
        file = session.get_one(CaseFile, goes)
        file.description = {**file.description, "Keyword": "TUKHOABIMAT"}
        first = session.scalars(
            select(Record).where(Record.case_file_id == goes).order_by(Record.ordinal)
        ).first()
        assert first is not None
        first.subject = "Về một việc khác"
    night()
    assert shown() == {
        "02": [
            "another title",
            "the description differs in: Keyword",
            "1 documents are registered otherwise, in: Subject",
        ]
    }
    order_id = listed(goes)
    with reading() as session:
        payload = session.get_one(Order, order_id).payload
    (twin,) = twins_of(payload["items"]).values()
    said = [words(reason) for reason in twin.differs]
    assert said[0] == "khác tiêu đề" and "Keyword" in said[1] and "1 văn bản được đăng ký khác" in said[2]
    assert "TUKHOABIMAT" not in str(payload) and "Về một việc khác" not in str(payload)


def test_a_document_that_is_there_twice_is_compared_with_the_nearest_description() -> None:
    own = {"Subject": "A", "Note": "x"}
    one = Described("T", {}, {"h": (own,)})
    assert list(differences(one, Described("T", {}, {"h": ({"Subject": "B"}, own)}))) == []
    (reason,) = differences(one, Described(" T ", {}, {"h": ({"Subject": "B"}, {"Subject": "A"})}))
    assert reason.params == {"number": 1, "fields": "Note"}
