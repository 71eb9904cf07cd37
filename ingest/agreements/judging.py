"""Who sends back what has errors, by the agreement: the machine, of single documents only, or an archivist. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ingest.agreements.terms import Terms
from ingest.checks.catalogue import rule
from ingest.finding import Finding, Severity

PARTIAL = (
    "Trả lại một phần: chỉ gửi lại {what}; phần còn lại của hồ sơ đã có ở lưu trữ, không phải gửi lại.\n"
)


@dataclass(frozen=True)
class GivingBack:
    """What becomes of a delivery with errors.

    Attributes:
        at_once: it goes back by itself; otherwise an archivist sends it back.
        documents: ordinals of the documents that alone are wanted again; empty: all of it goes back.
    """

    at_once: bool
    documents: tuple[int, ...] = ()


def giving_back(terms: Terms, findings: Iterable[Finding], *, total: int) -> GivingBack:
    """Return who sends back a delivery with these findings, and whether single documents only.

    Args:
        findings: all of them; warnings do not count.
        total: documents in the delivery.
    """
    wrong = {finding.document for finding in findings if rule(finding.code).severity is not Severity.WARNING}
    single = bool(wrong) and 0 not in wrong and len(wrong) < total
    documents = tuple(sorted(wrong)) if single else ()
    if documents and terms.partial_return == "automatic":
        return GivingBack(True, documents)
    return GivingBack(terms.give_back == "automatic")


def told_partial(documents: Iterable[int]) -> str:
    """Return the sentence that goes before the findings of a partial return, in Vietnamese."""
    numbers = ", ".join(str(number) for number in documents)
    return PARTIAL.format(what=f"văn bản số {numbers}")
