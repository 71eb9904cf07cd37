"""The moves of a simulation as a CSV a spreadsheet program opens, and its totals as JSON values."""

from __future__ import annotations

import csv
from datetime import date
from typing import Any, TextIO

from retention.simulate import Move, Totals, Way

COLUMNS = (
    "Mã hồ sơ", "Cơ quan", "Tiêu đề hồ sơ", "Ngày kết thúc", "Thời hạn hiện nay", "Giữ đến", "Dòng của bảng mới",
    "Thời hạn mới", "Giữ đến (mới)", "Thêm (năm)", "Dài hay ngắn hơn", "Theo", "Độ giống",
    "Bảng có hiệu lực khi kết thúc",
)  # fmt: skip
WAYS = {Way.LONGER: "dài hơn", Way.SHORTER: "ngắn hơn", Way.CLEAR: "trước đây chưa rõ"}
HIDDEN = "(không được xem)"
"""In place of a title somebody may not read."""
ACTS = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet program takes for the beginning of a formula."""


class MovesFile:
    """Writes moves as they come."""

    def __init__(self, sink: TextIO) -> None:
        """Write the headings, behind the mark by which spreadsheet programs know UTF-8."""
        sink.write("\ufeff")
        self._write = csv.writer(sink, delimiter=";").writerow
        self._write(COLUMNS)

    def __call__(self, move: Move) -> None:
        """Write one move."""
        self._write(
            (
                _text(move.code),
                move.agency_code,
                _text(move.title) or HIDDEN,
                _day(move.end_date),
                "chưa rõ" if move.was is None else str(move.was),
                _day(move.last_day),
                _text(move.row),
                str(move.period),
                _day(move.new_last_day),
                "" if move.years is None else move.years,
                WAYS[move.way],
                "dòng đã xếp" if move.assigned else "tiêu đề",
                "" if move.assigned else f"{move.score:.2f}".replace(".", ","),
                "có" if move.in_force else "không",
            )
        )


def _text(text: str) -> str:
    return f"'{text}" if text.startswith(ACTS) else text


def _day(day: date | None) -> str:
    return "" if day is None else f"{day:%d/%m/%Y}"


def totals_as_json(totals: Totals) -> dict[str, Any]:
    """Return the totals as JSON values; years as text, sorted."""
    years = sorted({*totals.due_before, *totals.due_after})
    return {
        "looked_at": totals.looked_at,
        "moved": totals.moved,
        "ways": {str(way): totals.count(way) for way in Way},
        "not_in_force": totals.not_in_force,
        "years_longer": totals.years_longer,
        "years_shorter": totals.years_shorter,
        "by_agency": {
            agency: {str(way): ways[way] for way in Way} for agency, ways in sorted(totals.by_agency.items())
        },
        "by_year": {str(year): [totals.due_before[year], totals.due_after[year]] for year in years},
    }
