"""Builders that speak the trade:

    a_case_file().of("lang-son").called("01.TH", "Ban hành Quy chế ...").opened(2020, 1, 6).closed(2020, 12, 31)
        .kept_for("20 năm").with_document(a_document("Quyết định", "31", "2020/QĐ-UBND") ...)

Values are frozen; every word returns a changed copy, so a half-said case file can be kept and varied.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

from tests.samples.offices import OFFICES, Office


class Made(StrEnum):
    """How a file is made, and so what it is."""

    SIGNED = "signed.pdf"  # by a person, then by the agency
    SIGNED_AGENCY = "agency.pdf"  # by the agency alone
    PLAIN = "plain.pdf"
    BROKEN = "broken.pdf"
    WORD = "docx"
    SHEET = "xlsx"
    SCAN = "jpg"
    SCAN_SIGNED = "scan.pdf"  # of paper, signed by the agency (TT 02/2019 Điều 6.1)
    EICAR = "txt"

    @property
    def extension(self) -> str:
        """Return the file name extension without dot."""
        return self.value.rpartition(".")[2] if "." in self.value else self.value


class Wrapping(StrEnum):
    """How the case file travels."""

    SIP = "SIP_hoso"
    LOOSE = "SIP_tailieu"  # documents, and no case file made of them
    BAG = "BagIt"
    XLSX = "xlsx"  # files with a list of them
    CSV = "csv"


@dataclass(frozen=True)
class DocumentPlan:
    """A document to be made.

    Attributes:
        files: the document itself first, then attachments.
        names: file names instead of those the rules give, by position.
        described: description fields instead of the true ones; None leaves a field out.
    """

    type_name: str
    number: str
    notation: str
    issued: date = date(2020, 1, 2)
    subject: str = ""
    body: tuple[str, ...] = ()
    files: tuple[Made, ...] = (Made.SIGNED,)
    signer_post: str = "Giám đốc"
    signer_name: str = "Nguyễn Văn An"
    organ: str = ""  # issuing body when it is not the office itself
    stamp: str = ""
    names: Mapping[int, str] = field(default_factory=dict)
    described: Mapping[str, str | None] = field(default_factory=dict)

    def issued_on(self, year: int, month: int, day: int) -> DocumentPlan:
        """Say the date of the document."""
        return replace(self, issued=date(year, month, day))

    def about(self, subject: str, *body: str) -> DocumentPlan:
        """Say the abstract (trích yếu) and what stands in it."""
        return replace(self, subject=subject, body=body)

    def made_as(self, *files: Made) -> DocumentPlan:
        """Say which files it has."""
        return replace(self, files=files)

    def signed_by(self, post: str, name: str) -> DocumentPlan:
        """Say who signs."""
        return replace(self, signer_post=post, signer_name=name)

    def from_organ(self, organ: str) -> DocumentPlan:
        """Say that another body issued it."""
        return replace(self, organ=organ)

    def stamped(self, word: str) -> DocumentPlan:
        """Print a word in a frame below the letterhead."""
        return replace(self, stamp=word)

    def named(self, position: int, name: str) -> DocumentPlan:
        """Send one file under a name of one's own."""
        return replace(self, names={**self.names, position: name})

    def wrongly(self, **described: str | None) -> DocumentPlan:
        """Describe it otherwise than it is."""
        return replace(self, described={**self.described, **described})


def a_document(type_name: str, number: str, notation: str) -> DocumentPlan:
    """Return a document to be said more of."""
    return DocumentPlan(type_name, number, notation)


@dataclass(frozen=True)
class CaseFilePlan:
    """A case file to be made.

    Attributes:
        notation: số và ký hiệu hồ sơ, the last part of the file code.
        standard: which field names its description uses, "TT02" or "TT05".
        described: description fields instead of the true ones; None leaves a field out.
        wrong_hash: position of the data file whose hash in the METS is made wrong; 0 for none.
        vendor: made by software that is known for its mistakes.
        mixed: the last row of its list is of another case file.
        holey: one file is not in the package, only where it could be fetched.
    """

    office: Office = OFFICES["lang-son"]
    notation: str = "01.TH"
    title: str = "Hồ sơ"
    starts: date = date(2020, 1, 2)
    ends: date = date(2020, 12, 31)
    maintenance: str = "20 năm"
    rights: str = "Công khai"
    standard: str = "TT02"
    keyword: str = ""
    documents: tuple[DocumentPlan, ...] = ()
    described: Mapping[str, str | None] = field(default_factory=dict)
    wrong_hash: int = 0
    record_status: str = "NEW"
    wrapping: Wrapping = Wrapping.SIP
    vendor: bool = False
    mixed: bool = False
    holey: bool = False

    @property
    def file_code(self) -> str:
        """Return the file code (mã hồ sơ): agency, year the file was opened, notation (TT 01/2019 Điều 16.3)."""
        return f"{self.office.code}.{self.starts.year}.{self.notation}"

    def of(self, office: str | Office) -> CaseFilePlan:
        """Say which office made it."""
        return replace(self, office=OFFICES[office] if isinstance(office, str) else office)

    def called(self, notation: str, title: str, *, keyword: str = "") -> CaseFilePlan:
        """Say its number and notation, and its title."""
        return replace(self, notation=notation, title=title, keyword=keyword)

    def opened(self, year: int, month: int, day: int) -> CaseFilePlan:
        """Say when the work began."""
        return replace(self, starts=date(year, month, day))

    def closed(self, year: int, month: int, day: int) -> CaseFilePlan:
        """Say when the work ended."""
        return replace(self, ends=date(year, month, day))

    def kept_for(self, maintenance: str) -> CaseFilePlan:
        """Say the retention period as declared."""
        return replace(self, maintenance=maintenance)

    def used_as(self, rights: str) -> CaseFilePlan:
        """Say how freely it may be used (chế độ sử dụng)."""
        return replace(self, rights=rights)

    def by_circular(self, standard: str) -> CaseFilePlan:
        """Say which circular's field names describe it."""
        return replace(self, standard=standard)

    def with_document(self, *documents: DocumentPlan) -> CaseFilePlan:
        """Put documents in, in order."""
        return replace(self, documents=(*self.documents, *documents))

    def wrongly(self, **described: str | None) -> CaseFilePlan:
        """Describe it otherwise than it is."""
        return replace(self, described={**self.described, **described})

    def with_status(self, record_status: str) -> CaseFilePlan:
        """Say what the package is to the archive: NEW, SUPPLEMENT, REPLACEMENT, TEST or OTHER."""
        return replace(self, record_status=record_status)

    def wrapped_as(self, wrapping: Wrapping) -> CaseFilePlan:
        """Say how it travels."""
        return replace(self, wrapping=wrapping)

    def by_careless_software(self) -> CaseFilePlan:
        """Have it packed by software that is known for its mistakes."""
        return replace(self, vendor=True)

    def mixed_with_another(self) -> CaseFilePlan:
        """Put a row of another case file into its list."""
        return replace(self, mixed=True)

    def with_a_hole(self) -> CaseFilePlan:
        """Leave one file out and say where it could be fetched."""
        return replace(self, holey=True)

    def with_wrong_hash_of_file(self, position: int) -> CaseFilePlan:
        """Make the METS lie about one data file (counted from 1)."""
        return replace(self, wrong_hash=position)


def a_case_file() -> CaseFilePlan:
    """Return a case file to be said more of."""
    return CaseFilePlan()
