"""Every way in with its other side running, for tests that go through all of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.ingest.inbox_counterparts import (
    AGENCY,
    HTTP_KINDS,
    Counterpart,
    FileSide,
    file_side,
    http_side,
    inbox_settings,
)
from tests.services.ssh_server import make_server

ALL_KINDS = [*HTTP_KINDS, "folder", "sftp"]


@contextmanager
def any_side(kind: str, folder: Path) -> Iterator[Counterpart]:
    """Yield the other side of one way in; what it starts ends with the block."""
    if kind in HTTP_KINDS:
        with http_side(kind, folder / "ngoai") as one:
            yield one
        return
    files = file_side(folder / "ngoai")
    if kind == "folder":
        yield files
        return
    server = make_server(folder / "sshd")
    server.start()
    settings = inbox_settings(
        name="cong-sftp",
        kind="sftp",
        host="127.0.0.1",
        port=server.port,
        host_key=server.host_key,
        path=str(files.root),
        auth={"kind": "key", "user": server.user, "key_file": str(server.key_file)},
        agencies=[AGENCY],
        ready="rename",
    )
    try:
        yield FileSide(files.root, settings)
    finally:
        server.stop()
