"""Attachments of an edXML message: decoded to disk piece by piece, then told apart by content.

Producers differ, as messages seen show: the Java SDK wraps each file in a ZIP of one member, the .NET one sends it
as it is, and ContentType tells neither. So the bytes decide; the name is AttachmentName, never the member's.
"""

from __future__ import annotations

import binascii
import hashlib
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from archive.reason import Reason, because
from ingest.errors import UnreadableDeliveryError
from ingest.gateway.limits import Limits
from ingest.gateway.nested import CONTAINER_MARKS
from ingest.gateway.unzip import unpack
from ingest.gateway.zip_directory import check_directory

PACKED_ITSELF = re.compile(r"\.(zip|docx|docm|xlsx|xlsm|pptx|pptm|odt|ods|odp|odg|epub|jar)$", re.I)


@dataclass(frozen=True)
class Attachment:
    """One attached file, on our disk.

    Attributes:
        name: AttachmentName as sent, for people; never used as a path.
        wrapped: it came inside a ZIP of one member.
    """

    name: str
    path: Path
    size: int
    sha256: str
    content_type: str
    description: str
    wrapped: bool = False


class Incoming:
    """An attachment while its base64 is read; `feed` pieces, then `end`."""

    def __init__(self, folder: Path, number: int, max_bytes: int) -> None:
        self.content_id = self.name = self.content_type = self.description = ""
        self.path = folder / f"{number:04d}"
        self.size = 0
        self._number = number
        self._max = max_bytes
        self._rest = ""
        self._closed = False
        self._digest = hashlib.sha256()
        folder.mkdir(parents=True, exist_ok=True)
        self._sink: BinaryIO | None = self.path.open("wb")

    @property
    def sha256(self) -> str:
        """Return the hash of what was decoded so far."""
        return self._digest.hexdigest()

    def feed(self, piece: str) -> None:
        """Take the next characters."""
        clean = self._rest + "".join(piece.split())
        whole = len(clean) - len(clean) % 4
        self._rest = clean[whole:]
        self._write(clean[:whole])

    def end(self) -> None:
        """Take notice that no more comes."""
        if self._rest:
            raise self._wrong(because("ingest.base64", said="it breaks off"))
        self.close()

    def close(self) -> None:
        """Close the file; again is fine."""
        if self._sink is not None:
            self._sink.close()
            self._sink = None

    def _write(self, clean: str) -> None:
        if not clean or self._sink is None:
            return
        if self._closed:
            raise self._wrong(because("ingest.base64-goes-on"))
        try:
            data = binascii.a2b_base64(clean.encode("ascii"), strict_mode=True)
        except (binascii.Error, UnicodeError) as error:
            raise self._wrong(because("ingest.base64", said=str(error))) from error
        self._closed = clean.endswith("=")
        self.size += len(data)
        if self.size > self._max:
            raise UnreadableDeliveryError(
                "EDXML_TOO_LARGE", self._place(), because("ingest.larger-than", bytes=self._max)
            )
        self._digest.update(data)
        self._sink.write(data)

    def _place(self) -> str:
        return self.name or f"Attachment {self._number}"

    def _wrong(self, why: Reason) -> UnreadableDeliveryError:
        return UnreadableDeliveryError("EDXML_ATTACHMENT", self._place(), why)


def finished(
    incoming: Sequence[Incoming], references: Mapping[str, tuple[str, str]], limits: Limits
) -> tuple[Attachment, ...]:
    """Return the attachments with the names the manifest gives them, taken out of wrapping ZIPs.

    Raises:
        UnreadableDeliveryError: EDXML_ATTACHMENT: a wrapping ZIP is broken, encrypted, or has not one member; the
            manifest names more files than came. EDXML_TOO_LARGE: together they are more than a package may be.
    """
    if len(references) > len(incoming):
        missing = {_bare(key): name for key, (name, _) in references.items()}
        for one in incoming:
            missing.pop(_bare(one.content_id), None)
        place = next(iter(missing.values()), "") or "edXMLManifest"
        raise UnreadableDeliveryError("EDXML_ATTACHMENT", place, because("ingest.not-attached"))
    named = {_bare(key): value for key, value in references.items()}
    found: list[Attachment] = []
    room = limits.package_bytes
    for number, one in enumerate(incoming, start=1):
        name, description = named.get(_bare(one.content_id), ("", ""))
        attachment = Attachment(
            one.name or name or f"attachment-{number}",
            one.path,
            one.size,
            one.sha256,
            one.content_type,
            one.description or description,
        )
        found.append(_unwrapped(attachment, replace(limits, package_bytes=room)))
        room -= found[-1].size
        if room < 0:
            raise UnreadableDeliveryError(
                "EDXML_TOO_LARGE", "edXML", because("ingest.larger-than", bytes=limits.package_bytes)
            )
    return tuple(found)


def _bare(content_id: str) -> str:
    """Return a ContentId without the `cid:` that some producers write on one side only."""
    return re.sub(r"^cid:", "", content_id.strip(), flags=re.I)


def _unwrapped(attachment: Attachment, limits: Limits) -> Attachment:
    with attachment.path.open("rb") as stream:
        if stream.read(4) != b"PK\x03\x04" or PACKED_ITSELF.search(attachment.name):
            return attachment
    try:
        with attachment.path.open("rb") as stream:
            check_directory(stream, attachment.path.stat().st_size, limits, attachment.path.name)
        with zipfile.ZipFile(attachment.path) as opened:
            if CONTAINER_MARKS & set(opened.namelist()):
                return attachment  # a document whose name does not say so; identification will
    except UnreadableDeliveryError as error:
        raise UnreadableDeliveryError("EDXML_ATTACHMENT", attachment.name, error.reason) from error
    except zipfile.BadZipFile as error:
        broken = because("ingest.zip-damaged", said=str(error))
        raise UnreadableDeliveryError("EDXML_ATTACHMENT", attachment.name, broken) from error
    folder = attachment.path.with_suffix(".unpacked")
    try:
        members = unpack(attachment.path, folder, replace(limits, files=1, nesting=1))
    except UnreadableDeliveryError as error:
        raise UnreadableDeliveryError("EDXML_ATTACHMENT", attachment.name, error.reason) from error
    if len(members) != 1:
        several = because("ingest.zip-members", count=len(members))
        raise UnreadableDeliveryError("EDXML_ATTACHMENT", attachment.name, several)
    (member,) = members
    return replace(attachment, path=member.path, size=member.size, sha256=member.sha256, wrapped=True)
