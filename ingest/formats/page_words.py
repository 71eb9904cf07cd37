"""The words of a first page; gaps between its columns are kept, so that a stamp stands alone. Runs in the sandbox."""

from __future__ import annotations

import re
import unicodedata

import pypdfium2

CHARACTERS = 4000
TABLE_READ = 16 * 2**20  # characters of a table looked through for stamps
CELL_LONGEST = 60
MARKS_KEPT = 50
RECTANGLES = 2000
# A gap wider than this many line heights parts two columns; a word in bold is no farther off than a space.
GAP = 1.2
_CELL = re.compile(r"[,;\t\r\n]")
_MAYBE_STAMP = re.compile(r"m\s*ậ\s*t", re.IGNORECASE)


def words(page: pypdfium2.PdfPage) -> str:
    """Return the page's words in NFC.

    Where the letters of "mật" occur, columns on one line are parted by tabs: a PDF puts only a space between a stamp
    and the words beside it. Other pages are spared the work.
    """
    text = page.get_textpage()
    found = nfc(text.get_text_range())
    return nfc(_in_columns(text)) if _MAYBE_STAMP.search(found) else found


def nfc(text: str) -> str:
    """Return the beginning of a text in NFC."""
    return unicodedata.normalize("NFC", text).strip()[:CHARACTERS]


def table(text: str) -> str:
    """Return the beginning of a table's cells, and the short ones after it that may be a stamp."""
    whole = unicodedata.normalize("NFC", text).strip()
    rest = _CELL.split(whole[CHARACTERS : CHARACTERS + TABLE_READ])
    marks = [cell for cell in rest if len(cell) <= CELL_LONGEST and _MAYBE_STAMP.search(cell)]
    return "\n".join([whole[:CHARACTERS], *marks[:MARKS_KEPT]])


def _in_columns(text: pypdfium2.PdfTextPage) -> str:
    """Return the words line by line; parts of a line that lie far from each other are parted by a tab."""
    rows: list[list[tuple[float, float, float, float, str]]] = []
    for number in range(min(text.count_rects(), RECTANGLES)):
        left, bottom, right, top = text.get_rect(number)
        piece = text.get_text_bounded(left, bottom, right, top).strip()
        if not piece:
            continue
        middle = (bottom + top) / 2
        row = next((r for r in reversed(rows[-40:]) if r[0][1] <= middle <= r[0][3]), None)
        if row is None:
            rows.append([(left, bottom, right, top, piece)])
        else:
            row.append((left, bottom, right, top, piece))
    lines = []
    for row in rows:
        row.sort()
        line, edge = row[0][4], row[0][2]
        for left, bottom, right, top, piece in row[1:]:
            line += ("\t" if left - edge > GAP * (top - bottom) else " ") + piece
            edge = max(edge, right)
        lines.append(line)
    return "\n".join(lines)
