"""What is given out stands in the ledger before it is given: what cannot be ledgered is not given."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from archive.ledger.append import append
from archive.ledger.event import Verb
from archive.register.session import transaction
from archive.viewer import Viewer


@dataclass(frozen=True)
class Leaving:
    """A package that is about to leave.

    Attributes:
        payload: what it is; no name or word of a record, since the ledger is never erased.
        sha256: of the file that is given.
    """

    payload: Mapping[str, Any]
    sha256: str


def note_given(case_file_id: str, packages: Iterable[Leaving], *, viewer: Viewer, now: datetime) -> None:
    """Ledger every package of a case file that is given to a person (COPY), all or none."""
    with transaction() as session:
        for one in packages:
            append(
                session,
                Verb.COPY,
                actor=viewer.name,
                kind="case-file",
                id=case_file_id,
                payload=dict(one.payload),
                after=one.sha256,
                now=now,
            )
