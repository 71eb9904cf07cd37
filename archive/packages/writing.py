"""One package being written: what everything that writes a part of it shares."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import BinaryIO

from archive.packages import mets
from archive.packages.container import Container, Member
from archive.packages.errors import UnwritableError
from archive.packages.facts import ComponentFacts, PackageFacts
from archive.packages.form import Form
from archive.packages.names import fold

XML = "text/xml"
Opener = Callable[[ComponentFacts], BinaryIO]
"""Gives the bytes of a component that has no `source`: one that already lies in a package."""


class Writing:
    """A package on its way into its container.

    Attributes:
        root: where the CSIP tree begins in the container, with a slash at the end.
        software: our version.
    """

    def __init__(self, facts: PackageFacts, container: Container, form: Form, opener: Opener | None) -> None:
        """Prepare; nothing is written yet."""
        self.facts, self.container, self.form = facts, container, form
        self.root = f"data/{facts.folder}/"
        self.software = version("tangthu")
        self._opener = opener
        # Two paths that a disk would take for one: kept as 64-bit hashes, eight bytes a file.
        self._seen: set[int] = set()

    def source(self, component: ComponentFacts) -> Callable[[], BinaryIO] | None:
        """Return what opens a component's bytes."""
        if self._opener is not None:
            return partial(self._opener, component)
        return opening(component.source)

    def unique(self, path: str) -> None:
        """Pass when no file was there that some disk would take for this one.

        Raises:
            UnwritableError: one was.
        """
        key = int.from_bytes(hashlib.blake2b(fold(path).encode("utf-8", "replace"), digest_size=8).digest())
        if key in self._seen:
            raise UnwritableError(path, "two files of the package would have this path on some disks")
        self._seen.add(key)

    def head(self, objid: str, profile: str, up: str) -> mets.Head:
        """Return what a METS file of the package says of itself.

        Args:
            up: the way from it to the top of the package.
        """
        facts = self.facts
        return mets.Head(
            objid=objid,
            label=facts.title,
            profile=profile,
            created=facts.made_at,
            version=self.software,
            agency_code=facts.agency_code,
            agency_name=facts.agency_name,
            alternatives=(
                ("REFERENCECODE", facts.code),
                *((("PREVIOUSREFERENCECODE", facts.previous.objid),) if facts.previous else ()),
                *(
                    (("DATASUBMISSIONSESSION", facts.submission_id), ("PACKAGENUMBER", str(facts.version)))
                    if self.form.preservation
                    else ()
                ),
            ),
            up=up,
            package_type=self.form.kind,
            content=self.form.content,
        )


def administer(form: mets.MetsWriter, premis: mets.Listed | None, others: Iterable[mets.Listed] = ()) -> None:
    """Write the amdSec: PREMIS and whatever else is below metadata/, or an empty one for a kind without PREMIS."""
    if premis is None:
        form.no_preservation()
    else:
        form.preservation(premis, others)


def opening(source: Path | None) -> Callable[[], BinaryIO] | None:
    """Return what opens a file; None when none is named."""
    return None if source is None else lambda: source.open("rb")


def relative(member: Member, folder: str, media_type: str) -> mets.Listed:
    """Return a member as a METS file in `folder` lists it."""
    return mets.Listed(member.path.removeprefix(folder), member.size, member.sha256, media_type)
