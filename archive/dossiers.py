"""The dossier of a destruction is a case file of its own, which nobody may list before its time. Pure.

Vietnamese: hồ sơ hủy tài liệu hết giá trị.
Rule: kept by the agency whose records were destroyed, at least 20 years from the day of destruction (Luật
01/2011/QH13 Điều 28.5). How long under Luật 33/2024/QH15 and TT 06/2025/TT-BNV is not verified; there the same 20
years are our own rule, and every text that names them says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from archive.reason import Reason, because
from archive.register.base import AnyRow
from archive.register.models import CaseFile, Regime

KIND = "disposal-dossier"
"""`CaseFile.kind` of such a dossier; its `end_date` is the day of the destruction."""
YEARS = 20
CLAUSE = "Luật 01/2011/QH13 Điều 28.5"
OURS = "Quy tắc của hệ thống: thời hạn giữ hồ sơ hủy theo Luật 33/2024/QH15 chưa được xác minh"


def kept_through(destroyed_on: date) -> date:
    """Return the last day a dossier is kept, counted by the day: 02/03/2026 gives 02/03/2046.

    Where that year has no such day (29/02), the day after it.
    """
    try:
        return destroyed_on.replace(year=destroyed_on.year + YEARS)
    except ValueError:
        return date(destroyed_on.year + YEARS, 3, 1)


def is_dossier(file: CaseFile | AnyRow) -> bool:
    """Say whether a case file is the dossier of a destruction."""
    return file.kind == KIND


def clause_of(regime: str) -> str:
    """Return where the 20 years stand: the law of 2011, or our own rule, which says that it is one."""
    return CLAUSE if regime == Regime.R1 else OURS


def too_early(file: CaseFile | AnyRow, today: date) -> Iterator[Reason]:
    """Yield why a dossier may not go before its day, whatever its period says; nothing for any other case file."""
    if is_dossier(file) and today <= kept_through(file.end_date):
        yield because(
            "archive.dossier-kept",
            file=file.code,
            day=kept_through(file.end_date),
            clause=clause_of(file.regime),
        )
