"""The certificate of destruction (biên bản hủy tài liệu) as PDF/A.

Its columns are those of the list of TT 06/2025/TT-BNV Annex II as another program shows them. The circular's own
template of the minutes was not seen, so this is our form and says so on the page. Every word from outside is escaped.
"""

from __future__ import annotations

from html import escape

from sqlalchemy.orm import Session

from archive.pdfa.print import print_pdfa
from archive.reason import sentence, told_text, words
from archive.receipt_words import receipt_told
from archive.vietnam import local
from archive.viewer import Viewer
from retention.dossier import Dossier, ItemFacts, ReceiptFacts, gather
from retention.explain import day_text

PARTS = {"proposed": "Lập danh mục, đề nghị hủy", "approved": "Đồng ý hủy", "executed": "Thực hiện hủy"}
ROLES = {
    "archivist": "Lưu trữ viên",
    "council": "Thành viên hội đồng",
    "head": "Người đứng đầu",
}
OUTCOMES = {
    "done": "Đã hủy",
    "held": "Không hủy: đang bị giữ",
    "refused": "Không hủy: không đủ điều kiện",
    "taken-out": "Không hủy: đã rút khỏi danh mục",
    "kept": "Không hủy: hội đồng giữ lại",
}
BASES = {
    "R1": "Luật Lưu trữ số 01/2011/QH13, Điều 28; Nghị định số 01/2013/NĐ-CP, Điều 11",
    "R2": "Luật Lưu trữ số 33/2024/QH15, Điều 16; Thông tư số 06/2025/TT-BNV",
}
NO_VOLUMES = "–"
"""In the column of volumes: an electronic case file has none; the versions of its package stand with the proof."""
STYLE = """
@page { size: A4 landscape; margin: 15mm;
        @bottom-right { content: counter(page) "/" counter(pages); font-size: 9pt } }
html { font-size: 11pt }
header { display: flex; justify-content: space-between; text-align: center; font-weight: bold }
header p { margin: 0 }
h1 { text-align: center; font-size: 15pt; margin: 8mm 0 1mm }
h2 { font-size: 12pt; margin: 5mm 0 2mm }
.under { text-align: center; font-style: italic; margin: 0 }
table { border-collapse: collapse; width: 100% }
th, td { border: 0.5pt solid #000; padding: 1mm 1.5mm; vertical-align: top; text-align: left }
th { background: #eee }
td.n { text-align: right }
thead { display: table-header-group }
tr, section { break-inside: avoid }
.code { font-family: "Liberation Mono", monospace; font-size: 8pt; overflow-wrap: anywhere }
.small { font-size: 9pt }
.signs { display: flex; justify-content: space-around; text-align: center; margin-top: 8mm;
         break-inside: avoid; height: 30mm }
.form { border-top: 0.5pt solid #000; margin-top: 6mm; font-size: 9pt; font-style: italic }
"""


def certificate(session: Session, order_id: str, *, viewer: Viewer | None = None) -> bytes:
    """Return the certificate of a destruction that is done, as PDF/A-2b judged by veraPDF.

    Args:
        session: on the register.
        order_id: of the destruction.
        viewer: who asks; None only where the caller has already asked the viewer's permission.

    Raises:
        NotFoundError: no such order.
        NotAllowedError: the viewer has no part in it.
        CertificateError: no destruction, or not done yet.
        VeraPdfMissingError: the page could not be judged now; may be retried.
    """
    dossier = gather(session, order_id, viewer=viewer)
    return print_pdfa(page(dossier), title=f"Biên bản hủy tài liệu {dossier.document_number}")


