"""Send the packages of an approved transfer order into the Historical Archive's inbox.

A package is read, checked and written beside the inbox with no transaction open, which takes as long as it takes.
Then one short transaction asks everything again, moves it into place and records it.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive import orders
from archive.alone import alone
from archive.errors import NotAllowedError, OrderRefusedError, TemporaryError
from archive.flushing import flush_folder
from archive.order_check import reasons_against_item, reasons_against_order
from archive.packages.errors import PackageError
from archive.packages.facts import WrittenPackage
from archive.reason import Reason, as_json, because, trouble
from archive.register.decisions import Order, OrderItem, OrderKind, OrderState
from archive.register.models import CaseFile, Package, Regime
from archive.register.session import reading, transaction
from archive.stores.interface import Store
from archive.viewer import Role, Viewer
from exports.aip import Lying, hand_out, lying
from exports.errors import ExportError
from exports.progress import CLAUSES, ENDED, REFUSED, SENT, WAITING, close, move
from exports.proposal import sent_elsewhere
from exports.receipt import SUFFIX, receipt_path
from exports.settings import ExportsSettings

MAY_SEND = (Role.ARCHIVIST, Role.HEAD)


@dataclass(frozen=True)
class Sent:
    """How one case file of an order was sent, or why not.

    Attributes:
        outcome: sent, refused, or waiting when its package could not be read; then mend it and send again.
        file: name of the package in the inbox, "" when it was not sent.
        detail: why it was not, with the clause when it was refused.
    """

    case_file_id: str
    code: str
    outcome: str
    file: str = ""
    sha256: str = ""
    detail: tuple[Reason, ...] = ()


@dataclass(frozen=True)
class _Sender:
    name: str
    role: str


def send(
    order_id: str,
    *,
    viewer: Viewer,
    now: datetime,
    inbox: Path | None = None,
    places: Sequence[Store] | None = None,
) -> list[Sent]:
    """Write the packages of an approved transfer order into the Historical Archive's inbox.

    The vault's check of the order and of every case file is asked again now, and once more when its package is
    ready. A case file with a reason against it (not permanent, held, package changed) is refused with the clause,
    the others go. Opens its own transactions, one for each case file: calling it again goes on where it stopped,
    and what was sent is not sent twice.

    Args:
        order_id: of an approved transfer.
        viewer: archivist or head of the agency.
        now: aware time.
        inbox: instead of the configured folder.
        places: stores to read from instead of the configured ones.

    Raises:
        NotFoundError: no such order.
        NotAllowedError: the viewer may not carry it out.
        OrderRefusedError: no transfer, not approved, or changed since; nothing more is sent.
        TemporaryError: the inbox cannot be written, no store answers, or somebody sends this order right now;
            what was sent before stays sent.
    """
    folder = ExportsSettings.load().inbox if inbox is None else inbox
    with alone(f"order {order_id}"):
        with transaction() as session:
            order = orders.named(session, order_id, lock=True)
            sender = _Sender(viewer.name, _role(viewer, order.agency_code))
            _require(session, order, now)
            left = sorted(item.case_file_id for item in order.items if _is_open(item))
        outcomes = [_send_one(order_id, id, folder, sender, now, places) for id in left]
        with transaction() as session:
            order = orders.named(session, order_id, lock=True)
            close(session, order, actor=sender.name, role=sender.role, now=now)
    return outcomes


def _role(viewer: Viewer, agency: str) -> str:
    for role in MAY_SEND:
        if viewer.has(role, agency):
            return role.value
    raise NotAllowedError(because("archive.roles-missing", who=viewer.name, roles=MAY_SEND, agency=agency))


def _require(session: Session, order: Order, now: datetime) -> None:
    if order.kind != OrderKind.TRANSFER:
        raise OrderRefusedError(
            (because("archive.other-kind", order=order.id, kind=order.kind, wanted=OrderKind.TRANSFER),)
        )
    if reasons := reasons_against_order(session, order, now=now):
        raise OrderRefusedError(reasons)


def _is_open(item: OrderItem) -> bool:
    return item.outcome not in ENDED and item.outcome != SENT


def _send_one(
    order_id: str,
    case_file_id: str,
    inbox: Path,
    sender: _Sender,
    now: datetime,
    places: Sequence[Store] | None,
) -> Sent:
    with reading() as session:
        order = orders.named(session, order_id)
        row = session.get(CaseFile, case_file_id)
        code = row.code if row else case_file_id
        reasons = reasons_against_item(session, order, case_file_id, now=now)
        versions = () if reasons else _versions(session, order, case_file_id)
    if not versions:
        return _record(order_id, case_file_id, code, (), inbox, sender, now)
    try:
        # A folder of its own: the other side takes what ends in .zip in the inbox itself, and nothing half done.
        with tempfile.TemporaryDirectory(prefix=_beginning(order_id, inbox), dir=inbox) as place:
            try:
                written = tuple(hand_out(one, Path(place), places=places) for one in versions)
            except (ExportError, PackageError) as error:
                return Sent(case_file_id, code, WAITING, detail=(error.reason,))
            return _record(order_id, case_file_id, code, written, inbox, sender, now)
    except OSError as error:
        raise TemporaryError(
            because("archive.cannot-write", place=str(inbox), trouble=trouble(error))
        ) from error


def _versions(session: Session, order: Order, case_file_id: str) -> tuple[Lying, ...]:
    """Return the package the order names, and before it no other: then every earlier version, newest first."""
    item = next(item for item in order.items if item.case_file_id == case_file_id)
    query = select(Package).where(Package.case_file_id == case_file_id).order_by(Package.version.desc())
    packages = session.scalars(query).all()
    named = next(one.version for one in packages if one.sha256 == item.package_sha256)
    return tuple(lying(session, one) for one in packages if one.version <= named)


def _beginning(order_id: str, inbox: Path) -> str:
    """Return how the folders begin in which this order's packages are made; what a killed run left is removed."""
    beginning = f".preparing-{hashlib.sha256(order_id.encode()).hexdigest()[:16]}-"
    inbox.mkdir(parents=True, exist_ok=True)
    for left in inbox.glob(f"{beginning}*"):
        shutil.rmtree(left)
    return beginning


