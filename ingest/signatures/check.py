"""Every signature of a PDF, judged in the words of ETSI EN 319 102-1.

Vietnamese: kiểm tra chữ ký số (kept with the record: Circular 02/2019/TT-BNV Điều 6.1.đ, our rule V05).

Threat: the file, its certificates and its CMS blobs are hostile. Nothing is fetched, whatever they point at, so
revocation is known only from data inside the file; a pass without it says so in its detail. Whatever a library
raises becomes INDETERMINATE for that signature: an error is never a pass, and never hides the other signatures.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from asn1crypto import pem, x509
from pyhanko.pdf_utils.generic import parse_pdf_date
from pyhanko.pdf_utils.misc import PdfReadError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESStatus
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import SignatureCoverageLevel, validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from ingest.delivery import SignatureFacts
from ingest.our_disk import is_full_or_broken
from ingest.settings import IngestSettings

PASSED, FAILED, UNTOLD = "TOTAL-PASSED", "TOTAL-FAILED", "INDETERMINATE"
_ADDED = {
    ModificationLevel.NONE: "",
    ModificationLevel.LTA_UPDATES: "lta",
    ModificationLevel.FORM_FILLING: "form",
    ModificationLevel.ANNOTATIONS: "annotation",
}
BROKEN = "SIGNATURE_PROCESSING_ERROR"
SIGNATURES_LIMIT = 200
DETAIL_LIMIT = 500

for _name in ("pyhanko", "pyhanko_certvalidator"):
    logging.getLogger(_name).setLevel(logging.CRITICAL)  # a bad signature is a finding, not a log entry


def check(
    path: Path, *, roots: Path | None = None, now: datetime | None = None
) -> tuple[SignatureFacts, ...]:
    """Return one judgement per signature, in the file's order; empty when the PDF has none.

    Args:
        roots: folder of PEM files with the trusted roots; by default the one of the settings. None there too,
            or an empty folder: nobody is trusted, the best verdict is INDETERMINATE.
        now: when the certificates must hold; by default the present.

    Raises:
        OSError, MemoryError: our disk or our memory, which say nothing of the file.
    """
    trusted = _roots(roots or IngestSettings.load().trust_roots)
    moment = now or datetime.now(UTC)
    try:
        with path.open("rb") as stream:
            reader = PdfFileReader(stream, strict=False)
            if reader.encrypted:
                reader.decrypt(b"")
            return tuple(_judged(reader, trusted, moment))
    except MemoryError:
        raise
    except Exception as error:  # a malformed file: what is signed in it cannot be told
        if is_full_or_broken(error):
            raise
        return (_untold("", "", BROKEN, f"{type(error).__name__}: {error}"),)


def _roots(folder: Path | None) -> list[x509.Certificate]:
    """Return the certificates in the folder's PEM files; an unreadable one is left out, never trusted."""
    found = []
    for path in sorted(folder.glob("*.pem")) if folder is not None and folder.is_dir() else ():
        try:
            for kind, _, der in pem.unarmor(path.read_bytes(), multiple=True):
                if kind == "CERTIFICATE":
                    found.append(x509.Certificate.load(der))
        except (ValueError, OSError):
            logging.getLogger(__name__).warning("%s is not a PEM certificate; it is not trusted", path)
    return found


def _judged(reader: Any, trusted: list[x509.Certificate], now: datetime) -> Iterator[SignatureFacts]:
    listed = reader.embedded_regular_signatures
    for signature in listed[:SIGNATURES_LIMIT]:
        signer = organisation = signed_at = ""
        try:
            signer, organisation = _names(signature.signer_cert)
            signed_at = _iso(_claimed(signature))
            status = validate_pdf_signature(
                signature,
                signer_validation_context=_context(trusted, now),
                ts_validation_context=_context(trusted, now),
            )
            yield replace(_facts(status, signer, organisation, signed_at), field=str(signature.field_name))
        except MemoryError:
            raise
        except Exception as error:  # this signature only
            yield _untold(signer, organisation, BROKEN, f"{type(error).__name__}: {error}", signed_at)
    if len(listed) > SIGNATURES_LIMIT:
        yield _untold("", "", BROKEN, f"{len(listed)} signatures; only {SIGNATURES_LIMIT} were judged")


