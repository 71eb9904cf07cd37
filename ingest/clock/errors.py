"""What can be wrong with the office calendar."""

from __future__ import annotations

from typing import ClassVar

from ingest.errors import IngestError


class CalendarError(IngestError):
    """The office calendar is wrong or leaves no working day; mend the file and key the message names."""

    reason_code: ClassVar[str] = "ingest.calendar"
