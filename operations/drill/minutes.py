"""The minutes of a restore (biên bản phục hồi) as a page. Pure.

That there are such minutes is TT 02/2019/TT-BNV Điều 11 and Phụ lục IX; their columns were not to be had, so this form
is our own, and the page says so. Every word that came from outside is escaped.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from html import escape
from typing import Any

from archive.vietnam import local
from operations.backups.state import Compared
from operations.drill.outcome import Drill

TITLE = "Biên bản diễn tập phục hồi dữ liệu lưu trữ"
NAMES = {
    "digest": "Mã băm của sổ đăng ký",
    "chain": "Số lần niêm phong sổ nhật ký và giá trị chuỗi cuối cùng",
    "event": "Số sự kiện trong sổ nhật ký",
    "index": "Chỉ mục tìm kiếm: số mục và mã băm",
    "count case-files": "Số hồ sơ",
    "count records": "Số tài liệu",
    "count components": "Số tệp tin",
    "count packages": "Số gói lưu trữ",
    "count submissions": "Số lần nộp",
    "count orders": "Số quyết định",
    "count receipts": "Số biên nhận xóa",
    "count minutes": "Số biên bản giao nhận",
}
STYLE = """
@page { @bottom-right { content: counter(page) "/" counter(pages); font-size: 9pt } }
html { font-size: 12pt }
header { text-align: center; font-weight: bold; font-size: 11pt }
h1 { text-align: center; font-size: 14pt; margin: 8mm 0 1mm }
h2 { font-size: 12pt; margin: 4mm 0 1mm }
p { margin: 1mm 0 }
table { border-collapse: collapse; width: 100%; font-size: 10pt }
th, td { border: 0.5pt solid #000; padding: 1mm 1.5mm; vertical-align: top; text-align: left }
thead { display: table-header-group }
tr { break-inside: avoid }
.code { font-family: "Liberation Mono", monospace; font-size: 8pt; overflow-wrap: anywhere }
.signs { display: flex; justify-content: space-around; text-align: center; margin-top: 8mm; height: 35mm;
         break-inside: avoid }
.form { border-top: 0.5pt solid #000; margin-top: 6mm; font-size: 9pt; font-style: italic }
"""
MOST = 200


def page(done: Drill) -> str:
    """Return the minutes of a drill as HTML."""
    source = (
        "từ các gói và sổ nhật ký trong các kho, không dùng bản sao lưu nào"
        if done.source == "stores"
        else f"từ bản sao lưu {done.source}"
    )
    return f"""<!doctype html><html lang="vi"><head><meta charset="utf-8"><title>{TITLE}</title>
<style>{STYLE}</style></head><body>
<header>CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM<br>Độc lập - Tự do - Hạnh phúc</header>
<h1>BIÊN BẢN<br>Diễn tập phục hồi dữ liệu lưu trữ</h1>
<h2>1. Thời gian, người thực hiện</h2>
<p>Bắt đầu: {_moment(done.started_at)}. Kết thúc: {_moment(done.ended_at)}.</p>
<p>Người thực hiện (tài khoản): {escape(done.actor)}</p>
<h2>2. Phạm vi</h2>
<p>Sổ đăng ký, sổ nhật ký và chỉ mục tìm kiếm được phục hồi vào một nơi trống, {escape(source)}.</p>
<p>Các kho: {escape(", ".join(done.stores))}. Thời gian phục hồi: {str(done.seconds).replace(".", ",")} giây.</p>
{_applied(done)}
<h2>3. Kết luận</h2>
<p><b>{_verdict(done)}</b></p>
<h2>4. So sánh</h2>
<table><thead><tr><th>Nội dung</th><th>Trước</th><th>Sau khi phục hồi</th><th>Khớp</th></tr></thead>
<tbody>{"".join(_row(one) for one in done.compared)}</tbody></table>
{_not_compared(done)}
<h2>5. Gói lưu trữ được lấy mẫu, đọc toàn bộ và kiểm tra: {len(done.samples)}</h2>
<table><thead><tr><th>Số TT</th><th>Gói</th><th>Đọc từ kho</th><th>Kết quả</th></tr></thead>
<tbody>{"".join(_sample(number, one) for number, one in enumerate(done.samples, 1))}</tbody></table>
<h2>6. Lỗi</h2>
{_list(done.faults) or "<p>Không có.</p>"}
<h2>7. Gói có trong kho nhưng chưa có trong sổ nhật ký</h2>
{_list(done.adopted) or "<p>Không có.</p>"}
<div class="signs"><p><b>Người thực hiện</b><br>(ký, ghi rõ họ tên)</p>
<p><b>Người chứng kiến</b><br>(ký, ghi rõ họ tên)</p></div>
<p class="form">Căn cứ: Thông tư số 02/2019/TT-BNV, Điều 11 (phục hồi dữ liệu); QCVN 12:2026/BCA (kiểm tra
phục hồi định kỳ hằng quý với hệ thống cấp độ 3 đến 5). Mẫu này do hệ thống Tàng Thư đặt ra; mã băm của biên bản được
ghi vào sổ nhật ký.</p>
</body></html>"""


def _verdict(done: Drill) -> str:
    if not done.equal:
        return (
            "Kết quả phục hồi KHÔNG khớp; các điểm khác nhau, các lỗi và các gói chưa có trong sổ nhật ký nêu ở dưới "
            "phải được làm rõ."
        )
    if done.not_compared:
        return "Những nội dung so sánh được đều khớp với dữ liệu gốc; những nội dung không so sánh được nêu ở mục 4."
    return "Kết quả phục hồi khớp hoàn toàn với dữ liệu gốc."


def _not_compared(done: Drill) -> str:
    if not done.not_compared:
        return ""
    names = "; ".join(NAMES.get(name, escape(name)) for name in done.not_compared)
    return (
        "<p>Không so sánh được, vì kho lưu trữ thay đổi trong khi diễn tập hoặc vì số liệu trước đó không được ghi "
        f"lại: {names}.</p>"
    )


def _applied(done: Drill) -> str:
    if done.source == "stores":
        return ""
    return (
        f"<p>Sau khi so sánh, {done.applied} sự kiện xảy ra sau bản sao lưu được áp dụng từ sổ nhật ký trong các kho; "
        f"{done.destroyed_since} hồ sơ đã tiêu hủy từ đó chỉ còn bia mộ, không trở lại.</p>"
    )


def _moment(at: datetime) -> str:
    return f"{local(at):%H:%M:%S, ngày %d/%m/%Y}"


def _row(one: Compared) -> str:
    cells = "".join(f'<td class="code">{escape(value)}</td>' for value in (one.before, one.after))
    name, said = NAMES.get(one.name, escape(one.name)), "khớp" if one.equal else "KHÔNG"
    return f"<tr><td>{name}</td>{cells}<td>{said}</td></tr>"


def _sample(number: int, one: dict[str, Any]) -> str:
    told = "đạt" if one["good"] else "KHÔNG ĐẠT: " + "; ".join(one["faults"][:5])
    return (
        f'<tr><td>{number}</td><td class="code">{escape(one["name"])}</td>'
        f"<td>{escape(one['store'])}</td><td>{escape(told)}</td></tr>"
    )


def _list(lines: Iterable[str]) -> str:
    shown = list(lines)
    more = f"<p>và {len(shown) - MOST} mục khác</p>" if len(shown) > MOST else ""
    return "".join(f'<p class="code">{escape(line)}</p>' for line in shown[:MOST]) + more
