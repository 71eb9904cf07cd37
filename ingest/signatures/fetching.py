"""Ask OCSP responders and fetch revocation lists, when the deployment allows it: bounded, and only where it may.

Threat: the address stands in a certificate (below a trusted root, `wanted`), and who answers is a stranger. Only http
and https; only the hosts of `[ingest] revocation_hosts` when that names any; private addresses and this machine only
when their host is named there; no redirect; bounded in size, in time for one answer and in time for a file. The bytes
are not read here but where the file is, by pyHanko: an answer signed by the wrong key is evidence of nothing.
Whatever goes wrong, the status stays untold (TRY_LATER), never good.
"""

from __future__ import annotations

import base64
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from archive.errors import TemporaryError
from ingest.addresses import taken_apart
from ingest.guarded_line import PrivateAddressError, answer
from ingest.settings import IngestSettings
from ingest.signatures.questions import Wanted
from ingest.signatures.report import Fetched

GOT, TOO_LARGE, UNREACHABLE, REFUSED, NOT_ALLOWED, NO_TIME = (
    "got",
    "too large",
    "unreachable",
    "refused",
    "not allowed",
    "no time left",
)
HEADERS = {"Content-Type": "application/ocsp-request", "Accept": "application/ocsp-response"}


@dataclass(frozen=True)
class Answer:
    """What came of one question; `der` is empty unless the outcome is `GOT`."""

    outcome: str
    der: bytes = b""


class Remembered:
    """Answers of the last minutes, so that a batch signed by one office asks once. Safe to share between threads.

    Args:
        kept: seconds an answer is good for; failed: seconds after which one that could not be had is asked again.
        most: answers; size: their bytes together.
    """

    def __init__(
        self,
        *,
        kept: float = 300,
        failed: float = 60,
        most: int = 200,
        size: int = 64 * 2**20,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._kept, self._failed, self._most, self._size, self._clock = kept, failed, most, size, clock
        self._found: OrderedDict[str, tuple[float, Answer]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: str) -> Answer | None:
        """Return the answer, None when there is none that is new enough."""
        with self._lock:
            at, found = self._found.get(key, (0.0, None))
            if found is None:
                return None
            if self._clock() - at > (self._kept if found.outcome == GOT else self._failed):
                del self._found[key]
                return None
            return found

    def put(self, key: str, found: Answer) -> None:
        """Remember an answer, and forget the oldest beyond the limits."""
        with self._lock:
            self._found[key] = (self._clock(), found)
            self._found.move_to_end(key)
            while (
                len(self._found) > self._most or sum(len(a.der) for _, a in self._found.values()) > self._size
            ):
                self._found.popitem(last=False)

    def forget(self) -> None:
        """Forget all of them."""
        with self._lock:
            self._found.clear()


REMEMBERED = Remembered()


class Line:
    """Asks for one file, within the time one file has.

    Args:
        settings: hosts, seconds and bytes.
    """

    def __init__(self, settings: IngestSettings, *, remembered: Remembered = REMEMBERED) -> None:
        self._settings, self._remembered = settings, remembered
        self._until = time.monotonic() + settings.revocation_seconds
        self.told: list[Fetched] = []

    def ask(self, one: Wanted) -> Answer:
        """Return what came; and note it for the report."""
        found = self._remembered.get(one.key)
        if found is None:
            found = self._asked(one)
            if found.outcome not in (NO_TIME, NOT_ALLOWED):
                self._remembered.put(one.key, found)
        self.told.append(Fetched(one.kind, one.url, one.about, found.outcome))
        return found

    def _asked(self, one: Wanted) -> Answer:
        target = taken_apart(one.url)
        hosts = self._settings.revocation_hosts
        if target is None or (hosts and target.host not in hosts):
            return Answer(NOT_ALLOWED)
        seconds = min(self._settings.revocation_answer_seconds, self._until - time.monotonic())
        if seconds <= 0:
            return Answer(NO_TIME)
        body = base64.b64decode(one.request) if one.kind == "ocsp" else None
        most = self._settings.revocation_bytes
        try:
            with answer(
                target,
                private=target.host in hosts,
                seconds=seconds,
                body=body,
                headers=HEADERS if body is not None else None,
            ) as given:
                if given.status != 200:
                    return Answer(REFUSED)
                if given.length is not None and given.length > most:
                    return Answer(TOO_LARGE)
                der = given.read(most + 1)
                if given.length:  # less came than was said
                    return Answer(UNREACHABLE)
        except PrivateAddressError:
            return Answer(NOT_ALLOWED)
        except TemporaryError:
            return Answer(UNREACHABLE)
        return Answer(GOT, der) if len(der) <= most else Answer(TOO_LARGE)
