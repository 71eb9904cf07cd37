"""A delivery with a sign of state secrecy is refused at once, and nothing of it is written down.

The ledger can never be changed, so no title, file name or field of a delivery goes into it before this has been
asked: of the description as soon as it is read, of the first pages as soon as they are seen. What is recorded is
that there was such a sign, under which rule, and that the bytes were wiped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime

from archive.ledger.event import Verb
from archive.register.models import Agency
from archive.vietnam import day_of
from ingest.checks import secret_words, secrets
from ingest.checks.case import case_of
from ingest.checks.dates import parse_date
from ingest.delivery import Delivery, FileFacts
from ingest.finding import Finding
from ingest.profiles.load import profile_for
from ingest.profiles.schema import Profile
from ingest.steps.step import Note, Outcome, Verdict

CODES_SECRET = frozenset({"SECRET", "V12"})
TITLE = "(có dấu hiệu bí mật nhà nước)"
NOT_WRITTEN = "(không ghi)"


def profile_of(delivery: Delivery, agency: Agency, now: datetime) -> Profile:
    """Return the profile that speaks about this delivery."""
    ended = parse_date(delivery.fields.get("EndDate", "")) or day_of(now)
    return profile_for(agency.code, agency.level1, ended, chosen=agency.profile)


def refusal(
    delivery: Delivery, facts: Mapping[str, FileFacts], agency: Agency, now: datetime
) -> Outcome | None:
    """Return the refusal of a delivery that shows a sign of secrecy, None when there is none to be seen.

    Rule: TT 02/2019/TT-BNV Điều 8.1, or the province's own clause.

    Args:
        facts: what is known of the files so far; the stamps on first pages are in it.
    """
    profile = profile_of(delivery, agency, now)
    case = case_of(delivery, facts, profile=profile, agency_code=agency.code, today=day_of(now))
    return _refused(secrets.check(case), profile.id, now)


def refusal_of_names(names: Iterable[str], now: datetime) -> Outcome | None:
    """Return the refusal when one of the names itself says a level of secrecy; for what cannot be read further."""
    parts = [part for name in names for part in re.split(r"[/\\!\n]", name)]
    if not any(secret_words.is_secret_name(part) for part in parts):
        return None
    return _refused([Finding("V12", NOT_WRITTEN, {})], "", now)


def refusal_of_message(names: Iterable[str], fields: Mapping[str, str], now: datetime) -> Outcome | None:
    """Return the refusal when a name or a field of a lone message says a level of secrecy.

    Args:
        names: of the message and its attachments.
        fields: what it says, by the name of the element that says it.
    """
    if any(secret_words.is_secret_field(name, value) for name, value in fields.items()):
        return _refused([Finding("V12", NOT_WRITTEN, {})], "", now)
    return refusal_of_names(names, now)


def _refused(found: Iterable[Finding], profile: str, now: datetime) -> Outcome | None:
    masked = {
        finding.code: Finding(
            finding.code, NOT_WRITTEN, {"seen": NOT_WRITTEN, "basis": finding.params.get("basis", "")}
        )
        for finding in found
    }
    if not masked:
        return None
    note = Note(
        Verb.VALIDATE, {"profile": profile, "codes": sorted(masked)}, basis="TT 02/2019/TT-BNV Điều 8.1"
    )
    return Outcome(
        Verdict.REFUSE,
        result={"profile": profile, "at": now.isoformat()},
        findings=tuple(masked[code] for code in sorted(masked)),
        notes=(note,),
        wipe=True,
        title=TITLE,
        file_code="",
    )
