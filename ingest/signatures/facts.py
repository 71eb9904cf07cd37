"""What the checks and the register need of a report on signatures. Pure: the libraries that judge are not loaded."""

from __future__ import annotations

from ingest.delivery import SignatureFacts
from ingest.signatures.report import OFFLINE, FileReport, SignatureReport

DETAIL_LIMIT = 500


def facts_of(report: FileReport) -> tuple[SignatureFacts, ...]:
    """Return what the checks and the register need of a report; its verdict is that of now."""
    return tuple(_facts(one) for one in report.signatures)


def _facts(one: SignatureReport) -> SignatureFacts:
    # Only a stamp on the signature itself tells its moment; one over the file later says no more than "not after".
    stamped = next((stamp.by for stamp in one.stamps if stamp.trusted and stamp.kind == "signature"), "")
    offline = one.now.sub_indication == OFFLINE
    detail = one.now.detail or ("offline: the revocation status was not checked" if offline else "")
    return SignatureFacts(
        signer=one.signer,
        organisation=one.organisation,
        verdict=one.now.verdict,
        sub_indication=one.now.sub_indication,
        intact=one.intact,
        covers_whole_file=one.coverage == "file",
        signed_at=one.signed_at,
        detail=detail[:DETAIL_LIMIT],
        field=one.field,
        changed_after=one.changed_after,
        kind=one.kind,
        unit=one.unit,
        then_verdict=one.then.verdict,
        then_sub_indication=one.then.sub_indication,
        then_basis=one.then.basis,
        stamped_by=stamped,
        judged_at=one.now.at,
        trust_list=next((link.trust_list for link in one.chain if link.trust_list), ""),
    )
