"""An agency's digital seal (con dấu số): key and certificate out of a PKCS#12 file, judged before anything is sealed.

The key is in the memory of the process that seals. A real seal lives in a token or an HSM (PKCS#11); that is not
supported yet, and the administrator's page says so.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from archive.awaited import outcome
from archive.errors import SettingsError
from archive.private_file import private_text
from archive.reason import because
from archive.seals.errors import SealError
from archive.seals.settings import KeySettings, SealSettings
from archive.seals.trust import Trust, trust_in

LONGEST = 1024 * 1024
"""Bytes of a PKCS#12 file; a key with its chain is some kilobytes."""


@dataclass(frozen=True)
class Face:
    """What a seal shows of itself.

    Attributes:
        agency_code: for whom it is put on.
        name: of its certificate's subject.
        issuer: of the certificate.
        serial: of the certificate, hex.
        sha256: of the certificate.
        until: the last moment it is good.
        revocation_checked: a revocation list that is fresh says that it was not revoked.
    """

    agency_code: str
    name: str
    issuer: str
    serial: str
    sha256: str
    until: datetime
    revocation_checked: bool


@dataclass(frozen=True)
class Seal:
    """A seal that may be put on now."""

    face: Face
    trust: Trust
    signer: Any = field(repr=False)


def seal_of(agency_code: str, *, now: datetime) -> Seal | None:
    """Return the seal of an agency as the settings name it; None when none is set.

    Args:
        agency_code: whose.
        now: aware time at which it has to be good.

    Raises:
        SettingsError: a file of the settings is missing, readable by others, or no such thing.
        SealError: its certificate is not good now: expired, not yet valid, revoked, or vouched for by nobody.
    """
    settings = SealSettings.load()
    key = settings.key_of(agency_code)
    if key is None or settings.trust is None:
        return None
    trust = trust_in(settings.trust)
    signer = _opened(key)
    certificate = signer.signing_cert
    name = str(certificate.subject.human_friendly)
    begins, ends = certificate.not_valid_before.astimezone(UTC), certificate.not_valid_after.astimezone(UTC)
    if now > ends:
        raise SealError(because("archive.seal-expired", name=name, at=ends))
    if now < begins:
        raise SealError(because("archive.seal-not-yet", name=name, at=begins))
    checked = _vouched(signer, trust, now, name)
    face = Face(
        agency_code=agency_code,
        name=name,
        issuer=str(certificate.issuer.human_friendly),
        serial=f"{certificate.serial_number:x}",
        sha256=certificate.sha256.hex(),
        until=ends,
        revocation_checked=checked,
    )
    return Seal(face, trust, signer)


def _opened(key: KeySettings) -> Any:
    from pyhanko.sign import signers  # loaded at the first seal only

    passphrase = private_text(key.passphrase_file)
    data = _private_bytes(key.pkcs12)
    try:
        return signers.SimpleSigner.load_pkcs12_data(data, other_certs=[], passphrase=passphrase.encode())
    except (ValueError, TypeError, OSError) as error:
        raise SettingsError(
            f"[seal] {key.pkcs12}: cannot be opened: {error}; is it PKCS#12, and the passphrase its own?"
        ) from error


def _private_bytes(path: Path) -> bytes:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as stream:
            found = os.fstat(stream.fileno())
            if not stat.S_ISREG(found.st_mode):
                raise SettingsError(f"{path}: holds a key and must be a plain file")
            if found.st_mode & 0o077:
                raise SettingsError(f"{path}: others can read this key; chmod 600 {path}")
            data = stream.read(LONGEST + 1)
    except OSError as error:
        raise SettingsError(f"{path}: the key cannot be read: {error}") from error
    if len(data) > LONGEST:
        raise SettingsError(f"{path}: larger than {LONGEST} bytes; no PKCS#12 file is")
    return data


def _vouched(signer: Any, trust: Trust, now: datetime, name: str) -> bool:
    """Return whether revocation could be asked and was denied.

    Raises:
        SealError: it was revoked, or no trusted root vouches for it.
    """
    from pyhanko_certvalidator import CertificateValidator
    from pyhanko_certvalidator.errors import RevokedError

    if trust.revoked((signer.signing_cert, *signer.cert_registry), now):
        raise SealError(because("archive.seal-revoked", name=name))
    said = ""
    for required in (True, False):
        validator = CertificateValidator(
            signer.signing_cert,
            intermediate_certs=list(signer.cert_registry),
            validation_context=trust.context(now, required=required),
        )
        try:
            outcome(validator.async_validate_usage(set()))  # type: ignore[no-untyped-call]
        except RevokedError as error:
            raise SealError(because("archive.seal-revoked", name=name)) from error
        except Exception as error:  # whatever the library finds, the seal is not put on
            said = f"{type(error).__name__}: {error}"
            continue
        return required
    raise SealError(because("archive.seal-not-vouched", name=name, said=said))
