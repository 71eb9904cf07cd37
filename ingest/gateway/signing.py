"""Header signature of the national document axis (Trục liên thông văn bản quốc gia, VXP).

As the vendor's SDK (SDKVXP 2.0.1 of 2022) does it: every parameter is a header `XroadVnpt-<name>`;
a compact JSON object of those headers, in their order, is signed with HMAC-SHA256. The server's own rules
(clock skew, order) are not published; `verify` is what our simulator checks.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime, timedelta

from ingest.errors import IngestError

PREFIX = "XroadVnpt-"
VERSION = "3.0.201608"
AGENT = "JAVASDKAgent/1.0.0 XRoad/VPCP"
TIMESTAMP = "%d%m%YT%H%M%S"


def sign(
    parameters: Mapping[str, str],
    *,
    system_id: str,
    secret: str,
    content_type: str,
    now: datetime,
    prefix: str = PREFIX,
) -> dict[str, str]:
    """Return the headers of one request.

    Args:
        now: the sender's local time, as the axis wants it.
        prefix: what the names of its headers begin with.

    Raises:
        IngestError: a value cannot travel in a header.
    """
    values = {
        **parameters,
        "systemid": system_id,
        "timestamp": f"{now.strftime(TIMESTAMP)}+{now.microsecond // 1000:04d}",
        "Content-Type": content_type,
    }
    for name, value in values.items():
        if not value.isascii() or any(ord(c) < 32 for c in value):
            raise IngestError(f"{name}: {value!r} cannot travel in a header of the axis; send it as ASCII")
    headers = {f"{prefix}{name}": value for name, value in values.items()}
    signed = json.dumps(headers, separators=(",", ":"), ensure_ascii=False)
    return {
        **headers,
        f"{prefix}sign-header": signed,
        f"{prefix}sign-header-key": ";".join(values),
        f"{prefix}hash-header": _hmac(secret, signed),
        f"{prefix}version": VERSION,
        "User-Agent": AGENT,
        "Content-Type": content_type,
    }


def verify(headers: Mapping[str, str], *, system_id: str, secret: str, now: datetime) -> str:
    """Return "" when the headers are signed by that system, else why not.

    `headers` are looked up without regard to letter case.
    """
    folded = {name.casefold(): value for name, value in headers.items()}
    signed = folded.get(f"{PREFIX}sign-header".casefold(), "")
    if not hmac.compare_digest(
        _hmac(secret, signed), folded.get(f"{PREFIX}hash-header".casefold(), "").lower()
    ):
        return "wrong signature"
    try:
        values = json.loads(signed)
        names = set(folded[f"{PREFIX}sign-header-key".casefold()].split(";"))
        if {f"{PREFIX}{name}" for name in names} != set(values):
            return "sign-header-key names other headers than sign-header"
        if any(folded.get(name.casefold()) != value for name, value in values.items()):
            return "a header is not the one that was signed"
        if values[f"{PREFIX}systemid"] != system_id:
            return "unknown systemid"
        stamp = values[f"{PREFIX}timestamp"].partition("+")[0]
        sent = datetime.strptime(stamp, TIMESTAMP).replace(tzinfo=now.tzinfo)
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        return f"malformed signature: {error!r}"
    return "" if abs(now - sent) <= timedelta(minutes=15) else "timestamp too far from now"


def _hmac(secret: str, signed: str) -> str:
    return hmac.new(secret.encode(), signed.encode(), hashlib.sha256).hexdigest()
