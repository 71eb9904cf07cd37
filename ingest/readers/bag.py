"""A BagIt bag (RFC 8493) with a SIP in its payload, or files with a spreadsheet that describes them.

TT 05/2025 knows no bag: that one may carry a SIP is our reading (DERIVED). Every manifest is checked, of the payload
and of the tag files; holes are filled first (`ingest.readers.holes`). What bag-info.txt says is used where the payload
cannot say it: External-Identifier, and our own labels RECORDSTATUS and Previous-Identifier.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from typing import BinaryIO

from archive.packages.bagcheck import ALGORITHMS, MANIFEST, TAG_LIMIT, BagCheck
from archive.packages.facts import Fault
from archive.packages.names import from_bag_line
from archive.reason import Reason
from ingest.delivery import Delivery, Previous
from ingest.errors import UnreadableDeliveryError, detail
from ingest.finding import Finding
from ingest.readers import record_status
from ingest.readers.holes import Fill, fill
from ingest.readers.interface import Context, Hole, Opened, Reader

KIND = "BagIt"
DECLARATION, INFO, FETCH, PAYLOAD = "bagit.txt", "bag-info.txt", "fetch.txt", "data/"
LINE_LIMIT = 8192
STRONG = ("sha512", "sha384", "sha256")
CODES = {
    "RFC8493-2.1.1": "BAG_DECLARATION",
    "RFC8493-2.1.2": "BAG_PAYLOAD",
    "RFC8493-2.1.3": "BAG_MANIFEST",
    "RFC8493-2.2.1": "BAG_TAGMANIFEST",
    "RFC8493-2.2.2": "BAG_INFO",
    "FIXITY": "BAG_FIXITY",
}
HOLEY = "RFC8493-2.2.3"
_HASH_LINE = re.compile(r"([0-9A-Fa-f]+)[ \t]+\*?(.+)")


class _Members:
    """An opened delivery as the tree `BagCheck` reads."""

    def __init__(self, delivery: Opened) -> None:
        self._members = delivery.members
        self.faults: list[Fault] = []

    def names(self) -> list[str]:
        return sorted(self._members)

    def open(self, name: str) -> BinaryIO:
        return self._members[name].path.open("rb")

    def has_folder(self, name: str) -> bool:
        return False  # a delivery is its files


def reader(inner: Callable[[Opened, Context], Delivery]) -> Reader:
    """Return the reader of bags; `inner` reads what is in the payload."""
    return Reader(KIND, fits, lambda delivery, context: read(delivery, context, inner))


def fits(delivery: Opened) -> bool:
    """Return whether this is meant as a bag, even one without its declaration."""
    names = delivery.members
    return DECLARATION in names or (
        any(name.startswith(PAYLOAD) for name in names) and any(MANIFEST.match(name) for name in names)
    )


def read(delivery: Opened, context: Context, inner: Callable[[Opened, Context], Delivery]) -> Delivery:
    """Return the delivery in the bag's payload, with what is wrong with the bag among its findings.

    Raises:
        UnreadableDeliveryError: as `inner`; of a bag without payload BAG_PAYLOAD.
        TemporaryError: a file that is to be fetched is not to be had now.
    """
    filled = _filled(delivery, context)
    check = BagCheck(_Members(filled.opened))
    check.run()
    open_holes = {str(finding.params["path"]) for finding in filled.findings}
    findings = [*filled.findings, *_findings(check.faults, open_holes)]
    if not any(name.startswith(PAYLOAD) for name in filled.opened.members):
        raise UnreadableDeliveryError("BAG_PAYLOAD", delivery.place, "-")
    payload = inner(filled.opened.below(PAYLOAD), context)
    info = bag_info(_text(filled.opened, INFO))
    tags = tuple(
        filled.opened.delivered(name) for name in filled.opened.members if not name.startswith(PAYLOAD)
    )
    return replace(
        _labelled(payload, info),
        sources=(*tags, *payload.sources),
        findings=(*findings, *payload.findings),
        kind=f"{KIND}+{payload.kind}",
        fetched=(*filled.sources, *payload.fetched),
    )


def _findings(faults: list[Fault], open_holes: set[str]) -> Iterator[Finding]:
    for fault in faults:
        # A hole is told once, by whoever could not fill it.
        if fault.rule == HOLEY or (fault.path in open_holes and fault.rule in ("RFC8493-2.1.3", "FIXITY")):
            continue
        params: dict[str, str | Reason] = {"path": fault.path or "-", "reason": detail(fault.message[:300])}
        yield Finding(CODES.get(fault.rule, "BAG_READ"), posixpath.basename(fault.path) or fault.path, params)


def _labelled(payload: Delivery, info: dict[str, str]) -> Delivery:
    """Return the payload with what only bag-info.txt says of it."""
    identifier = payload.objid or info.get("external-identifier", "")
    if payload.kind != "ZIP+bang-ke" or "recordstatus" not in info:
        return replace(payload, objid=identifier)
    code = payload.fields.get("FileCode", "")
    status = record_status.told(info["recordstatus"], info.get("previous-identifier", ""), code)
    return replace(
        payload,
        objid=identifier,
        record_status=status.word,
        previous=status.previous if status.previous != Previous() else payload.previous,
        findings=(*payload.findings, *status.findings),
    )


def bag_info(text: str) -> dict[str, str]:
    """Return label in lower case -> value of bag-info.txt; folded lines joined, the first of a repeated label."""
    found: dict[str, str] = {}
    label = ""
    for line in text.splitlines():
        if line[:1] in (" ", "\t") and label:
            found[label] = f"{found[label]} {line.strip()}"
            continue
        head, colon, value = line.partition(":")
        label = head.strip().casefold() if colon and head.strip().casefold() not in found else ""
        if label:
            found[label] = value.strip()
    return found


def _text(delivery: Opened, name: str) -> str:
    """Return a tag file's text, "" when it is not there or is none; `BagCheck` says what is wrong with it."""
    if name not in delivery.members:
        return ""
    with delivery.members[name].path.open("rb") as stream:
        return stream.read(TAG_LIMIT).decode("utf-8", "replace")


