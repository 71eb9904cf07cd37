"""A real SeaweedFS server (`weed mini`) on loopback ports of its own; ended by whoever started it."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import boto3
import pytest
from botocore.config import Config

from archive.stores.s3 import S3Store
from archive.stores.settings import S3Settings

KEY, SECRET = "archive-key", "archive-secret"
SHORT_KEY, SHORT_SECRET = "reader-key", "reader-secret"
WEED = Path(sys.executable).parent / "weed"
SERVERS = ("master", "volume", "filer", "admin", "s3")


def free_ports(count: int) -> list[int]:
    """Return ports nobody listens on, all different."""
    with ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]


@dataclass
class S3Server:
    """One server; `kill` and `start` again keep its data.

    Attributes:
        folder: all it writes.
        port: of the S3 door.
    """

    folder: Path
    port: int
    ports: list[int]
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @classmethod
    def fresh(cls) -> S3Server:
        """Return one that was not started yet, in a new folder."""
        folder = Path(tempfile.mkdtemp(prefix="tangthu-s3-"))
        (folder / "data").mkdir()
        identities = [
            {
                "name": "archive",
                "credentials": [{"accessKey": KEY, "secretKey": SECRET}],
                "actions": ["Admin", "Read", "Write", "List", "Tagging"],
            },
            {
                "name": "reader",
                "credentials": [{"accessKey": SHORT_KEY, "secretKey": SHORT_SECRET}],
                "actions": ["Read", "List"],
            },
        ]
        (folder / "s3.json").write_text(json.dumps({"identities": identities}))
        ports = free_ports(2 * len(SERVERS))
        return cls(folder, ports[-2], ports)

    @property
    def url(self) -> str:
        """Return the address of the S3 door."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it and wait until a bucket can be asked for."""
        pairs = zip(SERVERS, self.ports[::2], self.ports[1::2], strict=True)
        ports = [
            word
            for name, http, grpc in pairs
            for word in (f"-{name}.port={http}", f"-{name}.port.grpc={grpc}")
        ]
        options = [
            "-ip=127.0.0.1",
            "-ip.bind=127.0.0.1",
            "-webdav=false",
            "-admin.ui=false",
            "-master.telemetry=false",
        ]
        off = ["-s3.port.iceberg=0", "-s3.port.lance=0", "-s3.autoCreateBucket=false"]
        self.process = subprocess.Popen(
            [
                WEED,
                "mini",
                *options,
                *off,
                *ports,
                f"-s3.config={self.folder / 's3.json'}",
                f"-dir={self.folder / 'data'}",
            ],
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            stderr=(self.folder / "log").open("ab"),
            env={"PATH": os.environ["PATH"], "HOME": str(self.folder), "TMPDIR": str(self.folder)},
        )
        client, deadline = self.client(), time.monotonic() + 60
        while True:
            assert self.process.poll() is None, (self.folder / "log").read_text()[-2000:]
            try:
                client.list_buckets()
                return
            except Exception:
                assert time.monotonic() < deadline, (self.folder / "log").read_text()[-2000:]
                time.sleep(0.1)

    def kill(self) -> None:
        """End it as a power cut does."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(20)
            self.process = None

    def remove(self) -> None:
        """End it and remove all it wrote."""
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def client(self):  # type: ignore[no-untyped-def]
        """Return a plain boto3 client with all rights."""
        return boto3.client(
            "s3",
            endpoint_url=self.url,
            region_name="us-east-1",
            aws_access_key_id=KEY,
            aws_secret_access_key=SECRET,
            config=Config(retries={"total_max_attempts": 1}, connect_timeout=2, read_timeout=20),
        )

    def make_bucket(self, name: str, *, lock: bool = False, versions: bool = False) -> str:
        """Make a bucket; the first one waits until the server has its storage ready."""
        client, deadline = self.client(), time.monotonic() + 30
        client.create_bucket(Bucket=name, ObjectLockEnabledForBucket=lock)
        if versions:
            client.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
        while True:
            try:
                client.put_object(Bucket=name, Key="is-it-ready", Body=b"yes")
                break
            except Exception:
                assert time.monotonic() < deadline, (self.folder / "log").read_text()[-2000:]
                time.sleep(0.2)
        found = client.list_object_versions(Bucket=name)
        for one in [*found.get("Versions", ()), *found.get("DeleteMarkers", ())]:
            client.delete_object(Bucket=name, Key=one["Key"], VersionId=one["VersionId"])
        return name


def weed_or_skip() -> None:
    """Skip loudly without SeaweedFS; in CI it must be there."""
    if not WEED.exists():
        if os.environ.get("CI"):
            pytest.fail("CI has no SeaweedFS (`weed`): `make setup` installs it")
        pytest.skip("S3 STORES ARE NOT TESTED: no `weed` beside this Python; `make setup` installs it")


def a_store(server: S3Server, bucket: str, **changes: object) -> S3Store:
    """Return an empty store below a prefix of its own in one of the server's buckets: plain, versions, locked."""
    os.environ["TEST_S3_KEY"], os.environ["TEST_S3_SECRET"] = KEY, SECRET
    settings = {
        "name": "kho",
        "kind": "s3",
        "endpoint": server.url,
        "bucket": bucket,
        "prefix": f"{uuid4().hex}/",
        "access_key_env": "TEST_S3_KEY",
        "secret_key_env": "TEST_S3_SECRET",
        "part": 5 << 20,
        "attempts": 2,
        **changes,
    }
    return S3Store(S3Settings.model_validate(settings))
