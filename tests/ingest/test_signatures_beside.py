"""Signatures that are not inside a document: detached CAdES beside a file, XML-DSig in a message."""

from __future__ import annotations

import asyncio
import copy
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from asn1crypto import cms
from cryptography.hazmat.primitives import serialization
from lxml import etree
from signxml import XMLSigner
from signxml.algorithms import SignatureConstructionMethod

from archive.packages.facts import ComponentFacts, DocumentationFile
from archive.packages.writer import write
from archive.settings import ArchiveSettings
from ingest.checks.signing import is_agency
from ingest.delivery import DeliveredDocument, DeliveredFile, Delivery
from ingest.formats.cage import Limits
from ingest.formats.inspect import inspect
from ingest.formats.sandbox import Sandbox
from ingest.formats.signed import Asking, judged
from ingest.formats.signed_beside import with_signatures_beside
from ingest.signatures import cades, evidence, keeping, xmldsig
from ingest.signatures.beside import pairs
from ingest.signatures.check import examine_with
from ingest.signatures.evidence import Piece
from ingest.signatures.recheck import recheck
from ingest.signatures.report import FileReport, SignatureReport
from ingest.signatures.trust import load
from tests.archive.vault_builders import ACaseFile
from tests.samples.authority import LATER, SIGNED, Authority, Holder

DS = xmldsig.DS


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.fixture(scope="module")
def an(authority: Authority) -> Holder:
    return authority.signer("Nguyễn Văn An", "UBND tỉnh Lạng Sơn")


