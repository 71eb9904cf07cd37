"""OCSP responders and revocation lists over real HTTP, by certomancer; each can be told to misbehave.

A root, an authority below it, signers, a time-stamping authority, and a stranger's root. Every certificate below a root
names a responder and a list on this machine. Trust it nowhere.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from asn1crypto import ocsp, pem
from certomancer.registry import (
    ArchLabel,
    CertLabel,
    CertomancerConfig,
    KeyLabel,
    PKIArchitecture,
    ServiceLabel,
)
from certomancer.services import SimpleOCSPResponder
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from pyhanko.sign import signers
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from tests.samples.authority import LATER

KEYS = ("root", "stranger", "middle", "an", "binh", "foreign", "tsa")
CONFIG = """
external-url-prefix: "{url}"
keysets:
  town:
    keys:
{keys}
pki-architectures:
  town:
    keyset: town
    entity-defaults: {{country-name: VN, organization-name: Ban Cơ yếu (thử)}}
    entities:
      root: {{common-name: Town Root}}
      stranger: {{common-name: Stranger Root}}
      middle: {{common-name: Town CA}}
      an: {{common-name: Nguyễn Văn An}}
      binh: {{common-name: Trần Thị Bình}}
      foreign: {{common-name: Người Lạ}}
      tsa: {{common-name: Town TSA}}
    certs:
      root: &root
        subject: root
        subject-key: root
        issuer: root
        authority-key: root
        validity: &long {{valid-from: "2015-01-01T00:00:00+0000", valid-to: "2045-01-01T00:00:00+0000"}}
        extensions: &ca
          - {{id: basic_constraints, critical: true, value: {{ca: true}}}}
          - id: key_usage
            critical: true
            smart-value: {{schema: key-usage, params: [digital_signature, key_cert_sign, crl_sign]}}
      stranger: {{<<: *root, subject: stranger, subject-key: stranger, issuer: stranger, authority-key: stranger}}
      middle:
        subject: middle
        subject-key: middle
        issuer: root
        authority-key: root
        validity: *long
        extensions:
          - {{id: basic_constraints, critical: true, value: {{ca: true}}}}
          - id: key_usage
            critical: true
            smart-value: {{schema: key-usage, params: [digital_signature, key_cert_sign, crl_sign]}}
          - id: authority_information_access
            smart-value: {{schema: aia-urls, params: {{ocsp-responder-names: [root]}}}}
          - id: crl_distribution_points
            smart-value: {{schema: crl-dist-url, params: {{crl-repo-names: [root]}}}}
      an: &signer
        subject: an
        subject-key: an
        issuer: middle
        authority-key: middle
        validity: *long
        extensions:
          - id: key_usage
            critical: true
            smart-value: {{schema: key-usage, params: [digital_signature, non_repudiation]}}
          - id: authority_information_access
            smart-value: {{schema: aia-urls, params: {{ocsp-responder-names: [middle]}}}}
          - id: crl_distribution_points
            smart-value: {{schema: crl-dist-url, params: {{crl-repo-names: [middle]}}}}
      binh:
        <<: *signer
        subject: binh
        subject-key: binh
        revocation: {{revoked-since: "2024-01-01T00:00:00+0000", reason: key_compromise}}
      foreign: {{<<: *signer, subject: foreign, subject-key: foreign, issuer: stranger, authority-key: stranger}}
      tsa:
        subject: tsa
        subject-key: tsa
        issuer: root
        authority-key: root
        validity: *long
        extensions:
          - id: key_usage
            critical: true
            smart-value: {{schema: key-usage, params: [digital_signature]}}
          - {{id: extended_key_usage, critical: true, value: [time_stamping]}}
          - id: authority_information_access
            smart-value: {{schema: aia-urls, params: {{ocsp-responder-names: [root]}}}}
          - id: crl_distribution_points
            smart-value: {{schema: crl-dist-url, params: {{crl-repo-names: [root]}}}}
    services:
      ocsp:
        root: {{for-issuer: root, responder-cert: root, signing-key: root}}
        middle: {{for-issuer: middle, responder-cert: middle, signing-key: middle}}
      crl-repo:
        root: {{for-issuer: root, signing-key: root, simulated-update-schedule: "P1D"}}
        middle: {{for-issuer: middle, signing-key: middle, simulated-update-schedule: "P1D"}}
