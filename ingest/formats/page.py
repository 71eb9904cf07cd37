"""Prints HTML as PDF/A by WeasyPrint: no script runs, nothing is fetched, from network or file. Runs in the sandbox.

Threat: a page that reads our files (`file:`), calls home (pictures, styles, frames, refreshes), or hides text. What
loads or runs by itself is taken out first and counted; the printer itself gets only `data:` addresses; words that
the page's own style hides are shown by printing it again without that style.
"""

from __future__ import annotations

import io
import logging
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import unquote

import pikepdf
from lxml import etree, html

from ingest.formats.flavour import FLAVOUR
from ingest.formats.office import decoded
from ingest.formats.repair import finish

PAGE_LIMIT = 16 * 2**20  # bytes of HTML that are read
DROPPED = frozenset(
    {
        "script",
        "iframe",
        "frame",
        "object",
        "embed",
        "applet",
        "link",
        "base",
        "audio",
        "video",
        "source",
        "noscript",
    }
)
SHOWS = frozenset({"src", "background", "poster", "srcset", "data"})  # attributes that load something
BLOCKS = frozenset(
    {
        "p",
        "div",
        "br",
        "tr",
        "td",
        "th",
        "li",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "pre",
        "blockquote",
        "table",
        "ul",
    }
)
STYLE = """
@page { size: A4; margin: 20mm 15mm }
* { image-rendering: crisp-edges; max-width: 100% }
html { font: 12pt "Liberation Serif", "Noto Serif", "Noto Sans", serif; line-height: 1.3 }
body { overflow-wrap: anywhere }
pre { white-space: pre-wrap; font-family: inherit }
table.headers { border-collapse: collapse; margin-bottom: 1em }
table.headers th { text-align: left; vertical-align: top; padding-right: 1em; white-space: nowrap }
"""


def print_file(path: Path, out: Path, *, plain: bool = False, flavour: str = FLAVOUR) -> dict[str, Any]:
    """Print an HTML file.

    Args:
        plain: without the page's own style, so that everything in it is shown.

    Returns:
        `removals`: what was taken out, one sentence each.

    Raises:
        ValueError: it is larger than `PAGE_LIMIT`, or no HTML.
    """
    root, removed = cleaned(_read(path), plain=plain)
    print_root(root, out, flavour)
    return {"removals": told(removed)}


def words_of(path: Path) -> list[str]:
    """Return the words of an HTML file block by block, as a reader without a printer finds them."""
    root, _ = cleaned(_read(path), plain=True)
    return blocks(root)


def _read(path: Path) -> str:
    if path.stat().st_size > PAGE_LIMIT:
        raise ValueError(f"more than {PAGE_LIMIT} bytes of HTML")
    data = path.read_bytes()
    said = re.search(rb"<meta[^>]+charset\s*=\s*[\"']?([A-Za-z0-9_-]{3,20})", data[:4096], re.IGNORECASE)
    if said:
        try:
            return data.decode(said[1].decode("ascii"))
        except (LookupError, UnicodeDecodeError):
            pass
    return decoded(data)


def cleaned(
    text: str, *, plain: bool = False, pictures: Mapping[str, str] = MappingProxyType({})
) -> tuple[Any, Counter[str]]:
    """Return the page without what runs or loads by itself, and what was taken out.

    Args:
        pictures: `data:` addresses of what came with the page, by the name it has in `cid:` addresses (RFC 2392).

    Raises:
        ValueError: there is no page in the text.
    """
    root = _parsed(text)
    removed: Counter[str] = Counter()
    for element in list(root.iter()):
        if not isinstance(element.tag, str):
            continue
        if element.tag in DROPPED or (element.tag == "meta" and "http-equiv" in element.attrib):
            removed[element.tag] += element.tag not in ("meta", "noscript")
            element.drop_tree()
        elif plain and element.tag == "style":
            element.drop_tree()
        else:
            if (name := _cid(element)) in pictures:
                element.set("src", pictures[name])
            _attributes(element, removed, plain)
    for element in root.iter():
        if isinstance(element.tag, str):
            element.text = shown(element.text, removed) if element.tag != "style" else element.text
        element.tail = shown(element.tail, removed)
    return root, removed


