"""Names inside a package: which are safe to write, how they are written in METS.

A name that was read is only ever looked up in the ZIP's directory; it is never used as a path on disk.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import unquote

from archive.packages.errors import UnwritableError

SAFE_FOLDER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}\Z")
REPRESENTATION = re.compile(r"[a-z][a-z0-9-]{0,30}\Z")
CONTROL = re.compile(r"[\x00-\x1f\x7f]")
# RFC 3987 lets an IRI hold any letter of any language; these are what it does not let in (or what a reader
# that decodes forms would change: "+").
NOT_IN_IRI = re.compile(r"[\x00-\x20\"<>\\^`{|}%#?+\x7f]")

LOCAL_FILE = re.compile(r"file:(?://)?(?=[^/])", re.I)
"""How older E-ARK packages begin the path of a file: `file://./METS.xml`, `file:METS.xml`."""


def fault_in(name: str) -> str:
    """Say why a member name must not be used as a path; "" when it may."""
    if not name or name.startswith("/") or name.startswith("~") or re.match(r"[A-Za-z]:", name):
        return "not a relative path"
    if "\\" in name:
        return "holds a backslash"
    if CONTROL.search(name):
        return "holds a control character"
    if any(segment in ("", ".", "..") for segment in name.split("/")):
        return "has an empty, '.' or '..' segment"
    return ""


def check_writable(path: str) -> None:
    """Pass when the path can be written by every system a package may be unpacked on.

    Raises:
        UnwritableError: it cannot; the message says why.
    """
    fault = fault_in(path)
    if not fault and any(len(segment.encode()) > 255 for segment in path.split("/")):
        fault = "has a segment of more than 255 bytes"
    if not fault and any(segment != segment.rstrip(" .") for segment in path.split("/")):
        fault = "has a segment that ends in a space or a dot"
    if fault:
        raise UnwritableError(path, f"{fault}; give the file another path in the package")


def fold(path: str) -> str:
    """Return what two paths share when a disk that ignores case or accents' form takes them for one."""
    return unicodedata.normalize("NFC", path).casefold()


def href(path: str) -> str:
    """Return a path as METS writes it: an IRI reference, so letters stay readable."""
    return NOT_IN_IRI.sub(lambda match: f"%{ord(match.group()):02X}", path)


def unhref(text: str) -> str:
    """Return the path an href stands for."""
    relative = LOCAL_FILE.sub("", text)
    return unquote(relative.removeprefix("./"), errors="surrogateescape")


def bag_line_name(path: str) -> str:
    """Return a path as a BagIt manifest writes it (RFC 8493 section 2.1.3: CR, LF and % are encoded)."""
    return path.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def from_bag_line(name: str) -> str:
    """Return the path a manifest line names; the inverse of `bag_line_name`."""
    return re.sub(r"%(0[AaDd]|25)", lambda match: chr(int(match.group(1), 16)), name)