"""
HUGE = 3_000_000


@dataclass(frozen=True)
class Asked:
    """One question that came: "ocsp" or "crl", and of which authority."""

    kind: str
    of: str


class Services:
    """What the server does.

    Attributes:
        moods: of "ocsp" and "crl": well, down, huge, endless, slow, lying, garbage, unauthorized, elsewhere, short.
        asked: how often each was asked.
        at: the moment in its answers.
    """

    def __init__(self) -> None:
        self.url = ""
        self.pki: PKIArchitecture
        self.be_well()

    def be_well(self) -> None:
        """Forget what was asked before, and behave."""
        self.moods = {"ocsp": "well", "crl": "well"}
        self.asked: Counter[Asked] = Counter()
        self.at: datetime = LATER - timedelta(minutes=1)

    def misbehave(self, mood: str) -> None:
        self.moods = {"ocsp": mood, "crl": mood}

    @property
    def count(self) -> int:
        return sum(self.asked.values())

    def cert(self, label: str) -> Any:
        return self.pki.get_cert(CertLabel(label))

    def key(self, label: str) -> Any:
        return self.pki.key_set.get_private_key(KeyLabel(label))

    def simple(self, label: str) -> signers.SimpleSigner:
        """Return what pyHanko signs with; the chain is put into the signature."""
        above = ("stranger",) if label == "foreign" else ("middle", "root")
        store = SimpleCertificateStore.from_certs([self.cert(one) for one in above])
        return signers.SimpleSigner(self.cert(label), self.key(label), store)

    def stamps_at(self, moment: datetime) -> DummyTimeStamper:
        store = SimpleCertificateStore.from_certs([self.cert("root")])
        return DummyTimeStamper(self.cert("tsa"), self.key("tsa"), certs_to_embed=store, fixed_dt=moment)

    def trust(self, folder: Path, label: str = "root") -> Path:
        """Write a root, and no revocation list, as a trust list; return the folder."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "root.pem").write_bytes(pem.armor("CERTIFICATE", self.cert(label).dump()))
        return folder

    def true_answer(self, kind: str, of: str, body: bytes) -> bytes:
        services = self.pki.service_registry
        if kind == "crl":
            found: bytes = services.get_crl(ServiceLabel(of), self.at).dump()
            return found
        responder = services.summon_responder(ServiceLabel(of), self.at)
        if self.moods[kind] == "lying":
            responder = SimpleOCSPResponder(
                self.cert("stranger"), self.key("stranger"), responder.signature_algo, self.at,
                responder.revinfo_interface,
            )  # fmt: skip
        answered: bytes = responder.build_ocsp_response(ocsp.OCSPRequest.load(body)).dump()
        return answered

    def answer(self, kind: str, of: str, body: bytes) -> tuple[int, bytes]:
        """Return status and body."""
        self.asked[Asked(kind, of)] += 1
        mood = self.moods[kind]
        if mood == "down":
            return 503, b"maintenance"
        if mood == "huge":
            return 200, bytes(HUGE)
        if mood == "garbage":
            return 200, b"0\x82nonsense"
        if mood == "elsewhere":
            return 302, b""
        if mood == "unauthorized":
            return 200, ocsp.OCSPResponse({"response_status": "unauthorized"}).dump()
        told = self.true_answer(kind, of, body)
        if mood == "lying" and kind == "crl":
            forged = bytearray(told)
            forged[-1] ^= 1
            return 200, bytes(forged)
        return 200, told


@contextmanager
def serving(folder: Path) -> Iterator[Services]:
    """Serve responders and lists on a free port of this machine."""
    services = Services()

    class Handler(BaseHTTPRequestHandler):
        def _give(self, body: bytes) -> None:
            _, _, service, of, *_ = self.path.split("/")
            kind = "crl" if service == "crls" else "ocsp"
            mood = services.moods[kind]
            status, told = services.answer(kind, of, body)
            self.send_response(status)
            if status == 302:
                self.send_header("Location", f"{services.url}/town/crls/root/latest.crl")
            if mood not in ("endless", "slow"):
                self.send_header("Content-Length", str(len(told) + (9 if mood == "short" else 0)))
            self.end_headers()
            with suppress(OSError):
                if mood == "endless":
                    for _ in range(400):
                        self.wfile.write(bytes(64 * 1024))
                elif mood == "slow":
                    for byte in told:
                        self.wfile.write(bytes([byte]))
                        self.wfile.flush()
                        time.sleep(0.05)
                else:
                    self.wfile.write(told)

        def do_POST(self) -> None:
            self._give(self.rfile.read(int(self.headers["Content-Length"])))

        def do_GET(self) -> None:
            self._give(b"")

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    services.url = f"http://127.0.0.1:{server.server_port}"
    services.pki = _pki(services.url, folder)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield services
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _pki(url: str, folder: Path) -> PKIArchitecture:
    for name in KEYS:
        key: Any = (
            rsa.generate_private_key(public_exponent=65537, key_size=2048)
            if name == "tsa"
            else ec.generate_private_key(ec.SECP256R1())
        )
        (folder / f"{name}.pem").write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
    keys = "\n".join(f"      {name}: {{path: {name}.pem}}" for name in KEYS)
    config = CertomancerConfig.from_yaml(CONFIG.format(url=url, keys=keys), key_search_dir=str(folder))
    return config.get_pki_arch(ArchLabel("town"))
