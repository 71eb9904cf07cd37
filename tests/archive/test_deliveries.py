"""Which deliveries a case file came with, and what of them goes when it is destroyed."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from archive.custody import target_of
from archive.ledger.append import append
from archive.ledger.event import Verb
from archive.register.models import CaseFile, Finding, Outbox, StepResult, Submission
from archive.register.projection import apply
from archive.register.session import reading, transaction
from tests.archive.vault_builders import AGENCY, NOW, a_case_file, ident

CODE = a_case_file().code
STORED = ident("submission", CODE)


def a_delivery(
    id: str, state: str = "returned", *, code: str = CODE, agency: str = AGENCY, **more: object
) -> None:
    with transaction() as session:
        session.add(
            Submission(
                id=id,
                agency_code=agency,
                message_id=id,
                sha256="0" * 64,
                size=1,
                kind="sip",
                state=state,
                file_code=code,
                file_name=f"{id}.zip",
                received_at=NOW + timedelta(minutes=1),
                **more,
            )
        )
        session.flush()
        session.add(
            Finding(submission_id=id, code="V04", severity="error", place="p", params={"value": "lời"})
        )
        session.add(
            StepResult(
                submission_id=id,
                step="check",
                position=3,
                started_at=NOW,
                finished_at=NOW,
                outcome="return",
                result={"seen": "lời"},
            )
        )
        session.add(Outbox(submission_id=id, status="02", reason="lời", last_error="lời", not_before=NOW))


@pytest.fixture
def case(house: Path) -> str:
    id = a_case_file().kept(house / "work")
    a_delivery(STORED, "stored", case_file_id=id)
    return id


OTHER_CASE = "another case file"
DELIVERIES: list[tuple[str, dict[str, object], bool]] = [
    ("returned under the same code", {}, True),
    ("refused under the same code", {"state": "refused"}, True),
    ("superseded under the same code", {"state": "superseded"}, True),
    ("returned under another code", {"code": "other"}, False),
    ("returned to another agency", {"agency": "000.00.09.H37"}, False),
    ("before its code was read", {"code": ""}, False),
    ("mended by the stored one", {"code": "", "id": "mended"}, True),
    ("it mends one that was returned", {"code": "", "mends": "mended"}, True),
    ("gathered into the stored one", {"state": "superseded", "code": "", "gathered_into": STORED}, True),
    ("a message that took its place", {"state": "superseded", "code": "", "superseded_by": STORED}, True),
    ("still to be decided", {"state": "to-decide"}, False),
    ("still on its way", {"state": "checking", "mends": "mended"}, False),
    ("became another case file", {"state": "stored", "case_file_id": OTHER_CASE, "mends": "mended"}, False),
]


def all_of_them() -> dict[str, bool]:
    expected = {}
    for number, (_, facts, included) in enumerate(DELIVERIES):
        more = dict(facts)
        id = str(more.pop("id", f"d{number}"))
        a_delivery(id, **more)  # type: ignore[arg-type]
        expected[id] = included
    with transaction() as session:
        session.get_one(Submission, STORED).mends = "mended"
    return expected


def test_a_case_file_came_with_what_was_stored_and_what_went_back_before(case: str) -> None:
    expected = all_of_them()
    with reading() as session:
        found = set(target_of(session, case).submission_ids)
    assert {id: id in found for id in expected} == expected
    assert found == {id for id, included in expected.items() if included} | {STORED}


def test_a_destruction_takes_the_words_of_all_its_deliveries_and_leaves_the_rows(case: str) -> None:
    expected = all_of_them() | {STORED: True}
    with transaction() as session:
        payload = {"order_id": "o", "outcome": "done", "detail": ""}
        apply(session, append(session, Verb.DESTROY, actor="mai", kind="case-file", id=case, payload=payload))
    with reading() as session:
        assert session.scalars(select(CaseFile.state)).all() == ["destroyed"]
        assert len(session.scalars(select(Submission)).all()) == len(expected)
        with_findings = set(session.scalars(select(Finding.submission_id)))
        with_steps = set(session.scalars(select(StepResult.submission_id)))
        owed = {row.submission_id: (row.reason, row.last_error) for row in session.scalars(select(Outbox))}
        named = {row.id for row in session.scalars(select(Submission)) if row.file_name}
    spared = {id for id, included in expected.items() if not included}
    assert with_findings == with_steps == named == spared
    assert owed == {id: ("", "") if included else ("lời", "lời") for id, included in expected.items()}
