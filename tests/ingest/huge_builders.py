"""PDFs of huge size or with huge page counts, written in seconds: what is large in them is a hole in the file."""

from __future__ import annotations

from pathlib import Path

PAGE = b"BT /F1 12 Tf 50 700 Td (A page of many, number 1) Tj ET"


class _Writer:
    """Writes objects one after the other and the table of where they are."""

    def __init__(self, path: Path) -> None:
        self.stream = path.open("wb")
        self.stream.write(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
        self.places: list[int] = []

    def add(self, body: bytes, hole: int = 0) -> None:
        """Add an object; with a hole it is a stream of so many zero bytes."""
        self.places.append(self.stream.tell())
        self.stream.write(b"%d 0 obj\n%s\n" % (len(self.places), body))
        if hole:
            self.stream.write(b"stream\n")
            self.stream.seek(hole, 1)
            self.stream.write(b"\nendstream\n")
        self.stream.write(b"endobj\n")

    def close(self) -> None:
        """Write the table."""
        start, count = self.stream.tell(), len(self.places) + 1
        rows = b"".join(b"%010d 00000 n \n" % place for place in self.places)
        self.stream.write(b"xref\n0 %d\n0000000000 65535 f \n%s" % (count, rows))
        self.stream.write(b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (count, start))
        self.stream.close()


def of_pages(path: Path, pages: int, *, hole: int = 0, content: bytes = PAGE) -> Path:
    """A PDF of so many pages in Helvetica, with a stream of so many bytes that no page uses."""
    pdf = _Writer(path)
    kids = b" ".join(b"%d 0 R" % number for number in range(5, 5 + pages))
    pdf.add(b"<< /Type /Catalog /Pages 2 0 R >>")
    pdf.add(b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, pages))
    pdf.add(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content))
    pdf.add(b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")
    for _ in range(pages):
        pdf.add(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 3 0 R "
            b"/Resources << /Font << /F1 4 0 R >> >> >>"
        )
    if hole:
        pdf.add(b"<< /Length %d >>" % hole, hole)
    pdf.close()
    return path


def of_size(path: Path, size: int) -> Path:
    """A PDF of one page and so many bytes, nearly all of them a hole."""
    return of_pages(path, 1, hole=size - 2000)
