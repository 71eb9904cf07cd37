"""Ways to break a good delivery in one place, for `broken/<CODE>/broken.py`."""

from __future__ import annotations

import random
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pikepdf
import sip_builders as small
import trap_builders as trap

from ingest.errors import BadMessageError, UnreadableDeliveryError
from ingest.finding import Finding
from ingest.gateway import edxml
from ingest.gateway.limits import Limits
from ingest.readers.interface import Context
from ingest.readers.read import read
from ingest.reception import finding_of
from tests.samples.road import ACase, Doc, Maker, Road, a_case, from_, plain, signed

# Case files, on the whole checking road

PHOTO = {
    "ArchivesNumber": "12/2020",
    "ImageTitle": "Lễ khánh thành",
    "Mode": "Công khai",
    "Identifier": "H26",
}
FILM = {"ArchivesNumber": "13/2020", "MovieTitle": "Lễ khánh thành", "Mode": "Công khai", "Identifier": "H26"}


def scanned(*modes: str, dpi: int = 200, words: bool = False) -> Maker:
    """A PDF of scanned pages, unsigned."""
    return from_(lambda path: trap.scanned(path, *(modes or ("RGB",)), dpi=dpi, words=words))


def digitised(maker: Maker, *, case: ACase | None = None, name: str = "") -> ACase:
    """A case file whose first document is a scan of paper, under the name the circular wants."""
    whole = case or a_case()
    right = f"{whole.fields['FileCode']}.001.pdf"
    return whole.document(ConfidenceLevel="Số hóa").files((name or right, maker))


def signed_scan(*modes: str, dpi: int = 200, **more: Any) -> Maker:
    """A scan signed by the agency."""
    return signed("agency", over=scanned(*modes, dpi=dpi), key=f"scan {modes} {dpi}", **more)


def instead(fields: Mapping[str, str], name: str, maker: Maker) -> ACase:
    """The second document is a photo, a film or a sound."""
    case = a_case()
    other = replace(
        case.documents[1], fields={"DocOrdinal": "2", "PageAmount": "1", **fields}, files=((name, maker),)
    )
    return replace(case, documents=(case.documents[0], other))


def altered(change: Callable[[pikepdf.Pdf], object]) -> Maker:
    """The document's paper, unsigned, with something done to the PDF."""

    def made(road: Road, doc: Doc, target: Path) -> None:
        plain(road, doc, target)
        with pikepdf.open(target, allow_overwriting_input=True) as pdf:
            change(pdf)
            pdf.save(target)

    return made


def cut(make: Callable[[bytes], bytes]) -> Maker:
    """The document's paper, unsigned, its bytes changed."""

    def made(road: Road, doc: Doc, target: Path) -> None:
        plain(road, doc, target)
        target.write_bytes(make(target.read_bytes()))

    return made


def of_first(case: ACase) -> Maker:
    """The paper of the first document, whoever asks."""
    first = case.documents[0]
    return lambda road, _doc, target: signed()(road, first, target)


# Packages, as the readers open them


def opened(road: Road, raw: Path, context: Context | None = None) -> list[Finding]:
    """Return what the reader finds in a package; what cannot be opened at all is one finding."""
    try:
        return list(read(raw, raw.parent / "in", context or Context(Limits())).findings)
    except UnreadableDeliveryError as error:
        return [Finding(error.code, error.place, {"reason": error.reason})]


def room(road: Road) -> Path:
    """Return a fresh folder."""
    folder = road.folder / f"room-{random.SystemRandom().getrandbits(64):x}"
    folder.mkdir(parents=True)
    return folder


def sip(road: Road, *changes: small.Change, context: Context | None = None, **more: Any) -> list[Finding]:
    """Return what is found in a small SIP after the changes."""
    folder = room(road)
    content = small.members(folder, **more)
    for change in changes:
        change(content)
    return opened(road, small.zipped(folder, content), context)


def without(*names: str) -> small.Change:
    """Leave members out."""
    return lambda content: [content.pop(name) for name in names] and None


def put(name: str, data: bytes = b"x") -> small.Change:
    """Put a member in."""
    return lambda content: content.update({name: data})


def edit(name: str, old: bytes, new: bytes) -> small.Change:
    """Change the first such bytes in a member."""

    def change(content: small.Members) -> None:
        assert old in content[name], (name, old)
        content[name] = content[name].replace(old, new, 1)

    return change


def archive(road: Road, data: bytes, limits: Limits | None = None) -> list[Finding]:
    """Return what is found in bytes that should be a ZIP."""
    raw = room(road) / "package.zip"
    raw.write_bytes(data)
    return opened(road, raw, Context(limits or Limits()))


def entries(*members: tuple[str, bytes], mode: int = 0) -> bytes:
    """A ZIP with exactly these names, repeated ones too."""
    import io

    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as sink:
        for name, data in members:
            info = zipfile.ZipInfo("x")
            info.filename = name
            info.external_attr = mode << 16
            sink.writestr(info, data, compress_type=zipfile.ZIP_DEFLATED)
    return target.getvalue()


def message(road: Road, data: bytes, limits: Limits | None = None) -> list[Finding]:
    """Return what is wrong with an edXML message."""
    folder = room(road)
    raw = folder / "message"
    raw.write_bytes(data)
    try:
        edxml.read(raw, folder / "in", limits=limits or Limits())
    except UnreadableDeliveryError as error:
        return [Finding(error.code, error.place, {"reason": error.reason})]
    return []


def turned_away(act: Callable[[], object]) -> list[Finding]:
    """Return the finding of a message that is not taken in."""
    try:
        act()
    except BadMessageError as error:
        return [finding_of(error)]
    return []


def codes(findings: Iterable[Finding]) -> set[str]:
    """Return the codes."""
    return {finding.code for finding in findings}
