"""The case files of the furnished house: real packages, written, deposited and kept by the vault's own functions."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path

from fpdf import FPDF
from house_people import AGENCIES, GIA_LAI, LANG_SON, NINH_BINH, ident

from archive.custody import deposit, keep
from archive.packages.facts import ComponentFacts, PackageFacts, RecordFacts
from archive.packages.writer import write
from archive.register.session import transaction
from archive.settings import ArchiveSettings
from archive.vietnamese import unaccented

WORD = ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "fmt/412")
"""Media type and PRONOM identifier of a Word document."""


@cache  # each test has a house of its own with the same papers, and a font is long in the reading
def a_pdf(title: str) -> bytes:
    """Return a small PDF; whether it is PDF/A is not what these tests are about."""
    pdf = FPDF()
    pdf.add_font("noto", fname="/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")
    pdf.add_page()
    pdf.set_font("noto", size=16)
    pdf.multi_cell(0, 10, title, new_x="LMARGIN", new_y="NEXT")
    pdf.set_font("noto", size=11)
    pdf.multi_cell(
        0, 7, "\n\nCỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc\n\n" + title * 3
    )
    return bytes(pdf.output())


@dataclass(frozen=True)
class ACaseFile:
    """A case file of the furnished house.

    Attributes:
        annexed: the document that has a second file, a Word document.
        miscounted: the document whose office declared one page too many.
        regime: "R1" or "R2"; "" for that of its year.
    """

    code: str
    title: str
    agency: str
    subjects: tuple[str, ...]
    year: int = 2014
    maintenance: str = "10 năm"
    access: str = "01"
    annexed: int = 0
    miscounted: int = 0
    regime: str = ""

    @property
    def id(self) -> str:
        return ident("case", self.code)

    def component_id(self, ordinal: int, role: str, position: int = 1) -> str:
        return ident("component", self.code, ordinal, role, *([position] if position > 1 else []))

    def kept(self, folder: Path, when: datetime) -> str:
        """Write, deposit and keep it with the vault's own functions; return its id."""
        facts = self._facts(folder, when)
        schemas = ArchiveSettings.load().tools_home / "schemas"
        written = write(facts, folder / f"{self.code}.zip", schemas=schemas)
        copies = deposit(written.path, facts.name, written.sha256)
        with transaction() as session:
            return keep(session, facts, written, copies, actor="system:ingest", now=when)

    def _facts(self, folder: Path, when: datetime) -> PackageFacts:
        agency_name, fonds, province = AGENCIES[self.agency]
        records = tuple(self._record(folder, n, subject) for n, subject in enumerate(self.subjects, 1))
        return PackageFacts(
            objid=f"urn:{self.agency}:uuid:{self.id.upper()}",
            name=f"{province}/{self.agency}/{self.year}/{self.code}/v0001.zip",
            version=1,
            made_at=when.replace(microsecond=0),
            case_file_id=self.id,
            submission_id=ident("submission", self.code),
            agency_code=self.agency,
            agency_name=agency_name,
            fonds_code=fonds,
            code=self.code,
            title=self.title,
            regime=self.regime or ("R1" if self.year < 2025 else "R2"),
            access=self.access,
            start_date=date(self.year, 1, 6),
            end_date=date(self.year, 12, 20),
            maintenance=self.maintenance,
            total_docs=len(records),
            total_pages=sum(record.pages for record in records),
            description={
                "FileCode": self.code,
                "Title": self.title,
                "Maintenance": self.maintenance,
                "Language": "Tiếng Việt",
                "PageNumber": str(2 * len(records)),
                "Keyword": "quy chế; phân cấp",
                "Description": "Gồm quyết định, tờ trình và báo cáo thẩm định",
            },
            records=records,
        )

    def _record(self, folder: Path, ordinal: int, subject: str) -> RecordFacts:
        pages = 2
        parts = self._file(
            folder, ordinal, 1, f"Văn bản {ordinal}.pdf", ("application/pdf", "fmt/276"), subject
        )
        if ordinal == self.annexed:
            pages += 2
            parts += self._file(folder, ordinal, 2, "Phụ lục.docx", WORD, f"Phụ lục {subject}")
        return RecordFacts(
            id=ident("record", self.code, ordinal),
            ordinal=ordinal,
            code=f"{self.code}.{ordinal:07d}",
            type_name="Quyết định" if ordinal == 1 else "Tờ trình",
            number=str(30 + ordinal),
            notation=f"{self.year}/QĐ-UBND",
            issued_on=date(self.year, 5, ordinal),
            organ_name=AGENCIES[self.agency][0],
            subject=subject,
            pages=pages,
            description={
                "Subject": subject,
                "Language": "Tiếng Việt",
                "TypeName": "Quyết định",
                "PageAmount": str(2 + (ordinal == self.miscounted)),
            },
            components=parts,
        )

    def _file(
        self, folder: Path, ordinal: int, position: int, name: str, kind: tuple[str, str], subject: str
    ) -> tuple[ComponentFacts, ...]:
        """Return one file as received, with the PDF/A and the words made of it."""
        pdf, stem = a_pdf(subject), name.rsplit(".", 1)[0]
        original = self.component_id(ordinal, "original", position)
        signature = {
            "signer": "UBND tỉnh Lạng Sơn",
            "organisation": "UBND tỉnh Lạng Sơn",
            "verdict": "TOTAL-PASSED" if ordinal % 2 else "INDETERMINATE",
            "sub_indication": "" if ordinal % 2 else "TRY_LATER",
        } | ({"signed_at": "2014-05-09T09:05:00+07:00", "then_verdict": "TOTAL-PASSED", "then_sub_indication": "",
              "then_basis": "time-stamp", "stamped_by": "TSA Ban Cơ yếu", "trust_list": "Ban Cơ yếu Chính phủ"}
             if ordinal % 2 else {})  # fmt: skip
        signed = {"signatures": [signature] if position == 1 else []}
        derived = {"of": original, "route": "repair", "pages": 2}
        parts = []
        for role, named, (media, puid), content, learnt in (
            ("original", name, kind, pdf, signed),
            ("pdfa", f"{stem}.pdf", ("application/pdf", "fmt/477"), pdf + b"\n% archival copy", derived),
            ("text", f"{stem}.txt", ("text/plain", "x-fmt/111"), subject.encode(), {"of": original}),
        ):
            folder.mkdir(parents=True, exist_ok=True)
            source = folder / f"{self.code}-{ordinal}-{position}-{role}"
            source.write_bytes(content)
            parts.append(
                ComponentFacts(
                    id=self.component_id(ordinal, role, position),
                    role=role,
                    name=named,
                    path=f"representations/{role}/data/{ordinal:04d}/{position:02d}-{unaccented(named)}",
                    media_type=media,
                    puid=puid,
                    size=len(content),
                    sha256=hashlib.sha256(content).hexdigest(),
                    facts=learnt,
                    source=source,
                )
            )
        return tuple(parts)