@pytest.fixture(scope="module")
def trust(authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return authority.trust(tmp_path_factory.mktemp("trust"), *authority.fresh(LATER))


@pytest.fixture(scope="module")
def trusted(trust: Path) -> tuple[Piece, ...]:
    return tuple(evidence.of_trust(load([("Ban Cơ yếu", trust)])))


def _beside(path: Path, authority: Authority, holder: Holder, *, content: bytes | None = None) -> Path:
    """Write `<path>.p7s`: a detached CAdES signature of the file, or a CMS that brings other content."""
    data = path.read_bytes() if content is None else content
    signing = authority.simple(holder).async_sign_general_data(
        data,
        "sha256",
        detached=content is None,
        timestamper=authority.stamps_at(SIGNED),
        use_cades=True,
    )
    made = asyncio.run(signing)
    target = path.with_name(path.name + ".p7s")
    target.write_bytes(made.dump())
    return target


def _one(report: FileReport) -> SignatureReport:
    (one,) = report.signatures
    return one


def _cades(data: Path, signature: Path, trusted: tuple[Piece, ...]) -> FileReport:
    return examine_with(data, trusted, LATER, kind=cades.KIND, beside=signature)[0]


def test_a_detached_signature_is_judged_over_the_file_it_lies_beside(
    tmp_path: Path, authority: Authority, an: Holder, trusted: tuple[Piece, ...]
) -> None:
    data = tmp_path / "a.docx"
    data.write_bytes(b"Quyet dinh" * 100)
    report = _cades(data, _beside(data, authority, an), trusted)
    one = _one(report)
    assert (one.now.verdict, one.then.verdict, one.then.basis) == (
        "TOTAL-PASSED",
        "TOTAL-PASSED",
        "time-stamp",
    )
    assert (one.signer, one.intact, one.coverage) == ("Nguyễn Văn An", True, "file")
    assert report.signature_file == hashlib.sha256((tmp_path / "a.docx.p7s").read_bytes()).hexdigest()


def test_another_file_or_content_inside_the_signature_fails(
    tmp_path: Path, authority: Authority, an: Holder, trusted: tuple[Piece, ...]
) -> None:
    data = tmp_path / "a.docx"
    data.write_bytes(b"Quyet dinh")
    signature = _beside(data, authority, an)
    data.write_bytes(b"Quyet dinh khac")
    one = _one(_cades(data, signature, trusted))
    assert (one.now.verdict, one.now.sub_indication, one.intact) == ("TOTAL-FAILED", "HASH_FAILURE", False)
    inside = _beside(data, authority, an, content=b"something else")
    assert _one(_cades(data, inside, trusted)).now.verdict == "INDETERMINATE"


@pytest.mark.parametrize(("carried", "verdict"), [(b"MAT", "INDETERMINATE"), (b"Quyet dinh", "TOTAL-PASSED")])
def test_what_a_signature_carries_must_be_the_file_it_lies_beside(
    tmp_path: Path,
    authority: Authority,
    an: Holder,
    trusted: tuple[Piece, ...],
    carried: bytes,
    verdict: str,
) -> None:
    """The signed hash fits the neighbour either way; other content put inside would be kept unseen."""
    data = tmp_path / "a.docx"
    data.write_bytes(b"Quyet dinh")
    signature = _beside(data, authority, an)
    made = cms.ContentInfo.load(signature.read_bytes())
    made["content"]["encap_content_info"]["content"] = carried
    signature.write_bytes(made.dump(force=True))
    assert _one(_cades(data, signature, trusted)).now.verdict == verdict


@pytest.mark.parametrize("content", [b"", b"nonsense", cms.ContentInfo({"content_type": "data"}).dump()])
def test_a_file_that_is_no_signature_is_never_a_pass(
    tmp_path: Path, trusted: tuple[Piece, ...], content: bytes
) -> None:
    data, signature = tmp_path / "a.docx", tmp_path / "a.docx.p7s"
    data.write_bytes(b"x")
    signature.write_bytes(content)
    assert _one(_cades(data, signature, trusted)).now.verdict == "INDETERMINATE"


def _message(path: Path, body: str = "<Subject>Về việc</Subject>") -> etree._Element:
    path.write_text(f'<edXML xmlns="http://www.mic.gov.vn/TBT/QCVN_102_2016">{body}</edXML>', "utf-8")
    return etree.parse(path).getroot()


def _signed(path: Path, authority: Authority, holder: Holder, **more: object) -> Path:
    root = _message(path)
    signer = XMLSigner(
        method=SignatureConstructionMethod.enveloped,
        signature_algorithm="ecdsa-sha256",
        digest_algorithm="sha256",
    )
    chain = [
        one.certificate.public_bytes(serialization.Encoding.PEM).decode()
        for one in (holder, authority.middle)
    ]
    made = signer.sign(root, key=holder.key, cert="".join(chain), **more)
    path.write_bytes(etree.tostring(made))
    return path


def _xml(path: Path, trusted: tuple[Piece, ...]) -> FileReport:
    return examine_with(path, trusted, LATER, kind=xmldsig.KIND)[0]


def test_a_signed_message_passes_and_what_it_covers_is_told(
    tmp_path: Path, authority: Authority, an: Holder, trusted: tuple[Piece, ...]
) -> None:
    one = _one(_xml(_signed(tmp_path / "m.edxml", authority, an), trusted))
    assert (one.now.verdict, one.coverage, one.signer) == ("TOTAL-PASSED", "file", "Nguyễn Văn An")
    assert (one.then.verdict, one.then.sub_indication) == ("INDETERMINATE", "NO_POE")
    assert [link.trust_list for link in one.chain] == ["", "", "Ban Cơ yếu"]


def _tampered(data: bytes) -> bytes:
    return data.replace("Về việc".encode(), b"Ve viec").replace(b"V&#7873; vi&#7879;c", b"Ve viec")


def _outside(data: bytes) -> bytes:
    return data.replace(b'URI=""', b'URI="file:///etc/passwd"')


def _xslt(data: bytes) -> bytes:
    wanted = f"{DS}enveloped-signature".encode()
    return data.replace(wanted, b"http://www.w3.org/TR/1999/REC-xslt-19991116")


def _weak(data: bytes) -> bytes:
    return data.replace(b"http://www.w3.org/2001/04/xmlenc#sha256", f"{DS}sha1".encode())


def _no_certificate(data: bytes) -> bytes:
    root = etree.fromstring(data)
    for one in root.findall(f".//{{{DS}}}X509Certificate"):
        one.text = "SGVsbG8="
    return etree.tostring(root)


def _doctype(data: bytes) -> bytes:
    return b'<!DOCTYPE edXML [<!ENTITY a "b">]>' + data


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        (_tampered, "TOTAL-FAILED HASH_FAILURE"),
        (_outside, "INDETERMINATE SIG_CONSTRAINTS_FAILURE"),
        (_xslt, "INDETERMINATE SIG_CONSTRAINTS_FAILURE"),
        (_weak, "INDETERMINATE CRYPTO_CONSTRAINTS_FAILURE"),
        (_no_certificate, "INDETERMINATE NO_SIGNING_CERTIFICATE_FOUND"),
        (_doctype, "INDETERMINATE SIGNATURE_PROCESSING_ERROR"),
    ],
)
def test_a_message_that_was_changed_or_points_elsewhere_never_passes(
    tmp_path: Path,
    authority: Authority,
    an: Holder,
    trusted: tuple[Piece, ...],
    change: Callable[[bytes], bytes],
    verdict: str,
) -> None:
    path = _signed(tmp_path / "m.edxml", authority, an)
    before = path.read_bytes()
    path.write_bytes(change(before))
    assert path.read_bytes() != before
    one = _one(_xml(path, trusted))
    assert f"{one.now.verdict} {one.now.sub_indication}" == verdict


