"""Keep of a seal's time-stamp when it was given and until when its certificates hold."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("seal", sa.Column("stamped_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("seal", sa.Column("stamp_until", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("seal", "stamp_until")
    op.drop_column("seal", "stamped_at")
