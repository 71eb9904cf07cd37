"""What an office sent, as read from its package: raw text fields and files, nothing believed yet.

Field names are the TT 02/2019 short names (`FileCode`, `Title`, `IssuedDate` ...), whatever dialect the
package used; TT 05/2025 names are mapped on reading. Values are the text as sent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from archive.reason import Reason
from ingest.finding import Finding


@dataclass(frozen=True)
class DeliveredFile:
    """One file of a delivery, unpacked into quarantine.

    Attributes:
        name: as sent, for people and for name rules; never used as a path.
        path: where it lies now, under a name of ours.
        sha256: of the bytes, lower-case hex.
        declared_sha256: what the package's METS said, lower-case hex; "" when it said nothing.
    """

    name: str
    path: Path
    size: int
    sha256: str
    declared_sha256: str = ""


@dataclass(frozen=True)
class DeliveredDocument:
    """One document: its fields and its files (the document itself first, then attachments)."""

    place: str  # the description's file inside the package
    fields: Mapping[str, str]
    files: tuple[DeliveredFile, ...]


@dataclass(frozen=True)
class Previous:
    """What a supplement or a replacement says it belongs to; both empty when it says nothing.

    Attributes:
        objid: of the earlier package.
        file_code: of the case file it brought, or that is stored.
    """

    objid: str = ""
    file_code: str = ""


@dataclass(frozen=True)
class Delivery:
    """A case file as delivered.

    Attributes:
        standard: which field tables it was written with: "TT02" or "TT05".
        record_status: NEW, SUPPLEMENT, REPLACEMENT, TEST or OTHER.
        sources: METS, EAD, edXML as they came, to be kept in `documentation/`.
        findings: what was already wrong with the package itself.
        kind: the wrapping it came in, as the reader that read it calls it.
        previous: the delivery or case file a SUPPLEMENT or REPLACEMENT belongs to.
        fetched: where files came from that the package did not bring itself: scheme and host, each once.
    """

    standard: str
    objid: str
    record_status: str
    agreement: str
    sender_code: str
    fields: Mapping[str, str]
    documents: tuple[DeliveredDocument, ...]
    sources: tuple[DeliveredFile, ...] = ()
    findings: tuple[Finding, ...] = ()
    kind: str = "SIP_hoso"
    previous: Previous = Previous()
    fetched: tuple[str, ...] = ()

    def placed_files(self) -> Iterator[tuple[str, int, DeliveredFile]]:
        """Yield place, document ordinal (0: the package's own) and file of everything that would be kept.

        Files are pointed at by number: their names may not be recorded before the last look for secrecy.
        """
        for ordinal, document in enumerate(self.documents, 1):
            for position, file in enumerate(document.files, 1):
                yield f"document {ordinal} / file {position}", ordinal, file
        for position, file in enumerate(self.sources, 1):
            yield f"package / file {position}", 0, file


@dataclass(frozen=True)
class SignatureFacts:
    """One signature in a file, judged (EN 319 102-1 words).

    Attributes:
        verdict: TOTAL-PASSED, TOTAL-FAILED or INDETERMINATE.
        sub_indication: e.g. NO_CERTIFICATE_CHAIN_FOUND, HASH_FAILURE; "" when passed.
        intact: the signed bytes are unchanged; None when it could not be told.
        covers_whole_file: nothing was added after it.
        signed_at: ISO 8601 with zone, "" when not said; claimed unless time-stamped.
        changed_after: what was added after it: "lta" (proofs for long-term validity), "form", "annotation", "other";
            "" when nothing was, or when it could not be told.
        page: where it is shown, from 1; 0 when it is invisible.
        box: left, bottom, right, top in parts of the page, from its lower left corner; empty when invisible.
        ink: red, blue, black or other; "" when invisible or blank.
        kind: PAdES, CAdES (in a file of its own) or XML-DSig.
        unit: OU of the signer's certificate.
        then_verdict, then_sub_indication: at the moment of signing; `verdict` is that of the moment of judging.
        then_basis: how that moment is known: "time-stamp", "claimed", "" when it is not.
        stamped_by: whose trusted time-stamp proves the moment; "" without one.
        judged_at: ISO 8601 with zone; the moment `verdict` is about.
        trust_list: name of the list that trusts the signer's root; "" when none does.
    """

    signer: str
    organisation: str
    verdict: str
    sub_indication: str
    intact: bool | None
    covers_whole_file: bool
    signed_at: str
    detail: str = ""
    field: str = ""
    changed_after: str = ""
    page: int = 0
    box: tuple[float, ...] = ()
    ink: str = ""
    kind: str = "PAdES"
    unit: str = ""
    then_verdict: str = ""
    then_sub_indication: str = ""
    then_basis: str = ""
    stamped_by: str = ""
    judged_at: str = ""
    trust_list: str = ""


@dataclass(frozen=True)
class ScanFacts:
    """How the pages that are pictures were made.

    Attributes:
        pages: how many pages of the file are pictures.
        lowest_dpi: the least of their resolutions; 0 when the file states none.
        least_bits: the least of their bits per pixel.
        pages_low, pages_grey, pages_silent: numbers of pages below 200 dpi, without colour, without a text layer; the
            first 20 of each.
        all_seen: every page was looked at.
    """

    pages: int
    lowest_dpi: int
    least_bits: int
    pages_low: tuple[int, ...] = ()
    pages_grey: tuple[int, ...] = ()
    pages_silent: tuple[int, ...] = ()
    all_seen: bool = True


@dataclass(frozen=True)
class MediaFacts:
    """What a film or a sound is made of, as MediaInfo names it; `kbps` is 0 when it is not told."""

    kind: str  # film or sound
    container: str
    codec: str
    kbps: int
    seconds: int


@dataclass(frozen=True)
class FileFacts:
    """What was learnt by looking into one delivered file.

    Attributes:
        pages: None when the format has none or it cannot be told.
        pdf_version: e.g. "1.7"; "" when not a PDF.
        problem: why it cannot be opened; None when it can.
        damaged: what the reader had to mend to open it; None when nothing.
        active_content: JavaScript, launch actions, forms that send, remote references ... found.
        macros: kinds of macros.
        programs: kinds of programs the file is or holds.
        attachments: files attached to a PDF.
        inner_names: names of files somebody put into it, the first 50.
        unseen: why something inside could not be looked into; None when all was.
        claims: the PDF/A flavour it claims, e.g. "2B".
        charset: of a plain text: utf-8, utf-16, or 8-bit for an encoding before Unicode.
        legacy_fonts: fonts of encodings before Unicode.
        office_signatures: signatures in an OOXML or ODF file; they are counted and not judged.
        signs: SHA-256 of the file beside it this one is a detached signature of; "" when it is none.
        inner_texts: for stamp words too: text and page of a message, first words of files attached to it or to a PDF.
        first_page_text: for stamp words; at most 4,000 characters, and of a table the cells after them that may be one.
    """

    sha256: str
    puid: str
    media_type: str
    extensions: tuple[str, ...]  # extensions that fit the content, without dot, lower case
    pages: int | None = None
    pdf_version: str = ""
    encrypted: bool = False
    problem: Reason | None = None
    active_content: tuple[str, ...] = ()
    first_page_text: str = ""
    signatures: tuple[SignatureFacts, ...] = field(default_factory=tuple)
    damaged: Reason | None = None
    macros: tuple[str, ...] = ()
    programs: tuple[str, ...] = ()
    attachments: int = 0
    inner_names: tuple[str, ...] = ()
    unseen: Reason | None = None
    claims: str = ""
    charset: str = ""
    legacy_fonts: tuple[str, ...] = ()
    office_signatures: int = 0
    scan: ScanFacts | None = None
    media: MediaFacts | None = None
    signs: str = ""
    inner_texts: tuple[str, ...] = ()
