"""A drop: one agency leaves files, we take them, and what became of each is to be seen beside them.

Layout below the root: files to take lie in the root itself (or `incoming`), taken ones go to `done/`, refused ones to
`failed/` with a text of the same name, answers (edXML status messages) to `answers/`. A `.xml` or `.edxml` file is an
edXML message, one whose name says `.status` before that a status; any other file is a case file.

Threat model: as the place's own. A file's name is a stranger's: it may be a secret title, so the message id is made of
its hash, and the name goes where other senders' titles go (`ingest.quarantine`).
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path, PurePath

from archive.errors import TemporaryError
from ingest.errors import IngestError
from ingest.gateway.answers import save
from ingest.gateway.http_inbox import known_status, whole_or_nothing
from ingest.gateway.interface import Waiting
from ingest.gateway.place import Found, Place
from ingest.inbox_settings import FolderInbox, SftpInbox

MESSAGES = (".xml", ".edxml")
LONGEST_NAME = 200  # bytes of a file name of ours that begins as a stranger called something


@dataclass
class Settling:
    """Since when each file has been as it is. For one process; lost with it, a file waits once more.

    Args:
        clock: seconds; not the clock of the place, which may be wrong.
    """

    clock: Callable[[], float] = time.monotonic
    _seen: dict[str, tuple[int, float, float]] = field(default_factory=dict)

    def settled(self, found: list[Found], seconds: float) -> set[str]:
        """Return the names of files whose size and time have not changed for so long; forget those that are gone."""
        now, seen = self.clock(), {}
        for one in found:
            size, modified, since = self._seen.get(one.name, (-1, 0.0, now))
            same = (size, modified) == (one.size, one.modified)
            seen[one.name] = (one.size, one.modified, since if same else now)
        self._seen = seen
        return {name for name, (_, _, since) in seen.items() if now - since >= seconds}


class Drop:
    """A place one agency leaves files in. Implements `ingest.gateway.interface.Inbox`."""

    def __init__(
        self,
        settings: FolderInbox | SftpInbox,
        place: Place,
        *,
        max_message_bytes: int = 512 * 2**20,
        settling: Settling | None = None,
    ) -> None:
        self.settings = settings
        self._place = place
        self._max = max_message_bytes
        self._settling = settling or Settling()
        self._names: dict[str, Found] = {}

    def list_received(self) -> list[Waiting]:
        """Return the files that are ready, oldest first."""
        settings = self.settings
        found = self._place.files(settings.incoming)
        ready = self._ready([one for one in found if not self._is_partial(one.name)])
        self._names = {id_of(one.name): one for one in ready}
        return [
            Waiting(
                doc_id=id_of(one.name),
                message_type=type_of(one.name),
                sender=settings.agency,
                receiver=settings.organ,
                created_at=datetime.fromtimestamp(one.modified, UTC).isoformat(timespec="seconds"),
                title=shown(one.name),
            )
            for one in sorted(ready, key=lambda one: (one.modified, one.name))
        ]

    def _is_partial(self, name: str) -> bool:
        return name.startswith(".") or name.endswith(self.settings.partial)

    def _ready(self, found: list[Found]) -> list[Found]:
        settings = self.settings
        if settings.ready == "marker":
            names = {one.name for one in found}
            return [
                one
                for one in found
                if f"{one.name}{settings.marker}" in names and not one.name.endswith(settings.marker)
            ]
        if settings.ready == "stable":
            settled = self._settling.settled(found, settings.settle_seconds)
            return [one for one in found if one.name in settled]
        return found

    def fetch(self, waiting: Waiting | str, into: Path) -> Path:
        """Copy the file below `into`; it stays where it is until it is acknowledged."""
        doc_id = waiting if isinstance(waiting, str) else waiting.doc_id
        found = self._found(doc_id)
        with whole_or_nothing(doc_id, into) as (target, part, _):
            with self._place.read(self.settings.incoming, found.name) as chunks:
                size = save(chunks, part, self._max)
            if size != found.size:
                raise TemporaryError(
                    f"{doc_id}: {size} bytes came of a file of {found.size}; it is being written"
                )
        return target

    def acknowledge(self, doc_id: str, status: str, reason: str = "") -> None:
        """Move the file to `done/`, or to `failed/` with a text that says why; `processing` leaves it."""
        if known_status(status) == "processing":
            return
        settings, found = self.settings, self._found(doc_id)
        folder = settings.done if status == "done" else settings.failed
        self._place.make(folder)
        if settings.ready == "marker":
            # First: left behind, it would announce the next file of that name too early.
            self._place.remove(settings.incoming, f"{found.name}{settings.marker}")
        for number in count(1):
            name = found.name if number == 1 else _numbered(found.name, number)
            if self._place.move(settings.incoming, found.name, folder, name):
                break
        if status == "fail":
            text = f"{reason or 'Không nhận được tệp này.'}\n"
            self._place.write(folder, f"{_cut(name, LONGEST_NAME)}.txt", text.encode())
        self._names.pop(doc_id, None)

    def send_status(self, xml: bytes, to: str, label: str = "") -> str:
        """Write the answer to `answers/`; return its file name."""
        name = f"{_file_name(label) or hashlib.sha256(xml).hexdigest()[:32]}.xml"
        self._place.write(self.settings.answers, name, xml)
        return name

    def close(self) -> None:
        """Let the place go."""
        self._place.close()

    def _found(self, doc_id: str) -> Found:
        if doc_id not in self._names:
            found = self._place.files(self.settings.incoming)
            self._names |= {id_of(one.name): one for one in found if not self._is_partial(one.name)}
        if doc_id not in self._names:
            raise IngestError(f"{doc_id}: no such file waits in {self.settings.name}")
        return self._names[doc_id]


def id_of(name: str) -> str:
    """Return the message id of a file, which does not tell its name."""
    return f"tep-{hashlib.sha256(name.encode('utf-8', 'surrogateescape')).hexdigest()[:32]}"


def type_of(name: str) -> str:
    """Return the message type a file's name says."""
    stem, dot, _ = name.rpartition(".")
    if not name.lower().endswith(MESSAGES) or not dot:
        return "sip"
    return "status" if stem.lower().endswith(".status") else "edoc"


def shown(name: str) -> str:
    """Return a name fit to be shown and stored as text."""
    return name.encode("utf-8", "replace").decode("utf-8")


def _numbered(name: str, number: int) -> str:
    path = PurePath(name)
    return f"{_cut(path.stem, LONGEST_NAME)} ({number}){_cut(path.suffix, 20)}"


def _file_name(label: str) -> str:
    clean = "".join(letter if letter.isprintable() and letter != "/" else "_" for letter in label)
    return _cut(clean.lstrip("."), LONGEST_NAME)


def _cut(name: str, longest: int) -> str:
    return name.encode("utf-8", "surrogateescape")[:longest].decode("utf-8", "ignore")
