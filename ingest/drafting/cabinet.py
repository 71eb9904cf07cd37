"""The cabinet: drafts on the quarantine's disk, each with its files.

Layout: `quarantine/.drafts/<hash of the agency>/<draft id>/`: `draft.json`, `checked.json`, `files/<file id>`, `lock`.
Not in the register: a draft may hold a secret nobody has looked for yet, and what is given up must be gone.

Threat model: who may submit may also be careless or hostile. Names are never paths; an agency has a quota of drafts
and bytes, a person one of drafts; nothing of a draft is ever served. What nobody touches for 90 days (a term of our
own) is overwritten and removed.
"""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from archive import note
from archive.errors import NotFoundError, TemporaryError
from archive.hashing import hashed_copy
from archive.reason import Reason, because, trouble
from archive.register.models import new_id
from archive.viewer import Viewer
from archive.wiping import wipe_file, wipe_folder
from ingest import quarantine
from ingest.direct import way_for
from ingest.drafting.draft import Draft, DraftFile, clean_name, with_file
from ingest.errors import IngestError
from ingest.settings import IngestSettings
from ingest.uploads import shelf
from ingest.uploads.errors import DraftsFullError, DraftTooLargeError, UploadTooLargeError
from ingest.uploads.locked import locked
from ingest.uploads.upload import Upload

log = logging.getLogger(__name__)

KEPT = timedelta(days=90)
MOST_OF_A_PERSON = 50
MOST_OF_AN_AGENCY = 400
ORPHAN_SECONDS = 3600


def home() -> Path:
    """Return the folder all drafts are in; it need not exist."""
    return quarantine.home() / ".drafts"


def folder(draft: Draft) -> Path:
    """Return the draft's folder."""
    return _shelf(draft.agency_code) / draft.id


def bytes_of(draft: Draft, file: DraftFile) -> Path:
    """Return where a file's bytes lie."""
    return folder(draft) / "files" / file.id


def make(agency_code: str, *, viewer: Viewer, now: datetime, fields: dict[str, str] | None = None) -> Draft:
    """Return a new draft of this person's.

    Raises:
        NotAllowedError, NotFoundError: as `ingest.direct.way_for`.
        IngestError: the person or the agency has too many.
    """
    way_for(viewer, agency_code)
    shelf_ = _shelf(agency_code)
    with _disk():
        shelf_.mkdir(parents=True, exist_ok=True)
        with locked(shelf_ / "lock", wait=True):
            there = list(_of(shelf_))
            mine = sum(one.holder == viewer.name for one in there)
            if mine >= MOST_OF_A_PERSON:
                raise IngestError(because("ingest.too-many-drafts", most=MOST_OF_A_PERSON))
            if len(there) >= MOST_OF_AN_AGENCY:
                raise IngestError(because("ingest.agency-drafts", agency=agency_code, most=MOST_OF_AN_AGENCY))
            draft = Draft(new_id(), agency_code, viewer.name, now, now, fields or {})
            (shelf_ / draft.id / "files").mkdir(parents=True)
            note.write(shelf_ / draft.id / "draft.json", draft)
            return draft


def listing(*, viewer: Viewer) -> list[Draft]:
    """Return this person's drafts, the last one touched first."""
    shelves = home().iterdir() if home().is_dir() else ()
    mine = [one for shelf_ in shelves for one in _of(shelf_) if one.holder == viewer.name]
    return sorted(mine, key=lambda one: (one.saved_at, one.id), reverse=True)


def find(draft_id: str, *, viewer: Viewer) -> Draft:
    """Return a draft of this person's.

    Raises:
        NotFoundError: there is none, or it is somebody else's.
    """
    try:
        known = str(UUID(draft_id)) == draft_id
    except ValueError:
        known = False
    if known and home().is_dir():
        for shelf_ in home().iterdir():
            found = note.read(shelf_ / draft_id / "draft.json", Draft)
            if found is not None and found.holder == viewer.name:
                return found
    raise NotFoundError(because("ingest.no-draft"))


def change(draft_id: str, by: Callable[[Draft], Draft], *, viewer: Viewer, now: datetime) -> Draft:
    """Change a draft as it stands now, save it and return it; files it no longer names are overwritten and removed.

    Raises:
        NotFoundError: there is none.
        NotAllowedError: the person may no longer send for the agency.
        TemporaryError: the disk refuses.
    """
    with held(draft_id, viewer=viewer) as draft:
        return _saved(by(draft), now)


def add(
    draft_id: str, name: str, source: BinaryIO, *, viewer: Viewer, now: datetime, document_id: str = ""
) -> Draft:
    """Put a file's bytes into the draft: as one more of a document, else as a document of its own.

    Raises:
        UploadTooLargeError, QuotaError, IngestError: larger, or more, than may be.
        NotFoundError, NotAllowedError, TemporaryError: as `change`.
    """
    with held(draft_id, viewer=viewer) as draft:
        file_id = new_id()
        target = folder(draft) / "files" / file_id
        room = _room(draft, viewer)
        try:
            with _disk(), target.open("xb") as out:
                copied = hashed_copy(source, out, limit=room)
                out.flush()
                os.fsync(out.fileno())
            if copied.size > room:
                raise UploadTooLargeError(room)
            file = DraftFile(file_id, clean_name(name) or file_id, copied.size)
            return _saved(with_file(draft, file, document_id=document_id, new_id=new_id()), now)
        except BaseException:
            if target.exists():
                wipe_file(target)
            raise