def _context(trusted: list[x509.Certificate], now: datetime) -> ValidationContext:
    # "soft-fail": without revocation data inside the file the chain may still hold; the detail says so.
    return ValidationContext(
        trust_roots=trusted, allow_fetching=False, moment=now, revocation_mode="soft-fail"
    )


def _names(certificate: Any) -> tuple[str, str]:
    if certificate is None:
        return "", ""
    subject = certificate.subject.native
    return _one(subject.get("common_name")), _one(subject.get("organization_name"))


def _one(value: object) -> str:
    return "; ".join(str(part) for part in value) if isinstance(value, list) else str(value or "")


def _claimed(signature: Any) -> datetime | None:
    """Return the signing time the signer claims, in the zone the file says it in.

    The signed attribute is always in UTC; the zone the signer worked in stands beside it in the dictionary (/M).
    """
    moment: datetime | None = signature.self_reported_timestamp
    try:
        beside: datetime = parse_pdf_date(signature.sig_object["/M"], strict=False)
    except (KeyError, ValueError, TypeError, PdfReadError):
        return moment
    if moment is None or moment.tzinfo is None or beside.tzinfo is None:
        return moment
    return moment.astimezone(beside.tzinfo)


def _iso(moment: datetime | None) -> str:
    return moment.isoformat() if moment is not None else ""


def _facts(status: Any, signer: str, organisation: str, signed_at: str) -> SignatureFacts:
    """Return the facts a pyHanko status amounts to."""
    verdict, sub, detail = _verdict(status)
    stamped = status.timestamp_validity
    if stamped is not None and stamped.intact and stamped.valid and stamped.trusted:
        signed_at = _iso(stamped.timestamp)
        detail = f"{detail}; signing time is time-stamped".strip("; ")
    return SignatureFacts(
        signer=signer,
        organisation=organisation,
        verdict=verdict,
        sub_indication=sub,
        intact=bool(status.intact),
        covers_whole_file=status.coverage == SignatureCoverageLevel.ENTIRE_FILE,
        signed_at=signed_at,
        detail=detail[:DETAIL_LIMIT],
        changed_after=_changed_after(status),
    )


def _changed_after(status: Any) -> str:
    """Return what was added to the file after the signature; the next signature counts as a filled form."""
    if status.coverage == SignatureCoverageLevel.ENTIRE_FILE or status.modification_level is None:
        return ""
    return _ADDED.get(status.modification_level, "other")


def _verdict(status: Any) -> tuple[str, str, str]:
    if not status.intact:
        return FAILED, "HASH_FAILURE", "the signed bytes were changed"
    if not status.valid:
        return FAILED, "SIG_CRYPTO_FAILURE", "the signature value does not fit the certificate"
    if status.coverage in (
        SignatureCoverageLevel.UNCLEAR,
        SignatureCoverageLevel.CONTIGUOUS_BLOCK_FROM_START,
    ):
        return UNTOLD, "FORMAT_FAILURE", "the signature does not cover the file as it should"
    if status.modification_level is not None and not status.docmdp_ok:
        # Our reading: a change the signer's policy forbids is as bad as a broken hash.
        return FAILED, "HASH_FAILURE", "the document was changed after signing in a way that is not permitted"
    problem = status.trust_problem_indic
    if problem is not None:
        verdict = FAILED if problem.status == AdESStatus.FAILED else UNTOLD
        return verdict, problem.standard_name, str(status.error_time_horizon or "")
    if not status.trusted:
        return UNTOLD, "NO_CERTIFICATE_CHAIN_FOUND", "no chain to a trusted root"
    if not status.bottom_line:
        return UNTOLD, "GENERIC", status.summary()
    return PASSED, "", "revocation known only from the file itself, nothing was fetched"


def _untold(signer: str, organisation: str, sub: str, detail: str, signed_at: str = "") -> SignatureFacts:
    return SignatureFacts(signer, organisation, UNTOLD, sub, None, False, signed_at, detail[:DETAIL_LIMIT])
