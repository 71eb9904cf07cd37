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


def readme(facts: PackageFacts) -> bytes:
    """Return the text, in Vietnamese and English."""
    return TEXT.format(
        code=facts.code,
        title=" ".join(facts.title.split()),
        agency=facts.agency_name,
        agency_code=facts.agency_code,
        objid=facts.objid,
        version=facts.version,
        made_at=facts.made_at.isoformat(),
        folder=facts.folder,
    ).encode()
