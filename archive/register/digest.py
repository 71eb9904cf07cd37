"""One hash over everything in the register that packages and ledger must be able to give back.

Covered: every table of `TABLES`, every column but those of `MACHINE_ONLY`, row by row in key order.
Not covered, and why:
- `step_result`, `outbox`, `minutes_due`, `inbox`, the columns of `MACHINE_ONLY`: where the machine stands in its work
  (steps, leases, tries, messages owed, who gathers what). Lost, the work is done again; steps are safe to repeat.
- `received_message`: what a message in quarantine says; read again from its bytes.
- `question_words`: what was asked and answered; it may quote a delivery, so the ledger has its hash only.
- `finding` and a delivery's file name: they quote it, so the ledger, which is never erased, names codes only. Lost,
  they are made again when an undecided delivery is checked again; of one returned before, the codes are left.
- `preservation_plan.trial`, `.trouble`, `preservation_item.told`: what tools said; it may quote a document.
- `second_factor`: secrets, which no event holds; events only take them away.
- `roll`: how far the rounds through the stores have come; a new one begins where the oldest check is.
- `simulation`: what a schedule would move; asked for again.
- `cursor`: how far followers have read; they read again from the beginning.
- `event`, `seal`: the ledger is a source, not a result; `archive.ledger.verify` proves it.
A submission that is being checked, or waits for its case file or for an archivist, counts as received: nobody has
decided anything yet.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import Column, String, Table, select
from sqlalchemy.orm import Session

from archive.ledger.event import stamp
from archive.register.agreements import Agreement, DueFile, Minutes, MinutesCopy
from archive.register.backups import BackupSet
from archive.register.base import Base
from archive.register.decisions import Approval, Hold, Order, OrderItem, Receipt
from archive.register.disposal import CouncilMember, DisposalList
from archive.register.infected import QuarantineRequest
from archive.register.media import Medium, MediumMinutes, MediumPackage
from archive.register.messages import DocumentRequest
from archive.register.models import (
    Agency,
    CaseFile,
    Component,
    Copy,
    Fonds,
    Package,
    Record,
    RecordReference,
    Submission,
    SubmissionState,
)
from archive.register.notices import ExpiryNotice
from archive.register.preservation import PreservationItem, PreservationPlan
from archive.register.questions import Question
from archive.register.scans import PackageScan
from archive.register.schedules import ScheduleVersion

TABLES: tuple[type[Base], ...] = (
    Agency,
    Fonds,
    Submission,
    CaseFile,
    Record,
    RecordReference,
    Component,
    Package,
    Copy,
    PackageScan,
    Order,
    OrderItem,
    Approval,
    DisposalList,
    CouncilMember,
    Hold,
    Receipt,
    DocumentRequest,
    Agreement,
    DueFile,
    Minutes,
    MinutesCopy,
    QuarantineRequest,
    Question,
    Medium,
    MediumPackage,
    ScheduleVersion,
    MediumMinutes,
    BackupSet,
    ExpiryNotice,
    PreservationPlan,
    PreservationItem,
)
"""In an order in which rows may be written: what is referred to comes first."""

MACHINE_ONLY: Mapping[str, frozenset[str]] = {
    "submission": frozenset(
        {
            "step",
            "waiting",
            "attempts",
            "not_before",
            "interrupted",
            "lease_until",
            "lease_owner",
            "gathered_into",
            "file_name",
        }
    ),
    "preservation_plan": frozenset({"trial", "trial_at", "trouble"}),
    "preservation_item": frozenset({"told"}),
}
UNDECIDED = frozenset({SubmissionState.CHECKING, SubmissionState.GATHERING, SubmissionState.TO_DECIDE})


def digest(session: Session) -> str:
    """Return the SHA-256 of the rebuildable register, lower-case hex, in constant memory."""
    total = hashlib.sha256()
    for model in TABLES:
        total.update(table_digest(session, model).encode() + b"\n")
    return total.hexdigest()


def columns_of(model: type[Base]) -> list[Column[Any]]:
    """Return the columns of a table that are digested."""
    table = cast(Table, model.__table__)
    left_out = MACHINE_ONLY.get(table.name, frozenset())
    return [column for column in table.columns if column.name not in left_out]


def form() -> str:
    """Return the SHA-256 of the names of what is digested: only digests of one form can be compared."""
    names = [[str(model.__tablename__), *(column.name for column in columns_of(model))] for model in TABLES]
    return hashlib.sha256(json.dumps(names).encode()).hexdigest()


def table_digest(session: Session, model: type[Base]) -> str:
    """Return the SHA-256 over one table; what differs between two registers is found table by table."""
    table = cast(Table, model.__table__)
    columns = columns_of(model)
    total = hashlib.sha256(table.name.encode() + b"\n")
    keys: list[Any] = list(table.primary_key.columns)
    if session.get_bind().dialect.name == "postgresql":
        # Byte order as in SQLite, whatever the database's language: a register moved over keeps its digest.
        keys = [key.collate("C") if isinstance(key.type, String) else key for key in keys]
    query = select(*columns).order_by(*keys).execution_options(yield_per=1000)
    for row in session.execute(query):
        facts = {column.name: _plain(value) for column, value in zip(columns, row, strict=True)}
        if table.name == "submission" and facts["state"] in UNDECIDED:
            facts["state"] = SubmissionState.RECEIVED
        total.update(json.dumps(facts, ensure_ascii=False, sort_keys=True).encode() + b"\n")
    return total.hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return stamp(value)
    return value.isoformat() if isinstance(value, date) else value