def _filled(delivery: Opened, context: Context) -> Fill:
    if FETCH not in delivery.members:
        return Fill(delivery, (), ())
    most = 2 * context.limits.files  # a list may be as long as a delivery, and no longer
    hashes: dict[str, dict[str, str]] = {}
    for name in delivery.members:
        match = MANIFEST.match(name)
        if match and not match[1] and match[2] in ALGORITHMS:
            for value, path in islice(_hashes(delivery, name), most):
                hashes.setdefault(path, {})[match[2]] = value
    holes: list[Hole] = []
    findings: list[Finding] = []
    for number, line in enumerate(islice(_lines(delivery, FETCH), most), 1):
        url, size, path = (*line.split(None, 2), "", "", "")[:3]
        path = from_bag_line(path).removeprefix("./")
        told = size == "-" or (size.isascii() and size.isdigit() and len(size) < 16)
        if not told or "://" not in url or not path.startswith(PAYLOAD):
            params = {"path": FETCH, "address": "-", "reason": f"{number}: {line[:60]}"}
            findings.append(Finding("HOLE_LIST", FETCH, params))
            continue
        known = hashes.get(path, {})
        holes.append(Hole(path, url, None if size == "-" else int(size), known.get("sha256", "")))
    checked = {path for path, known in hashes.items() if any(strong in known for strong in STRONG)}
    done = fill(delivery, holes, context, hashed=checked)
    return replace(done, findings=(*findings, *done.findings))


def _hashes(delivery: Opened, manifest: str) -> Iterator[tuple[str, str]]:
    for line in _lines(delivery, manifest):
        if match := _HASH_LINE.fullmatch(line):
            yield match[1].lower(), from_bag_line(match[2]).removeprefix("./")


def _lines(delivery: Opened, name: str) -> Iterator[str]:
    """Yield the lines of a tag file that have something on them; one of absurd length ends the reading."""
    with delivery.members[name].path.open("rb") as stream:
        while raw := stream.readline(LINE_LIMIT):
            if len(raw) == LINE_LIMIT and not raw.endswith(b"\n"):
                return
            line = raw.decode("utf-8", "replace").strip("\r\n")
            if line.strip():
                yield line
