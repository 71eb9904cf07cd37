"""What the exchange says about a document: recalled, issued too late, sent without a receipt, a reply to what.

A case file package has no place for these fields; they are looked at where a document came with them (our reading).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from archive.vietnam import VIETNAM
from archive.vietnamese import plain
from ingest.checks.case import Case, Document
from ingest.checks.province import is_issued_here
from ingest.clock.deadlines import within
from ingest.finding import Finding

_REPLY = re.compile(
    r"^(?:v/v |về việc |về )?(?:trả lời|phúc đáp|phản hồi|hồi đáp)\b|\b(?:trả lời|phúc đáp) (?:công văn|văn bản)\b"
)
_DMY = ("%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%d/%m/%Y", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d")


def check(case: Case) -> Iterator[Finding]:
    """Yield what the province's regulation says of how documents are sent."""
    for document in case.documents:
        yield from _recalled(case, document)
        if is_issued_here(case, document):
            yield from _issued_late(case, document)
            yield from _receipt(document)
            yield from _reply(document)


def moment(text: str) -> datetime | None:
    """Return the time a field says, in Viet Nam's zone when it says none; None when it is no time."""
    text = text.strip()
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        for form in _DMY:
            try:
                read = datetime.strptime(text, form)  # noqa: DTZ007  (the zone is put in below)
                break
            except ValueError:
                continue
        else:
            return None
    return read if read.tzinfo else read.replace(tzinfo=VIETNAM)


def _recalled(case: Case, document: Document) -> Iterator[Finding]:
    rule, status = case.profile.recall, document.get("Status")
    if rule and plain(status) in {plain(word) for word in rule.statuses}:
        params = {"status": status, "basis": rule.clause}
        yield Finding("RECALLED", document.place("Status"), params, document.ordinal)


def _issued_late(case: Case, document: Document) -> Iterator[Finding]:
    """The last signature and the sending, by the office's hours; without either nothing can be said."""
    clock, sent = document.rules.clock, moment(document.get("SentAt"))
    if clock is None or case.hours is None or sent is None:
        return
    facts = [piece.facts for piece in document.pieces if piece.facts]
    times = [moment(signature.signed_at) for fact in facts for signature in fact.signatures]
    signed = max((time for time in times if time), default=None)
    last = within(clock.issued_within, case.hours, signed) if signed else None
    if last is not None and sent > last:
        params = {
            "signed": f"{case.hours.local(signed):%d/%m/%Y %H:%M}" if signed else "",
            "sent": f"{case.hours.local(sent):%d/%m/%Y %H:%M}",
            "last": f"{last:%d/%m/%Y %H:%M}",
            "basis": clock.clause,
        }
        yield Finding("ISSUED_LATE", document.place("SentAt"), params, document.ordinal)


def _receipt(document: Document) -> Iterator[Finding]:
    """A document counts as sent only with a receipt; a regulation's time of grace excuses those sent in it."""
    rules, sent = document.rules, moment(document.get("SentAt"))
    if rules.clock is None or not rules.clock.sent_needs_receipt or sent is None:
        return
    grace = rules.legal.grace_until
    if document.get("SendReceipt") or (grace is not None and sent.date() <= grace):
        return
    yield Finding(
        "SEND_RECEIPT", document.place("SendReceipt"), {"basis": rules.clock.clause}, document.ordinal
    )


def _reply(document: Document) -> Iterator[Finding]:
    rule = document.rules.filing
    if rule is None or not rule.reply_linked or not _REPLY.search(plain(document.get("Subject"))):
        return
    if not document.get("ResponseFor") and not document.get("RelatedDocuments"):
        yield Finding("REPLY_LINK", document.place("ResponseFor"), {"basis": rule.clause}, document.ordinal)
