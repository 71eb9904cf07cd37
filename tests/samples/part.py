"""A case file's part in the story, and the pieces many of them are made of: notices, letters, short ones."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tests.samples.case_file import CaseFilePlan, DocumentPlan, Made, a_case_file, a_document


@dataclass(frozen=True)
class Part:
    """A case file and its part in the story.

    Attributes:
        outcome: stored, returned, refused or tested.
        codes: finding codes that must be among the findings.
        role: what the demonstration does with it: destroy, held, transfer; or what is left to people: decision,
            due, listed, and those of `cast_for_lists`; or "".
        same_bytes: its papers are not made anew when another part of that kind has the same document.
    """

    key: str
    plan: CaseFilePlan
    outcome: str = "stored"
    codes: tuple[str, ...] = ()
    role: str = ""
    same_bytes: bool = False


def a_notice(
    number: str, sign: str, month: int, day: int, year: int, subject: str, *files: Made
) -> DocumentPlan:
    return (
        a_document("Thông báo", number, f"TB-{sign}")
        .issued_on(year, month, day)
        .about(subject, *a_letter(subject))
        .made_as(*(files or (Made.SIGNED,)))
    )


def a_letter(subject: str, *more: str) -> tuple[str, ...]:
    return (
        "Kính gửi: Các cơ quan, đơn vị có liên quan.",
        f"Thực hiện nhiệm vụ được giao, cơ quan thông báo nội dung sau: {subject[:1].lower()}{subject[1:]}.",
        *more,
        "Đề nghị các cơ quan, đơn vị phối hợp thực hiện, gửi báo cáo kết quả đúng thời hạn quy định.",
        "Trong quá trình thực hiện nếu có vướng mắc, phản ánh về Văn phòng để được hướng dẫn./.",
    )


def a_short_one(office: str, notation: str, title: str, year: int) -> CaseFilePlan:
    """Return a case file of one plan and one report, right in every respect."""
    sign = "STTTT" if office in ("ninh-binh", "cao-bang") else "SNV"
    kind = Made.SIGNED_AGENCY if office == "an-giang" else Made.SIGNED
    return (
        a_case_file()
        .of(office)
        .called(notation, title)
        .opened(year, 2, 3)
        .closed(year, 12, 15)
        .kept_for("10 năm")
        .with_document(
            a_document("Kế hoạch", f"7{year % 10}", f"KH-{sign}")
            .issued_on(year, 3, 2)
            .about(f"Kế hoạch: {title}", *a_letter(f"Kế hoạch năm {year}"))
            .made_as(kind),
            a_document("Báo cáo", f"27{year % 10}", f"BC-{sign}")
            .issued_on(year, 12, 1)
            .about(f"Báo cáo: {title}", *a_letter(f"Báo cáo năm {year}"))
            .made_as(kind, Made.WORD),
        )
    )


def with_second(plan: CaseFilePlan, second: DocumentPlan) -> CaseFilePlan:
    return replace(plan, documents=(plan.documents[0], second, *plan.documents[2:]))
