"""A case file somebody is describing in the form: its fields, its documents, their files. Nothing is judged here."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from archive.packages.markup import NOT_XML
from archive.reason import because
from ingest.checks.fields import DOCUMENT_FIELDS, FILE_FIELDS
from ingest.drafting import prefill
from ingest.errors import IngestError

MOST_DOCUMENTS = 200
MOST_FILES = 400
LONGEST_VALUE = 4000
LONGEST_NAME = 200
CASE_NAMES = frozenset(row.short for row in FILE_FIELDS)
DOCUMENT_NAMES = frozenset(row.short for row in DOCUMENT_FIELDS)


@dataclass(frozen=True)
class DraftFile:
    """A file of a document; its bytes lie under its id."""

    id: str
    name: str
    size: int


@dataclass(frozen=True)
class DraftDocument:
    """A document: its fields by TT 02/2019 short names, and its files, the document itself first."""

    id: str
    fields: Mapping[str, str] = field(default_factory=dict)
    files: tuple[DraftFile, ...] = ()


@dataclass(frozen=True)
class Draft:
    """A case file being described.

    Attributes:
        holder: account that made it; nobody else sees it.
        fields: of the case file, by TT 02/2019 short names.
        number: grows with each change; a check is about one of them.
    """

    id: str
    agency_code: str
    holder: str
    created_at: datetime
    saved_at: datetime
    fields: Mapping[str, str] = field(default_factory=dict)
    documents: tuple[DraftDocument, ...] = ()
    number: int = 0

    @property
    def title(self) -> str:
        """Return what the case file is called so far."""
        return self.fields.get("Title", "")

    @property
    def size(self) -> int:
        """Return the bytes of all files."""
        return sum(file.size for document in self.documents for file in document.files)

    @property
    def files(self) -> frozenset[str]:
        """Return the ids of all files."""
        return frozenset(file.id for document in self.documents for file in document.files)


def described(draft: Draft, said: Mapping[str, str]) -> Draft:
    """Return the draft with these fields of the case file; what is not said stays, what no table has is left out."""
    return replace(draft, fields=_merged(draft.fields, said, CASE_NAMES))


def stamp(fields: Mapping[str, str]) -> str:
    """Return a mark of these fields; another one when somebody changed them meanwhile."""
    told = json.dumps(sorted(fields.items()), ensure_ascii=False)
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def document_described(draft: Draft, document_id: str, said: Mapping[str, str]) -> Draft:
    """Return the draft with these fields of one document; a document that is gone changes nothing."""
    return _changed(
        draft,
        document_id,
        lambda one: replace(one, fields=_merged(one.fields, said, DOCUMENT_NAMES)),
    )


def with_file(draft: Draft, file: DraftFile, *, document_id: str = "", new_id: str) -> Draft:
    """Return the draft with one more file: of a document that is there, else as a document of its own.

    A new document gets from the file's name what can be read there.

    Raises:
        IngestError: more documents or files than a draft may have.
    """
    if len(draft.files) >= MOST_FILES:
        raise IngestError(because("ingest.draft-full", documents=MOST_DOCUMENTS, files=MOST_FILES))
    if any(one.id == document_id for one in draft.documents):
        return _changed(draft, document_id, lambda one: replace(one, files=(*one.files, file)))
    if len(draft.documents) >= MOST_DOCUMENTS:
        raise IngestError(because("ingest.draft-full", documents=MOST_DOCUMENTS, files=MOST_FILES))
    made = DraftDocument(new_id, prefill.from_file_name(file.name), (file,))
    return replace(draft, documents=(*draft.documents, made))


def without_document(draft: Draft, document_id: str) -> Draft:
    """Return the draft without a document."""
    return replace(draft, documents=tuple(one for one in draft.documents if one.id != document_id))


def without_file(draft: Draft, file_id: str) -> Draft:
    """Return the draft without a file; its document stays."""
    return replace(
        draft,
        documents=tuple(
            replace(one, files=tuple(file for file in one.files if file.id != file_id))
            for one in draft.documents
        ),
    )


def renamed(draft: Draft, names: Mapping[str, str]) -> Draft:
    """Return the draft with other names for these files; an empty name changes nothing."""
    return replace(
        draft,
        documents=tuple(
            replace(
                one,
                files=tuple(
                    replace(file, name=clean_name(names.get(file.id, "")) or file.name) for file in one.files
                ),
            )
            for one in draft.documents
        ),
    )


def moved(draft: Draft, document_id: str, by: int) -> Draft:
    """Return the draft with a document some places later (or earlier); at the ends it stays."""
    documents = list(draft.documents)
    at = next((n for n, one in enumerate(documents) if one.id == document_id), None)
    if at is None:
        return draft
    documents.insert(min(max(at + by, 0), len(documents) - 1), documents.pop(at))
    return replace(draft, documents=tuple(documents))


def clean_name(name: str) -> str:
    """Return a file's own name as it may stand in a package: no folders, nothing XML cannot hold, not too long."""
    last = NOT_XML.sub("", name.replace("\\", "/")).rpartition("/")[2]
    plain = "".join(letter for letter in last if letter.isprintable()).strip()
    if plain in ("", ".", ".."):
        return ""
    stem, dot, extension = plain.rpartition(".")
    if len(plain) <= LONGEST_NAME or not dot or len(extension) > 10:
        return plain[:LONGEST_NAME]
    return f"{stem[: LONGEST_NAME - len(extension) - 1]}.{extension}"


def _merged(before: Mapping[str, str], said: Mapping[str, str], known: frozenset[str]) -> dict[str, str]:
    cleaned = {
        name: NOT_XML.sub("", value).strip()[:LONGEST_VALUE] for name, value in said.items() if name in known
    }
    return {name: value for name, value in {**before, **cleaned}.items() if value}


def _changed(draft: Draft, document_id: str, change: Callable[[DraftDocument], DraftDocument]) -> Draft:
    return replace(
        draft, documents=tuple(change(one) if one.id == document_id else one for one in draft.documents)
    )
