"""A workbook (XLSX) of which plain XML parts alone are left, row by row; nothing in it is ever computed.

openpyxl trusts what it is given: a dimension that lies, gaps, formulas. Who calls has looked through the parts before:
their number, their bytes and tags, that none declares an entity. What may lie on a sheet at the most is the caller's
too: a row no sheet has is told by its number, which is never passed over.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time
from typing import Any, BinaryIO
from xml.etree.ElementTree import ParseError

from lxml import etree
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from archive.errors import ArchiveError

XML = (".xml", ".rels")
"""Endings of the parts that openpyxl is to see; no macros, pictures, embedded objects."""
COMPOUND = b"\xd0\xcf\x11\xe0"
"""How an old XLS, or a workbook with a password, begins."""
BROKEN = (
    InvalidFileException,
    zipfile.BadZipFile,
    zlib.error,
    ParseError,
    etree.XMLSyntaxError,
    KeyError,
    ValueError,
    TypeError,
    IndexError,
    AttributeError,
    EOFError,
    OverflowError,
    NotImplementedError,
    RuntimeError,
)
"""What zipfile and openpyxl raise for a workbook that is none: they have no error of their own for most of this."""


class BrokenWorkbookError(ArchiveError):
    """It is no workbook.

    Attributes:
        said: name of the error that showed it.
    """

    def __init__(self, said: str) -> None:
        super().__init__(f"no workbook: {said}")
        self.said = said


@contextmanager
def broken_told() -> Iterator[None]:
    """Raise BrokenWorkbookError for whatever zipfile or openpyxl raise within the block."""
    try:
        yield
    except BROKEN as error:
        raise BrokenWorkbookError(type(error).__name__) from error


@contextmanager
def sheets_of(plain: BinaryIO) -> Iterator[Sequence[Any]]:
    """Yield the sheets of a workbook, visible and hidden; its rows are read within the block.

    Raises:
        BrokenWorkbookError: it is none, which may show only at one of its rows.
    """
    with broken_told():
        book = load_workbook(plain, read_only=True, data_only=False, keep_links=False)
        try:
            yield book.worksheets
        finally:
            book.close()


def rows_of(sheet: Any, *, columns: int) -> Iterator[tuple[int, Sequence[Any]]]:
    """Yield a sheet's rows, empty ones too, each with its number from 1 and one cell more than `columns` if it has it.

    The dimension the sheet declares is not believed. Told to stop at a row, openpyxl would pass over whatever stands
    behind a gap that reaches further, and say nothing.
    """
    sheet.reset_dimensions()
    yield from enumerate(sheet.iter_rows(max_col=columns + 1), 1)


def text_of(cell: Any) -> str:
    """Return a cell's value as a person would write it, without outer blanks; a formula as it is written."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, datetime | date):
        return f"{value.day:02}/{value.month:02}/{value.year:04}"
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float) and value.is_integer() and abs(value) < 10**15:
        return str(int(value))
    if isinstance(value, time):
        return value.isoformat()
    return str(value).strip()


def computed(cell: Any) -> bool:
    """Say whether a cell is a formula, or the error of one."""
    return cell.data_type in ("f", "e")
