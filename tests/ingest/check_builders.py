"""Deliveries for the checks: `a_good_case()` has no finding under the base rules; every word returns a changed copy."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from archive.reason import SAID, because
from ingest.checks.duplicates import Known
from ingest.checks.engine import check
from ingest.clock.hours import OfficeHours
from ingest.delivery import (
    DeliveredDocument,
    DeliveredFile,
    Delivery,
    FileFacts,
    ScanFacts,
    SignatureFacts,
)
from ingest.finding import Finding
from ingest.profiles.load import profiles

TODAY = date(2026, 3, 2)

MEDIA = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "zip": "application/zip",
    "mp3": "audio/mpeg",
    "avi": "video/x-msvideo",
    "mp4": "video/mp4",
    "mov": "video/quicktime",
    "wmv": "video/x-ms-wmv",
    "wav": "audio/x-wav",
    "": "application/octet-stream",
}


UPPER_RIGHT = (0.66, 0.9, 0.97, 0.98)


@dataclass(frozen=True)
class File:
    """A file to deliver. `content` is what it is, whatever its name says."""

    name: str = "vanban.pdf"
    content: str = "pdf"
    data: str = ""
    size: int = 1000
    pages: int | None = 2
    version: str = "1.7"
    encrypted: bool = False
    problem: str = ""
    more: Mapping[str, Any] = field(default_factory=dict)  # further facts
    text: str = ""
    signatures: tuple[SignatureFacts, ...] = ()
    looked_into: bool = True

    @property
    def sha256(self) -> str:
        return hashlib.sha256((self.data or self.name).encode()).hexdigest()

    @property
    def facts(self) -> FileFacts:
        pdf = self.content == "pdf"
        extensions = {"jpeg": ("jpg", "jpeg"), "": ()}.get(self.content, (self.content,))
        return FileFacts(
            self.sha256,
            "fmt/0",
            MEDIA[self.content],
            extensions,
            self.pages if pdf else None,
            self.version if pdf else "",
            self.encrypted,
            because(SAID, text=self.problem) if self.problem else None,
            first_page_text=self.text,
            signatures=self.signatures,
            **self.more,
        )

    @property
    def delivered(self) -> DeliveredFile:
        return DeliveredFile(self.name, Path("/nowhere"), self.size, self.sha256)


@dataclass(frozen=True)
class Doc:
    fields: Mapping[str, str]
    files: tuple[File, ...]

    def saying(self, **fields: str) -> Doc:
        return replace(self, fields={**self.fields, **fields})

    def of(self, *files: File) -> Doc:
        return replace(self, files=files)


@dataclass(frozen=True)
class ACase:
    fields: Mapping[str, str]
    documents: tuple[Doc, ...]
    profile: str = "base"
    agency: str = "000.00.05.H26"
    standard: str = "TT02"
    status: str = "NEW"
    known: Known = field(default_factory=Known)
    today: date = TODAY
    agency_name: str = ""
    hours: OfficeHours | None = None

    def saying(self, **fields: str) -> ACase:
        return replace(self, fields={**self.fields, **fields})

    def document(self, **fields: str) -> ACase:
        """Change fields of the first document."""
        return replace(self, documents=(self.documents[0].saying(**fields), *self.documents[1:]))

    def files(self, *files: File) -> ACase:
        """Change the files of the first document."""
        return replace(self, documents=(self.documents[0].of(*files), *self.documents[1:]))

    @property
    def delivery(self) -> Delivery:
        return Delivery(
            self.standard,
            "uuid-1",
            self.status,
            "",
            self.agency,
            self.fields,
            tuple(
                DeliveredDocument(f"doc{n}.xml", d.fields, tuple(f.delivered for f in d.files))
                for n, d in enumerate(self.documents, 1)
            ),
        )

    @property
    def facts(self) -> dict[str, FileFacts]:
        return {f.sha256: f.facts for d in self.documents for f in d.files if f.looked_into}

    def findings(self) -> list[Finding]:
        return check(
            self.delivery,
            self.facts,
            profile=profiles()[self.profile],
            agency_code=self.agency,
            known=self.known,
            today=self.today,
            agency_name=self.agency_name,
            hours=self.hours,
        )

    def codes(self) -> list[str]:
        return [finding.code for finding in self.findings()]


def signed_by(
    name: str = "Nguyễn Văn An",
    at: str = "2020-03-02T09:00:00+07:00",
    verdict: str = "TOTAL-PASSED",
    why: str = "",
    intact: bool | None = True,
) -> SignatureFacts:
    ink = "red" if name == "Sở Nội vụ" else "blue"
    return SignatureFacts(name, "Sở Nội vụ", verdict, why, intact, True, at, page=1, box=UPPER_RIGHT, ink=ink)


def signed_by_both(year: int = 2020) -> tuple[SignatureFacts, ...]:
    """A person's signature and the agency's five minutes later."""
    return (
        signed_by(at=f"{year}-03-02T09:00:00+07:00"),
        signed_by("Sở Nội vụ", f"{year}-03-02T09:05:00+07:00"),
    )


SCAN = ScanFacts(pages=2, lowest_dpi=200, least_bits=24)


def a_scan(name: str, **more: Any) -> File:
    """A scan of paper as Điều 6.1 wants it: colour, 200 dpi, signed by the agency upper right on the first page."""
    return File(name, signatures=(signed_by("Sở Nội vụ"),), more={"scan": SCAN} | more)


def a_document(agency: str, number: int, ordinal: int, year: int = 2020) -> Doc:
    return Doc(
        {
            "DocCode": f"{agency}-{year}.{number}",
            "DocOrdinal": str(ordinal),
            "TypeName": "Quyết định",
            "CodeNumber": str(number),
            "CodeNotation": "QĐ-SNV",
            "IssuedDate": f"02/03/{year}",
            "OrganName": "Sở Nội vụ",
            "Subject": "Quyết định ban hành Quy chế văn thư, lưu trữ",
            "Language": "Tiếng Việt",
            "PageAmount": "2",
            "Mode": "Công khai",
            "ConfidenceLevel": "Gốc điện tử",
            "Format": "Tốt",
        },
        (File(f"QuyetDinh{number}.pdf", signatures=signed_by_both(year)),),
    )


def a_case(profile: str, agency: str, notation: str = "01.TH", year: int = 2020) -> ACase:
    """Return a case file of two signed documents, right in every respect under the profile."""
    return ACase(
        {
            "FileCode": f"{agency}.{year}.{notation}",
            "OrganId": agency,
            "FileCatalog": str(year),
            "FileNotation": notation,
            "Title": "Hồ sơ ban hành Quy chế văn thư, lưu trữ",
            "Maintenance": "20 năm",
            "Rights": "Công khai",
            "Language": "Tiếng Việt",
            "StartDate": f"01/01/{year}",
            "EndDate": f"31/12/{year}",
            "TotalDoc": "2",
            "PageNumber": "4",
            "Format": "Tốt",
        },
        (a_document(agency, 15, 1, year), a_document(agency, 16, 2, year)),
        profile,
        agency,
    )


def a_good_case() -> ACase:
    return a_case("base", "000.00.05.H26")


def lang_son() -> ACase:
    return a_case("lang-son", "000.00.05.H37", year=2021)


def ninh_binh() -> ACase:
    return a_case("ninh-binh", "000.00.12.H42", year=2023)


def an_giang() -> ACase:
    return a_case("an-giang", "000.00.01.H01", "01TH")


def gia_lai() -> ACase:
    return a_case("gia-lai-so-tttt", "000.00.11.H21").saying(PaperFileCode="GIAY.1")


def cao_bang() -> ACase:
    case = a_case("cao-bang", "000.00.09.H14", year=2022)
    told = tuple(
        document.of(*(replace(file, text=document.fields["Subject"]) for file in document.files))
        for document in case.documents
    )
    return replace(case, documents=told)  # the first page says the abstract
