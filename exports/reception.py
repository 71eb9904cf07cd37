"""The Historical Archive's side of a transfer: take in what lies in the inbox, check it, write receipts.

It stands for the other house's system until that has one; it knows nothing of our register. NĐ 01/2013
Điều 7.4 has the receiver check authenticity, integrity and form before it confirms.
"""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

from archive.errors import TemporaryError
from archive.hashing import sha256_of
from archive.packages.verify import verify_plain
from archive.settings import ArchiveSettings
from archive.vietnam import local
from exports.errors import ReceiptError
from exports.receipt import SUFFIX, HandoverReceipt, read_receipt, receipt_path, write_receipt

FAULTS_TOLD = 20
NUMBER = re.compile(r"TN-([0-9]{4})-([0-9]{1,9})")


def unanswered(inbox: Path) -> list[Path]:
    """Return the packages in the inbox that have no receipt yet, by name; a missing folder is empty."""
    if not inbox.is_dir():
        return []
    return [
        package
        for package in sorted(inbox.glob("*.zip"))
        if not receipt_path(package).exists() and not package.is_symlink()
    ]


def receive(inbox: Path, *, now: datetime, by: str = "") -> list[HandoverReceipt]:
    """Check every package that has no receipt yet, write its receipt beside it, and return the new receipts.

    Receipt numbers are `TN-<year>-<ordinal>`, one after the highest in the inbox. A package that fails gets a
    receipt too, with `accepted` false and what is wrong. Calling it again does nothing new.

    Args:
        inbox: the folder; a missing one is empty.
        now: aware time of reception.
        by: account name of who has it checked; stands on the receipt.

    Raises:
        TemporaryError: the inbox cannot be read or written, or the XML schemas are missing.
    """
    schemas = ArchiveSettings.load().tools_home / "schemas"
    given: list[HandoverReceipt] = []
    waiting = unanswered(inbox)
    year = local(now).year
    last = _last(inbox, year) if waiting else 0
    for ordinal, package in enumerate(waiting, last + 1):
        try:
            with package.open("rb") as stream:
                sha256 = sha256_of(stream)
                size = stream.tell()
        except OSError as error:
            raise TemporaryError(f"{package}: cannot be read: {error}") from error
        faults = verify_plain(package, schemas=schemas)
        receipt = HandoverReceipt(
            number=f"TN-{year}-{ordinal:05d}",
            file=package.name,
            sha256=sha256,
            size=size,
            accepted=not faults,
            received_at=local(now).isoformat(timespec="seconds"),
            faults=tuple(f"{fault.rule} {fault.path}: {fault.message}" for fault in faults[:FAULTS_TOLD]),
            by=by,
        )
        write_receipt(receipt, receipt_path(package))
        given.append(receipt)
    return given


def _last(inbox: Path, year: int) -> int:
    """Return the highest ordinal of the year's receipts, so that none is given twice when an earlier one is gone."""
    highest = 0
    for path in inbox.glob(f"*{SUFFIX}"):
        try:
            number = NUMBER.fullmatch(read_receipt(path).number)
        except ReceiptError:  # nothing may be concluded from it
            continue
        if number and int(number[1]) == year:
            highest = max(highest, int(number[2]))
    return highest
