"""Does a CMS signature hold: now, and when it was made? ETSI EN 319 102-1 by pyHanko's AdES validation.

*Now* is the standard's own question: the certificate chain at the moment of judging, revocation required; where that
alone cannot pass (expired, revoked since, weak since), proofs of existence are used: from trusted time-stamps in the
file (validation with long-term data, 5.6.3), and from outside it, when somebody proves that the signature and what it
rests on existed at a moment (past signature validation, 5.6.2.4).

*Then* asks for the moment of signing: proven by a trusted time-stamp, else only claimed. A claimed moment can be any
moment the signer liked, so what holds only then is INDETERMINATE / NO_POE, never passed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from asn1crypto import cms, x509
from pyhanko.sign.ades.report import AdESIndeterminate, AdESPassed, AdESStatus, AdESSubIndic
from pyhanko.sign.general import CMSExtractionError, extract_certificate_info
from pyhanko.sign.validation.ades import (
    AdESWithTimeValidationResult,
    ades_basic_validation,
    ades_lta_validation,
    ades_past_signature_validation,
    ades_timestamp_validation,
    ades_with_time_validation,
)
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import extract_tst_data_iter, message_imprint_checker
from pyhanko.sign.validation.policy_decl import (
    PdfSignatureValidationSpec,
    RevinfoOnlineFetchingRule,
    RevocationInfoGatheringSpec,
    SignatureValidationSpec,
    bootstrap_validation_data_handlers,
)
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.ltv.poe import KnownPOE, POEType, digest_for_poe
from pyhanko_certvalidator.ltv.types import ValidationTimingInfo
from pyhanko_certvalidator.policy_decl import (
    NO_REVOCATION,
    REQUIRE_REVINFO,
    CertRevTrustPolicy,
    RevocationCheckingPolicy,
)
from pyhanko_certvalidator.registry import SimpleTrustManager

from archive.awaited import outcome
from ingest.signatures.evidence import Piece, knowledge
from ingest.signatures.report import CLAIMED, FAILED, NOT_SAID, PASSED, PROVEN, STAMPED, UNTOLD, Moment, Stamp
from ingest.signatures.still_clock import still_at

VERDICTS = {AdESStatus.PASSED: PASSED, AdESStatus.FAILED: FAILED, AdESStatus.INDETERMINATE: UNTOLD}
DETAIL_LIMIT = 500
STAMPS_LIMIT = 20
# What proofs of existence can still cure (EN 319 102-1 clauses 5.5 and 5.6).
CURABLE = frozenset(
    {
        "REVOKED_NO_POE",
        "REVOKED_CA_NO_POE",
        "OUT_OF_BOUNDS_NO_POE",
        "OUT_OF_BOUNDS_NOT_REVOKED",
        "CRYPTO_CONSTRAINTS_FAILURE_NO_POE",
        "REVOCATION_OUT_OF_BOUNDS_NO_POE",
        "TRY_LATER",
    }
)


@dataclass(frozen=True)
class Stamping:
    """A time-stamp to be judged: its token and what it must be over."""

    kind: str
    token: cms.SignedData
    imprint: Callable[[str], bytes]


@dataclass(frozen=True)
class Held:
    """What was found of one signature.

    Attributes:
        valid: the signature value fits the certificate; None when it could not be told.
        path: the chain from the signer up as far as it was built.
    """

    now: Moment
    then: Moment
    intact: bool | None
    valid: bool | None
    stamps: tuple[Stamp, ...]
    path: tuple[x509.Certificate, ...]


def held(
    signed: cms.SignedData,
    digest: bytes,
    pieces: Sequence[Piece],
    *,
    now: datetime,
    claimed: datetime | None,
    embedded: Any = None,
    later: Iterable[Stamping] = (),
    proven: datetime | None = None,
) -> Held:
    """Judge a signature with these pieces of evidence and nothing else.

    Args:
        digest: of the signed bytes, with the signature's own digest algorithm.
        claimed: the moment of signing the signer states.
        embedded: pyHanko's signature of a PDF, whose document time-stamps prove existence.
        later: time-stamps over the whole after signing.
        proven: a moment at which the signature and all of these pieces are proven to have existed, from outside.
    """
    with still_at(now):
        return outcome(_held(signed, digest, pieces, now, claimed, embedded, tuple(later), proven))


async def _held(
    signed: cms.SignedData,
    digest: bytes,
    pieces: Sequence[Piece],
    now: datetime,
    claimed: datetime | None,
    embedded: Any,
    later: tuple[Stamping, ...],
    proven: datetime | None,
) -> Held:
    value = signed["signer_infos"][0]["signature"].native
    spec = _spec(pieces, known_at=now, signature=value)
    live = ValidationTimingInfo(now, now, point_in_time_validation=True)
    basic = await ades_basic_validation(signed, spec, timing_info=live, raw_digest=digest)
    status = basic.api_status
    intact = None if status is None else bool(status.intact)
    valid = None if status is None else bool(status.valid)
    stampings = (*_of_signature(signed), *later)[:STAMPS_LIMIT]
    stamps = [await _stamp(one, spec, live) for one in stampings]
    found = await _told(basic.ades_subindic, signed, digest, pieces, live)
    detail, basis = basic.failure_msg, ""
    past = _spec(pieces, retroactive=True, before=_signer_of(signed), known_at=proven or now, signature=value)
    if found is not None and found.standard_name in CURABLE and stampings:
        cured = await _cured(signed, digest, embedded, past, live)
        if cured is not None:
            better, told, best = cured
            if better is not None and better.status is not AdESStatus.INDETERMINATE:
                found, detail = better, told
            if best is not None and best < now:
                stamps = [_believed(one, best) for one in stamps]
    if (
        proven is not None
        and isinstance(found, AdESIndeterminate)
        and found.standard_name in CURABLE
        and await _held_when_proven(signed, digest, pieces, past, found, live, proven)
    ):
        found, detail, basis = AdESPassed.OK, None, PROVEN
    moment = min((at for one in stamps if (at := _trusted_moment(one))), default=None)
    then = await _then(signed, digest, pieces, moment or claimed, stamped=moment is not None)
    path = getattr(status, "validation_path", None) or getattr(status, "error_path", None)
    chain = tuple(one for one in path if isinstance(one, x509.Certificate)) if path is not None else ()
    return Held(_moment(found, now, basis, detail), then, intact, valid, tuple(stamps), chain[::-1])


async def _told(
    found: AdESSubIndic | None, signed: cms.SignedData, digest: bytes, pieces: Sequence[Piece], timing: Any
) -> AdESSubIndic | None:
    """Return TRY_LATER where only the revocation status is missing; the library calls that a general failure.

    EN 319 102-1 clause 5.2.6.4: a chain that holds but for revocation information that is not there is TRY_LATER.
    """
    if found is not AdESIndeterminate.CERTIFICATE_CHAIN_GENERAL_FAILURE:
        return found
    spec = _spec(pieces, revocation=NO_REVOCATION)
    without = await ades_basic_validation(signed, spec, timing_info=timing, raw_digest=digest)
    return AdESIndeterminate.TRY_LATER if without.ades_subindic is AdESPassed.OK else found


async def _cured(
    signed: cms.SignedData, digest: bytes, embedded: Any, spec: Any, live: Any
) -> tuple[AdESSubIndic, Any, datetime | None] | None:
    """Return sub-indication, detail and proven moment with the time-stamps' proofs; None when they do not apply."""
    found: AdESWithTimeValidationResult
    try:
        if embedded is not None:
            found = await ades_lta_validation(embedded, PdfSignatureValidationSpec(spec), timing_info=live)
        else:
            found = await ades_with_time_validation(signed, spec, timing_info=live, raw_digest=digest)
    except SignatureValidationError:
        return None
    return found.ades_subindic, found.failure_msg, found.best_signature_time


