"""Recompute the verdicts a package keeps on its signatures, from the package alone, and compare; and judge them today.

Vietnamese: kiểm tra lại chữ ký số từ gói. No network, no settings, no clock: the originals, the certificates,
revocation lists and OCSP answers kept beside the reports, the anchors that were trusted then, and the moment it was
judged at. What comes out must be the kept report, word for word. That the package is the one that was deposited is
another question (`package verify`, and the ledger's proof); whom *you* trust is a third: `only` judges with your roots.

Today the signer's certificate may have expired long since. The package itself, with everything in it, is then proven to
have existed at a moment by whoever time-stamped it (`archive.evidence.existence`): `proven`.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from archive.errors import NotFoundError
from archive.hashing import sha256_of_file
from archive.packages.facts import PackageFacts
from archive.packages.reader import open_member, read_facts
from archive.register.models import ComponentRole
from ingest.signatures import keeping
from ingest.signatures.errors import NoReportError
from ingest.signatures.evidence import IN_FILE
from ingest.signatures.report import FileReport, SignatureReport, from_json


class Ask(Protocol):
    """Judges one file in the sandbox (`ingest.formats.signed.Asking`)."""

    def __call__(
        self,
        path: Path,
        sha256: str,
        lists: Sequence[tuple[str, Path]],
        pieces: Sequence[Mapping[str, str]],
        now: datetime,
        kind: str = ...,
        beside: Path | None = ...,
        *,
        proven: datetime | None = ...,
    ) -> Mapping[str, Any]:
        """Return facts and report."""
        ...


REPORT_LIMIT = 16 * 2**20  # bytes of one report that are read


@dataclass(frozen=True)
class Rechecked:
    """What recomputing one report gave.

    Attributes:
        file: path of the signed file in the package.
        kept, now: the signatures as reported and as recomputed.
        today: as judged at the moment that was asked for; empty when none was.
        faults: why they are not the same, or could not be recomputed; empty when they are equal.
    """

    file: str
    kept: tuple[SignatureReport, ...]
    now: tuple[SignatureReport, ...]
    faults: tuple[str, ...]
    today: tuple[SignatureReport, ...] = ()


def recheck(
    path: Path,
    ask: Ask,
    *,
    only: Sequence[tuple[str, Path]] = (),
    today: datetime | None = None,
    proven: datetime | None = None,
) -> Iterator[Rechecked]:
    """Yield one result for each report, and for each signed original without one.

    Args:
        path: the package, a ZIP.
        ask: what judges the files.
        only: trust lists to judge with in place of the anchors kept in the package; then only what they change differs.
        today: a moment to judge them at once more, with what the package holds.
        proven: a moment at which the whole package is proven to have existed.

    Raises:
        NoReportError: nothing in the package is signed, or it is older than the reports.
        UnreadableError: it is no package.
        ToolMissingError: the sandbox cannot be started. May be retried.
    """
    with path.open("rb") as stream, tempfile.TemporaryDirectory(prefix="tangthu-recheck-") as scratch:
        facts = read_facts(stream)
        hashes = {one.path: one.sha256 for one in facts.documentation} | {
            one.path: one.sha256 for record in facts.records for one in record.components
        }
        reports = list(_reports(stream, facts))
        owed = _owed(facts)
        if not owed and not reports:
            raise NoReportError(path)
        told = {(str(said.get("file", "")), str(said.get("signature", ""))) for _, said in reports}
        for place, signature in sorted(owed - told):
            yield Rechecked(signature or place, (), (), ("signed, and the package keeps no report on it",))
        for name, said in reports:
            yield _one(stream, name, said, hashes, Path(scratch), ask, only, today, proven)


def _owed(facts: PackageFacts) -> set[tuple[str, str]]:
    """Return signed file and file with the detached signature of every report there must be."""
    owed: set[tuple[str, str]] = set()
    for record in facts.records:
        originals = [one for one in record.components if one.role == ComponentRole.ORIGINAL]
        paths = {one.sha256: one.path for one in originals}
        for one in originals:
            if signs := one.facts.get("signs"):
                owed.add((paths.get(str(signs), ""), one.path))
            elif any(said.get("kind", "PAdES") == "PAdES" for said in one.facts.get("signatures", ())):
                owed.add((one.path, ""))
    return owed


def _reports(stream: BinaryIO, facts: PackageFacts) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for one in facts.documentation:
        if one.path.startswith(keeping.FOLDER + "/") and one.path.endswith(".json"):
            try:
                with open_member(stream, one.path) as member:
                    said = json.loads(member.read(REPORT_LIMIT))
            except (NotFoundError, ValueError):
                said = {}
            yield one.path, said if isinstance(said, dict) else {}


def _one(
    stream: BinaryIO,
    name: str,
    said: Mapping[str, Any],
    hashes: Mapping[str, str],
    scratch: Path,
    ask: Ask,
    only: Sequence[tuple[str, Path]],
    today: datetime | None,
    proven: datetime | None,
) -> Rechecked:
    place, signature = str(said.get("file", name)), str(said.get("signature", ""))
    try:
        kept = from_json({key: value for key, value in said.items() if key not in ("file", "signature")})
        moment = datetime.fromisoformat(kept.judged_at)
    except (KeyError, TypeError, ValueError) as error:
        return Rechecked(place, (), (), (f"the report cannot be read: {error}",))
    faults: list[str] = []
    signed = _judged_file(stream, place, kept.sha256, hashes, scratch / "signed")
    beside = _judged_file(stream, signature, kept.signature_file, hashes, scratch / "signature")
    if signed is None or (kept.signature_file and beside is None):
        fault = "the file is not the one that was judged (SHA-256)"
        return Rechecked(place, kept.signatures, (), (fault,))
    pieces = []
    for one in kept.evidence:
        copy = _copied(stream, f"{keeping.EVIDENCE}/{one.name}", scratch / one.sha256)
        if copy is None or sha256_of_file(copy) != one.sha256:
            faults.append(f"evidence {one.name} is missing or damaged")
        elif one.source != IN_FILE and not (only and one.kind == "anchor"):
            pieces.append({"kind": one.kind, "path": str(copy), "source": one.source, "label": one.label})
    again = from_json(ask(signed, kept.sha256, only, pieces, moment, kept.kind, beside)["report"])
    found = Rechecked(place, kept.signatures, again.signatures, (*faults, *_differences(kept, again)))
    if today is None or faults:
        return found  # what is missing here proves nothing today either
    now = from_json(ask(signed, kept.sha256, only, pieces, today, kept.kind, beside, proven=proven)["report"])
    return replace(found, today=now.signatures)


def _judged_file(
    stream: BinaryIO, path: str, sha256: str, hashes: Mapping[str, str], target: Path
) -> Path | None:
    """Return a copy of a file of the package; None when it is not the one with this hash."""
    if not path or hashes.get(path) != sha256:
        return None
    copy = _copied(stream, path, target)
    return copy if copy is not None and sha256_of_file(copy) == sha256 else None


def _copied(stream: BinaryIO, member: str, target: Path) -> Path | None:
    """Return a copy of a member on disk; None when the package has none of that name."""
    try:
        with open_member(stream, member) as source, target.open("wb") as sink:
            shutil.copyfileobj(source, sink)
    except NotFoundError:
        return None
    return target


def _differences(kept: FileReport, again: FileReport) -> Iterator[str]:
    if len(kept.signatures) != len(again.signatures):
        yield f"{len(kept.signatures)} signatures reported, {len(again.signatures)} found"
        return
    for number, (before, after) in enumerate(zip(kept.signatures, again.signatures, strict=True), 1):
        for name in before.__dataclass_fields__:
            if (was := getattr(before, name)) != (now := getattr(after, name)):
                yield f"signature {number}: {name} was {was}, is {now}"
