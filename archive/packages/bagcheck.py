"""Is this a complete and valid BagIt bag? RFC 8493, rule by rule, on a tree that is never unpacked."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping

from archive.packages.facts import Fault
from archive.packages.names import fault_in, fold, from_bag_line
from archive.packages.tagfiles import UTF_8, faulty_lines, hole, lines_of, read_lines
from archive.packages.tree import MAX_MEMBERS, READ_ERRORS, Digested, Tree, digest

VERSIONS = frozenset({"0.93", "0.94", "0.95", "0.96", "0.97", "1.0"})
ALGORITHMS = frozenset({"md5", "sha1", "sha224", "sha256", "sha384", "sha512"})
MANIFEST = re.compile(r"(tag)?manifest-([a-z0-9-]+)\.txt\Z")
LINE = re.compile(r"([0-9A-Fa-f]+)[ \t]+\*?(.+)\Z")
OXUM = re.compile(r"([0-9]{1,18})\.([0-9]{1,18})\Z")
"""More digits no bag needs, and Python turns no more than 4,300 into a number."""
TAG_LIMIT = 1 << 20
"""Bytes of bagit.txt and bag-info.txt that are read."""
LINE_LIMIT = 16_384
"""Characters of one manifest line; a hash and the longest path are far below."""
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

    def __init__(self, tree: Tree, encodings: Mapping[str, str] = UTF_8) -> None:
        """Prepare.

        Args:
            tree: where the bag lies.
            encodings: which encodings of its text files are read, and Python's name of each.
        """
        self._tree = tree
        self._encodings = encodings
        self._codec = "utf-8"
        self._every = (
            True  # every manifest lists every file (1.0); before, one of them was enough (section 3)
        )
        self._names = set(tree.names())
        self._folded = {fold(name) for name in self._names}
        self._holes: set[str] = set()
        self.faults: list[Fault] = []
        self.digests: dict[str, Digested] = {}

    def run(self) -> None:
        """Check everything; never raises for what is wrong with the bag."""
        self._declaration()
        payload = {name for name in self._names if name.startswith("data/")}
        if not payload and not self._tree.has_folder("data/"):
            self._fault("RFC8493-2.1.2", "data/", "there is no payload folder")
        self._read_holes()
        manifests = {name: match for name in sorted(self._names) if (match := MANIFEST.match(name))}
        claims: dict[str, dict[str, str]] = {}  # file -> algorithm -> hash
        somewhere: set[str] = set()
        for manifest, match in manifests.items():
            listed = self._manifest(manifest, match[2], bool(match[1]), claims)
            if match[1]:
                self._tag_manifest(manifest, listed, manifests)
            elif self._every and match[2] in ALGORITHMS:
                self._complete(payload, listed, f"but {manifest} does not list it")
                self._complete(self._holes, listed, f"but {manifest} does not list it", "RFC8493-2.2.3")
            else:
                somewhere |= listed
        if not self._every:
            self._complete(payload, somewhere, "but no manifest lists it")
            self._complete(self._holes, somewhere, "but no manifest lists it", "RFC8493-2.2.3")
        for path in sorted(self._holes):
            self._fault("RFC8493-2.2.3", path, "is yet to be fetched; nothing is fetched here")
        if not any(match[1] is None and match[2] in ALGORITHMS for match in manifests.values()):
            self._fault("RFC8493-2.1.3", "", "there is no payload manifest with a known algorithm")
        self._fixity(payload, claims)
        self._info(payload)

    def _fault(self, rule: str, path: str, message: str) -> None:
        if len(self.faults) < MAX_FAULTS:
            self.faults.append(Fault(rule, path, message))

    def _text(self, name: str, rule: str, codec: str) -> str | None:
        try:
            with self._tree.open(name) as stream:
                return stream.read(TAG_LIMIT).decode(codec)
        except UnicodeDecodeError as error:
            self._fault(rule, name, f"is not {codec.upper()}: {error}")
        except READ_ERRORS as error:
            self._fault("READ", name, f"cannot be read: {error}")
        return None

    def _declaration(self) -> None:
        rule, name = "RFC8493-2.1.1", "bagit.txt"
        if name not in self._names:
            self._fault(rule, name, "is missing")
            return
        text = self._text(name, rule, "utf-8")
        if text is None:
            return
        lines = lines_of(text)
        if text.startswith("\ufeff"):
            self._fault(rule, name, "begins with a byte-order mark")
        elif len(lines) != 2:
            self._fault(rule, name, f"must have two lines, has {len(lines)}")
        elif (version := _after(lines[0], "BagIt-Version: ")) not in VERSIONS:
            self._fault(rule, name, f"unknown version line {lines[0]!r}")
        elif (encoding := _after(lines[1], "Tag-File-Character-Encoding: ").upper()) not in self._encodings:
            self._fault(rule, name, f"unsupported encoding line {lines[1]!r}")
        else:
            self._every = version == "1.0"
            self._codec = self._encodings[encoding]

    def _manifest(
        self, name: str, algorithm: str, is_tag: bool, claims: dict[str, dict[str, str]]
    ) -> set[str]:
        """Read one manifest; return the files of the bag it lists, in the form names are compared in."""
        rule = "RFC8493-2.2.1" if is_tag else "RFC8493-2.1.3"
        listed: set[str] = set()
        if algorithm not in ALGORITHMS:
            self._fault(rule, name, f"cannot be checked: algorithm {algorithm} is not known here")
            return listed
        for claimed, written in self._entries(name, rule):
            path = self._meant(written)
            fault = _path_fault(path)
            if fault:
                self._fault(rule, path, f"{name}: {fault}")
                continue
            if not is_tag and not path.startswith("data/"):
                self._fault(rule, path, f"{name} lists a file outside data/")
            elif is_tag and (path.startswith("data/") or path.startswith("tagmanifest-")):
                self._fault(rule, path, f"{name} must not list this")
            elif fold(path) in listed:
                self._fault(rule, path, f"{name} lists it twice")
            elif path in self._names:
                claims.setdefault(path, {})[algorithm] = claimed
            elif path not in self._holes:
                self._fault(rule, path, f"{name} lists it, but it is not there")
            if (folded := fold(path)) in self._folded or path in self._holes:
                listed.add(folded)  # and nothing else: what is not there must not fill the memory
        return listed

    def _meant(self, written: str) -> str:
        """Return the file of the bag a manifest's line means, the name as decoded when there is none.

        Names are compared as they are, then in the two forms Unicode knows for accents: a disk may have changed
        one into the other (section 6.1.1). Before 1.0 a "%" was no escape.
        """
        path = from_bag_line(written).removeprefix("./")
        if path in self._names or path in self._holes:
            return path
        if not self._every and written in self._names:
            return written
        for form in ("NFC", "NFD"):
            other = unicodedata.normalize(form, path)
            if other in self._names:
                return other
        return path

    def _tag_manifest(self, name: str, listed: set[str], manifests: Mapping[str, re.Match[str]]) -> None:
        for manifest, match in manifests.items():
            if not match[1] and manifest not in listed and self._every:
                self._fault("RFC8493-2.2.1", manifest, f"is there, but {name} does not list it")

    def _complete(self, files: set[str], listed: set[str], told: str, rule: str = "RFC8493-2.1.3") -> None:
        for path in sorted(files):
            if fold(path) not in listed:
                where = "is there" if path in self._names else "is asked for by fetch.txt"
                self._fault(rule, path, f"{where}, {told}")

    def _read_holes(self) -> None:
        """Read fetch.txt: what it asks for that is not there yet."""
        rule, name = "RFC8493-2.2.3", "fetch.txt"
        if name not in self._names:
            return
        for number, line in self._lines(name, rule):
            found = hole(line)
            fault = found.fault or _path_fault(found.path)
            if not fault and not found.path.startswith("data/"):
                fault = f"{found.path!r} is outside data/"
            if fault:
                self._fault(rule, name, f"line {number}: {fault}")
            elif found.path not in self._names and len(self._holes) < MAX_MEMBERS:
                self._holes.add(found.path)

    def _entries(self, name: str, rule: str) -> Iterator[tuple[str, str]]:
        for number, line in self._lines(name, rule):
            match = LINE.match(line)
            if match:
                yield match[1].lower(), match[2]
            else:
                self._fault(rule, name, f"line {number} is no hash and name")

    def _lines(self, name: str, rule: str) -> Iterator[tuple[int, str]]:
        """Yield the lines of a list that say something."""
        try:
            with self._tree.open(name) as stream:
                for number, line in read_lines(stream, self._codec, LINE_LIMIT):
                    if line is None:
                        told = f"line {number} is longer than {LINE_LIMIT} characters; not read on"
                        self._fault(rule, name, told)
                        return
                    if len(self.faults) >= MAX_FAULTS or number > MAX_LINES:
                        return
                    if line.strip():
                        yield number, line
        except UnicodeError as error:
            self._fault(rule, name, f"is not {self._codec.upper()}: {error}")
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

    def _info(self, payload: set[str]) -> None:
        rule, name = "RFC8493-2.2.2", "bag-info.txt"
        if name not in self._names:
            return
        lines = lines_of(self._text(name, rule, self._codec) or "")
        for number in faulty_lines(lines):
            self._fault(rule, name, f"line {number} is no label and value")
        for line in lines:
            label, colon, value = line.partition(":")
            if colon and label.strip().lower() == "payload-oxum":
                self._check_oxum(value.strip(), payload)

    def _check_oxum(self, value: str, payload: set[str]) -> None:
        match = OXUM.match(value)
        if not match:
            self._fault("RFC8493-2.2.2", "bag-info.txt", f"Payload-Oxum {value[:80]!r} is no octets.streams")
            return
        octets = sum(self.digests[path].size for path in payload if path in self.digests)
        if (int(match[1]), int(match[2])) != (octets, len(payload)):
            self._fault(
                "RFC8493-2.2.2", "bag-info.txt", f"Payload-Oxum {value} does not fit {octets}.{len(payload)}"
            )


def _after(line: str, label: str) -> str:
    """Return what stands after a label; "" when the line does not begin with it."""
    return line[len(label) :] if line.startswith(label) else ""


def _path_fault(path: str) -> str:
    """Say why a name in a list must not be used as a path; "" when it may. CR and LF may, as a list encodes them."""
    return fault_in(path.replace("\r", "").replace("\n", ""))
