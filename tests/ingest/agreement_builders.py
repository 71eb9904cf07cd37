"""An agreement in one line, proposed by one person and put in force by another."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from archive.register.session import transaction
from archive.viewer import ALL_AGENCIES, Role, Viewer
from ingest.agreements.terms import Draft, draft_of
from ingest.agreements.versions import approve, propose

LAN = Viewer("lan", {ALL_AGENCIES: frozenset({Role.ARCHIVIST})})
HOA = Viewer("hoa", {ALL_AGENCIES: frozenset({Role.HEAD})})
QUAN = Viewer("quan", {ALL_AGENCIES: frozenset({Role.ADMINISTRATOR})})
NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)


def a_draft(agency: str, *, valid_from: date = date(2020, 1, 1), **terms: Any) -> Draft:
    """Return an agreement with these terms."""
    return draft_of(
        {
            "agency": agency,
            "number": "15/TT-NL",
            "signed_on": "2019-12-20",
            "signed_by_agency": "Trần Văn Bình, Chánh Văn phòng",
            "signed_by_archive": "Lê Thị Hoa, Giám đốc Trung tâm Lưu trữ",
            "valid_from": valid_from.isoformat(),
            "terms": terms,
        }
    )


def agree(agency: str, *, valid_from: date = date(2020, 1, 1), **terms: Any) -> str:
    """Put an agreement with these terms in force; return its id."""
    with transaction() as session:
        row = propose(session, a_draft(agency, valid_from=valid_from, **terms), viewer=LAN, now=NOW)
        approve(session, row.id, viewer=QUAN, now=NOW)
        return row.id
