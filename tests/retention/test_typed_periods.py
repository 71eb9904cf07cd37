"""Periods that a person types: years or permanent, never a code of the messages between systems."""

from __future__ import annotations

import unicodedata

import pytest
from procedure_people import CHAIR, PEOPLE, paper, walked
from retention_town import AN, NOW, Town

from archive.errors import OrderRefusedError
from archive.ledger.append import history
from archive.ledger.event import Verb
from archive.procedure.ballots import Ballot, Choice
from archive.procedure.states import State
from archive.reason import Reason, told
from archive.register.models import CaseFile
from archive.register.session import reading, transaction
from retention.appraisal import set_period
from retention.errors import PeriodUnclearError
from retention.period import CODES, PERMANENT, RetentionPeriod
from retention.procedure import council
from retention.typed_period import typed_period

YEARS = RetentionPeriod


def kept(case_file_id: str) -> tuple[bool | None, int | None]:
    with reading() as session:
        file = session.get_one(CaseFile, case_file_id)
        return file.permanent, file.retention_years


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Vĩnh viễn", PERMANENT),
        ("  vĩnh   VIỄN. ", PERMANENT),
        (unicodedata.normalize("NFD", "Vĩnh viễn"), PERMANENT),
        ("vinh vien", PERMANENT),
        ("permanent", PERMANENT),
        ("5", YEARS(5)),
        (" 70 ", YEARS(70)),
        ("20", YEARS(20)),
        ("5 năm", YEARS(5)),
        ("05 năm", YEARS(5)),  # as TT 10/2022 prints it
        ("20  NĂM.", YEARS(20)),
        (unicodedata.normalize("NFD", "20 năm"), YEARS(20)),
        ("1 year", YEARS(1)),
    ],
)
def test_years_and_permanent_are_read(text: str, expected: RetentionPeriod) -> None:
    assert typed_period(text) == expected


@pytest.mark.parametrize(
    ("text", "why"),
    [
        *((code, "has a zero in front") for code in (*CODES, "07", "08", "005", "00")),
        ("vĩnh   viễn?", "is no period"),
        ("vĩnh viễn, không?", "is no period"),
        ("(vĩnh viễn)", "is no period"),
        ("20 năm?", "is no period"),
        ("20?", "is no period"),
        ("", "is no period"),
        ("-5", "is no period"),
        ("1,5 năm", "is no period"),
        ("10-20 năm", "is no period"),
        ("20²", "is no period"),
        ("２０", "is no period"),
        ("6 tháng", "is no period"),
        ("Lâu dài", "is no period"),
        ("Đến khi văn bản hết hiệu lực thi hành", "is no period"),
        ("0", "1 to 70 years"),
        ("71", "1 to 70 years"),
        ("999 năm", "1 to 70 years"),
        ("9" * 40, "1 to 70 years"),
    ],
)
def test_what_may_mean_something_else_is_refused_with_what_to_write(text: str, why: str) -> None:
    refused = typed_period(text)
    assert isinstance(refused, Reason)
    assert why in told(refused, "en") and "hãy ghi Vĩnh viễn hoặc số năm" in told(refused, "vi")


@pytest.mark.parametrize("text", ["05", "03", "vĩnh   viễn?"])
def test_an_archivist_who_types_a_code_sets_nothing(town: Town, text: str) -> None:
    case_file_id = town.store("01", maintenance="2 năm", on_disk=False)
    with pytest.raises(PeriodUnclearError), transaction() as session:
        set_period(session, case_file_id, text, reason="Xem lại", viewer=AN, now=NOW)
    assert kept(case_file_id) == (False, 2)


def test_an_archivist_types_a_number_of_years(town: Town) -> None:
    case_file_id = town.store("01", maintenance="2 năm", on_disk=False)
    with transaction() as session:
        assert set_period(session, case_file_id, "5", reason="Xem lại", viewer=AN, now=NOW) == YEARS(5)
    assert kept(case_file_id) == (False, 5)


@pytest.mark.parametrize(("declared", "text"), [("10 năm", "10"), ("01", "vĩnh viễn")])
def test_an_archivist_may_confirm_the_period_a_case_file_has(town: Town, declared: str, text: str) -> None:
    case_file_id = town.store("01", maintenance=declared, on_disk=False)
    with transaction() as session:
        set_period(session, case_file_id, text, reason="Xem lại", viewer=AN, now=NOW)
    with reading() as session:
        assert Verb.RETENTION_CHANGE in {event.verb for event in history(session, case_file_id)}


def test_the_council_votes_years_and_no_codes(town: Town) -> None:
    """Five years as declared: code 05 would be twenty, five are no longer, "30" is what was typed, in years."""
    case_file_id = town.store("01", on_disk=False)
    story = walked(case_file_id, to=State.COUNCIL_REVIEW)

    def voted(period: str) -> None:
        for voter in PEOPLE.voters:
            with transaction() as session:
                ballot = Ballot(Choice.EXTEND, "Còn tranh chấp", period)
                council.vote(session, story.order_id, ballot, viewer=voter, now=NOW)

    for text, why in (("05", "has a zero in front"), ("vĩnh viễn?", "is no period"), ("5", "is not longer")):
        with pytest.raises(OrderRefusedError, match=why):
            voted(text)
    voted("30")
    with transaction() as session:
        minutes = paper("7/BB", NOW.date())
        ended = council.conclude(session, story.order_id, minutes, viewer=CHAIR, now=NOW)
    assert ended.left[case_file_id].period == "30 năm" and kept(case_file_id) == (False, 30)
