"""Judge a time-stamp token: is it over this, is its signature good, and does a trusted root vouch for who signed it?

The cryptography is pyHanko's. No root is trusted by default (`[archive] tsa_roots`) and nothing is fetched: whether
the authority's certificate was revoked meanwhile is not asked. What cannot be told is never good.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from asn1crypto import cms, pem, x509

from archive.awaited import outcome
from archive.errors import SettingsError
from archive.reason import Reason, because
from archive.timestamps.errors import TimestampError
from archive.timestamps.token import ALGORITHM, Token, read

STRONG = frozenset({"sha256", "sha384", "sha512", "sha3_256", "sha3_384", "sha3_512"})

for _logger in ("pyhanko", "pyhanko_certvalidator"):
    logging.getLogger(_logger).setLevel(
        logging.CRITICAL
    )  # a bad stamp is told as a reason, not as a log entry


@dataclass(frozen=True)
class Judgement:
    """What a token is worth.

    Attributes:
        token: what it says; None when it cannot be read.
        faults: why it is not good; empty when it is.
        until: when the first certificate of its chain (below the root) expires; None when there is no chain.
    """

    token: Token | None
    faults: tuple[Reason, ...]
    until: datetime | None = None

    @property
    def good(self) -> bool:
        """Say whether it is."""
        return not self.faults


@dataclass(frozen=True)
class _Chain:
    """A certificate chain that was found good: from when, and until when."""

    since: datetime
    until: datetime


class Judge:
    """Judges tokens against trusted roots; a chain found good is remembered, so that thousands of stamps cost little.

    Args:
        roots: trusted root certificates; without any, no token is good.
    """

    def __init__(self, roots: Sequence[Any]) -> None:
        self._roots = list(roots)
        self._chains: dict[tuple[bytes, ...], _Chain] = {}

    def judge(
        self, der: bytes, imprint: bytes, algorithm: str = ALGORITHM, *, moment: datetime | None = None
    ) -> Judgement:
        """Return what a token is worth as a stamp over this hash.

        Args:
            algorithm: of the hash.
            moment: when the chain has to hold; by default at the token's own time.
        """
        try:
            token = read(der)
        except TimestampError as error:
            return Judgement(None, (error.reason,))
        if (token.algorithm, token.imprint) != (algorithm, imprint):
            return Judgement(token, (because("archive.stamp-other-imprint", authority=token.authority),))
        try:
            chain = self._vouched(cms.ContentInfo.load(der)["content"], moment or token.at)
        except TimestampError as error:
            return Judgement(token, (error.reason,))
        except MemoryError:
            raise
        except Exception as error:  # hostile bytes: whatever a library raises, the stamp is not good
            unsure = because("archive.stamp-not-vouched", said=f"{type(error).__name__}: {error}")
            return Judgement(token, (unsure,))
        return Judgement(token, (), chain.until)

    def _vouched(self, signed: Any, moment: datetime) -> _Chain:
        """Return the chain that vouches for the signature.

        Raises:
            TimestampError: the signature is wrong, weak, or nobody vouches for it; other errors of the libraries too.
        """
        from pyhanko.sign.general import extract_signer_info  # loaded at the first token only
        from pyhanko.sign.validation.generic_cms import (
            extract_certs_for_validation,
            get_signing_cert_attr,
            validate_sig_integrity,
        )

        signer = extract_signer_info(signed)
        certificates = extract_certs_for_validation(
            signed
        )  # checks the signing-certificate attribute if there
        certificate = certificates.signer_cert
        if get_signing_cert_attr(signer["signed_attrs"]) is None:
            raise TimestampError(because("archive.stamp-no-certificate-id"))
        digest = signer["digest_algorithm"]["algorithm"].native
        if weak := {digest, _hash_of(signer["signature_algorithm"]) or digest} - STRONG:
            raise TimestampError(because("archive.stamp-weak", algorithm=", ".join(sorted(weak))))
        usage = certificate.extended_key_usage_value
        if usage is None or usage.native != ["time_stamping"] or not _critical(certificate):
            raise TimestampError(because("archive.stamp-wrong-usage", authority=_name(certificate)))
        content = bytes(signed["encap_content_info"]["content"])
        intact, valid = validate_sig_integrity(
            signer, certificate, "tst_info", hashlib.new(digest.replace("sha3_", "sha3-"), content).digest()
        )
        if not (intact and valid):
            raise TimestampError(because("archive.stamp-forged"))
        return self._chain(certificate, certificates.other_certs, moment)

    def _chain(self, certificate: Any, others: Iterable[Any], moment: datetime) -> _Chain:
        others = list(others)
        key = (certificate.dump(), *sorted(other.dump() for other in others))
        known = self._chains.get(key)
        if known is None or not known.since <= moment <= known.until:
            known = self._chains[key] = self._path(certificate, others, moment)
        return known

    def _path(self, certificate: Any, others: Sequence[Any], moment: datetime) -> _Chain:
        from pyhanko_certvalidator import CertificateValidator, ValidationContext

        context = ValidationContext(
            trust_roots=self._roots, allow_fetching=False, revocation_mode="soft-fail", moment=moment
        )
        validator = CertificateValidator(certificate, intermediate_certs=others, validation_context=context)
        path = outcome(
            validator.async_validate_usage(  # type: ignore[no-untyped-call]
                key_usage=set(), extended_key_usage={"time_stamping"}, extended_optional=False
            )
        )
        below = list(path.iter_certs(include_root=False)) or [certificate]
        return _Chain(
            max(one.not_valid_before for one in below).astimezone(UTC),
            min(one.not_valid_after for one in below).astimezone(UTC),
        )


def _hash_of(algorithm: Any) -> str:
    """Return the hash inside a signature algorithm; "" for those that leave it to the digest algorithm (plain RSA)."""
    try:
        return str(algorithm.hash_algo)
    except (ValueError, KeyError):
        return ""


def _critical(certificate: Any) -> bool:
    return "extended_key_usage" in certificate.critical_extensions


def _name(certificate: Any) -> str:
    return str(certificate.subject.human_friendly)


def roots_in(path: Path) -> list[Any]:
    """Return the certificates of a PEM file, or of every `*.pem` in a folder.

    Raises:
        SettingsError: there is none, or one cannot be read.
    """
    files = sorted(path.glob("*.pem")) if path.is_dir() else [path]
    found = []
    for file in files:
        try:
            for kind, _, der in pem.unarmor(file.read_bytes(), multiple=True):
                if kind == "CERTIFICATE":
                    certificate = x509.Certificate.load(der, strict=True)
                    certificate.subject.dump()
                    found.append(certificate)
        except (ValueError, TypeError, OSError) as error:
            raise SettingsError(f"[archive] tsa_roots: {file}: {error}; name a PEM file") from error
    if not found:
        raise SettingsError(f"[archive] tsa_roots: no certificate in {path}; put the authority's root there")
    return found
