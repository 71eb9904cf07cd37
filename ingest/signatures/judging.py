"""The door to a file's signatures from outside the sandbox: facts for the checks, a report for the package."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from ingest.delivery import DeliveredFile, SignatureFacts
from ingest.formats.errors import CannotOpenError
from ingest.formats.sandbox import Sandbox
from ingest.signatures import keeping, trust
from ingest.signatures.report import BROKEN, UNTOLD, FileReport, Moment, SignatureReport, as_json


def judged(
    file: DeliveredFile, box: Sandbox, reports: Any = None, *, now: datetime | None = None
) -> tuple[SignatureFacts, ...]:
    """Return the judged signatures; one that could not be judged is INDETERMINATE, never absent.

    Args:
        reports: folder for report and evidence; None: they are not kept.

    Raises:
        ToolMissingError: the sandbox cannot be started. May be retried.
        TrustListError: a trust list of the settings is missing, unreadable or empty.
    """
    lists = trust.set_lists()
    trust.load(lists)  # an error of the settings is no fault of the file
    moment = now or datetime.now(UTC)
    try:
        said = ask(box, file, lists=lists, reports=reports, now=moment)
    except CannotOpenError as error:
        facts = SignatureFacts("", "", UNTOLD, BROKEN, None, False, "", str(error.reason)[:500])
        if reports is not None:
            keeping.save(reports, file.sha256, as_json(_untold(file.sha256, facts.detail, moment)))
        return (facts,)
    if reports is not None:
        keeping.save(reports, file.sha256, said["report"])
    return tuple(SignatureFacts(**one | {"box": tuple(one["box"])}) for one in said["signatures"])


def ask(
    box: Sandbox,
    file: DeliveredFile,
    *,
    lists: Sequence[tuple[str, Any]] = (),
    pieces: Sequence[Mapping[str, str]] = (),
    reports: Any = None,
    now: datetime,
) -> dict[str, Any]:
    """Return what the sandbox's job says (`job.run`). Errors as `Sandbox.ask`."""
    return box.ask(
        "signatures",
        path=file.path.resolve(),
        lists=[[name, str(place)] for name, place in lists],
        pieces=list(pieces),
        into=str(keeping.evidence_folder(reports).resolve()) if reports is not None else "",
        now=now.isoformat(),
    )


def _untold(sha256: str, detail: str, moment: datetime) -> FileReport:
    """Return the report on a file the judge hung on or died of."""
    at_now = Moment(UNTOLD, BROKEN, moment.isoformat(), "", detail)
    one = SignatureReport("PAdES", "", "", "", "", at_now, Moment(UNTOLD, BROKEN, "", "", detail))
    return FileReport(sha256, moment.isoformat(), (one,))
