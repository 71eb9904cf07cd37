"""Read a delivery, whatever its wrapping: open it, see which reader it fits, let that one read it.

raw (ZIP or folder) -> opened -> a BagIt bag?    -> what is in its data/ -.
                                 SIP_tailieu?  ----------------------------+-> Delivery with its findings
                                 SIP_hoso?     ----------------------------|
                                 a spreadsheet beside files?  -------------'
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ingest.delivery import Delivery
from ingest.errors import UnreadableDeliveryError
from ingest.finding import Finding
from ingest.readers import bag, sheet, sip_hoso, sip_tailieu
from ingest.readers.interface import Context, Opened, Reader
from ingest.readers.opening import opened

INSIDE: tuple[Reader, ...] = (sip_tailieu.READER, sip_hoso.READER, sheet.READER)
"""What may lie in a delivery, or in a bag; the first that fits reads it."""
READERS: tuple[Reader, ...] = (bag.reader(lambda inner, context: _read(inner, context, INSIDE)), *INSIDE)
MOST_OF_A_KIND = 200
"""Findings of one code that are listed; a hostile package may have one for each of its 20,000 files."""


def read(raw: Path, into: Path, context: Context) -> Delivery:
    """Return the case file in this delivery; its files are written to `into/files` under names of ours.

    Raises:
        UnreadableDeliveryError: it cannot be read at all; the code says why.
        TemporaryError: our disk is full, or a file that is to be fetched is not to be had now.
    """
    return capped(_read(opened(raw, into, context.limits), context, READERS))


def _read(delivery: Opened, context: Context, readers: Sequence[Reader]) -> Delivery:
    for reader in readers:
        if reader.fits(delivery):
            return reader.read(delivery, context)
    names = sorted(delivery.members)
    shown = ", ".join(names[:3]) + (" …" if len(names) > 3 else "")
    raise UnreadableDeliveryError("DELIVERY_UNKNOWN", delivery.place, shown[:200] or "-")


def capped(delivery: Delivery) -> Delivery:
    """Return the delivery with at most `MOST_OF_A_KIND` findings of each code, and how many more there are."""
    seen: Counter[str] = Counter()
    kept = []
    for finding in delivery.findings:
        seen[finding.code] += 1
        if seen[finding.code] <= MOST_OF_A_KIND:
            kept.append(finding)
    kept += [
        Finding("FINDINGS_MORE", code, {"code": code, "count": str(count - MOST_OF_A_KIND)})
        for code, count in sorted(seen.items())
        if count > MOST_OF_A_KIND
    ]
    return replace(delivery, findings=tuple(kept))
