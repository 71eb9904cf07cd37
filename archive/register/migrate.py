"""Bring the register's tables to the newest version (Alembic). Called at start-up by whoever starts first."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, MetaData, text

from archive.errors import ArchiveError
from archive.ledger import rows  # noqa: F401  (tables register themselves when their modules are imported)
from archive.register import (  # noqa: F401
    agreements,
    attempts,
    backups,
    decisions,
    disposal,
    infected,
    media,
    messages,
    models,
    notices,
    preservation,
    questions,
    rolls,
    scans,
    schedules,
    second_factor,
)
from archive.register.base import Base

MIGRATE_LOCK = 0x7A4E69
SCRIPTS = Path(__file__).parent / "migrations"


def metadata() -> MetaData:
    """Return what the tables should be."""
    return Base.metadata


def upgrade(engine: Engine) -> str:
    """Make or change the tables up to the newest version and return that version; a second call does nothing.

    Two processes may call it at once: the second waits and finds the work done.

    Raises:
        ArchiveError: the database was made by a newer version of this program.
    """
    if engine.dialect.name == "sqlite" and engine.url.database:
        Path(engine.url.database).parent.mkdir(parents=True, exist_ok=True)
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATE_LOCK})
        config = _config(connection)
        scripts = ScriptDirectory.from_config(config)
        here = version(connection)
        if here is not None and here not in {script.revision for script in scripts.walk_revisions()}:
            raise ArchiveError(
                f"the register has version {here}, which this program does not know; install the newer program"
            )
        command.upgrade(config, "head")
        return str(scripts.get_current_head())


def newest() -> str:
    """Return the version this program's tables have."""
    return str(ScriptDirectory.from_config(_scripts()).get_current_head())


def version(connection: Connection) -> str | None:
    """Return the version of the tables, None before the first."""
    return MigrationContext.configure(connection).get_current_revision()


def differences(engine: Engine) -> list[object]:
    """Return what the tables have other than the models say, as Alembic words it; empty when they agree."""
    with engine.connect().execution_options(readonly=True) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, metadata()))


def _scripts() -> Config:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    return config


def _config(connection: Connection) -> Config:
    config = _scripts()
    config.attributes["connection"] = connection
    return config
