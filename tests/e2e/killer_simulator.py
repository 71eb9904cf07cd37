"""Run the simulator, and kill its process at a named moment of what it does for us.

    python tests/e2e/killer_simulator.py FOLDER PORT MOMENT

Moments: listed, opened (a message is about to be sent), cut (half of it is sent), untold (an acknowledgement came and
is not kept), told (it is kept, and not answered), unkept (a status came and is not kept), kept (it is kept, and not
answered). The kill is SIGKILL. The post office is wrapped, the server is the simulator's own.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Any

from ingest.gateway.simulator.post import Post
from ingest.gateway.simulator.server import Simulator
from tests.ingest.inbox_counterparts import SECRET, SYSTEM


class DeadlyPost(Post):
    """The post office, but the process dies at a named moment."""

    def __init__(self, folder: Path, moment: str) -> None:
        super().__init__(folder)
        self.moment = moment

    def waiting(self, *given: Any) -> Any:
        found = super().waiting(*given)
        self.die_at("listed")
        return found

    def payload(self, doc_id: str) -> Path | None:
        self.die_at("opened")
        path = super().payload(doc_id)
        return CutShort(path) if self.moment == "cut" and path is not None else path

    def acknowledge(self, doc_id: str, status: str) -> None:
        self.die_at("untold")
        super().acknowledge(doc_id, status)
        self.die_at("told")

    def keep_status(self, content: bytes, **given: Any) -> str:
        self.die_at("unkept")
        kept = super().keep_status(content, **given)
        self.die_at("kept")
        return kept

    def die_at(self, moment: str) -> None:
        if self.moment == moment:
            die()


class CutShort(type(Path())):  # type: ignore[misc]
    """A message's file; whoever reads it the second time (the first is for its length) gets half of it, then death."""

    opened = 0

    def open(self, *given: Any, **more: Any) -> Any:
        CutShort.opened += 1
        stream = super().open(*given, **more)
        return Half(stream, self.stat().st_size // 2) if CutShort.opened > 1 else stream


class Half:
    """The first half of a stream, and then the end of this process."""

    def __init__(self, stream: Any, half: int) -> None:
        self.stream, self.left = stream, half

    def __enter__(self) -> Half:
        return self

    def __exit__(self, *_: object) -> None:
        self.stream.close()

    def read(self, size: int) -> bytes:
        if self.left <= 0:
            die()
        piece: bytes = self.stream.read(min(size, self.left))
        self.left -= len(piece)
        return piece


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    folder, port, moment = sys.argv[1:]
    simulator = Simulator(Path(folder), system_id=SYSTEM, secret=SECRET, port=int(port))
    post = DeadlyPost(Path(folder), moment)
    simulator.post = post
    for dialect in simulator.dialects:
        dialect.post = post
    print(simulator.url, flush=True)
    simulator.serve_forever()
