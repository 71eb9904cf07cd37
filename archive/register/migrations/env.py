"""Alembic's entry: runs on the connection `archive.register.migrate` hands over, in its transaction."""

from __future__ import annotations

from alembic import context

from archive.register.migrate import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata(),
    compare_type=True,
    # SQLite cannot alter most things in place; Alembic then copies the table.
    render_as_batch=True,
    transaction_per_migration=False,
)
context.run_migrations()
