"""The Celery app. Tasks take ids, are sent after commit, and may run twice (at-least-once delivery).

Valkey gives a killed worker's task back only after the visibility timeout, so the truth about unfinished
work is the register: `ingest.tasks.sweep` sends again whatever nobody holds a lease on.
"""

from __future__ import annotations

import logging
import os
import threading
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from celery import Celery
from celery.signals import worker_process_init, worker_ready
from kombu.connection import Connection
from kombu.exceptions import OperationalError
from kombu.messaging import Producer
from sqlalchemy.orm import Session

from archive.after_commit import after_commit
from archive.errors import TemporaryError
from archive.settings import ArchiveSettings

log = logging.getLogger(__name__)

RETRIED: dict[str, Any] = {
    "autoretry_for": (TemporaryError,),
    "retry_backoff": 5,
    "retry_backoff_max": 300,
    "max_retries": 20,
}
"""Of a task that waits for what is down: called again after 5 s, doubling to 5 minutes, 20 times."""
READY_FILE = "TANGTHU_READY_FILE"  # environment: touched once the worker takes work

app = Celery("tangthu")
app.conf.update(
    broker_url=ArchiveSettings.load().broker,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,
    broker_connection_retry_on_startup=True,
    task_ignore_result=True,
    task_serializer="json",
    accept_content=["json"],
    timezone="UTC",
    task_default_queue="house",  # short periodic work; long conversions never stand in its way
    task_routes={
        "ingest.tasks.advance": {"queue": "road"},
        "exports.tasks.prepare": {"queue": "road"},  # a copy of many gigabytes takes minutes
        "retention.tasks.keep_linked": {"queue": "road"},  # a package of many gigabytes is written again
        "ingest.tasks.rescan_holdings": {"queue": "rounds"},
        "retention.tasks.simulate": {"queue": "rounds"},
        "retention.tasks.file_dossier": {"queue": "road"},  # prints and packs for a minute
        "retention.tasks.file_dossiers": {"queue": "road"},
        "retention.tasks.make_papers": {"queue": "rounds"},  # a list of thousands is printed for minutes
        "ingest.tasks.migrate": {"queue": "migrations"},
        "ingest.tasks.try_plan": {"queue": "migrations"},
        "archive.tasks.go_the_rounds": {"queue": "rounds"},  # reads for minutes; stands in nobody's way
    },
    broker_transport_options={
        "visibility_timeout": 3600,  # longer than the longest task, or it runs twice
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
        "max_retries": 1,  # a web request does not wait for a queue that is down
        "interval_start": 0,
    },
    imports=tuple(point.value for point in entry_points(group="tangthu.tasks")),
    beat_schedule={
        "follow-the-ledger": {"task": "archive.tasks.follow", "schedule": 2.0, "options": {"expires": 10}},
        "seal-the-ledger": {"task": "archive.tasks.seal", "schedule": 300.0},
        "stamp-the-ledger": {"task": "archive.tasks.stamp", "schedule": 60.0, "options": {"expires": 50}},
        "rescan-holdings": {
            "task": "ingest.tasks.rescan_holdings",
            "schedule": 600.0,
            "options": {"expires": 590},
        },
        "go-on-with-plans": {
            "task": "ingest.tasks.migrate",
            "schedule": 300.0,  # a run takes 240 s at most: the house is never without air
            "options": {"expires": 290},
        },
        "go-the-rounds": {
            "task": "archive.tasks.go_the_rounds",
            "schedule": 600.0,
            "options": {"expires": 590},
        },
        "renew-evidence": {
            "task": "archive.tasks.renew_evidence",
            "schedule": 3600.0,
            "options": {"expires": 3000},
        },
        "fetch-deliveries": {"task": "ingest.tasks.fetch", "schedule": 5.0, "options": {"expires": 10}},
        "send-statuses": {"task": "ingest.tasks.send_statuses", "schedule": 3.0, "options": {"expires": 10}},
        "print-minutes": {
            "task": "ingest.tasks.print_minutes",
            "schedule": 20.0,
            "options": {"expires": 20},
        },
        "announce-due-files": {
            "task": "ingest.tasks.announce_due",
            "schedule": 3600.0,  # a day's announcement must not hang on the house being up at one hour
            "options": {"expires": 3000},
        },
        "list-what-runs-out": {
            "task": "retention.tasks.auto_list",
            "schedule": 3600.0,  # a day's notice must not hang on the house being up at one hour
            "options": {"expires": 3000},
        },
        "file-dossiers": {
            "task": "retention.tasks.file_dossiers",
            "schedule": 300.0,  # those a worker died over, or that waited for a store
            "options": {"expires": 290},
        },
        "make-papers": {"task": "retention.tasks.make_papers", "schedule": 20.0, "options": {"expires": 20}},
        "keep-promises": {"task": "archive.tasks.keep_promises", "schedule": 21_600.0},
        "expire-backups": {"task": "operations.tasks.expire_backups", "schedule": 21_600.0},
        "collect-receipts": {"task": "exports.tasks.collect", "schedule": 10.0, "options": {"expires": 10}},
        "tend-copies": {"task": "exports.tasks.tend_copies", "schedule": 60.0, "options": {"expires": 50}},
        "pick-up-unfinished": {"task": "ingest.tasks.sweep", "schedule": 5.0, "options": {"expires": 10}},
    },
)


