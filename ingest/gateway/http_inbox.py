"""What the HTTP ways in have in common: a line, an authority, and how a message comes to lie on disk."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from archive.vietnam import VIETNAM
from ingest.errors import IngestError
from ingest.gateway import long_json
from ingest.gateway.answers import parsed, save
from ingest.gateway.authority import Authority, Call, Plain, Signed, header_pair
from ingest.gateway.bearer import Bearer
from ingest.gateway.interface import TRANSPORT_STATUSES, Waiting, name_of_ours
from ingest.gateway.line import Line
from ingest.gateway.signing import PREFIX
from ingest.inbox_auth import ClientCredentialsAuth, HeaderPairAuth, HmacAuth
from ingest.inbox_settings import Http

BASE64_GROWS = 2
"""An answer that carries a message as text may be this many times as long."""


def local_now() -> datetime:
    """Return Vietnamese local time, which the other side wants in timestamps and dates."""
    return datetime.now(VIETNAM)


class HttpInbox:
    """Asks over one line by one authority, and remembers what was last listed.

    Args:
        clock: the time that is signed into headers and asked for in lists.
    """

    def __init__(
        self,
        settings: Http,
        *,
        max_message_bytes: int = 512 * 2**20,
        clock: Callable[[], datetime] = local_now,
        header_prefix: str = PREFIX,
    ) -> None:
        self.line = Line(settings)
        self.authority = _authority(settings, self.line, clock, header_prefix)
        self.clock = clock
        self.max_bytes = max_message_bytes
        self._listed: dict[str, str] = {}

    def close(self) -> None:
        """Let the connection go."""
        self.line.close()

    def asked(self, call: Call) -> Any:
        """Return the JSON of a small answer."""
        with self.line.ask(call, self.authority) as answer:
            return parsed(answer.small(), call.path)

    def remember(self, listed: list[Waiting]) -> list[Waiting]:
        """Note of which type each message is, and return them."""
        self._listed = {one.doc_id: one.message_type for one in listed}
        return listed

    def type_of(self, waiting: Waiting | str) -> tuple[str, str]:
        """Return id and message type; a bare id that was not in the last list counts as a case file."""
        if isinstance(waiting, Waiting):
            return waiting.doc_id, waiting.message_type
        return waiting, self._listed.get(waiting, "sip")

    def long_answer(self, call: Call, folder: Path) -> Any:
        """Return the JSON of an answer that carries a message; its long strings lie in the folder."""
        limit = self.max_bytes * BASE64_GROWS + long_json.SKELETON
        with self.line.ask(call, self.authority) as answer:
            return long_json.read(answer.chunks(), folder, max_bytes=limit, operation=call.path)

    def download(self, call: Call, target: Path, judge: Callable[[Any], Any]) -> None:
        """Write an answer that is the message itself.

        Args:
            judge: raises what a JSON answer, which stands for an error here, means.
        """
        with self.line.ask(call, self.authority) as answer:
            if "json" in answer.content_type:
                judge(parsed(answer.small(), call.path))
                raise IngestError(f"{call.path}: the other side answered JSON instead of the message")
            save(answer.chunks(), target, self.max_bytes)


@contextmanager
def whole_or_nothing(doc_id: str, into: Path) -> Iterator[tuple[Path, Path, Path]]:
    """Yield (target, part, folder): what is in `part` at the end becomes `target`; all else in the folder goes."""
    into.mkdir(parents=True, exist_ok=True)
    target = into / name_of_ours(doc_id)
    with tempfile.TemporaryDirectory(dir=into, prefix=".fetch-") as folder:
        part = Path(folder) / "part"
        yield target, part, Path(folder)
        part.replace(target)


def known_status(status: str) -> str:
    """Return the transport status.

    Raises:
        IngestError: no such one.
    """
    if status not in TRANSPORT_STATUSES:
        raise IngestError(f"{status}: the transport knows {', '.join(TRANSPORT_STATUSES)} only")
    return status


def form(content: bytes, *, part: str, fields: dict[str, str] | None = None) -> tuple[bytes, str]:
    """Return a multipart body with one file, and its content type."""
    boundary = uuid4().hex
    lines = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in (fields or {}).items()
    ]
    lines.append(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{part}"; filename="message.edxml"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n"
    )
    body = "".join(lines).encode() + content + f"\r\n--{boundary}--\r\n".encode()
    return body, f"multipart/form-data; boundary={boundary}"


def _authority(settings: Http, line: Line, clock: Callable[[], datetime], header_prefix: str) -> Authority:
    match settings.auth:
        case HmacAuth() as auth:
            return Signed(auth, clock=clock, prefix=header_prefix)
        case HeaderPairAuth() as auth:
            return header_pair(auth, prefix=header_prefix)
        case ClientCredentialsAuth() as auth:
            return Bearer(auth, line)
        case _:
            return Plain(header_prefix)