RULES = ACaseFile(
    "000.00.01.H37.2020.31.QD",
    "Hồ sơ ban hành Quyết định số 31/2020/QĐ-UBND về quản lý tài liệu lưu trữ điện tử",
    LANG_SON,
    (
        "Quyết định ban hành Quy chế quản lý tài liệu lưu trữ điện tử trên địa bàn tỉnh Lạng Sơn",
        "Tờ trình đề nghị ban hành Quy chế quản lý tài liệu lưu trữ điện tử",
        "Báo cáo thẩm định dự thảo Quyết định của Sở Tư pháp",
    ),
    2020,
    "Vĩnh viễn",
    annexed=1,
    miscounted=2,
)
OLD = ACaseFile(
    "000.00.01.H37.2010.07.VP",
    "Hồ sơ mua sắm văn phòng phẩm năm 2010",
    LANG_SON,
    ("Kế hoạch mua sắm văn phòng phẩm năm 2010", "Biên bản nghiệm thu, bàn giao"),
    2010,
    "5 năm",
)
OLDER = ACaseFile(
    "000.00.01.H37.2008.11.VP",
    "Hồ sơ theo dõi xe công tác năm 2008",
    LANG_SON,
    ("Sổ theo dõi xe công tác năm 2008",),
    2008,
    "5 năm",
)
HELD = ACaseFile(
    "000.00.05.H21.2011.03.TC",
    "Hồ sơ kiểm tra công tác văn thư, lưu trữ năm 2011",
    GIA_LAI,
    ("Kế hoạch kiểm tra công tác văn thư, lưu trữ", "Kết luận kiểm tra"),
    2011,
    "10 năm",
)
CONDITIONAL = ACaseFile(
    "000.00.09.H42.2019.02.NS",
    "Hồ sơ quyết toán ngân sách năm 2019",
    NINH_BINH,
    ("Báo cáo quyết toán ngân sách năm 2019", "Thông báo thẩm tra quyết toán"),
    2019,
    "20 năm",
    "02",
)
GONE = ACaseFile(
    "000.00.05.H21.2005.09.HC",
    "Hồ sơ công tác tạp vụ năm 2005",
    GIA_LAI,
    ("Lịch phân công tạp vụ năm 2005",),
    2005,
    "5 năm",
)
CASE_FILES = (RULES, OLD, OLDER, HELD, CONDITIONAL, GONE)
