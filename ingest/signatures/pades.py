"""The signatures of a PDF, one report each, in the file's order (PAdES, and the older forms before it).

What was added after a signature is looked into revision by revision (pyHanko's difference analysis): filling in forms,
further signatures and proofs of long-term validity are permitted, anything else is as bad as changed bytes. That is
our reading; it is what shows a shadow attack, where content hidden at signing is brought up afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from pyhanko.pdf_utils.generic import parse_pdf_date
from pyhanko.pdf_utils.misc import PdfReadError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import SignatureCoverageLevel

from ingest.our_memory import is_short_of_memory
from ingest.signatures import evidence
from ingest.signatures.evidence import Piece
from ingest.signatures.moments import Held, Stamping, held
from ingest.signatures.reading import algorithms_of, chain_of, names_of, revocation_of
from ingest.signatures.report import BROKEN, FAILED, UNTOLD, Moment, SignatureReport, untold

KIND = "PAdES"
SIGNATURES_LIMIT = 200
_ADDED = {
    ModificationLevel.NONE: "",
    ModificationLevel.LTA_UPDATES: "lta",
    ModificationLevel.FORM_FILLING: "form",
    ModificationLevel.ANNOTATIONS: "annotation",
}
_COVERED = {
    SignatureCoverageLevel.ENTIRE_FILE: "file",
    SignatureCoverageLevel.ENTIRE_REVISION: "revision",
    SignatureCoverageLevel.CONTIGUOUS_BLOCK_FROM_START: "part",
    SignatureCoverageLevel.UNCLEAR: "part",
}


def judged(
    path: Path, trusted: Sequence[Piece], now: datetime, proven: datetime | None = None
) -> tuple[tuple[SignatureReport, ...], tuple[Piece, ...]]:
    """Return a report for each signature and the evidence they rest on.

    Args:
        proven: as `moments.held` takes it.

    Raises:
        Exception: whatever the library meets in a file that is no PDF.
    """
    with path.open("rb") as stream:
        reader = PdfFileReader(stream, strict=False)
        if reader.encrypted:
            reader.decrypt(b"")
        listed = list(reader.embedded_regular_signatures)
        pieces = evidence.needed([*trusted, *_within(reader)]) if listed else ()
        return tuple(_each(reader, listed, pieces, now, proven)), pieces


def _within(reader: Any) -> Iterator[Piece]:
    """Yield what the file brings; what cannot be read of it is as good as not there."""
    signed = (
        *reader.embedded_regular_signatures[:SIGNATURES_LIMIT],
        *reader.embedded_timestamp_signatures[:SIGNATURES_LIMIT],
    )
    sources: list[Callable[[], Iterator[Piece]]] = [partial(evidence.of_pdf, reader)]
    sources += [partial(_of_signature, one) for one in signed]
    for source in sources:
        yield from evidence.readable(source)


def _of_signature(signature: Any) -> Iterator[Piece]:
    yield from evidence.of_cms(signature.signed_data)


def _each(
    reader: Any, listed: Sequence[Any], pieces: Sequence[Piece], now: datetime, proven: datetime | None
) -> Iterator[SignatureReport]:
    for signature in listed[:SIGNATURES_LIMIT]:
        blank = untold(KIND, BROKEN, "", now)
        try:
            signer, organisation, unit = names_of(signature.signer_cert)
            blank = replace(blank, signer=signer, organisation=organisation, unit=unit)
            claimed = _claimed(signature)
            blank = replace(blank, signed_at=claimed.isoformat() if claimed else "")
            yield _one(reader, signature, pieces, now, proven, blank, claimed)
        except Exception as error:  # this signature only
            if is_short_of_memory(error):
                raise
            told = f"{type(error).__name__}: {error}"
            yield replace(blank, now=_broken(told, now), then=_broken(told, now))
    if len(listed) > SIGNATURES_LIMIT:
        yield untold(KIND, BROKEN, f"{len(listed)} signatures; only {SIGNATURES_LIMIT} were judged", now)


def _one(
    reader: Any,
    signature: Any,
    pieces: Sequence[Piece],
    now: datetime,
    proven: datetime | None,
    blank: SignatureReport,
    claimed: datetime | None,
) -> SignatureReport:
    signature.compute_integrity_info()
    added = signature.summarise_integrity_info()
    signed = signature.signed_data
    later = [
        Stamping("document", one.signed_data, one.compute_digest)
        for one in reader.embedded_timestamp_signatures
        if one.signed_revision > signature.signed_revision
    ]
    found = held(
        signed,
        signature.compute_digest(),
        pieces,
        now=now,
        claimed=signature.self_reported_timestamp,
        embedded=signature,
        later=later,
        proven=proven,
    )
    problem = _problem(found, signature, added)
    return replace(
        blank,
        field=str(signature.field_name),
        now=replace(found.now, **problem),
        then=replace(found.then, **problem),
        intact=found.intact,
        coverage=_COVERED.get(added["coverage"], "part"),
        changed_after=_changed(signature, added),
        signed_at=next(
            (_in_zone_of(one.at, claimed) for one in found.stamps if one.trusted and one.kind == "signature"),
            blank.signed_at,
        ),
        revision=signature.signed_revision + 1,
        revisions=reader.total_revisions,
        algorithms=algorithms_of(signed),
        stamps=found.stamps,
        chain=chain_of(found.path, pieces),
        revocation=revocation_of(found.path, pieces),
    )


def _problem(found: Held, signature: Any, added: dict[str, Any]) -> dict[str, str]:
    """Return the verdict that what surrounds the signed bytes forces, whatever the signature itself says."""
    if found.intact is False or found.valid is False:
        return {}
    if added["coverage"] in (
        SignatureCoverageLevel.UNCLEAR,
        SignatureCoverageLevel.CONTIGUOUS_BLOCK_FROM_START,
    ):
        told = "the signature does not cover the file as it should"
        return {"verdict": FAILED, "sub_indication": "FORMAT_FAILURE", "detail": told}
    if not added["docmdp_ok"]:
        told = "the document was changed after signing in a way that is not permitted"
        return {"verdict": FAILED, "sub_indication": "HASH_FAILURE", "detail": told}
    return {}


def _changed(signature: Any, added: dict[str, Any]) -> str:
    """Return what was added to the file after the signature; the next signature counts as a filled form."""
    if added["coverage"] == SignatureCoverageLevel.ENTIRE_FILE:
        return ""
    level = getattr(added["diff_result"], "modification_level", None)
    return _ADDED.get(level, "other") if level is not None else "other"


def _broken(told: str, now: datetime) -> Moment:
    return Moment(UNTOLD, BROKEN, now.isoformat(), "", told[:500])


def _in_zone_of(moment: str, claimed: datetime | None) -> str:
    """Return the same moment in the zone the signer worked in: time-stamps are in UTC, and V05 asks for Việt Nam's."""
    if claimed is None or claimed.tzinfo is None:
        return moment
    return datetime.fromisoformat(moment).astimezone(claimed.tzinfo).isoformat()


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
