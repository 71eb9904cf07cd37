"""Keep a second factor in force until the next is confirmed, and know which event it stands on."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    table = "second_factor"
    op.add_column(table, sa.Column("next_secret", sa.String(64), nullable=False, server_default=""))
    op.add_column(table, sa.Column("since_event", WHOLE, nullable=False, server_default="0"))
    op.add_column(table, sa.Column("reset_untold", sa.Boolean(), nullable=False, server_default=sa.false()))
    # What was begun and not confirmed is begun anew; what is in force stands on the account's events so far.
    op.execute("UPDATE second_factor SET secret = '' WHERE confirmed_at IS NULL")
    op.execute(
        "UPDATE second_factor SET since_event = COALESCE((SELECT MAX(seq) FROM event"
        " WHERE event.object_kind = 'account' AND event.object_id = second_factor.account), 0)"
        " WHERE confirmed_at IS NOT NULL"
    )


def downgrade() -> None:
    for name in ("next_secret", "since_event", "reset_untold"):
        op.drop_column("second_factor", name)
