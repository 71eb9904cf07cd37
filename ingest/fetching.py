"""Fetch: ask every inbox what waits, take each message in, acknowledge only what is safely stored."""

from __future__ import annotations

import logging
import tempfile
from datetime import datetime
from pathlib import Path

from archive.errors import TangThuError, TemporaryError
from archive.settings import ArchiveSettings
from ingest.gateway.axis import Axis
from ingest.reception import receive

log = logging.getLogger(__name__)


def fetch_all(axis: Axis, *, now: datetime) -> int:
    """Take in everything that waits on the axis; return how many deliveries were new.

    One bad message is marked `fail` on the axis and does not stop the others; when the axis or the disk is down
    the rest stays where it is.
    """
    new = 0
    folder = ArchiveSettings.load().data / "quarantine"
    folder.mkdir(parents=True, exist_ok=True)
    for waiting in axis.list_received():
        with tempfile.TemporaryDirectory(prefix=".fetch-", dir=folder) as place:
            try:
                path = axis.fetch(waiting.doc_id, Path(place))
                with path.open("rb") as source:
                    received = receive(
                        source,
                        agency_code=waiting.sender,
                        message_id=waiting.doc_id,
                        kind=waiting.kind,
                        file_name=waiting.title,
                        actor="system:gateway",
                        now=now,
                    )
                axis.acknowledge(waiting.doc_id, "done")
                new += not received.repeat
            except TemporaryError:
                raise
            except TangThuError as error:
                log.warning("message %s could not be taken in: %s", waiting.doc_id, error)
                axis.acknowledge(waiting.doc_id, "fail")
    return new
