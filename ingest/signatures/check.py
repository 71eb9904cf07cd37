"""Every signature of a file, judged in the words of ETSI EN 319 102-1.

Vietnamese: kiểm tra chữ ký số (kept with the record: Circular 02/2019/TT-BNV Điều 6.1.đ, our rule V05).

Threat: the file, its certificates and its CMS blobs are hostile. Nothing is fetched, whatever they point at: without
revocation data in the file or in the trust lists the verdict is INDETERMINATE / TRY_LATER. Whatever a library
raises becomes INDETERMINATE for that signature: an error is never a pass, and never hides the other signatures.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from ingest.delivery import SignatureFacts
from ingest.our_disk import is_full_or_broken
from ingest.our_memory import is_short_of_memory
from ingest.signatures import cades, evidence, pades, xmldsig
from ingest.signatures.evidence import Piece
from ingest.signatures.facts import facts_of
from ingest.signatures.report import BROKEN, FileReport, Kept, untold
from ingest.signatures.trust import Trust, configured

for _name in ("pyhanko", "pyhanko_certvalidator"):
    logging.getLogger(_name).setLevel(logging.CRITICAL)  # a bad signature is a finding, not a log entry


def check(
    path: Path, *, trust: Trust | None = None, now: datetime | None = None
) -> tuple[SignatureFacts, ...]:
    """Return one judgement per signature, in the file's order; empty when the PDF has none.

    Args:
        trust: whom to trust; by default the trust lists of the settings.
        now: when the certificates must hold; by default the present.

    Raises:
        OSError, MemoryError: our disk or our memory, which say nothing of the file.
        TrustListError: a trust list of the settings is missing, unreadable or empty.
    """
    report, _ = examine(path, trust=trust, now=now)
    return facts_of(report)


def examine(
    path: Path, *, trust: Trust | None = None, now: datetime | None = None
) -> tuple[FileReport, tuple[Piece, ...]]:
    """Return the report on a PDF's signatures and the pieces of evidence it names. Arguments and errors as `check`."""
    whom = configured() if trust is None else trust
    return examine_with(path, tuple(evidence.of_trust(whom)), now or datetime.now(UTC))


def examine_with(
    path: Path,
    pieces: Sequence[Piece],
    now: datetime,
    *,
    kind: str = pades.KIND,
    beside: Path | None = None,
    proven: datetime | None = None,
) -> tuple[FileReport, tuple[Piece, ...]]:
    """Return the same, judged with these pieces of evidence and what lies in the file, and nothing else.

    Args:
        kind: of signature: PAdES, CAdES or XML-DSig.
        beside: of CAdES, the file with the detached signature.
        proven: a moment at which file and pieces are proven to have existed; XML-DSig makes no use of it.
    """
    used: tuple[Piece, ...] = ()
    try:
        if kind == cades.KIND and beside is not None:
            signatures, used = cades.judged(beside, path, pieces, now, proven)
        elif kind == xmldsig.KIND:
            signatures, used = xmldsig.judged(path, pieces, now)
        else:
            signatures, used = pades.judged(path, pieces, now, proven)
    except Exception as error:  # a malformed file: what is signed in it cannot be told
        if is_full_or_broken(error) or is_short_of_memory(error):
            raise
        signatures = (untold(kind, BROKEN, f"{type(error).__name__}: {error}", now),)
    report = FileReport(
        sha256=_sha256(path),
        judged_at=now.isoformat(),
        signatures=signatures,
        evidence=tuple(Kept(one.kind, one.sha256, one.name, one.source, one.label) for one in used),
        tools={name: version(name) for name in ("pyhanko", "pyhanko-certvalidator", "signxml")},
        signature_file=_sha256(beside) if beside is not None else "",
        kind=kind,
    )
    return report, used


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
