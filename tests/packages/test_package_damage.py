"""Every kind of damage is a fault that names the file and the rule; nothing crashes."""

from __future__ import annotations

import hashlib
import resource
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import bagit
import pytest
from package_builders import FOLDER, a_case, a_component, a_record, rebuilt

from archive.errors import TemporaryError
from archive.packages.facts import PackageFacts
from archive.packages.reader import member_range, read_facts
from archive.packages.unbag import unbag
from archive.packages.verify import verify, verify_plain
from archive.packages.writer import write

ROOT = f"data/{FOLDER}/"
ORIGINAL = ROOT + "representations/original/data/0001/Quyết định.pdf"
Change = Callable[[str, bytes], bytes | None]


def test_a_sound_package_has_no_fault(package: Path, schemas: Path) -> None:
    assert verify(package, schemas=schemas) == []
    assert verify(package, schemas=schemas, bag_only=True) == []


def only(name: str, change: Callable[[bytes], bytes | None]) -> Change:
    return lambda member, data: change(data) if member == name else data


def swap(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    def changed(data: bytes) -> bytes:
        assert old in data, "the test's own expectation of the file is wrong"
        return data.replace(old, new)

    return changed


def refitted(name: str, change: Callable[[bytes], bytes]) -> Callable[[Path, Path], Path]:
    """Change a payload file and put the bag's manifests right again: only the package's own checks can tell."""

    def make(source: Path, into: Path) -> Path:
        with zipfile.ZipFile(source) as archive:
            old = archive.read(f"{FOLDER}/{name}")
            manifest = archive.read(f"{FOLDER}/manifest-sha256.txt")
            tags = archive.read(f"{FOLDER}/tagmanifest-sha256.txt")
            info = archive.read(f"{FOLDER}/bag-info.txt")
        new = change(old)
        new_manifest = manifest.replace(_hex(old), _hex(new))
        grown = len(new) - len(old)
        octets, _, streams = info.split(b"Payload-Oxum: ")[1].split(b"\n")[0].partition(b".")
        new_info = info.replace(octets + b"." + streams, b"%d.%s" % (int(octets) + grown, streams))
        new_tags = tags.replace(_hex(manifest), _hex(new_manifest)).replace(_hex(info), _hex(new_info))
        replaced = {
            name: new,
            "manifest-sha256.txt": new_manifest,
            "bag-info.txt": new_info,
            "tagmanifest-sha256.txt": new_tags,
        }
        return rebuilt(source, into, lambda member, data: replaced.get(member, data))

    return make


def _hex(data: bytes) -> bytes:
    return hashlib.sha256(data).hexdigest().encode()


def plain(change: Change, **more: object) -> Callable[[Path, Path], Path]:
    return lambda source, into: rebuilt(source, into, change, **more)  # type: ignore[arg-type]


EAD = ROOT + "metadata/descriptive/EAD.xml"
METS = ROOT + "METS.xml"
ORIGINAL_METS = ROOT + "representations/original/METS.xml"
PREMIS = ROOT + "representations/original/metadata/preservation/PREMIS_original.xml"
DOC = ROOT + "representations/original/metadata/descriptive/EAD_doc_0001.xml"

DAMAGE: dict[str, tuple[Callable[[Path, Path], Path], str, str]] = {
    "a changed byte": (plain(only(ORIGINAL, lambda data: data[:-1] + b"!")), "FIXITY", ORIGINAL),
    "a lost file": (plain(only(ORIGINAL, lambda data: None)), "RFC8493-2.1.3", ORIGINAL),
    "a file too many": (
        plain(lambda _, data: data, add={f"{FOLDER}/data/stray.txt": b"x"}),
        "RFC8493-2.1.3",
        "data/stray.txt",
    ),
    "no bagit.txt": (plain(only("bagit.txt", lambda data: None)), "RFC8493-2.1.1", "bagit.txt"),
    "another encoding": (plain(only("bagit.txt", swap(b"UTF-8", b"UTF-16"))), "RFC8493-2.1.1", "bagit.txt"),
    "no manifest": (
        plain(only("manifest-sha256.txt", lambda data: None)),
        "BAG-SHA256",
        "manifest-sha256.txt",
    ),
    "no tag manifest": (
        plain(only("tagmanifest-sha256.txt", lambda data: None)),
        "BAG-SHA256",
        "tagmanifest-sha256.txt",
    ),
    "a changed tag file": (plain(only("README.txt", lambda data: data + b"x")), "FIXITY", "README.txt"),
    "a wrong oxum": (
        plain(only("bag-info.txt", swap(b"Payload-Oxum: ", b"Payload-Oxum: 9"))),
        "RFC8493-2.2.2",
        "bag-info.txt",
    ),
    "a manifest with a path attack": (
        plain(only("manifest-sha256.txt", lambda data: data + b"0" * 64 + b"  data/../../etc/passwd\n")),
        "RFC8493-2.1.3",
        "data/../../etc/passwd",
    ),
    "a manifest that lists a file twice": (
        plain(only("manifest-sha256.txt", lambda data: data + data.splitlines(keepends=True)[0])),
        "RFC8493-2.1.3",
        ORIGINAL,
    ),
    "a manifest with a line that is none": (
        plain(only("manifest-sha256.txt", lambda data: data + b"what is this\n")),
        "RFC8493-2.1.3",
        "manifest-sha256.txt",
    ),
    "a member with a path attack": (
        plain(lambda _, data: data, add={f"{FOLDER}/../evil.sh": b"x"}),
        "ZIP-MEMBER",
        f"{FOLDER}/../evil.sh",
    ),
    "a second top folder": (plain(lambda _, data: data, add={"other/x": b"x"}), "ZIP-TOP", ""),
    "members that differ in case only": (
        plain(lambda _, data: data, add={f"{FOLDER}/README.TXT": b"x"}),
        "ZIP-MEMBER",
        f"{FOLDER}/README.TXT",
    ),
    "fetch.txt": (
        plain(lambda _, data: data, add={f"{FOLDER}/fetch.txt": b"http://x/ 1 data/x\n"}),
        "RFC8493-2.2.3",
        "fetch.txt",
    ),
    "a METS that is not valid": (
        refitted(METS, swap(b"<mets:structMap ", b"<mets:structMop ")),
        "METS-XSD",
        METS,
    ),
    "a METS that is cut off": (refitted(METS, lambda data: data[:-30]), "METS-XSD", METS),
    "a PREMIS that is cut off": (refitted(PREMIS, lambda data: data[:-5]), "PREMIS-XSD", PREMIS),
    "a description that is cut off": (refitted(EAD, lambda data: data[:-5]), "EAD-XSD", EAD),
    "an empty description": (refitted(EAD, lambda data: b""), "EAD-XSD", EAD),
    "a METS with a DTD": (
        refitted(METS, swap(b"<mets:mets ", b'<!DOCTYPE x [<!ENTITY a "b">]><mets:mets ')),
        "METS-XSD",
        METS,
    ),
    "a METS of another package": (
        refitted(METS, swap(b":uuid:9C13E70E-", b":uuid:00000000-")),
        "CSIP1",
        METS,
    ),
    "a METS of a SIP": (
        refitted(METS, swap(b'OAISPACKAGETYPE="AIP"', b'OAISPACKAGETYPE="SIP"')),
        "CSIP9",
        METS,
    ),
    "a METS that reaches out": (
        refitted(METS, swap(b'"metadata/descriptive/EAD.xml"', b'"../../../etc/passwd"')),
        "METS-HREF",
        METS,
    ),
    "a METS with another hash": (
        refitted(ORIGINAL_METS, swap(_hex(b"%PDF-1.4 original ").upper(), b"0" * 64)),
        "METS-FIXITY",
        ORIGINAL,
    ),
    "a METS without SHA-256": (
        refitted(ORIGINAL_METS, swap(b'CHECKSUMTYPE="SHA-256"', b'CHECKSUMTYPE="MD5"')),
        "METS-FIXITY",
        ORIGINAL,
    ),
    "a PREMIS that is not valid": (
        refitted(PREMIS, swap(b"premis:messageDigestAlgorithm", b"premis:algorithm")),
        "PREMIS-XSD",
        PREMIS,
    ),
    "a PREMIS with another size": (
        refitted(PREMIS, swap(b"<premis:size>18<", b"<premis:size>19<")),
        "PREMIS-FIXITY",
        ORIGINAL,
    ),
    "a description with an unknown code": (
        refitted(EAD, swap(b"<maintenance>01<", b"<maintenance>99<")),
        "EAD-XSD",
        EAD,
    ),
    "a document's description with a strange field": (
        refitted(DOC, swap(b"<mode>01</mode>", b"<mode>01</mode><mood/>")),
        "EAD-XSD",
        DOC,
    ),
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_damage_is_found_and_the_file_named(package: Path, schemas: Path, tmp_path: Path, kind: str) -> None:
    make, rule, path = DAMAGE[kind]
    damaged = make(package, tmp_path / "damaged.zip")
    faults = verify(damaged, schemas=schemas)
    assert (rule, path) in {(fault.rule, fault.path) for fault in faults}, faults


def test_a_member_that_is_there_twice_is_found(package: Path, schemas: Path, tmp_path: Path) -> None:
    damaged = tmp_path / "twice.zip"
    shutil.copy(package, damaged)
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(damaged, "a") as archive:
        archive.writestr(f"{FOLDER}/{ORIGINAL}", b"other bytes")
    assert ("ZIP-MEMBER", f"{FOLDER}/{ORIGINAL}") in {
        (f.rule, f.path) for f in verify(damaged, schemas=schemas)
    }


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 0.999])
def test_a_package_cut_off_anywhere_is_a_fault(
    package: Path, schemas: Path, tmp_path: Path, share: float
) -> None:
    raw = package.read_bytes()
    (tmp_path / "cut.zip").write_bytes(raw[: int(len(raw) * share)])
    faults = verify(tmp_path / "cut.zip", schemas=schemas)
    assert [fault.rule for fault in faults] == ["ZIP"]


