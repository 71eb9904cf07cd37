"""Write PREMIS 3: what each file is (objects), what was done (events), by whom or what (agents).

`PREMIS.xml` of the package holds the package itself, its documentation, all events and agents; each
representation has a `PREMIS_<name>.xml` with its files (TT 05/2025 Phụ lục I asks for both). Everything is
written element by element, so memory does not grow with the number of files.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, BinaryIO

from lxml import etree

from archive.packages.errors import UnwritableError
from archive.packages.facts import ComponentFacts, DocumentationFile, EventFacts, PackageFacts, RecordFacts
from archive.packages.markup import NOT_XML, PREMIS, TT, XSI, checked, vietnam

COMPONENT = "tangthu-component"
RECORD = "tangthu-record"
DOCUMENTATION = "tangthu-documentation"
EVENT = "tangthu-event"
OWN_EVENT = "tangthu-writer"
AGENT = "tangthu-agent"
OBJID = "OBJID"
IN_PACKAGE = "path in package"
OBJECT_TAG = f"{{{PREMIS}}}object"
NSMAP = {"premis": PREMIS, "xsi": XSI, "tt": TT}
WITH_VERSION = re.compile(r"[ /]v?\d")


class PremisWriter:
    """Writes one PREMIS file to a stream; use as a context manager."""

    def __init__(self, into: BinaryIO) -> None:
        self._file = etree.xmlfile(into, encoding="UTF-8")

    def __enter__(self) -> PremisWriter:
        self._xml = self._file.__enter__()
        self._xml.write_declaration()
        self._root = self._xml.element(f"{{{PREMIS}}}premis", {"version": "3.0"}, nsmap=NSMAP)
        self._root.__enter__()
        self._xml.write("\n")
        return self

    def __exit__(self, *error: Any) -> None:
        self._root.__exit__(*error)
        self._file.__exit__(*error)

    def package(self, facts: PackageFacts) -> None:
        """Write the package as an intellectual entity."""
        with self._object("premis:intellectualEntity", OBJID, facts.objid):
            self._leaf("originalName", facts.code)
            if facts.previous is not None:
                self._related("derivation", "is version of", OBJID, facts.previous.objid)

    def representation(self, facts: PackageFacts, name: str) -> None:
        """Write one representation of the package."""
        identifier = f"{facts.objid}/representations/{name}"
        with self._object("premis:representation", "representation", identifier):
            self._related("structural", "represents", OBJID, facts.objid)

    def component(self, record: RecordFacts, position: int, component: ComponentFacts) -> None:
        """Write one file of a record, with all that is known of it."""
        place = component.path
        with self._object("premis:file", COMPONENT, component.id):
            with self._tag("objectCharacteristics"):
                self._characteristics(component.sha256, component.size, component.media_type, component.puid)
                attributes = {
                    "record": checked(record.id, place),
                    "position": str(position),
                    "role": checked(component.role, place),
                }
                with (
                    self._tag("objectCharacteristicsExtension"),
                    self._xml.element(f"{{{TT}}}component", attributes),
                ):
                    self._xml.write(json_text(component.facts, place))
            self._leaf("originalName", component.name, place)
            self._location(component.path)
            signatures = component.facts.get("signatures")
            if signatures:
                with (
                    self._tag("signatureInformation"),
                    self._tag("signatureInformationExtension"),
                    self._xml.element(f"{{{TT}}}signatures"),
                ):
                    self._xml.write(json_text(signatures, place))
            self._related("structural", "is part of", RECORD, record.id)
            derived_from = component.facts.get("of")
            if isinstance(derived_from, str) and derived_from:
                self._related("derivation", "has source", COMPONENT, derived_from)
            copied = component.facts.get("copied")
            if isinstance(copied, Mapping):  # out of another case file (`archive.adding`)
                source, event = str(copied["component"]), str(copied["event"])
                self._related("derivation", "has source", COMPONENT, source, event)

    def documentation(self, kept: DocumentationFile) -> None:
        """Write one file kept beside the records."""
        with self._object("premis:file", DOCUMENTATION, kept.path):
            with self._tag("objectCharacteristics"):
                self._characteristics(kept.sha256, kept.size, "application/octet-stream", "")
            self._location(kept.path)

    def event(self, event: EventFacts, objid: str, *, own: bool = False) -> None:
        """Write one event; an event of the writer itself (`own`) is no part of the facts."""
        place = f"event {event.id}"
        with self._tag("event"):
            self._identifier("event", OWN_EVENT if own else EVENT, event.id)
            self._leaf("eventType", event.kind, place)
            self._leaf("eventDateTime", vietnam(event.at, place))
            with self._tag("eventDetailInformation"):
                self._leaf("eventDetail", event.detail, place)
            with self._tag("eventOutcomeInformation"):
                self._leaf("eventOutcome", event.outcome, place)
            with self._tag("linkingAgentIdentifier"):
                self._leaf("linkingAgentIdentifierType", AGENT)
                self._leaf("linkingAgentIdentifierValue", event.agent, place)
                self._leaf("linkingAgentRole", _role(event.agent))
            for kind, value in [(COMPONENT, id) for id in event.objects] or [(OBJID, objid)]:
                with self._tag("linkingObjectIdentifier"):
                    self._leaf("linkingObjectIdentifierType", kind)
                    self._leaf("linkingObjectIdentifierValue", value, place)
        self._xml.write("\n")

    def agent(self, name: str) -> None:
        """Write one agent: a program with its version, or a person."""
        with self._tag("agent"):
            self._identifier("agent", AGENT, name)
            self._leaf("agentName", name)
            self._leaf("agentType", "software" if _role(name) == "executing program" else "person")
        self._xml.write("\n")

    # -- parts --------------------------------------------------------------------------------------------
    def _tag(self, name: str) -> Any:
        return self._xml.element(f"{{{PREMIS}}}{name}")

    def _leaf(self, name: str, text: str, place: str = "") -> None:
        with self._xml.element(f"{{{PREMIS}}}{name}"):
            if text:
                self._xml.write(checked(text, place or name))

    def _object(self, kind: str, identifier_type: str, value: str) -> Any:
        return _Object(self, kind, identifier_type, value)

    def _identifier(self, of: str, kind: str, value: str) -> None:
        with self._tag(f"{of}Identifier"):
            self._leaf(f"{of}IdentifierType", kind)
            self._leaf(f"{of}IdentifierValue", value)

    def _characteristics(self, sha256: str, size: int, media_type: str, puid: str) -> None:
        with self._tag("fixity"):
            self._leaf("messageDigestAlgorithm", "SHA-256")
            self._leaf("messageDigest", sha256.upper())
        self._leaf("size", str(size))
        with self._tag("format"):
            with self._tag("formatDesignation"):
                self._leaf("formatName", media_type)
            if puid:
                with self._tag("formatRegistry"):
                    self._leaf("formatRegistryName", "PRONOM")
                    self._leaf("formatRegistryKey", puid)

    def _location(self, path: str) -> None:
        with self._tag("storage"), self._tag("contentLocation"):
            self._leaf("contentLocationType", IN_PACKAGE)
            self._leaf("contentLocationValue", path)

    def _related(self, kind: str, sub: str, identifier_type: str, value: str, event: str = "") -> None:
        with self._tag("relationship"):
            self._leaf("relationshipType", kind)
            self._leaf("relationshipSubType", sub)
            self._identifier("relatedObject", identifier_type, value)
            if event:
                self._identifier("relatedEvent", EVENT, event)


class _Object:
    def __init__(self, writer: PremisWriter, kind: str, identifier_type: str, value: str) -> None:
        self._writer = writer
        self._element = writer._xml.element(OBJECT_TAG, {f"{{{XSI}}}type": kind})
        self._identifier = (identifier_type, value)

    def __enter__(self) -> None:
        self._element.__enter__()
        self._writer._identifier("object", *self._identifier)

    def __exit__(self, *error: Any) -> None:
        self._element.__exit__(*error)
        self._writer._xml.write("\n")


def json_text(facts: object, place: str) -> str:
    """Return JSON that XML can carry; what XML forbids is escaped the JSON way.

    Raises:
        UnwritableError: not JSON values.
    """
    try:
        text = json.dumps(
            facts if not isinstance(facts, Mapping) else dict(facts),
            ensure_ascii=False,
            sort_keys=True,
            allow_nan=False,
        )
        if NOT_XML.search(text):
            text = json.dumps(json.loads(text), ensure_ascii=True, sort_keys=True)
    except (TypeError, ValueError) as error:
        raise UnwritableError(place, f"facts are not JSON values: {error}") from error
    return text


def agents(events: Iterable[EventFacts]) -> list[str]:
    """Return the names of all agents, each once, in order of appearance."""
    return list(dict.fromkeys(event.agent for event in events))


def _role(agent: str) -> str:
    """Return the TT 05/2025 role word; our reading: what carries a version is a program, the rest people."""
    if agent.startswith("system:") or WITH_VERSION.search(agent):
        return "executing program"
    return "implementer"
