"""A mend package for a delivery that is gone."""

from __future__ import annotations

import zipfile

from breaking import room

from ingest.finding import Finding
from ingest.mending import package
from ingest.steps.unpack import unpack
from tests.samples.road import Road, a_case


def _sent(road: Road) -> list[Finding]:
    where = a_case().where
    road.know(where)
    raw = room(road) / "mend.zip"
    with zipfile.ZipFile(raw, "w") as sink:
        sink.writestr(package.DESCRIPTION, '{"fields": {"Title": "x"}}')
    return list(road.steps(raw, where.code, kind="mend", steps=(unpack,)).findings)


def found(road: Road) -> list[Finding]:
    return _sent(road)
