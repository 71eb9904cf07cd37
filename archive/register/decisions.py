"""Orders, approvals, holds and receipts: what people decided and what was done about it."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from archive.register.base import Base, Sha256
from archive.register.models import new_id


class OrderKind(StrEnum):
    """What the office may command (design section 4)."""

    ACCEPTANCE = "acceptance"
    HOLD = "hold"
    LIFT_HOLD = "lift-hold"
    DESTRUCTION = "destruction"
    TRANSFER = "transfer"
    ACCESS = "access"


class OrderState(StrEnum):
    """Life of an order. Only approvals and outcomes are added to it, nothing is changed."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    EXECUTING = "executing"
    DONE = "done"
    REFUSED = "refused"


ORDERS_OPEN = (OrderState.PROPOSED, OrderState.APPROVED, OrderState.EXECUTING)
"""States in which an order still means to do something to the case files it names."""


NUMBER_LONGEST = 60
"""Characters of a document's number and notation, as the forms take it."""


class Order(Base):
    """A decision of the office, checked by the vault itself."""

    __tablename__ = "order"
    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(String(20), index=True)
    state: Mapped[str] = mapped_column(String(10), default=OrderState.PROPOSED)
    proposed_by: Mapped[str] = mapped_column(String(80))
    agency_code: Mapped[str] = mapped_column(String(35))
    reason: Mapped[str] = mapped_column(Text)
    document_number: Mapped[str] = mapped_column(String(NUMBER_LONGEST))  # the decision it rests on
    document_date: Mapped[date]
    document_sha256: Mapped[str] = mapped_column(Sha256, default="")
    list_sha256: Mapped[str] = mapped_column(Sha256)  # over the items, sorted; see archive.orders
    created_at: Mapped[datetime]
    executed_at: Mapped[datetime | None]
    payload: Mapped[dict[str, Any]]
    items: Mapped[list[OrderItem]] = relationship(order_by="OrderItem.case_file_id")
    approvals: Mapped[list[Approval]] = relationship(order_by="Approval.at")


ITEM_ERASING = "erasing"  # some holder was asked already: the copies are on their way out
ITEM_TAKEN_OUT = "taken-out"  # an archivist took it off the list, with a reason
ITEM_KEPT = "kept"  # the council keeps it
ITEMS_LEFT = frozenset({ITEM_TAKEN_OUT, ITEM_KEPT})
"""Outcomes of items that are on the list no more; the list's hash is over the others."""


class OrderItem(Base):
    """One case file an order names, with the package hash it had when the order was made."""

    __tablename__ = "order_item"
    order_id: Mapped[str] = mapped_column(ForeignKey("order.id"), primary_key=True)
    case_file_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    package_sha256: Mapped[str] = mapped_column(Sha256)
    same_as: Mapped[str] = mapped_column(
        String(36), default="", server_default=""
    )  # it goes as a duplicate of this
    # erasing | done | held | refused, or one of ITEMS_LEFT
    outcome: Mapped[str] = mapped_column(String(20), default="")
    outcome_at: Mapped[datetime | None]
    detail: Mapped[str] = mapped_column(Text, default="")


class Approval(Base):
    """One person's yes. Distinct people, never the proposer."""

    __tablename__ = "approval"
    order_id: Mapped[str] = mapped_column(ForeignKey("order.id"), primary_key=True)
    actor: Mapped[str] = mapped_column(String(80), primary_key=True)
    role: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime]


class Hold(Base):
    """A stop on disposal (lệnh giữ). A hold always wins.

    It names one thing: a case file, or an agency or a fonds and so all that is and will be of it; the others are "".
    """

    __tablename__ = "hold"
    # Not the rows without one: a hold on what was found has one for each case file.
    __table_args__ = tuple(
        Index(
            f"ix_hold_{name}",
            name,
            sqlite_where=text(f"{name} <> ''"),
            postgresql_where=text(f"{name} <> ''"),
        )
        for name in ("agency_code", "fonds_code")
    )
    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    case_file_id: Mapped[str] = mapped_column(String(36), default="", index=True)
    agency_code: Mapped[str] = mapped_column(String(35), default="")
    fonds_code: Mapped[str] = mapped_column(String(35), default="")
    order_id: Mapped[str] = mapped_column(ForeignKey("order.id"), index=True)
    reason: Mapped[str] = mapped_column(Text)
    placed_by: Mapped[str] = mapped_column(String(80))
    placed_at: Mapped[datetime]
    until: Mapped[date | None]
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[str] = mapped_column(String(80), default="")


class Receipt(Base):
    """A holder's word that it erased what it had of a case file, and looked again."""

    __tablename__ = "receipt"
    order_id: Mapped[str] = mapped_column(ForeignKey("order.id"), primary_key=True)
    case_file_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    holder: Mapped[str] = mapped_column(String(60), primary_key=True)
    what: Mapped[str] = mapped_column(Text)
    how: Mapped[str] = mapped_column(Text)  # in NIST SP 800-88 words
    at: Mapped[datetime]
    gone: Mapped[bool]  # the holder looked again and found nothing
    expires_on: Mapped[date | None]  # backups: gone by then

    @property
    def had_nothing(self) -> bool:
        """Say whether the holder had nothing of the case file (`archive.receipt_words`)."""
        return self.what == "nothing"