async def _held_when_proven(
    signed: cms.SignedData,
    digest: bytes,
    pieces: Sequence[Piece],
    spec: SignatureValidationSpec,
    found: AdESIndeterminate,
    live: ValidationTimingInfo,
    proven: datetime,
) -> bool:
    """Say whether the signature holds because all of it is known to have existed at a moment.

    Past signature validation (5.6.2.4) wants a revocation status issued after that moment. One issued shortly before it
    and still fresh then does as well: basic validation at that very moment, of what is proven to have been there.
    """
    poes = bootstrap_validation_data_handlers(spec, timing_info=live, is_historical=True).poe_manager
    now = live.validation_time
    try:
        past = await ades_past_signature_validation(signed, spec, poes, found, init_control_time=now)
    except SignatureValidationError:
        past = None
    if past is AdESPassed.OK:
        return True
    return (await _then(signed, digest, pieces, proven, stamped=True)).verdict == PASSED


async def _then(
    signed: cms.SignedData,
    digest: bytes,
    pieces: Sequence[Piece],
    at: datetime | None,
    *,
    stamped: bool,
) -> Moment:
    if at is None or at.tzinfo is None:
        return Moment(UNTOLD, "NO_POE", "", NOT_SAID, "the moment of signing is not said")
    signer = _signer_of(signed)
    spec = _spec(pieces, retroactive=True, before=signer)
    timing = ValidationTimingInfo(at, at, point_in_time_validation=True)
    found = await ades_basic_validation(signed, spec, timing_info=timing, raw_digest=digest)
    told = await _told(found.ades_subindic, signed, digest, pieces, timing)
    moment = _moment(told, at, STAMPED if stamped else CLAIMED, found.failure_msg)
    if moment.verdict == PASSED and not stamped:
        return replace(
            moment,
            verdict=UNTOLD,
            sub_indication="NO_POE",
            detail="it held at the moment the signer claims; no trusted time-stamp proves that moment",
        )
    return moment


