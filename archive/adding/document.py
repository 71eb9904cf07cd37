"""What a copied document says in its new case file. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from archive.packages.facts import ComponentFacts, RecordFacts

COPIED = "copied"
"""Key in a component's facts: where it was copied from."""
OWN_NUMBERS = {"FileCode": "code", "DocOrdinal": "ordinal"}
"""Fields of a document that say which case file it is in, and where."""


@dataclass(frozen=True)
class Origin:
    """Where a document comes from, and why it was copied.

    Attributes:
        file_code: of the case file on the list.
        document: its ordinal there.
        package, package_sha256: identifier and hash of that case file's newest package version.
        list_number: number of the paper the list was submitted with.
        event: id of the PREMIS event of the copying.
    """

    case_file_id: str
    file_code: str
    document: int
    package: str
    package_sha256: str
    order_id: str
    list_number: str
    by: str
    at: str
    why: str
    event: str


def id_of(one: str, in_file: str) -> str:
    """Return the identifier of a document or file in another case file: the same whenever it is asked."""
    return str(uuid5(NAMESPACE_URL, f"urn:tangthu:copied:{one}:{in_file}"))


def as_copied(
    document: RecordFacts, origin: Origin, *, into: str, code: str, ordinal: int
) -> tuple[RecordFacts, Mapping[str, str]]:
    """Return the document as it stands in another case file, and the identifier each of its files had before.

    Args:
        document: as it is described now, with its files.
        origin: where it comes from.
        into: id of the other case file.
        code: of that.
        ordinal: its place there.
    """
    ids = {component.id: id_of(component.id, into) for component in document.components}
    said = {"code": code, "ordinal": str(ordinal)}
    description = {
        name: said[OWN_NUMBERS[name]] if name in OWN_NUMBERS else text
        for name, text in document.description.items()
    }
    components = tuple(_file(one, ids, origin, ordinal) for one in document.components)
    copied = replace(
        document,
        id=id_of(document.id, into),
        ordinal=ordinal,
        description=description,
        components=components,
    )
    return copied, {new: old for old, new in ids.items()}


def counted(description: Mapping[str, Any], *, pages: int) -> dict[str, str]:
    """Return a case file's description with one document and its pages more, where it counts them."""
    more = {"TotalDoc": 1, "PageNumber": pages}
    return {
        name: str(int(text) + more[name]) if name in more and str(text).isdecimal() else str(text)
        for name, text in description.items()
    }


def origin_of(facts: Iterable[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """Return where a document was copied from, of the facts of its files; None when it came with its case file."""
    return next((one[COPIED] for one in facts if isinstance(one.get(COPIED), Mapping)), None)


def _file(one: ComponentFacts, ids: Mapping[str, str], origin: Origin, ordinal: int) -> ComponentFacts:
    facts = dict(one.facts)
    if facts.get("of") in ids:
        facts["of"] = ids[facts["of"]]
    before = {"before": facts[COPIED]} if COPIED in facts else {}
    facts[COPIED] = {"component": one.id, **vars(origin), **before}
    path = PurePosixPath(one.path)
    place = f"representations/{one.role}/data/{ordinal:04d}/{path.name}"
    return replace(one, id=ids[one.id], path=place, facts=facts)