def test_a_package_that_is_not_there_is_a_fault(schemas: Path, tmp_path: Path) -> None:
    assert [fault.rule for fault in verify(tmp_path / "none.zip", schemas=schemas)] == ["ZIP"]


def test_one_flipped_bit_anywhere_in_a_record_is_found(
    package: Path, usual: PackageFacts, schemas: Path, tmp_path: Path
) -> None:
    for component in (component for record in usual.records for component in record.components):
        raw = bytearray(package.read_bytes())
        with package.open("rb") as source:
            offset, length = member_range(source, component.path)
        raw[offset + length // 2] ^= 1
        (tmp_path / "flipped.zip").write_bytes(raw)
        faults = verify(tmp_path / "flipped.zip", schemas=schemas)
        assert ("FIXITY", ROOT + component.path) in {(fault.rule, fault.path) for fault in faults}


def test_flipped_bits_in_the_directory_never_crash(package: Path, schemas: Path, tmp_path: Path) -> None:
    raw = package.read_bytes()
    start = raw.rfind(b"PK\x01\x02", 0, len(raw) - 3000)
    for position in range(start, len(raw), 97):
        damaged = bytearray(raw)
        damaged[position] ^= 0x55
        (tmp_path / "damaged.zip").write_bytes(damaged)
        verify(tmp_path / "damaged.zip", schemas=schemas)  # a list, whatever is in it


def test_a_compressed_package_is_refused_but_is_a_good_bag(
    package: Path, schemas: Path, tmp_path: Path
) -> None:
    with (
        zipfile.ZipFile(package) as old,
        zipfile.ZipFile(tmp_path / "p.zip", "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for info in old.filelist:
            new.writestr(info.filename, old.read(info))
    assert {fault.rule for fault in verify(tmp_path / "p.zip", schemas=schemas)} >= {"ZIP-MEMBER"}
    assert verify(tmp_path / "p.zip", schemas=schemas, bag_only=True) == []


def test_a_zip_bomb_is_refused_unread(tmp_path: Path, schemas: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("bag/bagit.txt", "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n")
        bomb.writestr("bag/data/zeros", bytes(64 << 20))
    faults = verify(tmp_path / "bomb.zip", schemas=schemas, bag_only=True)
    assert ("ZIP-MEMBER", "bag/data/zeros") in {(fault.rule, fault.path) for fault in faults}


def test_members_that_share_bytes_are_refused_unread(package: Path, schemas: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(package) as old, zipfile.ZipFile(tmp_path / "overlap.zip", "w") as new:
        for info in old.filelist:
            new.writestr(info.filename, old.read(info))
        first = new.filelist[2]
        for info in new.filelist[3:]:
            info.header_offset, info.file_size = first.header_offset, first.file_size
            info.compress_size, info.CRC = first.compress_size, first.CRC
    [fault] = verify(tmp_path / "overlap.zip", schemas=schemas)
    assert fault.rule == "ZIP" and "shares bytes" in fault.message


def test_a_name_that_would_command_a_terminal_is_shown_harmlessly(
    package: Path, schemas: Path, tmp_path: Path
) -> None:
    bad = rebuilt(package, tmp_path / "bad.zip", add={f"{FOLDER}/\x1b[2Jgone": b"x"})
    told = [fault.path for fault in verify(bad, schemas=schemas)]
    assert f"{FOLDER}/\\x1b[2Jgone" in told


def test_a_schema_that_is_not_whole_leaves_the_question_open(
    package: Path, schemas: Path, tmp_path: Path
) -> None:
    for path in schemas.glob("*.xsd"):
        shutil.copy(path, tmp_path)
    (tmp_path / "premis.xsd").write_bytes((schemas / "premis.xsd").read_bytes()[:5000])
    with pytest.raises(TemporaryError, match="run set-up again"):
        verify(package, schemas=tmp_path)


@pytest.mark.parametrize("checksums", [["sha256"], ["md5"], ["sha512", "sha1"]])
def test_a_bag_made_by_bagit_python_passes_as_folder_and_fails_when_changed(
    tmp_path: Path, schemas: Path, checksums: list[str]
) -> None:
    (tmp_path / "bag").mkdir()
    (tmp_path / "bag" / "Công văn.txt").write_text("nội dung", encoding="utf-8")
    bagit.make_bag(str(tmp_path / "bag"), {"Contact-Name": "An"}, checksums=checksums)
    assert verify(tmp_path / "bag", schemas=schemas, bag_only=True) == []
    (tmp_path / "bag" / "data" / "Công văn.txt").write_text("khác rồi", encoding="utf-8")
    assert "data/Công văn.txt" in {f.path for f in verify(tmp_path / "bag", schemas=schemas, bag_only=True)}


def test_a_link_in_a_bag_folder_is_not_followed(tmp_path: Path, schemas: Path) -> None:
    (tmp_path / "bag").mkdir()
    (tmp_path / "bag" / "a.txt").write_text("a", encoding="utf-8")
    bagit.make_bag(str(tmp_path / "bag"))
    (tmp_path / "bag" / "data" / "link").symlink_to("/etc/passwd")
    faults = verify(tmp_path / "bag", schemas=schemas, bag_only=True)
    assert ("FOLDER-MEMBER", "data/link") in {(fault.rule, fault.path) for fault in faults}


def test_the_plain_package_says_the_same_and_passes(
    package: Path, usual: PackageFacts, schemas: Path, tmp_path: Path
) -> None:
    with package.open("rb") as source:
        handed = unbag(source, tmp_path / "plain.zip")
    assert verify_plain(handed.path, schemas=schemas) == []
    with handed.path.open("rb") as source:
        assert read_facts(source) == usual
    with zipfile.ZipFile(handed.path) as archive:
        assert {name.split("/")[0] for name in archive.namelist()} == {FOLDER}


def test_damage_in_a_plain_package_is_found(package: Path, schemas: Path, tmp_path: Path) -> None:
    with package.open("rb") as source:
        unbag(source, tmp_path / "plain.zip")
    member = ORIGINAL.removeprefix(ROOT)
    rebuilt(tmp_path / "plain.zip", tmp_path / "bad.zip", only(member, lambda data: data[:-1] + b"!"))
    faults = verify_plain(tmp_path / "bad.zip", schemas=schemas)
    assert f"{FOLDER}/{member}" in {fault.path for fault in faults}


def test_a_case_of_many_files_passes_in_little_memory(tmp_path: Path, schemas: Path) -> None:
    records = [
        a_record(ordinal, a_component(tmp_path, ordinal), a_component(tmp_path, ordinal, "pdfa"))
        for ordinal in range(1, 401)
    ]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    written = write(a_case(*records), tmp_path / "p.zip", schemas=schemas)
    assert verify(written.path, schemas=schemas) == []
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 60 * 1024, f"{grown} kB more for 800 files"


def test_a_large_file_is_streamed(tmp_path: Path, schemas: Path) -> None:
    component = a_component(tmp_path, 1, data=bytes(range(256)) * 4096 * 96)  # 96 MB
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    written = write(a_case(a_record(1, component)), tmp_path / "p.zip", schemas=schemas)
    assert verify(written.path, schemas=schemas) == []
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 40 * 1024
