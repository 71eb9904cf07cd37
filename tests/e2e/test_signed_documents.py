"""A signed PDF from receipt to read-out: byte-identical, its verdict recomputed offline from the package alone."""

from __future__ import annotations

import asyncio
import sys
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pikepdf
import pytest
from deliveries import row_of, send
from sqlalchemy import select

from archive.copies import stores
from archive.packages.facts import ComponentFacts
from archive.packages.reader import open_member, read_facts
from archive.packages.verify import verify
from archive.pdfa import verapdf
from archive.register.models import Package
from archive.register.session import reading, transaction
from archive.settings import ArchiveSettings
from archive.viewer import Role, Viewer
from ingest import pipeline, submissions
from ingest.formats.cage import Limits
from ingest.formats.sandbox import Sandbox
from ingest.formats.signed import Asking
from ingest.signatures.recheck import recheck
from tests.samples.pki import Pki
from tests.samples.road import Doc, Maker, Road, a_case, from_, signed

sys.path.insert(0, str(Path(__file__).parent.parent / "ingest"))
import pdf_builders as make

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

APPENDIX = "phu-luc.docx"


def test_a_signed_document_is_kept_untouched_and_its_verdict_comes_out_again(
    town: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TANGTHU_INGEST__TRUST_ROOTS", str(town / "trust"))
    appendix = make.letter(town / "appendix.docx").read_bytes()
    files = (
        ("quyet-dinh.pdf", signed()),
        (APPENDIX, from_(lambda target: target.write_bytes(appendix))),
        (f"{APPENDIX}.p7s", _p7s(appendix)),
    )
    case = a_case().files(*files).alone()
    road = Road(town / "road", Pki(town / "pki", town / "trust"))
    road.know(case.where)
    package = road.package(case)
    with zipfile.ZipFile(package) as sip:
        (sent,) = [sip.read(name) for name in sip.namelist() if name.endswith("quyet-dinh.pdf")]
    one = send(package, agency=case.where.code)
    pipeline.advance(one)
    row = row_of(one)
    if row.state == "to-decide":
        archivist = Viewer("an", {case.where.code: frozenset({Role.ARCHIVIST})})
        with transaction() as session:
            submissions.accept(session, one, viewer=archivist, now=datetime.now(UTC))
        pipeline.advance(one)
    assert row_of(one).state == "stored", [(f.code, f.place, f.params) for f in row_of(one).findings]
    monkeypatch.delenv("TANGTHU_INGEST__TRUST_ROOTS")

    with reading() as session:
        name = session.scalars(select(Package.name)).one()
    path = town / "package.zip"
    with stores()[0].open(name) as stream:
        path.write_bytes(stream.read())
    assert verify(path, schemas=ArchiveSettings.load().tools_home / "schemas") == []
    with path.open("rb") as stream:
        (record,) = read_facts(stream).records
        original, derivative = _named(record.components, "quyet-dinh.pdf")
        kept = open_member(stream, original.path).read()
        copy = town / "copy.pdf"
        copy.write_bytes(open_member(stream, derivative.path).read())
        assert open_member(stream, _named(record.components, APPENDIX)[0].path).read() == appendix
    assert kept == sent
    assert [said["verdict"] for said in original.facts["signatures"]] == ["TOTAL-PASSED", "TOTAL-PASSED"]
    assert derivative.facts["verification_page"] == derivative.facts["pages"] + 1
    assert verapdf.shared().check(copy, "2b").compliant is True
    with pikepdf.open(copy) as pdf:
        assert len(pdf.pages) > derivative.facts["pages"]
    (_, printed) = _named(record.components, APPENDIX)  # signed by a file beside it: its PDF/A tells that too
    assert printed.facts["verification_page"] == printed.facts["pages"] + 1
    (beside,) = _named(record.components, f"{APPENDIX}.p7s")
    assert beside.facts["signs"] == _named(record.components, APPENDIX)[0].sha256

    with Sandbox(Limits(seconds=120)) as box:
        found = {one.file: one for one in recheck(path, Asking(box))}
    assert {place: one.faults for place, one in found.items()} == {
        original.path: (),
        _named(record.components, APPENDIX)[0].path: (),
    }
    assert {one.kind for result in found.values() for one in result.now} == {"PAdES", "CAdES"}


def _p7s(appendix: bytes) -> Maker:
    def made(road: Road, doc: Doc, target: Path) -> None:
        signing = road.pki.signer("Sở Nội vụ", "Sở Nội vụ").simple.async_sign_general_data(
            appendix, "sha256", use_cades=True
        )
        target.write_bytes(asyncio.run(signing).dump())

    return made


def _named(components: tuple[ComponentFacts, ...], name: str) -> list[ComponentFacts]:
    """Return the original of that name and what was made of it as PDF/A."""
    (original,) = [one for one in components if one.name == name and one.role == "original"]
    made = [one for one in components if one.role == "pdfa" and one.facts.get("of") == original.id]
    return [original, *made]
