"""What the register deleted is in no file of it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from archive.register.models import Submission
from archive.register.session import forget_deleted, transaction

WORD = "máy photocopy Ricoh"


def files_with(folder: Path, word: str) -> list[str]:
    return [path.name for path in folder.glob("register.db*") if word.encode() in path.read_bytes()]


def test_a_deleted_row_is_in_no_file_once_the_log_is_emptied(house: Path) -> None:
    with transaction() as session:
        row = Submission(
            agency_code="x", message_id="m", sha256="0" * 64, size=1, kind="sip", title=WORD * 50,
            received_at=datetime(2026, 1, 5, tzinfo=UTC),
        )  # fmt: skip
        session.add(row)
        session.flush()
        id = row.id
    assert files_with(house / "archive", WORD) != []
    with transaction() as session:
        session.delete(session.get_one(Submission, id))
    assert forget_deleted()
    assert files_with(house / "archive", WORD) == []
