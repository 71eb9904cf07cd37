"""Fetch: ask every inbox what waits, take each message in, acknowledge only what is safely stored.

Threat model: whatever waits was made by strangers. One message must not keep the others out, be it broken, endless,
or of a kind nobody thought of; so each has its own trouble, and one that keeps failing is asked for ever more
rarely. A message is called `fail` only when its sender was told why (status 02); else it stays where it is. One
inbox must not keep the others out either: each has its own turn (`ingest.rounds`).
"""

from __future__ import annotations

import logging
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path

from archive.errors import TangThuError, TemporaryError
from archive.patience import Patience
from archive.register.models import SubmissionKind
from archive.wiping import wipe_folder
from ingest import our_disk, quarantine, reasons, rounds
from ingest.errors import BadMessageError
from ingest.gateway.interface import Inbox, Waiting
from ingest.gateway.opening import opened
from ingest.inbox_settings import InboxSettings
from ingest.reception import Received, finding_of, receive, turn_away

log = logging.getLogger(__name__)

ACTOR = "system:gateway"
ENOUGH = 3  # temporary failures in a row: it is the line or our disk, not the messages
PREFIX = ".fetch-"
ALIVE_SECONDS = 10
STALE_SECONDS = 3600  # a message on its way for so long belongs to a process that died

PATIENCE = Patience(timedelta(seconds=20), timedelta(minutes=30))


def fetch_from(settings: InboxSettings, *, now: datetime, patience: Patience = PATIENCE) -> int:
    """Take in what waits at one inbox if it is its turn; return how many deliveries were new.

    What keeps it from being asked is noted for the doctor and not raised: the next turn tries again.

    Raises:
        Exception: something unforeseen; noted as well.
    """
    if not rounds.begin(settings.name, now):
        return 0
    try:
        with opened(settings) as inbox:
            new = fetch_all(inbox, now=now, patience=patience)
    except TangThuError as error:
        wait = rounds.failed(settings, str(error), now)
        log.warning("inbox %s: %s; again in %s", settings.name, error, wait)
        return 0
    except Exception as error:
        rounds.failed(settings, f"unforeseen: {error!r}", now)
        raise
    rounds.well(settings, now)
    return new


def fetch_all(inbox: Inbox, *, now: datetime, patience: Patience = PATIENCE) -> int:
    """Take in everything that waits at an inbox; return how many deliveries were new.

    Raises:
        TemporaryError: the inbox or the quarantine is down; the rest stays where it is.
        Exception: something unforeseen about one message; the others were taken in first.
    """
    name = inbox.settings.name
    new, failures = 0, 0
    unforeseen: Exception | None = None
    folder = quarantine.home()
    folder.mkdir(parents=True, exist_ok=True)
    clear_stale(folder)
    listed: dict[str, Waiting] = {}
    for one in inbox.list_received():
        listed.setdefault(one.doc_id, one)  # some say everything twice
    patience.forget_others(f"{name}/", {f"{name}/{doc_id}" for doc_id in listed})
    left, told = len(listed), 0.0
    for waiting in listed.values():
        if time.monotonic() - told > ALIVE_SECONDS:
            rounds.alive(name, left)
            told = time.monotonic()
        message = f"{name}/{waiting.doc_id}"
        if patience.waits(message, now):
            continue
        try:
            received = _taken(inbox, waiting, folder, now)
        except TemporaryError as error:
            failures += 1
            wait = patience.failed(message, now)
            log.warning("message %s: %s; again in %s", message, error, wait)
            if failures == ENOUGH:
                raise
        except TangThuError as error:
            wait = patience.failed(message, now)
            log.warning("message %s could not be taken in: %s; again in %s", message, error, wait)
        except Exception as error:
            wait = patience.failed(message, now)
            log.exception("message %s: unforeseen; again in %s", message, wait)
            unforeseen = unforeseen or error
        else:
            failures, left = 0, left - 1
            if received.repeat:
                patience.failed(message, now)  # told before, and still there: it need not come every time
            else:
                patience.well(message)
                new += 1
    rounds.alive(name, left)
    if unforeseen is not None:
        raise unforeseen
    return new


def _taken(inbox: Inbox, waiting: Waiting, folder: Path, now: datetime) -> Received:
    kind = SubmissionKind.STATUS if waiting.message_type == "status" else waiting.kind
    name = inbox.settings.name
    try:
        place = Path(tempfile.mkdtemp(prefix=PREFIX, dir=folder))
    except OSError as error:
        raise our_disk.refused(error) from error
    try:
        if not inbox.settings.serves(waiting.sender):
            raise BadMessageError(
                "MESSAGE_SENDER", waiting.sender[:100], f"{name} does not serve {waiting.sender[:100]!r}"
            )
        with inbox.fetch(waiting, place).open("rb") as source:
            received = receive(
                source,
                agency_code=waiting.sender,
                message_id=waiting.doc_id,
                kind=kind,
                file_name=waiting.title,
                actor=ACTOR,
                now=now,
                inbox=name,
            )
    except BadMessageError as error:
        told = turn_away(
            error,
            agency_code=waiting.sender,
            message_id=waiting.doc_id,
            kind=kind,
            actor=ACTOR,
            now=now,
            inbox=name,
        )
        inbox.acknowledge(waiting.doc_id, "fail", reasons.line(finding_of(error)))
        return told
    except OSError as error:
        raise our_disk.refused(error) from error
    finally:
        wipe_folder(place)  # overwritten: it may turn out to be secret
    inbox.acknowledge(waiting.doc_id, "done")
    return received


def clear_stale(folder: Path) -> None:
    """Wipe what a killed fetch left half-way; the messages themselves still wait at their inbox."""
    for place in folder.glob(f"{PREFIX}*"):
        if time.time() - place.stat().st_mtime > STALE_SECONDS:
            wipe_folder(place)
