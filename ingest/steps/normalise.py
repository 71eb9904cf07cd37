"""Normalise: a verified PDF/A of every document, made before anybody decides, so that nothing is accepted
that cannot be kept readable. (Design section 3 normalises after acceptance; doing it before means that no receipt
03 has ever to be taken back.) Films and sounds have no pages: they are kept as they came, and nothing is made of them;
nor of what a deployment's format policy keeps.
"""

from __future__ import annotations

import shutil
from datetime import datetime

from archive.ledger.event import Verb
from archive.register.models import Agency
from archive.register.session import reading
from ingest.checks.fields import canonical, kind_of
from ingest.checks.regime import told_by
from ingest.delivery import Delivery
from ingest.finding import Finding
from ingest.formats.convert import Derivative, Source
from ingest.formats.convert import normalise as convert
from ingest.formats.media import kept_as_it_came, told
from ingest.formats.policy import Policy, policy_for
from ingest.settings import IngestSettings
from ingest.steps.look import AllFacts
from ingest.steps.step import Note, Outcome, Verdict, Work

Derivatives = dict[str, Derivative]
Kept = dict[str, str]
"""SHA-256 of a file that is kept as it came -> why, in words."""


def _policy(work: Work) -> Policy:
    """Return the format policy of the sending agency and its regulation."""
    with reading() as session:
        agency = session.get(Agency, work.agency_code)
        profile = (agency.profile or "") if agency is not None else ""
    return policy_for(profile, work.agency_code, own=IngestSettings.load().format_policy)


def normalise(work: Work, now: datetime) -> Outcome:
    """Write `derivatives.json`: SHA-256 of a delivered file -> its derivative; and `kept.json`."""
    delivery = work.load("delivery", Delivery)
    facts = work.load("facts", AllFacts)
    target = work.folder / "derived"
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    policy = _policy(work)
    files, kept = {}, Kept()
    for ordinal, document in enumerate(delivery.documents, 1):
        kind = kind_of(canonical(document.fields), document.place)
        for position, file in enumerate(document.files):
            fact = facts[file.sha256]
            rule = policy.rule_for(fact)
            if fact.signs:  # a signature has no pages; it stays beside what it signs
                kept[file.sha256] = "detached signature"
            elif (
                rule is not None
                and rule.action == "keep"
                and kept_as_it_came(fact, described_as=kind, main=position == 0)
            ):
                kept[file.sha256] = told(fact.media) if fact.media else rule.told
            else:
                files[file.sha256] = (ordinal, file)
    carried = work.find("carried-derivatives", Derivatives) or {}
    derivatives: Derivatives = {
        sha256: carried[sha256]
        for sha256 in files
        if sha256 in carried and carried[sha256].flavour == policy.target
    }
    sources = [
        Source(id=sha256, path=file.path, facts=facts[sha256], flavour=policy.target)
        for sha256, (_, file) in files.items()
        if sha256 not in derivatives
    ]
    findings: list[Finding] = []
    for made in convert(sources, target, policy=policy):
        ordinal, file = files[made.id]
        if isinstance(made, Derivative):
            derivatives[made.id] = made
        else:
            findings.append(Finding(made.code, file.name, {"reason": made.reason}, ordinal))
    work.save("derivatives", derivatives, Derivatives)
    work.save("kept", kept, Kept)
    routes: dict[str, int] = {}
    for derivative in derivatives.values():
        routes[derivative.route] = routes.get(derivative.route, 0) + 1
    return Outcome(
        Verdict.RETURN if findings else Verdict.GO_ON,
        result={"derivatives": len(derivatives), "kept": len(kept), "routes": routes, "at": now.isoformat()},
        findings=told_by(findings, canonical(delivery.fields)),
        notes=(
            Note(
                Verb.NORMALISE,
                {
                    "routes": routes,
                    "kept": len(kept),
                    "failed": sorted(f"{finding.code} document {finding.document}" for finding in findings),
                },
            ),
        ),
    )
