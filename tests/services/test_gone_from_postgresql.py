"""After a destruction no word of what the law does not keep is in any file of a table of PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, text
from typer.testing import CliRunner

from archive.cli import load
from archive.ledger.event import Verb
from archive.ledger.rows import EventRow
from archive.register import forgetting
from archive.register.agencies import set_agency, set_fonds
from archive.register.messages import ReceivedMessage
from archive.register.migrate import upgrade
from archive.register.models import CaseFile, Submission
from archive.register.session import _engine, engine, reading, transaction
from retention.destruction import Outcome, execute
from tests.retention.retention_town import AGENCY, BINH, NOW, Town

pytestmark = pytest.mark.service

WORDS = ("Zuyenquang", "Zocbich", "Zanhthu")
"""In the description of documents, the file name of a delivery, and a message's subject."""
KEPT = "Hồ sơ giao ban tuần"
NOT_TABLES = ("pg_wal", "log")
"""What a vacuum does not reach, as retention/README.md says."""


@pytest.fixture
def town(house: Path, postgres_database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    engine().dispose()
    monkeypatch.setenv("TANGTHU_ARCHIVE__REGISTER_URL", postgres_database)
    _engine.cache_clear()
    upgrade(engine())
    with transaction() as session:
        set_agency(session, code=AGENCY, name="Sở", actor="admin", now=NOW)
        set_fonds(session, code=f"PHONG-{AGENCY}", agency_code=AGENCY, name="Phông", actor="admin", now=NOW)
    yield Town(house)
    engine().dispose()
    _engine.cache_clear()


def told_of(town: Town) -> str:
    """A case file whose words stand in three tables, in rows, indexes and in what the planner knows of them."""
    town.store("00", documents=("5 năm",) * 4)  # lies in the same pages, and stays
    case_file_id = town.store("01", documents=("5 năm",) * 4, names="Zuyenquang 12/QĐ")
    with transaction() as session:
        id = session.get_one(CaseFile, case_file_id).submission_id
        session.add(
            Submission(
                id=id, agency_code=AGENCY, message_id=id, sha256="0" * 64, size=1, kind="sip", title="",
                received_at=NOW, file_name="Zocbich.zip",
            )
        )  # fmt: skip
    with transaction() as session:
        session.add(_message(id))
    with engine().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
    return case_file_id


def _message(submission_id: str) -> ReceivedMessage:
    return ReceivedMessage(
        submission_id=submission_id,
        kind="document",
        sender=AGENCY,
        document_id="d",
        subject="Zanhthu",
        issued_on=None,
    )


def files_with(word: str) -> set[str]:
    """Return the files of the whole data folder that have a word, once everything is on disk."""
    with engine().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("CHECKPOINT"))
        folder = Path(str(connection.scalar(text("SHOW data_directory"))))
    return {
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file()
        and path.relative_to(folder).parts[0] not in NOT_TABLES
        and word.encode() in path.read_bytes()
    }


def destroyed(town: Town, case_file_id: str) -> Outcome:
    outcome = execute(town.ordered(case_file_id), viewer=BINH, now=NOW)
    assert outcome.finished and outcome.count("done") == 1, outcome
    return outcome


def left() -> dict[str, set[str]]:
    return {word: found for word in WORDS if (found := files_with(word))}


def test_no_word_of_it_is_in_a_table_when_it_was_carried_out(town: Town) -> None:
    case_file_id = told_of(town)
    assert left().keys() == set(WORDS), "the search finds what is there"
    done = destroyed(town, case_file_id)
    assert done.register == forgetting.Forgotten(forgetting.REWRITTEN, whole=True)
    assert left() == {}
    assert files_with(KEPT), "the law keeps the title"
    with reading() as session:
        query = select(EventRow).where(
            EventRow.object_id == done.order_id, EventRow.verb == Verb.DECISION.value
        )
        (told,) = [
            row.payload["step"] for row in session.scalars(query) if row.payload.get("state") == "done"
        ]
    assert told["register"] == forgetting.REWRITTEN


def test_large_tables_are_written_anew_when_an_operator_says_so(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_file_id = told_of(town)
    monkeypatch.setattr(forgetting, "AT_ONCE", 0)
    done = destroyed(town, case_file_id)
    assert done.register == forgetting.Forgotten(forgetting.VACUUMED, whole=False)
    assert left(), "a vacuum alone leaves the bytes where they lie"
    said = CliRunner().invoke(load(), ["forget"])
    assert (said.exit_code, said.output.strip()) == (0, forgetting.REWRITTEN)
    assert left() == {}


@pytest.mark.parametrize(("read", "how"), [("agency", forgetting.SEEN), ("record", forgetting.NOT_DONE)])
def test_who_reads_meanwhile_is_not_waited_for_and_it_is_said(
    town: Town, read: str, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One has a view of the register as it was; another keeps a table from being written anew."""
    case_file_id = told_of(town)
    order_id = town.ordered(case_file_id)
    monkeypatch.setattr(forgetting, "PATIENCE", 0.3)
    with engine().connect().execution_options(isolation_level="REPEATABLE READ") as reader:
        assert reader.scalar(text(f"SELECT count(*) FROM {read}"))
        done = execute(order_id, viewer=BINH, now=NOW)
    assert done.finished, "what keeps a file of the register from being cleared keeps no destruction"
    assert (done.register.how, done.register.whole) == (how, False)
    assert left()
    assert forgetting.forget() == forgetting.Forgotten(forgetting.REWRITTEN, whole=True)
    assert left() == {}
