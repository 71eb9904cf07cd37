"""Retention schedules of agencies: one row for each version, its lines with it."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from archive.register.base import Base, Sha256
from archive.register.models import new_id


class ScheduleState(StrEnum):
    """Life of one version. Its lines are never changed: other lines are a new version."""

    PROPOSED = "proposed"
    APPROVED = "approved"  # holds from `valid_from` on, until the next approved version does
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"  # approved once, and taken back before anything rested on it


class ScheduleVersion(Base):
    """One version of an agency's own retention schedule (bảng thời hạn lưu trữ hồ sơ, tài liệu).

    The state's schedules are not here: they come with the program (`archive/codes/retention-*.csv`).

    Attributes:
        agency_code: whose; "*" for every agency (no foreign key therefore).
        number: of the paper that issued it, e.g. "12/QĐ-SNV".
        lines: as `retention.own_lines` writes them; `lines_sha256` is their hash in the ledger's form.
        first_used_seq: the first event that sets a period and names this version; None while nothing rests on it.
    """

    __tablename__ = "schedule_version"
    __table_args__ = (UniqueConstraint("agency_code", "version"),)
    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    agency_code: Mapped[str] = mapped_column(String(35))
    version: Mapped[int]
    name: Mapped[str] = mapped_column(String(200))
    number: Mapped[str] = mapped_column(String(60))
    signed_on: Mapped[date]
    signed_by: Mapped[str] = mapped_column(String(200))  # name and position
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]
    lines: Mapped[list[Any]] = mapped_column(deferred=True)
    line_count: Mapped[int]
    lines_sha256: Mapped[str] = mapped_column(Sha256)
    state: Mapped[str] = mapped_column(String(10))
    proposed_by: Mapped[str] = mapped_column(String(80))
    proposed_at: Mapped[datetime]
    decided_by: Mapped[str] = mapped_column(String(80), default="")
    decided_role: Mapped[str] = mapped_column(String(40), default="")
    decided_at: Mapped[datetime | None]
    remark: Mapped[str] = mapped_column(Text, default="")  # why it was refused or withdrawn
    first_used_seq: Mapped[int | None]


class Simulation(Base):
    """One run that holds a version against every case file. Of the machine: lost, it is run again.

    Attributes:
        totals: as `retention.moves.totals_as_json` gives them; None until it has ended.
        examples: the first moves, as `retention.simulations` keeps them.
        error: why it ended without totals, as reasons.
    """

    __tablename__ = "simulation"
    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    schedule_id: Mapped[str] = mapped_column(
        String(36), index=True
    )  # no foreign key: a rebuild deletes those rows
    asked_by: Mapped[str] = mapped_column(String(80))
    asked_at: Mapped[datetime]
    seen_at: Mapped[datetime]  # when it last said how far it was
    ended_at: Mapped[datetime | None]
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    totals: Mapped[dict[str, Any] | None]
    examples: Mapped[list[Any] | None]
    error: Mapped[str] = mapped_column(Text, default="")
