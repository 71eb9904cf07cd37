"""Where reports and evidence lie: in the work folder while a delivery is on its way, in the package afterwards.

```
metadata/other/signatures/0001-02.json      document 1, file 2: the report, with the name of the signed file
metadata/other/signatures/message-001.json  the first message it came with
metadata/other/signatures/evidence/<sha256>.cer|.crl|.ocsp     one copy for the whole package
```
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archive.hashing import sha256_of_file
from archive.packages.facts import DocumentationFile

FOLDER = "metadata/other/signatures"
EVIDENCE = f"{FOLDER}/evidence"
WORK = "signatures"


def evidence_folder(reports: Path) -> Path:
    """Return where the evidence of a folder of reports lies."""
    return reports / "evidence"


def save(reports: Path, sha256: str, report: Mapping[str, Any]) -> None:
    """Keep the report on one file, whole or not at all."""
    reports.mkdir(parents=True, exist_ok=True)
    target = place(reports, sha256)
    part = target.with_suffix(".part")
    part.write_text(json.dumps(report, ensure_ascii=False, indent=1), "utf-8")
    part.replace(target)


def place(reports: Path, sha256: str) -> Path:
    """Return where the report on the file with this hash lies."""
    return reports / f"{sha256}.json"


@dataclass(frozen=True)
class Reported:
    """What a report in the package is about.

    Attributes:
        file: path of the signed file in the package.
        sha256: the hash its report was kept under: of the signed file, or of the one with the detached signature.
        signature: path of the file with the detached signature; "" when it is in the signed file itself.
    """

    file: str
    sha256: str
    signature: str = ""


def packed(reports: Path, named: Mapping[str, Reported], scratch: Path) -> Iterator[DocumentationFile]:
    """Yield what of the reports goes into the package.

    Args:
        named: name of a report in the package -> what it is about.
        scratch: folder for the reports as they will stand in the package.

    Raises:
        FileNotFoundError: a report or a piece of its evidence was never written.
    """
    scratch.mkdir(parents=True, exist_ok=True)
    evidence: dict[str, None] = {}
    for name, one in named.items():
        report = json.loads(place(reports, one.sha256).read_text("utf-8"))
        target = scratch / f"{name}.json"
        about = {"file": one.file, "signature": one.signature}
        target.write_text(json.dumps(about | report, ensure_ascii=False, indent=1), "utf-8")
        yield _file(f"{FOLDER}/{name}.json", target)
        evidence.update(dict.fromkeys(piece["name"] for piece in report["evidence"]))
    for name in sorted(evidence):
        yield _file(f"{EVIDENCE}/{name}", evidence_folder(reports) / name)


def _file(path: str, source: Path) -> DocumentationFile:
    return DocumentationFile(path, source.stat().st_size, sha256_of_file(source), source)
