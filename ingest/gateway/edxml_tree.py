"""Read an edXML message into a small tree; attachments go to disk while they are read.

Threat model: as `ingest.gateway.safe_xml`, and attachments of any size in base64. expat hands text over in pieces,
so an attachment is never whole in memory. A DOCTYPE refuses the message: there is no entity to expand and no file or
host to ask. Bounded besides: elements, depth, the text of one element and of all together, and a single token (a tag,
comment or instruction, which expat keeps whole until it ends). Accepted risk: memory of a small multiple of
`MAX_SAID` and `MAX_TOKEN`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from archive.reason import because
from ingest.errors import UnreadableDeliveryError
from ingest.gateway.edxml_attachment import Incoming
from ingest.gateway.limits import Limits

NAMESPACE = "http://www.mic.gov.vn/TBT/QCVN_102_2016"
CHUNK = 1 << 18
MAX_NODES = 100_000
MAX_DEPTH = 40
MAX_TEXT = 1 << 20
"""Characters of one element that is no attachment."""
MAX_SAID = 8 << 20
"""Characters of all elements together that are no attachments."""
MAX_TOKEN = 4 << 20
"""Bytes of one tag, comment or processing instruction."""


@dataclass
class Node:
    """One element: its local name, its own text, its children of the message's namespace.

    Prefixes and order are the sender's business. A child of another namespace (a signature, a SOAP header) is not
    found by name; one of none is taken for ours, as some producers forget the declaration.
    """

    name: str
    text: str = ""
    children: list[Node] = field(default_factory=list)

    def all(self, *path: str) -> Iterator[Node]:
        """Yield the descendants along a path of local names."""
        if not path:
            yield self
            return
        for child in self.children:
            if child.name == path[0]:
                yield from child.all(*path[1:])

    def said(self, *path: str) -> str:
        """Return the first text along the path; "" when there is none or it is the word null."""
        for node in self.all(*path):
            if (text := node.text.strip()) and text.casefold() != "null":
                return text
        return ""


@dataclass(frozen=True)
class Read:
    """A message in memory, its attachments on disk, still as they were encoded."""

    root: Node
    incoming: tuple[Incoming, ...]


def read_tree(path: Path, attachments: Path, limits: Limits) -> Read:
    """Return the message's elements; what is attached is decoded into the folder `attachments`.

    Raises:
        UnreadableDeliveryError: EDXML_MALFORMED, EDXML_TOO_LARGE, EDXML_NAMESPACE, EDXML_ATTACHMENT.
    """
    size = path.stat().st_size
    if size > limits.message_bytes:
        raise UnreadableDeliveryError("EDXML_TOO_LARGE", "edXML", because("ingest.bytes", bytes=size))
    reading = _Reading(attachments, limits)
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = reading.doctype
    parser.StartElementHandler = reading.start
    parser.EndElementHandler = reading.end
    parser.CharacterDataHandler = reading.text
    fed = 0
    try:
        with path.open("rb") as stream:
            while chunk := stream.read(CHUNK):
                fed += len(chunk)
                parser.Parse(chunk, False)
                if fed - parser.CurrentByteIndex > MAX_TOKEN:
                    raise UnreadableDeliveryError(
                        "EDXML_TOO_LARGE", "edXML", because("ingest.long-tag", bytes=MAX_TOKEN)
                    )
            parser.Parse(b"", True)
    except (expat.ExpatError, LookupError, UnicodeError, ValueError) as error:
        raise UnreadableDeliveryError(
            "EDXML_MALFORMED", "edXML", because("ingest.not-xml", said=str(error))
        ) from error
    finally:
        reading.close()
    if reading.root is None:
        raise UnreadableDeliveryError("EDXML_MALFORMED", "edXML", because("ingest.empty"))
    return Read(reading.root, tuple(reading.incoming))


class _Reading:
    """Collects the tree of everything but attachments, which go to disk as they come."""

    def __init__(self, folder: Path, limits: Limits) -> None:
        self.folder = folder
        self.limits = limits
        self.root: Node | None = None
        self.open: list[Node] = []
        self.nodes = self.said = 0
        self.incoming: list[Incoming] = []
        self.sink: Incoming | None = None

    def doctype(self, *_: object) -> None:
        raise UnreadableDeliveryError("EDXML_MALFORMED", "edXML", because("ingest.doctype"))

    def start(self, tag: str, _attributes: dict[str, str]) -> None:
        namespace, _, name = tag.rpartition(" ")
        self.nodes += 1
        if self.nodes > MAX_NODES or len(self.open) >= MAX_DEPTH:
            raise UnreadableDeliveryError("EDXML_TOO_LARGE", "edXML", because("ingest.too-many-elements"))
        node = Node(name)
        if self.root is None:
            if name != "edXML" or namespace != NAMESPACE:
                found = f"{namespace} {name}".strip()[:200]
                raise UnreadableDeliveryError(
                    "EDXML_NAMESPACE", "edXML", because("ingest.root-is", root=found)
                )
            self.root = node
        elif namespace in (NAMESPACE, ""):
            self.open[-1].children.append(node)
        else:
            node.name = ""  # of another vocabulary: read past it
        self.open.append(node)
        if node.name == "Attachment" and self._in("AttachmentEncoded"):
            if len(self.incoming) >= self.limits.files:
                raise UnreadableDeliveryError(
                    "EDXML_TOO_LARGE", "edXML", because("ingest.too-many-attachments")
                )
            self.incoming.append(Incoming(self.folder, len(self.incoming) + 1, self.limits.package_bytes))
        elif node.name == "ContentTransferEncoded" and self.incoming and self._in("Attachment"):
            self.sink = self.incoming[-1]

    def _in(self, name: str) -> bool:
        return len(self.open) > 1 and self.open[-2].name == name

    def text(self, piece: str) -> None:
        if self.sink is not None:
            self.sink.feed(piece)
        elif self.open:
            node = self.open[-1]
            self.said += len(piece)
            if len(node.text) + len(piece) > MAX_TEXT or self.said > MAX_SAID:
                raise UnreadableDeliveryError(
                    "EDXML_TOO_LARGE", node.name or "edXML", because("ingest.too-much-text")
                )
            node.text += piece

    def end(self, _tag: str) -> None:
        node = self.open.pop()
        if self.sink is not None and node.name == "ContentTransferEncoded":
            self.sink.end()
            self.sink = None
        elif node.name == "Attachment" and self.open and self.open[-1].name == "AttachmentEncoded":
            one = self.incoming[-1]
            one.content_id = node.said("ContentId")
            one.name = node.said("AttachmentName")
            one.content_type = node.said("ContentType")
            one.description = node.said("Description")

    def close(self) -> None:
        for one in self.incoming:
            one.close()
