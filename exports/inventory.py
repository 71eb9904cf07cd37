"""The inventory of case files (mục lục hồ sơ, tài liệu nộp lưu) as PDF/A.

Columns and foot of NĐ 30/2020/NĐ-CP Phụ lục V mẫu III. The form of TT 16/2014 Annex I (transfer to the
Historical Archive) was not found; ours is used for it too, which is our reading.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from html import escape
from importlib.resources import files
from string import Template

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.errors import NotAllowedError, NotFoundError
from archive.numerals import in_words
from archive.packages.markup import day
from archive.packages.tt05 import NUMBER_OF_PAPER
from archive.pdfa.print import print_pdfa
from archive.reason import because
from archive.register.models import Agency, CaseFile, CaseFileState
from archive.viewer import Viewer

TITLE = "Mục lục hồ sơ, tài liệu nộp lưu"


@dataclass(frozen=True)
class Line:
    """One case file in the inventory; all columns as they are printed."""

    notation: str
    title: str
    period: str
    retention: str
    extent: str
    note: str


def line_of(row: CaseFile) -> Line:
    """Return a case file's line: sheets are empty for records that never were paper."""
    said = row.description
    sheets = next((str(said[name]) for name in NUMBER_OF_PAPER if said.get(name)), "")
    period = day(row.start_date)
    if row.end_date != row.start_date:
        period += f" - {day(row.end_date)}"
    return Line(
        notation=row.code,
        title=row.title,
        period=period,
        retention=row.maintenance,
        extent=f"{sheets}/{row.total_pages}" if sheets else str(row.total_pages),
        note=str(said.get("Description", "")),
    )


def lines(
    session: Session, agency_code: str, *, viewer: Viewer, only: Collection[str] | None = None
) -> list[Line]:
    """Return the lines of the case files in the vault that the viewer may read, by code.

    Args:
        session: for reading.
        agency_code: whose case files.
        viewer: who asks.
        only: ids of case files, for the inventory of one transfer; None for all that are stored. Those
            named here are listed even when they were handed over meanwhile.
    """
    query = select(CaseFile).where(CaseFile.agency_code == agency_code).order_by(CaseFile.code)
    states = {CaseFileState.STORED} | ({CaseFileState.TRANSFERRED} if only is not None else set())
    found = session.scalars(query.where(CaseFile.state.in_(states)))
    return [
        line_of(row)
        for row in found
        if (only is None or row.id in only) and viewer.may_read(row.agency_code, row.access)
    ]


def page(agency: Agency, listed: Iterable[Line], *, maker: str, today: date) -> str:
    """Return the inventory as an HTML page; every word from outside is escaped."""
    rows = [
        "<tr>"
        f'<td class="middle">{number}</td>'
        f"<td>{escape(line.notation)}</td><td>{escape(line.title)}</td>"
        f'<td class="middle">{escape(line.period)}</td><td class="middle">{escape(line.retention)}</td>'
        f'<td class="middle">{escape(line.extent)}</td><td>{escape(line.note)}</td>'
        "</tr>"
        for number, line in enumerate(listed, 1)
    ]
    form = files("exports").joinpath("forms", "inventory.html").read_text(encoding="utf-8")
    return Template(form).substitute(
        title=TITLE,
        agency=escape(agency.name.upper()),
        agency_code=escape(agency.code),
        day=f"{today.day:02d}",
        month=f"{today.month:02d}",
        year=today.year,
        rows="\n".join(rows),
        count=len(rows),
        words=in_words(len(rows)),
        maker=escape(maker),
    )


def inventory(
    session: Session,
    agency_code: str,
    *,
    viewer: Viewer,
    today: date,
    only: Collection[str] | None = None,
    maker: str = "",
) -> bytes:
    """Return the inventory of an agency's case files as PDF/A-2b, judged by veraPDF.

    Args:
        session: for reading.
        agency_code: whose case files.
        viewer: who asks.
        today: the day printed on it.
        only: ids of case files, for the inventory of one transfer.
        maker: whose name is printed below it; the account of who asks when it is left out.

    Raises:
        NotFoundError: no such agency.
        NotAllowedError: the viewer has no role there that reads.
        TangThuError: the page could not be printed as valid PDF/A.
    """
    agency = session.get(Agency, agency_code)
    if agency is None:
        raise NotFoundError(because("archive.no-agency", agency=agency_code))
    if not viewer.may_read(agency_code, "02"):
        raise NotAllowedError(because("archive.no-part", who=viewer.name, agency=agency_code))
    listed = lines(session, agency_code, viewer=viewer, only=only)
    return print_pdfa(
        page(agency, listed, maker=maker or viewer.name, today=today), title=f"{TITLE} - {agency.name}"
    )
