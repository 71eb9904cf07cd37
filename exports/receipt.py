"""The Historical Archive's receipt for one package: a JSON file beside it, with the hash of what was received.

Threat model: receipts come from another house. They are small, read with a limit, and believed only so far as
their hash is the hash of what was sent.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from uuid import uuid4

from archive.errors import TemporaryError
from exports.errors import ReceiptError

LIMIT = 1 << 20
SUFFIX = ".receipt.json"
HEX = re.compile(r"[0-9a-f]{64}\Z")


@dataclass(frozen=True)
class HandoverReceipt:
    """What the receiving archive says of one package.

    Attributes:
        number: the receipt's own number in the receiving archive.
        file: name of the package's file.
        sha256: of the file as received.
        accepted: the package passed the receiver's checks.
        faults: what was wrong when it did not.
        received_at: ISO 8601 with zone.
        by: account name of who had it checked there, "" when nobody says.
    """

    number: str
    file: str
    sha256: str
    size: int
    accepted: bool
    received_at: str
    faults: tuple[str, ...] = ()
    by: str = ""


def receipt_path(package: Path) -> Path:
    """Return where the receipt for a package lies: `X.zip` -> `X.receipt.json`."""
    return package.with_name(package.name.removesuffix(".zip") + SUFFIX)


def write_receipt(receipt: HandoverReceipt, path: Path) -> None:
    """Write a receipt, whole or not at all.

    Raises:
        TemporaryError: the folder cannot be written.
    """
    part = path.with_name(f".{path.name}.{uuid4().hex}.part")
    try:
        with part.open("w", encoding="utf-8") as stream:
            json.dump(asdict(receipt), stream, ensure_ascii=False, indent=1)
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(path)
    except OSError as error:
        raise TemporaryError(f"{path}: the receipt cannot be written: {error}") from error
    finally:
        part.unlink(missing_ok=True)


def read_receipt(path: Path) -> HandoverReceipt:
    """Return the receipt a file holds.

    Raises:
        ReceiptError: it is none; nothing may be concluded from it.
    """
    try:
        with path.open("rb") as stream:
            raw = stream.read(LIMIT + 1)
        if len(raw) > LIMIT:
            raise ReceiptError(
                f"{path.name}: larger than {LIMIT} bytes; ask the Historical Archive for another"
            )
        told = json.loads(raw)
        receipt = HandoverReceipt(
            number=_text(told["number"]),
            file=_text(told["file"]),
            sha256=_text(told["sha256"]).lower(),
            size=int(told["size"]),
            accepted=told["accepted"] is True,
            received_at=_text(told["received_at"]),
            faults=tuple(_text(fault) for fault in told.get("faults", ())),
            by=_text(told.get("by", "")),
        )
        datetime.fromisoformat(receipt.received_at)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ReceiptError(
            f"{path.name}: no readable receipt ({error!r}); ask the Historical Archive for another"
        ) from error
    if not receipt.number or not HEX.match(receipt.sha256):
        raise ReceiptError(
            f"{path.name}: has no number or no SHA-256; ask the Historical Archive for another"
        )
    return receipt


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value
