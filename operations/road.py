"""The people's part of the demonstration, played through the same functions the portal calls."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from archive import custody, holders, orders
from archive.errors import OrderRefusedError, TangThuError
from archive.ledger.follow import follow, followers
from archive.ledger.rows import CursorRow, EventRow
from archive.ledger.verify import verify as verify_ledger
from archive.packages.verify import verify as verify_package
from archive.reason import because, told_text
from archive.register.decisions import Hold, OrderItem, OrderKind, Receipt
from archive.register.models import STATES_OPEN, CaseFile, CaseFileState, Package, Submission, SubmissionState
from archive.register.session import reading, transaction
from archive.settings import ArchiveSettings
from archive.vietnam import day_of
from archive.viewer import ALL_AGENCIES, Role, Viewer
from exports import reception, transfer
from exports.inventory import inventory
from exports.settings import ExportsSettings
from ingest import submissions
from operations.report import Act, Line
from operations.world import Expected
from retention import certificate, destruction, disposal
from retention import holds as retention_holds
from search.query import Filters, search

Say = Callable[[str], None]
ARCHIVIST = Viewer("luutru", {ALL_AGENCIES: frozenset({Role.ARCHIVIST})})
COUNCIL = Viewer("hoidong", {ALL_AGENCIES: frozenset({Role.COUNCIL})})
HEAD = Viewer("lanhdao", {ALL_AGENCIES: frozenset({Role.HEAD})})
HISTORICAL = Viewer("lichsu", {ALL_AGENCIES: frozenset({Role.HISTORICAL})})
RESEARCHER = Viewer("docgia", {ALL_AGENCIES: frozenset({Role.RESEARCHER})})


def wait_until_settled(
    expected: Sequence[Expected], *, seconds: int, say: Say, accepting: bool = True
) -> Iterator[None]:
    """Yield once a second until every delivery has an outcome.

    Args:
        accepting: accept as the archivist what is to be stored and only has warnings; otherwise it stays for a person.
    """
    deadline, told = time.monotonic() + seconds, ""
    wanted = len({one.message_id for one in expected})
    accept_keys = {one.message_id for one in expected if accepting and one.outcome == "stored"}
    while time.monotonic() < deadline:
        with transaction() as session:
            rows = session.scalars(select(Submission)).all()
            for row in rows:
                if row.state == SubmissionState.TO_DECIDE and row.message_id in accept_keys:
                    submissions.accept(session, row.id, viewer=ARCHIVIST, now=datetime.now(UTC))
            states = [row.state for row in rows]
            waiting = {told_text(row.waiting) for row in rows if row.waiting}
        done = len(states) >= wanted and not any(state in STATES_OPEN for state in states)
        line = f"{len(states)} of {wanted} arrived, {sum(s in STATES_OPEN for s in states)} under way" + (
            f"; waits: {sorted(waiting)[0]}" if waiting else ""
        )
        if line != told:
            say(line)
            told = line
        if done and not _index_behind():
            return
        yield
        time.sleep(1)
    say("not everything settled in time; the report shows how things stand")


def _today() -> date:
    return day_of(datetime.now(UTC))


def _index_behind() -> bool:
    with reading() as session:
        last = session.scalar(select(EventRow.seq).order_by(EventRow.seq.desc()).limit(1)) or 0
        cursors = {row.name: row.seq for row in session.scalars(select(CursorRow))}
    return any(cursors.get(follower.name, 0) < last for follower in followers())


def lines(expected: Sequence[Expected]) -> list[Line]:
    """Return one line per delivery: what was expected, what became of it."""
    out = []
    with reading() as session:
        for one in expected:
            row = session.scalar(
                select(Submission)
                .where(Submission.message_id == one.message_id)
                .order_by(Submission.received_at)
            )
            if row is None:
                out.append(Line(one.key, one.file_code, one.outcome, "-", "never arrived", right=False))
                continue
            codes = sorted({finding.code for finding in row.findings})
            missing = sorted(set(one.codes) - set(codes))
            state = "stored" if one.outcome == "duplicate" else one.outcome
            right = row.state == state and not missing
            detail = told_text(row.waiting) or ", ".join(codes) + (
                f" (thiếu {', '.join(missing)})" if missing else ""
            )
            out.append(Line(one.key, one.file_code, one.outcome, row.state, detail, right))
    return out


def acts(expected: Sequence[Expected], *, office: Path, say: Say) -> Iterator[Act]:
    """Do what people do with stored case files, one act after another, each judged."""
    story: list[tuple[str, Callable[[], tuple[str, bool]]]] = [
        ("tìm không dấu: quyet dinh 31/2020", _find_decision),
        ("mọi gói hợp lệ, đủ ba bản", _packages_are_whole),
        ("thời hạn lưu trữ được tính", _retention_is_known),
        ("lệnh giữ: hồ sơ bị giữ không thể hủy", lambda: _hold(_named(expected, "held"))),
        ("hủy theo quyết định, mọi nơi xác nhận", lambda: _destroy(_named(expected, "destroy"))),
        ("giao nộp Lưu trữ lịch sử, có biên nhận", lambda: _hand_over(_named(expected, "transfer"))),
        ("mục lục hồ sơ PDF/A", lambda: _inventory(expected)),
        ("phản hồi trạng thái tới cơ quan gửi", lambda: _statuses(office)),
        ("sổ nhật ký nguyên vẹn", _ledger_is_whole),
    ]
    for name, act in story:
        say(name)
        began = time.monotonic()
        try:
            detail, right = act()
        except TangThuError as error:
            detail, right = f"{type(error).__name__}: {error}", False
        yield Act(name, detail, right, round(time.monotonic() - began, 1))


def play(expected: Sequence[Expected], *, say: Say) -> None:
    """Do once, for a house that people will look at: hold one case file, destroy one, hand one over, list one.

    What waits for an archivist stays waiting; what was done by an earlier run is not done again.
    """
    for _ in wait_until_settled(expected, seconds=3600, say=say, accepting=False):
        pass
    story: list[tuple[str, str, Callable[[str], tuple[str, bool]]]] = [
        ("held", "one case file is held", _hold),
        ("destroy", "one case file is destroyed by approved decision", _destroy),
        ("transfer", "one case file is handed over to the Historical Archive", _hand_over),
        ("listed", "one case file is proposed for destruction and waits for the council", _list),
    ]
    for part, told, act in story:
        try:
            case_file_id = _named(expected, part)
            if _untouched(case_file_id):
                detail, right = act(case_file_id)
                say(f"{told}: {'done' if right else detail}")
        except TangThuError as error:
            say(f"{told}: {error}")


def _untouched(case_file_id: str) -> bool:
    """Say whether a case file is stored, not held and on no list: nothing was done to it yet."""
    with reading() as session:
        held = session.scalar(select(Hold.id).where(Hold.case_file_id == case_file_id).limit(1))
        listed = session.scalar(
            select(OrderItem.order_id).where(OrderItem.case_file_id == case_file_id).limit(1)
        )
        return (
            held is None
            and listed is None
            and session.get_one(CaseFile, case_file_id).state == CaseFileState.STORED
        )


def _named(expected: Sequence[Expected], part: str) -> str:
    """Return the case file id of the delivery the world meant for this part."""
    message_id = next(one.message_id for one in expected if one.part == part)
    with reading() as session:
        found = session.scalar(select(Submission.case_file_id).where(Submission.message_id == message_id))
    if found is None:
        raise OrderRefusedError((because("operations.not-stored", part=part),))
    return found


def _find_decision() -> tuple[str, bool]:
    results = search("quyet dinh 31/2020", viewer=RESEARCHER, filters=Filters(), page=1, size=5)
    first = results.hits[0] if results.hits else None
    detail = f"{results.total} kết quả, đầu tiên: {first.code if first else '-'} {first.title[:50] if first else ''}"
    return detail, first is not None and first.code == "31/2020/QĐ-UBND"


def _packages_are_whole() -> tuple[str, bool]:
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
                for fault in verify_package(store.path / package.name, schemas=schemas)
            ]
    return f"{count} gói, {len(faults)} lỗi {faults[:1] or ''}", count > 0 and not faults


def _retention_is_known() -> tuple[str, bool]:
    with reading() as session:
        rows = session.scalars(select(CaseFile)).all()
        known = [row for row in rows if row.permanent or row.eligible_from is not None]
    return f"{len(known)} trên {len(rows)} hồ sơ", bool(rows) and len(known) == len(rows)


def _propose(case_file_id: str, number: str) -> str:
    now = datetime.now(UTC)
    with transaction() as session:
        agency = session.get_one(CaseFile, case_file_id).agency_code
        order = disposal.propose(
            session,
            agency_code=agency,
            case_file_ids=[case_file_id],
            reason="hết thời hạn lưu trữ",
            document_number=number,
            document_date=_today(),
            viewer=ARCHIVIST,
            now=now,
        )
        return order.id


def _hold(case_file_id: str) -> tuple[str, bool]:
    """Hold a case file that a decided list names: neither the list nor a new one may destroy it."""
    decided = _decided(case_file_id, "100/QĐ-HUY")
    with transaction() as session:
        retention_holds.place(
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
        lambda: destruction.execute(decided, viewer=HEAD, now=datetime.now(UTC)),
        lambda: _propose(case_file_id, "101/QĐ-HUY"),
    ):
        try:
            act()
        except OrderRefusedError as error:
            told.append(str(error))
    refused = len(told) == 2 and all("đang phục vụ thanh tra" in reason for reason in told)
    with reading() as session:
        untouched = session.get_one(CaseFile, case_file_id).state == CaseFileState.STORED
    return (told[0] if told else "đề nghị hủy đã lọt qua")[:100], refused and untouched


def _list(case_file_id: str) -> tuple[str, bool]:
    return _propose(case_file_id, "103/TTr-HUY"), True


def _decided(case_file_id: str, number: str) -> str:
    """Return the order that destroys a case file, proposed and approved."""
    order_id = _propose(case_file_id, number)
    for viewer, role in ((COUNCIL, Role.COUNCIL), (HEAD, Role.HEAD)):
        with transaction() as session:
            disposal.approve(session, order_id, viewer=viewer, role=role, now=datetime.now(UTC))
    return order_id


def _destroy(case_file_id: str) -> tuple[str, bool]:
    order_id = _decided(case_file_id, "102/QĐ-HUY")
    outcome = destruction.execute(order_id, viewer=HEAD, now=datetime.now(UTC))
    deadline = time.monotonic() + 300
    while (
        not outcome.finished and time.monotonic() < deadline
    ):  # a holder is not done yet: ask again, as the task does
        time.sleep(5)
        outcome = destruction.execute(order_id, viewer=HEAD, now=datetime.now(UTC))
    with reading() as session:
        row = session.get_one(CaseFile, case_file_id)
        receipts = session.scalars(select(Receipt).where(Receipt.case_file_id == case_file_id)).all()
        paper = certificate.certificate(session, order_id)
        names = [package.name for package in row.packages]
    left = [store.name for store in custody.stores() for name in names if store.size(name) is not None]
    everybody = {holder.name for holder in holders.holders()} <= {receipt.holder for receipt in receipts}
    right = row.state == CaseFileState.DESTROYED and not left and everybody and paper.startswith(b"%PDF")
    return f"{outcome.count('done')} hồ sơ; {len(receipts)} biên nhận, chứng nhận {len(paper)} byte", right


def _hand_over(case_file_id: str) -> tuple[str, bool]:
    now = datetime.now(UTC)
    with transaction() as session:
        row = session.get_one(CaseFile, case_file_id)
        order = orders.propose(
            session,
            orders.NewOrder(
                kind=OrderKind.TRANSFER,
                agency_code=row.agency_code,
                reason="giao nộp Lưu trữ lịch sử",
                document_number="7/KH-LTLS",
                document_date=_today(),
                case_file_ids=(case_file_id,),
            ),
            viewer=ARCHIVIST,
            now=now,
        )
        orders.approve(session, order.id, viewer=HEAD, role=Role.HEAD, now=now + timedelta(seconds=1))
    transfer.send(order.id, viewer=ARCHIVIST, now=datetime.now(UTC))
    reception.receive(ExportsSettings.load().inbox, now=datetime.now(UTC))
    with transaction() as session:
        transfer.collect(session, now=datetime.now(UTC))
    with reading() as session:
        state = session.get_one(CaseFile, case_file_id).state
    return f"trạng thái {state}", state == CaseFileState.TRANSFERRED


def _inventory(expected: Sequence[Expected]) -> tuple[str, bool]:
    agency = next(one.agency for one in expected if one.outcome == "stored")
    with reading() as session:
        paper = inventory(session, agency, viewer=ARCHIVIST, today=_today())
    return f"{len(paper)} byte", paper.startswith(b"%PDF")


def _statuses(office: Path) -> tuple[str, bool]:
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


def _ledger_is_whole() -> tuple[str, bool]:
    for follower in followers():
        follow(follower)
    with reading() as session:
        faults = verify_ledger(session)
    return faults[0] if faults else "không thiếu, không đổi, không đảo", not faults
