"""Submission agreements, lists of due case files, and the minutes of hand-overs."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from archive.register.base import Base, Sha256
from archive.register.models import new_id


class AgreementState(StrEnum):
    """Life of one version of an agreement. Its words are never changed: other words are a new version."""

    PROPOSED = "proposed"
    APPROVED = "approved"  # holds from `valid_from` on, until the next approved version does
    REFUSED = "refused"


class Agreement(Base):
    """One version of what the archive and an agency agreed on (thỏa thuận nộp lưu).

    `terms` is what `ingest.agreements.terms.Terms` says, as JSON; `terms_sha256` its hash in the ledger's form.
    """

    __tablename__ = "agreement"
    __table_args__ = (UniqueConstraint("agency_code", "version"),)
    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    agency_code: Mapped[str] = mapped_column(ForeignKey("agency.code"))
    version: Mapped[int]
    number: Mapped[str] = mapped_column(String(60))  # of the paper that both sides signed
    signed_on: Mapped[date]
    signed_by_agency: Mapped[str] = mapped_column(String(200))  # name and position
    signed_by_archive: Mapped[str] = mapped_column(String(200))
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]
    terms: Mapped[dict[str, Any]]
    terms_sha256: Mapped[str] = mapped_column(Sha256)
    state: Mapped[str] = mapped_column(String(10))
    proposed_by: Mapped[str] = mapped_column(String(80))
    proposed_at: Mapped[datetime]
    decided_by: Mapped[str] = mapped_column(String(80), default="")
    decided_role: Mapped[str] = mapped_column(String(40), default="")
    decided_at: Mapped[datetime | None]
    remark: Mapped[str] = mapped_column(Text, default="")  # why it was refused


class DueFile(Base):
    """A case file on its agency's list of due files (Danh mục hồ sơ đến hạn nộp lưu).

    How far it has come is not written here: the deliveries under its code say it.
    """

    __tablename__ = "due_file"
    __table_args__ = (Index("ix_due_file_planned", "planned_on", "announced_at"),)
    agency_code: Mapped[str] = mapped_column(ForeignKey("agency.code"), primary_key=True)
    code: Mapped[str] = mapped_column(String(100), primary_key=True)
    title: Mapped[str] = mapped_column(Text)
    period: Mapped[str] = mapped_column(String(100), default="")  # retention period, as declared
    ended_on: Mapped[date | None]  # the day the work ended
    planned_on: Mapped[date]  # the day it is to be handed in by
    note: Mapped[str] = mapped_column(Text, default="")
    listed_by: Mapped[str] = mapped_column(String(80))
    listed_at: Mapped[datetime]
    announced_at: Mapped[datetime | None]  # when the archive told the agency that it falls due
    withdrawn_at: Mapped[datetime | None]  # taken off the list again
    withdrawn_why: Mapped[str] = mapped_column(Text, default="")


class Minutes(Base):
    """The minutes of one hand-over (biên bản giao nhận hồ sơ, tài liệu): a PDF/A in the stores under `name`."""

    __tablename__ = "minutes"
    submission_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    agency_code: Mapped[str] = mapped_column(String(35), index=True)
    name: Mapped[str] = mapped_column(String(400), unique=True)
    sha256: Mapped[str] = mapped_column(Sha256)
    size: Mapped[int]
    made_at: Mapped[datetime]


class MinutesCopy(Base):
    """Minutes in one store, as the last look found them; a row is there only after the first look.

    `state` is a `CopyState` (archive.register.models).
    """

    __tablename__ = "minutes_copy"
    __table_args__ = (Index("ix_minutes_copy_due", "store", "state", "checked_at"),)
    submission_id: Mapped[str] = mapped_column(ForeignKey("minutes.submission_id"), primary_key=True)
    store: Mapped[str] = mapped_column(String(40), primary_key=True)
    state: Mapped[str] = mapped_column(String(10))
    checked_at: Mapped[datetime]


class MinutesDue(Base):
    """Minutes that are still to be printed. Of the machine: written with the acceptance, gone when they are there."""

    __tablename__ = "minutes_due"
    submission_id: Mapped[str] = mapped_column(ForeignKey("submission.id"), primary_key=True)
    not_before: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(Text, default="")
