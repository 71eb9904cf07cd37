"""Read the PREMIS files of a package back as the facts they were written of."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from archive.packages.errors import UnreadableError
from archive.packages.facts import ComponentFacts, DocumentationFile, EventFacts
from archive.packages.markup import PREMIS, TT, moment, stream
from archive.packages.premis import COMPONENT, DOCUMENTATION, EVENT, IN_PACKAGE, OBJECT_TAG

EVENT_TAG = f"{{{PREMIS}}}event"


@dataclass(frozen=True)
class PlacedComponent:
    """A component as PREMIS describes it, and where it belongs."""

    record_id: str
    position: int
    component: ComponentFacts


def read_components(source: BinaryIO, place: str) -> Iterator[PlacedComponent]:
    """Yield the components a representation's PREMIS describes.

    Raises:
        UnreadableError: not well-formed, or a component is not described as we write it.
    """
    for element in stream(source, place, tags=frozenset({OBJECT_TAG})):
        if _text(element, "objectIdentifier/objectIdentifierType") != COMPONENT:
            continue
        kept = element.find(f".//{{{TT}}}component")
        if kept is None:
            raise UnreadableError(f"{place}: an object has no tt:component")
        try:
            yield PlacedComponent(
                record_id=kept.get("record", ""),
                position=int(kept.get("position", "")),
                component=ComponentFacts(
                    id=_text(element, "objectIdentifier/objectIdentifierValue"),
                    role=kept.get("role", ""),
                    name=_text(element, "originalName"),
                    path=_text(element, "storage/contentLocation/contentLocationValue"),
                    media_type=_text(element, "objectCharacteristics/format/formatDesignation/formatName"),
                    puid=_text(element, "objectCharacteristics/format/formatRegistry/formatRegistryKey"),
                    size=int(_text(element, "objectCharacteristics/size")),
                    sha256=_text(element, "objectCharacteristics/fixity/messageDigest").lower(),
                    facts=json.loads(kept.text or "{}"),
                ),
            )
        except ValueError as error:
            raise UnreadableError(f"{place}: {error}") from error


def read_package(
    source: BinaryIO, place: str
) -> tuple[tuple[DocumentationFile, ...], tuple[EventFacts, ...]]:
    """Return the documentation and the events the package's PREMIS describes.

    Raises:
        UnreadableError: not well-formed, or not as we write it.
    """
    kept: list[DocumentationFile] = []
    events: list[EventFacts] = []
    try:
        for element in stream(source, place, tags=frozenset({OBJECT_TAG, EVENT_TAG})):
            if element.tag == EVENT_TAG:
                if _text(element, "eventIdentifier/eventIdentifierType") == EVENT:
                    events.append(_event(element))
            elif _text(element, "objectIdentifier/objectIdentifierType") == DOCUMENTATION:
                kept.append(
                    DocumentationFile(
                        path=_text(element, "objectIdentifier/objectIdentifierValue"),
                        size=int(_text(element, "objectCharacteristics/size")),
                        sha256=_text(element, "objectCharacteristics/fixity/messageDigest").lower(),
                    )
                )
    except ValueError as error:
        raise UnreadableError(f"{place}: {error}") from error
    return tuple(kept), tuple(events)


def fixities(source: BinaryIO, place: str, schema: Any = None) -> Iterator[tuple[str, str, str]]:
    """Yield (path, SHA-256 as written, size as written) of every file object; validates on the way.

    Raises:
        UnreadableError: not well-formed or not valid.
    """
    for element in stream(source, place, tags=frozenset({OBJECT_TAG}), schema=schema):
        path = _text(element, "storage/contentLocation/contentLocationValue")
        # Others put other things there: an address, a path of their own storage.
        if path and _text(element, "storage/contentLocation/contentLocationType") == IN_PACKAGE:
            yield (
                path,
                _text(element, "objectCharacteristics/fixity/messageDigest"),
                _text(element, "objectCharacteristics/size"),
            )


def _event(element: Any) -> EventFacts:
    linked = [
        _text(link, "linkingObjectIdentifierValue")
        for link in element.iterfind(f"{{{PREMIS}}}linkingObjectIdentifier")
        if _text(link, "linkingObjectIdentifierType") == COMPONENT
    ]
    return EventFacts(
        id=_text(element, "eventIdentifier/eventIdentifierValue"),
        kind=_text(element, "eventType"),
        at=moment(_text(element, "eventDateTime")),
        outcome=_text(element, "eventOutcomeInformation/eventOutcome"),
        detail=_text(element, "eventDetailInformation/eventDetail"),
        agent=_text(element, "linkingAgentIdentifier/linkingAgentIdentifierValue"),
        objects=tuple(linked),
    )


def _text(element: Any, path: str) -> str:
    found = element.find("/".join(f"{{{PREMIS}}}{step}" for step in path.split("/")))
    return "" if found is None else found.text or ""
