"""A signature in a file of its own beside what it signs (detached CAdES: `x.docx.p7s`, `x.docx.p7m`).

Only the file it lies beside counts as signed. A CMS that brings content of its own is one only when that content is the
file, byte by byte: other content inside would be kept beside a valid signature, and nobody would have looked at it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from asn1crypto import cms, core, pem
from pyhanko.sign.general import CMSExtractionError, extract_certificate_info
from pyhanko.sign.validation.generic_cms import extract_self_reported_ts

from ingest.our_memory import is_short_of_memory
from ingest.signatures import evidence
from ingest.signatures.evidence import Piece
from ingest.signatures.moments import held
from ingest.signatures.reading import algorithms_of, chain_of, names_of, revocation_of
from ingest.signatures.report import BROKEN, SignatureReport, untold

KIND = "CAdES"
SIGNATURE_LIMIT = 32 * 2**20  # bytes of the file with the signature
SIGNERS_LIMIT = 50


def judged(
    signature: Path, data: Path, trusted: Sequence[Piece], now: datetime, proven: datetime | None = None
) -> tuple[tuple[SignatureReport, ...], tuple[Piece, ...]]:
    """Return a report for each signer of a detached signature and the evidence they rest on.

    Args:
        data: the file it must be over.
        proven: as `moments.held` takes it.

    Raises:
        ValueError: it is no CMS signature, too large to be one, or carries other content than that file.
    """
    if signature.stat().st_size > SIGNATURE_LIMIT:
        raise ValueError(f"larger than {SIGNATURE_LIMIT} bytes")
    whole = _read(signature.read_bytes())
    if not _carries_nothing_else(whole, data):
        raise ValueError("it carries content of its own that is not the file beside it")
    pieces = evidence.needed([*trusted, *evidence.readable(lambda: evidence.of_cms(whole))])
    return tuple(_each(whole, data, pieces, now, proven)), pieces


def _read(content: bytes) -> cms.SignedData:
    if pem.detect(content):
        _, _, content = pem.unarmor(content)
    info = cms.ContentInfo.load(content, strict=True)  # nothing behind it: a document could hide there
    if info["content_type"].native != "signed_data":
        raise ValueError(f"a CMS of kind {info['content_type'].native}, not signed data")
    return info["content"]


def _carries_nothing_else(whole: cms.SignedData, data: Path) -> bool:
    content = whole["encap_content_info"]["content"]
    if isinstance(content, core.Void):
        return True  # detached
    if not isinstance(content, core.OctetString | core.ParsableOctetString):
        return False
    carried = bytes(content)
    if len(carried) != data.stat().st_size:
        return False
    with data.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").digest() == hashlib.sha256(carried).digest()


def _each(
    whole: cms.SignedData, data: Path, pieces: Sequence[Piece], now: datetime, proven: datetime | None
) -> Iterator[SignatureReport]:
    infos = list(whole["signer_infos"])
    if not infos:
        yield untold(KIND, "FORMAT_FAILURE", "nobody signed it", now)
    for info in infos[:SIGNERS_LIMIT]:
        blank = untold(KIND, BROKEN, "", now)
        try:
            yield _one(_alone(whole, info), info, data, pieces, now, proven, blank)
        except Exception as error:  # this signer only
            if is_short_of_memory(error):
                raise
            yield untold(KIND, BROKEN, f"{type(error).__name__}: {error}", now)
    if len(infos) > SIGNERS_LIMIT:
        yield untold(KIND, BROKEN, f"{len(infos)} signers; only {SIGNERS_LIMIT} were judged", now)


def _alone(whole: cms.SignedData, info: cms.SignerInfo) -> cms.SignedData:
    """Return the same with one signer and without content of its own."""
    told = {
        "version": whole["version"].native,
        "digest_algorithms": whole["digest_algorithms"],
        "encap_content_info": {"content_type": whole["encap_content_info"]["content_type"].native},
        "signer_infos": [info],
    }
    for name in ("certificates", "crls"):
        if whole[name]:
            told[name] = whole[name]
    return cms.SignedData(told)


def _one(
    signed: cms.SignedData,
    info: cms.SignerInfo,
    data: Path,
    pieces: Sequence[Piece],
    now: datetime,
    proven: datetime | None,
    blank: SignatureReport,
) -> SignatureReport:
    claimed = extract_self_reported_ts(info)
    found = held(signed, _digest(data, info), pieces, now=now, claimed=claimed, proven=proven)
    signer, organisation, unit = names_of(_signer(signed))
    stamped = next((one.at for one in found.stamps if one.trusted and one.kind == "signature"), "")
    return replace(
        blank,
        signer=signer,
        organisation=organisation,
        unit=unit,
        now=found.now,
        then=found.then,
        intact=found.intact,
        coverage="file" if found.intact else "",
        signed_at=stamped or (claimed.isoformat() if claimed else ""),
        algorithms=algorithms_of(signed),
        stamps=found.stamps,
        chain=chain_of(found.path, pieces),
        revocation=revocation_of(found.path, pieces),
    )


def _signer(signed: cms.SignedData) -> Any:
    try:
        return extract_certificate_info(signed).signer_cert
    except CMSExtractionError:
        return None


def _digest(data: Path, info: cms.SignerInfo) -> bytes:
    with data.open("rb") as stream:
        return hashlib.file_digest(stream, info["digest_algorithm"]["algorithm"].native).digest()
