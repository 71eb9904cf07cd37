"""The post office behind the dialects: a folder of messages, and what was told about them.

The folder:
    messages/*.json         {docId, messageType, from, to, created_time, file, title, beside?}
    messages/<file>         the raw message
    acknowledgements.jsonl  {docId, status, at} in the order they came
    statuses.jsonl          {id, file, from, to, status, about, at}; statuses/*.xml are the messages
"""

from __future__ import annotations

import json
import re
import threading
from datetime import datetime
from pathlib import Path
from typing import Any

from archive.vietnam import VIETNAM
from ingest.gateway.simulator.faults import Faults


class Post:
    """The folder, kept in mind as far as it has not changed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.lock = threading.Lock()
        (folder / "messages").mkdir(parents=True, exist_ok=True)
        (folder / "statuses").mkdir(exist_ok=True)
        self._known: dict[Path, tuple[int, dict[str, Any]]] = {}
        self._told = {row["docId"]: row["status"] for row in self.rows("acknowledgements.jsonl")}

    def messages(self) -> list[dict[str, Any]]:
        """Return the messages in the folder, oldest first; the same docId may be there twice."""
        for path in (self.folder / "messages").glob("*.json"):
            stamp = path.stat().st_mtime_ns
            if self._known.get(path, (0, {}))[0] != stamp:
                self._known[path] = (stamp, json.loads(path.read_text("utf-8")))
        known = [self._known[path][1] for path in sorted(self._known)]
        return sorted(known, key=lambda one: str(one.get("created_time", "")))

    def message(self, doc_id: str) -> dict[str, Any] | None:
        """Return one message; None when nothing waits under that docId."""
        for _, one in self._known.values():
            if one["docId"] == doc_id:
                return one
        return next((one for one in self.messages() if one["docId"] == doc_id), None)

    def payload(self, doc_id: str) -> Path | None:
        """Return where the bytes of a message lie; None when nothing waits under that docId."""
        one = self.message(doc_id)
        return self.folder / "messages" / Path(str(one["file"])).name if one else None

    def waiting(self, kind: str, faults: Faults) -> list[tuple[dict[str, Any], str]]:
        """Return the messages of a type that are to be listed, each with its transport status."""
        rows = [
            (one, self._told.get(one["docId"], "initial"))
            for one in self.messages()
            if one["messageType"] == kind
            and (faults.repeat or self._told.get(one["docId"]) not in ("done", "fail"))
        ]
        if faults.repeat:
            rows = rows + rows
        if faults.reverse:
            rows.reverse()
        return rows

    def acknowledge(self, doc_id: str, status: str) -> None:
        """Note what became of a message."""
        row = {"docId": doc_id, "status": status, "at": _now()}
        with self.lock:
            self._append("acknowledgements.jsonl", row)
            self._told[doc_id] = status

    def acknowledged(self) -> dict[str, str]:
        """Return docId -> last transport status told."""
        return dict(self._told)

    def keep_status(self, content: bytes, *, sender: str = "", to: list[str] | None = None) -> str:
        """Keep a status message; return the id it gets. Who sent it to whom is read from it unless said."""
        with self.lock:
            number = len(list((self.folder / "statuses").glob("*.xml"))) + 1
            name = f"statuses/{number:05d}.xml"
            (self.folder / name).write_bytes(content)
            row = {
                "id": f"SIM-{number:05d}",
                "file": name,
                "from": sender or _first(rb":From>\s*<[^>]*:OrganId>([^<]*)<", content),
                "to": to or [_first(rb":ResponseFor>\s*<[^>]*:OrganId>([^<]*)<", content)],
                "status": _first(rb"StatusCode>([0-9]{2})<", content),
                "about": _first(rb":DocumentId>([^<]*)<", content),
                "at": _now(),
            }
            self._append("statuses.jsonl", row)
        return str(row["id"])

    def rows(self, name: str) -> list[dict[str, Any]]:
        """Return the rows of a .jsonl file of the folder; none when it is not there."""
        path = self.folder / name
        return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []

    def _append(self, name: str, row: dict[str, Any]) -> None:
        with (self.folder / name).open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(row, ensure_ascii=False) + "\n")


def _now() -> str:
    return datetime.now(VIETNAM).isoformat(timespec="seconds")


def _first(pattern: bytes, content: bytes) -> str:
    found = re.search(pattern, content)
    return found[1].decode("utf-8", "replace") if found else ""
