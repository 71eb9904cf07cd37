"""Does a certificate hold at a moment, by the same rules as in a CMS signature? For signatures that are no CMS."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from asn1crypto import x509
from pyhanko.sign.ades.report import AdESIndeterminate
from pyhanko.sign.validation.generic_cms import handle_certvalidator_errors
from pyhanko.sign.validation.policy_decl import (
    RevinfoOnlineFetchingRule,
    RevocationInfoGatheringSpec,
    SignatureValidationSpec,
    bootstrap_validation_data_handlers,
)
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.ltv.types import ValidationTimingInfo
from pyhanko_certvalidator.policy_decl import (
    NO_REVOCATION,
    REQUIRE_REVINFO,
    CertRevTrustPolicy,
    RevocationCheckingPolicy,
)
from pyhanko_certvalidator.registry import PathBuilder, SimpleTrustManager
from pyhanko_certvalidator.validate import async_validate_path

from ingest.signatures.evidence import Piece, knowledge
from ingest.signatures.report import OFFLINE, PASSED, UNTOLD, Moment

Path = tuple[x509.Certificate, ...]


async def held_by_chain(
    certificate: x509.Certificate, pieces: Sequence[Piece], at: datetime
) -> tuple[Moment, Path]:
    """Return the verdict on a certificate's chain at a moment, and the chain from the certificate up."""
    sub, path = await _asked(certificate, pieces, at, REQUIRE_REVINFO)
    if sub == AdESIndeterminate.CERTIFICATE_CHAIN_GENERAL_FAILURE.name:
        without, _ = await _asked(certificate, pieces, at, NO_REVOCATION)
        sub = OFFLINE if not without else sub
    return Moment(UNTOLD if sub else PASSED, sub, at.isoformat()), path


async def _asked(
    certificate: x509.Certificate, pieces: Sequence[Piece], at: datetime, revocation: RevocationCheckingPolicy
) -> tuple[str, Path]:
    anchors = [x509.Certificate.load(one.der) for one in pieces if one.kind == "anchor"]
    policy = CertValidationPolicySpec(
        SimpleTrustManager.build(trust_roots=anchors), CertRevTrustPolicy(revocation)
    )
    spec = SignatureValidationSpec(
        policy,
        revinfo_gathering_policy=RevocationInfoGatheringSpec(RevinfoOnlineFetchingRule.LOCAL_ONLY),
        local_knowledge=knowledge(pieces),
    )
    timing = ValidationTimingInfo(at, at, point_in_time_validation=True)
    handlers = bootstrap_validation_data_handlers(spec, timing_info=timing)
    context = policy.build_validation_context(timing_info=timing, handlers=handlers)
    sub, chain = AdESIndeterminate.NO_CERTIFICATE_CHAIN_FOUND.name, ()
    for path in await PathBuilder(policy.trust_manager, handlers.cert_registry).async_build_paths(
        certificate
    ):
        found = await handle_certvalidator_errors(certificate, async_validate_path(context, path))
        chain = tuple(one for one in path if isinstance(one, x509.Certificate))[::-1]
        if found.error_subindic is None:
            return "", chain
        sub = found.error_subindic.name
    return sub, chain
