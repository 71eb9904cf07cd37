"""Which seals are on a PDF, and does each hold? Offline: by trusted roots and revocation lists.

Threat: the file is a stranger's. It is parsed by pyHanko, never rendered; whatever a library raises is a fault.
A seal is judged at the moment of its time-stamp when a trusted authority gave it one, otherwise now: then an expired
certificate is no longer good.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from archive.awaited import outcome
from archive.reason import Reason, because
from archive.seals.trust import Trust

SEALS_LIMIT = 20


@dataclass(frozen=True)
class Imprint:
    """A seal as it was found.

    Attributes:
        field: name of its signature field.
        name: of the certificate's subject.
        sha256: of the certificate.
        claimed: when it says it was put on.
        stamped: when a trusted time-stamping authority saw it; None when none did.
        faults: why it does not hold; empty when it does.
    """

    field: str
    name: str
    sha256: str
    claimed: datetime | None
    stamped: datetime | None
    faults: tuple[Reason, ...]


@dataclass(frozen=True)
class Checked:
    """Every seal on a file, in the order they were put on.

    Attributes:
        faults: everything that is wrong, with the file and with each seal; empty when all hold.
    """

    seals: tuple[Imprint, ...]
    faults: tuple[Reason, ...]


def check(pdf: bytes, trust: Trust, *, now: datetime, stamp_roots: Sequence[Any] = ()) -> Checked:
    """Return what seals are on a PDF and whether they hold; a file without any has that as its fault.

    Args:
        pdf: the file.
        trust: who vouches for seals.
        now: aware time.
        stamp_roots: who vouches for time-stamps.
    """
    from pyhanko.pdf_utils.reader import PdfFileReader

    try:
        reader = PdfFileReader(io.BytesIO(pdf), strict=False)
        found = list(reader.embedded_regular_signatures)[:SEALS_LIMIT]
        if not found:
            return Checked((), (because("archive.seal-none"),))
        seals = tuple(_one(one, trust, now, stamp_roots) for one in found)
        last = max(found, key=lambda one: one.signed_revision)
        added = _added_to(last, reader.total_revisions)
    except MemoryError:
        raise
    except Exception as error:  # hostile bytes: whatever a library raises, it is not sealed
        return Checked((), (because("archive.seal-unreadable", said=f"{type(error).__name__}: {error}"),))
    faults = [fault for one in seals for fault in one.faults]
    if added:
        faults.append(because("archive.seal-added"))
    return Checked(seals, tuple(faults))


def _added_to(last: Any, revisions: int) -> bool:
    """Say whether anything but proofs that it lasts (time-stamps, revocation lists) came after the last seal."""
    from pyhanko.sign.diff_analysis import ModificationLevel
    from pyhanko.sign.validation import SignatureCoverageLevel

    last.compute_integrity_info()
    told = last.summarise_integrity_info()
    if told["coverage"] is SignatureCoverageLevel.ENTIRE_FILE:
        return False
    if last.signed_revision + 1 == revisions:
        return True  # bytes behind the end that belong to no revision
    level = getattr(told["diff_result"], "modification_level", None)
    lasting = (ModificationLevel.NONE, ModificationLevel.LTA_UPDATES)
    return told["coverage"] is not SignatureCoverageLevel.ENTIRE_REVISION or level not in lasting


def _one(found: Any, trust: Trust, now: datetime, stamp_roots: Sequence[Any]) -> Imprint:
    from pyhanko.sign.validation import async_validate_pdf_signature

    certificate = found.signer_cert
    name = str(certificate.subject.human_friendly)
    others = list(found.other_embedded_certs)
    faults: tuple[Reason, ...] = ()
    stamped: datetime | None = None
    try:
        stamps = trust.context(now, required=False, more=others, roots=stamp_roots)
        status = outcome(
            async_validate_pdf_signature(found, trust.context(now, required=False, more=others), stamps)
        )
        stamp = status.timestamp_validity
        if stamp is not None and stamp.intact and stamp.valid and stamp.trusted:
            stamped = stamp.timestamp.astimezone(UTC)
            then = trust.context(stamped, required=False, more=others)
            status = outcome(async_validate_pdf_signature(found, then, stamps))
        if not (status.intact and status.valid and status.docmdp_ok is not False):
            faults = (because("archive.seal-broken", name=name),)
        elif trust.revoked((certificate, *others), stamped or now):
            faults = (because("archive.seal-revoked", name=name),)
        elif not status.trusted:
            said = str(status.trust_problem_indic or "no path")
            faults = (because("archive.seal-stranger", name=name, said=said),)
    except MemoryError:
        raise
    except Exception as error:  # as above, this seal only
        faults = (because("archive.seal-stranger", name=name, said=f"{type(error).__name__}: {error}"),)
    claimed = found.self_reported_timestamp
    return Imprint(str(found.field_name), name, certificate.sha256.hex(), claimed, stamped, faults)
