"""The door to a file's signatures from outside the sandbox: facts for the checks, a report for the package."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ingest.delivery import DeliveredFile, SignatureFacts
from ingest.formats.errors import CannotOpenError
from ingest.formats.sandbox import Sandbox
from ingest.settings import IngestSettings
from ingest.signatures import keeping, trust
from ingest.signatures.facts import DETAIL_LIMIT, facts_of
from ingest.signatures.fetching import GOT, Line
from ingest.signatures.questions import Wanted
from ingest.signatures.report import BROKEN, FETCHED, OFFLINE, Fetched, FileReport, as_json, untold


def judged(
    file: DeliveredFile,
    box: Sandbox,
    reports: Path | None = None,
    *,
    now: datetime | None = None,
    kind: str = "PAdES",
    beside: DeliveredFile | None = None,
) -> tuple[SignatureFacts, ...]:
    """Return the judged signatures; one that could not be judged is INDETERMINATE, never absent.

    Args:
        reports: folder for report and evidence; None: they are not kept. The report of a detached signature is kept
            under the hash of the file it lies in.
        now: the moment to judge at, the present when not given.
        kind: of signature to look for: PAdES, CAdES or XML-DSig.
        beside: of CAdES, the file with the detached signature.

    Raises:
        ToolMissingError: the sandbox cannot be started. May be retried.
        TrustListError: a trust list of the settings is missing, unreadable or empty.
    """
    lists = trust.set_lists()
    trust.load(lists)  # an error of the settings is no fault of the file
    asking = Asking(box, reports)
    other = beside.path if beside else None
    settings = IngestSettings.load()
    if settings.revocation == "fetch":
        said = _asked_around(asking, settings, file, lists, now, kind, other)
    else:
        said = asking(file.path, file.sha256, lists, (), now or datetime.now(UTC), kind, other)
    if reports is not None and said["report"]["signatures"]:
        keeping.save(reports, beside.sha256 if beside else file.sha256, said["report"])
    return tuple(SignatureFacts(**one | {"box": tuple(one["box"])}) for one in said["signatures"])


ROUNDS = 3
"""First the responders; then the lists of those that gave nothing; then the verdict with all of it."""


def _asked_around(
    asking: Asking,
    settings: IngestSettings,
    file: DeliveredFile,
    lists: Sequence[tuple[str, Path]],
    now: datetime | None,
    kind: str,
    beside: Path | None,
) -> dict[str, Any]:
    """Return facts and report, judged with what can be fetched; what was asked is in the report."""
    line, asked, pieces = Line(settings), list[str](), list[Mapping[str, str]]()
    with tempfile.TemporaryDirectory(prefix="tangthu-revocation-") as folder:
        for number in range(ROUNDS):
            last = number == ROUNDS - 1
            moment = now or datetime.now(UTC)  # of the verdict, which is not before what it rests on
            questions = None if last else asked
            said = asking(file.path, file.sha256, lists, pieces, moment, kind, beside, questions)
            wanted = [Wanted(**one) for one in said.get("wanted", ())]
            if not wanted:
                break
            for one in wanted:
                asked.append(one.key)
                found = line.ask(one)
                if found.outcome == GOT:
                    place = Path(folder) / one.key
                    place.write_bytes(found.der)
                    piece = {"kind": one.kind, "path": str(place), "source": FETCHED, "label": one.url}
                    pieces.append(piece)
    said["report"]["fetched"] = [asdict(one) for one in line.told]
    return _with_reason(said, line.told)


def _with_reason(said: dict[str, Any], fetched: Sequence[Fetched]) -> dict[str, Any]:
    """Return the facts with why a revocation status could not be told, in place of "offline"."""
    failed = "; ".join(f"{one.kind} {one.url}: {one.outcome}" for one in fetched if one.outcome != GOT)
    for fact in said["signatures"]:
        if fact["sub_indication"] == OFFLINE and fetched:
            why = failed or "what came does not tell it"
            fact["detail"] = f"the revocation status could not be had: {why}"[:DETAIL_LIMIT]
    return said


class Asking:
    """Asks the sandbox for a file's signatures (`ingest.signatures.job`).

    Args:
        reports: folder whose `evidence` the pieces used are written to; None: they are not kept.
    """

    def __init__(self, box: Sandbox, reports: Path | None = None) -> None:
        self._box = box
        self._into = str(keeping.evidence_folder(reports).resolve()) if reports is not None else ""

    def __call__(
        self,
        path: Path,
        sha256: str,
        lists: Sequence[tuple[str, Path]],
        pieces: Sequence[Mapping[str, str]],
        now: datetime,
        kind: str = "PAdES",
        beside: Path | None = None,
        asked: Sequence[str] | None = None,
        *,
        proven: datetime | None = None,
    ) -> dict[str, Any]:
        """Return facts and report; of a file the judge hung on or died of, that it could not be told.

        Raises:
            ToolMissingError: the sandbox cannot be started. May be retried.
        """
        try:
            return self._box.ask(
                "signatures",
                path=path.resolve(),
                lists=[[name, str(place)] for name, place in lists],
                pieces=list(pieces),
                into=self._into,
                now=now.isoformat(),
                kind=kind,
                beside=str(beside.resolve()) if beside else "",
                asked=None if asked is None else list(asked),
                proven=proven.isoformat() if proven else "",
            )
        except CannotOpenError as error:
            report = _untold(sha256, str(error.reason)[:500], now, kind)
            return {"signatures": [asdict(one) for one in facts_of(report)], "report": as_json(report)}


def _untold(sha256: str, detail: str, moment: datetime, kind: str) -> FileReport:
    return FileReport(sha256, moment.isoformat(), (untold(kind, BROKEN, detail, moment),), kind=kind)
