"""The hash that stands for the list of an order."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable


def list_hash(items: Iterable[tuple[str, str]]) -> str:
    """Return the SHA-256 over the sorted lines "case file id, space, package hash, newline"."""
    lines = sorted(f"{case_file_id} {sha256}\n" for case_file_id, sha256 in items)
    return hashlib.sha256("".join(lines).encode()).hexdigest()
