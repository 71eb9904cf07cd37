"""Idempotency-Key: the same key means the same request, for as long as keys are kept.

A key belongs to one person at one agency. What is kept is its hash, what the request was (its fingerprint), and a token
drawn when the key was first seen: whatever the request makes is named after the token, so that a repeat, at once or
after a crash, makes nothing new.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

from archive import note
from archive.register.models import new_id
from ingest import quarantine
from ingest.uploads.errors import KeyReusedError
from ingest.uploads.locked import locked

LONGEST = 255
"""Characters of a key."""


@dataclass(frozen=True)
class Claim:
    """What a key stands for.

    Attributes:
        token: a UUID; the same for every request under this key until it runs out.
    """

    fingerprint: str
    token: str
    until: datetime


def home() -> Path:
    """Return the folder of the keys; it need not exist."""
    return quarantine.home() / ".keys"


def claim(
    key: str, *, agency_code: str, holder: str, fingerprint: str, kept: timedelta, now: datetime
) -> Claim:
    """Return what the key stands for: itself from now on, or what it was first used for.

    Args:
        fingerprint: of everything the answer depends on.

    Raises:
        KeyReusedError: it was first used for something else.
        TemporaryError: the quarantine cannot be written.
    """
    folder = home()
    folder.mkdir(parents=True, exist_ok=True)
    place = folder / f"{sha256(repr((agency_code, holder, key)).encode()).hexdigest()}.json"
    with locked(folder / "lock", wait=True):
        found = note.read(place, Claim)
        if found is not None and found.until > now:
            if found.fingerprint != fingerprint:
                raise KeyReusedError(found.until)
            return found
        made = Claim(fingerprint, new_id(), now + kept)
        note.write(place, made)
        return made


def tidy(now: datetime) -> int:
    """Forget the keys whose time is over; return how many."""
    if not home().is_dir():
        return 0
    count = 0
    with locked(home() / "lock", wait=True):
        for place in home().glob("*.json"):
            found = note.read(place, Claim)
            if found is None or found.until <= now:
                place.unlink(missing_ok=True)
                count += 1
    return count
