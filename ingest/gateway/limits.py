"""How much of anything may arrive: the caps of `IngestSettings` as one frozen value."""

from __future__ import annotations

from dataclasses import dataclass

from ingest.settings import IngestSettings


@dataclass(frozen=True)
class Limits:
    """Caps on one delivery. Sizes are bytes.

    Attributes:
        package_bytes: all members together, unpacked.
        ratio: unpacked size over packed size, of a member and of the whole.
        name: characters of a member's path.
        nesting: how many ZIPs may lie inside each other, the package itself not counted.
        message_bytes: an edXML message, or a package as it travels.
        description_bytes: one METS.
        ead_bytes: one EAD or EAD_doc, which has at most 22 fields.
        sheet_bytes: a spreadsheet that describes a case file, unpacked.
        sheet_rows: its rows; a row is a document.
    """

    package_bytes: int = 4 * 2**30
    files: int = 20_000
    ratio: int = 200
    name: int = 255
    nesting: int = 2
    message_bytes: int = 512 * 2**20
    description_bytes: int = 64 * 2**20
    ead_bytes: int = 2 * 2**20
    sheet_bytes: int = 32 * 2**20
    sheet_rows: int = 5_000

    @classmethod
    def of(cls, settings: IngestSettings) -> Limits:
        """Return the caps as the settings say them."""
        return cls(
            package_bytes=settings.max_package_bytes,
            files=settings.max_files,
            ratio=settings.max_ratio,
            name=settings.max_name,
            nesting=settings.max_nesting,
            message_bytes=settings.max_message_bytes,
        )
