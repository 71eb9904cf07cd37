"""Read XML that a stranger wrote.

Threat model: the file may declare entities (billion laughs), point at local files or hosts (XXE), be
endless, deeply nested, or not XML at all. So: a size cap before the parser sees a byte, no DTD of any kind
(a DOCTYPE alone refuses the file: none of our formats has one), no entity is expanded, no network,
libxml2's own limits stay on (`huge_tree` off). Names are compared by local name, because offices use any
prefix. Accepted risk: a hostile file may use memory of a small multiple of the size cap.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from lxml import etree

from archive.reason import because
from ingest.errors import UnreadableDeliveryError


def local(element: etree._Element) -> str:
    """Return the element's name without its namespace; "" for comments and instructions."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def attribute(element: etree._Element, name: str) -> str:
    """Return an attribute's value by local name, whatever its namespace; "" when it is not there."""
    for key, value in element.attrib.items():
        if str(key).rpartition("}")[2] == name:
            return str(value).strip()
    return ""


def text(element: etree._Element) -> str:
    """Return the element's own text without outer blanks."""
    return (element.text or "").strip()


def forget(element: etree._Element) -> None:
    """Let go of an element that was read, and of all before it: a file of small elements must not grow in memory."""
    element.clear()
    parent = element.getparent()
    if parent is not None:
        while parent[0] is not element:
            del parent[0]


def walk(path: Path, *, code: str, place: str, max_bytes: int) -> Iterator[tuple[str, etree._Element]]:
    """Yield ("start" | "end", element) over the file; the caller forgets what it has read (`forget`).

    Raises:
        UnreadableDeliveryError: with `code`: too large, not well-formed, or it has a DOCTYPE.
    """
    if path.stat().st_size > max_bytes:
        raise UnreadableDeliveryError(code, place, because("ingest.larger-than", bytes=max_bytes))
    first = True
    try:
        with path.open("rb") as stream:
            for event, element in etree.iterparse(
                stream,
                events=("start", "end"),
                load_dtd=False,
                no_network=True,
                resolve_entities=False,
                huge_tree=False,
                remove_comments=True,
                remove_pis=True,
            ):
                if first and element.getroottree().docinfo.doctype:
                    raise UnreadableDeliveryError(code, place, because("ingest.doctype"))
                first = False
                yield event, element
    except etree.XMLSyntaxError as error:
        raise UnreadableDeliveryError(code, place, because("ingest.not-xml", said=error.msg)) from error
    except (LookupError, UnicodeError) as error:
        raise UnreadableDeliveryError(
            code, place, because("ingest.wrong-encoding", said=str(error))
        ) from error


def parse(path: Path, *, code: str, place: str, max_bytes: int) -> etree._Element:
    """Return the root of a small file, read with the same care as `walk`.

    Raises:
        UnreadableDeliveryError: as `walk`, or nothing is in it.
    """
    root: etree._Element | None = None
    for event, element in walk(path, code=code, place=place, max_bytes=max_bytes):
        if root is None and event == "start":
            root = element
    if root is None:
        raise UnreadableDeliveryError(code, place, because("ingest.empty"))
    return root
