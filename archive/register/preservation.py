"""Preservation plans (kế hoạch bảo quản, chuyển đổi định dạng) and what became of each case file they name."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from archive.register.base import Base, Sha256
from archive.register.models import new_id


class PlanState(StrEnum):
    """How a plan stands; which state follows which is a table in `ingest.migration.plan`."""

    PROPOSED = "proposed"
    REFUSED = "refused"
    APPROVED = "approved"
    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"  # made, or ended by hand; can still be reversed
    REVERSING = "reversing"
    REVERSED = "reversed"
    CONFIRMED = "confirmed"


class ItemState(StrEnum):
    """What became of one case file of a plan."""

    WAITING = "waiting"
    MAKING = "making"  # a version is on its way into the stores under the item's name
    MADE = "made"  # every file that was to be made anew was
    PARTLY = "partly"  # some were; the others keep the derivative they had
    FAILED = "failed"  # none was; there is no new version
    PASSED = "passed"  # passed over: not stored any more, named in a decision, nothing left to do
    LEFT = "left"  # to be reversed, and could not be; the new version stays
    REVERSING = "reversing"  # the version before is current again, bytes are being erased
    REVERSED = "reversed"


STATES_MADE = frozenset({ItemState.MADE, ItemState.PARTLY})
STATES_TAKEN_BACK = frozenset({ItemState.REVERSING, ItemState.REVERSED})


class PreservationPlan(Base):
    """All of one kind to be made anew as another kind.

    Nobody approves what they proposed; the table refuses such a row whatever the code above it does.

    Attributes:
        agency_code: whose case files; "" for all.
        wanted: what is chosen, as `ingest.migration.plan.Wanted` says it.
        target: PDF/A flavour to be made; "" for what the format policy of each agency says when it is made.
        files, components, size: how many case files and original files are named, and the bytes of those files.
        list_sha256: over the list, as an order has it.
        trial, trial_at, trouble: what a sample gave, and why the run waits. Of the machine, not in the digest:
            they may quote documents, so the ledger does not have them.
    """

    __tablename__ = "preservation_plan"
    __table_args__ = (CheckConstraint("decided_by <> proposed_by", name="ck_preservation_plan_two_people"),)
    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(200))
    reason: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(10), index=True)
    agency_code: Mapped[str] = mapped_column(String(35), default="")
    wanted: Mapped[dict[str, Any]]
    target: Mapped[str] = mapped_column(String(2), default="")
    files: Mapped[int]
    components: Mapped[int]
    size: Mapped[int]
    list_sha256: Mapped[str] = mapped_column(Sha256)
    proposed_by: Mapped[str] = mapped_column(String(80))
    proposed_role: Mapped[str] = mapped_column(String(40))
    proposed_at: Mapped[datetime]
    decided_by: Mapped[str] = mapped_column(String(80), default="")
    decided_role: Mapped[str] = mapped_column(String(40), default="")
    decided_at: Mapped[datetime | None]
    remark: Mapped[str] = mapped_column(Text, default="")
    began_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    closed_by: Mapped[str] = mapped_column(String(80), default="")
    closed_at: Mapped[datetime | None]
    closing_remark: Mapped[str] = mapped_column(Text, default="")
    trial: Mapped[list[Any] | None] = mapped_column(JSON)
    trial_at: Mapped[datetime | None]
    trouble: Mapped[str] = mapped_column(Text, default="")


class PreservationItem(Base):
    """One case file a plan names.

    Attributes:
        package_sha256: of its newest package when the plan was proposed.
        components, size: how many original files are to be made anew, and their bytes.
        version, package_name: of the new version, from the moment on at which it is begun.
        sha256: of the new version; "" while, and if, it never was one.
        made: files that were made anew.
        failed: [{"document", "file", "code"}] of those that were not; ordinals, never names.
        why: reasons as text (`archive.reason.as_text`): why it was passed over or left, and which store still keeps
            erased bytes.
        told: what the tools said of each file that failed; may quote the document, so it is of the machine, is in
            neither ledger nor digest, and goes when the case file is destroyed.
    """

    __tablename__ = "preservation_item"
    __table_args__ = (
        Index("ix_preservation_item_state", "plan_id", "state"),
        Index("ix_preservation_item_case_file_id", "case_file_id"),
        Index("ix_preservation_item_package_name", "package_name"),
    )
    plan_id: Mapped[str] = mapped_column(ForeignKey("preservation_plan.id"), primary_key=True)
    case_file_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    package_sha256: Mapped[str] = mapped_column(Sha256)
    components: Mapped[int]
    size: Mapped[int]
    state: Mapped[str] = mapped_column(String(10), default=ItemState.WAITING)
    version: Mapped[int] = mapped_column(default=0)
    package_name: Mapped[str] = mapped_column(String(400), default="")
    sha256: Mapped[str] = mapped_column(Sha256, default="")
    made: Mapped[int] = mapped_column(default=0)
    failed: Mapped[list[Any]] = mapped_column(JSON, default=list)
    why: Mapped[str] = mapped_column(Text, default="")
    told: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime | None]
