"""The other side of every way in, for tests: what offices do there, and what is to be seen of what we did."""

from __future__ import annotations

import json
import os
import shutil
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from pydantic import TypeAdapter

from ingest.gateway.axis import Axis
from ingest.gateway.drop import id_of
from ingest.gateway.opening import opened
from ingest.gateway.simulator import LGSP_PATHS, Faults, Simulator
from ingest.inbox_settings import InboxSettings, VxpInbox

ORGAN = "000.00.00.H00"
AGENCY = "000.00.11.H21"
SYSTEM, SECRET = "kho", "bi-mat-cua-kho"
SUFFIX = {"sip": ".zip", "edoc": ".xml", "status": ".status.xml"}
HTTP_KINDS = ("vxp", "provincial", "lgsp")


def inbox_settings(**facts: Any) -> Any:
    """Return settings of one inbox as `[[ingest.inboxes]]` would give them."""
    return TypeAdapter(InboxSettings).validate_python({"organ": ORGAN, **facts})


def private_file(path: Path, text: str = SECRET) -> Path:
    """Write a file that only its owner can read."""
    path.write_text(text)
    path.chmod(stat.S_IRUSR | stat.S_IWUSR)
    return path


def post(folder: Path, number: int, kind: str, data: bytes, **more: Any) -> str:
    """Put a message into the simulator's folder; later numbers are later messages."""
    messages = folder / "messages"
    messages.mkdir(parents=True, exist_ok=True)
    (messages / f"{number}.raw").write_bytes(data)
    facts = {
        "docId": f"VXP-{number}",
        "messageType": kind,
        "from": AGENCY,
        "to": ORGAN,
        "created_time": time.strftime("%Y/%m/%d") + f" 08:{number:02d}:00",
        "file": f"{number}.raw",
        "title": f"Hồ sơ {number}",
        **more,
    }
    (messages / f"{number}.json").write_text(json.dumps(facts), "utf-8")
    return str(facts["docId"])


def http_settings(kind: str, url: str, secrets: Path, **more: Any) -> Any:
    """Return settings of an HTTP inbox that asks a simulator; its secret lies in the folder `secrets`."""
    secret = {"secret_file": private_file(secrets / "secret")}
    auth = {
        "vxp": {"kind": "hmac", "system_id": SYSTEM, **secret},
        "provincial": {"kind": "header-pair", "system_id": SYSTEM, **secret},
        "lgsp": {"kind": "client-credentials", "client_id": SYSTEM, **secret},
    }[kind]
    paths = {"paths": dict(LGSP_PATHS)} if kind == "lgsp" else {}
    facts = {"name": f"cong-{kind}", "kind": kind, "url": url, "auth": auth, "read_seconds": 5, **paths}
    return inbox_settings(**facts | more)


def an_axis(simulator: Simulator, secrets: Path, **more: Any) -> Axis:
    """Return a client of the simulator in the national dialect."""
    limit = more.pop("max_message_bytes", 512 * 2**20)
    settings = http_settings("vxp", simulator.url, secrets, **more)
    assert isinstance(settings, VxpInbox)
    return Axis(settings, max_message_bytes=limit)


class Counterpart(Protocol):
    """One side of a contract: offices put messages there, and see what became of them."""

    settings: Any

    def put(self, name: str, kind: str, data: bytes) -> str:
        """Leave a message; return the id it will be listed under."""
        ...

    def told(self) -> dict[str, str]:
        """Return id -> "done" or "fail" for what was acknowledged."""
        ...

    def answers(self) -> list[bytes]:
        """Return the status messages that arrived, oldest first."""
        ...

    def broken(self) -> Any:
        """Make every call fail for the block, as when the line or the disk is gone."""
        ...


@dataclass
class HttpSide:
    """A simulator and the settings to ask it in one dialect."""

    simulator: Simulator
    settings: Any
    count: int = 0

    def put(self, name: str, kind: str, data: bytes) -> str:
        self.count += 1
        return post(self.simulator.folder, self.count, kind, data, docId=name)

    def told(self) -> dict[str, str]:
        return self.simulator.acknowledged()

    def answers(self) -> list[bytes]:
        return [
            (self.simulator.folder / row["file"]).read_bytes()
            for row in self.simulator.rows("statuses.jsonl")
        ]

    @contextmanager
    def broken(self) -> Iterator[None]:
        self.simulator.faults.drop = 1000
        yield
        self.simulator.faults.drop = 0


@dataclass
class FileSide:
    """A folder an office leaves files in, local or behind an SFTP server on this machine."""

    root: Path
    settings: Any
    names: dict[str, str] = field(default_factory=dict)

    def put(self, name: str, kind: str, data: bytes) -> str:
        self.root.mkdir(exist_ok=True)
        path = self.root / f"{name}{SUFFIX[kind]}"
        path.with_name(f".{path.name}").write_bytes(data)
        moment = time.time() - 1000 + len(self.names)
        os.utime(path.with_name(f".{path.name}"), (moment, moment))
        path.with_name(f".{path.name}").rename(path)
        self.names[id_of(path.name)] = path.name
        return id_of(path.name)

    def told(self) -> dict[str, str]:
        found = {}
        for folder, status in (("done", "done"), ("failed", "fail")):
            for path in (self.root / folder).glob("*"):
                if path.suffix != ".txt":
                    found[id_of(path.name)] = status
        return found

    def answers(self) -> list[bytes]:
        paths = sorted((self.root / "answers").glob("*"), key=lambda path: path.stat().st_mtime_ns)
        return [path.read_bytes() for path in paths]

    @contextmanager
    def broken(self) -> Iterator[None]:
        aside = self.root.with_name("aside")
        self.root.rename(aside)
        yield
        shutil.rmtree(self.root, ignore_errors=True)
        aside.rename(self.root)


@contextmanager
def http_side(kind: str, folder: Path, *, faults: Faults | None = None, **more: Any) -> Iterator[HttpSide]:
    """Yield a running simulator with settings to ask it."""
    folder.mkdir(parents=True, exist_ok=True)
    server = Simulator(folder / "axis", system_id=SYSTEM, secret=SECRET, faults=faults)
    server.start()
    try:
        yield HttpSide(server, http_settings(kind, server.url, folder, **more))
    finally:
        server.shutdown()
        server.server_close()


def file_side(folder: Path, **more: Any) -> FileSide:
    """Return a watched folder."""
    root = folder / "tha-tep"
    root.mkdir(parents=True)
    facts = {"name": "cong-folder", "kind": "folder", "path": root, "agencies": [AGENCY], "ready": "rename"}
    return FileSide(root, inbox_settings(**facts | more))


def open_one(side: Counterpart) -> Any:
    """Return a context that opens the side's inbox."""
    return opened(side.settings)
