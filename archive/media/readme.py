"""README.txt of a medium: what a stranger needs who has nothing but the medium."""

from __future__ import annotations

TEXT = """\
VẬT MANG TIN LƯU TRỮ {number} - ĐỌC TÔI TRƯỚC
==============================================
Nhãn: {label}
Ghi ngày: {day}. Số gói hồ sơ: {packages}. Số biên bản giao nhận: {minutes}. Đoạn sổ nhật ký: {segments}.

Đây là bản sao ngoại tuyến của một kho lưu trữ điện tử. Không cần phần mềm của kho để đọc:
- data/: mỗi tệp ZIP là một hồ sơ, không nén; trong ZIP có README.txt nói cách đọc.
- index.csv: mục lục (UTF-8): đường dẫn, mã băm, kích thước, mã hồ sơ, tiêu đề, cơ quan, thời gian.
- data/_ledger/: sổ nhật ký đã niêm phong, mỗi dòng một sự kiện (JSON); dòng đầu là niêm phong.
- data/bien-ban/: biên bản giao nhận (PDF/A). data/_evidence/: bằng chứng lưu trữ (RFC 4998), mỗi tệp một đợt.
- manifest-sha256.txt: mã băm SHA-256 của từng tệp. Kiểm tra, ngay trong thư mục này:
      sha256sum -c manifest-sha256.txt
Thư mục này là một túi BagIt 1.0 (RFC 8493). Không sửa, không ghi thêm.
Khi một hồ sơ ở đây bị tiêu hủy theo quyết định, cả vật mang tin phải được hủy vật lý trong thời hạn kho đã hứa;
trước đó phải chép các hồ sơ còn lại sang vật khác.

ARCHIVE MEDIUM {number} - READ ME FIRST
========================================
Label: {label}
Written on {day}. Packages: {packages}. Minutes of hand-overs: {minutes}. Segments of the ledger: {segments}.

This is an offline copy of an electronic archive in Việt Nam. No program of the archive is needed to read it:
- data/: each ZIP is a case file, not compressed; a README.txt inside says how to read it.
- index.csv: the list (UTF-8): path, hash, size, code of the case file, title, agency, dates.
- data/_ledger/: the sealed ledger, one event a line (JSON); the first line of each file is its seal.
- data/bien-ban/: minutes of hand-overs (PDF/A). data/_evidence/: evidence (RFC 4998), one file a time-stamped round.
- manifest-sha256.txt: SHA-256 of every file. To check, in this folder:
      sha256sum -c manifest-sha256.txt
This folder is a BagIt 1.0 bag (RFC 8493). Change nothing, add nothing.
When a case file on it is destroyed by order, the whole medium has to be physically destroyed within the term the
archive promised; before that, what is still kept has to be copied to another medium.
"""


def readme(number: str, label: str, day: str, packages: int, minutes: int, segments: str) -> bytes:
    """Return the text, in Vietnamese and English."""
    return TEXT.format(
        number=number,
        label=" ".join(label.split()) or "-",
        day=day,
        packages=packages,
        minutes=minutes,
        segments=segments or "-",
    ).encode()
