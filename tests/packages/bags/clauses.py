"""Every MUST of RFC 8493: the clause, a bag that keeps or breaks it, the fault expected, and what bagit-python says.

`fault` is (rule, file) or None for a bag that is complete and valid. `peer` is None where bagit-python 1.9 gives the
same verdict, else why it gives another.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from .build import DECLARATION, PAYLOAD, a_bag, manifest

A = hashlib.sha256(b"a").hexdigest().encode()
NFC = unicodedata.normalize("NFC", "data/Quyết định.txt")
NFD = unicodedata.normalize("NFD", NFC)
LISTED = manifest(PAYLOAD)
FETCHED = {"data/far.bin": b"far"}
HOLEY = {"manifest-sha256.txt": manifest({**PAYLOAD, **FETCHED})}
ODD = {"data/100% xong.txt": b"%", "data/line\nbreak\r.txt": b"n"}
RELAXED = "it reads names and lines more freely than the RFC"
CRASH = "it ends with a ValueError, which is no verdict"


@dataclass(frozen=True)
class Clause:
    """One row of the table."""

    clause: str
    bag: str
    files: Mapping[str, bytes]
    fault: tuple[str, str] | None
    peer: str | None = None


def declared(version: str = "1.0", encoding: str = "UTF-8", end: str = "\n") -> bytes:
    return f"BagIt-Version: {version}{end}Tag-File-Character-Encoding: {encoding}{end}".encode()


def listing(path: str, name: str = "manifest-sha256.txt") -> dict[str, bytes]:
    """A bag whose manifest has one line more, naming that path."""
    return a_bag({name: LISTED + A + b"  " + path.encode() + b"\n"})


D, P, M, T, N, F = (
    "RFC8493-2.1.1",
    "RFC8493-2.1.2",
    "RFC8493-2.1.3",
    "RFC8493-2.2.1",
    "RFC8493-2.2.2",
    "RFC8493-2.2.3",
)
BAGIT, SHA256, TAGS, INFO, FETCH = (
    "bagit.txt",
    "manifest-sha256.txt",
    "tagmanifest-sha256.txt",
    "bag-info.txt",
    "fetch.txt",
)

CLAUSES = (
    # 2.1.1 the declaration
    Clause("2.1.1", "a whole bag", a_bag(), None),
    Clause("2.1.1", "no bagit.txt", a_bag({BAGIT: None}), (D, BAGIT)),
    Clause(
        "2.1.1",
        "bagit.txt with a byte-order mark",
        a_bag(declaration=b"\xef\xbb\xbf" + DECLARATION),
        (D, BAGIT),
    ),
    Clause(
        "2.1.1", "bagit.txt in UTF-16", a_bag(declaration=DECLARATION.decode().encode("utf-16")), (D, BAGIT)
    ),
    Clause("2.1.1", "a version nobody has written", a_bag(declaration=declared("7.5")), (D, BAGIT)),
    Clause("2.1.1", "a version that is no number", a_bag(declaration=declared("one")), (D, BAGIT)),
    Clause(
        "2.1.1",
        "the lines the other way round",
        a_bag(declaration=b"".join(reversed(DECLARATION.splitlines(True)))),
        (D, BAGIT),
        RELAXED,
    ),
    Clause("2.1.1", "a third line", a_bag(declaration=DECLARATION + b"More: x\n"), (D, BAGIT), RELAXED),
    Clause("2.1.1", "an empty bagit.txt", a_bag(declaration=b""), (D, BAGIT)),
    Clause("2.1.1", "an encoding nobody has", a_bag(declaration=declared(encoding="KLINGON-8")), (D, BAGIT)),
    Clause(
        "2.1.1",
        "tag files in ISO-8859-1 as declared",
        a_bag(
            {SHA256: manifest({"data/caf\xe9.txt": b"a"}).decode().encode("latin-1")},
            payload={"data/caf\xe9.txt": b"a"},
            declaration=declared(encoding="ISO-8859-1"),
        ),
        None,
    ),
    Clause(
        "2.1.1",
        "tag files in UTF-16 as declared",
        a_bag({SHA256: LISTED.decode().encode("utf-16")}, declaration=declared(encoding="UTF-16")),
        None,
    ),
    Clause(
        "2.1.1",
        "a manifest that is not in the encoding declared",
        a_bag({SHA256: A + b"  data/caf\xe9.txt\n"}),
        (M, SHA256),
    ),
    # 2.1.2 the payload folder
    Clause("2.1.2", "no payload folder", a_bag({SHA256: b""}, payload={}), (P, "data/")),
    Clause("2.1.2", "an empty payload", a_bag({SHA256: b"", "data/": b""}, payload={}), None),
    Clause("2.1.2", "a file of no bytes", a_bag(payload={"data/none": b""}), None),
    # 2.1.3 payload manifests
    Clause("2.1.3", "no payload manifest", a_bag({SHA256: None}), (M, "")),
    Clause(
        "2.1.3",
        "a payload file the manifest does not list",
        a_bag({"data/stray.txt": b"s"}),
        (M, "data/stray.txt"),
    ),
    Clause("2.1.3", "a listed file that is not there", listing("data/gone.txt"), (M, "data/gone.txt")),
    Clause("2.1.3", "a file listed twice", listing("data/a.txt"), (M, "data/a.txt")),
    Clause(
        "2.1.3",
        "a tag file in a payload manifest",
        a_bag({SHA256: manifest({**PAYLOAD, BAGIT: DECLARATION})}),
        (M, "bagit.txt"),
        "it takes any file of the bag in any manifest",
    ),
    Clause("2.1.3", "a folder listed", listing("data/b"), (M, "data/b")),
    Clause(
        "2.1.3",
        "a line without a name",
        a_bag({SHA256: LISTED + b"0123\n"}),
        (M, SHA256),
        "it skips lines it cannot read",
    ),
    Clause("2.1.3", "an upper-case hash", a_bag({SHA256: LISTED.replace(A, A.upper())}), None),
    Clause("2.1.3", "a hash with an asterisk", a_bag({SHA256: manifest(PAYLOAD, mark=" *")}), None),
    Clause("2.1.3", "tabs between hash and name", a_bag({SHA256: manifest(PAYLOAD, mark="\t\t")}), None),
    Clause(
        "2.1.3", "names that begin with ./", a_bag({SHA256: LISTED.replace(b"  data", b"  ./data")}), None
    ),
    Clause("2.1.3", "CR, LF and % in names, encoded", a_bag(payload=ODD), None, "it does not decode %25"),
    Clause(
        "2.1.3",
        "a name whose %25 is not encoded",
        a_bag(payload={"data/a%25.txt": b"a"}, encode=False),
        (M, "data/a%.txt"),
        "it does not decode %25",
    ),
    Clause("2.1.3", "another hash", a_bag({SHA256: LISTED.replace(A, b"0" * 64)}), ("FIXITY", "data/a.txt")),
    Clause("2.1.3", "a changed file", a_bag({"data/a.txt": b"A"}), ("FIXITY", "data/a.txt")),
    Clause(
        "2.1.3",
        "a manifest line too long to be one",
        a_bag({SHA256: LISTED + A + b"  data/" + b"x" * 70_000}),
        (M, SHA256),
    ),
    # 2.3 lines
    Clause(
        "2.3",
        "lines that end with CR LF",
        a_bag({SHA256: LISTED.replace(b"\n", b"\r\n")}, declaration=declared(end="\r\n")),
        None,
    ),
    Clause(
        "2.3",
        "lines that end with CR",
        a_bag({SHA256: LISTED.replace(b"\n", b"\r")}, declaration=declared(end="\r")),
        None,
    ),
    Clause(
        "2.3",
        "no line end after the last line",
        a_bag({SHA256: LISTED[:-1]}, declaration=DECLARATION[:-1]),
        None,
    ),
    # 2.4 algorithms
    *(
        Clause("2.4", f"a {name} manifest alone", a_bag(algorithms=(name,)), None)
        for name in ("md5", "sha1", "sha256", "sha512")
    ),
    Clause(
        "2.4",
        "four algorithms at once",
        a_bag(algorithms=("md5", "sha1", "sha256", "sha512"), tag_algorithms=("md5", "sha512")),
        None,
    ),
    Clause(
        "2.4",
        "one of two algorithms disagrees",
        a_bag(
            {"manifest-md5.txt": manifest({**PAYLOAD, "data/a.txt": b"A"}, "md5")},
            algorithms=("md5", "sha256"),
        ),
        ("FIXITY", "data/a.txt"),
    ),
    Clause(
        "2.4",
        "an algorithm nobody has",
        a_bag({"manifest-crc7.txt": b"07  data/a.txt\n"}),
        (M, "manifest-crc7.txt"),
        "it leaves out manifests of algorithms it does not have",
    ),
    # 2.2.1 tag manifests
    Clause("2.2.1", "a tag manifest", a_bag(tag_algorithms=("sha256",)), None),
    Clause(
        "2.2.1",
        "a changed tag file",
        a_bag({BAGIT: declared(end="\r\n")}, tag_algorithms=("sha256",)),
        ("FIXITY", BAGIT),
    ),
    Clause(
        "2.2.1",
        "a listed tag file that is not there",
        a_bag({TAGS: manifest({BAGIT: DECLARATION, SHA256: LISTED, "gone.txt": b""})}),
        (T, "gone.txt"),
    ),
    Clause(
        "2.2.1",
        "a tag manifest without the payload manifest",
        a_bag({TAGS: manifest({BAGIT: DECLARATION})}),
        (T, SHA256),
        "it does not ask",
    ),
    Clause(
        "2.2.1",
        "a tag manifest that lists a tag manifest",
        a_bag(
            {
                "tagmanifest-md5.txt": b"",
                TAGS: manifest({BAGIT: DECLARATION, SHA256: LISTED, "tagmanifest-md5.txt": b""}),
            }
        ),
        (T, "tagmanifest-md5.txt"),
        "it takes any file of the bag in any manifest",
    ),
    Clause(
        "2.2.1",
        "a tag manifest that lists payload",
        a_bag({TAGS: manifest({SHA256: LISTED, "data/a.txt": b"a"})}),
        (T, "data/a.txt"),
        None,
    ),
    Clause(
        "2.2.1",
        "a tag file no tag manifest lists",
        a_bag({"notes/x.txt": b"x"}, tag_algorithms=("sha256",)),
        None,
    ),
    # 2.2.2 bag-info.txt
    Clause(
        "2.2.2",
        "labels and folded values",
        a_bag({INFO: "Source-Organization: Sở Nội vụ\n   tỉnh Lạng Sơn\nPayload-Oxum: 3.2\n".encode()}),
        None,
    ),
    Clause("2.2.2", "a Payload-Oxum of other bytes", a_bag({INFO: b"Payload-Oxum: 4.2\n"}), (N, INFO)),
    Clause("2.2.2", "a Payload-Oxum of other files", a_bag({INFO: b"Payload-Oxum: 3.9\n"}), (N, INFO)),
    Clause("2.2.2", "a Payload-Oxum that is none", a_bag({INFO: b"Payload-Oxum: many\n"}), (N, INFO), CRASH),
    Clause(
        "2.2.2",
        "a Payload-Oxum of more digits than Python turns into a number",
        a_bag({INFO: b"Payload-Oxum: " + b"9" * 5000 + b".1\n"}),
        (N, INFO),
        CRASH,
    ),
    Clause(
        "2.2.2",
        "a line that is no label and value",
        a_bag({INFO: b"Contact-Name: An\nwhat is this\n"}),
        (N, INFO),
    ),
    Clause(
        "2.2.2",
        "a bag-info.txt that is not in the encoding declared",
        a_bag({INFO: b"Contact-Name: \xff\n"}),
        (N, INFO),
    ),
    # 2.2.3 fetch.txt
    Clause(
        "2.2.3",
        "a fetch.txt whose files are all there",
        a_bag({FETCH: b"https://kho.example/a 1 data/a.txt\n"}),
        None,
    ),
    Clause(
        "2.2.3",
        "a file that is yet to be fetched",
        a_bag({**HOLEY, FETCH: b"https://kho.example/far - data/far.bin\n"}),
        (F, "data/far.bin"),
    ),
    Clause(
        "2.2.3",
        "a file to be fetched that no manifest lists",
        a_bag({FETCH: b"https://kho.example/far 3 data/far.bin\n"}),
        (F, "data/far.bin"),
        "it does not hold fetch.txt against the manifests",
    ),
    Clause(
        "2.2.3",
        "a file to be fetched outside data/",
        a_bag({FETCH: b"https://kho.example/x 3 bag-info.txt\n"}),
        (F, FETCH),
        RELAXED,
    ),
    Clause(
        "2.2.3",
        "a length that is none",
        a_bag({FETCH: b"https://kho.example/a much data/a.txt\n"}),
        (F, FETCH),
        RELAXED,
    ),
    Clause("2.2.3", "an address that is none", a_bag({FETCH: b"kho.example 1 data/a.txt\n"}), (F, FETCH)),
    Clause(
        "2.2.3",
        "a line without a name",
        a_bag({FETCH: b"https://kho.example/a 1\n"}),
        (F, FETCH),
        CRASH,
    ),
    Clause(
        "2.2.3",
        "a fetch.txt that climbs out",
        a_bag({FETCH: b"https://kho.example/a 1 data/../../x\n"}),
        (F, FETCH),
    ),
    # 3 what complete meant before 1.0
    Clause(
        "3",
        "0.97: each file in one of two manifests",
        a_bag(
            {
                "manifest-md5.txt": manifest({"data/a.txt": b"a"}, "md5"),
                SHA256: manifest({"data/b/c.txt": b"bc"}),
            },
            declaration=declared("0.97"),
        ),
        None,
    ),
    Clause(
        "3",
        "1.0: each file in one of two manifests",
        a_bag(
            {
                "manifest-md5.txt": manifest({"data/a.txt": b"a"}, "md5"),
                SHA256: manifest({"data/b/c.txt": b"bc"}),
            }
        ),
        (M, "data/b/c.txt"),
        "it asks for one manifest, as before 1.0",
    ),
    Clause(
        "3",
        "0.97: a file in no manifest",
        a_bag({"data/stray.txt": b"s"}, declaration=declared("0.97")),
        (M, "data/stray.txt"),
    ),
    # 5.1 special directory characters
    *(
        Clause("5.1", f"a manifest that names {path}", listing(path), (M, path), peer)
        for path, peer in (
            ("data/../../etc/passwd", None),
            ("../outside.txt", None),
            ("/etc/passwd", None),
            ("~root/x", None),
            ("C:/Windows/x", None),
            ("data\\..\\x", None),
        )
    ),
    # 6.1 names on other disks
    Clause(
        "6.1",
        "a composed name listed, the same name decomposed on disk",
        a_bag({SHA256: manifest({NFC: b"q"})}, payload={NFD: b"q"}),
        None,
    ),
    Clause(
        "6.1",
        "a decomposed name listed, the same name composed on disk",
        a_bag({SHA256: manifest({NFD: b"q"})}, payload={NFC: b"q"}),
        None,
        "it finds the file the other way round only",
    ),
    Clause(
        "6.1", "two files that are one name in two forms", a_bag(payload={NFC: b"q", NFD: b"Q"}), (M, NFD)
    ),
    Clause(
        "6.1",
        "two names that differ in case only",
        a_bag(payload={"data/a.txt": b"a", "data/A.txt": b"A"}),
        (M, "data/A.txt"),
        "the RFC warns of it; a package must unpack on every disk",
    ),
)
