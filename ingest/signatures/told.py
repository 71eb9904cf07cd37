"""A signature as a package tells it beside its file."""

from __future__ import annotations

from typing import Any

from ingest.delivery import SignatureFacts


def told_of(one: SignatureFacts) -> dict[str, Any]:
    """Return what is kept of a signature with the component it is in; the report has the rest."""
    return {
        "kind": one.kind,
        "signer": one.signer,
        "organisation": one.organisation,
        "unit": one.unit,
        "verdict": one.verdict,
        "sub_indication": one.sub_indication,
        "then_verdict": one.then_verdict,
        "then_sub_indication": one.then_sub_indication,
        "then_basis": one.then_basis,
        "intact": one.intact,
        "covers_whole_file": one.covers_whole_file,
        "changed_after": one.changed_after,
        "signed_at": one.signed_at,
        "stamped_by": one.stamped_by,
        "judged_at": one.judged_at,
        "trust_list": one.trust_list,
    }
