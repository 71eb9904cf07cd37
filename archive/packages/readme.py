"""README.txt at the top of every bag: how a stranger reads it in fifty years, without us."""

from __future__ import annotations

from archive.packages.facts import PackageFacts

TEXT = """\
GÓI LƯU TRỮ (AIP) - ĐỌC TÔI TRƯỚC
==================================
Mã hồ sơ: {code}
Tiêu đề: {title}
Cơ quan: {agency} ({agency_code})
Định danh gói: {objid}, phiên bản {version}, lập lúc {made_at}

Tệp ZIP này không nén. Nó chứa một túi BagIt 1.0 (RFC 8493):
- data/{folder}/ là gói E-ARK CSIP theo Thông tư 05/2025/TT-BNV.
  - METS.xml: liệt kê mọi tệp, kèm kích thước và mã băm SHA-256.
  - metadata/descriptive/EAD.xml: mô tả hồ sơ. metadata/preservation/PREMIS.xml: sự kiện bảo quản.
  - representations/original/data/: tệp gốc, đúng từng byte như cơ quan đã gửi.
  - representations/pdfa/data/: bản PDF/A để đọc lâu dài. representations/text/data/: phần chữ.
  - metadata/descriptive/EAD_doc_NNNN.xml trong mỗi thể hiện: mô tả văn bản số NNNN.
  - documentation/: thông điệp gốc khi nộp. schemas/: lược đồ XML để kiểm tra.
- manifest-sha256.txt: mã băm của từng tệp trong data/. Kiểm tra: sha256sum -c manifest-sha256.txt
  (trong danh sách, %25 là dấu %, %0A và %0D là dấu xuống dòng trong tên tệp).
Muốn xem nội dung: giải nén, mở các tệp trong representations/pdfa/data/ bằng trình đọc PDF bất kỳ.

ARCHIVAL PACKAGE (AIP) - READ ME FIRST
=======================================
This ZIP is not compressed. It holds one BagIt 1.0 bag (RFC 8493) with the records of one case file of a
Vietnamese office.
- data/{folder}/ is an E-ARK CSIP package as Circular 05/2025/TT-BNV asks for.
  - METS.xml lists every file with size and SHA-256.
  - metadata/descriptive/EAD.xml describes the case file; metadata/preservation/PREMIS.xml says what was done.
  - representations/original/data/: the files as received, byte for byte.
  - representations/pdfa/data/: PDF/A for reading. representations/text/data/: the words alone.
  - metadata/descriptive/EAD_doc_NNNN.xml in each representation describes document number NNNN.
  - documentation/: the messages the records came with. schemas/: XML schemas to check the above.
- manifest-sha256.txt: hash of every file in data/. To check: sha256sum -c manifest-sha256.txt
  (in the list, %25 stands for %, %0A and %0D for line breaks in a file name).
To read the records: unpack, open the files in representations/pdfa/data/ with any PDF reader.
Elements named tt: (urn:tangthu:package:1) in the XML hold the descriptions word for word as the archive
accepted them; schemas/tangthu.xsd names them.
"""


GIVEN = """\
{name_vi} - ĐỌC TÔI TRƯỚC
==================================
Mã hồ sơ: {code}
Tiêu đề: {title}
Cơ quan: {agency} ({agency_code})
Định danh gói: {objid}, lập lúc {made_at}

Gói E-ARK CSIP theo Thông tư 05/2025/TT-BNV:
- METS.xml: liệt kê mọi tệp, kèm kích thước và mã băm SHA-256; mỗi thể hiện trong representations/ có METS.xml riêng.
- metadata/descriptive/EAD.xml: {file_vi}.
- representations/.../metadata/descriptive/EAD_doc_NNNN.xml: mô tả văn bản số NNNN.
- representations/.../data/: {data_vi}.
- schemas/: lược đồ XML để kiểm tra.
{more_vi}
{name_en} - READ ME FIRST
=======================================
An E-ARK CSIP package as Circular 05/2025/TT-BNV asks for, of one case file of a Vietnamese office.
- METS.xml lists every file with size and SHA-256; each representation in representations/ has a METS.xml of its own.
- metadata/descriptive/EAD.xml: {file_en}.
- representations/.../metadata/descriptive/EAD_doc_NNNN.xml describes document number NNNN.
- representations/.../data/: {data_en}.
- schemas/: XML schemas to check the above.
{more_en}"""


def readme_of_sip(facts: PackageFacts) -> bytes:
    """Return the text of a SIP, in Vietnamese and English."""
    return _given(
        facts,
        name_vi="GÓI NỘP LƯU (SIP)",
        name_en="SUBMISSION PACKAGE (SIP)",
        file_vi="mô tả hồ sơ",
        file_en="describes the case file",
        data_vi="tệp gốc, đúng từng byte như cơ quan đã gửi",
        data_en="the files as the office sent them, byte for byte",
        more_vi="",
        more_en="",
    )


def readme_of_dip(facts: PackageFacts) -> bytes:
    """Return the text of a DIP, in Vietnamese and English."""
    return _given(
        facts,
        name_vi="GÓI SỬ DỤNG (DIP)",
        name_en="DISSEMINATION PACKAGE (DIP)",
        file_vi="yêu cầu đọc tài liệu",
        file_en="what was asked for",
        data_vi="bản PDF/A (thư mục pdfa) và, nếu được cấp, tệp gốc (thư mục original)",
        data_en="PDF/A (folder pdfa) and, where given, the files as received (folder original)",
        more_vi="Đây là bản chưa chứng thực: giá trị pháp lý thuộc về gói lưu trữ (AIP) tại kho.\n",
        more_en="This copy is not authenticated; what counts in law is the package (AIP) in the archive.\n",
    )


def _given(facts: PackageFacts, **words: str) -> bytes:
    return GIVEN.format(
        code=facts.code,
        title=" ".join(facts.title.split()),
        agency=facts.agency_name,
        agency_code=facts.agency_code,
        objid=facts.objid,
        made_at=facts.made_at.isoformat(),
        **words,
    ).encode()


LATER = """\
PHIÊN BẢN SAU: gói này chỉ mô tả lại hồ sơ. Tài liệu nằm trong phiên bản trước, không bị sửa đổi:
A LATER VERSION: this package only describes the case file anew. The records are in the version before, unchanged:
  {objid}
  {name} (v{version:04d}), SHA-256 {sha256}

"""


def readme(facts: PackageFacts) -> bytes:
    """Return the text, in Vietnamese and English."""
    earlier = facts.previous
    later = ""
    if earlier is not None and not any(record.components for record in facts.records):
        later = LATER.format(
            objid=earlier.objid, name=earlier.name, version=earlier.version, sha256=earlier.sha256
        )
    text = TEXT.format(
        code=facts.code,
        title=" ".join(facts.title.split()),
        agency=facts.agency_name,
        agency_code=facts.agency_code,
        objid=facts.objid,
        version=facts.version,
        made_at=facts.made_at.isoformat(),
        folder=facts.folder,
    )
    return (later + text).encode()
