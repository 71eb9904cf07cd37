"""Pre-flight: what would be found in a delivery, before it is sent. Nothing is received and nothing is kept.

The pipeline's own steps run on the bytes in a folder of their own below the quarantine, which is overwritten and
removed when they are done: a draft may hold a secret. No submission, event, status or package comes of it.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import BinaryIO

from archive.hashing import hashed_copy
from archive.reason import Reason, because
from archive.register.models import SubmissionKind, new_id
from archive.wiping import wipe_folder
from ingest import quarantine
from ingest.checks.catalogue import rule
from ingest.errors import too_large
from ingest.finding import Finding, Severity
from ingest.formats.identify import EMPTY, UNKNOWN, identify
from ingest.formats.names import NAMES
from ingest.settings import IngestSettings
from ingest.steps.check import check
from ingest.steps.gather import gather
from ingest.steps.join import join
from ingest.steps.look import look
from ingest.steps.normalise import normalise
from ingest.steps.scan import scan
from ingest.steps.secret import refusal_of_names
from ingest.steps.step import Step, Verdict, Work
from ingest.steps.unpack import PACKAGE, unpack

CHECKS: Mapping[str, Step] = {
    "unpack": unpack,
    "join": partial(join, patient=False),
    "scan": scan,
    "look": look,
    "check": check,
}
CHECKS_AND_PDFA: Mapping[str, Step] = {**CHECKS, "normalise": normalise}
MESSAGE: Mapping[str, Step] = {"unpack": unpack, "scan": scan, "look": look, "gather": gather}
PREFIX = ".preflight-"
HEAD = 4096  # bytes by which the kind is told
BYTE_ORDER_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
LEFT_SECONDS = 3600  # a folder this old was left by a process that was killed


@dataclass(frozen=True)
class Preflight:
    """What would become of a delivery.

    Attributes:
        verdict: RETURN or REFUSE as the pipeline would; GO_ON when nothing forbids accepting it; GATHER for a
            lone document, which would wait for its case file; TESTED for a trial package, good or bad.
        findings: all of them, warnings too, in the order of the steps; within one step the worst first.
        title, file_code: as described; "" when it could not be read or has a sign of secrecy.
        documents: how many it describes; 0 when it could not be opened.
        tried: the steps that ran; the later ones do not run once one returns or refuses, none when the bytes are
            neither a ZIP nor XML.
    """

    verdict: Verdict
    findings: tuple[Finding, ...]
    title: str
    file_code: str
    documents: int
    tried: tuple[str, ...]

    @property
    def good(self) -> bool:
        """Say whether it would be taken in, perhaps after an archivist has looked at its warnings."""
        if self.verdict is Verdict.TESTED:
            return not self.count(Severity.ERROR)
        return self.verdict in (Verdict.GO_ON, Verdict.GATHER)

    def count(self, severity: Severity) -> int:
        """Return how many findings have this severity."""
        return sum(rule(finding.code).severity == severity for finding in self.findings)


def preflight(
    source: BinaryIO, *, agency_code: str, file_name: str, now: datetime, convert: bool = False
) -> Preflight:
    """Return what the pipeline would find in these bytes if the agency sent them now.

    Args:
        file_name: as it would be sent; looked at for signs of secrecy, kept nowhere.
        convert: also try to make the PDF/A of every document, which takes seconds a document.

    Raises:
        BadMessageError: larger than a message may be.
        TemporaryError: a part is missing (clamd, veraPDF): could not tell is never "good".
    """
    home = quarantine.home()
    home.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=home))
    try:
        raw = folder / "raw"
        kind = _copied(source, raw, limit=IngestSettings.load().max_message_bytes)
        if kind is None:
            return _no_delivery(raw, file_name, now)
        work = folder / "work"
        work.mkdir()
        steps = MESSAGE if kind == SubmissionKind.EDXML else CHECKS_AND_PDFA if convert else CHECKS
        return _run(steps, Work(new_id(), agency_code, kind, file_name, now, raw, work, {}), now)
    finally:
        wipe_folder(folder)


def tidy() -> int:
    """Overwrite and remove what killed pre-flights left behind; return how many folders those were."""
    left = [
        place
        for place in quarantine.home().glob(f"{PREFIX}*")
        if time.time() - place.stat().st_mtime > LEFT_SECONDS
    ]
    for place in left:
        wipe_folder(place)
    return len(left)


def _copied(source: BinaryIO, target: Path, *, limit: int) -> SubmissionKind | None:
    """Write the bytes, and return of which kind they are: "sip" (a ZIP), "edxml", or None when neither."""
    with target.open("wb") as out:
        if hashed_copy(source, out, limit=limit).size > limit:
            raise too_large(limit)
    with target.open("rb") as written:
        return kind_of(written.read(HEAD))


def kind_of(head: bytes) -> SubmissionKind | None:
    """Return what begins with these bytes: "sip" (a ZIP), "edxml" (anything that may be XML), or None."""
    if head.startswith(b"PK"):
        return SubmissionKind.SIP
    plain = head.replace(b"\0", b"")  # UTF-16 has them between its letters
    for mark in BYTE_ORDER_MARKS:
        plain = plain.removeprefix(mark)
    return SubmissionKind.EDXML if plain.lstrip().startswith(b"<") else None


def _no_delivery(raw: Path, name: str, now: datetime) -> Preflight:
    """Return the answer to what no reader here reads; a name that says a level of secrecy comes first."""
    refused = refusal_of_names((name,), now)
    if refused is not None:
        return Preflight(refused.verdict, refused.findings, "", "", 0, ())
    seen = identify(raw, name)
    what: Reason | str = NAMES.get(seen.media_type, seen.name)
    if seen in (EMPTY, UNKNOWN):
        what = because("ingest.empty-file" if seen == EMPTY else "ingest.unknown-content")
    return Preflight(Verdict.RETURN, (Finding("DELIVERY_KIND", PACKAGE, {"seen": what}),), "", "", 0, ())


def _run(steps: Mapping[str, Step], work: Work, now: datetime) -> Preflight:
    findings: list[Finding] = []
    verdict, tried = Verdict.GO_ON, list[str]()
    title = file_code = ""
    documents = 0
    for name, step in steps.items():
        outcome = step(work, now)
        tried.append(name)
        findings += outcome.findings
        verdict = outcome.verdict
        documents = int(outcome.result.get("documents", documents))
        if name == "check" and not outcome.wipe:
            title, file_code = outcome.title or "", outcome.file_code or ""
        if verdict != Verdict.GO_ON:
            break
    return Preflight(verdict, tuple(findings), title, file_code, documents, tuple(tried))
