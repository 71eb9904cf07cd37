"""Whatever arrives, reading it stays under 512 MiB and ends: each case in a process of its own, its peak measured."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from sip_builders import REP, members, zipped

from tests.samples.bag import bag_members, folder_of, zip_of
from tests.samples.sheet import HEADER, comma, xlsx

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]

MOST_MIB = 512
SECONDS = 300
ROOT = Path(__file__).parent.parent.parent
CHILD = """
import json, re, sys
from pathlib import Path
from ingest.errors import UnreadableDeliveryError
from ingest.gateway.limits import Limits
from ingest.readers.interface import Context
from ingest.readers.read import read
try:
    delivery = read(Path(sys.argv[1]), Path(sys.argv[2]), Context(Limits()))
    said = sorted({finding.code for finding in delivery.findings})
except UnreadableDeliveryError as error:
    said = [error.code]
# ru_maxrss would count what this process was before it became another program.
peak = int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) // 1024
print(json.dumps([said, peak]))
"""


def read_apart(raw: Path, folder: Path) -> tuple[list[str], int]:
    """Return the finding codes and the peak of memory, in MiB, of a process that reads this."""
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(raw), str(folder / "in")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    assert done.returncode == 0, done.stderr
    said, peak = json.loads(done.stdout)
    return said, peak


def laid(folder: Path, **changed: bytes) -> Path:
    """Return a SIP as a folder, some members changed: no packing ratio gives it away."""
    content = members(folder) | {name.replace("__", "/"): data for name, data in changed.items()}
    return folder_of(content, folder / "goi")


def a_mets_of(filling: bytes, count: int) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        head, _, tail = members(folder)["METS.xml"].partition(b"<fileSec")
        return laid(folder, **{"METS.xml": head + filling * count + b"<fileSec" + tail})

    return make


def a_mets_of_many_files(folder: Path) -> Path:
    head, _, tail = members(folder)["METS.xml"].partition(b"</fileGrp>")
    one = b'<file ID="F%d" CHECKSUM="%064d"><FLocat xmlns:l="x" l:href="a/%d"/></file>'
    many = b"".join(one % (n, n, n) for n in range(300_000))
    return laid(folder, **{"METS.xml": head + many + b"</fileGrp>" + tail})


def an_ead_of(filling: bytes, count: int) -> Callable[[Path], Path]:
    data = b"<simpledc>" + filling * count + b"</simpledc>"
    return lambda folder: laid(folder, **{"metadata/descriptive/EAD.xml": data})


def many_findings(folder: Path) -> Path:
    content = members(folder)
    content |= {f"{REP}/data/{n}.txt": b"" for n in range(19_000)}
    return zipped(folder, content)


def a_csv_of_one_line(folder: Path) -> Path:
    place = folder / "goi"
    place.mkdir()
    (place / "a.pdf").write_bytes(b"x")
    with (place / "bang-ke.csv").open("wb") as sink:
        sink.truncate(1 << 30)  # a gigabyte, and not one line break in it
    return place


def with_sheet(data: Callable[[], bytes], name: str = "x.xlsx") -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        return zip_of({name: data(), "a.pdf": b"x"}, folder / "goi.zip", top="")

    return make


SHARED = "xl/sharedStrings.xml"
KIND = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"


def workbook(**parts: bytes) -> bytes:
    """Return a small workbook with some of its parts replaced: `sheet`, `strings`."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(xlsx([["1"] * len(HEADER)]))) as good,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as sink,
    ):
        for name in good.namelist():
            data = good.read(name)
            if name == "xl/worksheets/sheet1.xml":
                data = parts.get("sheet", data)
            if name == "[Content_Types].xml" and "strings" in parts:
                override = b'<Override PartName="/xl/sharedStrings.xml" ContentType="' + KIND + b'"/></Types>'
                data = data.replace(b"</Types>", override)
            sink.writestr(name, data)
        if "strings" in parts:
            sink.writestr(SHARED, parts["strings"])
    return target.getvalue()


MAIN = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
SHEET = b"<worksheet " + MAIN + b">%s<sheetData>%s</sheetData></worksheet>"
STRINGS = b"<sst " + MAIN + b">%s</sst>"


def shared_strings(count: int = 1_000_000) -> bytes:
    rows = b"".join(b"<si><t>chuoi so %d</t></si>" % n for n in range(count))
    return workbook(strings=STRINGS % rows)


