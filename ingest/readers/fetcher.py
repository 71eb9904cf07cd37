"""Fetch a missing file over HTTP from where the agreement says, in pieces, and no byte more than asked for.

Threat model: see `ingest.readers.holes`. Every address, redirects too, must be listed; the connected IP address is
looked at before a byte is sent, so a name that leads into our network is of no use; no proxy, cookie, password or other
header of ours goes with the request; the answer is read to disk with a cap and against the clock. Certificates are
checked. Whether the bytes are the right ones, the package's own hashes say.
"""

from __future__ import annotations

import http.client
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin

from archive.errors import TemporaryError
from archive.hashing import hashed_copy
from archive.reason import because, trouble
from ingest import our_disk
from ingest.addresses import FetchPlace, place_of
from ingest.gateway.unzip import Unpacked
from ingest.guarded_line import PrivateAddressError, answer
from ingest.readers.interface import Hole, HoleError

REDIRECTS = frozenset({301, 302, 303, 307, 308})
MOST_REDIRECTS = 3
PATIENT_STATUS = frozenset({408, 425, 429})


@dataclass(frozen=True)
class HttpFetcher:
    """Fetches from listed places.

    Attributes:
        places: what the agreement lists.
        seconds: one answer must be there whole within.
        give_up: the delivery has waited long enough: what does not answer is a finding and no wait.
    """

    places: tuple[FetchPlace, ...]
    seconds: float = 600
    give_up: bool = False

    def fetch(self, hole: Hole, target: Path, *, room: int) -> Unpacked:
        """Write the file to `target` and return it.

        Raises:
            HoleError: HOLE_ADDRESS, HOLE_REDIRECT, HOLE_PRIVATE, HOLE_GONE, HOLE_SIZE; when giving up
                HOLE_UNREACHABLE.
            TemporaryError: the place does not answer now, or our disk is full.
        """
        try:
            return self._fetch(hole, target, room)
        except PrivateAddressError as error:
            target.unlink(missing_ok=True)
            raise HoleError("HOLE_PRIVATE", error.reason) from error
        except TemporaryError as error:
            target.unlink(missing_ok=True)
            if self.give_up and not isinstance(error, _OurDiskError):
                raise HoleError("HOLE_UNREACHABLE", error.reason) from error
            raise
        except HoleError:
            target.unlink(missing_ok=True)
            raise

    def _fetch(self, hole: Hole, target: Path, room: int) -> Unpacked:
        url = hole.url
        for hop in range(MOST_REDIRECTS + 1):
            found = place_of(url, self.places)
            if found is None:
                code = "HOLE_REDIRECT" if hop else "HOLE_ADDRESS"
                raise HoleError(code, because("ingest.not-agreed"))
            with answer(found[0], private=found[1].private, seconds=self.seconds) as given:
                if given.status == 200:
                    return self._saved(hole, given, target, room)
                if given.status in REDIRECTS and (moved := given.headers.get("Location")):
                    url = urljoin(url, moved)
                    continue
                if given.status >= 500 or given.status in PATIENT_STATUS:
                    raise TemporaryError(f"{found[0].host}: answered {given.status}; tried again later")
                raise HoleError("HOLE_GONE", because("ingest.answered", status=given.status))
        raise HoleError("HOLE_REDIRECT", because("ingest.more-redirects", count=MOST_REDIRECTS))

    def _saved(self, hole: Hole, answer: http.client.HTTPResponse, target: Path, room: int) -> Unpacked:
        if answer.length is not None and answer.length > room:
            raise HoleError("HOLE_SIZE", because("ingest.bytes-most", bytes=answer.length, most=room))
        said = answer.length
        try:
            with target.open("wb") as sink:
                copied = hashed_copy(answer, sink, limit=room)
        except OSError as error:
            if our_disk.is_ours(error):
                raise _OurDiskError(because("ingest.quarantine-trouble", trouble=trouble(error))) from error
            raise
        if copied.size > room:
            raise HoleError("HOLE_SIZE", because("ingest.larger-than", bytes=room))
        if said is not None and copied.size != said:
            raise TemporaryError(f"{copied.size} of {said} bytes came; tried again later")
        return Unpacked(hole.path, target, copied.size, copied.sha256)


class _OurDiskError(TemporaryError):
    """The trouble is ours, so the sender is not told of it."""
