"""Who is on the disposal lists, and under the hold, that wait in a running house for whoever looks at it.

Thin ones: nobody reads them, and every paper that is typeset and converted makes a newcomer wait.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tests.samples.case_file import CaseFilePlan, DocumentPlan, Made, a_case_file, a_document
from tests.samples.part import Part, a_letter

OFFICE = "lang-son-so-noi-vu"
MINUTES = "Biên bản"


def for_lists() -> Iterator[Part]:
    """Yield them; those of one role are one piece of the house, in this order."""
    for key, notation, title, year, role in (
        ("ls-cho-bo-phieu", "13.VP", "Hồ sơ tổ chức hội nghị cán bộ, công chức năm 2008", 2008, "vote"),
        ("ls-xin-y-kien", "15.VP", "Hồ sơ thăm hỏi, hiếu hỉ năm 2007", 2007, "opinion"),
        ("ls-cho-quyet-dinh", "16.VP", "Hồ sơ trực cơ quan các ngày lễ năm 2006", 2006, "decide"),
        ("ls-co-lien-quan", "17.VP", "Hồ sơ kiểm kê tài sản cơ quan năm 2005", 2005, "linked"),
    ):
        yield Part(key, a_thin_one(notation, title, _minutes(year, title)), role=role)
    yield Part("ls-neu-ten", _naming(), role="linked")
    named = _minutes(2016, "Họp giao ban công tác văn phòng năm 2016")
    yield from _twins("ls-trung", "18.VP", "19.VP", "Hồ sơ họp giao ban văn phòng năm 2016", named, "twin")
    named = _minutes(2025, "Họp giao ban công tác văn phòng cuối năm 2025")
    yield from _twins("ls-trung-2025", "20.VP", "21.VP", "Hồ sơ họp giao ban cuối năm 2025", named, "vote-r2")
    title = "Hồ sơ giải quyết đơn thư về tuyển dụng năm 2013"
    yield Part("ls-xin-bo-giu", a_thin_one("22.TTr", title, _minutes(2013, title)), role="lift")


def a_thin_one(notation: str, title: str, document: DocumentPlan) -> CaseFilePlan:
    """Return a case file of one document, kept ten years, right in every respect."""
    year = document.issued.year
    return (
        a_case_file()
        .of(OFFICE)
        .called(notation, title)
        .opened(year, 2, 3)
        .closed(year, 12, 15)
        .kept_for("10 năm")
        .with_document(document)
    )


def _minutes(year: int, subject: str) -> DocumentPlan:
    return (
        a_document(MINUTES, f"9{year % 10}", "BB-SNV")
        .issued_on(year, 11, 20)
        .about(f"Biên bản: {subject}", *a_letter(f"Biên bản năm {year}"))
        .made_as(Made.SIGNED)
    )


def _naming() -> CaseFilePlan:
    """Return a case file kept for ever of which a document names the minutes on the list of role "linked"."""
    minutes = _minutes(2014, "Hồ sơ bàn giao tài sản cho cơ quan mới")
    return replace(
        a_thin_one(
            "23.VP",
            "Hồ sơ bàn giao trụ sở và tài sản năm 2014",
            minutes.wrongly(RelatedDocuments="95/BB-SNV"),
        ),
        maintenance="Vĩnh viễn",
    )


def _twins(
    key: str, notation: str, again: str, title: str, document: DocumentPlan, role: str
) -> Iterator[Part]:
    """Yield two case files with the very same document, byte for byte, as one that was handed in twice has it."""
    late = document.issued.year >= 2025
    for end, one in (("", notation), ("-lan-hai", again)):
        plan = a_thin_one(one, title, document).by_circular("TT05" if late else "TT02")
        yield Part(f"{key}{end}", plan, role=role, same_bytes=True)
