"""Notices that a case file's period runs out: given before it may go to a council."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from archive.register.base import Base


class NoticeWhy(StrEnum):
    """Why a case file is to be considered for destruction."""

    EXPIRED = "expired"  # hết thời hạn lưu trữ
    DUPLICATE = "duplicate"  # trùng lặp


class ExpiryNotice(Base):
    """The newest notice about one case file. Under the Law of 2024 its file is "Xem xét hủy"."""

    __tablename__ = "expiry_notice"
    __table_args__ = (
        Index("ix_expiry_notice_ends", "agency_code", "ends_on"),
        Index("ix_expiry_notice_why", "why", "agency_code"),
    )
    case_file_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    agency_code: Mapped[str] = mapped_column(String(35))
    given_on: Mapped[date]
    ends_on: Mapped[date]  # no council looks at it before
    eligible_from: Mapped[date | None]  # what it was given for; another day needs another notice
    why: Mapped[str] = mapped_column(String(10))
    same_as: Mapped[str] = mapped_column(String(36), default="")  # the case file it duplicates

    def is_about(self, same_as: str) -> bool:
        """Say whether it told of this ground: a duplicate of that case file, or, with "", a period that is over."""
        why = NoticeWhy.DUPLICATE if same_as else NoticeWhy.EXPIRED
        return (self.why, self.same_as) == (why, same_as)
