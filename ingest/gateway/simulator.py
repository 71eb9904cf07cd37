"""An axis to practise with: serves the messages of a folder the way VXP does, and remembers what it was told.

    python -m ingest.gateway.simulator --port P --folder DIR --system-id X --secret Y

The folder:
    messages/*.json         {docId, messageType, from, to, created_time, file, title}; read on every list
    messages/<file>         the raw message
    acknowledgements.jsonl  {docId, status, at} in the order they came
    statuses.jsonl          {id, file, from, to, status, about, at}; statuses/*.xml are the messages

Whole case files are listed with messageType "sip" and fetched by /downloadEdoc: no public standard carries
a case file over the axis, so this is ours (DERIVED). POST /control sets faults for tests (`Faults`). It binds to
127.0.0.1 only and is no part of production.
"""

from __future__ import annotations

import argparse
import base64
import email.parser
import email.policy
import hashlib
import json
import re
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ingest.gateway.axis import ZONE
from ingest.gateway.signing import PREFIX, verify

MAX_BODY = 64 << 20


@dataclass
class Faults:
    """What goes wrong, as `POST /control` sets it. Numbers count down with each request they spoil.

    Attributes:
        drop: close the connection instead of answering, before doing anything.
        drop_after: do what was asked, then close the connection without an answer.
        error: answer 503.
        truncate: send half of a message and close.
        repeat: list every message twice, acknowledged ones too.
        reverse: list the newest first.
    """

    drop: int = 0
    drop_after: int = 0
    error: int = 0
    truncate: int = 0
    repeat: bool = False
    reverse: bool = False

    def take(self, name: str) -> bool:
        """Use up one of a counted fault; say whether there was one."""
        left = int(getattr(self, name))
        if left > 0:
            setattr(self, name, left - 1)
        return left > 0


