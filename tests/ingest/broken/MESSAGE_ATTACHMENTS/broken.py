"""A message that leaves its files beside it."""

from __future__ import annotations

from breaking import room, turned_away

from ingest.finding import Finding
from tests.ingest.inbox_counterparts import http_side, open_one, post
from tests.samples.road import Road


def _fetched(road: Road) -> list[Finding]:
    folder = room(road)
    with http_side("provincial", folder) as side:
        beside = [{"fileName": "1.pdf", "fileContent": "QUJD" * 30_000}]
        post(side.simulator.folder, 1, "edoc", b"<edXML/>", beside=beside)
        with open_one(side) as inbox:
            (waiting,) = inbox.list_received()
            return turned_away(lambda: inbox.fetch(waiting, folder / "in"))


def found(road: Road) -> list[Finding]:
    return _fetched(road)
