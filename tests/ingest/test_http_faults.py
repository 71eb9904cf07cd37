"""Everything that can break on an HTTP line, in every dialect: passing troubles pass, lasting ones are named."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from archive.errors import TemporaryError
from ingest.errors import IngestError
from ingest.gateway.interface import Inbox
from ingest.gateway.simulator import Faults, Simulator
from tests.ingest.inbox_counterparts import (
    AGENCY,
    HTTP_KINDS,
    SECRET,
    SYSTEM,
    HttpSide,
    http_settings,
    http_side,
    open_one,
)

XML = b"<edXML>" + b"x" * 200_000 + b"</edXML>"


@pytest.fixture(params=HTTP_KINDS)
def side(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[HttpSide]:
    monkeypatch.setenv("TANGTHU_CONFIG", str(tmp_path / "tangthu.toml"))
    with http_side(request.param, tmp_path / "ngoai") as one:
        yield one


@pytest.fixture
def inbox(side: HttpSide) -> Iterator[Inbox]:
    with open_one(side) as one:
        yield one


def control(side: HttpSide, **faults: int | bool) -> None:
    requests.post(f"{side.simulator.url}/control", json=faults, timeout=5).raise_for_status()


def every_call(inbox: Inbox, side: HttpSide, into: Path) -> list[Callable[[], Any]]:
    side.put("M-1", "sip", b"x" * 100_000)
    side.put("M-2", "edoc", XML)
    sip, edoc = sorted(inbox.list_received(), key=lambda one: one.doc_id)
    return [
        inbox.list_received,
        lambda: inbox.fetch(sip, into),
        lambda: inbox.fetch(edoc, into),
        lambda: inbox.acknowledge("M-1", "processing"),
        lambda: inbox.send_status(b"<a/>", AGENCY),
    ]


@pytest.mark.parametrize("fault", ["drop", "drop_after", "cut", "error"])
def test_what_passes_is_a_temporary_failure_of_any_call_and_works_the_next_time(
    fault: str, inbox: Inbox, side: HttpSide, tmp_path: Path
) -> None:
    for call in every_call(inbox, side, tmp_path / "in"):
        control(side, **{fault: 1})
        with pytest.raises(TemporaryError):
            call()
        assert not list((tmp_path / "in").glob(".*")), "nothing half is left"
        call()
    assert getattr(side.simulator.faults, fault) == 0


@pytest.mark.parametrize("code", [500, 502, 503, 504, 408, 429])
def test_these_answers_pass(code: int, inbox: Inbox, side: HttpSide) -> None:
    inbox.list_received()
    control(side, error=1, error_code=code)
    with pytest.raises(TemporaryError, match=str(code)):
        inbox.list_received()
    inbox.list_received()


@pytest.mark.parametrize("code", [400, 403, 404, 405, 413, 301, 204])
def test_these_answers_do_not_pass_by_themselves(code: int, inbox: Inbox, side: HttpSide) -> None:
    inbox.list_received()
    control(side, error=1, error_code=code)
    with pytest.raises(IngestError, match=f"{code}.*check"):
        inbox.list_received()


def test_half_a_message_is_a_temporary_failure(inbox: Inbox, side: HttpSide, tmp_path: Path) -> None:
    side.put("M-1", "sip", b"x" * 3_000_000)
    side.put("M-2", "edoc", XML)
    for one in inbox.list_received():
        control(side, truncate=1)
        with pytest.raises(TemporaryError, match="broke off"):
            inbox.fetch(one, tmp_path / "in")
        assert inbox.fetch(one, tmp_path / "in").stat().st_size in (3_000_000, len(XML))


def test_repeated_and_reordered_lists_are_given_as_they_come(inbox: Inbox, side: HttpSide) -> None:
    for name in ("M-1", "M-2", "M-3"):
        side.put(name, "sip", b"x")
    control(side, repeat=True, reverse=True)
    inbox.acknowledge("M-2", "processing")
    assert [one.doc_id for one in inbox.list_received()] == ["M-3", "M-2", "M-1"] * 2


def test_a_wrong_secret_is_a_lasting_error_that_does_not_show_it(side: HttpSide) -> None:
    side.settings.auth.secret_file.write_text("khong-dung")
    with open_one(side) as inbox, pytest.raises(IngestError, match="check auth of this inbox") as caught:
        inbox.list_received()
    assert "khong-dung" not in str(caught.value)


def test_a_secret_that_cannot_travel_in_a_header_is_refused_before_anything_is_sent(side: HttpSide) -> None:
    side.settings.auth.secret_file.write_text("bí\nmật")
    kind = side.settings.kind
    if kind == "provincial":
        with pytest.raises(IngestError, match="plain ASCII"), open_one(side):
            pass
    else:
        with open_one(side) as inbox, pytest.raises(IngestError):
            inbox.list_received()
    assert [path for path in side.simulator.asked if path != "/token"] in ([], ["/getReceivedEdocList"])


def test_an_answer_that_never_ends_is_left_after_its_time(
    side: HttpSide, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Trickle(BaseHTTPRequestHandler):
        def answer(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "100000")
            self.end_headers()
            for _ in range(1000):
                if self.wfile.closed:
                    return
                self.wfile.write(b" ")
                self.wfile.flush()
                time.sleep(0.05)

        do_GET = do_POST = answer

        def log_message(self, *_: object) -> None:
            pass

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: Any, client_address: Any) -> None:
            pass

    with Quiet(("127.0.0.1", 0), Trickle) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_address[1]}"
        settings = http_settings(side.settings.kind, url, tmp_path, answer_seconds=0.5)
        began = time.monotonic()
        with (
            open_one(HttpSide(side.simulator, settings)) as inbox,
            pytest.raises(TemporaryError, match="takes too long"),
        ):
            inbox.list_received()
        assert time.monotonic() - began < 4, "each piece came in time, the whole did not"
        server.shutdown()


def test_only_the_proxy_that_is_set_is_used(
    side: HttpSide, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    with open_one(side) as inbox:
        assert inbox.list_received() == []
    # The simulator takes whole addresses as a proxy does; nobody else could answer for a name that does not exist.
    settings = http_settings(
        side.settings.kind,
        "http://truc.invalid",
        tmp_path,
        proxy=side.simulator.url,
        plain_http=True,
    )
    with open_one(HttpSide(side.simulator, settings)) as inbox:
        side.put("M-1", "sip", b"x")
        assert [one.doc_id for one in inbox.list_received()] == ["M-1"]


def test_a_netrc_file_adds_nothing(side: HttpSide, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / ".netrc"
    netrc.write_text("machine 127.0.0.1 login ai password gi\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HOME", str(tmp_path))
    with open_one(side) as inbox:
        assert inbox.list_received() == [], "its account would have replaced ours"


# TLS


def certificate(folder: Path, name: str, signer: tuple[x509.Certificate, Any] | None = None) -> Any:
    """Write `<name>.pem` and `<name>.key`; self-signed authority, or a server's for 127.0.0.1."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(signer[0].subject if signer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.BasicConstraints(ca=signer is None, path_length=None), critical=True)
    )
    if signer:
        import ipaddress

        names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
        builder = builder.add_extension(names, critical=False)
    made = builder.sign(signer[1] if signer else key, hashes.SHA256())
    (folder / f"{name}.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / f"{name}.key").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return made, key


@pytest.fixture
def tls(tmp_path: Path) -> Iterator[Simulator]:
    """A simulator behind TLS, its certificate by an authority of the test's own."""
    certificate(tmp_path, "server", certificate(tmp_path, "ca"))
    certificate(tmp_path, "stranger")
    server = Simulator(tmp_path / "axis", system_id=SYSTEM, secret=SECRET, faults=Faults())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "server.pem", tmp_path / "server.key")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("kind", HTTP_KINDS)
def test_only_the_authority_that_is_set_is_trusted(
    kind: str, tls: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TANGTHU_CONFIG", str(tmp_path / "tangthu.toml"))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "ca.pem"))
    url = tls.url.replace("http:", "https:")

    def asked(**more: Any) -> list[Any]:
        with open_one(HttpSide(tls, http_settings(kind, url, tmp_path, **more))) as inbox:
            return inbox.list_received()

    assert asked(ca_file=tmp_path / "ca.pem") == []
    for wrong in ({"ca_file": tmp_path / "stranger.pem"}, {}):
        tls.asked.clear()
        with pytest.raises(IngestError, match=r"not trusted.*check ca_file"):
            asked(**wrong)
        assert tls.asked == []
    with pytest.raises(IngestError, match="ca_file"):
        asked(ca_file=tmp_path / "not-there.pem")
    plain = HttpSide(tls, http_settings(kind, tls.url, tmp_path))
    with open_one(plain) as inbox, pytest.raises((IngestError, TemporaryError)):
        inbox.list_received()
