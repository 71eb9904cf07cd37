"""A small test PKI, fresh for every world: one root with an empty revocation list, a certificate for each signer.

Trust it nowhere else. `authority.py` has the PKI with intermediate authorities, time-stamps, expiry and revocation.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pyhanko.sign import signers

ROOT_NAME = "Tàng Thư test root"
BEGINS = datetime(2010, 1, 1, tzinfo=UTC)
ENDS = datetime(2049, 12, 31, tzinfo=UTC)


@dataclass(frozen=True)
class Signer:
    """A key and certificate on disk that pyHanko can sign with.

    Attributes:
        stem: path of its files without their endings.
    """

    name: str
    organisation: str
    stem: Path
    simple: signers.SimpleSigner


class Pki:
    """Issues certificates into a folder; the root's certificate and its revocation list alone go to `trust`."""

    def __init__(self, folder: Path, trust: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        trust.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name(
            [
                x509.NameAttribute(NameOID.COUNTRY_NAME, "VN"),
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Tàng Thư"),
                x509.NameAttribute(NameOID.COMMON_NAME, ROOT_NAME),
            ]
        )
        self._certificate = (
            _builder(self._name, self._name, self._key.public_key())
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(key_usage(ca=True), critical=True)
            .sign(self._key, hashes.SHA256())
        )
        self.root = trust / "tang-thu-test-root.pem"
        self.root.write_bytes(self._certificate.public_bytes(serialization.Encoding.PEM))
        # One list for the whole life of the test root, so that no verdict depends on the day the tests run.
        crl = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self._name)
            .last_update(BEGINS)
            .next_update(ENDS)
            .sign(self._key, hashes.SHA256())
        )
        (trust / "tang-thu-test-root.crl").write_bytes(crl.public_bytes(serialization.Encoding.DER))
        self._signers: dict[tuple[str, str], Signer] = {}

    def signer(self, name: str, organisation: str) -> Signer:
        """Return the signer of that name, issuing its certificate the first time."""
        if (name, organisation) not in self._signers:
            self._signers[name, organisation] = self._issue(name, organisation)
        return self._signers[name, organisation]

    def _issue(self, name: str, organisation: str) -> Signer:
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name(
            [
                x509.NameAttribute(NameOID.COUNTRY_NAME, "VN"),
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation[:64]),
                x509.NameAttribute(NameOID.COMMON_NAME, name[:64]),
            ]
        )
        certificate = (
            _builder(subject, self._name, key.public_key())
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(key_usage(ca=False), critical=True)
            .sign(self._key, hashes.SHA256())
        )
        stem = self._folder / f"signer-{len(self._signers) + 1:02d}"
        key_file, certificate_file = stem.with_suffix(".key.pem"), stem.with_suffix(".pem")
        key_file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        certificate_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        simple = signers.SimpleSigner.load(
            str(key_file), str(certificate_file), ca_chain_files=(str(self.root),)
        )
        assert simple is not None
        return Signer(name, organisation, stem, simple)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(BEGINS)
        .not_valid_after(ENDS)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def key_usage(*, ca: bool) -> x509.KeyUsage:
    """Return what a certificate of an authority, or of somebody who signs, may be used for."""
    return x509.KeyUsage(
        digital_signature=not ca,
        content_commitment=not ca,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=ca,
        crl_sign=ca,
        encipher_only=False,
        decipher_only=False,
    )
