"""The door to a file's signatures from outside the sandbox: facts for the checks, a report for the package."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ingest.delivery import DeliveredFile, SignatureFacts
from ingest.formats.errors import CannotOpenError
from ingest.formats.sandbox import Sandbox
from ingest.signatures import keeping, trust
from ingest.signatures.check import facts_of
from ingest.signatures.report import BROKEN, UNTOLD, FileReport, Moment, SignatureReport, as_json


def judged(
    file: DeliveredFile, box: Sandbox, reports: Path | None = None, *, now: datetime | None = None
) -> tuple[SignatureFacts, ...]:
    """Return the judged signatures; one that could not be judged is INDETERMINATE, never absent.

    Args:
        reports: folder for report and evidence; None: they are not kept.
        now: the moment to judge at, the present when not given.

    Raises:
        ToolMissingError: the sandbox cannot be started. May be retried.
        TrustListError: a trust list of the settings is missing, unreadable or empty.
    """
    lists = trust.set_lists()
    trust.load(lists)  # an error of the settings is no fault of the file
    said = Asking(box, reports)(file.path, file.sha256, lists, (), now or datetime.now(UTC))
    if reports is not None:
        keeping.save(reports, file.sha256, said["report"])
    return tuple(SignatureFacts(**one | {"box": tuple(one["box"])}) for one in said["signatures"])


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
            )
        except CannotOpenError as error:
            report = _untold(sha256, str(error.reason)[:500], now)
            return {"signatures": [asdict(one) for one in facts_of(report)], "report": as_json(report)}


def _untold(sha256: str, detail: str, moment: datetime) -> FileReport:
    at_now = Moment(UNTOLD, BROKEN, moment.isoformat(), "", detail)
    one = SignatureReport("PAdES", "", "", "", "", at_now, Moment(UNTOLD, BROKEN, "", "", detail))
    return FileReport(sha256, moment.isoformat(), (one,))
