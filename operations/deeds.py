"""What people do with stored case files in the demonstration, through the functions the portal calls."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlalchemy import Select, select

from archive import custody, holders, orders
from archive.errors import OrderRefusedError, TemporaryError
from archive.ledger.follow import follow, followers
from archive.ledger.verify import verify as verify_ledger
from archive.packages.verify import verify as verify_package
from archive.procedure.states import START, State
from archive.reason import told
from archive.register.decisions import Hold, Order, OrderItem, OrderKind, Receipt
from archive.register.models import CaseFile, CaseFileState, Package, Regime
from archive.register.session import reading, transaction
from archive.settings import ArchiveSettings
from archive.stores.settings import FolderSettings
from archive.vietnam import day_of
from archive.viewer import ALL_AGENCIES, Role, Viewer
from exports import reception, sending, transfer
from exports.inventory import inventory
from exports.settings import ExportsSettings
from operations import accounts
from operations.procession import Wanted, people_at, walk
from operations.world import Expected
from retention import destruction, holds
from retention.papers import making
from retention.papers.papers import Kind, Paper
from search.query import Filters, search

ARCHIVIST = Viewer("luutru", {ALL_AGENCIES: frozenset({Role.ARCHIVIST})})
HEAD = Viewer("lanhdao", {ALL_AGENCIES: frozenset({Role.HEAD})})
RESEARCHER = Viewer("docgia", {ALL_AGENCIES: frozenset({Role.RESEARCHER})})
# Two that nobody can log in as prove both factors: whoever looks at the house enrols authenticators of their own.
LIST_PEOPLE = people_at(
    ALL_AGENCIES,
    archivist=ARCHIVIST.name,
    voters=("hoidong", "hoidong2", "hoidong3"),
    head="lanhdao-mau",
    executor="luutru-mau",
    names=accounts.FULL_NAMES,
)
EXECUTOR = LIST_PEOPLE.executor
TRANSFER_PLAN = "7/KH-LTLS"

Judged = tuple[str, bool]
"""What was seen, in Vietnamese, and whether it is right."""


def _today() -> date:
    return day_of(datetime.now(UTC))


def find_decision() -> Judged:
    """Find a decision as a researcher types it: without accents, without its notation."""
    results = search("quyet dinh 31/2020", viewer=RESEARCHER, filters=Filters(), page=1, size=5)
    first = results.hits[0] if results.hits else None
    detail = f"{results.total} kết quả, đầu tiên: {first.code if first else '-'} {first.title[:50] if first else ''}"
    return detail, first is not None and first.code == "31/2020/QĐ-UBND"


def packages_are_whole() -> Judged:
    """Verify every copy of every package, and count the copies."""
    schemas = ArchiveSettings.load().tools_home / "schemas"
    wanted = ArchiveSettings.load().copies_required
    count, faults = 0, []
    with reading() as session:
        for package in session.scalars(select(Package)):
            count += 1
            if len(package.copies) < wanted:
                faults.append(f"{package.name}: {len(package.copies)} bản")
            faults += [
                f"{store.name}: {package.name}: {fault.rule} {fault.path}"
                for store in ArchiveSettings.load().all_stores
                if isinstance(store, FolderSettings)
                for fault in verify_package(store.path / package.name, schemas=schemas)
            ]
    return f"{count} gói, {len(faults)} lỗi {faults[:1] or ''}", count > 0 and not faults


def retention_is_known() -> Judged:
    """Count the case files of which it is known how long they are kept."""
    with reading() as session:
        rows = session.scalars(select(CaseFile)).all()
        known = [row for row in rows if row.permanent or row.eligible_from is not None]
    return f"{len(known)} trên {len(rows)} hồ sơ", bool(rows) and len(known) == len(rows)


def _listed(case_file_id: str, number: str, *, to: State) -> str:
    """Return the order of a list with one case file, walked to a state of its law; of one made before, that one."""
    now = datetime.now(UTC)
    with transaction() as session:
        # A list is called after its letter until it is decided, then after the decision.
        if order_id := session.scalar(_made(case_file_id, f"{number}/TTr", number)):
            return order_id
        agency = session.get_one(CaseFile, case_file_id).agency_code
        wanted = Wanted(agency, [case_file_id], number, _today(), reason="hết thời hạn lưu trữ")
        return walk(session, wanted, LIST_PEOPLE, now=now, to=to).order_id


def _made(case_file_id: str, *numbers: str) -> Select[str]:
    """Return the query for the order the sample's archivist made of a case file under one of these numbers."""
    return (
        select(Order.id)
        .join(OrderItem, OrderItem.order_id == Order.id)
        .where(
            OrderItem.case_file_id == case_file_id,
            Order.proposed_by == ARCHIVIST.name,
            Order.document_number.in_(numbers),
        )
    )


def _start(case_file_id: str) -> State:
    with reading() as session:
        return START[Regime(session.get_one(CaseFile, case_file_id).regime)]


