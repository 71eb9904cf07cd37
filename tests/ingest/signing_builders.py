"""Signed PDFs for tests: who signs, when, with which proofs; and what somebody does to them afterwards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import datetime
from io import BytesIO
from pathlib import Path

import pdf_builders as make
import pikepdf
from pyhanko.pdf_utils.generic import NameObject, StreamObject, TextStringObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.sign.signers.pdf_signer import PdfSigningSession
from pyhanko.sign.timestamps import TimeStamper
from pyhanko_certvalidator import ValidationContext

from archive.packages.facts import ComponentFacts, PackageFacts
from archive.packages.writer import write
from archive.settings import ArchiveSettings
from ingest.formats.sandbox import Sandbox
from ingest.formats.signed import judged
from ingest.signatures import keeping
from tests.archive.vault_builders import ACaseFile
from tests.samples.authority import LATER, SIGNED, Authority, Holder

PLACE = "representations/original/data/0001/01-quyet-dinh.pdf"
"""Of the signed paper in a package."""


class _Clocked(signers.PdfSigner):
    """A signer that claims a moment of signing."""

    moment: datetime

    def init_signing_session(self, *args: object, **kwargs: object) -> PdfSigningSession:
        session: PdfSigningSession = super().init_signing_session(*args, **kwargs)
        session.system_time = self.moment
        return session


def signed(
    path: Path,
    authority: Authority,
    *holders: Holder,
    at: datetime = SIGNED,
    stamped: TimeStamper | None = None,
    proofs: ValidationContext | None = None,
    md: str = "sha256",
    fresh: bool = True,
) -> Path:
    """Write a PDF that each of these signs in turn, at the claimed moment; return its path.

    Args:
        proofs: what the signer proves the chain with; it goes into the file with a document time-stamp (PAdES-LTA).
        fresh: make the document first; else it is there already.
    """
    if fresh:
        make.born_digital(path)
    for holder in holders:
        with path.open("rb") as stream:
            writer = IncrementalPdfFileWriter(stream)
            name = f"ChuKy{len(list(fields.enumerate_sig_fields(writer))) + 1}"
            meta = signers.PdfSignatureMetadata(
                field_name=name,
                subfilter=fields.SigSeedSubFilter.PADES,
                md_algorithm=md,
                embed_validation_info=proofs is not None,
                use_pades_lta=proofs is not None,
                validation_context=proofs,
            )
            signer = _Clocked(meta, signer=authority.simple(holder), timestamper=stamped)
            signer.moment = at
            out = signer.sign_pdf(writer)
        path.write_bytes(out.getbuffer())
    return path


def proofs(authority: Authority, holder: Holder, *, at: datetime = SIGNED) -> ValidationContext:
    """Return revocation lists and an OCSP answer of the moment of signing."""
    return ValidationContext(
        trust_roots=[authority.root.asn1],
        crls=[authority.crl(authority.root, at=at)],
        ocsps=[authority.ocsp(holder, at=at)],
        allow_fetching=False,
        moment=at,
    )


def changed(path: Path, change: Callable[[IncrementalPdfFileWriter], None]) -> Path:
    """Append a revision to a file."""
    with path.open("rb") as stream:
        writer = IncrementalPdfFileWriter(stream)
        change(writer)
        out = BytesIO()
        writer.write(out)
    path.write_bytes(out.getvalue())
    return path


def shadow(writer: IncrementalPdfFileWriter) -> None:
    """Bring other content up under the signature: the shadow attack's replacement."""
    page = writer.root["/Pages"]["/Kids"][0]
    page[NameObject("/Contents")] = writer.add_object(
        StreamObject(stream_data=b"BT /F1 24 Tf 72 500 Td (10.000.000.000) Tj ET")
    )
    writer.update_container(page)


def page_added(writer: IncrementalPdfFileWriter) -> None:
    """Add a page."""
    pages = writer.root["/Pages"]
    pages["/Kids"].append(pages["/Kids"].raw_get(0))
    pages[NameObject("/Count")] = type(pages["/Count"])(int(pages["/Count"]) + 1)
    writer.update_container(pages)


def with_form(path: Path) -> Path:
    """Write a document with a text field, to be filled in after signing."""
    make.born_digital(path)
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        field = pdf.make_indirect(
            pikepdf.Dictionary(
                Type=pikepdf.Name.Annot,
                Subtype=pikepdf.Name.Widget,
                FT=pikepdf.Name.Tx,
                T=pikepdf.String("SoDen"),
                V=pikepdf.String(""),
                Rect=[100, 100, 200, 120],
                P=pdf.pages[0].obj,
            )
        )
        pdf.pages[0].obj.Annots = pikepdf.Array([field])
        pdf.Root.AcroForm = pdf.make_indirect(pikepdf.Dictionary(Fields=[field]))
        pdf.save(path)
    return path


def filled(writer: IncrementalPdfFileWriter) -> None:
    """Fill in the text field."""
    listed = (one.get_object() for one in writer.root["/AcroForm"]["/Fields"])
    field = next(one for one in listed if one["/T"] == "SoDen")
    field[NameObject("/V")] = TextStringObject("125")
    writer.update_container(field)


def packed(paper: Path, folder: Path, box: Sandbox) -> Path:
    """Judge a paper as the pipeline does, and pack it with its report; return the package."""
    file = make.delivered(paper)
    facts = judged(file, box, folder / keeping.WORK, now=LATER)
    signed = ComponentFacts(
        id="component-1",
        role="original",
        name="Quyết định.pdf",
        path=PLACE,
        media_type="application/pdf",
        puid="fmt/276",
        size=file.size,
        sha256=file.sha256,
        facts={"signatures": [asdict(one) for one in facts]},
        source=paper,
    )
    case = ACaseFile().facts()
    record = replace(case.records[0], components=(signed,))
    named = {"0001-01": keeping.Reported(PLACE, file.sha256)}
    kept = tuple(keeping.packed(folder / keeping.WORK, named, folder / "packed"))
    whole: PackageFacts = replace(case, records=(record,), documentation=kept)
    write(whole, folder / "v0001.zip", schemas=ArchiveSettings.load().tools_home / "schemas")
    return folder / "v0001.zip"
