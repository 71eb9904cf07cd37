"""Why a case file is kept until a day, step by step, in Vietnamese and English.

The steps were written into the ledger when the dates were set (`retention.reckoning`); holds and the outcome
are added as they are now. The explanation is read, never reckoned again: it says what was decided then.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.errors import NotAllowedError, NotFoundError
from archive.holds import holds_on, is_active
from archive.reason import because
from archive.register.decisions import Hold, Order
from archive.register.models import CaseFile, CaseFileState
from archive.vietnam import day_of
from archive.viewer import OWN_AGENCY, Role, Viewer

WHY: dict[str, tuple[str, str]] = {
    "empty": ("không ghi thời hạn", "no period is given"),
    "other": ("mã 07 (Khác) không nói số năm", "code 07 (other) says no number of years"),
    "superseded": (
        "thời hạn đến khi văn bản hết hiệu lực: cần ghi nhận ngày hết hiệu lực",
        "kept until the text lapses: the lapse must be recorded first",
    ),
    "not-a-period": ("không đọc được thành số năm", "cannot be read as a number of years"),
    "out-of-range": (
        "ngoài khoảng 1 đến 70 năm mà hệ thống nhận; đây là giới hạn của chúng tôi",
        "outside the 1 to 70 years we take; the limit is ours",
    ),
}
"""Why a period is unclear: code -> (vi, en)."""

COUNTING: dict[str, tuple[str, str]] = {
    "next-year": ("không tính năm kết thúc", "the year it ended is not counted"),
    "same-year": ("tính cả năm kết thúc", "the year it ended is counted"),
}

TEXTS: dict[str, tuple[str, str]] = {
    "work-ended": (
        "Công việc kết thúc ngày {day}; thời hạn tính từ năm {year}.",
        "The work ended on {day}; the period runs from the year {year}.",
    ),
    "declared": (
        "Thời hạn khai báo: “{text}”, tức là {period}.",
        "Period as declared: “{text}”, that is {period}.",
    ),
    "declared-unclear": (
        "Thời hạn khai báo: “{text}” ({why_vi}).",
        "Period as declared: “{text}” ({why_en}).",
    ),
    "documents-longest": (
        "Hồ sơ theo tài liệu có thời hạn dài nhất ({count} tài liệu có ghi): {period}.",
        "The file takes its longest document ({count} declare one): {period}.",
    ),
    "documents-unclear": (
        "Chưa biết tài liệu nào có thời hạn dài nhất: “{text}” ({why_vi}).",
        "Which document has the longest period is not known: “{text}” ({why_en}).",
    ),
    "suggestion": (
        "Gợi ý từ bảng thời hạn: {instrument}, dòng {row}: {title}: {retention}{force_vi}.",
        "A row of the schedule looks like it: {instrument}, row {row}: {title}: {retention}{force_en}.",
    ),
    "suggestion-longer": (
        "Lưu ý: {instrument}, dòng {row} ({title}) ghi {retention}{force_vi}, dài hơn thời hạn đang áp dụng; "
        "lưu trữ viên cần xem lại.",
        "Note: {instrument}, row {row} ({title}) says {retention}{force_en}, longer than the period in use; "
        "an archivist should look.",
    ),
    "not-due-until-clear": (
        "Thời hạn chưa rõ nên hồ sơ không bao giờ đến hạn cho tới khi lưu trữ viên xác định.",
        "The period is unclear, so the file is never due until an archivist sets it.",
    ),
    "permanent": ("Bảo quản vĩnh viễn: không bao giờ hủy.", "Permanent: never destroyed."),
    "last-day": (
        "Giữ hết ngày {day} ({year} + {years} năm, {counting_vi}).",
        "Kept through {day} ({year} + {years} years, {counting_en}).",
    ),
    "dossier-kept": (
        "Hồ sơ hủy tài liệu: giữ ít nhất {years} năm kể từ ngày hủy {since}, đến hết ngày {day}.",
        "Dossier of a destruction: kept at least {years} years from the day of destruction, {since}, through {day}.",
    ),
    "eligible-from": (
        "Từ ngày {day} có thể đưa vào danh mục xét hủy; hết hạn chưa đủ để hủy.",
        "From {day} it may go on a disposal list; expiry alone does not destroy it.",
    ),
    "set-by-person": (
        "{actor} xác định thời hạn {period}. Lý do: {reason}.",
        "{actor} set the period to {period}. Reason: {reason}.",
    ),
    "assigned-row": (
        "Xếp vào {instrument}, dòng {row}: {title}: {retention}.",
        "Assigned to {instrument}, row {row}: {title}: {retention}.",
    ),
    "not-reckoned": (
        "Chưa tính thời hạn; hồ sơ chưa thể đến hạn.",
        "The period has not been reckoned yet; the file cannot be due.",
    ),
    "held": (
        "Đang bị giữ theo lệnh của {by} từ {since} (căn cứ {document}): {reason}{until_vi}. Không được hủy.",
        "Held by order of {by} since {since} (document {document}): {reason}{until_en}. "
        "May not be destroyed.",
    ),
    "destroyed": (
        "Đã hủy ngày {day} theo quyết định {document}.",
        "Destroyed on {day} by decision {document}.",
    ),
    "transferred": (
        "Đã nộp Lưu trữ lịch sử ngày {day} theo văn bản {document}.",
        "Handed over to the Historical Archive on {day} by {document}.",
    ),
}
"""Texts of the steps: code -> (vi, en)."""

READERS = OWN_AGENCY | {Role.AUDITOR}


@dataclass(frozen=True)
class Step:
    """One step of an explanation.

    Attributes:
        clause: law or circular with article, "" for plain facts.
        version: of our rules, or the hash of the schedule used.
        schedule: id of the schedule it names, "" for none.
        reading: our reading; the law does not say it in these words.
    """

    code: str
    vi: str
    en: str
    clause: str = ""
    version: str = ""
    reading: bool = False
    schedule: str = ""


def told(step: Mapping[str, Any], rules: str = "") -> Step:
    """Return a stored step with its texts.

    Raises:
        KeyError: never for steps `retention.reckoning` makes; a test walks all of them.
    """
    params = _for_people(step.get("params", {}))
    vi, en = TEXTS[step["code"]]
    return Step(
        code=step["code"],
        vi=vi.format_map(params),
        en=en.format_map(params),
        clause=step.get("clause", ""),
        version=str(step.get("params", {}).get("sha256", ""))[:12] or rules,
        reading=bool(step.get("reading", False)),
        schedule=str(step.get("params", {}).get("schedule", "")),
    )


def day_text(day: date) -> str:
    """Return a day as Vietnamese papers write it: 31/12/2034."""
    return f"{day:%d/%m/%Y}"


def _for_people(params: Mapping[str, Any]) -> dict[str, Any]:
    shown = dict(params)
    for name in ("day", "since"):
        if name in shown:
            shown[name] = day_text(date.fromisoformat(shown[name]))
    for name, table in (("why", WHY), ("counting", COUNTING)):
        if name in shown:
            shown[f"{name}_vi"], shown[f"{name}_en"] = table[shown[name]]
    in_force = shown.get("in_force", True)
    shown["force_vi"] = "" if in_force else " (không còn hoặc chưa có hiệu lực khi công việc kết thúc)"
    shown["force_en"] = "" if in_force else " (not in force when the work ended)"
    until = shown.get("until")
    shown["until_vi"] = f"; đến hết ngày {day_text(date.fromisoformat(until))}" if until else ""
    shown["until_en"] = f"; through {day_text(date.fromisoformat(until))}" if until else ""
    return shown


def explain(
    session: Session, case_file_id: str, *, viewer: Viewer | None = None, today: date | None = None
) -> list[Step]:
    """Return the steps that led to a case file's dates, and what stands in the way now.

    Args:
        session: on the register.
        case_file_id: of the case file; tombstones are explained too.
        viewer: who asks; None only where the caller has already asked the viewer's permission.
        today: leave out holds that ended before; None shows every hold that was not lifted.

    Raises:
        NotFoundError: there is no such case file.
        NotAllowedError: the viewer has no part in that agency.
    """
    file = session.get(CaseFile, case_file_id)
    if file is None:
        raise NotFoundError(because("archive.no-file", file=case_file_id))
    if viewer is not None and not any(viewer.has(role, file.agency_code) for role in READERS):
        raise NotAllowedError(because("archive.no-part", who=viewer.name, agency=file.agency_code))
    return dates_told(file.retention_basis) + _held(session, file, today) + _gone(session, file)


def explain_dates(session: Session, case_file_ids: Collection[str]) -> dict[str, list[Step]]:
    """Return the steps that led to the dates of many case files, by one query; without what stands in their way now.

    Args:
        session: on the register.
        case_file_ids: a page of them; what the register does not know is left out. The caller has already asked
            whether the viewer may see them.
    """
    query = select(CaseFile.id, CaseFile.retention_basis).where(CaseFile.id.in_(case_file_ids))
    return {id: dates_told(basis) for id, basis in session.execute(query)}


def dates_told(basis: Mapping[str, Any] | None) -> list[Step]:
    """Return the steps that led to a case file's dates, as the register keeps them (`retention_basis`). Pure."""
    if basis is None:
        return [told({"code": "not-reckoned"})]
    return [told(step, str(basis.get("rules", ""))) for step in basis.get("steps", ())]


def _held(session: Session, file: CaseFile, today: date | None) -> list[Step]:
    holds = session.execute(
        holds_on(file)
        .join(Order, Order.id == Hold.order_id)
        .where(Hold.lifted_at.is_(None))
        .with_only_columns(Hold, Order)
    )
    return [
        told(
            {
                "code": "held",
                "params": {
                    "by": hold.placed_by,
                    "since": day_of(hold.placed_at).isoformat(),
                    "reason": hold.reason,
                    "document": order.document_number,
                    "until": hold.until.isoformat() if hold.until else None,
                },
            }
        )
        for hold, order in holds
        if today is None or is_active(hold, today)
    ]


def _gone(session: Session, file: CaseFile) -> list[Step]:
    if file.state not in (CaseFileState.DESTROYED, CaseFileState.TRANSFERRED) or file.gone_at is None:
        return []
    order = session.get(Order, file.gone_order_id) if file.gone_order_id else None
    document = order.document_number if order else "?"
    params = {"day": day_of(file.gone_at).isoformat(), "document": document}
    return [told({"code": str(file.state), "params": params})]
