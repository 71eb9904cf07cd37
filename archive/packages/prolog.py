"""What stands before an XML document's first element, read by a second parser (expat) before libxml2 reads any of it.

A DTD is all that can stand there and do harm: entities that grow, addresses to fetch, and crashes of parsers.
"""

from __future__ import annotations

import io
from typing import BinaryIO, cast
from xml.parsers import expat

from archive.packages.errors import UnreadableError

CHUNK = 16 * 1024
LIMIT = 1 << 20
"""Bytes before the first element; a declaration and a comment have some hundred."""


class _FirstElement(Exception):
    """The prolog is over."""


class _Doctype(Exception):
    """The document declares a DTD."""


def without_dtd(source: BinaryIO, place: str) -> BinaryIO:
    """Return the document from its beginning on, when it has no DTD.

    Raises:
        UnreadableError: it has a DTD, is no XML up to its first element, or has more there than any package's has.
    """
    parser = expat.ParserCreate()
    parser.StartElementHandler = _first_element
    parser.StartDoctypeDeclHandler = _doctype
    read = b""
    try:
        while chunk := source.read(CHUNK):
            read += chunk
            if len(read) > LIMIT:
                raise UnreadableError(f"{place}: more than {LIMIT} bytes before its first element")
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except _Doctype:
        raise UnreadableError(f"{place}: has a DTD; packages have none") from None
    except _FirstElement:
        pass
    except (expat.ExpatError, ValueError, LookupError) as error:
        # An encoding expat does not know, for one: libxml2 may know it, and see a DTD there.
        raise UnreadableError(f"{place}: not well-formed XML: {error}") from error
    return cast(BinaryIO, _Again(read, source))


class _Again(io.RawIOBase):
    """Bytes that were read already, then the rest of their stream."""

    def __init__(self, read: bytes, rest: BinaryIO) -> None:
        self._read, self._rest = read, rest

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        if not self._read:
            return self._rest.read(size)
        if size < 0:
            data, self._read = self._read + self._rest.read(), b""
        else:
            data, self._read = self._read[:size], self._read[size:]
        return data


def _first_element(name: str, attributes: object) -> None:
    raise _FirstElement


def _doctype(*declared: object) -> None:
    raise _Doctype
