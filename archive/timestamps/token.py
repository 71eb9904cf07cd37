"""Read a time-stamp token (RFC 3161 section 2.4.2): what it says, whatever its signature is worth.

Threat: the bytes are hostile (a stranger's server, a file in a store somebody could write). They are parsed with
asn1crypto, never executed; whatever it raises is a `TimestampError`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from asn1crypto import cms, tsp

from archive.reason import because
from archive.timestamps.errors import TimestampError

ALGORITHM = "sha256"
"""Of the imprints we ask for and take, where nothing else is said."""
ALGORITHMS = ("sha256", "sha384", "sha512")
"""Of imprints, the stronger ones later. Going over to another one is a hash-tree renewal (`archive.evidence`)."""
LIMIT = 64 * 1024
"""A token with its chain is some kilobytes; a larger one is not read."""


@dataclass(frozen=True)
class Token:
    """What a time-stamp says.

    Attributes:
        der: the token, a CMS ContentInfo (RFC 3161: TimeStampToken).
        imprint: the hash it is over.
        algorithm: of the imprint, e.g. "sha256".
        at: the authority's time, aware UTC.
        policy: dotted object identifier.
        authority: common name in the certificate it was signed with; "" when that is not inside.
        nonce: the number of the request it answers.
    """

    der: bytes
    imprint: bytes
    algorithm: str
    at: datetime
    policy: str
    serial: int
    authority: str
    nonce: int | None


def read(der: bytes) -> Token:
    """Return what the token says.

    Raises:
        TimestampError: it is none, is too large, or has bytes behind it.
    """
    if len(der) > LIMIT:
        raise TimestampError(because("archive.stamp-too-large", bytes=len(der), limit=LIMIT))
    try:
        parsed = cms.ContentInfo.load(der, strict=True)
        signed = parsed["content"]
        inner = signed["encap_content_info"]
        if inner["content_type"].native != "tst_info":
            raise ValueError(f"it holds {inner['content_type'].native}")
        info: tsp.TSTInfo = inner["content"].parsed
        at: datetime = info["gen_time"].native
        nonce = info["nonce"].native
        return Token(
            der=der,
            imprint=bytes(info["message_imprint"]["hashed_message"].native),
            algorithm=str(info["message_imprint"]["hash_algorithm"]["algorithm"].native),
            at=at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC),
            policy=str(info["policy"].native),
            serial=int(info["serial_number"].native),
            authority=_authority(signed),
            nonce=None if nonce is None else int(nonce),
        )
    except (ValueError, TypeError, KeyError, AttributeError, IndexError, OverflowError) as error:
        raise TimestampError(because("archive.stamp-unreadable", said=str(error))) from error


def _authority(signed: Any) -> str:
    """Return the common name of the certificate the token names as its signer's."""
    sid = signed["signer_infos"][0]["sid"].chosen
    for choice in signed["certificates"]:
        certificate = choice.chosen
        if isinstance(sid, cms.IssuerAndSerialNumber):
            fits = (
                certificate.serial_number == sid["serial_number"].native
                and certificate.issuer == sid["issuer"]
            )
        else:
            fits = certificate.key_identifier == sid.native
        if fits:
            name = certificate.subject.native.get("common_name", "")
            return "; ".join(name) if isinstance(name, list) else str(name)
    return ""