class Simulator(ThreadingHTTPServer):
    """The server; `port` 0 takes a free one. Use `serve_forever`, or `start` for a thread of its own."""

    daemon_threads = True

    def __init__(self, folder: Path, *, system_id: str, secret: str, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.folder = folder
        self.system_id = system_id
        self.secret = secret
        self.faults = Faults()
        self.lock = threading.Lock()
        (folder / "messages").mkdir(parents=True, exist_ok=True)
        (folder / "statuses").mkdir(exist_ok=True)

    @property
    def url(self) -> str:
        """Return the base address for `Axis`."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def start(self) -> None:
        """Serve in a background thread until `shutdown`."""
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def messages(self) -> list[dict[str, Any]]:
        """Return the messages in the folder, oldest first; the same docId may be there twice."""
        found = []
        for path in sorted((self.folder / "messages").glob("*.json")):
            found.append(json.loads(path.read_text("utf-8")))
        return sorted(found, key=lambda one: str(one.get("created_time", "")))

    def message(self, doc_id: str) -> dict[str, Any] | None:
        """Return one message; None when nothing waits under that docId."""
        return next((one for one in self.messages() if one["docId"] == doc_id), None)

    def acknowledged(self) -> dict[str, str]:
        """Return docId -> last transport status told."""
        return {row["docId"]: row["status"] for row in self.rows("acknowledgements.jsonl")}

    def rows(self, name: str) -> list[dict[str, Any]]:
        """Return the rows of a .jsonl file of the folder; none when it is not there."""
        path = self.folder / name
        return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []

    def append(self, name: str, row: dict[str, Any]) -> None:
        """Add a row to a .jsonl file of the folder."""
        with self.lock, (self.folder / name).open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(row, ensure_ascii=False) + "\n")


class _Dropped(Exception):
    """The connection is to be closed without an answer."""


class _Handler(BaseHTTPRequestHandler):
    server: Simulator
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:
        sys.stderr.write(f"{self.log_date_time_string()} {format % args}\n")

    def do_GET(self) -> None:
        self._serve("GET")

    def do_POST(self) -> None:
        self._serve("POST")

    def _serve(self, method: str) -> None:
        try:
            self._dispatch(method, urlsplit(self.path).path)
        except _Dropped:
            self.close_connection = True
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def _dispatch(self, method: str, path: str) -> None:
        body = self.rfile.read(min(int(self.headers.get("Content-Length") or 0), MAX_BODY))
        if path == "/health":
            return self._json({"status": "OK", "messages": len(self.server.messages())})
        if path == "/control" and method == "POST":
            return self._control(body)
        faults = self.server.faults
        if faults.take("drop"):
            raise _Dropped
        if faults.take("error"):
            return self._json({"status": "FAIL"}, code=503)
        why = verify(
            dict(self.headers.items()),
            system_id=self.server.system_id,
            secret=self.server.secret,
            now=datetime.now(ZONE),
        )
        if why:
            return self._fail("401", why, code=401)
        operation = {
            ("POST", "/getReceivedEdocList"): self._list,
            ("POST", "/getEdoc"): self._get,
            ("GET", "/downloadEdoc"): self._download,
            ("POST", "/updateStatus"): self._update,
            ("POST", "/sendEdoc"): self._send,
        }.get((method, path))
        if operation is None:
            return self._fail("404", f"no operation {path}", code=404)
        return operation(body)

    def _parameter(self, name: str) -> str:
        return self.headers.get(f"{PREFIX}{name}", "")

    def _json(self, answer: dict[str, Any], *, code: int = 200) -> None:
        raw = json.dumps(answer, ensure_ascii=False).encode()
        self.send_response(code)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def _ok(self, data: Any) -> None:
        if self.server.faults.take("drop_after"):
            raise _Dropped
        self._json({"status": "OK", "ErrorCode": "0", "ErrorDesc": "", "data": data})

    def _fail(self, error: str, words: str, *, code: int = 200) -> None:
        self._json({"status": "FAIL", "ErrorCode": error, "ErrorDesc": words}, code=code)

    def _control(self, body: bytes) -> None:
        known = {f.name: f.type for f in fields(Faults)}
        wanted = json.loads(body or b"{}")
        if unknown := set(wanted) - set(known):
            return self._fail("400", f"unknown fault {sorted(unknown)[0]}", code=400)
        for name, value in wanted.items():
            setattr(self.server.faults, name, value)
        return self._json({"status": "OK", "faults": vars(self.server.faults)})

    def _list(self, _body: bytes) -> None:
        faults, told = self.server.faults, self.server.acknowledged()
        kind = self._parameter("messagetype")
        rows = [
            {
                "docId": one["docId"],
                "serviceType": "eDoc",
                "messageType": one["messageType"],
                "created_time": one.get("created_time", ""),
                "updated_time": one.get("created_time", ""),
                "from": one["from"],
                "to": one["to"],
                "status": told.get(one["docId"], "initial"),
                "status_desc": "",
                "title": one.get("title", ""),
            }
            for one in self.server.messages()
            if one["messageType"] == kind
            and (faults.repeat or told.get(one["docId"]) not in ("done", "fail"))
        ]
        if faults.repeat:
            rows = rows + rows
        if faults.reverse:
            rows.reverse()
        self._ok(rows)

    def _payload(self) -> Path | None:
        one = self.server.message(self._parameter("docId"))
        return self.server.folder / "messages" / Path(str(one["file"])).name if one else None

    def _get(self, _body: bytes) -> None:
        path = self._payload()
        if path is None:
            return self._fail("10", "no such docId")
        return self._ok(base64.b64encode(path.read_bytes()).decode())

    def _download(self, _body: bytes) -> None:
        path = self._payload()
        if path is None:
            return self._fail("10", "no such docId")
        size = path.stat().st_size
        self.send_response(200)
        self.send_header("Content-Type", "application/octet-stream")
        self.send_header("Content-Length", str(size))
        self.end_headers()
        left = size // 2 if self.server.faults.take("truncate") else size
        with path.open("rb") as stream:
            while left and (chunk := stream.read(min(1 << 20, left))):
                self.wfile.write(chunk)
                left -= len(chunk)
        self.close_connection = True
        return None

    def _update(self, _body: bytes) -> None:
        doc_id, status = self._parameter("docId"), self._parameter("status")
        if self.server.message(doc_id) is None:
            return self._fail("10", "no such docId")
        if status not in ("done", "fail", "processing"):
            return self._fail("22", f"unknown status {status}")
        row = {"docId": doc_id, "status": status, "at": datetime.now(ZONE).isoformat(timespec="seconds")}
        self.server.append("acknowledgements.jsonl", row)
        return self._ok(None)

    def _send(self, body: bytes) -> None:
        head = f"Content-Type: {self.headers.get('Content-Type', '')}\r\n\r\n".encode()
        parsed = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + body)
        parts = [
            p for p in parsed.iter_parts() if p.get_param("name", header="content-disposition") == "file_doc"
        ]
        if not parts:
            return self._fail("10", "no part file_doc")
        content = parts[0].get_payload(decode=True)
        sha256 = hashlib.sha256(content).hexdigest() if isinstance(content, bytes) else ""
        if not isinstance(content, bytes) or sha256 != self._parameter("hash-file").lower():
            return self._fail("21", "hash-file is not the hash of file_doc")
        with self.server.lock:
            number = len(list((self.server.folder / "statuses").glob("*.xml"))) + 1
            name = f"statuses/{number:05d}.xml"
            (self.server.folder / name).write_bytes(content)
        row = {
            "id": f"SIM-{number:05d}",
            "file": name,
            "from": self._parameter("from"),
            "to": json.loads(self._parameter("to") or "[]"),
            "status": _first(rb"StatusCode>([0-9]{2})<", content),
            "about": _first(rb":DocumentId>([^<]*)<", content),
            "at": datetime.now(ZONE).isoformat(timespec="seconds"),
        }
        self.server.append("statuses.jsonl", row)
        return self._ok({"DocId": row["id"]})


def _first(pattern: bytes, content: bytes) -> str:
    found = re.search(pattern, content)
    return found[1].decode("utf-8", "replace") if found else ""


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m ingest.gateway.simulator")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--system-id", default="tangthu")
    parser.add_argument("--secret", default="tangthu")
    options = parser.parse_args(arguments)
    server = Simulator(options.folder, system_id=options.system_id, secret=options.secret, port=options.port)
    print(f"axis simulator at {server.url}, serving {options.folder}", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass
    finally:
        server.server_close()


if __name__ == "__main__":
    main()
