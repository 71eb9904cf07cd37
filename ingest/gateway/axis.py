"""The document axis over HTTP, in the dialect of the national one (VXP): list, fetch, acknowledge, answer.

Threat model: the other side may be down, slow, endless, lying about sizes, or not the axis at all. Every
answer is bounded, redirects are not followed (they would carry signed headers elsewhere), and nothing it
names becomes a path. Other dialects (issue 4) get their own module behind `ingest.gateway.interface.Inbox`.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import requests

from archive.errors import TemporaryError
from ingest.errors import IngestError
from ingest.gateway.answers import decode_data, meaning, save
from ingest.gateway.interface import Waiting
from ingest.gateway.signing import sign
from ingest.settings import IngestSettings

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
MESSAGE_TYPES = ("edoc", "status", "sip")
CHUNK = 1 << 20


def local_now() -> datetime:
    """Return Vietnamese local time, which the axis wants in its timestamps."""
    return datetime.now(ZONE)


class Axis:
    """A client of one axis for one system id. Implements `ingest.gateway.interface.Inbox`.

    Args:
        clock: the time that is signed into the headers.
        timeout: seconds to connect and between two pieces of an answer.
    """

    def __init__(
        self,
        url: str,
        *,
        system_id: str,
        secret: str,
        organ: str,
        max_message_bytes: int = 512 * 2**20,
        timeout: float = 30,
        clock: Callable[[], datetime] = local_now,
    ) -> None:
        self.url = url.rstrip("/")
        self.organ = organ
        self._system_id = system_id
        self._secret = secret
        self._max = max_message_bytes
        self._timeout = timeout
        self._clock = clock
        self._listed: dict[str, str] = {}  # docId -> message type, from the last list

    @classmethod
    def from_settings(cls, settings: IngestSettings | None = None) -> Axis:
        """Return the axis the settings name.

        Raises:
            IngestError: no axis is configured.
        """
        settings = settings or IngestSettings.load()
        if not settings.axis_url:
            raise IngestError("no axis is configured: set axis_url in [ingest] of tangthu.toml")
        return cls(
            settings.axis_url,
            system_id=settings.axis_system_id,
            secret=settings.axis_secret,
            organ=settings.axis_organ,
            max_message_bytes=settings.max_message_bytes,
        )

    def list_received(self) -> list[Waiting]:
        """Return what waits for us: case files, documents and statuses."""
        found: list[Waiting] = []
        for kind in MESSAGE_TYPES:
            data = self._call("getReceivedEdocList", {"servicetype": "eDoc", "messagetype": kind})
            if not isinstance(data, list):
                raise IngestError("getReceivedEdocList: the axis gave no list")
            found += [_waiting(row, kind) for row in data]
        self._listed = {one.doc_id: one.message_type for one in found}
        return found

    def fetch(self, waiting: Waiting | str, into: Path) -> Path:
        """Write the raw message below `into` and return its path; the name is ours.

        Documents and statuses come by getEdoc (base64 in JSON), whole case files streamed by downloadEdoc.
        That downloadEdoc gives the bytes as they are is our reading (DERIVED): only its name is published. A
        bare id that was not in the last list is downloaded.
        """
        doc_id = waiting if isinstance(waiting, str) else waiting.doc_id
        kind = self._listed.get(doc_id, "sip") if isinstance(waiting, str) else waiting.message_type
        into.mkdir(parents=True, exist_ok=True)
        target = into / f"{hashlib.sha256(doc_id.encode()).hexdigest()[:16]}.raw"
        with tempfile.TemporaryDirectory(dir=into, prefix=".fetch-") as folder:
            part = Path(folder) / "part"
            if kind == "sip":
                with self._request("GET", "downloadEdoc", {"docId": doc_id}) as answer:
                    if "json" in answer.headers.get("Content-Type", ""):
                        meaning(_small(answer), "downloadEdoc")
                        raise IngestError("downloadEdoc: the axis answered JSON instead of the message")
                    size = save(_chunks(answer), part, self._max)
                    said = answer.headers.get("Content-Length", "")
                    if said.isdigit() and int(said) != size:
                        raise TemporaryError(f"downloadEdoc {doc_id}: {size} of {said} bytes came")
            else:
                saved = Path(folder) / "answer"
                with self._request("POST", "getEdoc", {"filePath": "-", "docId": doc_id}) as answer:
                    save(_chunks(answer), saved, self._max * 2)
                decode_data(saved, part, "getEdoc")
            part.replace(target)
        return target

    def acknowledge(self, doc_id: str, status: str) -> None:
        """Tell the transport what became of a message: `done` removes it from the list."""
        if status not in ("done", "fail", "processing"):
            raise IngestError(f"{status}: the transport knows done, fail and processing only")
        self._call("updateStatus", {"docId": doc_id, "status": status})

    def send_status(self, xml: bytes, to: str) -> str:
        """Send an edXML status message to an agency code; return the axis's id for it."""
        return self._send(xml, to, "status")

    def _send(self, xml: bytes, to: str, kind: str) -> str:
        parameters = {
            "from": self.organ,
            "servicetype": "eDoc",
            "messagetype": kind,
            "to": json.dumps([to]),
            "hash-file": hashlib.sha256(xml).hexdigest(),
        }
        boundary = uuid4().hex
        body = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="file_doc"; filename="message.edxml"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n"
        ).encode()
        body += xml + f"\r\n--{boundary}--\r\n".encode()
        kind_of_body = f"multipart/form-data; boundary={boundary}"
        with self._request("POST", "sendEdoc", parameters, body=body, content_type=kind_of_body) as answer:
            data = meaning(_small(answer), "sendEdoc")
        doc_id = data.get("DocId", "") if isinstance(data, dict) else data
        if not doc_id:
            raise IngestError("sendEdoc: the axis gave no DocId")
        return str(doc_id)

    def _call(self, operation: str, parameters: Mapping[str, str]) -> Any:
        with self._request("POST", operation, parameters) as answer:
            return meaning(_small(answer), operation)

    @contextmanager
    def _request(
        self,
        method: str,
        operation: str,
        parameters: Mapping[str, str],
        *,
        body: bytes = b"",
        content_type: str = "application/json",
    ) -> Iterator[requests.Response]:
        headers = sign(
            parameters,
            system_id=self._system_id,
            secret=self._secret,
            content_type=content_type,
            now=self._clock(),
        )
        try:
            with (
                requests.Session() as session,
                session.request(
                    method,
                    f"{self.url}/{operation}",
                    data=body,
                    headers=headers,
                    timeout=self._timeout,
                    stream=True,
                    allow_redirects=False,
                ) as answer,
            ):
                if answer.status_code >= 500 or answer.status_code == 429:
                    raise TemporaryError(
                        f"{operation}: the axis answered {answer.status_code}; tried again later"
                    )
                if answer.status_code in (401, 403):
                    raise IngestError(
                        f"{operation}: the axis does not accept our signature ({answer.status_code}); "
                        "check axis_system_id and axis_secret in [ingest]"
                    )
                if answer.status_code != 200:
                    raise IngestError(f"{operation}: the axis answered {answer.status_code}")
                yield answer
        except (
            requests.ConnectionError,
            requests.Timeout,
            requests.exceptions.ChunkedEncodingError,
        ) as error:
            raise TemporaryError(f"{operation}: no answer from the axis at {self.url}: {error}") from error
        except requests.RequestException as error:
            raise IngestError(f"{operation}: {error}; check axis_url in [ingest]") from error


def _chunks(answer: requests.Response) -> Iterator[bytes]:
    yield from answer.iter_content(CHUNK)


def _small(answer: requests.Response) -> bytes:
    limit = 16 << 20
    data = bytearray()
    for chunk in answer.iter_content(CHUNK):
        data += chunk
        if len(data) > limit:
            raise IngestError(f"the axis answered more than {limit} bytes")
    return bytes(data)


def _waiting(row: Any, kind: str) -> Waiting:
    if not isinstance(row, dict) or not str(row.get("docId", "")):
        raise IngestError(f"getReceivedEdocList: a row without docId: {row!r:.80}")
    return Waiting(
        doc_id=str(row["docId"]),
        message_type=str(row.get("messageType") or kind),
        sender=str(row.get("from") or ""),
        receiver=str(row.get("to") or ""),
        created_at=str(row.get("created_time") or ""),
        status=str(row.get("status") or "initial"),
        title=str(row.get("title") or ""),
    )
