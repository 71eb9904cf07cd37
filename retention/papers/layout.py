"""What every paper of a destruction looks like: head, dates, tables, signatures, and what it says about itself. Pure.

Head and dates as NĐ 30/2020/NĐ-CP Phụ lục I has them: name of the state and its motto, the agency's name, days below 10
and the months 1 and 2 with a zero before them, pages numbered at the top from the second on. Every word from outside is
escaped here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from html import escape

from archive.vietnam import local
from retention.explain import day_text

STYLE = """
@page { size: A4; margin: 20mm 15mm 20mm 30mm; @top-center { content: counter(page); font-size: 13pt } }
@page :first { @top-center { content: FIRST } }
html { font-size: 12pt }
.heads { display: flex; justify-content: space-between; text-align: center }
.heads p { margin: 0 }
.office, .state { font-weight: bold }
.state + p { border-bottom: 0.5pt solid #000; padding-bottom: 1mm }
.day { font-style: italic; text-align: right; margin: 3mm 0 0 }
h1 { text-align: center; font-size: 14pt; margin: 7mm 0 1mm }
h2 { font-size: 12pt; margin: 5mm 0 2mm }
.under { text-align: center; font-style: italic; margin: 0 0 3mm }
table { border-collapse: collapse; width: 100% }
thead { display: table-header-group }
th, td { border: 0.5pt solid #000; padding: 1mm 1.5mm; vertical-align: top; text-align: left;
         overflow-wrap: anywhere }
th { text-align: center; overflow-wrap: normal }
td.n { text-align: right }
tr, section { break-inside: avoid }
.sum td { font-weight: bold }
.plain td, .plain th { border: 0; text-align: left }
.plain th { width: 34%; font-weight: normal }
.code { font-family: "Liberation Mono", monospace; font-size: 8pt; overflow-wrap: anywhere }
.small { font-size: 9pt }
.words { white-space: pre-line }
.signs { display: flex; justify-content: space-around; text-align: center; margin-top: 8mm;
         break-inside: avoid; height: 30mm }
.form { border-top: 0.5pt solid #000; margin-top: 6mm; font-size: 9pt; font-style: italic }
"""
LANDSCAPE = "@page { size: A4 landscape; margin: 20mm 15mm 15mm 20mm }"
OUR_FORM = "Biểu mẫu do hệ thống Tàng Thư đặt: mẫu trong quy định chưa được đối chiếu với bản chính thức."
"""For papers whose template in the circulars nobody of us has read."""


def whole(title: str, body: str, *, first: bool = True, landscape: bool = False) -> str:
    """Return a page, or a part of a paper, as HTML.

    Args:
        title: of the paper.
        body: HTML, escaped.
        first: it begins the paper, so its first page bears no number.
        landscape: for wide tables.
    """
    style = STYLE.replace("FIRST", "none" if first else "counter(page)") + (LANDSCAPE if landscape else "")
    return (
        f'<!doctype html><html lang="vi"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{style}</style></head><body>{body}</body></html>"
    )


def head(agency_name: str, agency_code: str, day: date | None = None, *, number: str = "") -> str:
    """Return the head of a state paper: agency and its number left; state, motto (Quốc hiệu, Tiêu ngữ) and day right.

    Args:
        agency_name: whose paper it is.
        agency_code: of the same.
        day: of the paper; None where it has none of its own.
        number: with notation (số, ký hiệu); "" where it has none of its own.
    """
    told = f'<p class="day">{long_day(day)}</p>' if day else ""
    numbered = f"<p>Số: {escape(number)}</p>" if number else ""
    return f"""<div class="heads"><div><p class="office">{escape(agency_name.upper())}</p>
<p class="small">{escape(agency_code)}</p>{numbered}</div>
<div><p class="state">CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM</p>
<p class="office">Độc lập - Tự do - Hạnh phúc</p></div></div>{told}"""


def heading(title: str) -> str:
    """Return the name of a paper as it stands above it."""
    return f"<h1>{escape(title.upper())}</h1>"


def long_day(day: date) -> str:
    """Return a day as the head of a paper has it: "ngày 02 tháng 02 năm 2026", "ngày 12 tháng 3 năm 2026"."""
    month = f"{day.month:02d}" if day.month < 3 else str(day.month)
    return f"ngày {day.day:02d} tháng {month} năm {day.year}"


def moment(at: datetime) -> str:
    """Return a moment as clocks in Việt Nam showed it."""
    return f"{local(at):%H:%M:%S} ngày {day_text(local(at).date())}"


def code(text: str) -> str:
    """Return a hash or an identifier in a letter of its own; "không có" when there is none."""
    return f'<span class="code">{escape(text)}</span>' if text else "không có"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], *, numbers: Iterable[int] = ()) -> str:
    """Return a table.

    Args:
        heads: plain words.
        rows: cells as HTML, escaped by the caller.
        numbers: columns that hold numbers.
    """
    right = set(numbers)
    lines = "".join(
        "<tr>"
        + "".join(f"<td{' class=n' if n in right else ''}>{cell}</td>" for n, cell in enumerate(row))
        + "</tr>"
        for row in rows
    )
    named = "".join(f"<th>{escape(one)}</th>" for one in heads)
    return f"<table><thead><tr>{named}</tr></thead><tbody>{lines}</tbody></table>"


def told(lines: Iterable[tuple[str, str]]) -> str:
    """Return lines of what and how, without borders; what is plain, how is HTML escaped by the caller."""
    rows = "".join(f"<tr><th>{escape(what)}</th><td>{how}</td></tr>" for what, how in lines)
    return f'<table class="plain"><tbody>{rows}</tbody></table>'


def signs(*places: tuple[str, str]) -> str:
    """Return places to sign: under what (plain), and who (plain, may be "")."""
    return (
        '<div class="signs">'
        + "".join(f"<p><b>{escape(under)}</b><br>{escape(who)}</p>" for under, who in places)
        + "</div>"
    )