def page(dossier: Dossier) -> str:
    """Return the certificate as HTML. Pure."""
    return f"""<!doctype html><html lang="vi"><head><meta charset="utf-8">
<title>Biên bản hủy tài liệu</title><style>{STYLE}</style></head><body>
{_head(dossier)}
<h2>1. Căn cứ</h2>
{_basis(dossier)}
<h2>2. Người tham gia</h2>
{_people(dossier)}
<h2>3. Danh mục tài liệu</h2>
{_list(dossier)}
<h2>4. Chứng cứ xóa của từng nơi giữ bản sao</h2>
{"".join(_proof(n, item) for n, item in enumerate(dossier.items, 1))}
<h2>5. Kết luận</h2>
{_conclusion(dossier)}
<div class="signs"><p><b>CƠ QUAN CÓ TÀI LIỆU</b><br>(ký, đóng dấu)</p>
<p><b>ĐƠN VỊ THỰC HIỆN HỦY</b><br>(ký, đóng dấu)</p></div>
<p class="form">Biểu mẫu do hệ thống Tàng Thư đặt: mẫu biên bản trong phụ lục của Thông tư
06/2025/TT-BNV chưa được đối chiếu với bản chính thức.</p>
</body></html>"""


def _head(dossier: Dossier) -> str:
    ended = local(dossier.finished_at)
    return f"""<header><p>{escape(dossier.agency_name)}<br><span class="small">{escape(dossier.agency_code)}</span></p>
<p>CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM<br>Độc lập - Tự do - Hạnh phúc</p></header>
<h1>BIÊN BẢN HỦY TÀI LIỆU</h1>
<p class="under">Kết thúc lúc {ended:%H:%M} ngày {day_text(ended.date())}</p>"""


def _basis(dossier: Dossier) -> str:
    laws = [BASES[regime] for regime in ("R1", "R2") if any(i.regime == regime for i in dossier.items)]
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


def _people(dossier: Dossier) -> str:
    rows = "".join(
        f"<tr><td>{_part(person.part)}</td><td>{escape(person.name)}</td>"
        f"<td>{escape(ROLES.get(person.role, person.role))}</td>"
        f"<td>{local(person.at):%d/%m/%Y %H:%M:%S}</td><td>{escape(person.paper)}</td>"
        f"<td class=n>{person.event}</td></tr>"
        for person in dossier.people
    )
    return f"""<table><thead><tr><th>Việc</th><th>Tài khoản</th><th>Vai trò</th><th>Lúc</th>
<th>Văn bản</th><th>Sự kiện số</th></tr></thead><tbody>{rows}</tbody></table>"""


def _part(part: str) -> str:
    """Return what somebody did, in Vietnamese: a step of the procedure by the word the ledger's page has for it."""
    steps = words("archive").tables["disposal-step"]
    return escape(
        PARTS.get(part) or sentence(steps[part]["vi"]).rstrip(".") if part in {*PARTS, *steps} else part
    )


def _list(dossier: Dossier) -> str:
    rows = "".join(
        f"<tr><td class=n>{number}</td><td>{escape(item.code)}</td>"
        f"<td class=n>{NO_VOLUMES}</td><td>{escape(item.title)}</td>"
        f"<td>{escape(item.maintenance)}{_until(item)}</td>"
        f"<td class=n>{item.total_docs}/{item.total_pages}</td>"
        f"<td>{escape(dossier.reason)}</td><td>{_remark(item)}</td></tr>"
        for number, item in enumerate(dossier.items, 1)
    )
    return f"""<table><thead><tr><th>STT</th><th>Số lưu trữ (Hồ sơ số)</th><th>Tập số</th>
<th>Tiêu đề hồ sơ</th><th>Thời hạn lưu trữ</th><th>Số tài liệu/trang</th><th>Lý do hủy</th>
<th>Ghi chú</th></tr></thead><tbody>{rows}</tbody></table>"""


def _until(item: ItemFacts) -> str:
    return f", hết ngày {day_text(item.last_day)}" if item.last_day else ""


def _remark(item: ItemFacts) -> str:
    words = [OUTCOMES.get(item.outcome, item.outcome)]
    if item.detail:
        words.append(sentence(told_text(item.detail)).rstrip("."))
    if item.late_hold:
        words.append(f"Lệnh giữ đến sau khi bản sao cuối cùng đã bắt đầu bị xóa: {item.late_hold}")
    return escape(". ".join(words))


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
