"""Custody, the door of the vault: deposit, keep, read, verify, repair, what is to be erased.

Each is explained where it lives; others import them from here.
"""

from __future__ import annotations

from archive.copies import examine, stores
from archive.depositing import deposit
from archive.erasing import StoreHolder, record_receipt, store_holders, target_of
from archive.fixity import repair, verify_package
from archive.keeping import keep
from archive.reading import ComponentStream, read_component, spool_component

__all__ = [
    "ComponentStream",
    "StoreHolder",
    "deposit",
    "examine",
    "keep",
    "read_component",
    "record_receipt",
    "repair",
    "spool_component",
    "store_holders",
    "stores",
    "target_of",
    "verify_package",
]
