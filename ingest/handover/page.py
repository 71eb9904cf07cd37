"""The minutes of a hand-over (biên bản giao nhận hồ sơ, tài liệu) as a page.

Parts 1 to 5 are those of NĐ 30/2020/NĐ-CP Phụ lục V, form V: basis, giver and receiver, the block of records, its
period, quantities on paper and electronic, condition, the attached list (form III), two copies, signatures. Parts 6 to
8 (hashes, package, what becomes of the source's copy) are our own, and the page says so. Documents are named by place,
code and hash, never by their words or file names: the minutes stay when a case file is destroyed. Every word that came
from outside is escaped.
"""

from __future__ import annotations

from html import escape

from archive.register.models import SourceCopy
from archive.vietnam import local
from ingest.handover.facts import DocumentFacts, HandOver
from ingest.handover.release import Release

TITLE = "Biên bản giao nhận hồ sơ, tài liệu"
BY_AGREEMENT = "system:agreement"
BASES = {
    "R1": (
        "Luật Lưu trữ số 01/2011/QH13, Điều 12",
        "Nghị định số 01/2013/NĐ-CP, Điều 7",
        "Nghị định số 30/2020/NĐ-CP, Điều 30",
    ),
    "R2": ("Luật Lưu trữ số 33/2024/QH15, Điều 17", "Nghị định số 30/2020/NĐ-CP, Điều 30"),
}
STYLE = """
@page { @bottom-right { content: counter(page) "/" counter(pages); font-size: 9pt } }
html { font-size: 12pt }
header { display: flex; justify-content: space-between; text-align: center; font-weight: bold; font-size: 11pt }
header p { margin: 0 }
h1 { text-align: center; font-size: 14pt; margin: 8mm 0 1mm }
h2 { font-size: 12pt; margin: 4mm 0 1mm }
p { margin: 1mm 0 }
.under { text-align: center; font-style: italic }
table { border-collapse: collapse; width: 100%; font-size: 10pt }
th, td { border: 0.5pt solid #000; padding: 1mm 1.5mm; vertical-align: top; text-align: left; overflow-wrap: anywhere }
thead { display: table-header-group }
tr { break-inside: avoid }
td.n { text-align: right }
.code { font-family: "Liberation Mono", monospace; font-size: 8pt; overflow-wrap: anywhere }
.signs { display: flex; justify-content: space-around; text-align: center; margin-top: 8mm; height: 35mm;
         break-inside: avoid }
.form { border-top: 0.5pt solid #000; margin-top: 6mm; font-size: 9pt; font-style: italic }
"""


