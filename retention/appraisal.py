"""An archivist sets a period that was unclear, or makes one longer (xác định giá trị tài liệu).

Making a period shorter is left to a council and refused here. That is our reading: Law 01/2011/QH13 Điều 18 lets
the council consider what may be destroyed; it does not say in these words who may shorten a period. A council that
extends the period of a case file on a disposal list has it set here too.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.dossiers import YEARS, clause_of, is_dossier
from archive.errors import NotFoundError
from archive.ledger.append import append, be_only_writer
from archive.ledger.event import Verb
from archive.reason import Reason, because
from archive.register.models import CaseFile, CaseFileState
from archive.register.projection import apply
from archive.underway import being_destroyed
from archive.viewer import Role, Viewer
from retention.applied import SET_BY_PERSON
from retention.errors import BelowMinimumError, PeriodUnclearError, RetentionError
from retention.follower import facts_of
from retention.own_schedules import all_schedules, schedule_named
from retention.period import RetentionPeriod, Unclear, covers, parse_maintenance
from retention.reckoning import FileFacts, Reckoned, reckon
from retention.schedule import Suggestion, require_minimum, suggest
from retention.settings import RetentionSettings
from retention.typed_period import typed_period


def suggested(session: Session, file: CaseFile) -> tuple[Suggestion, ...]:
    """Return the rows of its agency's and the state's schedules that a case file's title and types look like."""
    types = sorted({record.type_name for record in file.records})
    tables = all_schedules(session, file.agency_code)
    return suggest(" ".join([file.title, *types]), on=file.end_date, among=tables)


def set_period(
    session: Session,
    case_file_id: str,
    text: str,
    *,
    reason: str,
    viewer: Viewer,
    now: datetime,
    row: tuple[str, str] | None = None,
) -> RetentionPeriod:
    """Write the period an archivist chose and the dates that follow; return it.

    Args:
        session: an open transaction.
        case_file_id: of a stored case file.
        text: the period as a person typed it, "Vĩnh viễn", "20 năm" or "20".
        reason: why; kept in the ledger and shown.
        viewer: an archivist of the case file's agency.
        now: aware time.
        row: (schedule id, row) the file is assigned to; then the period may not be below it.

    Raises:
        NotFoundError: no such case file.
        NotAllowedError: the viewer is no archivist there.
        PeriodUnclearError: the text is no period.
        BelowMinimumError: below the assigned row, or 20 years of the dossier of a destruction; names the clause.
        RetentionError: no reason, the file has left the vault or is being destroyed, or the period would become
            shorter.
    """
    file, period = _asked(session, case_file_id, typed_period(text), Role.ARCHIVIST, viewer, reason)
    if shorter(file, period):
        raise RetentionError(because("retention.shorter", period=str(period), file=file.code))
    steps = [Reckoned(SET_BY_PERSON, {"actor": viewer.name, "period": str(period), "reason": reason.strip()})]
    if row is not None:
        be_only_writer(session)  # so that no version is withdrawn before the event that names it is written
        table = schedule_named(session, row[0], file.agency_code)
        line = table.line(row[1])
        require_minimum(period, line, table)
        steps.append(
            Reckoned(
                "assigned-row",
                {
                    "instrument": table.instrument,
                    "row": line.ref,
                    "title": line.title,
                    "retention": line.retention,
                    "schedule": table.id,
                    "sha256": table.sha256,
                },
                f"{table.instrument}, {table.clause}, {line.ref}",
            )
        )
    _write(session, file, period, steps, row, Role.ARCHIVIST, viewer, reason, now)
    return period


