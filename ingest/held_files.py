"""One file of a delivery out of the quarantine, for those who decide on it: the verified PDF/A, or the original.

Threat model: what an office sent is hostile. A file is found by its numbers, never by a name; it must lie in the
quarantine as a plain file, and be, byte for byte, what was judged. Nothing is given of a delivery that is refused,
that may not be shown yet (`ingest.shown`), or that this viewer may not read by agency and use mode; an original only
when it can be opened and holds no program and no macro. Whoever sends it to a browser sees to it that it does not run.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from stat import S_ISREG
from typing import BinaryIO

from sqlalchemy.orm import Session

from archive.errors import DamagedError, NotFoundError, TemporaryError
from archive.hashing import sha256_of
from archive.ledger.event import Verb
from archive.readings import note_reading
from archive.reason import because, trouble
from archive.viewer import Viewer
from ingest import quarantine, submissions
from ingest.formats.identify import PDF, UNKNOWN_TYPE
from ingest.shown import contents_of

CHUNK = 64 * 1024


class Held(StrEnum):
    """Which of a file's two forms."""

    PDFA = "pdfa"
    ORIGINAL = "original"


@dataclass(frozen=True)
class HeldFile:
    """A file of a delivery.

    Attributes:
        name: as sent, for the reader; a PDF/A's ends in `.pdf`.
        media_type: `application/octet-stream` for an original, whatever it is.
        sha256: of the bytes that were judged.
    """

    submission_id: str
    ordinal: int
    position: int
    form: Held
    name: str
    media_type: str
    size: int
    sha256: str
    path: Path

    def chunks(self, start: int = 0, length: int | None = None) -> Iterator[bytes]:
        """Return the bytes in pieces of 64 KiB; what is wrong with them is raised at once, not half-way.

        Read from the beginning, the file is hashed before its first byte leaves.

        Raises:
            NotFoundError: it has left the quarantine.
            DamagedError: it is not what was judged.
            TemporaryError: the disk does not give it.
        """
        source = self._opened()
        try:
            if start == 0 and sha256_of(source) != self.sha256:
                raise DamagedError(f"quarantine:{self.submission_id}", "not the bytes that were judged")
            source.seek(start)
        except OSError as error:
            source.close()
            raise self._away(error) from error
        except BaseException:
            source.close()
            raise
        return self._pieces(source, self.size - start if length is None else length)

    def note(self, viewer: Viewer, verb: Verb, *, now: datetime, begins: bool) -> None:
        """Ledger that it was read (VIEW) or taken away (COPY); by its numbers, since the ledger is never erased."""
        what = {"document": str(self.ordinal), "file": str(self.position), "role": self.form.value}
        note_reading(
            "submission",
            self.submission_id,
            what,
            sha256=self.sha256,
            viewer=viewer,
            now=now,
            verb=verb,
            begins=begins,
        )

    def _opened(self) -> BinaryIO:
        home = quarantine.home().resolve()
        try:
            place = self.path.parent.resolve(strict=True)
            if not place.is_relative_to(home):
                raise _not_there(self.submission_id)
            source = os.fdopen(
                os.open(place / self.path.name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb"
            )
        except FileNotFoundError as error:
            raise _not_there(self.submission_id) from error
        except OSError as error:
            raise self._away(error) from error
        facts = os.fstat(source.fileno())
        if not S_ISREG(facts.st_mode) or facts.st_size != self.size:
            source.close()
            raise DamagedError(f"quarantine:{self.submission_id}", f"not the {self.size} bytes judged")
        return source

    def _pieces(self, source: BinaryIO, left: int) -> Iterator[bytes]:
        with closing(source):
            while left > 0 and (chunk := source.read(min(CHUNK, left))):
                left -= len(chunk)
                yield chunk

    def _away(self, error: OSError) -> TemporaryError:
        return TemporaryError(because("ingest.quarantine-trouble", trouble=trouble(error)))


def find(
    session: Session, submission_id: str, ordinal: int, position: int, form: Held, *, viewer: Viewer
) -> HeldFile:
    """Return one file of a delivery this viewer may see and read.

    Args:
        ordinal: of the document, from 1.
        position: of the file in it, from 1.

    Raises:
        NotFoundError: no such delivery, file or form of it, or not for this viewer (they look the same on purpose).
    """
    submission = submissions.one(session, submission_id, viewer=viewer)
    contents = contents_of(submission)
    file = contents.file(ordinal, position) if contents else None
    if contents is None or file is None or not viewer.may_read(submission.agency_code, contents.access):
        raise _not_there(submission_id)
    if form is Held.ORIGINAL:
        if not file.fit:
            raise _not_there(submission_id)
        return HeldFile(
            submission_id,
            ordinal,
            position,
            form,
            file.name,
            UNKNOWN_TYPE,
            file.size,
            file.sha256,
            file.path,
        )
    made = file.derivative
    if made is None:
        raise _not_there(submission_id)
    stem = file.name[: -len(".pdf")] if file.name.lower().endswith(".pdf") else file.name
    return HeldFile(
        submission_id, ordinal, position, form, f"{stem}.pdf", PDF, made.size, made.sha256, made.path
    )


def _not_there(submission_id: str) -> NotFoundError:
    return NotFoundError(because("ingest.no-held-file", submission=submission_id))