def cids(text: str) -> Counter[str]:
    """Return how often a page shows each picture that it names as part of its message.

    Raises:
        ValueError: there is no page in the text.
    """
    root = _parsed(text)
    for element in list(root.iter(*DROPPED)):
        element.drop_tree()
    return Counter(name for element in root.iter("img") if (name := _cid(element)))


def _parsed(text: str) -> Any:
    try:
        parser = html.HTMLParser(no_network=True, remove_comments=True, remove_pis=True, huge_tree=False)
        return html.document_fromstring(_without_declaration(text), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError) as error:
        raise ValueError("there is no page in it") from error


def _cid(element: Any) -> str:
    """Return the name in a picture's `cid:` address; "" when it has another one."""
    scheme, _, name = (element.get("src") or "").strip().partition(":")
    return unquote(name) if element.tag == "img" and scheme.lower() == "cid" else ""


def _attributes(element: Any, removed: Counter[str], plain: bool) -> None:
    for name, value in list(element.attrib.items()):
        if name.startswith("on"):
            removed["script"] += 1
            del element.attrib[name]
        elif name in SHOWS and not value.strip().lower().startswith("data:image/"):
            removed["content from elsewhere"] += 1
            del element.attrib[name]
        elif name == "href" and value.strip().lower().startswith(("javascript:", "data:", "file:")):
            removed["script"] += 1
            del element.attrib[name]
        elif plain and name in ("style", "hidden", "class"):
            del element.attrib[name]


def _without_declaration(text: str) -> str:
    """Return the text without an XML declaration, and without what XML cannot hold."""
    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", text[:2000]) + text[2000:]
    return printable(text)


def printable(text: str) -> str:
    """Return text without the control signs that no page can hold."""
    return "".join(
        sign for sign in text if sign in "\t\n\r" or unicodedata.category(sign) not in ("Cc", "Cs")
    )


def shown(text: str | None, removed: Counter[str]) -> str | None:
    """Return text with signs that no font of ours has (emoji) written out by their Unicode names."""
    if not text or text.isascii() or max(text) < "\U0001f000":
        return text
    found = []
    for sign in text:
        if sign >= "\U0001f000":
            removed["emoji written out by name"] += 1
            found.append(f"[{unicodedata.name(sign, 'sign').lower()}]")
        else:
            found.append(sign)
    return "".join(found)


def blocks(root: Any) -> list[str]:
    """Return the text of a cleaned page, a line for each block."""
    body = root.find("body")
    pieces: list[str] = []
    for element in (body if body is not None else root).iter():
        if element.tag in ("style", "title"):
            continue
        if element.tag in BLOCKS:
            pieces.append("\n")
        pieces.append(element.text or "")
        if element.tag in BLOCKS:
            pieces.append("\n")
        pieces.append(element.tail or "")
    return [line for line in "".join(pieces).split("\n") if line.strip()]


def told(removed: Counter[str]) -> list[str]:
    """Return what was taken out as sentences."""
    return [what if times == 1 else f"{what} ({times} times)" for what, times in removed.items() if times]


def print_root(root: Any, out: Path, flavour: str) -> None:
    """Print a cleaned page."""
    from weasyprint import CSS, HTML  # loaded at the first page only
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher

    class _OnlyData(URLFetcher):  # type: ignore[misc]
        """Serves `data:` addresses; a picture from elsewhere stays out."""

        def __init__(self) -> None:
            super().__init__(allowed_protocols=("data",), allow_redirects=False)

    logging.getLogger("weasyprint").setLevel(logging.CRITICAL)
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    fonts = FontConfiguration()
    text = html.tostring(root, encoding="unicode")
    page = HTML(string=text, url_fetcher=_OnlyData())
    rendered = page.render(stylesheets=[CSS(string=STYLE, font_config=fonts)], font_config=fonts)
    if not rendered.metadata.title:
        rendered.metadata.title = out.stem
    data = rendered.write_pdf(pdf_variant=f"pdf/a-{flavour}")
    with pikepdf.open(io.BytesIO(data)) as pdf:  # written as the others are, so that PRONOM tells its flavour
        finish(pdf, out, flavour)