def extend_by_council(
    session: Session, case_file_id: str, text: str, *, reason: str, viewer: Viewer, now: datetime
) -> RetentionPeriod:
    """Write the longer period a council concluded and the dates that follow; return it.

    Args:
        session: an open transaction.
        case_file_id: of a stored case file.
        text: the period that the votes name.
        reason: number of the minutes, and what was said.
        viewer: the chair of the council.
        now: aware time.

    Raises:
        NotFoundError: no such case file.
        NotAllowedError: the viewer is no council member there.
        PeriodUnclearError: the text is no period.
        BelowMinimumError: below the 20 years of the dossier of a destruction.
        RetentionError: no reason, the file has left the vault or is being destroyed, or it would not be kept longer.
    """
    voted = parse_maintenance(text)  # as lists before `typed_period` were voted on, too
    said = because("retention.no-period", text=text) if isinstance(voted, Unclear) else voted
    file, period = _asked(session, case_file_id, said, Role.COUNCIL, viewer, reason)
    if not longer(file, period):
        raise RetentionError(because("retention.not-longer", period=str(period), file=file.code))
    steps = [Reckoned(SET_BY_PERSON, {"actor": viewer.name, "period": str(period), "reason": reason.strip()})]
    _write(session, file, period, steps, None, Role.COUNCIL, viewer, reason, now)
    return period


def shorter(file: CaseFile, period: RetentionPeriod) -> bool:
    """Say whether a period that is known would become shorter."""
    if file.permanent:
        return not period.permanent
    if file.retention_years is None:
        return False
    return not covers(period, RetentionPeriod(file.retention_years))


def longer(file: CaseFile, period: RetentionPeriod) -> bool:
    """Say whether the case file would be kept longer; what is not known yet becomes longer by any period."""
    if file.permanent:
        return False
    return file.retention_years is None or not covers(RetentionPeriod(file.retention_years), period)


def _asked(
    session: Session,
    case_file_id: str,
    said: RetentionPeriod | Reason,
    role: Role,
    viewer: Viewer,
    reason: str,
) -> tuple[CaseFile, RetentionPeriod]:
    file = session.scalar(select(CaseFile).where(CaseFile.id == case_file_id).with_for_update())
    if file is None:
        raise NotFoundError(because("archive.no-file", file=case_file_id))
    viewer.require(role, file.agency_code)
    if file.state != CaseFileState.STORED:
        raise RetentionError(because("retention.left-the-vault", file=file.code))
    if being_destroyed(session, file.id, begun=True):
        raise RetentionError(because("retention.being-destroyed", file=file.code))
    if not reason.strip():
        raise RetentionError(because("archive.no-reason-given"))
    if isinstance(said, Reason):
        raise PeriodUnclearError(said)
    if is_dossier(file) and not covers(said, RetentionPeriod(YEARS)):
        why = {"period": str(said), "file": file.code, "clause": clause_of(file.regime)}
        raise BelowMinimumError(because("retention.below-dossier", **why, years=YEARS))
    return file, said


def _write(
    session: Session,
    file: CaseFile,
    period: RetentionPeriod,
    steps: list[Reckoned],
    row: tuple[str, str] | None,
    role: Role,
    viewer: Viewer,
    reason: str,
    now: datetime,
) -> None:
    was = facts_of(session, file)
    chosen = FileFacts(
        was.title, was.regime, was.work_ended, str(period), (), row or ("", ""), dossier=was.dossier
    )
    reckoned = reckon(chosen, counting=RetentionSettings.load().counting)
    payload = reckoned.payload()
    stored_steps = [
        {"code": s.code, "params": dict(s.params), "clause": s.clause, "reading": s.reading} for s in steps
    ]
    # The step that quotes the declared text would quote the archivist's; theirs stands in its place.
    payload["basis"]["steps"] = [
        payload["basis"]["steps"][0],
        *stored_steps,
        *(step for step in payload["basis"]["steps"][1:] if step["code"] != "declared"),
    ]
    event = append(
        session,
        Verb.RETENTION_CHANGE,
        actor=viewer.name,
        role=str(role),
        kind="case-file",
        id=file.id,
        payload=payload,
        basis=reason.strip(),
        now=now,
    )
    apply(session, event)