def lying_dimension() -> bytes:
    row = b'<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row>'
    return workbook(sheet=SHEET % (b'<dimension ref="A1:XFD1048576"/>', row))


def many_cells() -> bytes:
    row = b"".join(b"<c><v>%d</v></c>" % n for n in range(90))
    return workbook(sheet=SHEET % (b"", (b"<row>" + row + b"</row>") * 8_000))


def unknown_elements() -> bytes:
    return workbook(sheet=SHEET % (b"<x/>" * 2_000_000, b""))


def entities() -> bytes:
    lol = b"<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'>%s]>" % b"".join(
        b"<!ENTITY a%d '%s'>" % (n, b"&a%d;" % (n - 1) * 10 if n else b"&a;" * 10) for n in range(12)
    )
    return workbook(strings=lol + STRINGS % b"<si><t>&a11;</t></si>")


def a_zip_bomb_of_a_sheet() -> bytes:
    return workbook(strings=STRINGS % (b" " * (200 << 20)))


def a_bag_with_a_long_manifest(folder: Path) -> Path:
    bag = bag_members({"a.csv": comma([])})
    bag["manifest-md5.txt"] = b"".join(b"0  data/%d\n" % n for n in range(4_000_000))
    return folder_of(bag, folder / "tui")


def a_bag_with_a_long_list(folder: Path) -> Path:
    sip = {f"x/{name}": data for name, data in members(folder).items()}
    bag = bag_members(sip) | {"fetch.txt": b"http://a/b - c\n" * 4_000_000}
    return folder_of(bag, folder / "tui")


def a_header_and_many_cells() -> bytes:
    names = b"".join(b'<c t="inlineStr"><is><t>%s</t></is></c>' % name.encode() for name in HEADER)
    row = b"".join(b"<c><v>%d</v></c>" % n for n in range(len(HEADER)))
    body = b"<row>" + names + b"</row>" + (b"<row>" + row + b"</row>") * 4_000
    return workbook(sheet=SHEET % (b"", body))


CASES: dict[str, tuple[Callable[[Path], Path], set[str]]] = {
    "a METS of ten million empty elements": (a_mets_of(b"<x/>", 10_000_000), {"SIP_METS_BROKEN"}),
    "a METS of half a million notes": (a_mets_of(b"<note>1</note>", 500_000), set()),
    "a METS of deep divisions": (a_mets_of(b"<div>", 300), {"SIP_METS_BROKEN"}),
    "a METS that lists 300,000 files": (a_mets_of_many_files, {"SIP_METS_BROKEN"}),
    "a description of six million fields": (an_ead_of(b"<a>1</a>", 6_000_000), {"SIP_EAD_BROKEN"}),
    "a description of two megabytes of fields": (an_ead_of(b"<a>1</a>", 250_000), {"SIP_EAD_BROKEN"}),
    "nineteen thousand files nobody lists": (many_findings, {"FINDINGS_MORE"}),
    "a CSV of one gigabyte in one line": (a_csv_of_one_line, {"SHEET_TOO_LARGE"}),
    "a million shared strings": (with_sheet(shared_strings), {"SHEET_TOO_LARGE"}),
    "half a million shared strings": (with_sheet(lambda: shared_strings(500_000)), {"SHEET_FILE_MISSING"}),
    "two million elements openpyxl does not know": (with_sheet(unknown_elements), {"SHEET_NONE"}),
    "a dimension that lies": (with_sheet(lying_dimension), {"SHEET_NONE"}),
    "cells without a header": (with_sheet(many_cells), {"SHEET_NONE"}),
    "cells below a header": (with_sheet(a_header_and_many_cells), {"FINDINGS_MORE"}),
    "entities in a workbook": (with_sheet(entities), {"SHEET_BROKEN"}),
    "a bomb in a workbook": (with_sheet(a_zip_bomb_of_a_sheet), {"SIP_BOMB"}),
    "a manifest of four million lines": (a_bag_with_a_long_manifest, {"DELIVERY_UNKNOWN"}),
    "a fetch list of four million lines": (a_bag_with_a_long_list, {"HOLE_LIST"}),
}


@pytest.mark.parametrize("name", CASES)
def test_reading_stays_small_and_ends(name: str, tmp_path: Path) -> None:
    make, expected = CASES[name]
    said, peak = read_apart(make(tmp_path), tmp_path)
    print(f"{name}: {peak} MiB, {', '.join(said)}")
    assert expected <= set(said)
    assert peak < MOST_MIB