def _record(
    order_id: str,
    case_file_id: str,
    code: str,
    versions: tuple[WrittenPackage, ...],
    inbox: Path,
    sender: _Sender,
    now: datetime,
) -> Sent:
    """Ask everything again, and either move the package into place and ledger it, or refuse the case file."""
    actor: dict[str, Any] = {"actor": sender.name, "role": sender.role, "now": now}
    with transaction() as session:
        order = orders.named(session, order_id, lock=True)
        _require(session, order, now)
        # The row lock placing a hold takes: one of the two sees the other's work.
        session.execute(select(CaseFile.id).where(CaseFile.id == case_file_id).with_for_update())
        reasons = reasons_against_item(session, order, case_file_id, now=now)
        if again := sent_elsewhere(session, case_file_id, order_id):
            reasons = (*reasons, again)
        item = session.get_one(OrderItem, (order_id, case_file_id), populate_existing=True)
        row = session.get(CaseFile, case_file_id)
        basis = CLAUSES[Regime(row.regime)] if row else ""
        if reasons:
            detail = (*reasons, because("exports.by-clause", clause=basis)) if basis else reasons
            orders.mark(session, order, OrderState.EXECUTING, **actor)
            said = {"detail": [as_json(reason) for reason in detail]}
            move(session, item, REFUSED, said, basis=basis, **actor)
            return Sent(case_file_id, code, REFUSED, detail=detail)
        if not versions:
            return Sent(case_file_id, code, WAITING, detail=(because("exports.send-again"),))
        orders.mark(session, order, OrderState.EXECUTING, **actor)
        written, *earlier = versions
        told: dict[str, Any] = _told(written)
        if earlier:
            told["earlier"] = [_told(one) for one in earlier]
        more = {"detail": json.dumps(told, sort_keys=True)}
        move(session, item, SENT, more, basis=basis, after=written.sha256, **actor)
        # In the inbox before it counts: killed in between, the next run puts the same bytes there again.
        for one in versions:
            _set_aside(receipt_path(inbox / one.path.name))
            one.path.replace(inbox / one.path.name)
        flush_folder(inbox)
    return Sent(case_file_id, code, SENT, written.path.name, written.sha256)


def _told(written: WrittenPackage) -> dict[str, Any]:
    return {"file": written.path.name, "sha256": written.sha256, "size": written.size}


def _set_aside(earlier: Path) -> None:
    """Keep the receipt of an earlier hand-over, which said no, from answering for this one."""
    if earlier.exists():
        stem = earlier.name.removesuffix(SUFFIX)
        number = sum(1 for _ in earlier.parent.glob(f"{stem}*{SUFFIX}"))
        earlier.rename(earlier.with_name(f"{stem}.{number}{SUFFIX}"))
