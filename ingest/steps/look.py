"""Look: identify every file, count its pages, find what is active in it, judge its signatures."""

from __future__ import annotations

from datetime import datetime

from archive.ledger.event import Verb
from archive.register.models import Agency
from archive.register.session import reading
from ingest.delivery import Delivery, FileFacts
from ingest.formats.inspect import inspect
from ingest.formats.look_within import MAIL
from ingest.formats.signed_beside import with_signatures_beside
from ingest.signatures import keeping
from ingest.steps import secret
from ingest.steps.step import Note, Outcome, Work

AllFacts = dict[str, FileFacts]


def look(work: Work, now: datetime) -> Outcome:
    """Write `facts.json`: SHA-256 of a delivered file -> what was learnt about it."""
    delivery = work.load("delivery", Delivery)
    carried = work.find("carried-facts", AllFacts) or {}
    facts: AllFacts = {}
    reports = work.folder / keeping.WORK
    for _, _, file in delivery.placed_files():
        if file.sha256 in facts:
            continue
        known = carried.get(file.sha256)
        if known is not None and known.signatures and not keeping.place(reports, file.sha256).exists():
            known = None  # carried from before there were reports: looked into anew
        if known is not None and (known.media_type == MAIL or known.attachments) and not known.inner_texts:
            known = None  # carried from before attachments were looked through for stamps
        if known is not None and known.signs:
            known = None  # what it lay beside may be gone from the mended whole
        facts[file.sha256] = known or inspect(file, reports=reports)
    facts = with_signatures_beside(delivery, facts, reports)
    with reading() as session:
        agency = session.get_one(Agency, work.agency_code)
    if (refused := secret.refusal(delivery, facts, agency, now)) is not None:
        return refused
    work.save("facts", facts, AllFacts)
    # Verdicts only: the ledger is never erased, so no name of a signer goes into it (the package has the report).
    signatures = {
        sha256: [f"{signature.verdict} {signature.sub_indication}".strip() for signature in fact.signatures]
        for sha256, fact in facts.items()
        if fact.signatures
    }
    notes = (Note(Verb.SIGNATURE_CHECK, {"signatures": signatures}),) if signatures else ()
    return Outcome(
        result={
            "files": len(facts),
            "signed": len(signatures),
            "at": now.isoformat(),
            "pages": sum(fact.pages or 0 for fact in facts.values()),
        },
        notes=notes,
    )
