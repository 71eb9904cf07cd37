"""What the ledger says of a destruction, to be read (a page) and to be proven (JSON with inclusion proofs).

The ledger says of what was destroyed only what a tombstone keeps; so does this.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from html import escape
from typing import IO

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from archive import orders
from archive.ledger.event import Verb
from archive.ledger.extract import write_extract
from archive.ledger.rows import EventRow
from archive.procedure.ballots import Ballot, Choice
from archive.procedure.called import Names, names_of
from archive.procedure.papers import Paper
from archive.procedure.story import Story
from archive.reason import sentence, words
from archive.receipt_words import receipt_told
from archive.register.decisions import Order, Receipt
from archive.register.models import CaseFile
from archive.vietnam import local
from retention.explain import day_text
from retention.papers.certificate import ROLES

MANY = 500
MOST_ROWS = 2000
"""Ballots against the majority's words that are printed at most; all of them are in the JSON."""
REPLACED = " – đã được thay, phiếu không tính"
TITLE = "Trích sổ nhật ký và phiếu biểu quyết"


def events_of(session: Session, order_id: str) -> Iterator[int]:
    """Yield the numbers of the events of a destruction: of the order, and how each case file of it ended."""
    order = orders.named(session, order_id)
    yield from session.scalars(select(EventRow.seq).where(EventRow.object_id == order_id))
    verbs = [Verb.ERASE.value, Verb.DESTROY.value]
    ids = [item.case_file_id for item in order.items]
    for start in range(0, len(ids), MANY):
        query = select(EventRow.seq, EventRow.payload).where(
            EventRow.object_id.in_(ids[start : start + MANY]), EventRow.verb.in_(verbs)
        )
        for seq, payload in session.execute(query):
            if payload.get("order_id") == order_id:
                yield seq


def write_json(session: Session, order_id: str, out: IO[str]) -> int:
    """Write the events with their proofs (`archive.ledger.extract`), and return how many.

    Raises:
        LedgerError: one cannot be proven, or is not sealed yet.
    """
    return write_extract(session, list(events_of(session, order_id)), out)


def promised(session: Session, order_id: str) -> dict[str, date]:
    """Return which holders still have a copy and by which day the last of it is to be gone; their names in Vietnamese.

    Args:
        session: on the register.
        order_id: of the destruction.
    """
    query = select(Receipt.holder, func.max(Receipt.expires_on)).where(
        Receipt.order_id == order_id, Receipt.gone.is_(False), Receipt.expires_on.is_not(None)
    )
    rows = session.execute(query.group_by(Receipt.holder).order_by(Receipt.holder))
    return {sentence(receipt_told(holder, "vi")).rstrip("."): day for holder, day in rows if day}


def promises_told(promises: Mapping[str, date]) -> str:
    """Return what a dossier says of copies that were not gone when it was filed, "" when all were."""
    if not promises:
        return ""
    places = "; ".join(f"{holder}, chậm nhất ngày {day_text(day)}" for holder, day in promises.items())
    return (
        f"Khi lập hồ sơ này còn nơi giữ bản sao mới hứa ngày xóa: {places}. Biên bản hủy được lập lại khi có "
        "chứng cứ xóa; bản lập lại không nằm trong hồ sơ này mà được giữ trong các kho, có mã băm trong sổ nhật ký, "
        "và lấy được ở trang của danh mục hoặc bằng lệnh tangthu retention certificate."
    )


def page(session: Session, story: Story) -> str:
    """Return the page of the same: each step, and how the council voted."""
    order = session.get_one(Order, story.order_id)
    names = names_of(session, order.id)
    return f"""<!doctype html><html lang="vi"><head><meta charset="utf-8"><title>{TITLE}</title>
<style>@page {{ size: A4 landscape; margin: 15mm }} html {{ font-size: 11pt }}
table {{ border-collapse: collapse; width: 100% }} thead {{ display: table-header-group }} tr {{ break-inside: avoid }}
th, td {{ border: 0.5pt solid #000; padding: 1mm 1.5mm; text-align: left; vertical-align: top }}
h1 {{ font-size: 15pt; text-align: center }} h2 {{ font-size: 12pt }} .n {{ text-align: right }}
.code {{ font-family: "Liberation Mono", monospace; font-size: 8pt; overflow-wrap: anywhere }}</style></head><body>
<h1>TRÍCH SỔ NHẬT KÝ VÀ PHIẾU BIỂU QUYẾT</h1>
<p>Lệnh hủy <span class="code">{escape(order.id)}</span>, quyết định số {escape(order.document_number)}
ngày {day_text(order.document_date)}. Danh mục SHA-256 <span class="code">{escape(order.list_sha256)}</span>.</p>
<p>Toàn văn từng sự kiện, kèm chứng minh sự kiện có trong sổ nhật ký, ở tệp JSON cùng tài liệu này; kiểm tra bằng
chương trình archive/ledger/check_proof.py, không cần hệ thống Tàng Thư.</p>
<h2>1. Thuyết minh</h2><p>{escape(story.explanation)}</p>
<h2>2. Các bước</h2>{_steps(story, names)}
<h2>3. Biểu quyết của hội đồng</h2>{_votes(session, story, names)}
{_promises(session, order.id)}
</body></html>"""