@worker_process_init.connect
def _fresh_connections(**_: Any) -> None:
    """Forget what the parent opened: no connection is carried over a fork."""
    from archive.register import session

    session._engine.cache_clear()


@worker_ready.connect
def _say_ready(**_: Any) -> None:
    """Tell whoever started this worker that it takes work now."""
    if path := os.environ.get(READY_FILE):
        Path(path).touch()


def where() -> str:
    """Return the queue's address without its password."""
    return str(app.connection_for_read(ArchiveSettings.load().broker).as_uri())


def trouble() -> str:
    """Return "" when the queue answers within a few seconds, otherwise what is wrong with it."""
    try:
        with app.connection_for_read(ArchiveSettings.load().broker, connect_timeout=5) as connection:
            connection.ensure_connection(max_retries=1, interval_start=0, timeout=5)
    except (OperationalError, OSError, ValueError, KeyError) as error:
        return f"{where()}: {error}"
    return ""


class _Line(threading.local):
    """One thread's open connection to the queue: making one costs more than sending a hundred tasks over it."""

    def __init__(self) -> None:
        self._key: tuple[str, int] = ("", 0)
        self._connection: Connection | None = None
        self._producer: Producer | None = None

    def producer(self) -> tuple[Producer, bool]:
        """Return what sends to the queue the settings name, and whether its connection was used before.

        A connection is never carried over a fork.
        """
        key = (ArchiveSettings.load().broker, os.getpid())
        if self._producer is not None and key == self._key:
            return self._producer, True
        self.close()
        self._connection = app.connection_for_write(key[0])
        self._producer, self._key = app.amqp.Producer(self._connection), key
        return self._producer, False

    def close(self) -> None:
        """Let the connection go."""
        if self._connection is not None and self._key[1] == os.getpid():
            self._connection.release()  # type: ignore[no-untyped-call]
        self._connection, self._producer = None, None


_line = _Line()


def send(task: str, *args: Any, expires: int | None = None) -> None:
    """Send a task now, to the queue the settings name.

    Over a connection that was used before it is tried once more anew: the queue may have been started again meanwhile.

    Args:
        expires: seconds after which nobody needs to run it any more.

    Raises:
        OperationalError: the queue is down.
    """
    producer, used = _line.producer()
    try:
        app.send_task(task, args=args, producer=producer, expires=expires, retry=False)
    except (OperationalError, *producer.connection.recoverable_connection_errors) as error:
        _line.close()
        if used:
            send(task, *args, expires=expires)
            return
        if isinstance(error, OperationalError):
            raise
        raise OperationalError(str(error)) from error


def send_after_commit(session: Session, task: str, *args: Any) -> None:
    """Send a task when, and only when, this session's transaction has committed.

    When the queue is down the commit stands all the same: what is to be done is in the register, and the sweep
    finds it there.
    """

    def _send() -> None:
        try:
            send(task, *args)
        except OperationalError as error:
            log.warning("the queue is down (%s); the sweep will find %s %s", error, task, args)

    after_commit(session, f"send {task} {args}", _send)
