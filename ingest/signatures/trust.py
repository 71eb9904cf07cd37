"""Whom this deployment trusts: trust lists by file, each with a name people know. No root is trusted by default.

Vietnamese: danh sách tin cậy. A list is a file or a folder of certificates (.pem, .crt, .cer, .der) with the revocation
lists the deployment obtained beside them (.crl). A self-issued certificate is a trust anchor; any other is only
known, so that chains whose file lacks an intermediate authority can be built.

A list that is missing, unreadable or without an anchor is an error of the settings: a root that silently is not there
would turn good signatures into unknown ones, and an empty folder looks like a decision nobody took.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from asn1crypto import crl as asn1_crl
from asn1crypto import pem, x509

from ingest.settings import IngestSettings
from ingest.signatures.errors import TrustListError

CERTIFICATES = frozenset({".pem", ".crt", ".cer", ".der"})
REVOCATION_LISTS = frozenset({".crl"})
FILES_LIMIT = 2000
BYTES_LIMIT = 64 * 2**20  # one file; the largest revocation lists in use have some megabytes
UNNAMED = "trust_roots"


@dataclass(frozen=True)
class Anchor:
    """A root that is trusted, and by which list."""

    der: bytes
    trust_list: str

    @property
    def sha256(self) -> str:
        """Return the fingerprint, lower-case hex."""
        return hashlib.sha256(self.der).hexdigest()


@dataclass(frozen=True)
class Trust:
    """All that a deployment trusts and knows.

    Attributes:
        anchors: trusted roots.
        known: certificates that may stand between a root and a signer.
        crls: revocation lists, DER.
    """

    anchors: tuple[Anchor, ...] = ()
    known: tuple[bytes, ...] = ()
    crls: tuple[bytes, ...] = ()

    def list_of(self, der: bytes) -> str:
        """Return the name of the list that trusts this certificate; "" when none does."""
        return next((one.trust_list for one in self.anchors if one.der == der), "")


NOBODY = Trust()


def configured() -> Trust:
    """Return the trust lists of the settings; nobody is trusted when none is set.

    Raises:
        TrustListError: a list that is set is missing, unreadable or has no root.
    """
    return load(set_lists())


def set_lists() -> list[tuple[str, Path]]:
    """Return name and place of every trust list of the settings."""
    settings = IngestSettings.load()
    lists = [(one.name, one.path) for one in settings.trust_lists]
    if settings.trust_roots is not None:
        lists.insert(0, (UNNAMED, settings.trust_roots))
    return [(name, path.resolve()) for name, path in lists]


def load(lists: Sequence[tuple[str, Path]]) -> Trust:
    """Return what these named files and folders hold; what has not changed on the disk is not read again.

    Raises:
        TrustListError: as `configured`.
    """
    return _loaded(tuple((name, path, _versions(name, path)) for name, path in lists))


Versions = tuple[tuple[Path, int, int], ...]


def _versions(name: str, path: Path) -> Versions:
    """Return the files of a list with what changes when they do."""
    try:
        return tuple((file, (at := file.stat()).st_size, at.st_mtime_ns) for file in _files(name, path))
    except OSError as error:
        raise TrustListError(name, path, error.strerror or type(error).__name__) from error


@lru_cache(maxsize=4)
def _loaded(lists: tuple[tuple[str, Path, Versions], ...]) -> Trust:
    anchors: dict[bytes, Anchor] = {}
    known: dict[bytes, None] = {}
    crls: dict[bytes, None] = {}
    for name, path, files in lists:
        found = 0
        for file, size, _ in files:
            if size > BYTES_LIMIT:
                raise TrustListError(name, file, f"larger than {BYTES_LIMIT} bytes")
            data = _read(name, file)
            if file.suffix.lower() in REVOCATION_LISTS:
                crls.update(dict.fromkeys(_crls(name, file, data)))
                continue
            for der, certificate in _certificates(name, file, data):
                if certificate.self_issued:
                    anchors.setdefault(der, Anchor(der, name))
                    found += 1
                else:
                    known[der] = None
        if not found:
            raise TrustListError(name, path, "no root certificate in it")
    return Trust(tuple(anchors.values()), tuple(known), tuple(crls))


def _files(name: str, path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    try:
        listed = sorted(path.iterdir())
    except OSError as error:
        raise TrustListError(name, path, error.strerror or type(error).__name__) from error
    files = [one for one in listed if one.suffix.lower() in CERTIFICATES | REVOCATION_LISTS]
    if len(files) > FILES_LIMIT:
        raise TrustListError(name, path, f"{len(files)} files; at most {FILES_LIMIT}")
    return files


def _read(name: str, file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise TrustListError(name, file, error.strerror or type(error).__name__) from error


def _certificates(name: str, file: Path, data: bytes) -> Iterator[tuple[bytes, x509.Certificate]]:
    try:
        found = [der for kind, der in _blocks(data) if kind in ("CERTIFICATE", "")]
        for der in found:
            certificate = x509.Certificate.load(der, strict=True)
            _ = (
                certificate.native,
                certificate.self_issued,
            )  # parsed as a whole, so that later use cannot fail
            yield der, certificate
    except (ValueError, TypeError, KeyError) as error:
        raise TrustListError(name, file, "not a certificate (PEM or DER)") from error
    if not found:
        raise TrustListError(name, file, "no certificate in it")


def _crls(name: str, file: Path, data: bytes) -> Iterator[bytes]:
    try:
        for _, der in _blocks(data):
            _ = asn1_crl.CertificateList.load(der, strict=True)["tbs_cert_list"]["this_update"].native
            yield der
    except (ValueError, TypeError, KeyError) as error:
        raise TrustListError(name, file, "not a revocation list (PEM or DER)") from error


def _blocks(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield (kind, DER); the kind of a file that is DER itself is ""."""
    if not pem.detect(data):
        yield "", data
        return
    for kind, _, der in pem.unarmor(data, multiple=True):
        yield str(kind), der
