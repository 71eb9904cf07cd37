"""A place that does not answer for days."""

from __future__ import annotations

from breaking.holes import hole
from file_server import FileServer

from ingest.finding import Finding
from tests.samples.road import Road

ALSO = ("SIP_HOLEY", "SIP_DOC_NO_FILE")


def _busy(server: FileServer) -> None:
    server.status["/nop-luu/doc2.txt"] = 503


def found(road: Road) -> list[Finding]:
    return hole(road, "{url}/nop-luu/doc2.txt - {missing}", _busy)
