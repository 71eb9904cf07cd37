"""Index only the holds that stand for an agency or a fonds: a hold on what was found has very many rows without one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

NAMES = ("agency_code", "fonds_code")


def upgrade() -> None:
    for name in NAMES:
        which = sa.text(f"{name} <> ''")
        op.drop_index(f"ix_hold_{name}", "hold")
        op.create_index(f"ix_hold_{name}", "hold", [name], sqlite_where=which, postgresql_where=which)


def downgrade() -> None:
    for name in NAMES:
        op.drop_index(f"ix_hold_{name}", "hold")
        op.create_index(f"ix_hold_{name}", "hold", [name])
