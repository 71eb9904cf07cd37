"""A time-stamping authority for tests: certificates and stamps by certomancer, served over real HTTP.

It can be told to misbehave in each way a real one could: `authority.mood = "other imprint"`.
"""

from __future__ import annotations

import base64
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, ClassVar, cast

from asn1crypto import algos, cms, core, pem, tsp
from certomancer.registry import ArchLabel, CertLabel, CertomancerConfig, KeyLabel, PKIArchitecture
from certomancer.services import TimeStamper, choose_signed_digest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

POLICY = "1.3.6.1.4.1.4146.2.3"
"""Under which certomancer stamps unless told otherwise."""
CONFIG = """
keysets:
  house:
    keys:
      root: {path: root.pem}
      stranger: {path: stranger.pem}
      tsa: {path: tsa.pem}
      later: {path: later.pem}
      weak: {path: weak.pem}
      signer: {path: signer.pem}
      unknown: {path: unknown.pem}
pki-architectures:
  house:
    keyset: house
    entity-defaults: {country-name: VN, organization-name: Đơn vị thử nghiệm}
    entities:
      root: {common-name: Test Root CA}
      stranger: {common-name: Another Root CA}
      tsa: {common-name: Test Time-Stamping Authority}
      later: {common-name: Later Time-Stamping Authority}
      weak: {common-name: Authority without the right key usage}
      signer: {common-name: Nguyễn Văn A}
      unknown: {common-name: Authority of another root}
    certs:
      root: &ca
        subject: root
        subject-key: root
        issuer: root
        authority-key: root
        validity: {valid-from: "2000-01-01T00:00:00+0000", valid-to: "2500-01-01T00:00:00+0000"}
        extensions:
          - {id: basic_constraints, critical: true, value: {ca: true}}
          - id: key_usage
            critical: true
            smart-value: {schema: key-usage, params: [digital_signature, key_cert_sign, crl_sign]}
      stranger: {<<: *ca, subject: stranger, subject-key: stranger, issuer: stranger, authority-key: stranger}
      tsa: &tsa
        issuer: root
        validity: {valid-from: "2020-01-01T00:00:00+0000", valid-to: "2030-01-01T00:00:00+0000"}
        extensions:
          - id: key_usage
            critical: true
            smart-value: {schema: key-usage, params: [digital_signature]}
          - {id: extended_key_usage, critical: true, value: [time_stamping]}
      later: {<<: *tsa, validity: {valid-from: "2025-01-01T00:00:00+0000", valid-to: "2060-01-01T00:00:00+0000"}}
      unknown: {<<: *tsa, issuer: stranger}
      signer:
        issuer: root
        validity: {valid-from: "2020-01-01T00:00:00+0000", valid-to: "2030-01-01T00:00:00+0000"}
        extensions:
          - id: key_usage
            critical: true
            smart-value: {schema: key-usage, params: [digital_signature]}
      weak:
        issuer: root
        validity: {valid-from: "2020-01-01T00:00:00+0000", valid-to: "2030-01-01T00:00:00+0000"}
        extensions:
          - id: key_usage
            critical: true
            smart-value: {schema: key-usage, params: [digital_signature]}
          - {id: extended_key_usage, critical: true, value: [time_stamping, code_signing]}
"""


@cache
def pki() -> PKIArchitecture:
    """Return the certificates, made once a run with fresh keys."""
    folder = Path(mkdtemp(prefix="tangthu-test-pki-"))
    for name in ("root", "stranger", "tsa", "later", "weak", "signer", "unknown"):
        key: Any = (
            rsa.generate_private_key(public_exponent=65537, key_size=2048)
            if name in ("root", "tsa")
            else ec.generate_private_key(ec.SECP256R1())
        )
        (folder / f"{name}.pem").write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
    config = CertomancerConfig.from_yaml(CONFIG, key_search_dir=str(folder))
    found = config.get_pki_arch(ArchLabel("house"))
    for label in ("root", "stranger", "tsa", "later", "weak", "signer", "unknown"):
        found.get_cert(CertLabel(label))  # every key is read now: the folder can go
    for file in folder.iterdir():
        file.unlink()
    folder.rmdir()
    return found


def certificate(label: str = "root") -> bytes:
    """Return a certificate as PEM."""
    return cast(bytes, pem.armor("CERTIFICATE", pki().get_cert(CertLabel(label)).dump()))


