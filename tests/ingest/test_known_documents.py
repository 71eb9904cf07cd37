"""What the register already holds, asked of a real register."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from archive.register.models import Agency, CaseFile, Component, Fonds, Record
from archive.register.session import reading, transaction
from ingest.checks.duplicates import Known
from ingest.checks.known import known_to
from ingest.delivery import DeliveredDocument, DeliveredFile, Delivery
from tests.samples.rows import stored_case_file

AGENCY = "000.00.05.H37"
CODE = f"{AGENCY}.2020.01.TH"


@pytest.fixture
def stored(house: Path) -> None:
    with transaction() as session:
        for agency in (AGENCY, "H01.01"):
            session.add(Agency(code=agency, name=agency))
            session.flush()
            session.add(Fonds(code=agency, agency_code=agency, name=agency))
            session.flush()
            session.add(_case_file(agency))


def _case_file(agency: str) -> CaseFile:
    records = [_record(agency, 1, "15", date(2020, 3, 2)), _record(agency, 2, "16", date(2019, 3, 2))]
    return stored_case_file(
        CODE, agency, id=f"case {agency}", submission_id=f"submission {agency}", records=records
    )


def _record(agency: str, ordinal: int, number: str, issued_on: date) -> Record:
    return Record(
        id=f"record {agency} {ordinal}",
        ordinal=ordinal,
        code=f"{AGENCY}-2020.{number}",
        type_name="Quyết định",
        number=number,
        notation="QĐ-SNV",
        issued_on=issued_on,
        organ_name="Sở Nội vụ",
        subject="x",
        pages=2,
        description={},
        components=[
            Component(
                id=f"component {agency} {ordinal}",
                role="original",
                name="a.pdf",
                path=f"representations/original/data/000{ordinal}/a.pdf",
                media_type="application/pdf",
                size=1,
                sha256=str(ordinal) * 64,
                facts={},
            )
        ],
    )


def _delivery(file_code: str, sha256: str = "f" * 64, **fields: str) -> Delivery:
    file = DeliveredFile("a.pdf", Path("/nowhere"), 1, sha256)
    return Delivery(
        "TT02",
        "uuid-1",
        "NEW",
        "",
        AGENCY,
        {"FileCode": file_code},
        (DeliveredDocument("d.xml", fields, (file,)),),
    )


def _ask(delivery: Delivery, submission_id: str = "another") -> Known:
    with reading() as session:
        return known_to(session, delivery, agency_code=AGENCY, submission_id=submission_id)


@pytest.mark.usefixtures("stored")
def test_a_stored_case_file_of_the_same_code_is_known() -> None:
    assert _ask(_delivery(CODE)).file_codes == {CODE}
    assert _ask(_delivery("other")).file_codes == frozenset()


@pytest.mark.usefixtures("stored")
def test_a_step_that_runs_again_does_not_clash_with_itself() -> None:
    known = _ask(_delivery(CODE, "1" * 64, DocCode=f"{AGENCY}-2020.15"), f"submission {AGENCY}")
    assert known == Known()


@pytest.mark.usefixtures("stored")
@pytest.mark.parametrize(
    ("fields", "sha256", "found"),
    [
        ({"DocCode": f"{AGENCY}-2020.15"}, "f" * 64, ["15"]),
        ({"CodeNumber": "15", "IssuedDate": "30/12/2020"}, "f" * 64, ["15"]),
        ({"CodeNumber": "16", "IssuedDate": "30/12/2020"}, "f" * 64, []),  # that number is of 2019
        ({"CodeNumber": "15"}, "f" * 64, []),  # no year, nothing to compare
        ({}, "2" * 64, ["16"]),
        ({}, "f" * 64, []),
    ],
)
def test_documents_that_share_an_id_a_number_of_the_year_or_bytes_are_known(
    fields: dict[str, str], sha256: str, found: list[str]
) -> None:
    known = _ask(_delivery("other", sha256, **fields))
    assert [document.number for document in known.documents] == found
    assert all(document.file_code == CODE and len(document.sha256s) == 1 for document in known.documents)
