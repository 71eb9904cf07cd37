"""The certificate of destruction (biên bản hủy tài liệu) as PDF/A.

Its list has the columns of the list's own law (`listing.py`). The circular's own template of the minutes was not seen,
so this is our form and says so on the page. Every word from outside is escaped.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from archive.reason import sentence, words
from archive.receipt_words import receipt_told
from archive.register.models import Regime
from archive.vietnam import local
from retention.dossier import Dossier, ItemFacts, Person, ReceiptFacts
from retention.explain import day_text
from retention.papers.closing import form
from retention.papers.facts import BASES, OUTCOMES, Facts
from retention.papers.layout import head, heading, moment, signs, whole
from retention.papers.listing import PART, TITLES, rows

PARTS = {"proposed": "Lập danh mục, đề nghị hủy", "approved": "Đồng ý hủy", "executed": "Thực hiện hủy"}
ROLES = {
    "archivist": "Lưu trữ viên",
    "council": "Thành viên hội đồng",
    "head": "Người đứng đầu",
}
TITLE = "Biên bản hủy tài liệu"
PROOFS = 50
"""Case files in one part of the proofs: each has a table of its own."""
NOTE = (
    "Biểu mẫu do hệ thống Tàng Thư đặt: mẫu biên bản trong phụ lục của Thông tư 06/2025/TT-BNV chưa được đối chiếu với "
    "bản chính thức."
)


def page(dossier: Dossier) -> str:
    """Return the certificate as HTML in one piece. Pure."""
    return whole(TITLE, "".join(_bodies(Facts(dossier, None))), landscape=True)


def pages(facts: Facts) -> Iterator[str]:
    """Yield the certificate in parts. Pure."""
    for n, body in enumerate(_bodies(facts)):
        yield whole(TITLE, body, first=n == 0, landscape=True)


def _bodies(facts: Facts) -> Iterator[str]:
    """Yield what stands in each part; a short certificate is one."""
    dossier = facts.dossier
    body = f"""{_head(dossier)}<h2>1. Căn cứ</h2>{_basis(dossier)}
<h2>2. Người tham gia</h2>{_people(facts)}<h2>3. Danh mục tài liệu</h2>"""
    told: list[ItemFacts] = []
    for regime in facts.regimes:
        items = [item for item in dossier.items if item.regime == regime]
        body += f"<p>{TITLES[regime]}:</p>" if len(facts.regimes) > 1 else ""
        for start in range(0, len(items), PART):
            if start:
                yield body
                body = ""
            part = items[start : start + PART]
            body += rows(part, regime, dossier.reason, start=len(told))
            told += part
    body += "<h2>4. Chứng cứ xóa của từng nơi giữ bản sao</h2>"
    for start in range(0, len(told), PROOFS):
        if start:
            yield body
            body = ""
        part = told[start : start + PROOFS]
        body += "".join(_proof(n, item) for n, item in enumerate(part, start + 1))
    yield f"""{body}<h2>5. Kết luận</h2>{_conclusion(dossier)}
{signs(("CƠ QUAN CÓ TÀI LIỆU", "(ký, đóng dấu)"), ("ĐƠN VỊ THỰC HIỆN HỦY", "(ký, đóng dấu)"))}{form(facts, NOTE)}"""


def _head(dossier: Dossier) -> str:
    day = local(dossier.finished_at).date()
    return f"""{head(dossier.agency_name, dossier.agency_code, day)}{heading(TITLE)}
<p class="under">Kết thúc lúc {moment(dossier.finished_at)}</p>"""


def _basis(dossier: Dossier) -> str:
    laws = [BASES[regime] for regime in Regime if any(i.regime == regime for i in dossier.items)]
    hash_line = (
        f' Tệp quyết định SHA-256 <span class="code">{escape(dossier.document_sha256)}</span>.'
        if dossier.document_sha256
        else ""
    )
    return f"""<ul>{"".join(f"<li>{escape(law)}</li>" for law in laws)}
