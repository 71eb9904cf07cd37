"""One-time codes of an authenticator app: RFC 6238 with six digits and steps of 30 seconds. The one user of pyotp."""

from __future__ import annotations

import hmac
from datetime import datetime

import pyotp

from archive.reason import Reason, because

STEP = 30
"""Seconds a code is shown."""
DRIFT = 1
"""Steps a clock may be off, either way (RFC 6238 section 5.2 recommends at most one of delay)."""
REMEMBERED = 20
"""Steps back in which a code is told to be too old instead of wrong: ten minutes."""
ISSUER = "Tàng Thư"


def new_secret() -> str:
    """Return a secret of 160 bits, in base 32."""
    return pyotp.random_base32(32)


def uri(secret: str, account: str) -> str:
    """Return the otpauth URI that authenticator apps read."""
    return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=ISSUER)


def step_at(now: datetime) -> int:
    """Return the number of the step a moment is in."""
    return int(now.timestamp()) // STEP


def code_at(secret: str, step: int) -> str:
    """Return the code of a step."""
    return pyotp.TOTP(secret).generate_otp(step)


def step_of(secret: str, code: str, *, now: datetime) -> int | None:
    """Return which step near now a code is of; None for one of no step that counts now."""
    here = step_at(now)
    return _found(secret, code, range(here - DRIFT, here + DRIFT + 1))


def why_not(secret: str, code: str, *, now: datetime) -> Reason:
    """Return why a code does not count now: it was right a few minutes ago, or it is wrong."""
    here = step_at(now)
    if _found(secret, code, range(here - REMEMBERED, here - DRIFT)) is not None:
        return because("archive.code-expired")
    return because("archive.code-wrong")


def _found(secret: str, code: str, steps: range) -> int | None:
    given = code.replace(" ", "").encode()
    # Every step is compared, so that the time taken tells nothing.
    right = [step for step in steps if hmac.compare_digest(code_at(secret, step).encode(), given)]
    return right[0] if right else None
