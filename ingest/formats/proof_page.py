"""Puts the verification page behind the derivative of a signed file, and has the whole judged by veraPDF again.

The fidelity gate has compared the derivative with its source before this page exists, page by page, so the page can
never make up for one that is missing; here it is only made sure that as many pages are there as before and the new
ones. When veraPDF does not accept the whole (a flavour whose rules the page breaks), the derivative stays as it was,
valid and without the page, and the attempt says why.
"""

from __future__ import annotations

import time

from archive.pdfa.errors import NotPdfaError
from archive.pdfa.print import render
from archive.reason import Reason, because
from ingest.formats.derivative import Attempt
from ingest.formats.errors import CannotOpenError
from ingest.formats.route_work import Candidate, Work
from ingest.signatures import page

ROUTE = "verification-page"


def added(work: Work, candidate: Candidate, pages: int) -> tuple[Candidate, int]:
    """Return the derivative with its verification page and that page's number; as it was, and 0, when none is due.

    Args:
        pages: of the candidate, as the gate counted them.

    Raises:
        VeraPdfMissingError, ToolMissingError: it cannot be judged now. May be retried.
    """
    facts = work.source.facts
    if not facts.signatures:
        return candidate, 0
    began = time.monotonic()
    whole = Candidate(work.folder / f"{ROUTE}.pdf", candidate.text, candidate.route)
    reasons = _made(work, candidate, whole, pages)
    outcome = "refused" if reasons else "accepted"
    work.attempts.append(Attempt(ROUTE, outcome, reasons, (), round(time.monotonic() - began, 3)))
    return (candidate, 0) if reasons else (whole, pages + 1)


def _made(work: Work, candidate: Candidate, whole: Candidate, pages: int) -> tuple[Reason, ...]:
    facts, flavour = work.source.facts, work.source.flavour
    printed = work.folder / f"{ROUTE}-alone.pdf"
    size = work.source.path.stat().st_size
    try:
        text = page.html(facts.signatures, sha256=facts.sha256, size=size, pages=pages)
        printed.write_bytes(render(text, title=page.TITLE, flavour=flavour))
        counted = work.shop.sandbox.ask(
            "append", path=candidate.path, page=printed, out=whole.path, flavour=flavour
        )
    except (NotPdfaError, CannotOpenError) as error:
        return (error.reason,)
    if counted["before"] != pages or counted["after"] <= pages:
        return (because("ingest.pages-became", before=pages, after=counted["before"]),)
    verdict = work.shop.vera.check(whole.path, flavour)
    if verdict.compliant is True:
        return ()
    told = tuple(
        because("ingest.pdfa-rule", rule=rule.rule, said=rule.message[:160], times=rule.count)
        for rule in verdict.failed[:10]
    )
    return told or (because("ingest.verapdf-untold", said=verdict.message),)
