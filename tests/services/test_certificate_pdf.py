"""The certificate of destruction as PDF/A, printed and judged by the real veraPDF."""

from __future__ import annotations

import hashlib
import io
from datetime import UTC, date, datetime
from pathlib import Path

import pikepdf
import pytest

from archive.pdfa.verapdf import VeraPdf
from retention.dossier import Dossier, ItemFacts, Person, ReceiptFacts
from retention.papers.certificate import page

AT = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)


def dossier(files: int) -> Dossier:
    sha256 = hashlib.sha256(b"x").hexdigest()
    receipts = tuple(
        ReceiptFacts(
            name, "h37/a/2014/01/v0001.zip, 8123 bytes", "clear (NIST SP 800-88)", AT, True, None, 40 + n
        )
        for n, name in enumerate(("search", "store:kho-a", "store:kho-b", "store:kho-c"))
    )
    return Dossier(
        order_id="o-1",
        agency_code="000.00.18.H37",
        agency_name="Sở Nội vụ tỉnh Lạng Sơn",
        reason="Hết thời hạn lưu trữ, không còn giá trị",
        document_number="12/QĐ-SNV",
        document_date=date(2026, 3, 2),
        document_sha256=sha256,
        list_sha256=sha256,
        finished_at=AT,
        people=(Person("an", "archivist", "proposed", AT, 30), Person("dung", "head", "approved", AT, 32)),
        items=tuple(
            ItemFacts(
                f"{n:04}", "Hồ sơ về việc xây dựng nông thôn mới <ưở>", "R1", "5 năm", date(2019, 12, 31), 5, 12,
                "done" if n % 7 else "held", AT, "", (("h37/a/2014/01/v0001.zip", sha256),), sha256,
                receipts if n % 7 else (), (41, 42), "",
            )
            for n in range(1, files + 1)
        ),
        events=(30, 31, 32, 33),
    )  # fmt: skip


@pytest.mark.service
@pytest.mark.parametrize("files", [1, 40])
def test_the_certificate_is_pdf_a_and_its_words_can_be_read(files: int, tmp_path: Path) -> None:
    from archive.pdfa.print import print_pdfa

    with VeraPdf() as vera:
        made = print_pdfa(page(dossier(files)), title="Biên bản hủy tài liệu 12/QĐ-SNV", vera=vera)
        path = tmp_path / "certificate.pdf"
        path.write_bytes(made)
        assert vera.check(path, "2b").compliant is True
    with pikepdf.open(io.BytesIO(made)) as pdf:
        assert len(pdf.pages) >= 1
        assert pdf.docinfo["/Title"] == "Biên bản hủy tài liệu 12/QĐ-SNV"
