"""Fetch: ask every inbox what waits, take each message in, acknowledge only what is safely stored.

Threat model: whatever waits was made by strangers. One message must not keep the others out, be it broken, endless,
or of a kind nobody thought of; so each has its own trouble, and one that keeps failing is asked for ever more
rarely. A message is called `fail` only when its sender was told why (status 02); else it stays where it is.
"""

from __future__ import annotations

import logging
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path

from archive.errors import TangThuError, TemporaryError
from archive.patience import Patience
from archive.wiping import wipe_folder
from ingest import outbox, quarantine
from ingest.errors import BadMessageError
from ingest.gateway.interface import Inbox, Waiting
from ingest.reception import Received, receive, turn_away

log = logging.getLogger(__name__)

ACTOR = "system:gateway"
ENOUGH = 3  # temporary failures in a row: it is the line or our disk, not the messages
PREFIX = ".fetch-"
STALE_SECONDS = 3600  # a message on its way for so long belongs to a process that died

PATIENCE = Patience(timedelta(seconds=20), timedelta(minutes=30))


def fetch_all(axis: Inbox, *, now: datetime, patience: Patience = PATIENCE) -> int:
    """Take in everything that waits on the axis; return how many deliveries were new.

    Raises:
        TemporaryError: the axis or the quarantine is down; the rest stays where it is.
        Exception: something unforeseen about one message; the others were taken in first.
    """
    new, failures = 0, 0
    unforeseen: Exception | None = None
    folder = quarantine.home()
    folder.mkdir(parents=True, exist_ok=True)
    clear_stale(folder)
    for waiting in axis.list_received():
        if patience.waits(waiting.doc_id, now):
            continue
        try:
            received = _taken(axis, waiting, folder, now)
        except TemporaryError as error:
            failures += 1
            wait = patience.failed(waiting.doc_id, now)
            log.warning("message %s: %s; again in %s", waiting.doc_id, error, wait)
            if failures == ENOUGH:
                raise
        except TangThuError as error:
            wait = patience.failed(waiting.doc_id, now)
            log.warning("message %s could not be taken in: %s; again in %s", waiting.doc_id, error, wait)
        except Exception as error:
            wait = patience.failed(waiting.doc_id, now)
            log.exception("message %s: unforeseen; again in %s", waiting.doc_id, wait)
            unforeseen = unforeseen or error
        else:
            failures = 0
            patience.well(waiting.doc_id)
            new += not received.repeat
    if unforeseen is not None:
        raise unforeseen
    return new


def _taken(axis: Inbox, waiting: Waiting, folder: Path, now: datetime) -> Received:
    kind = outbox.STATUS if waiting.message_type == "status" else waiting.kind
    place = Path(tempfile.mkdtemp(prefix=PREFIX, dir=folder))
    try:
        with axis.fetch(waiting, place).open("rb") as source:
            received = receive(
                source,
                agency_code=waiting.sender,
                message_id=waiting.doc_id,
                kind=kind,
                file_name=waiting.title,
                actor=ACTOR,
                now=now,
            )
    except BadMessageError as error:
        told = turn_away(
            error, agency_code=waiting.sender, message_id=waiting.doc_id, kind=kind, actor=ACTOR, now=now
        )
        axis.acknowledge(waiting.doc_id, "fail")
        return told
    except OSError as error:
        raise TemporaryError(f"quarantine cannot be written: {error.strerror}; free space") from error
    finally:
        wipe_folder(place)  # overwritten: it may turn out to be secret
    axis.acknowledge(waiting.doc_id, "done")
    return received


def clear_stale(folder: Path) -> None:
    """Wipe what a killed fetch left half-way; the messages themselves still wait on the axis."""
    for place in folder.glob(f"{PREFIX}*"):
        if time.time() - place.stat().st_mtime > STALE_SECONDS:
            wipe_folder(place)
