"""Questions an archivist asks an office about a delivery before deciding on it, and the answers."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from archive.register.base import Base
from archive.register.models import new_id


class Question(Base):
    """That something was asked, and whether it was answered."""

    __tablename__ = "question"
    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    submission_id: Mapped[str] = mapped_column(String(36), index=True)
    agency_code: Mapped[str] = mapped_column(String(35), index=True)
    asked_by: Mapped[str] = mapped_column(String(80))
    asked_at: Mapped[datetime]
    answered_by: Mapped[str] = mapped_column(String(80), default="")
    answered_role: Mapped[str] = mapped_column(String(40), default="")
    answered_at: Mapped[datetime | None]


class QuestionWords(Base):
    """What was asked and answered. In no ledger event but by its hash: it may quote a document that is destroyed."""

    __tablename__ = "question_words"
    question_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    submission_id: Mapped[str] = mapped_column(ForeignKey("submission.id"), index=True)
    question: Mapped[str] = mapped_column(Text)
    answer: Mapped[str] = mapped_column(Text, default="")
