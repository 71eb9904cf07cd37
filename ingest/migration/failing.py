"""What failed of a case file of a plan: numbers and codes for the ledger, what the tools said beside it."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from archive.errors import AlreadyStoredError, TangThuError
from archive.ledger.append import be_only_writer
from archive.reason import as_json, because
from archive.register.preservation import PreservationItem
from archive.register.session import transaction
from ingest.formats.convert import Failure
from ingest.migration.begun import Begun
from ingest.migration.noting import of_file
from ingest.migration.version import Results


def failed_of(begun: Begun, results: Results) -> list[dict[str, Any]]:
    """Return which files failed, by number and code: no name of a file goes into the ledger."""
    told = []
    for id, (document, position) in begun.places.items():
        result = results.get(id)
        if isinstance(result, Failure):
            told.append({"document": document, "file": position, "code": result.code})
    return told


def tell(session: Session, begun: Begun, case_file_id: str, results: Results) -> None:
    """Note what the tools said of files that failed, beside the ledger."""
    told = [
        {"document": document, "file": position, "code": result.code, "why": as_json(result.reason)}
        for id, (document, position) in begun.places.items()
        if isinstance(result := results.get(id), Failure)
    ]
    item = session.get_one(PreservationItem, (begun.plan_id, case_file_id))
    item.told = json.dumps(told, ensure_ascii=False) if told else ""


def note_failed(session: Session, begun: Begun, case_file_id: str, results: Results, now: datetime) -> None:
    """Write that nothing could be made of a case file, and why."""
    of_file(
        session, begun.plan_id, case_file_id, {"did": "failed", "failed": failed_of(begun, results)}, now=now
    )
    tell(session, begun, case_file_id, results)


def note_error(plan_id: str, case_file_id: str, error: TangThuError, *, now: datetime) -> None:
    """Note that a case file is passed over because of trouble that will not go away by trying again."""
    with transaction() as session:
        be_only_writer(session)
        item = session.get_one(PreservationItem, (plan_id, case_file_id))
        why = because("ingest.migration-error", kind=type(error).__name__)
        told: dict[str, Any] = {"did": "passed", "why": [as_json(why)]}
        if isinstance(error, AlreadyStoredError):
            told["name"] = item.package_name
        of_file(session, plan_id, case_file_id, told, now=now)
        item.told = json.dumps([{"why": as_json(error.reason)}], ensure_ascii=False)
