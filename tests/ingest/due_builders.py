"""Lines of a list of due files."""

from __future__ import annotations

from datetime import UTC, date, datetime

from archive.register.session import transaction
from archive.viewer import ALL_AGENCIES, Role, Viewer
from ingest.duelists.lines import Line
from ingest.duelists.lists import put

LISTER = Viewer("lan", {ALL_AGENCIES: frozenset({Role.ARCHIVIST})})
NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)


def on_the_list(agency: str, *codes: str, planned: date = date(2026, 6, 30), now: datetime = NOW) -> None:
    """Put case files with these codes on the agency's list."""
    lines = [Line(code, f"Hồ sơ {code}", planned, "20 năm") for code in codes]
    with transaction() as session:
        put(session, agency, lines, viewer=LISTER, now=now)