def _steps(story: Story, names: Names) -> str:
    steps = words("archive").tables["disposal-step"]
    rows = "".join(
        f"<tr><td class=n>{step.event}</td><td>{local(step.at):%d/%m/%Y %H:%M:%S}</td>"
        f"<td>{escape(sentence(steps[step.id]['vi']).rstrip('.') if step.id in steps else step.id)}</td>"
        f"<td>{escape(names.of(step.actor, step.event).at_agency)}</td>"
        f"<td>{escape(ROLES.get(step.role, step.role))}</td>"
        f"<td>{_paper(step.paper)}</td><td>{escape(step.reason)}</td></tr>"
        for step in story.steps
    )
    return f"""<table><thead><tr><th>Sự kiện số</th><th>Lúc</th><th>Việc</th><th>Họ và tên (tài khoản), cơ quan</th>
<th>Vai trò</th><th>Văn bản</th><th>Lý do</th></tr></thead><tbody>{rows}</tbody></table>"""


def _promises(session: Session, order_id: str) -> str:
    told = promises_told(promised(session, order_id))
    return f"<h2>4. Bản sao còn phải xóa</h2><p>{escape(told)}</p>" if told else ""


def _paper(paper: Paper | None) -> str:
    if paper is None:
        return ""
    told = f"{escape(paper.number)}, {day_text(paper.day)}"
    return f'{told}<br><span class="code">SHA-256 {escape(paper.sha256)}</span>' if paper.sha256 else told


def _votes(session: Session, story: Story, names: Names) -> str:
    if not story.votes and not story.withdrawn:
        return "<p>Không có phiếu.</p>"
    choices = {one: words("archive").tables["choice"][one.value]["vi"] for one in Choice}
    totals = []
    told_by = story.conclusion.event if story.conclusion else None
    told_votes = [
        (account, mark, ballots)
        for mark, votes in (("", story.votes), (REPLACED, story.withdrawn))
        for account, ballots in sorted(votes.items())
    ]
    for account, mark, ballots in told_votes:
        counts = Counter(ballot.choice for ballot in ballots.values())
        told = ", ".join(f"{choices[one]}: {counts[one]}" for one in Choice if counts[one])
        totals.append(
            f"<tr><td>{escape(str(names.of(account, told_by)))}{mark}</td><td>{escape(told)}</td></tr>"
        )
    others = [
        (id, f"{names.of(account, told_by)}{mark}", ballot)
        for account, mark, ballots in told_votes
        for id, ballot in sorted(ballots.items())
        if ballot.choice is not Choice.DESTROY
    ]
    table = "<table><thead><tr><th>Thành viên</th><th>Số phiếu theo hồ sơ</th></tr></thead><tbody>"
    return f"{table}{''.join(totals)}</tbody></table>{_others(session, others, choices)}"


def _others(session: Session, others: list[tuple[str, str, Ballot]], choices: dict[Choice, str]) -> str:
    if not others:
        return "<p>Mọi phiếu đều đồng ý hủy.</p>"
    rows = []
    for id, who, ballot in others[:MOST_ROWS]:
        file = session.get(CaseFile, id)
        told = f"{choices[ballot.choice]} {ballot.period}".strip()
        rows.append(
            f"<tr><td>{escape(file.code if file else id)}</td><td>{escape(who)}</td>"
            f"<td>{escape(told)}</td><td>{escape(ballot.reason)}</td></tr>"
        )
    more = len(others) - len(rows)
    rest = f"<p>Còn {more} phiếu khác ở tệp JSON.</p>" if more else ""
    return f"""<p>Phiếu không đồng ý hủy:</p><table><thead><tr><th>Hồ sơ số</th><th>Thành viên</th><th>Phiếu</th>
<th>Lý do</th></tr></thead><tbody>{"".join(rows)}</tbody></table>{rest}"""
