"""Copies (DIP) people ask for on a page or over REST: begun here, and sent to whoever asked."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from kombu.exceptions import OperationalError

from archive import queue
from archive.errors import TemporaryError
from archive.ledger.event import Verb
from archive.packages.tt05_given import Request
from archive.readings import note_reading
from archive.register.session import reading
from archive.viewer import Viewer
from exports.giving import counter
from exports.giving.giving import Giving
from portal.reading import case_file
from portal.sending import Sent, Stream, send

log = logging.getLogger(__name__)

CHUNK = 64 * 1024
ZIP = "application/zip"


def begin(case_file_id: str, request: Request, *, originals: bool, viewer: Viewer, now: datetime) -> Giving:
    """Note that a person wants a copy of a case file; prepare a small one at once, leave a large one to a worker.

    Raises:
        NotFoundError: no such case file, or not for this viewer.
        ExportError: a code of the request is on no list, or the person has too many copies.
        TemporaryError: the disk has no room for it now.
    """
    with reading() as session:
        case_file(session, case_file_id, viewer=viewer)  # what may not be read looks like what is not there
    giving = counter.ask(case_file_id, request, originals=originals, viewer=viewer, now=now)
    if counter.is_small(giving):
        try:
            return counter.prepare(giving.id, now=now) or giving
        except TemporaryError as error:
            log.warning("copy %s waits for a worker: %s", giving.id, error)
    try:
        queue.send("exports.tasks.prepare", giving.id)
    except OperationalError as error:
        log.warning("the queue is down (%s); the house finds copy %s by itself", error, giving.id)
    return giving


def send_copy(http: Any, giving_id: str, *, viewer: Viewer, now: datetime) -> Stream | str:
    """Answer a request with a copy's ZIP, honouring Range; each fetching is ledgered.

    Args:
        http: the request; its response gets status and headers.

    Raises:
        NotFoundError: there is no such copy (any more), it is not ready, or it is not for this viewer.
    """
    giving, path = counter.fetch(giving_id, viewer=viewer, now=now)

    def note(begins: bool) -> None:
        note_reading(
            "case-file",
            giving.case_file_id,
            {"fetched": "DIP", "objid": giving.objid, "request": giving.request.id},
            sha256=giving.sha256,
            viewer=viewer,
            now=now,
            verb=Verb.COPY,
            begins=begins,
        )

    sent = Sent(path.name, giving.size, giving.sha256, ZIP, shown=False)
    return send(http, sent, lambda start, length: _chunks(path, start, length), note)


def _chunks(path: Path, start: int, length: int | None) -> Iterator[bytes]:
    stream = path.open("rb")  # here, so that one that went this moment is told before the first byte
    return _pieces(stream, start, length)


def _pieces(stream: Any, start: int, length: int | None) -> Iterator[bytes]:
    with stream:
        stream.seek(start)
        left = length
        while piece := stream.read(CHUNK if left is None else min(CHUNK, left)):
            left = None if left is None else left - len(piece)
            yield piece
