"""Check: the law's tables, the province's rules, and what is here already; all findings at once."""

from __future__ import annotations

from datetime import datetime

from archive.ledger.event import Verb
from archive.register.models import Agency
from archive.register.session import reading
from archive.vietnam import day_of
from ingest import reasons
from ingest.agreements.versions import agreed_on
from ingest.checks.catalogue import rule
from ingest.checks.dates import parse_date
from ingest.checks.engine import check as run_checks
from ingest.checks.fields import canonical
from ingest.checks.known import known_to
from ingest.checks.regime import circular_of
from ingest.clock.calendar import hours_of
from ingest.delivery import Delivery
from ingest.finding import Severity
from ingest.readers.record_status import TRIAL
from ingest.steps import secret
from ingest.steps.look import AllFacts
from ingest.steps.step import Note, Outcome, Verdict, Work

GOES_BACK = frozenset({Verdict.RETURN, Verdict.REFUSE})


def check(work: Work, now: datetime) -> Outcome:
    """Say everything that is wrong; secrets refuse, errors return, warnings go to an archivist.

    From here on title, file code and file name are recorded: no sign of secrecy was found anywhere.
    """
    delivery = work.load("delivery", Delivery)
    facts = work.load("facts", AllFacts)
    with reading() as session:
        agency = session.get_one(Agency, work.agency_code)
        agreed = agreed_on(session, agency.code, day_of(work.received_at))
        known = known_to(session, delivery, agency_code=agency.code, submission_id=work.submission_id)
    if (refused := secret.refusal(delivery, facts, agency, now)) is not None:
        return refused
    profile = secret.profile_of(delivery, agency, now)
    findings = run_checks(
        delivery,
        facts,
        profile=profile,
        agency_code=agency.code,
        agency_name=agency.name,
        known=known,
        today=day_of(now),
        hours=hours_of(agency.code, agency.level1),
        narrowed=agreed.narrowed,
    )
    note = Note(
        Verb.VALIDATE,
        {"profile": profile.id, "codes": sorted({finding.code for finding in findings})},
        basis=circular_of(parse_date(canonical(delivery.fields).get("EndDate", ""))),
    )
    verdict = verdict_of({rule(finding.code).severity for finding in findings}, delivery.record_status)
    # Some regulations say by which clause the receiver may refuse, and that it tells the sender.
    basis = profile.refusal.clause if profile.refusal and verdict in GOES_BACK else ""
    return Outcome(
        verdict,
        reason=reasons.told_by(findings, basis) if basis else "",
        result={"profile": profile.id, "findings": len(findings), "at": now.isoformat()},
        findings=tuple(findings),
        notes=(note,),
        title=delivery.fields.get("Title", ""),
        file_code=delivery.fields.get("FileCode", ""),
        file_name=work.file_name,
        wipe=verdict is Verdict.TESTED,
    )


def verdict_of(severities: set[Severity], record_status: str = "NEW") -> Verdict:
    """Return where a submission with findings of these severities goes; a trial package ends here, good or bad."""
    if Severity.BLOCKING in severities:
        return Verdict.REFUSE
    if record_status == TRIAL:
        return Verdict.TESTED
    if Severity.ERROR in severities:
        return Verdict.RETURN
    return Verdict.GO_ON
