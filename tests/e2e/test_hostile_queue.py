"""The whole hostile list in one queue, before a good delivery: each is a finding, memory stays small, the good goes on.

What each trap is, and the tests that take it apart one by one: `tests/ingest/HOSTILE.md`.
"""

from __future__ import annotations

import base64
import io
import os
import stat
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from deliveries import ROOT, row_of, send
from PIL import Image

from tests.samples.edxml import EdxmlDocument, write_document
from tests.samples.pki import Pki
from tests.samples.road import ACase, Maker, Members, Road, a_case, from_

sys.path.insert(0, str(Path(__file__).parent.parent / "ingest"))
import pdf_builders as make
import trap_builders as trap
from breaking import cut, entries

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]

MOST_KIB = 512 * 1024
CODE = a_case().where.code


def raw(*members: tuple[str, bytes], mode: int = 0) -> bytes:
    return entries(*members, mode=mode)


def encrypted_zip() -> bytes:
    data = bytearray(raw(("a.txt", b"x" * 100)))
    data[6] |= 1
    data[data.find(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def zipped(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as sink:
        for name, data in members.items():
            sink.writestr(name, data)
    return out.getvalue()


PACKAGES: dict[str, tuple[Callable[[], bytes], str]] = {
    "traversal": (lambda: raw(("../../etc/cron.d/x", b"x")), "SIP_UNSAFE_NAME"),
    "absolute name": (lambda: raw(("/etc/passwd", b"x")), "SIP_UNSAFE_NAME"),
    "symbolic link": (lambda: raw(("a", b"/etc/passwd"), mode=stat.S_IFLNK | 0o777), "SIP_UNSAFE_NAME"),
    "a name twice": (lambda: raw(("a.txt", b"1"), ("a.txt", b"2")), "SIP_NAME_CLASH"),
    "the same but for case": (lambda: raw(("a.txt", b"1"), ("A.TXT", b"2")), "SIP_NAME_CLASH"),
    "the same but for Unicode form": (
        lambda: raw(("B\u00e1.txt", b"1"), ("Ba\u0301.txt", b"2")),
        "SIP_NAME_CLASH",
    ),
    "a name of 300 characters": (lambda: raw(("a" * 300, b"x")), "SIP_UNSAFE_NAME"),
    "a flat bomb of 1 GB": (lambda: zipped({"a": bytes(1 << 30)}), "SIP_BOMB"),
    "a nested bomb": (
        lambda: zipped({"b.zip": zipped({"c.zip": zipped({"d": bytes(200 << 20)})})}),
        "SIP_BOMB",
    ),
    "an encrypted ZIP": (encrypted_zip, "SIP_ENCRYPTED"),
    "a truncated ZIP": (lambda: raw(("a", os.urandom(50_000)))[:30_000], "SIP_ZIP_BROKEN"),
    "0 bytes as a package": (lambda: b"", "SIP_ZIP_BROKEN"),
}

DOCTYPE = b'<?xml version="1.0" encoding="UTF-8"?>%s<mets xmlns="http://www.loc.gov/METS/">&e;</mets>'
LAUGHS = b'<!DOCTYPE m [<!ENTITY a "ha"><!ENTITY b "%s"><!ENTITY c "%s"><!ENTITY e "%s">]>' % (
    b"&a;" * 100,
    b"&b;" * 100,
    b"&c;" * 100,
)


def metsed(change: Callable[[bytes], bytes]) -> Callable[[Members], None]:
    """Change the package's METS.xml."""

    def act(members: Members) -> None:
        (name,) = [one for one in members if one.endswith("METS.xml") and one.count("/") == 1]
        members[name] = change(members[name])

    return act


def declared_otherwise(mets: bytes) -> bytes:
    return mets.replace(b"UTF-8", b"UTF-16", 1).replace(b"utf-8", b"UTF-16", 1)


def picture_bomb() -> Maker:
    return from_(trap.picture_bomb)


def with_first(name: str, maker: Maker) -> ACase:
    return a_case().files((name, maker))


CASES: dict[str, tuple[Callable[[], ACase], str]] = {
    "XXE": (
        lambda: a_case().but(
            metsed(lambda _: DOCTYPE % b'<!DOCTYPE m [<!ENTITY e SYSTEM "file:///etc/passwd">]>')
        ),
        "SIP_METS_BROKEN",
    ),
    "an entity bomb": (lambda: a_case().but(metsed(lambda _: DOCTYPE % LAUGHS)), "SIP_METS_BROKEN"),
    "a wrong encoding": (lambda: a_case().but(metsed(declared_otherwise)), "SIP_METS_BROKEN"),
    "an impossible date": (
        lambda: a_case().document(IssuedDate="31/02/2020").papered(IssuedDate="01/03/2020"),
        "V09_DATE",
    ),
    "empty elements": (lambda: a_case().saying(Title=" ").document(Subject=" "), "V09_REQUIRED"),
    "a PDF with JavaScript and a launch action": (
        lambda: with_first("a.pdf", from_(make.with_javascript)),
        "ACTIVE_CONTENT",
    ),
    "a PDF with a file attached": (
        lambda: with_first("a.pdf", from_(lambda path: trap.carrying(path, {"a.txt": b"x"}))),
        "ATTACHED_FILES",
    ),
    "a PDF that carries a program": (
        lambda: with_first(
            "a.pdf", from_(lambda path: trap.carrying(path, {"a.pdf": trap.windows_program()}))
        ),
        "PROGRAM",
    ),
    "a PDF with a user password": (lambda: with_first("a.pdf", from_(make.encrypted)), "ENCRYPTED"),
    "a broken cross-reference table": (lambda: with_first("a.pdf", from_(trap.broken_xref)), "DAMAGED"),
    "a torn PDF": (lambda: with_first("a.pdf", cut(lambda data: data[: len(data) // 3])), "UNOPENABLE"),
    "a file of 0 bytes": (
        lambda: with_first("a.pdf", from_(lambda path: path.write_bytes(b""))),
        "UNOPENABLE",
    ),
    "an image bomb": (lambda: with_first("a.png", picture_bomb()), "UNOPENABLE"),
    "a spreadsheet bomb": (
        lambda: with_first("a.xlsx", from_(lambda path: trap.zip_of(path, {"xl/a.xml": bytes(300 << 20)}))),
        "SIP_BOMB",
    ),
}


def test_every_trap_is_a_finding_memory_stays_small_and_the_queue_goes_on(
    town: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TANGTHU_INGEST__TRUST_ROOTS", str(town / "trust"))
    road = Road(town / "road", Pki(town / "pki", town / "trust"))
    road.know(a_case().where)
    sent: dict[str, tuple[str, str]] = {}
    for name, (data, code) in PACKAGES.items():
        (town / "trap").write_bytes(data())
        sent[name] = (send(town / "trap", message_id=name, agency=CODE), code)
    for name, (case, code) in CASES.items():
        sent[name] = (send(road.package(case()), message_id=name, agency=CODE), code)
    sent["an edXML message of 60 MB in base64"] = (a_large_message(town), "")
    good = send(road.package(a_case()), message_id="good", agency=CODE)
    ids = [one for one, _ in sent.values()]
    done = subprocess.run(
        [sys.executable, str(ROOT / "tests" / "e2e" / "memory_of_queue.py"), *ids, good],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found = {}
    for name, (one, code) in sent.items():
        row = row_of(one)
        codes = sorted({finding.code for finding in row.findings})
        assert not row.waiting, (name, row.waiting)
        assert row.state in ("returned", "to-decide", "refused", "gathering"), (name, row.state, codes)
        assert not code or code in codes, (name, row.state, codes)
        found[name] = (row.state, codes)
    assert row_of(good).state == "to-decide" or row_of(good).state == "stored", row_of(good).state
    assert [finding.code for finding in row_of(good).findings] == []
    assert "normalise" in [step.step for step in row_of(good).steps]
    worker, largest_child = (int(number) for number in done.stdout.split())
    print(f"worker {worker // 1024} MiB, largest child {largest_child // 1024} MiB", found)
    assert worker < MOST_KIB, f"the worker held {worker} KiB"
    assert largest_child < MOST_KIB, f"a process it started held {largest_child} KiB"


def a_large_message(town: Path) -> str:
    """Send an edXML message with a real picture of about 45 MB, which is 60 MB in base64."""
    side = 3900
    picture = io.BytesIO()
    Image.frombytes("RGB", (side, side), os.urandom(side * side * 3)).save(picture, "PNG", compress_level=0)
    assert len(base64.b64encode(picture.getvalue())) >= 60_000_000
    letter = EdxmlDocument(
        sender=CODE,
        sender_name=a_case().where.name,
        receiver="000.00.00.H00",
        number="12",
        notation="BC-SNV",
        place="Hà Nội",
        issued=date(2020, 5, 3),
        type_name="Báo cáo",
        subject="Ảnh lớn",
        signer_post="Giám đốc",
        signer_name="Nguyễn Văn An",
        attachments=(("anh.png", picture.getvalue(), False),),
    )
    (town / "letter").write_bytes(write_document(letter))
    return send(town / "letter", message_id="large", kind="edxml", agency=CODE)