def stamper(label: str = "tsa", *, at: datetime | None = None, **more: Any) -> TimeStamper:
    """Return what stamps with one of the certificates, at a time of our choice."""
    cert = pki().get_cert(CertLabel(label))
    return TimeStamper(
        tsa_cert=cert,
        tsa_key=pki().key_set.get_private_key(KeyLabel(label)),
        signature_algo=choose_signed_digest(more.get("md_algorithm", "sha256"), pub_key=cert.public_key),
        certs_to_embed=[pki().get_cert(CertLabel("stranger" if label == "unknown" else "root"))],
        fixed_dt=at,
        **more,
    )


def token_over(
    imprint: bytes, label: str = "tsa", *, at: datetime | None = None, algorithm: str = "sha256", **more: Any
) -> bytes:
    """Return a stamp over a hash, DER, without asking anybody."""
    asked = tsp.TimeStampReq(
        {
            "version": 1,
            "message_imprint": {
                "hash_algorithm": algos.DigestAlgorithm({"algorithm": algorithm}),
                "hashed_message": imprint,
            },
            "cert_req": True,
        }
    )
    given = stamper(label, at=at, **more).request_tsa_response(asked)
    return cast(bytes, given["time_stamp_token"].dump())


class _Rejection(core.Sequence):
    _fields: ClassVar[Any] = [("status", tsp.PKIStatusInfo)]


class Authority:
    """What the server does.

    Attributes:
        mood: "well", or how it misbehaves (see `_answer`).
        asked: how many requests it got.
        login: "name:password" it wants, or "".
        at: the time in its stamps; None for the present.
        label: certificate it signs with.
    """

    def __init__(self) -> None:
        self.url = ""
        self.be_well()

    def be_well(self) -> None:
        """Forget what was asked before, and behave."""
        self.mood = "well"
        self.asked = 0
        self.login = ""
        self.at: datetime | None = None
        self.label = "tsa"

    def answer(self, body: bytes, login: str) -> tuple[int, str, bytes]:
        """Return status, content type and body."""
        self.asked += 1
        reply = "application/timestamp-reply"
        if self.login and login != "Basic " + base64.b64encode(self.login.encode()).decode():
            return 401, "text/plain", b"who are you"
        if self.mood == "broken":
            return 503, "text/html", b"<h1>maintenance</h1>"
        if self.mood == "refused":
            return 403, "text/plain", b"no contract"
        if self.mood == "garbage":
            return 200, reply, b"0\x82nonsense"
        if self.mood == "huge":
            return 200, reply, bytes(3_000_000)
        if self.mood == "elsewhere":
            return 302, "text/plain", b""
        request = tsp.TimeStampReq.load(body)
        if self.mood == "rejection":
            status = {"status": "rejection", "status_string": ["quota exceeded"]}
            # Without a token, as RFC 3161 section 2.4.2 has it; asn1crypto's own class insists on one.
            return 200, reply, _Rejection({"status": status}).dump()
        if self.mood == "other imprint":
            request["message_imprint"]["hashed_message"] = b"\x07" * 32
        if self.mood == "other nonce":
            request["nonce"] = 4
        if self.mood == "no nonce":
            del request["nonce"]
        more: dict[str, Any] = {"policy": "1.2.3.4"} if self.mood == "other policy" else {}
        if self.mood == "sha1":
            more["md_algorithm"] = "sha1"
        response = stamper(self.label, at=self.at or datetime.now(UTC), **more).request_tsa_response(request)
        if self.mood == "forged":
            token = cms.ContentInfo.load(response["time_stamp_token"].dump())
            info = token["content"]["signer_infos"][0]
            signature = bytearray(info["signature"].native)
            signature[-1] ^= 1
            info["signature"] = bytes(signature)
            response = tsp.TimeStampResp({"status": {"status": "granted"}, "time_stamp_token": token})
        return 200, reply, cast(bytes, response.dump())


@contextmanager
def serving() -> Iterator[Authority]:
    """Serve a time-stamping authority on a free port of this machine."""
    authority = Authority()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status, kind, answer = authority.answer(body, self.headers.get("Authorization", ""))
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(answer)))
            if status == 302:
                self.send_header("Location", "http://127.0.0.1:9/")
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    authority.url = f"http://127.0.0.1:{server.server_port}/tsa"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield authority
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
