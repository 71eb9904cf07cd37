"""Who vouches for seals: roots and revocation lists out of a file or a folder. Nothing is fetched."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from asn1crypto import crl, pem, x509

from archive.errors import SettingsError

CERTIFICATES = frozenset({".pem", ".crt", ".cer", ".der"})
LISTS = frozenset({".crl"})
LONGEST = 20 * 1024 * 1024
"""Bytes of one file; a national revocation list has some."""


@dataclass(frozen=True)
class Trust:
    """Roots, authorities below them, and what they revoked.

    Attributes:
        roots: self-issued certificates.
        others: certificates that are only known.
        lists: revocation lists.
    """

    roots: tuple[Any, ...]
    others: tuple[Any, ...]
    lists: tuple[Any, ...]

    def context(
        self,
        moment: datetime,
        *,
        required: bool,
        more: Iterable[Any] = (),
        roots: Iterable[Any] = (),
    ) -> Any:
        """Return pyHanko's context for judging a chain at a moment.

        Args:
            moment: aware.
            required: what cannot be told of revocation is no good; otherwise only what is known to be revoked is not.
            more: certificates that came with what is judged.
            roots: trusted besides, for time-stamps.
        """
        from pyhanko_certvalidator import ValidationContext  # loaded at the first seal only

        return ValidationContext(
            trust_roots=[*self.roots, *roots],
            other_certs=[*self.others, *more],
            crls=list(self.lists),
            allow_fetching=False,
            revocation_mode="require" if required else "soft-fail",
            moment=moment,
        )

    def revoked(self, certificates: Iterable[Any], moment: datetime) -> bool:
        """Say whether a list has one of these as revoked before a moment; one that is out of date counts as well.

        What was revoked stays so: a list nobody renewed must not make a lost seal good again. (A certificate whose
        suspension ended is good once the old list is taken away.)
        """
        wanted = {(one.issuer.hashable, one.serial_number) for one in certificates}
        return any(
            (tbs["issuer"].hashable, entry["user_certificate"].native) in wanted
            and entry["revocation_date"].native <= moment
            for tbs in (one["tbs_cert_list"] for one in self.lists)
            if tbs["issuer"].hashable in {issuer for issuer, _ in wanted}
            for entry in tbs["revoked_certificates"]
        )


def trust_in(path: Path) -> Trust:
    """Return what a file, or every file of a folder, says.

    Raises:
        SettingsError: it cannot be read, or names no root.
    """
    roots: list[Any] = []
    others: list[Any] = []
    lists: list[Any] = []
    try:
        for file in sorted(path.iterdir()) if path.is_dir() else [path]:
            if file.suffix.lower() in CERTIFICATES:
                for one in _ders(file):
                    certificate = x509.Certificate.load(one, strict=True)
                    (roots if certificate.issuer == certificate.subject else others).append(certificate)
            elif file.suffix.lower() in LISTS:
                lists += [crl.CertificateList.load(one, strict=True) for one in _ders(file)]
    except (OSError, ValueError, TypeError) as error:
        raise SettingsError(
            f"[seal] trust: {path}: {error}; name certificates and revocation lists"
        ) from error
    if not roots:
        raise SettingsError(f"[seal] trust: no root certificate in {path}; put the authority's root there")
    return Trust(tuple(roots), tuple(others), tuple(lists))


def _ders(file: Path) -> list[bytes]:
    if file.stat().st_size > LONGEST:
        raise ValueError(f"{file.name} is larger than {LONGEST} bytes")
    data = file.read_bytes()
    if not pem.detect(data):
        return [data]
    return [der for _, _, der in pem.unarmor(data, multiple=True)]
