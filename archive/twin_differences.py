"""In what two case files differ though one has every document of the other: told to whoever lets one of them go.

The same bytes do not make the same case file: another title, description or registration of a document may be what a
search finds it by, and goes with it. Only names of fields are told, never what stands in them: this goes into
the ledger, which is never erased. What bars a duplicate altogether is in `archive.twins`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.reason import Reason, because
from archive.register.models import CaseFile, Component, ComponentRole, Record
from archive.register.pieces import pieces

OWN = frozenset(
    {
        *(
            "FileCode",
            "FileNotation",
            "FileCatalog",
            "ArcFileCode",
            "Title",
            "title",
            "TotalDoc",
            "PageNumber",
        ),
        *("DocCode", "DocOrdinal", "DocumentCode", "Identifier", "OrganId", "PageAmount", "Rights", "Mode"),
    }
)
"""Fields that name the case file or the place in it, count what is in it, or are compared elsewhere."""

Fields = Mapping[str, str]


@dataclass(frozen=True)
class Described:
    """How a case file and its documents are described.

    Attributes:
        documents: SHA-256 of an original -> how each document with it is described.
    """

    title: str
    fields: Fields
    documents: Mapping[str, tuple[Fields, ...]] = field(default_factory=dict)


def differences(one: Described, kept: Described) -> Iterator[Reason]:
    """Yield in what a case file that would go differs from the one that stays. Pure."""
    if one.title.strip() != kept.title.strip():
        yield because("archive.twin-differs-title")
    if names := _differing(one.fields, kept.fields):
        yield because("archive.twin-differs-description", fields=", ".join(sorted(names)))
    others = [
        min((_differing(own, other) for other in kept.documents.get(sha256, ())), key=len, default=set(own))
        for sha256, described in one.documents.items()
        for own in described
    ]
    if found := [names for names in others if names]:
        yield because(
            "archive.twin-differs-documents",
            number=len(found),
            fields=", ".join(sorted(set().union(*found))),
        )


def differences_of(session: Session, twins: Mapping[str, str]) -> dict[str, tuple[Reason, ...]]:
    """Return in what each differs from what would stay for it; () where in nothing, or where one is not here.

    Args:
        session: on the register.
        twins: id of a case file -> id of the one that would stay for it.
    """
    known = _described(session, sorted({*twins, *twins.values()})) if twins else {}
    return {
        id: tuple(differences(known[id], known[kept])) if id in known and kept in known else ()
        for id, kept in twins.items()
    }


def _differing(one: Fields, other: Fields) -> set[str]:
    return {name for name in one.keys() | other.keys() if one.get(name, "") != other.get(name, "")}


def _described(session: Session, ids: list[str]) -> dict[str, Described]:
    found: dict[str, Described] = {}
    for some in pieces(ids):
        documents: dict[str, dict[str, list[Fields]]] = defaultdict(lambda: defaultdict(list))
        query = (
            select(
                Record.case_file_id,
                Component.sha256,
                Record.type_name,
                Record.number,
                Record.notation,
                Record.issued_on,
                Record.organ_name,
                Record.subject,
                Record.description,
            )
            .join(Component, Component.record_id == Record.id)
            .where(Component.role == ComponentRole.ORIGINAL, Record.case_file_id.in_(some))
        )
        for (
            id,
            sha256,
            type_name,
            number,
            notation,
            issued_on,
            organ,
            subject,
            description,
        ) in session.execute(query):
            own = {
                "TypeName": type_name,
                "CodeNumber": number,
                "CodeNotation": notation,
                "IssuedDate": issued_on.isoformat() if issued_on else "",
                "OrganName": organ,
                "Subject": subject,
            }
            documents[id][sha256].append({**_fields(description), **own})
        files = select(CaseFile.id, CaseFile.title, CaseFile.description).where(CaseFile.id.in_(some))
        for id, title, description in session.execute(files):
            told = {sha256: tuple(each) for sha256, each in documents[id].items()}
            found[id] = Described(title, _fields(description), told)
    return found


def _fields(description: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(value).strip() for name, value in description.items() if name not in OWN and value}
