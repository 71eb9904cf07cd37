"""Packages of other producers: read as folder, stored or packed ZIP; what is wrong is said by file and rule."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Callable
from pathlib import Path
from xml.sax.saxutils import quoteattr

import pytest
from package_builders import a_usual_case

from archive.packages.ead import write_fields
from archive.packages.facts import PackageFacts
from archive.packages.tt05 import document_fields, file_fields
from archive.packages.unbag import unbag
from archive.packages.verify import verify_any

TOP = "urn_G09_uuid_1B1E7B5E-6DCB-4D8C-9C5F-2B6F6B7F8A01"
PREMIS = (
    b'<premis xmlns="http://www.loc.gov/premis/v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" version="3.0">'
    b'<object xsi:type="file"><objectIdentifier><objectIdentifierType>local</objectIdentifierType>'
    b"<objectIdentifierValue>f1</objectIdentifierValue></objectIdentifier><objectCharacteristics><format>"
    b"<formatDesignation><formatName>PDF/A</formatName></formatDesignation></format></objectCharacteristics>"
    b"<storage><contentLocation><contentLocationType>URI</contentLocationType>"
    b"<contentLocationValue>file:///kho/1.pdf</contentLocationValue></contentLocation></storage></object></premis>"
)
Files = dict[str, bytes]


def mets(
    files: Files, *, objid: str, kind: str = "AIP", prefix: str = "", checksum: str = "SHA-256"
) -> bytes:
    """A METS as another system writes it: default namespace, one file group, one division, no dmdSec."""
    rows = "".join(
        f'<file ID="F{n}" MIMETYPE="application/octet-stream" SIZE="{len(data)}" CREATED="2026-01-01T00:00:00+07:00" '
        f'CHECKSUM="{hashlib.new(checksum.replace("-", "").lower(), data).hexdigest()}" CHECKSUMTYPE="{checksum}">'
        f'<FLocat LOCTYPE="URL" xlink:type="simple" xlink:href={quoteattr(prefix + name)}/></file>'
        for n, (name, data) in enumerate(files.items())
    )
    return (
        '<?xml version="1.0"?><mets xmlns="http://www.loc.gov/METS/" xmlns:xlink="http://www.w3.org/1999/xlink" '
        'xmlns:csip="https://DILCIS.eu/XML/METS/CSIPExtensionMETS" TYPE="Mixed" PROFILE="x" '
        f'OBJID={quoteattr(objid)}><metsHdr CREATEDATE="2026-01-01T00:00:00+07:00" csip:OAISPACKAGETYPE="{kind}">'
        '<agent ROLE="CREATOR" TYPE="ORGANIZATION"><name>Kho khác</name></agent></metsHdr>'
        f'<fileSec><fileGrp USE="all">{rows}</fileGrp></fileSec>'
        '<structMap><div LABEL="all"/></structMap></mets>'
    ).encode()


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> Files:
    """Two representations, descriptions and PREMIS, without any METS yet."""
    facts: PackageFacts = a_usual_case(tmp_path_factory.mktemp("others"))
    document = write_fields(document_fields(facts, facts.records[0]), "document")
    return {
        "metadata/descriptive/EAD.xml": write_fields(file_fields(facts), "file"),
        "metadata/preservation/PREMIS.xml": PREMIS,
        "representations/rep1/metadata/descriptive/EAD_doc_1.xml": document,
        "representations/rep1/data/Quyết định 1.pdf": b"%PDF-1.4",
        "representations/rep2/data/1.tif": b"II*",
    }


def of_others(content: Files, **how: str) -> Files:
    return {**content, "METS.xml": mets(content, objid=how.pop("objid", TOP.replace("_", ":")), **how)}


def put(files: Files, into: Path, form: str, top: str = TOP) -> Path:
    if form == "folder":
        for name, data in files.items():
            place = into / top / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)
        return into / top
    path = into / "aip.zip"
    with zipfile.ZipFile(
        path, "w", zipfile.ZIP_DEFLATED if form == "packed" else zipfile.ZIP_STORED
    ) as archive:
        for name, data in files.items():
            archive.writestr(f"{top}/{name}" if top else name, data)
    return path


def found(path: Path, schemas: Path) -> set[tuple[str, str]]:
    return {(fault.rule, fault.path) for fault in verify_any(path, schemas=schemas)}


@pytest.mark.parametrize("form", ["folder", "stored", "packed"])
@pytest.mark.parametrize("prefix", ["", "./", "file://./", "file:"])
def test_a_sound_package_of_others_has_no_fault(
    content: Files, schemas: Path, tmp_path: Path, form: str, prefix: str
) -> None:
    assert verify_any(put(of_others(content, prefix=prefix), tmp_path, form), schemas=schemas) == []


def test_one_with_a_mets_in_each_representation_and_its_own_objid_as_folder_is_sound(
    content: Files, schemas: Path, tmp_path: Path
) -> None:
    files = dict(content)
    for rep in ("rep1", "rep2"):
        below = f"representations/{rep}/"
        inside = {name.removeprefix(below): data for name, data in content.items() if name.startswith(below)}
        files[f"{below}METS.xml"] = mets(inside, objid=rep)
    listed = {name: data for name, data in files.items() if "/data/" not in name and "EAD_doc" not in name}
    files["METS.xml"] = mets(listed, objid="G09.2026")
    assert verify_any(put(files, tmp_path, "packed", "G09.2026"), schemas=schemas) == []


def renamed(old: str, new: str) -> Callable[[Files], Files]:
    return lambda files: {name.replace(old, new): data for name, data in files.items()}


def changed(name: str, data: bytes) -> Callable[[Files], Files]:
    return lambda files: {**files, name: data}


def without(name: str) -> Callable[[Files], Files]:
    return lambda files: {one: data for one, data in files.items() if one != name}


REP1 = "representations/rep1/"
DAMAGE: dict[str, tuple[Callable[[Files], Files], str, str]] = {
    "another case of a folder": (
        renamed("metadata/descriptive/EAD.xml", "Metadata/Descriptive/ead.xml"),
        "CSIP-NAME",
        "Metadata/Descriptive/ead.xml",
    ),
    "METS in lower case": (renamed("METS.xml", "mets.xml"), "CSIP-NAME", "mets.xml"),
    "a file METS calls by another case": (
        renamed("1.tif", "1.TIF"),
        "METS-HREF",
        "representations/rep2/data/1.TIF",
    ),
    "no METS": (without("METS.xml"), "CSIP-STR", "METS.xml"),
    "no description": (without("metadata/descriptive/EAD.xml"), "CSIP-STR", "metadata/descriptive/EAD.xml"),
    "no PREMIS": (
        without("metadata/preservation/PREMIS.xml"),
        "CSIP-STR",
        "metadata/preservation/PREMIS.xml",
    ),
    "a lost file": (
        without("representations/rep2/data/1.tif"),
        "METS-HREF",
        "representations/rep2/data/1.tif",
    ),
    "a file nobody lists": (
        changed("representations/rep2/data/2.tif", b"x"),
        "CSIP-COMPLETE",
        "representations/rep2/data/2.tif",
    ),
    "a changed file": (
        changed("representations/rep2/data/1.tif", b"II+"),
        "METS-FIXITY",
        "representations/rep2/data/1.tif",
    ),
    "a description in another form": (
        changed("metadata/descriptive/EAD.xml", b"<ead/>"),
        "EAD-XSD",
        "metadata/descriptive/EAD.xml",
    ),
    "PREMIS of another version": (
        changed("metadata/preservation/PREMIS.xml", PREMIS.replace(b"/v3", b"/v2")),
        "PREMIS-XSD",
        "metadata/preservation/PREMIS.xml",
    ),
    "a METS that is none": (changed("METS.xml", b"PK\x03\x04" * 99), "METS-XSD", "METS.xml"),
    "an empty METS": (changed("METS.xml", b""), "METS-XSD", "METS.xml"),
    "a METS that is not XML's depth": (changed("METS.xml", b"<a>" * 5000), "METS-XSD", "METS.xml"),
    "a METS with entities in entities": (
        changed("METS.xml", b'<!DOCTYPE m [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><m>&b;</m>'),
        "METS-XSD",
        "METS.xml",
    ),
}


@pytest.mark.parametrize("form", ["folder", "packed"])
@pytest.mark.parametrize("kind", DAMAGE)
def test_what_is_wrong_is_said_by_file_and_rule(
    content: Files, schemas: Path, tmp_path: Path, kind: str, form: str
) -> None:
    make, rule, path = DAMAGE[kind]
    assert (rule, f"{TOP}/{path}") in found(put(make(of_others(content)), tmp_path, form), schemas)


@pytest.mark.parametrize(
    ("how", "fault"),
    [
        ({"objid": "urn:other"}, ("CSIP1", "METS.xml")),
        ({"kind": "BOX"}, ("CSIP9", "METS.xml")),
        ({"prefix": "/"}, ("METS-HREF", "METS.xml")),
        ({"prefix": "../"}, ("METS-HREF", "METS.xml")),
        ({"prefix": "file:///"}, ("METS-HREF", "METS.xml")),
        ({"prefix": "https://kho.example/"}, ("METS-HREF", "METS.xml")),
        ({"checksum": "MD5"}, ("METS-FIXITY", "representations/rep2/data/1.tif")),
    ],
)
def test_what_mets_says_wrongly_is_said(
    content: Files, schemas: Path, tmp_path: Path, how: dict[str, str], fault: tuple[str, str]
) -> None:
    rule, path = fault
    assert (rule, f"{TOP}/{path}") in found(put(of_others(content, **how), tmp_path, "stored"), schemas)


def test_a_zip_without_a_folder_is_looked_into_all_the_same(
    content: Files, schemas: Path, tmp_path: Path
) -> None:
    assert found(put(of_others(content), tmp_path, "packed", ""), schemas) == {("ZIP-TOP", "")}


def test_a_mets_that_names_a_million_files_does_not_fill_the_memory(
    content: Files, schemas: Path, tmp_path: Path
) -> None:
    one = '<file ID="F{0}"><FLocat LOCTYPE="URL" xlink:type="simple" xlink:href="data/{0}"/></file>'
    rows = "".join(one.format(number) for number in range(30_000)).encode()
    files = of_others(content)
    files["METS.xml"] = files["METS.xml"].replace(b"</fileGrp>", rows + b"</fileGrp>")
    faults = verify_any(put(files, tmp_path, "packed"), schemas=schemas)
    assert len(faults) <= 1001 and faults[-1].rule == "LIMIT"


@pytest.mark.parametrize("data", [b"", b"PK", b"<xml/>", b"\x00" * 5000])
def test_what_is_no_package_is_one_fault(schemas: Path, tmp_path: Path, data: bytes) -> None:
    (tmp_path / "x.zip").write_bytes(data)
    assert found(tmp_path / "x.zip", schemas) == {("ZIP", "")}


@pytest.mark.parametrize("form", ["folder", "packed"])
def test_our_own_plain_package_unpacked_or_packed_again_is_sound(
    package: Path, schemas: Path, tmp_path: Path, form: str
) -> None:
    with package.open("rb") as source:
        plain = unbag(source, tmp_path / "plain.zip").path
    with zipfile.ZipFile(plain) as archive:
        top = archive.namelist()[0].partition("/")[0]
        files = {name.partition("/")[2]: archive.read(name) for name in archive.namelist()}
    assert verify_any(put(files, tmp_path, form, top), schemas=schemas) == []


ENTITY = '<!DOCTYPE m [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><m>&b;</m>'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32", "cp037", "utf-7"])
def test_a_dtd_is_refused_in_every_encoding_before_it_can_end_the_process(
    content: Files, schemas: Path, tmp_path: Path, encoding: str
) -> None:
    declared = f'<?xml version="1.0" encoding="{encoding}"?>{ENTITY}'
    for name in ("METS.xml", "metadata/descriptive/EAD.xml", "metadata/preservation/PREMIS.xml"):
        files = changed(name, declared.encode(encoding))(of_others(content))
        place = tmp_path / name.replace("/", "-")
        place.mkdir()
        assert {
            path for rule, path in found(put(files, place, "packed"), schemas) if rule.endswith("-XSD")
        } == {f"{TOP}/{name}"}
