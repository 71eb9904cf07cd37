"""Disposal lists: where each is on its way, and who sits on its council. The list itself is its order's items.

Everything else (votes, papers, reasons) is read from the ledger (`archive.procedure`); these rows are for finding the
lists that wait for somebody.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from archive.register.base import Base

ABSENCES_KEPT = "kept"
"""What the event of a changed council says of absences: who stays stays absent.

Events of before say nothing: with them all absences ended."""


class DisposalList(Base):
    """A disposal list (danh mục tài liệu hết giá trị), one per order of a destruction."""

    __tablename__ = "disposal_list"
    order_id: Mapped[str] = mapped_column(ForeignKey("order.id"), primary_key=True)
    agency_code: Mapped[str] = mapped_column(String(35), index=True)
    regime: Mapped[str] = mapped_column(String(2))
    state: Mapped[str] = mapped_column(String(20), index=True)  # archive.procedure.states
    since: Mapped[datetime]  # when it came into that state
    concluded: Mapped[bool] = mapped_column(default=False)  # the chair concluded, in this round
    closing: Mapped[bool] = mapped_column(default=False, server_default=false())  # its dossier is being filed
    dossier_id: Mapped[str] = mapped_column(
        String(36), default="", server_default="", index=True
    )  # case file
    members: Mapped[list[CouncilMember]] = relationship(order_by="CouncilMember.account")


class CouncilMember(Base):
    """Somebody who sits on a list's council now."""

    __tablename__ = "council_member"
    order_id: Mapped[str] = mapped_column(ForeignKey("disposal_list.order_id"), primary_key=True)
    account: Mapped[str] = mapped_column(String(80), primary_key=True, index=True)
    seat: Mapped[str] = mapped_column(String(20))  # archive.procedure.seats
    excused: Mapped[bool] = mapped_column(default=False)
