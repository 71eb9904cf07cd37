"""Packages by REST over real HTTP, with the tus project's own client: whole, in pieces, and over a killed portal."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tusclient.client import TusClient

from tests.portal import running_site
from tests.portal.house_people import GIA_LAI, LANG_SON, PEOPLE

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]

MB = 1 << 20
TUS = {"Tus-Resumable": "1.0.0"}


@dataclass
class Portal:
    """A running instance that can be killed and started again."""

    instance: running_site.Instance
    data: Path
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return self.instance.url

    def start(self) -> None:
        log = self.instance.home / "instance.log"
        with log.open("ab") as stream:
            self.process = subprocess.Popen(
                [str(self.instance.home / "bin" / "instance"), "console"],
                cwd=self.instance.home,
                env=self.instance.environment,
                stdout=stream,
                stderr=stream,
                start_new_session=True,
            )
        running_site._wait(self.url, self.process, log)

    def kill(self) -> None:
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(30)

    def memory_mb(self) -> int:
        """Return the greatest memory the instance had so far."""
        assert self.process is not None
        group = os.getpgid(self.process.pid)
        peaks = []
        for status in Path("/proc").glob("[0-9]*/status"):
            try:
                if os.getpgid(int(status.parent.name)) == group:
                    line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
                    peaks.append(int(line.split()[1]) // 1024)
            except (ProcessLookupError, FileNotFoundError, StopIteration):
                continue
        return max(peaks)


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    home = tmp_path_factory.mktemp("portal")
    config = home / "tangthu.toml"
    config.write_text(
        f'[archive]\ndata = "{home / "archive"}"\nbroker_url = "memory://"\n'
        "[ingest]\nmax_message_bytes = 220000000\n"
        '[[ingest.inboxes]]\nkind = "rest"\nname = "rest"\nuploads = 3\nupload_bytes = 400000000\n',
        "utf-8",
    )
    env = running_site.environment(config)
    running_site.furnished(home, env)
    instance = running_site.built(home, env)
    running_site.make_site(instance, home / "accounts.json")
    one = Portal(instance, home / "archive")
    one.start()
    yield one
    one.kill()


def access(login: str = "giang") -> dict[str, str]:
    password = next(person["password"] for person in PEOPLE if person["login"] == login)
    token = base64.b64encode(f"{login}:{password}".encode()).decode()
    return {"Authorization": f"Basic {token}", "Accept": "application/json"}


def ask(
    portal: Portal,
    method: str,
    path: str,
    *,
    login: str = "giang",
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
) -> tuple[int, Mapping[str, str], Any]:
    """Return status, headers and JSON body of one request."""
    address = path if path.startswith("http") else portal.url + path
    request = urllib.request.Request(
        address, data=body, method=method, headers=access(login) | dict(headers or {})
    )
    try:
        answer = urllib.request.urlopen(request, timeout=120)
    except urllib.error.HTTPError as error:
        answer = error
    with answer:
        text = answer.read()
    return answer.status, answer.headers, json.loads(text) if text else None


def meta(**said: str) -> str:
    return ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in said.items())


def begin(portal: Portal, length: int, login: str = "giang", agency: str = LANG_SON, **more: str) -> Any:
    headers = {"Upload-Length": str(length), "Upload-Metadata": meta(agency=agency, filename="hồ sơ.zip")}
    return ask(portal, "POST", "/@uploads", login=login, headers=TUS | headers | more, body=b"")


def patch(portal: Portal, address: str, piece: bytes, offset: int, **more: str) -> Any:
    headers = {"Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"}
    return ask(
        portal,
        "PATCH",
        address,
        headers=TUS | headers | {k.replace("_", "-"): v for k, v in more.items()},
        body=piece,
    )


def end(portal: Portal, address: str) -> int:
    return int(ask(portal, "DELETE", address, headers=TUS)[0])


def raw_of(portal: Portal, submission: str) -> Path:
    return portal.data / "quarantine" / submission.rsplit("/", 1)[1] / "raw"


def test_a_package_in_one_piece_is_answered_with_where_to_ask(portal: Portal) -> None:
    body = b"PK\3\4" + os.urandom(3 * MB)
    path = f"/@submissions?agency={LANG_SON}&name=ho-so.zip"
    headers = {"Content-Type": "application/zip", "Idempotency-Key": "ho-so-15"}
    status, sent, answer = ask(portal, "POST", path, headers=headers, body=body)
    assert (status, sent["Location"]) == (202, answer["submission"])
    assert raw_of(portal, answer["submission"]).read_bytes() == body
    assert ask(portal, "POST", path, headers=headers, body=body)[::2] == (202, answer), "the same answer"
    status, _, problem = ask(portal, "POST", path, headers=headers, body=body + b"!")
    assert (status, problem["title"]) == (422, "Idempotency-Key reused")
    status, _, one = ask(portal, "GET", answer["submission"])
    assert (status, one["state"], one["findings"], one["size"]) == (200, "received", [], len(body))
    status, _, told = ask(portal, "GET", answer["statuses"])
    assert (status, [(row["status"], row["means"]) for row in told["statuses"]]) == (200, [("01", "Đã đến")])
    assert ask(portal, "GET", answer["statuses"], login="hoa")[0] == 403
    assert ask(portal, "GET", f"{answer['submission']}/nothing")[0] == 404


@pytest.mark.parametrize(
    ("login", "query", "headers", "status"),
    [
        ("giang", f"?agency={LANG_SON}", {"Content-Type": "application/zip"}, 400),
        ("giang", "", {"Content-Type": "application/zip", "Idempotency-Key": "k"}, 400),
        ("giang", f"?agency={GIA_LAI}", {"Content-Type": "application/zip", "Idempotency-Key": "k"}, 403),
        ("hoa", f"?agency={LANG_SON}", {"Content-Type": "application/zip", "Idempotency-Key": "k"}, 403),
        ("an", "?agency=000.00.99.H99", {"Content-Type": "application/zip", "Idempotency-Key": "k"}, 404),
        ("giang", f"?agency={LANG_SON}", {"Content-Type": "text/plain", "Idempotency-Key": "k"}, 415),
    ],
)
def test_a_package_is_refused_with_a_problem(
    portal: Portal, login: str, query: str, headers: dict[str, str], status: int
) -> None:
    told, sent, problem = ask(
        portal, "POST", f"/@submissions{query}", login=login, headers=headers, body=b"PK"
    )
    assert (told, problem["status"], sent["Content-Type"]) == (status, status, "application/problem+json")


def test_the_server_says_what_it_can(portal: Portal) -> None:
    status, sent, _ = ask(portal, "OPTIONS", "/@uploads")
    assert (status, sent["Tus-Version"], sent["Tus-Max-Size"]) == (204, "1.0.0", "220000000")
    assert set(sent["Tus-Extension"].split(",")) == {"creation", "expiration", "checksum", "termination"}
    assert "sha256" in sent["Tus-Checksum-Algorithm"]


def test_the_tus_client_delivers_a_large_package_in_bounded_memory(portal: Portal, tmp_path: Path) -> None:
    package = tmp_path / "lon.zip"
    digest = hashlib.sha256(b"PK\3\4")
    with package.open("wb") as out:
        out.write(b"PK\3\4")
        for _ in range(200):
            block = os.urandom(MB)
            digest.update(block)
            out.write(block)
    before = portal.memory_mb()
    uploader = TusClient(f"{portal.url}/@uploads", headers=access()).uploader(
        str(package),
        chunk_size=64 * MB,
        metadata={"agency": LANG_SON, "filename": "lớn.zip"},
        upload_checksum=True,
    )
    uploader.upload()
    status, _, told = ask(portal, "GET", uploader.url)
    assert (status, told["offset"]) == (200, package.stat().st_size)
    with raw_of(portal, told["submission"]).open("rb") as stream:
        assert hashlib.file_digest(stream, "sha256").digest() == digest.digest()
    assert ask(portal, "GET", told["submission"])[2]["message_id"].startswith("rest-")
    assert portal.memory_mb() - before < 96, "200 MB came in pieces of 64 MB"


def test_an_upload_goes_on_after_the_portal_was_killed(portal: Portal, tmp_path: Path) -> None:
    package = tmp_path / "ho-so.zip"
    package.write_bytes(b"PK\3\4" + os.urandom(5 * MB))
    client = TusClient(f"{portal.url}/@uploads", headers=access())
    first = client.uploader(
        str(package), chunk_size=2 * MB, metadata={"agency": LANG_SON, "filename": "a.zip"}
    )
    first.upload_chunk()
    portal.kill()
    portal.start()
    again = client.uploader(str(package), chunk_size=2 * MB, url=first.url)
    assert again.offset == 2 * MB
    again.upload()
    told = ask(portal, "GET", first.url)[2]
    assert raw_of(portal, told["submission"]).read_bytes() == package.read_bytes()


def test_a_kill_in_the_middle_of_posts_leaves_one_submission(portal: Portal) -> None:
    """The caller never heard the answer, asks again with the same key, and gets the one submission."""
    body = b"PK\3\4" + os.urandom(8 * MB)
    path = f"/@submissions?agency={LANG_SON}"
    headers = {"Content-Type": "application/zip", "Idempotency-Key": "ho-so-bi-ngat"}
    home = portal.data / "quarantine"
    known = {one.name for one in home.iterdir()}
    script = (
        "import sys,urllib.request;urllib.request.urlopen(urllib.request.Request("
        "sys.argv[1],data=open(sys.argv[2],'rb').read(),headers=eval(sys.argv[3])))"
    )
    package = portal.data / "package.zip"
    package.write_bytes(body)
    caller = subprocess.Popen(
        [sys.executable, "-c", script, portal.url + path, str(package), repr(access() | headers)],
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 60
    while {one.name for one in home.iterdir() if not one.name.startswith(".")} <= known:
        assert time.monotonic() < deadline
        time.sleep(0.001)
    portal.kill()
    caller.wait(60)
    portal.start()
    status, _, answer = ask(portal, "POST", path, headers=headers, body=body)
    assert status == 202
    assert ask(portal, "POST", path, headers=headers, body=body)[2] == answer
    listed = ask(portal, "GET", "/@submissions?size=100")[2]["items"]
    digest = hashlib.sha256(body).hexdigest()
    assert [one["id"] for one in listed if one["sha256"] == digest] == [answer["id"]]
    assert raw_of(portal, answer["submission"]).read_bytes() == body


def test_pieces_are_checked_and_told_apart(portal: Portal) -> None:
    status, sent, _ = begin(portal, 10)
    address = sent["Location"]
    assert (status, sent["Upload-Offset"]) == (201, "0")
    assert sent["Upload-Expires"].endswith("GMT")
    right = base64.b64encode(hashlib.sha256(b"PK\3\4").digest()).decode()
    assert patch(portal, address, b"PK\3\5", 0, Upload_Checksum=f"sha256 {right}")[0] == 460
    assert patch(portal, address, b"PK\3\4", 0, Upload_Checksum=f"crc32 {right}")[0] == 400
    status, sent, _ = patch(portal, address, b"PK\3\4", 0, Upload_Checksum=f"sha256 {right}")
    assert (status, sent["Upload-Offset"], sent["Tus-Resumable"]) == (204, "4", "1.0.0")
    assert patch(portal, address, b"x", 0)[0] == 409
    assert patch(portal, address, bytes(7), 4)[0] == 413
    headers = TUS | {"Upload-Offset": "4", "Content-Type": "application/zip"}
    assert ask(portal, "PATCH", address, headers=headers, body=b"x")[0] == 415
    assert ask(portal, "PATCH", address, headers={"Tus-Resumable": "0.2.2"}, body=b"x")[0] == 412
    status, sent, _ = ask(portal, "HEAD", address, headers=TUS)
    assert (status, sent["Upload-Offset"], sent["Upload-Length"]) == (200, "4", "10")
    assert ask(portal, "HEAD", address, headers=TUS, login="lan")[0] == 404, "somebody else's"
    assert end(portal, address) == 204
    assert ask(portal, "HEAD", address, headers=TUS)[0] == 404


def test_beginnings_are_bounded(portal: Portal) -> None:
    assert begin(portal, 0)[0] == 400, "an empty file"
    assert begin(portal, 220_000_001)[0] == 413
    assert begin(portal, 10, agency=GIA_LAI)[0] == 403
    assert begin(portal, 10, login="hoa")[0] == 403
    assert begin(portal, 10, **{"Upload-Metadata": "agency ***"})[0] == 400
    assert begin(portal, 10, **{"Upload-Length": "ten"})[0] == 400
    assert begin(portal, 10, **{"Tus-Resumable": ""})[0] == 412
    made = [begin(portal, 10)[1]["Location"] for _ in range(3)]
    status, _, problem = begin(portal, 10)
    assert status == 429
    assert LANG_SON in problem["detail"]
    same = {
        begin(portal, 10, login="an", agency=GIA_LAI, **{"Idempotency-Key": "k"})[1]["Location"]
        for _ in range(2)
    }
    assert len(same) == 1, "the same key, the same upload"
    for address in made:
        assert end(portal, address) == 204
