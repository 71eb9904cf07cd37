"""Check: the law's tables, the province's rules, and what is here already; all findings at once."""

from __future__ import annotations

from datetime import datetime

from archive.ledger.event import Verb
from archive.register.models import Agency
from archive.register.session import reading
from ingest.checks.catalogue import rule
from ingest.checks.dates import parse_date
from ingest.checks.engine import check as run_checks
from ingest.checks.known import known_to
from ingest.delivery import Delivery
from ingest.finding import Finding, Severity
from ingest.profiles.load import profile_for
from ingest.steps.look import AllFacts
from ingest.steps.step import Note, Outcome, Verdict, Work

CODES_SECRET = frozenset({"SECRET", "V12"})


def check(work: Work, now: datetime) -> Outcome:
    """Say everything that is wrong; secrets and viruses refuse, errors return, warnings go to an archivist."""
    delivery = work.load("delivery", Delivery)
    facts = work.load("facts", AllFacts)
    with reading() as session:
        agency = session.get_one(Agency, work.agency_code)
        known = known_to(session, delivery, agency_code=agency.code, submission_id=work.submission_id)
    ended = parse_date(delivery.fields.get("EndDate", "")) or now.date()
    profile = profile_for(agency.code, agency.level1, ended, chosen=agency.profile)
    findings = run_checks(
        delivery, facts, profile=profile, agency_code=agency.code, known=known, today=now.date()
    )
    severities = {rule(finding.code).severity for finding in findings}
    secret = any(finding.code in CODES_SECRET for finding in findings)
    if secret:  # the incident is recorded, its content is not (Luật BVBMNN 29/2018; TT 02/2019 Điều 8.1)
        findings = [
            Finding(code, "(không ghi)", {}) for code in sorted({f.code for f in findings} & CODES_SECRET)
        ]
    note = Note(
        Verb.VALIDATE,
        {"profile": profile.id, "codes": sorted({finding.code for finding in findings})},
        basis="TT 02/2019/TT-BNV",
    )
    return Outcome(
        verdict_of(severities),
        result={"profile": profile.id, "findings": len(findings), "at": now.isoformat()},
        findings=tuple(findings),
        notes=(note,),
        wipe=secret,
        title="(có dấu hiệu bí mật nhà nước)" if secret else None,
        file_code="" if secret else None,
    )


def verdict_of(severities: set[Severity]) -> Verdict:
    """Return where a submission with findings of these severities goes."""
    if Severity.BLOCKING in severities:
        return Verdict.REFUSE
    if Severity.ERROR in severities:
        return Verdict.RETURN
    return Verdict.GO_ON
