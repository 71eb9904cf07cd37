"""A message of an agency the way in does not serve."""

from __future__ import annotations

from datetime import UTC, datetime

from breaking import room
from sqlalchemy import select

from archive.register.models import Submission
from archive.register.session import reading
from ingest.fetching import fetch_from
from ingest.finding import Finding
from ingest.reasons import finding_of
from tests.ingest.inbox_counterparts import http_side
from tests.samples.road import Road


def _fetched(road: Road) -> list[Finding]:
    with http_side("vxp", room(road), agencies=["*.H26"]) as axis:
        axis.put("A-1", "sip", b"1")
        fetch_from(axis.settings, now=datetime.now(UTC))
    with reading() as session:
        return [finding_of(row) for one in session.scalars(select(Submission)) for row in one.findings]


def found(road: Road) -> list[Finding]:
    return _fetched(road)