def page(facts: HandOver) -> str:
    """Return the minutes as HTML. Pure."""
    when = local(facts.stored_at)
    return f"""<!doctype html><html lang="vi"><head><meta charset="utf-8"><title>{TITLE}</title>
<style>{STYLE}</style></head><body>
<header><p>{escape(facts.agency_name)}<br>{escape(facts.agency_code)}</p>
<p>CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM<br>Độc lập - Tự do - Hạnh phúc</p></header>
<h1>BIÊN BẢN<br>Giao nhận hồ sơ, tài liệu</h1>
<p class="under">{when:%H:%M} ngày {when:%d} tháng {when:%m} năm {when:%Y}</p>
<h2>Căn cứ</h2>
<ul>{"".join(f"<li>{escape(one)}</li>" for one in _bases(facts))}</ul>
<h2>Bên giao: {escape(facts.agency_name)}</h2>
<p>Ông (bà): ........................................ Chức vụ: ........................................</p>
<p>Gửi trên hệ thống: {escape(facts.sent_by)}, {local(facts.received_at):%H:%M:%S ngày %d/%m/%Y};
số hiệu gói tin <span class="code">{escape(facts.message_id)}</span></p>
<h2>Bên nhận: {escape(facts.archive_name)} ({escape(facts.archive_code)})</h2>
<p>Ông (bà): ........................................ Chức vụ: ........................................</p>
<p>Tiếp nhận trên hệ thống: {escape(_receiver(facts))}, {local(facts.accepted_at):%H:%M:%S ngày %d/%m/%Y}</p>
<p>Thống nhất lập biên bản giao nhận tài liệu với những nội dung sau:</p>
<h2>1. Tên khối tài liệu giao nhận</h2>
<p>Hồ sơ {escape(facts.file_code)}: {escape(facts.title)}</p>
<h2>2. Thời gian của hồ sơ, tài liệu</h2>
<p>Từ ngày {facts.start_date:%d/%m/%Y} đến ngày {facts.end_date:%d/%m/%Y}</p>
<h2>3. Số lượng tài liệu</h2>
<p>a) Hồ sơ, tài liệu giấy: không có trong lần giao nhận này.</p>
<p>b) Hồ sơ, tài liệu điện tử: 01 hồ sơ, {facts.total_docs} tài liệu, {facts.total_pages} trang;
số tệp tin trong hồ sơ: {facts.total_files}, dung lượng {_bytes(facts.total_bytes)} byte.</p>
<h2>4. Tình trạng tài liệu giao nhận</h2>
<p>{escape(_condition(facts))}</p>
<h2>5. Mục lục hồ sơ, tài liệu nộp lưu kèm theo</h2>
<table><thead><tr><th>Số TT</th><th>Số, ký hiệu hồ sơ</th><th>Tiêu đề hồ sơ</th><th>Thời gian tài liệu</th>
<th>Thời hạn bảo quản</th><th>Số tờ/Số trang</th><th>Ghi chú</th></tr></thead><tbody><tr><td class="n">1</td>
<td>{escape(facts.file_code)}</td><td>{escape(facts.title)}</td>
<td>{facts.start_date:%d/%m/%Y} - {facts.end_date:%d/%m/%Y}</td><td>{escape(facts.maintenance)}</td>
<td class="n">{facts.total_pages}</td><td></td></tr></tbody></table>
<h2>6. Tài liệu và mã băm SHA-256 của từng tệp đã nhận</h2>
<table><thead><tr><th>STT</th><th>Mã tài liệu</th><th>Số trang</th><th>Byte</th><th>SHA-256</th></tr></thead>
<tbody>{"".join(_rows(document) for document in facts.documents)}</tbody></table>
{_rest(facts)}
<p>SHA-256 của danh sách (mỗi tệp một dòng: số thứ tự, mã tài liệu, mã băm):
<span class="code">{facts.list_sha256}</span></p>
<h2>7. Gói lưu trữ</h2>
<p><span class="code">{escape(facts.package_name)}</span>, SHA-256 <span class="code">{facts.sealed_as}</span>,
đã ghi và đọc lại ở {len(facts.copies)} nơi: {escape(", ".join(facts.copies))}.</p>
<h2>8. Bản của hệ thống nguồn</h2>
<p>{escape(_source(facts))}</p>
<p>Biên bản này được lập thành 02 bản, mỗi bên giữ 01 bản.</p>
<div class="signs"><p><b>ĐẠI DIỆN BÊN GIAO</b><br>(ký, ghi rõ họ tên)</p>
<p><b>ĐẠI DIỆN BÊN NHẬN</b><br>(ký, ghi rõ họ tên)</p></div>
<p class="form">Mục 1 đến 5 theo mẫu V Phụ lục V Nghị định 30/2020/NĐ-CP; mục 6, 7, 8 do hệ thống Tàng Thư thêm.
Tài liệu ghi bằng mã và mã băm, nội dung xem Mục lục văn bản trong hồ sơ.
Số hiệu lần giao nhận: <span class="code">{facts.submission_id}</span></p>
</body></html>"""


def _bases(facts: HandOver) -> list[str]:
    agreement = [facts.agreement[0].upper() + facts.agreement[1:]] if facts.agreement else []
    signed = (
        [f"Người ký thỏa thuận: {facts.signed_by_agency}; {facts.signed_by_archive}"] if agreement else []
    )
    return [*BASES.get(facts.regime, BASES["R1"]), *agreement, *signed]


def _receiver(facts: HandOver) -> str:
    if facts.accepted_by == BY_AGREEMENT:
        return f"tự động, theo {facts.agreement}" if facts.agreement else "tự động, theo thỏa thuận nộp lưu"
    return facts.accepted_by


def _condition(facts: HandOver) -> str:
    sound = "Đã quét mã độc, kiểm tra tính đầy đủ, toàn vẹn và khả năng truy cập; không có lỗi."
    if facts.remarks:
        return f"{sound} Có lưu ý đã được xem xét khi tiếp nhận, mã: {', '.join(facts.remarks)}."
    return sound


def _rows(document: DocumentFacts) -> str:
    many = max(1, len(document.files))
    head = (
        f'<td class="n" rowspan="{many}">{document.ordinal}</td><td rowspan="{many}">{escape(document.code)}</td>'
        f'<td class="n" rowspan="{many}">{document.pages}</td>'
    )
    if not document.files:
        return f"<tr>{head}<td></td><td>không có tệp</td></tr>"
    return "".join(
        f'<tr>{head if number == 0 else ""}<td class="n">{_bytes(file.size)}</td>'
        f'<td class="code">{file.sha256}</td></tr>'
        for number, file in enumerate(document.files)
    )


def _rest(facts: HandOver) -> str:
    more = facts.total_docs - len(facts.documents)
    return f"<p>… và {more} tài liệu nữa, xem trong gói lưu trữ.</p>" if more > 0 else ""


def _source(facts: HandOver) -> str:
    if facts.source not in set(SourceCopy):
        return "Không ghi nhận."
    return Release(SourceCopy(facts.source), facts.source_basis).told


def _bytes(count: int) -> str:
    return f"{count:,}".replace(",", ".")