def hold(case_file_id: str) -> Judged:
    """Hold a case file that a decided list names: neither the list nor a new one may destroy it."""
    with reading() as session:
        if session.scalar(select(Hold.id).where(Hold.case_file_id == case_file_id).limit(1)):
            return "đã có lệnh giữ", True
    decided = _listed(case_file_id, "100/QĐ-HUY", to=State.HANDED_OVER)
    with transaction() as session:
        holds.place(
            session,
            agency_code=session.get_one(CaseFile, case_file_id).agency_code,
            case_file_ids=[case_file_id],
            reason="đang phục vụ thanh tra",
            document_number="15/TTr-TT",
            document_date=_today(),
            viewer=ARCHIVIST,
            now=datetime.now(UTC),
        )
    told = []
    for act in (
        lambda: destruction.execute(decided, viewer=EXECUTOR, now=datetime.now(UTC)),
        lambda: _listed(case_file_id, "101/QĐ-HUY", to=_start(case_file_id)),
    ):
        try:
            act()
        except OrderRefusedError as error:
            told.append(str(error))
    refused = len(told) == 2 and all("đang phục vụ thanh tra" in reason for reason in told)
    with reading() as session:
        untouched = session.get_one(CaseFile, case_file_id).state == CaseFileState.STORED
    return (told[0] if told else "đề nghị hủy đã lọt qua")[:100], refused and untouched


def put_on_list(case_file_id: str) -> Judged:
    """Propose a case file for destruction; it waits for the council."""
    return _listed(case_file_id, "103/QĐ-HUY", to=_start(case_file_id)), True


def destroy(case_file_id: str) -> Judged:
    """Destroy a case file by an approved decision; right when no store has it and every holder gave a receipt."""
    order_id = _listed(case_file_id, "102/QĐ-HUY", to=State.HANDED_OVER)
    outcome = destruction.execute(order_id, viewer=EXECUTOR, now=datetime.now(UTC))
    deadline = time.monotonic() + 300
    while (
        not outcome.finished and time.monotonic() < deadline
    ):  # a holder is not done yet: ask again, as the task does
        time.sleep(5)
        outcome = destruction.execute(order_id, viewer=EXECUTOR, now=datetime.now(UTC))
    with reading() as session:
        row = session.get_one(CaseFile, case_file_id)
        receipts = session.scalars(select(Receipt).where(Receipt.case_file_id == case_file_id)).all()
        names = [package.name for package in row.packages]
    papers = _papers(order_id)
    left = [store.name for store in custody.stores() for name in names if store.size(name) is not None]
    everybody = {holder.name for holder in holders.holders()} <= {receipt.holder for receipt in receipts}
    written = all(paper.pdf.startswith(b"%PDF") for paper in papers) and papers[-1].kind is Kind.CERTIFICATE
    right = row.state == CaseFileState.DESTROYED and not left and everybody and written
    return f"{outcome.count('done')} hồ sơ; {len(receipts)} biên nhận, {len(papers)} văn bản PDF/A", right


def _papers(order_id: str) -> tuple[Paper, ...]:
    """Return the papers of a destruction; the house's worker may be making them at this moment."""
    deadline = time.monotonic() + 120
    while True:
        try:
            return making.make(order_id, now=datetime.now(UTC))
        except TemporaryError:
            if time.monotonic() > deadline:
                raise
            time.sleep(1)


def hand_over(case_file_id: str) -> Judged:
    """Hand a case file over to the Historical Archive, which gives a receipt."""
    order_id = _handed_over(case_file_id)
    sending.send(order_id, viewer=ARCHIVIST, now=datetime.now(UTC))
    reception.receive(ExportsSettings.load().inbox, now=datetime.now(UTC))
    with transaction() as session:
        transfer.collect(session, now=datetime.now(UTC))
    with reading() as session:
        state = session.get_one(CaseFile, case_file_id).state
    return f"trạng thái {state}", state == CaseFileState.TRANSFERRED


def _handed_over(case_file_id: str) -> str:
    """Return the approved order that hands a case file over; of one made before, that one."""
    now = datetime.now(UTC)
    with transaction() as session:
        if order_id := session.scalar(_made(case_file_id, TRANSFER_PLAN)):
            return order_id
        row = session.get_one(CaseFile, case_file_id)
        order = orders.propose(
            session,
            orders.NewOrder(
                kind=OrderKind.TRANSFER,
                agency_code=row.agency_code,
                reason="giao nộp Lưu trữ lịch sử",
                document_number=TRANSFER_PLAN,
                document_date=_today(),
                case_file_ids=(case_file_id,),
            ),
            viewer=ARCHIVIST,
            now=now,
        )
        orders.approve(session, order.id, viewer=HEAD, role=Role.HEAD, now=now + timedelta(seconds=1))
    return order.id


def print_inventory(expected: Sequence[Expected]) -> Judged:
    """Print the inventory of the first agency of which something is to be stored."""
    agency = next(one.agency for one in expected if one.outcome == "stored")
    with reading() as session:
        paper = inventory(session, agency, viewer=ARCHIVIST, today=_today())
    return f"{len(paper)} byte", paper.startswith(b"%PDF")


def statuses(office: Path) -> Judged:
    """Wait until the office has been told of arrival, refusal, acceptance and completion."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        sent = [json.loads(line) for line in _read_lines(office / "statuses.jsonl")]
        codes = {str(one.get("status", one.get("code", ""))) for one in sent}
        if {"01", "02", "03", "06"} <= codes:
            return f"{len(sent)} thông điệp: {', '.join(sorted(codes))}", True
        time.sleep(1)
    return f"chỉ có {', '.join(sorted(codes)) or 'không gì'}", False


def _read_lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def ledger_is_whole() -> Judged:
    """Let every follower read to the end, then verify the ledger."""
    for follower in followers():
        follow(follower)
    with reading() as session:
        faults = verify_ledger(session)
    return told(faults[0]) if faults else "không thiếu, không đổi, không đảo", not faults
