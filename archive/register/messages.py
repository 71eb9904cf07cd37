"""edXML messages: what a lone document says while it waits, and what an office asks about a document it sent."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from archive.register.base import Base
from archive.register.models import new_id


class ReceivedMessage(Base):
    """What an edXML message says, once no sign of secrecy was found in it.

    The machine's own note, in no ledger event: a document's words must be gone when it is destroyed. Lost with the
    register, it is read again from the bytes in quarantine.
    """

    __tablename__ = "received_message"
    __table_args__ = (Index("ix_received_message_code", "number", "issued_on"),)
    submission_id: Mapped[str] = mapped_column(ForeignKey("submission.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(12))  # document | recall | update | replacement | status
    sender: Mapped[str] = mapped_column(String(35))  # From/OrganId, as said; may differ from the transport's
    document_id: Mapped[str] = mapped_column(String(200), index=True)
    number: Mapped[str] = mapped_column(String(60), default="")
    notation: Mapped[str] = mapped_column(String(100), default="")
    issued_on: Mapped[date | None]
    organ_name: Mapped[str] = mapped_column(String(300), default="")
    type_name: Mapped[str] = mapped_column(String(200), default="")
    subject: Mapped[str] = mapped_column(Text, default="")
    reference: Mapped[str] = mapped_column(String(200), default="")  # ReferenceCodes
    reason: Mapped[str] = mapped_column(Text, default="")  # of a recall, update or replacement
    status: Mapped[str] = mapped_column(String(10), default="")  # of a status message
    files: Mapped[int] = mapped_column(default=0)
    pages: Mapped[int] = mapped_column(default=0)  # counted in the files
    about: Mapped[list[Any]] = mapped_column(JSON, default=list)  # the documents it asks about, as named


class RequestKind(StrEnum):
    """What an office asks about a document it sent earlier."""

    RECALL = "recall"  # thu hồi, lấy lại
    UPDATE = "update"  # cập nhật
    REPLACEMENT = "replacement"  # thay thế


class RequestState(StrEnum):
    """Whether somebody of the archive has still to look at a request."""

    OPEN = "open"
    CLOSED = "closed"


class DocumentRequest(Base):
    """A recall, update or replacement of one document (yêu cầu thu hồi, cập nhật, thay thế văn bản).

    What is archived is never changed by it: the request marks the case file and waits for an archivist.
    """

    __tablename__ = "document_request"
    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    submission_id: Mapped[str] = mapped_column(String(36), index=True)  # the message that asks
    agency_code: Mapped[str] = mapped_column(String(35), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    target_id: Mapped[str | None] = mapped_column(
        String(36), index=True
    )  # submission the document came in with
    case_file_id: Mapped[str | None] = mapped_column(
        String(36), index=True
    )  # None: not archived, or not found
    record_id: Mapped[str | None] = mapped_column(String(36))
    answer: Mapped[str] = mapped_column(String(2), default="")  # 15 agreed, 16 refused, "" not answered
    state: Mapped[str] = mapped_column(String(6), index=True)
    asked_at: Mapped[datetime]
    closed_by: Mapped[str] = mapped_column(String(80), default="")
    closed_at: Mapped[datetime | None]
    remark: Mapped[str] = mapped_column(Text, default="")  # of the archivist who closed it