def _body_signed(authority: Authority, an: Holder) -> etree._Element:
    """A message of which only the body is signed."""
    signer = XMLSigner(
        method=SignatureConstructionMethod.enveloped,
        signature_algorithm="ecdsa-sha256",
        digest_algorithm="sha256",
    )
    chain = an.certificate.public_bytes(serialization.Encoding.PEM).decode()
    chain += authority.middle.certificate.public_bytes(serialization.Encoding.PEM).decode()
    message = etree.fromstring('<edXML><Body Id="b"><x>1</x></Body><Header>2</Header></edXML>')
    return signer.sign(message, key=an.key, cert=chain, reference_uri="#b")


def test_a_message_whose_signature_covers_one_element_says_which(
    tmp_path: Path, authority: Authority, an: Holder, trusted: tuple[Piece, ...]
) -> None:
    path = tmp_path / "m.edxml"
    path.write_bytes(etree.tostring(_body_signed(authority, an)))
    one = _one(_xml(path, trusted))
    assert (one.now.verdict, one.coverage) == ("TOTAL-PASSED", "Body")
    twice = path.read_bytes().replace(b"<Header>", b'<Header Id="b">')
    path.write_bytes(twice)
    assert _one(_xml(path, trusted)).now.sub_indication == "SIG_CONSTRAINTS_FAILURE"


def test_a_second_signature_never_takes_the_verdict_of_the_first_one(
    tmp_path: Path, authority: Authority, an: Holder, trusted: tuple[Piece, ...]
) -> None:
    path = tmp_path / "m.edxml"
    root = _body_signed(authority, an)
    forged = copy.deepcopy(root.find(f"{{{DS}}}Signature"))
    forged.find(f".//{{{DS}}}Reference").set("URI", "")
    root.append(forged)
    path.write_bytes(etree.tostring(root))
    first, second = _xml(path, trusted).signatures
    assert (first.now.verdict, first.coverage) == ("TOTAL-PASSED", "Body")
    assert (second.now.verdict, second.coverage) == ("INDETERMINATE", "")


def test_a_message_without_a_signature_has_no_report(tmp_path: Path, trusted: tuple[Piece, ...]) -> None:
    _message(tmp_path / "m.edxml")
    assert _xml(tmp_path / "m.edxml", trusted).signatures == ()


def _file(path: Path) -> DeliveredFile:
    data = path.read_bytes()
    return DeliveredFile(path.name, path, len(data), hashlib.sha256(data).hexdigest())


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["a.docx", "a.docx.p7s"], [("a.docx.p7s", "a.docx")]),
        (["a.docx", "A.DOCX.P7M"], [("A.DOCX.P7M", "a.docx")]),
        (["a.docx", "a.p7s"], [("a.p7s", "a.docx")]),
        (["a.docx", "a.xlsx", "a.p7s"], []),
        (["b.docx", "a.docx.p7s"], []),
        (["a.docx.p7s"], []),
    ],
)
def test_a_signature_lies_beside_the_file_of_its_name(names: list[str], found: list[tuple[str, str]]) -> None:
    files = [DeliveredFile(name, Path(name), 1, str(number)) for number, name in enumerate(names)]
    assert [(one.name, other.name) for one, other in pairs(files)] == found


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    with Sandbox(Limits(seconds=120)) as box:
        yield box


