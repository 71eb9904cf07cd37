"""Every signature is judged by itself, and an error is never a pass."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pdf_builders as make
import pytest
from pyhanko.pdf_utils.generic import NameObject, NumberObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers

from ingest.formats.cage import Limits
from ingest.formats.inspect import inspect
from ingest.formats.sandbox import Sandbox
from ingest.signatures.check import check
from ingest.signatures.trust import NOBODY, Trust, load
from tests.samples.papers import sign_pdf
from tests.samples.pki import Pki

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    folder = tmp_path_factory.mktemp("pki")
    return Pki(folder / "keys", folder / "trust")


def _trust(pki: Pki) -> Trust:
    return load([("thử", pki.root.parent)])


def _signed(path: Path, pki: Pki, *names: str) -> Path:
    make.born_digital(path)
    for number, name in enumerate(names):
        signer = pki.signer(name, "UBND tỉnh Lạng Sơn").simple
        with path.open("rb") as stream:
            writer = IncrementalPdfFileWriter(stream)
            field = fields.SigFieldSpec(f"Sig{number}", box=(300, 700, 500, 780))
            fields.append_signature_field(writer, field)
            meta = signers.PdfSignatureMetadata(
                field_name=f"Sig{number}", subfilter=fields.SigSeedSubFilter.PADES
            )
            out = signers.PdfSigner(meta, signer=signer).sign_pdf(writer)
        path.write_bytes(out.getbuffer())
    return path


def test_a_signature_under_a_trusted_root_passes(tmp_path: Path, pki: Pki) -> None:
    (found,) = check(_signed(tmp_path / "a.pdf", pki, "Nguyễn Văn An"), trust=_trust(pki), now=NOW)
    assert (found.verdict, found.sub_indication, found.intact) == ("TOTAL-PASSED", "", True)
    assert (found.signer, found.organisation) == ("Nguyễn Văn An", "UBND tỉnh Lạng Sơn")
    assert found.covers_whole_file
    assert datetime.fromisoformat(found.signed_at).tzinfo is not None


def test_without_trusted_roots_nobody_passes(tmp_path: Path, pki: Pki) -> None:
    (found,) = check(_signed(tmp_path / "a.pdf", pki, "An"), trust=NOBODY, now=NOW)
    assert (found.verdict, found.sub_indication) == ("INDETERMINATE", "NO_CERTIFICATE_CHAIN_FOUND")
    assert found.intact is True


def test_one_changed_byte_fails(tmp_path: Path, pki: Pki) -> None:
    path = _signed(tmp_path / "a.pdf", pki, "An")
    data = bytearray(path.read_bytes())
    data[600] ^= 1
    path.write_bytes(data)
    (found,) = check(path, trust=_trust(pki), now=NOW)
    assert (found.verdict, found.sub_indication, found.intact) == ("TOTAL-FAILED", "HASH_FAILURE", False)


def test_a_second_signature_leaves_the_first_intact(tmp_path: Path, pki: Pki) -> None:
    path = _signed(tmp_path / "a.pdf", pki, "An", "Bình")
    first, second = check(path, trust=_trust(pki), now=NOW)
    assert (first.verdict, first.covers_whole_file) == ("TOTAL-PASSED", False)
    assert (second.verdict, second.covers_whole_file) == ("TOTAL-PASSED", True)


def test_a_page_changed_after_signing_fails(tmp_path: Path, pki: Pki) -> None:
    path = _signed(tmp_path / "a.pdf", pki, "An")
    with path.open("rb") as stream:
        writer = IncrementalPdfFileWriter(stream)
        first = writer.root["/Pages"]["/Kids"].raw_get(0)
        first.get_object()[NameObject("/Rotate")] = NumberObject(180)
        writer.mark_update(first)
        with (tmp_path / "b.pdf").open("wb") as out:
            writer.write(out)
    (found,) = check(tmp_path / "b.pdf", trust=_trust(pki), now=NOW)
    assert found.verdict == "TOTAL-FAILED"
    assert not found.covers_whole_file


def test_a_malformed_signature_is_indeterminate_and_hides_nothing(tmp_path: Path, pki: Pki) -> None:
    path = _signed(tmp_path / "a.pdf", pki, "An")
    data = path.read_bytes()
    start = data.index(b"/Contents <") + len(b"/Contents <")
    path.write_bytes(data[:start] + b"00" * 8 + data[start + 16 :])
    found = check(path, trust=_trust(pki), now=NOW)
    assert found
    assert all(one.verdict != "TOTAL-PASSED" for one in found)


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7\n rubbish", b"\0" * 1000])
def test_a_file_that_is_no_pdf_is_indeterminate(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(data)
    (found,) = check(path)
    assert (found.verdict, found.intact) == ("INDETERMINATE", None)


def test_an_unsigned_pdf_has_no_signatures(tmp_path: Path) -> None:
    assert check(make.born_digital(tmp_path / "a.pdf")) == ()


def test_inspecting_a_file_brings_its_signatures(
    tmp_path: Path, pki: Pki, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TANGTHU_INGEST__TRUST_ROOTS", str(pki.root.parent))
    path = _signed(tmp_path / "a.pdf", pki, "An")
    with Sandbox(Limits(seconds=60)) as box:
        facts = inspect(make.delivered(path), sandbox=box)
    assert [one.verdict for one in facts.signatures] == ["TOTAL-PASSED"]


@pytest.mark.parametrize(("ink", "said"), [("red", "red"), ("blue", "blue"), ("black", "black")])
def test_where_a_signature_stands_and_in_which_ink_is_told(
    tmp_path: Path, pki: Pki, monkeypatch: pytest.MonkeyPatch, ink: str, said: str
) -> None:
    monkeypatch.setenv("TANGTHU_INGEST__TRUST_ROOTS", str(pki.root.parent))
    path = make.born_digital(tmp_path / "a.pdf")
    moment = datetime(2022, 5, 9, 9, 5, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
    sign_pdf(path, [pki.signer("Sở Nội vụ", "Sở Nội vụ")], at=[moment], inks=[ink])
    with Sandbox(Limits(seconds=60)) as box:
        (one,) = inspect(make.delivered(path), sandbox=box).signatures
    assert (one.page, one.ink, one.signed_at) == (1, said, "2022-05-09T09:05:00+07:00")
    left, bottom, right, top = one.box
    assert 0.6 < left < right < 1 and 0.9 < bottom < top < 1


def test_an_invisible_signature_has_no_place(tmp_path: Path, pki: Pki) -> None:
    path = make.born_digital(tmp_path / "a.pdf")
    sign_pdf(path, [pki.signer("Sở Nội vụ", "Sở Nội vụ")], boxes=[(0, 0, 0, 0)])
    with Sandbox(Limits(seconds=60)) as box:
        (one,) = inspect(make.delivered(path), sandbox=box).signatures
    assert (one.page, one.box, one.ink) == (0, (), "")


def test_what_was_added_after_the_last_signature_is_told(tmp_path: Path, pki: Pki) -> None:
    path = _signed(tmp_path / "a.pdf", pki, "An", "Bình")
    first, last = check(path, trust=_trust(pki), now=NOW)
    assert (first.covers_whole_file, first.changed_after) == (False, "form")
    assert (last.covers_whole_file, last.changed_after) == (True, "")
    with path.open("r+b") as stream:
        writer = IncrementalPdfFileWriter(stream)
        writer.root["/Lang"] = NameObject("/vi")
        writer.update_root()
        writer.write_in_place()
    assert check(path, trust=_trust(pki), now=NOW)[-1].changed_after == "other"
