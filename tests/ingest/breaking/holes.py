"""A package that leaves a file to be fetched, for `broken/HOLE_*/broken.py`."""

from __future__ import annotations

from collections.abc import Callable

from file_server import FileServer, serving

from breaking import put, sip, without
from ingest.addresses import FetchPlace
from ingest.finding import Finding
from ingest.gateway.limits import Limits
from ingest.readers.fetcher import HttpFetcher
from ingest.readers.interface import Context
from tests.samples.road import Road

MISSING = "representations/rep1/data/doc2.txt"


def hole(
    road: Road,
    line: str,
    prepare: Callable[[FileServer], object] = lambda server: None,
    *,
    private: bool = True,
) -> list[Finding]:
    """Return what is found when the file is fetched from an agreed place, a real server on this machine."""
    with serving() as server:
        server.files["/nop-luu/doc2.txt"] = "văn bản 2".encode()
        prepare(server)
        place = FetchPlace(agency="000.00.05.H37", prefix=f"{server.url}/nop-luu/", private=private)
        context = Context(
            Limits(), agency_code="000.00.05.H37", fetcher=HttpFetcher((place,), seconds=5, give_up=True)
        )
        told = line.format(url=server.url, missing=MISSING).encode()
        return sip(road, without(MISSING), put(".fetch.txt", told), context=context)
