"""Note when the originals of each package were last looked through for viruses."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "package_scan",
        sa.Column("package_id", sa.String(36), nullable=False),
        sa.Column("scanned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("engine", sa.String(200), nullable=False),
        sa.Column("infected", sa.JSON(), nullable=False),
        sa.Column("untold", sa.JSON(), nullable=False),
        sa.Column("found", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["package_id"], ["package.id"], name="fk_package_scan_package_id_package"),
        sa.PrimaryKeyConstraint("package_id", name="pk_package_scan"),
    )
    op.create_index("ix_package_scan_scanned_at", "package_scan", ["scanned_at"])
    op.create_index("ix_package_scan_found", "package_scan", ["found"])
    # The intake scanned them when they were made; those of destroyed case files are not looked at again.
    op.execute(
        "INSERT INTO package_scan (package_id, scanned_at, engine, infected, untold, found)"
        " SELECT p.id, p.made_at, '', '[]', '[]', false FROM package p"
        " JOIN case_file c ON c.id = p.case_file_id WHERE c.state <> 'destroyed'"
    )


def downgrade() -> None:
    op.drop_table("package_scan")
