"""The dossier of a destruction printed and judged by the real veraPDF, filed, and rebuilt, on both databases."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pikepdf
import pytest

from archive.custody import read_component
from archive.errors import TemporaryError
from archive.ledger.follow import follow
from archive.paper_files import shelf
from archive.paper_files.inspecting import PaperFileError
from archive.pdfa.print import render
from archive.procedure.states import State
from archive.rebuild import rebuild
from archive.register.agencies import set_agency, set_fonds
from archive.register.digest import digest
from archive.register.disposal import DisposalList
from archive.register.models import CaseFile, ComponentRole
from archive.register.session import reading, transaction
from ingest.virus import eicar_bytes
from operations.procession import Wanted, walk
from retention.destruction import execute
from retention.filing.filing import file_dossier
from retention.follower import follower
from retention.procedure import deciding, taking
from tests.retention.retention_town import AGENCY, AN, BINH, NOW, PEOPLE, TODAY, Town
from tests.services.test_virus import CLAMD, clamd  # noqa: F401 (a fixture)

pytestmark = [
    pytest.mark.service,
    pytest.mark.skipif(CLAMD is None, reason="clamd is not installed (Debian package clamav-daemon)"),
]


@pytest.fixture(autouse=True)
def _scanned(house: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    address = request.getfixturevalue("clamd").address
    monkeypatch.setenv("TANGTHU_INGEST__CLAMD_SOCKET", str(address))


def put(data: bytes, name: str = "Quyet dinh.pdf") -> shelf.Waiting:
    return shelf.put(BytesIO(data), name, by="dung", now=NOW)


def a_pdf() -> bytes:
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        out = BytesIO()
        pdf.save(out)
    return out.getvalue()


def with_script() -> bytes:
    with pikepdf.open(BytesIO(a_pdf())) as pdf:
        action = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
        pdf.Root.OpenAction = pdf.make_indirect(action)
        out = BytesIO()
        pdf.save(out)
    return out.getvalue()


def locked() -> bytes:
    with pikepdf.open(BytesIO(a_pdf())) as pdf:
        out = BytesIO()
        pdf.save(out, encryption=pikepdf.Encryption(owner="a", user="b"))
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (eicar_bytes(), "ingest.paper-infected"),
        (b"Quyet dinh", "ingest.paper-no-pdf"),
        (with_script(), "ingest.paper-active"),
        (locked(), "ingest.paper-not-readable"),
        (a_pdf()[:200], "ingest.paper-no-pdf"),
    ],
    ids=["infected", "no PDF", "a script in it", "locked", "cut off"],
)
def test_a_file_that_is_no_harmless_pdf_is_not_kept(house: Path, data: bytes, code: str) -> None:
    with pytest.raises(PaperFileError) as caught:
        put(data)
    assert caught.value.reason.code == code
    assert not list(shelf.home().iterdir())


def test_without_the_scanner_nothing_is_kept(house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TANGTHU_INGEST__CLAMD_SOCKET", str(house / "none.sock"))
    with pytest.raises(TemporaryError, match="clamd"):
        put(a_pdf())
    assert not list(shelf.home().iterdir())


def test_a_list_is_closed_by_its_dossier_and_a_rebuild_gives_both_back(both: Path) -> None:
    with transaction() as session:
        set_agency(session, code=AGENCY, name="Sở", actor="admin", now=NOW)
        set_fonds(session, code=f"PHONG-{AGENCY}", agency_code=AGENCY, name="Phông", actor="admin", now=NOW)
    town = Town(both)
    kept = put(render("<p>Quyết định đã ký tay</p>", title="Quyết định"))
    wanted = Wanted(AGENCY, [town.store("01"), town.store("02")], "12/QĐ-SNV", TODAY, sha256=kept.sha256)
    with transaction() as session:
        order_id = walk(session, wanted, PEOPLE, now=NOW).order_id
    assert execute(order_id, viewer=BINH, now=NOW).finished
    with transaction() as session:
        deciding.close(session, order_id, viewer=AN, now=NOW)
    dossier_id = file_dossier(order_id, now=NOW)
    follow(follower)
    with reading() as session:
        before = digest(session)
        assert taking.story(session, order_id).state is State.CLOSED
    assert rebuild(now=NOW).equal
    with reading() as session:
        assert digest(session) == before
        assert session.get_one(CaseFile, dossier_id).kind == "disposal-dossier"
        records = session.get_one(CaseFile, dossier_id).records
        given = next(record for record in records if "bản đã ký hoặc bản quét" in record.subject)
        assert kept.sha256 in {component.sha256 for component in given.components}
        pdfa = next(one for one in given.components if one.role == ComponentRole.PDFA)
        assert pdfa.facts["verapdf"] and pdfa.puid == "fmt/477"
        text = next(one for one in given.components if one.role == ComponentRole.TEXT)
        words = b"".join(read_component(session, text.id, viewer=AN).chunks).decode()
        assert "Quyết định đã ký tay" in words
        assert session.get_one(DisposalList, order_id).dossier_id == dossier_id