def test_the_signed_file_carries_what_lies_beside_it_and_the_message_its_own(
    tmp_path: Path,
    authority: Authority,
    an: Holder,
    trust: Path,
    box: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TANGTHU_INGEST__TRUST_ROOTS", str(trust))
    data = tmp_path / "a.txt"
    data.write_text("Quyết định", "utf-8")
    signature = _beside(data, authority, an)
    message = _signed(tmp_path / "m.edxml", authority, an)
    files = [_file(one) for one in (data, signature, message)]
    document = DeliveredDocument("EAD_doc_1.xml", {}, (files[0], files[1]))
    delivery = Delivery("TT05", "", "NEW", "", "", {}, (document,), sources=(files[2],))
    facts = {one.sha256: inspect(one, sandbox=box) for one in files}
    told = with_signatures_beside(delivery, facts, tmp_path / "reports", sandbox=box)
    (found,) = told[files[0].sha256].signatures
    assert (found.kind, found.signer, found.intact) == ("CAdES", "Nguyễn Văn An", True)
    assert not is_agency(found)
    assert told[files[1].sha256].signs == files[0].sha256
    assert [one.kind for one in told[files[2].sha256].signatures] == ["XML-DSig"]
    for sha256 in (files[1].sha256, files[2].sha256):
        assert keeping.place(tmp_path / "reports", sha256).exists()
    again = with_signatures_beside(delivery, told, tmp_path / "reports", sandbox=box)
    assert [replace(one, judged_at="") for one in again[files[0].sha256].signatures] == [
        replace(found, judged_at="")
    ]


def test_a_file_that_only_has_the_name_of_a_signature_is_none(tmp_path: Path, box: Sandbox) -> None:
    data, other = tmp_path / "a.txt", tmp_path / "a.txt.p7s"
    data.write_text("Quyết định", "utf-8")
    other.write_text("MẬT", "utf-8")
    files = (_file(data), _file(other))
    delivery = Delivery("TT05", "", "NEW", "", "", {}, (DeliveredDocument("EAD_doc_1.xml", {}, files),))
    facts = {one.sha256: inspect(one, sandbox=box) for one in files}
    told = with_signatures_beside(delivery, facts, tmp_path / "reports", sandbox=box)
    assert told[files[1].sha256] == facts[files[1].sha256]
    assert [one.verdict for one in told[files[0].sha256].signatures] == ["INDETERMINATE"]


def _component(name: str, path: Path, position: int, facts: dict[str, object]) -> ComponentFacts:
    data = path.read_bytes()
    return ComponentFacts(
        id=f"component-{position}",
        role="original",
        name=name,
        path=f"representations/original/data/0001/{position:02d}-{name}",
        media_type="application/octet-stream",
        puid="",
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        facts=facts,
        source=path,
    )


def test_both_come_out_equal_from_the_package_alone(
    tmp_path: Path,
    authority: Authority,
    an: Holder,
    trust: Path,
    box: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TANGTHU_INGEST__TRUST_ROOTS", str(trust))
    data = tmp_path / "a.txt"
    data.write_text("Quyết định", "utf-8")
    signature, message = _beside(data, authority, an), _signed(tmp_path / "m.edxml", authority, an)
    reports, sha256 = tmp_path / "reports", _file(data).sha256
    judged(_file(data), box, reports, now=LATER, kind="CAdES", beside=_file(signature))
    judged(_file(message), box, reports, now=LATER, kind="XML-DSig")
    monkeypatch.delenv("TANGTHU_INGEST__TRUST_ROOTS")
    case = ACaseFile().facts()
    components = (
        _component("a.txt", data, 1, {}),
        _component("a.txt.p7s", signature, 2, {"signs": sha256}),
    )
    kept = DocumentationFile(
        "documentation/001-m.edxml", message.stat().st_size, _file(message).sha256, message
    )
    named = {
        "0001-02": keeping.Reported(components[0].path, _file(signature).sha256, components[1].path),
        "message-001": keeping.Reported(kept.path, kept.sha256),
    }
    facts = replace(
        case,
        records=(replace(case.records[0], components=components),),
        documentation=(kept, *keeping.packed(reports, named, tmp_path / "packed")),
    )
    package = tmp_path / "v0001.zip"
    write(facts, package, schemas=ArchiveSettings.load().tools_home / "schemas")
    found = {one.file: one for one in recheck(package, Asking(box))}
    assert {path: one.faults for path, one in found.items()} == {components[0].path: (), kept.path: ()}
    assert {one.now[0].now.verdict for one in found.values()} == {"TOTAL-PASSED"}

    owed = replace(facts, documentation=(kept,))
    write(owed, tmp_path / "v0002.zip", schemas=ArchiveSettings.load().tools_home / "schemas")
    (missing,) = recheck(tmp_path / "v0002.zip", Asking(box))
    assert missing.faults == ("signed, and the package keeps no report on it",)
