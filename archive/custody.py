"""Custody, the door of the vault: deposit, keep, read, verify, repair, erase.

Each is explained where it lives; others import them from here.
"""

from __future__ import annotations

from archive.copies import deposit, examine, stores
from archive.erasing import StoreHolder, erase, receipt_payload, store_holders, target_of
from archive.fixity import repair, verify_package
from archive.keeping import keep
from archive.reading import ComponentStream, read_component

__all__ = [
    "ComponentStream",
    "StoreHolder",
    "deposit",
    "erase",
    "examine",
    "keep",
    "read_component",
    "receipt_payload",
    "repair",
    "store_holders",
    "stores",
    "target_of",
    "verify_package",
]
