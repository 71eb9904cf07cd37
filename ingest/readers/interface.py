"""What every reader is given and what it looks like: a delivery already opened, and who sent it.

A reader knows one wrapping. It says whether a delivery fits it and reads that into a `Delivery`; what is wrong but
readable is a finding in it, what cannot be read at all an `UnreadableDeliveryError` with a finding code.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from archive.reason import Reason, because
from ingest.delivery import DeliveredFile, Delivery
from ingest.errors import IngestError
from ingest.gateway.limits import Limits
from ingest.gateway.member_names import folded
from ingest.gateway.unzip import Unpacked


@dataclass(frozen=True)
class Opened:
    """A delivery on our disk, its names as sent.

    Attributes:
        name: what findings call the delivery as a whole.
        top: its one top folder, "" when it has none; names of members are below it.
        members: name -> where it lies, under a name of ours.
        into: folder in which a reader may write further files.
    """

    name: str
    top: str
    members: Mapping[str, Unpacked]
    into: Path

    @property
    def place(self) -> str:
        """Return how a finding points at the delivery as a whole."""
        return self.top or self.name

    def find(self, wanted: str) -> str | None:
        """Return the member's true name, whatever letter case it was sent in; None when it is not there."""
        if wanted in self.members:
            return wanted
        key = folded(wanted)
        return next((name for name in self.members if folded(name) == key), None)

    def below(self, prefix: str) -> Opened:
        """Return what lies below a folder (named with its slash) as a delivery of its own."""
        inner = [
            replace(one, name=name[len(prefix) :])
            for name, one in self.members.items()
            if name.startswith(prefix)
        ]
        return laid_out(self.name, inner, self.into)

    def having(self, more: Iterable[Unpacked]) -> Opened:
        """Return the delivery with further members."""
        return replace(self, members={**self.members, **{one.name: one for one in more}})

    def delivered(self, name: str, *, called: str = "", declared: str = "") -> DeliveredFile:
        """Return a member as a file of the delivery, called by its whole name unless said otherwise."""
        one = self.members[name]
        return DeliveredFile(called or name, one.path, one.size, one.sha256, declared)


def laid_out(name: str, members: Iterable[Unpacked], into: Path) -> Opened:
    """Return members as an opened delivery: the one folder all lie in is taken off."""
    members = list(members)
    tops = {one.name.split("/", 1)[0] for one in members}
    top = tops.pop() if len(tops) == 1 and all("/" in one.name for one in members) else ""
    cut = len(top) + 1 if top else 0
    return Opened(name, top, {one.name[cut:]: one for one in members}, into)


@dataclass(frozen=True)
class Hole:
    """A file that a package names but does not bring.

    Attributes:
        path: the member it is to become.
        size: as declared, None when not said.
        sha256: what it must have, lower-case hex; "" when only other hashes are declared.
    """

    path: str
    url: str
    size: int | None = None
    sha256: str = ""


class HoleError(IngestError):
    """A hole stays open; the message is for the finding.

    Attributes:
        code: finding code in the rule catalogue.
    """

    def __init__(self, code: str, reason: Reason) -> None:
        super().__init__(reason)
        self.code = code


class Fetcher(Protocol):
    """What brings a missing file from elsewhere."""

    def fetch(self, hole: Hole, target: Path, *, room: int) -> Unpacked:
        """Write the file to `target`, at most `room` bytes, and return it.

        Raises:
            HoleError: it will never come from there.
            TemporaryError: it may come later.
        """
        ...


class NoFetching:
    """Fetches nothing: the agreement lists no address."""

    def fetch(self, hole: Hole, target: Path, *, room: int) -> Unpacked:
        """Refuse."""
        raise HoleError("HOLE_ADDRESS", because("ingest.no-address"))


@dataclass(frozen=True)
class Context:
    """What is known beside the bytes.

    Attributes:
        agency_code: who sent it, "" when nobody knows yet.
        file_name: what the sender called the delivery, "" when it did not say.
    """

    limits: Limits
    agency_code: str = ""
    file_name: str = ""
    fetcher: Fetcher = field(default_factory=NoFetching)


@dataclass(frozen=True)
class Reader:
    """One wrapping.

    Attributes:
        kind: as `Delivery.kind` says it.
        fits: says whether this reader is the one for a delivery; never raises.
    """

    kind: str
    fits: Callable[[Opened], bool]
    read: Callable[[Opened, Context], Delivery]
