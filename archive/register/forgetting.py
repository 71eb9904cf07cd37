"""Leave no trace of deleted rows in the register's own files, and say how far that went.

Deleting a row does not take its bytes out of a file. SQLite overwrites them (`secure_delete`) once its write-ahead log
is emptied. PostgreSQL keeps the old row until a vacuum, and its bytes in the page even then, until another row comes to
lie there: only a table that is written anew without them (`VACUUM FULL`) is free of them. Its statistics hold samples
of what stood in the columns, so they are made anew too.

What this does not reach, on PostgreSQL: the write-ahead log until its segments are used again, an archive of that log,
standbys that lag behind, backups by other means than ours, and blocks the file system has freed.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from archive.register.messages import ReceivedMessage
from archive.register.models import (
    CaseFile,
    Component,
    Finding,
    Outbox,
    Record,
    RecordReference,
    StepResult,
    Submission,
)
from archive.register.preservation import PreservationItem, PreservationPlan
from archive.register.questions import QuestionWords
from archive.register.scans import PackageScan
from archive.register.session import engine, forget_deleted

WORDS = (
    CaseFile, Record, RecordReference, Component, PackageScan, Finding, StepResult, ReceivedMessage, QuestionWords,
    Outbox, Submission, PreservationItem, PreservationPlan,
)  # fmt: skip
"""Tables in which a destruction deletes or changes what told of the content (`project_case_files.destroyed`)."""
AT_ONCE = 256 * 2**20
"""Bytes of these tables up to which they are written anew at once; nobody reads a table meanwhile (our measure)."""
PATIENCE = 5.0
"""Seconds a destruction waits for others who still read what was deleted, and for each table."""
EMPTIED = "clear: deleted rows overwritten with zeros (secure_delete), write-ahead log emptied"
READ = "deleted rows overwritten with zeros (secure_delete); the write-ahead log is being read and was not emptied"
REWRITTEN = (
    "clear: tables written anew without deleted rows (VACUUM FULL), statistics too; not the write-ahead log"
)
VACUUMED = (
    "deleted rows given up (VACUUM), not overwritten: the tables are large; `tangthu forget` writes them anew"
)
SEEN = "tables written anew (VACUUM FULL) while others still read what was deleted; `tangthu forget` does it again"
NOT_OWNER = "tables written anew (VACUUM FULL), but not the statistics: the account does not own the database"
NOT_DONE = (
    "deleted rows not given up yet: a table was in use, or the database refused; `tangthu forget` does it"
)


@dataclass(frozen=True)
class Forgotten:
    """How far deleted rows were taken out of the register's files.

    Attributes:
        how: in NIST SP 800-88 words where something was cleared.
        whole: nothing of them is in a file of a table any more.
        trouble: what the database said when it refused.
    """

    how: str
    whole: bool
    trouble: str = ""


def forget(*, on: Engine | None = None, however_large: bool = False) -> Forgotten:
    """Take what was deleted out of the register's files as far as can be done now; raises nothing of the database.

    Args:
        on: the register's engine; the configured one when left out.
        however_large: write tables anew whatever it takes, and wait a minute for each: they cannot be read meanwhile.
    """
    used = on or engine()
    if used.dialect.name == "sqlite":
        return Forgotten(EMPTIED, True) if forget_deleted(on=used) else Forgotten(READ, False)
    try:
        with used.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            try:
                return _vacuumed(connection, however_large=however_large)
            finally:
                connection.execute(text("RESET lock_timeout"))  # it goes back to the others' pool
    except DBAPIError as error:
        return Forgotten(NOT_DONE, False, str(error.orig).partition("\n")[0])


def _vacuumed(connection: Connection, *, however_large: bool) -> Forgotten:
    patience = 60.0 if however_large else PATIENCE
    connection.execute(text(f"SET lock_timeout = {int(1000 * patience)}"))
    names = [str(model.__tablename__) for model in WORDS]
    sizes = text(
        "SELECT sum(pg_total_relation_size(quote_ident(name)::regclass)) "
        "FROM unnest(CAST(:names AS text[])) AS named(name)"
    )
    anew = however_large or int(connection.scalar(sizes, {"names": names}) or 0) <= AT_ONCE
    unseen = _seen_by_nobody(connection, patience) if anew else True
    for name in names:
        connection.execute(text(f'VACUUM ({"FULL, " if anew else ""}ANALYZE) "{name}"'))
    if not anew:
        return Forgotten(VACUUMED, False)
    if not connection.scalar(
        text("SELECT pg_has_role(datdba, 'USAGE') FROM pg_database WHERE datname = current_database()")
    ):
        return Forgotten(NOT_OWNER, False)
    connection.execute(text("VACUUM FULL pg_catalog.pg_statistic"))
    return Forgotten(REWRITTEN, True) if unseen else Forgotten(SEEN, False)


def _seen_by_nobody(connection: Connection, patience: float) -> bool:
    """Wait until nobody has a view of the rows as they were before; say whether that came."""
    deleted_before = connection.scalar(text("SELECT pg_current_xact_id()::text"))
    seen = text(
        "SELECT count(*) FROM (SELECT backend_xmin AS at FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid() UNION ALL "
        "SELECT transaction FROM pg_prepared_xacts UNION ALL SELECT xmin FROM pg_replication_slots) AS views "
        "WHERE age(at) >= age(CAST(CAST(:deleted_before AS xid8) AS xid))"
    )
    until = time.monotonic() + patience
    while connection.scalar(seen, {"deleted_before": deleted_before}):
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True