def attach(upload: Upload, *, viewer: Viewer, now: datetime) -> Draft:
    """Move a whole upload's bytes into the draft it is for, as a document of its own; once, however often it is asked.

    Raises:
        UploadGoneError: it was attached before.
        UploadTooLargeError, QuotaError, IngestError: larger, or more, than may be.
        NotFoundError, NotAllowedError, TemporaryError: as `change`.
    """
    draft_id, _, document_id = upload.draft.partition("/")
    with held(draft_id, viewer=viewer) as draft:
        if upload.id in draft.files:  # killed between saving and forgetting the upload
            shelf.end(upload)
            return draft
        if upload.length > _room(draft, viewer):
            raise UploadTooLargeError(_room(draft, viewer))
        file = DraftFile(upload.id, clean_name(upload.file_name) or upload.id, upload.length)
        filled = with_file(draft, file, document_id=document_id, new_id=new_id())
        shelf.move(upload, bytes_of(draft, file))
        done = _saved(filled, now)
        shelf.end(upload)
        return done


def settle(draft_id: str, *, viewer: Viewer, now: datetime) -> list[tuple[str, Reason]]:
    """Attach what came whole for a draft while we were interrupted; return what could not be, by name, and why.

    Raises:
        NotFoundError, NotAllowedError, TemporaryError: as `change`.
    """
    refused = list[tuple[str, Reason]]()
    for upload in shelf.whole():
        if upload.draft.partition("/")[0] == draft_id and upload.holder == viewer.name:
            try:
                attach(upload, viewer=viewer, now=now)
            except IngestError as error:  # it would come again for ever
                log.warning("upload %s of draft %s ends unused: %s", upload.id, draft_id, error.reason.code)
                refused.append((clean_name(upload.file_name) or upload.id, error.reason))
                shelf.end(upload)
    return refused


def remove(draft_id: str, *, viewer: Viewer) -> None:
    """Overwrite and remove a draft and its files.

    Raises:
        NotFoundError: there is none.
    """
    draft = find(draft_id, viewer=viewer)
    try:
        with _disk(), locked(folder(draft) / "lock", wait=True):
            wipe_folder(folder(draft))
    except FileNotFoundError as error:  # removed by another click meanwhile
        raise NotFoundError(because("ingest.no-draft")) from error


@contextmanager
def held(draft_id: str, *, viewer: Viewer) -> Iterator[Draft]:
    """Yield a draft as it stands; nobody else changes it meanwhile.

    Raises:
        NotFoundError: there is none.
        NotAllowedError: the person may no longer send for the agency.
    """
    place = folder(find(draft_id, viewer=viewer))
    try:
        with locked(place / "lock", wait=True):
            draft = find(draft_id, viewer=viewer)
            way_for(viewer, draft.agency_code)
            yield draft
    except FileNotFoundError as error:
        raise NotFoundError(because("ingest.no-draft")) from error


def tidy(now: datetime) -> int:
    """Overwrite and remove drafts nobody touched for `KEPT`, and files killed requests left; return how many drafts."""
    count = 0
    for shelf_ in list(home().iterdir()) if home().is_dir() else ():
        for place in [one for one in shelf_.iterdir() if one.is_dir()]:
            draft = note.read(place / "draft.json", Draft)
            young = now.timestamp() - place.stat().st_mtime < ORPHAN_SECONDS
            if (draft is None and not young) or (draft is not None and draft.saved_at + KEPT <= now):
                wipe_folder(place)
                count += 1
            elif draft is not None:
                _tidy_files(place, draft.files, now)
    return count


def _tidy_files(place: Path, known: frozenset[str], now: datetime) -> None:
    for path in [*(place / "files").glob("*"), *place.glob("package-*")]:
        if path.name not in known and now.timestamp() - path.stat().st_mtime > ORPHAN_SECONDS:
            wipe_file(path)


def _saved(draft: Draft, now: datetime) -> Draft:
    """Save a changed draft, then let go of the files it no longer names."""
    before = note.read(folder(draft) / "draft.json", Draft)
    done = replace(draft, saved_at=now, number=draft.number + 1)
    note.write(folder(draft) / "draft.json", done)
    for gone in (before.files if before else frozenset()) - done.files:
        path = folder(draft) / "files" / gone
        if path.exists():
            wipe_file(path)
    return done


def _room(draft: Draft, viewer: Viewer) -> int:
    """Return how many bytes may still be put into a draft.

    Raises:
        DraftTooLargeError: the draft is as large as a delivery may be.
        DraftsFullError: the agency's drafts are full.
    """
    largest = IngestSettings.load().max_message_bytes
    if draft.size >= largest:
        raise DraftTooLargeError(largest)
    way = way_for(viewer, draft.agency_code)
    there = sum(one.size for one in _of(_shelf(draft.agency_code)))
    if there >= way.upload_bytes:
        raise DraftsFullError(draft.agency_code, size=way.upload_bytes)
    return min(largest - draft.size, way.upload_bytes - there)


def _shelf(agency_code: str) -> Path:
    return home() / hashlib.sha256(agency_code.encode()).hexdigest()[:24]


def _of(place: Path) -> Iterator[Draft]:
    if place.is_dir():
        for one in place.iterdir():
            if one.is_dir() and (draft := note.read(one / "draft.json", Draft)) is not None:
                yield draft


@contextmanager
def _disk() -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        raise TemporaryError(because("ingest.quarantine-trouble", trouble=trouble(error))) from error
