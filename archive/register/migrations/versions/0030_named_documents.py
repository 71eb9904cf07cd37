"""Look up which documents a document names."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

PAGE = 1000
FIELDS = ("ResponseFor", "RelatedDocuments")


def named(description: dict[str, Any]) -> list[str]:
    """Return what a description names, as `archive.register.references` did when this was written."""
    found: dict[str, None] = {}
    for field in FIELDS:
        for part in re.split(r"[;,\n]", str(description.get(field, ""))):
            plain = " ".join(unicodedata.normalize("NFC", part).casefold().split())
            name = re.sub(r"\Asố ", "", plain)
            if name and len(name) <= 200:
                found[name] = None
    return list(found)[:100]


def upgrade() -> None:
    names = op.create_table(
        "record_reference",
        sa.Column("record_id", sa.String(36), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name="fk_record_reference_record_id_record"),
        sa.PrimaryKeyConstraint("record_id", "name", name="pk_record_reference"),
    )
    op.create_index("ix_record_reference_name", "record_reference", ["name"])
    record = sa.table("record", sa.column("id", sa.String), sa.column("description", sa.JSON))
    says = sa.or_(*(sa.cast(record.c.description, sa.Text).contains(field) for field in FIELDS))
    after = ""
    while True:
        query = sa.select(record).where(record.c.id > after, says).order_by(record.c.id).limit(PAGE)
        found = op.get_bind().execute(query).all()
        rows = [{"record_id": row.id, "name": name} for row in found for name in named(row.description)]
        if rows:
            op.bulk_insert(names, rows)
        if len(found) < PAGE:
            return
        after = found[-1].id


def downgrade() -> None:
    op.drop_index("ix_record_reference_name", "record_reference")
    op.drop_table("record_reference")
