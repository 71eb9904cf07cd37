"""A test PKI with all that goes wrong: root, intermediate authority, OCSP and CRL, time-stamps, expiry and revocation.

Moments are fixed (`SIGNED`, `LATER` ...), so that a verdict does not depend on the day the tests run. Trust it nowhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from asn1crypto import keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID
from pyhanko.sign import signers
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from tests.samples.pki import key_usage

BEGINS = datetime(2015, 1, 1, tzinfo=UTC)
ENDS = datetime(2045, 1, 1, tzinfo=UTC)
SIGNED = datetime(2022, 5, 9, 2, 0, tzinfo=UTC)
LATER = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@dataclass(frozen=True)
class Holder:
    """A certificate with its key."""

    certificate: x509.Certificate
    key: Key = field(repr=False)

    @property
    def asn1(self) -> asn1_x509.Certificate:
        """Return the certificate as pyHanko takes it."""
        return asn1_x509.Certificate.load(self.certificate.public_bytes(serialization.Encoding.DER))

    @property
    def asn1_key(self) -> keys.PrivateKeyInfo:
        """Return the key as pyHanko takes it."""
        der = self.key.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return keys.PrivateKeyInfo.load(der)


class Authority:
    """A root, an authority below it that issues to signers, and a time-stamping authority."""

    def __init__(self, name: str = "Gốc thử nghiệm") -> None:
        self.root = _issue(f"{name} Root", "Ban Cơ yếu (thử)", None, ca=True)
        self.middle = _issue(f"{name} CA", "Ban Cơ yếu (thử)", self.root, ca=True)
        self.stamper = _issue(
            f"{name} TSA", "Ban Cơ yếu (thử)", self.root, key=rsa.generate_private_key(65537, 2048), tsa=True
        )

    def signer(
        self,
        name: str,
        organisation: str,
        *,
        unit: str = "",
        begins: datetime = BEGINS,
        ends: datetime = ENDS,
        rsa_key: bool = False,
    ) -> Holder:
        """Return a new signer under the intermediate authority."""
        key = rsa.generate_private_key(65537, 2048) if rsa_key else None
        return _issue(name, organisation, self.middle, unit=unit, begins=begins, ends=ends, key=key)

    def simple(self, holder: Holder) -> signers.SimpleSigner:
        """Return what pyHanko signs with; the chain is put into the signature."""
        store = SimpleCertificateStore.from_certs([self.middle.asn1, self.root.asn1])
        return signers.SimpleSigner(holder.asn1, holder.asn1_key, store)

    def stamps_at(self, moment: datetime) -> DummyTimeStamper:
        """Return a time-stamping service whose clock stands still."""
        store = SimpleCertificateStore.from_certs([self.root.asn1])
        return DummyTimeStamper(
            self.stamper.asn1, self.stamper.asn1_key, certs_to_embed=store, fixed_dt=moment
        )

    def crl(
        self,
        issuer: Holder,
        *,
        at: datetime,
        ends: datetime | None = None,
        revoked: Sequence[tuple[Holder, datetime]] = (),
    ) -> bytes:
        """Return a revocation list in DER, good for 30 days unless said otherwise."""
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(issuer.certificate.subject)
            .last_update(at)
            .next_update(ends or at + 30 * DAY)
        )
        for holder, when in revoked:
            builder = builder.add_revoked_certificate(
                x509.RevokedCertificateBuilder()
                .serial_number(holder.certificate.serial_number)
                .revocation_date(when)
                .build()
            )
        return builder.sign(issuer.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)

    def ocsp(
        self, holder: Holder, *, at: datetime, issuer: Holder | None = None, revoked: datetime | None = None
    ) -> bytes:
        """Return an OCSP answer in DER about a certificate, good for one day."""
        by = issuer or self.middle
        status = ocsp.OCSPCertStatus.REVOKED if revoked else ocsp.OCSPCertStatus.GOOD
        builder = (
            ocsp.OCSPResponseBuilder()
            .add_response(
                cert=holder.certificate,
                issuer=by.certificate,
                algorithm=hashes.SHA1(),
                cert_status=status,
                this_update=at,
                next_update=at + DAY,
                revocation_time=revoked,
                revocation_reason=None,
            )
            .responder_id(ocsp.OCSPResponderEncoding.HASH, by.certificate)
        )
        return builder.sign(by.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)

    def trust(self, folder: Path, *crls: bytes) -> Path:
        """Write the root, and these revocation lists, as a trust list; return the folder."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "root.pem").write_bytes(self.root.certificate.public_bytes(serialization.Encoding.PEM))
        for number, crl in enumerate(crls):
            (folder / f"{number}.crl").write_bytes(crl)
        return folder

    def fresh(self, at: datetime, revoked: Sequence[tuple[Holder, datetime]] = ()) -> tuple[bytes, bytes]:
        """Return revocation lists of both authorities made a day before this moment."""
        return self.crl(self.root, at=at - DAY), self.crl(self.middle, at=at - DAY, revoked=revoked)


def _issue(
    name: str,
    organisation: str,
    by: Holder | None,
    *,
    unit: str = "",
    ca: bool = False,
    tsa: bool = False,
    begins: datetime = BEGINS,
    ends: datetime = ENDS,
    key: Key | None = None,
) -> Holder:
    own: Key = key or ec.generate_private_key(ec.SECP256R1())
    parts = [
        x509.NameAttribute(NameOID.COUNTRY_NAME, "VN"),
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
        *([x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, unit)] if unit else []),
        x509.NameAttribute(NameOID.COMMON_NAME, name),
    ]
    subject = x509.Name(parts)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(by.certificate.subject if by else subject)
        .public_key(own.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(own.public_key()), critical=False)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(key_usage(ca=ca), critical=True)
    )
    if by is not None and not ca and not tsa:
        # OCSP answers are looked at only where the certificate names a responder; nobody answers there.
        responder = x509.AccessDescription(
            AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier("http://ocsp.thu.invalid/")
        )
        builder = builder.add_extension(x509.AuthorityInformationAccess([responder]), critical=False)
    if tsa:
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        builder = builder.add_extension(usage, critical=True)
    return Holder(builder.sign(by.key if by else own, hashes.SHA256()), own)
