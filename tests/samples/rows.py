"""Rows of the register as a deposit leaves them, for tests that need something stored and not its bytes."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from archive.register.models import CaseFile


def stored_case_file(code: str, agency: str, **more: Any) -> CaseFile:
    """Return the row of a stored case file of 2020; `more` says what is otherwise."""
    usual: dict[str, Any] = {
        "id": f"case {agency} {code}",
        "fonds_code": agency,
        "submission_id": f"submission {agency} {code}",
        "title": "Hồ sơ",
        "regime": "R1",
        "access": "01",
        "start_date": date(2020, 1, 1),
        "end_date": date(2020, 12, 31),
        "maintenance": "20 năm",
        "total_docs": 2,
        "total_pages": 4,
        "description": {},
        "stored_at": datetime(2026, 1, 1, tzinfo=UTC),
    }
    return CaseFile(code=code, agency_code=agency, **usual | more)