<li>Quyết định hủy số {escape(dossier.document_number)} ngày {day_text(dossier.document_date)}.{hash_line}</li>
<li>Lý do: {escape(dossier.reason)}</li>
<li>Lệnh hủy <span class="code">{escape(dossier.order_id)}</span>; danh mục SHA-256
<span class="code">{escape(dossier.list_sha256)}</span></li></ul>"""


def _people(facts: Facts) -> str:
    rows = "".join(
        f"<tr><td>{_part(person.part)}</td><td>{facts.who(person.name, person.event)}</td>"
        f"<td>{_office(facts, person)}</td>"
        f"<td>{local(person.at):%d/%m/%Y %H:%M:%S}</td><td>{escape(person.paper)}</td>"
        f"<td class=n>{person.event}</td></tr>"
        for person in facts.dossier.people
    )
    return f"""<table><thead><tr><th>Việc</th><th>Họ và tên (tài khoản)</th><th>Vai trò, cơ quan</th><th>Lúc</th>
<th>Văn bản</th><th>Sự kiện số</th></tr></thead><tbody>{rows}</tbody></table>"""


def _office(facts: Facts, person: Person) -> str:
    agency = facts.names.of(person.name, person.event).agency
    return escape(", ".join(filter(None, (ROLES.get(person.role, person.role), agency))))


def _part(part: str) -> str:
    """Return what somebody did, in Vietnamese: a step of the procedure by the word the ledger's page has for it."""
    steps = words("archive").tables["disposal-step"]
    return escape(
        PARTS.get(part) or sentence(steps[part]["vi"]).rstrip(".") if part in {*PARTS, *steps} else part
    )


def _proof(number: int, item: ItemFacts) -> str:
    packages = "".join(
        f'<li>{escape(name)} <span class="code">SHA-256 {escape(sha256)}</span></li>'
        for name, sha256 in item.packages
    )
    receipts = "".join(_receipt(receipt) for receipt in item.receipts)
    table = (
        f"""<table class="small"><thead><tr><th>Nơi giữ</th><th>Đã có</th><th>Cách xóa (NIST SP 800-88)</th>
<th>Lúc</th><th>Kiểm tra lại</th><th>Sự kiện số</th></tr></thead><tbody>{receipts}</tbody></table>"""
        if receipts
        else "<p>Không nơi nào bị xóa.</p>"
    )
    events = ", ".join(str(number) for number in item.events) or "-"
    return f"""<section><p><b>{number}. {escape(item.code)}</b>: {escape(OUTCOMES.get(item.outcome, item.outcome))}.
Sự kiện trong sổ nhật ký: {events}.</p><ul class="small">{packages}</ul>{table}</section>"""


def _receipt(receipt: ReceiptFacts) -> str:
    if receipt.gone:
        checked = "Không còn"
    elif receipt.expires_on:
        checked = f"Còn; phải hết chậm nhất ngày {day_text(receipt.expires_on)}"
    else:
        checked = "CÒN"
    return (
        f"<tr><td>{_told(receipt.holder)}</td><td>{_told(receipt.what)}</td><td>{_told(receipt.how)}</td>"
        f"<td>{local(receipt.at):%d/%m/%Y %H:%M:%S}</td><td>{checked}</td>"
        f"<td class=n>{receipt.event}</td></tr>"
    )


def _told(text: str) -> str:
    return escape(sentence(receipt_told(text, "vi")).rstrip("."))


def _conclusion(dossier: Dossier) -> str:
    events = ", ".join(str(number) for number in dossier.events)
    kept = len(dossier.items) - dossier.count("done")
    spared = f" {kept} hồ sơ trong danh mục không bị hủy, lý do ở cột Ghi chú." if kept else ""
    owed = any(not one.gone and one.expires_on for item in dossier.items for one in item.receipts)
    promised = " Nơi còn bản sao đã hứa ngày xóa; biên bản được lập lại khi có chứng cứ xóa." if owed else ""
    return f"""<p>Đã hủy {dossier.count("done")} trên {len(dossier.items)} hồ sơ của danh mục.{spared}
Từng nơi giữ bản sao đã kiểm tra lại sau khi xóa, kết quả ở mục 4.{promised} Sự kiện của lệnh hủy trong sổ nhật ký:
{events}. Hồ sơ hủy được giữ ít nhất 20 năm kể từ ngày hủy (Luật 01/2011/QH13 Điều 28.5; theo luật mới: áp dụng
như vậy theo cách hiểu của chúng tôi).</p>"""
