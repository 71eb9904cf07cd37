"""Everything that is wrong with a delivery, in one list.

A pure function: facts come in, findings come out; no clock, file, network or site.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from ingest.checks import (
    abstract,
    agreed,
    circular_02,
    contents,
    description,
    digitised,
    duplicates,
    exchange,
    filing,
    province,
    secrets,
    signing,
)
from ingest.checks.case import case_of
from ingest.checks.catalogue import rule
from ingest.checks.duplicates import Known
from ingest.checks.regime import told_by
from ingest.clock.hours import OfficeHours
from ingest.delivery import Delivery, FileFacts
from ingest.finding import Finding, Severity
from ingest.profiles.schema import Profile

_RANK = {Severity.BLOCKING: 0, Severity.ERROR: 1, Severity.WARNING: 2}


def check(
    delivery: Delivery,
    facts: Mapping[str, FileFacts],
    *,
    profile: Profile,
    agency_code: str,
    known: Known,
    today: date,
    agency_name: str = "",
    hours: OfficeHours | None = None,
    narrowed: agreed.Narrowed | None = None,
) -> list[Finding]:
    """Return all findings: the package's own, the law's, the province's, the agreement's, and clashes with
    what is stored.

    Worst first, then the case file before its documents, each once.

    Args:
        delivery: what arrived, unpacked.
        facts: SHA-256 of a delivered file -> what was learnt about it; a file without facts does not pass.
        profile: from `ingest.profiles.load.profile_for`.
        agency_code: the sending agency.
        known: from `ingest.checks.known.known_to`.
        today: the day of receipt.
        agency_name: of the sending agency in the register; "" when it is not known.
        hours: of its office; None: nothing is said about office time.
        narrowed: what the agency's agreement takes away from that; None: nothing.

    Raises:
        CatalogueError: a finding with a code that the catalogue does not have.
    """
    case = case_of(
        delivery,
        facts,
        profile=profile,
        agency_code=agency_code,
        today=today,
        agency_name=agency_name,
        hours=hours,
    )
    found = [
        *delivery.findings,
        *circular_02.check(case),
        *contents.check(case),
        *digitised.check(case),
        *description.check(case),
        *secrets.check(case),
        *province.check(case),
        *abstract.check(case),
        *exchange.check(case),
        *filing.check(case, known),
        *signing.check(case),
        *duplicates.check(case, known),
        *(agreed.check(case, narrowed) if narrowed else ()),
    ]
    once = {(f.code, f.place, f.document, tuple(sorted(f.params.items()))): f for f in found}
    told = told_by(once.values(), case.fields)
    return sorted(told, key=lambda f: (_RANK[rule(f.code).severity], f.document, f.code, f.place))
