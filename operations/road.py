"""The people's part of the demonstration: wait for what arrives, then do one thing after another, each judged."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select

from archive.errors import OrderRefusedError, TangThuError
from archive.ledger.follow import followers
from archive.ledger.rows import CursorRow, EventRow
from archive.reason import because, told_text
from archive.register.models import STATES_OPEN, Submission, SubmissionState
from archive.register.session import reading, transaction
from ingest import submissions
from operations import deeds
from operations.deeds import Judged
from operations.report import Act, Line
from operations.world import Expected

Say = Callable[[str], None]


def wait_until_settled(expected: Sequence[Expected], *, seconds: int, say: Say) -> Iterator[None]:
    """Yield once a second until every delivery has an outcome.

    What is to be stored and only has warnings is accepted as the archivist does.
    """
    deadline, told = time.monotonic() + seconds, ""
    wanted = len({one.message_id for one in expected})
    accept_keys = {one.message_id for one in expected if one.outcome == "stored"}
    while time.monotonic() < deadline:
        with transaction() as session:
            rows = session.scalars(select(Submission)).all()
            for row in rows:
                if row.state == SubmissionState.TO_DECIDE and row.message_id in accept_keys:
                    submissions.accept(session, row.id, viewer=deeds.ARCHIVIST, now=datetime.now(UTC))
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
    story: list[tuple[str, Callable[[], Judged]]] = [
        ("tìm không dấu: quyet dinh 31/2020", deeds.find_decision),
        ("mọi gói hợp lệ, đủ ba bản", deeds.packages_are_whole),
        ("thời hạn lưu trữ được tính", deeds.retention_is_known),
        ("lệnh giữ: hồ sơ bị giữ không thể hủy", lambda: deeds.hold(_named(expected, "held"))),
        ("hủy theo quyết định, mọi nơi xác nhận", lambda: deeds.destroy(_named(expected, "destroy"))),
        ("giao nộp Lưu trữ lịch sử, có biên nhận", lambda: deeds.hand_over(_named(expected, "transfer"))),
        ("mục lục hồ sơ PDF/A", lambda: deeds.print_inventory(expected)),
        ("phản hồi trạng thái tới cơ quan gửi", lambda: deeds.statuses(office)),
        ("sổ nhật ký nguyên vẹn", deeds.ledger_is_whole),
    ]
    for name, act in story:
        say(name)
        began = time.monotonic()
        try:
            detail, right = act()
        except TangThuError as error:
            detail, right = f"{type(error).__name__}: {error}", False
        yield Act(name, detail, right, round(time.monotonic() - began, 1))


def _named(expected: Sequence[Expected], part: str) -> str:
    """Return the case file id of the delivery the world meant for this part."""
    message_id = next(one.message_id for one in expected if one.part == part)
    with reading() as session:
        found = session.scalar(select(Submission.case_file_id).where(Submission.message_id == message_id))
    if found is None:
        raise OrderRefusedError((because("operations.not-stored", part=part),))
    return found
