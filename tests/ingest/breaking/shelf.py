"""A case file that is stored already."""

from __future__ import annotations

from datetime import UTC, date, datetime

from archive.register.models import CaseFile
from archive.register.session import transaction
from tests.samples.road import PLACES, Road


def stored(road: Road) -> None:
    """Keep a case file with the code of the base sample."""
    where = PLACES["base"]
    road.know(where)
    with transaction() as session:
        session.add(
            CaseFile(
                id="c-1",
                code=f"{where.code}.2020.01.TH",
                agency_code=where.code,
                fonds_code=where.code,
                submission_id="s-0",
                title="Hồ sơ",
                regime="R1",
                access="01",
                start_date=date(2020, 1, 1),
                end_date=date(2020, 12, 31),
                maintenance="20 năm",
                total_docs=2,
                total_pages=4,
                description={},
                stored_at=datetime(2026, 1, 1, tzinfo=UTC),
            )
        )
