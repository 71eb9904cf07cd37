"""A right delivery of which an archivist marks one document: a person finds what no rule does."""

from __future__ import annotations

from ingest.finding import Finding
from ingest.returning import faults_of
from tests.samples.road import Road


def found(road: Road) -> list[Finding]:
    return list(faults_of({2: "trang cuối bị cắt mất chữ ký"}, documents=2))
