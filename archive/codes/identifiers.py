"""Identifiers that travel in descriptions: agency codes and case file codes.

Two forms of agency code live side by side for ever: QCVN 102:2016/BTTTT (level 4 first, `000.06.16.G09`) and
QĐ 20/2020/QĐ-TTg Điều 4-6 (level 1 first, `H37.02.02`). Closed codes are never refused: old documents carry them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

OLD = r"\d{3}\.\d{2}\.\d{2}\.[A-Y]\d{2}"
NEW = r"[A-Y]\d{2}(?:\.[0-9A-Z]+)*"
ENTERPRISE = r"\d{10}(?:-?\d{3})?|02\d{10}"  # second alternative: seen on the axis only, meaning unverified
OTHERS = r"Z(?:0[1-9]|[1-9]\d)[0-9A-Za-z.\-]{1,32}"
AGENCY = rf"(?:{OLD}|{NEW}|{ENTERPRISE}|{OTHERS})"
AGENCY_MAX = 35

CASE = (
    rf"(?P<agency>{OLD}|[A-Y]\d{{2}}(?:\.[0-9A-Z]+?)*?)"
    r"\.(?P<year>(?:19|20)\d{2})\.(?P<notation>\S.*)"
)
AXIS_ID = r"(?P<agency>[^,]+),(?P<date>\d{4}[/-]\d{2}[/-]\d{2}),(?P<code>.+)"
_AGENCY = re.compile(AGENCY)
_AXIS_ID = re.compile(AXIS_ID)
_CASE = re.compile(CASE)
_LEADING = re.compile(rf"(?:(?P<old>{OLD})|(?P<new>[A-Y]\d{{2}}))(?=[.,\-_]|$)")
_OLD = re.compile(OLD)


@dataclass(frozen=True)
class CaseCode:
    """A case file code (mã hồ sơ) taken apart: agency . year . notation (TT 01/2019/TT-BNV Điều 16.3)."""

    agency: str
    year: int
    notation: str


def is_agency_code(value: str) -> bool:
    """Return whether `value` has one of the lawful shapes of an agency code."""
    return len(value) <= AGENCY_MAX and _AGENCY.fullmatch(value) is not None


def level1_of(value: str) -> str | None:
    """Return the level-1 part (`H37`) at the head of an agency code or of a longer identifier; None if it has none.

    A document id or case code begins with its agency's code, so the same call answers for those.
    """
    match = _LEADING.match(value)
    if match is None:
        return None
    return match["new"] or match["old"][-3:]


def is_axis_id(value: str) -> bool:
    """Return whether `value` is a document id as the exchange axis (edXML) gives it: agency, date, number/notation."""
    return _AXIS_ID.fullmatch(value) is not None


@dataclass(frozen=True)
class AxisId:
    """A document id of the exchange axis taken apart; `day` as written, `code` is "number/notation"."""

    agency: str
    day: str
    code: str


def parse_axis_id(value: str) -> AxisId | None:
    """Return the parts of a document id as the axis gives it; None when it has another shape (opaque then)."""
    match = _AXIS_ID.fullmatch(value)
    return AxisId(match["agency"], match["date"], match["code"]) if match else None


def parse_case_code(value: str) -> CaseCode | None:
    """Return the parts of a case file code; None when it has another shape (kept as opaque text then).

    Provincial historical archives put catalogue numbers between agency and year: those codes are opaque.
    """
    match = _CASE.fullmatch(value)
    if match is None:
        return None
    return CaseCode(match["agency"], int(match["year"]), match["notation"])


def agency_pattern(level1: str) -> str:
    """Return a regular expression for every agency code under `level1`, old form or new."""
    one = re.escape(level1)
    return rf"(?:\d{{3}}\.\d{{2}}\.\d{{2}}\.{one}|{one}(?:\.[0-9A-Z]+)*?)"