def _spec(
    pieces: Sequence[Piece],
    *,
    retroactive: bool = False,
    before: x509.Certificate | None = None,
    known_at: datetime | None = None,
    signature: bytes = b"",
    revocation: RevocationCheckingPolicy = REQUIRE_REVINFO,
) -> SignatureValidationSpec:
    """Return what pyHanko validates by.

    Args:
        known_at: when all this was at hand. Without it the library takes its own clock, and a verdict recomputed years
            later would come out otherwise.
    """
    local = knowledge(pieces, before=before)
    if known_at is not None:
        here = KnownPOE(POEType.PROVIDED, digest_for_poe(signature), known_at)
        local = replace(local, known_poes=[here, *local.assert_existence_known_at(known_at)])
    anchors = [x509.Certificate.load(one.der) for one in pieces if one.kind == "anchor"]
    policy = CertValidationPolicySpec(
        SimpleTrustManager.build(trust_roots=anchors),
        CertRevTrustPolicy(revocation, retroactive_revinfo=retroactive),
    )
    return SignatureValidationSpec(
        policy,
        # Nothing is ever fetched from here: what may be fetched was fetched before and is a piece of evidence.
        revinfo_gathering_policy=RevocationInfoGatheringSpec(RevinfoOnlineFetchingRule.LOCAL_ONLY),
        local_knowledge=local,
    )


def _moment(found: AdESSubIndic | None, at: datetime, basis: str, detail: object) -> Moment:
    if found is None:
        return Moment(UNTOLD, "GENERIC", at.isoformat(), basis, str(detail or "")[:DETAIL_LIMIT])
    verdict = VERDICTS[found.status]
    if verdict == PASSED:
        return Moment(PASSED, "", at.isoformat(), basis)
    return Moment(verdict, found.standard_name, at.isoformat(), basis, str(detail or "")[:DETAIL_LIMIT])


def _signer_of(signed: cms.SignedData) -> x509.Certificate | None:
    try:
        return extract_certificate_info(signed).signer_cert
    except CMSExtractionError:
        return None


def _of_signature(signed: cms.SignedData) -> tuple[Stamping, ...]:
    info = signed["signer_infos"][0]

    def _content(algorithm: str) -> bytes:
        own = info["digest_algorithm"]["algorithm"].native
        for attribute in info["signed_attrs"]:
            if attribute["type"].native == "message_digest" and algorithm == own:
                digest: bytes = attribute["values"][0].native
                return digest
        raise SignatureValidationError(f"the content time-stamp uses {algorithm}, the signature {own}")

    over = message_imprint_checker(info)
    return (
        *(Stamping("signature", one, over) for one in extract_tst_data_iter(info, signed=False)),
        *(Stamping("content", one, _content) for one in extract_tst_data_iter(info, signed=True)),
    )


async def _stamp(one: Stamping, spec: SignatureValidationSpec, live: ValidationTimingInfo) -> Stamp:
    sha256 = hashlib.sha256(one.token.dump()).hexdigest()
    try:
        found = await ades_timestamp_validation(one.token, spec, one.imprint, timing_info=live)
    except (SignatureValidationError, ValueError, TypeError, KeyError) as error:
        sub = getattr(error, "ades_subindication", None)
        return Stamp(one.kind, "", "", False, sub.standard_name if sub else "GENERIC", sha256)
    status = found.api_status
    if status is None:
        return Stamp(one.kind, "", "", False, _sub(found.ades_subindic), sha256)
    by = status.signing_cert.subject.native.get("common_name", "")
    passed = found.ades_subindic is not None and found.ades_subindic.status == AdESStatus.PASSED
    at = status.timestamp.isoformat()
    return Stamp(one.kind, at, str(by), passed, "" if passed else _sub(found.ades_subindic), sha256)


def _sub(found: AdESSubIndic | None) -> str:
    return found.standard_name if found is not None else "GENERIC"


def _believed(stamp: Stamp, proven: datetime) -> Stamp:
    """Return the stamp as trusted when the long-term validation proved existence at its very moment."""
    if stamp.at and datetime.fromisoformat(stamp.at) == proven:
        return replace(stamp, trusted=True, sub_indication="")
    return stamp


def _trusted_moment(stamp: Stamp) -> datetime | None:
    """Return when the signature is proven to have existed; a content time-stamp is older than it and proves nothing."""
    if not stamp.trusted or stamp.kind == "content":
        return None
    return datetime.fromisoformat(stamp.at)
