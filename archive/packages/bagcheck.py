"""Is this a complete and valid BagIt bag? RFC 8493, rule by rule, on a tree that is never unpacked."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archive.packages.facts import Fault
from archive.packages.names import fault_in, fold, from_bag_line
from archive.packages.tree import MAX_MEMBERS, READ_ERRORS, Digested, Tree, digest

VERSIONS = frozenset({"0.93", "0.94", "0.95", "0.96", "0.97", "1.0"})
ALGORITHMS = frozenset({"md5", "sha1", "sha224", "sha256", "sha384", "sha512"})
MANIFEST = re.compile(r"(tag)?manifest-([a-z0-9-]+)\.txt\Z")
LINE = re.compile(r"([0-9A-Fa-f]+)[ \t]+\*?(.+)\Z")
OXUM = re.compile(r"([0-9]+)\.([0-9]+)\Z")
TAG_LIMIT = 1 << 20
"""Bytes of bagit.txt and bag-info.txt that are read."""
LINE_LIMIT = 16_384
"""Bytes of one manifest line; a hash and the longest path are far below."""
MAX_FAULTS = 10_000
"""Faults after which no manifest is read on; a hostile one may have millions of lines."""
MAX_LINES = 2 * MAX_MEMBERS
"""Lines of one manifest that are read."""


class BagCheck:
    """Checks one bag.

    Attributes:
        faults: what was found wrong, in order.
        digests: payload and tag files that were read, by name, each with SHA-256.
    """

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._names = set(tree.names())
        self._folded = {fold(name) for name in self._names}
        self.faults: list[Fault] = []
        self.digests: dict[str, Digested] = {}

    def run(self) -> None:
        """Check everything; never raises for what is wrong with the bag."""
        self._declaration()
        payload = {name for name in self._names if name.startswith("data/")}
        if not payload and not any(name.startswith("manifest-") for name in self._names):
            self._fault("RFC8493-2.1.2", "data/", "there is no payload folder")
        manifests = {name: match for name in sorted(self._names) if (match := MANIFEST.match(name))}
        claims: dict[str, dict[str, str]] = {}  # file -> algorithm -> hash
        for manifest, match in manifests.items():
            self._manifest(manifest, match[2], bool(match[1]), payload, claims)
        if not any(match[1] is None and match[2] in ALGORITHMS for match in manifests.values()):
            self._fault("RFC8493-2.1.3", "", "there is no payload manifest with a known algorithm")
        self._fixity(payload, claims)
        self._oxum(payload)
        if "fetch.txt" in self._names:
            self._fault(
                "RFC8493-2.2.3", "fetch.txt", "asks to fetch files from elsewhere; nothing is fetched"
            )

    def _fault(self, rule: str, path: str, message: str) -> None:
        if len(self.faults) < MAX_FAULTS:
            self.faults.append(Fault(rule, path, message))

    def _text(self, name: str, rule: str) -> str | None:
        try:
            with self._tree.open(name) as stream:
                return stream.read(TAG_LIMIT).decode("utf-8")
        except UnicodeDecodeError as error:
            self._fault(rule, name, f"is not UTF-8: {error}")
        except READ_ERRORS as error:
            self._fault("READ", name, f"cannot be read: {error}")
        return None

    def _declaration(self) -> None:
        rule, name = "RFC8493-2.1.1", "bagit.txt"
        if name not in self._names:
            self._fault(rule, name, "is missing")
            return
        text = self._text(name, rule)
        if text is None:
            return
        lines = text.splitlines()
        if text.startswith("\ufeff"):
            self._fault(rule, name, "begins with a byte-order mark")
        elif len(lines) != 2:
            self._fault(rule, name, f"must have two lines, has {len(lines)}")
        elif lines[0].removeprefix("BagIt-Version: ") not in VERSIONS:
            self._fault(rule, name, f"unknown version line {lines[0]!r}")
        elif lines[1] != "Tag-File-Character-Encoding: UTF-8":
            self._fault(rule, name, f"unsupported encoding line {lines[1]!r}")

    def _manifest(
        self, name: str, algorithm: str, is_tag: bool, payload: set[str], claims: dict[str, dict[str, str]]
    ) -> None:
        rule = "RFC8493-2.2.1" if is_tag else "RFC8493-2.1.3"
        if algorithm not in ALGORITHMS:
            self._fault(rule, name, f"cannot be checked: algorithm {algorithm} is not known here")
            return
        listed: set[str] = set()
        for claimed, path in self._lines(name, rule):
            fault = fault_in(path)
            if fault:
                self._fault(rule, path, f"{name}: {fault}")
                continue
            if not is_tag and not path.startswith("data/"):
                self._fault(rule, path, f"{name} lists a file outside data/")
            elif is_tag and (path.startswith("data/") or path.startswith("tagmanifest-")):
                self._fault(rule, path, f"{name} must not list this")
            elif fold(path) in listed:
                self._fault(rule, path, f"{name} lists it twice")
            elif path not in self._names:
                self._fault(rule, path, f"{name} lists it, but it is not there")
            else:
                claims.setdefault(path, {})[algorithm] = claimed
            if (folded := fold(path)) in self._folded:  # what is not there must not fill the memory
                listed.add(folded)
        if not is_tag:
            for path in sorted(payload):
                if fold(path) not in listed:
                    self._fault(rule, path, f"is there, but {name} does not list it")

    def _lines(self, name: str, rule: str) -> Iterator[tuple[str, str]]:
        try:
            with self._tree.open(name) as stream:
                for number, raw in enumerate(iter(lambda: stream.readline(LINE_LIMIT), b""), 1):
                    if len(raw) == LINE_LIMIT and not raw.endswith(b"\n"):
                        self._fault(
                            rule, name, f"line {number} is longer than {LINE_LIMIT} bytes; not read on"
                        )
                        return
                    if len(self.faults) >= MAX_FAULTS or number > MAX_LINES:
                        return
                    line = raw.decode("utf-8").rstrip("\r\n")
                    match = LINE.match(line)
                    if match:
                        yield match[1].lower(), from_bag_line(match[2]).removeprefix("./")
                    elif line.strip():
                        self._fault(rule, name, f"line {number} is no hash and name")
        except UnicodeDecodeError as error:
            self._fault(rule, name, f"is not UTF-8: {error}")
        except READ_ERRORS as error:
            self._fault("READ", name, f"cannot be read: {error}")

    def _fixity(self, payload: set[str], claims: dict[str, dict[str, str]]) -> None:
        """Read every file once and compare it with all that is claimed of it."""
        for path in sorted(payload | claims.keys()):
            claimed = claims.pop(path, {})
            try:
                found = digest(self._tree, path, {"sha256", *claimed})
            except READ_ERRORS as error:
                self._fault("FIXITY", path, f"cannot be read whole: {error}")
                continue
            for algorithm, value in claimed.items():
                if found.hashes[algorithm] != value:
                    self._fault(
                        "FIXITY", path, f"{algorithm} is {found.hashes[algorithm]}, manifest says {value}"
                    )
            self.digests[path] = Digested(found.size, {"sha256": found.hashes["sha256"]})

    def _oxum(self, payload: set[str]) -> None:
        name = "bag-info.txt"
        if name not in self._names:
            return
        for line in (self._text(name, "RFC8493-2.2.2") or "").splitlines():
            label, colon, value = line.partition(":")
            if colon and label.strip().lower() == "payload-oxum":
                self._check_oxum(value.strip(), payload)

    def _check_oxum(self, value: str, payload: set[str]) -> None:
        match = OXUM.match(value)
        if not match:
            self._fault("RFC8493-2.2.2", "bag-info.txt", f"Payload-Oxum {value!r} is no octets.streams")
            return
        octets = sum(self.digests[path].size for path in payload if path in self.digests)
        if (int(match[1]), int(match[2])) != (octets, len(payload)):
            self._fault(
                "RFC8493-2.2.2", "bag-info.txt", f"Payload-Oxum {value} does not fit {octets}.{len(payload)}"
            )
