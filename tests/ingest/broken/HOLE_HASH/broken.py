"""Another file than declared."""

from __future__ import annotations

from breaking.holes import hole
from file_server import FileServer

from ingest.finding import Finding
from tests.samples.road import Road

ALSO = ("SIP_HOLEY", "SIP_DOC_NO_FILE")


def _another(server: FileServer) -> None:
    server.files["/nop-luu/doc2.txt"] = b"another"


def found(road: Road) -> list[Finding]:
    return hole(road, "{url}/nop-luu/doc2.txt - {missing}", _another)
