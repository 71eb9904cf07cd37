"""What is described anew on the page: a case file, or one document of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from sqlalchemy.orm import Session

from archive.viewer import Viewer
from ingest.checks.fields import FILE_FIELDS, Field
from ingest.describing import DESCRIBABLE, Described, describe, described_now, described_then
from ingest.describing_document import describe_document, document_now, document_then


class Subject(Protocol):
    """What is described anew.

    Attributes:
        rows: of the field tables, those that may be said otherwise, in the circular's order.
        fields: how it is described now, by short name.
        version: of the newest package.
        title: of a document; "" for the case file itself.
    """

    rows: tuple[Field, ...]
    fields: Mapping[str, str]
    version: int
    title: str

    def then(self, session: Session, version: int) -> Mapping[str, str] | None:
        """Return how a version described it; None when it says nothing of it."""
        ...

    def describe(self, said: Mapping[str, str], *, reason: str, now: datetime, based_on: int) -> Described:
        """Keep a later version with these words, unless a rule is against them."""
        ...


class OfCaseFile:
    """The case file itself."""

    def __init__(self, session: Session, case_file_id: str, viewer: Viewer) -> None:
        now = described_now(session, case_file_id, viewer=viewer)
        self._id, self._viewer = case_file_id, viewer
        self.rows = tuple(row for row in FILE_FIELDS if row.short in DESCRIBABLE)
        self.fields, self.version, self.title = now.fields, now.version, ""

    def then(self, session: Session, version: int) -> Mapping[str, str] | None:
        """Return how a version described it."""
        return described_then(session, self._id, version, viewer=self._viewer).description

    def describe(self, said: Mapping[str, str], *, reason: str, now: datetime, based_on: int) -> Described:
        """Keep a later version with these words, unless a rule is against them."""
        return describe(self._id, said, reason=reason, viewer=self._viewer, now=now, based_on=based_on)


class OfDocument:
    """One document of it."""

    def __init__(self, session: Session, case_file_id: str, record_id: str, viewer: Viewer) -> None:
        now = document_now(session, case_file_id, record_id, viewer=viewer)
        self._id, self._record, self._viewer = case_file_id, record_id, viewer
        self.rows, self.fields, self.version = now.rows, now.fields, now.version
        self.title = f"{now.ordinal}. {now.title}"

    def then(self, session: Session, version: int) -> Mapping[str, str] | None:
        """Return how a version described it; None when it says nothing of it."""
        found = document_then(session, self._id, self._record, version, viewer=self._viewer)
        return found.description if found else None

    def describe(self, said: Mapping[str, str], *, reason: str, now: datetime, based_on: int) -> Described:
        """Keep a later version with these words, unless a rule is against them."""
        return describe_document(
            self._id,
            self._record,
            said,
            reason=reason,
            viewer=self._viewer,
            now=now,
            based_on=based_on,
        )


def subject_of(session: Session, path: tuple[str, ...], viewer: Viewer) -> Subject:
    """Return what an address names: `<case file>` or `<case file>/<document>`.

    Raises:
        NotFoundError: there is no such case file or document.
        NotAllowedError: the viewer is no archivist of its agency.
    """
    if len(path) > 1:
        return OfDocument(session, path[0], path[1], viewer)
    return OfCaseFile(session, path[0], viewer)
