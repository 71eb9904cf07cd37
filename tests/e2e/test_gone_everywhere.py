"""After a destruction the file's words, bytes and hashes are nowhere: every copy the house makes is looked through.

Two versions of the package, a damaged copy put aside, a repair that was killed, an offline medium, a backup, a round of
evidence, the index, the queue; every file below the house is searched byte by byte, so every column and every free page
of both databases too. What stays is the tombstone: code, title, dates, and the hash of each package.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
import pytest
from deliveries import GIA_LAI, a_good_case_file, a_report, packed, send
from destroying import destroy, read_on, where
from sqlalchemy import select

from archive import describing, queue
from archive.copies import stores
from archive.describing import Redescription
from archive.evidence.rounds import make_round
from archive.ledger.seal import seal
from archive.media import holder as media
from archive.media.export import export
from archive.packages.reader import open_member
from archive.promises import keep
from archive.register.decisions import Receipt
from archive.register.models import CaseFile, Component, Package
from archive.register.session import engine, reading, transaction
from archive.rolling.roll import roll
from archive.stores.naming import QUARANTINE
from archive.viewer import Role, Viewer
from archive.wiping import wipe_folder
from archive.workplace import REPAIR, prefix_of, workplace
from ingest import pipeline
from ingest.handover import minutes
from ingest.rescan.round import rescan
from operations.backups.expiry import expire
from operations.backups.make import make
from search.query import search
from tests.archive.test_queue import Valkey
from tests.archive.time_authority import certificate, serving

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]

WORDS = ("Xuyenchi", "Thuyenquang", "Ngocbich")
"""Stand in a document's subject and so in its text, in the name of the delivery, and in a note of the description."""
LAN = Viewer("lan", {GIA_LAI: frozenset({Role.ARCHIVIST})})


@pytest.fixture
def valkey(monkeypatch: pytest.MonkeyPatch) -> Iterator[Valkey]:
    with tempfile.TemporaryDirectory(prefix="tt-") as folder:
        one = Valkey(Path(folder))
        one.start()
        monkeypatch.setenv("TANGTHU_ARCHIVE__BROKER_URL", one.url)
        yield one
        queue._line.close()
        one.ask.close()
        one.stop()


def queued(server: Valkey) -> bytes:
    """Return everything the queue holds, as bytes."""
    ask: Any = server.ask
    kinds = {
        b"string": ask.get,
        b"list": lambda key: b"".join(ask.lrange(key, 0, -1)),
        b"set": lambda key: b"".join(ask.smembers(key)),
        b"hash": lambda key: b"".join(part for pair in ask.hgetall(key).items() for part in pair),
        b"zset": lambda key: b"".join(ask.zrange(key, 0, -1)),
    }
    return b"".join(key + (kinds[ask.type(key)](key) or b"") for key in ask.keys("*"))


def needles_of(case_file_id: str) -> dict[str, bytes]:
    """Return what must not be found: words, bytes out of each file, and each file's hash, as text and as it is."""
    with reading() as session:
        components = session.scalars(select(Component)).all()
        first = session.scalars(select(Package.name).order_by(Package.version)).first()
    found = {word: word.encode() for word in WORDS}
    with stores()[0].open(str(first)) as stream:
        for one in components:
            data = open_member(stream, one.path).read()
            middle = len(data) // 2
            found[f"bytes of {one.role}"] = data[middle : middle + 40]
            found[f"hash of {one.role}"] = one.sha256.encode()
            found[f"digest of {one.role}"] = bytes.fromhex(one.sha256)
    assert len(found) >= 3 + 3 * 3, "an original, its PDF/A and its text"
    return found


def test_every_copy_of_a_destroyed_case_file_is_gone(
    town: Path, made_by_migrations: None, tmp_path: Path, valkey: Valkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime.now(UTC)
    monkeypatch.setenv("TANGTHU_OPERATIONS__HOME", str(town))
    plan = a_good_case_file("88.TH", "Hồ sơ giao ban tuần năm 2020").kept_for("5 năm")
    sip = packed(
        plan.with_document(a_report().about(f"Báo cáo về việc {WORDS[0]}")), tmp_path / "sent" / "sip.zip"
    )
    stored = send(sip, message_id="m-1", name=f"{WORDS[1]}.zip")
    assert pipeline.advance(stored) == "stored"
    read_on()
    with reading() as session:
        case = session.scalars(select(CaseFile)).one()
        names = [session.scalars(select(Package.name)).one()]
    note = Redescription(
        {**case.description, "Description": f"Ghi chú {WORDS[2]}"},
        case.title,
        case.access,
        ("Description",),
        "Bổ sung",
        1,
    )
    describing.describe(case.id, note, viewer=LAN, now=now)
    needles = needles_of(case.id)

    # every copy the house can make of it
    assert minutes.print_due(now + timedelta(hours=1)) == 1
    rescan(now + timedelta(minutes=1), everything=True)
    with serving() as authority:
        (town / "roots.pem").write_bytes(certificate())
        monkeypatch.setenv("TANGTHU_ARCHIVE__TSA_URL", authority.url)
        monkeypatch.setenv("TANGTHU_ARCHIVE__TSA_ROOTS", str(town / "roots.pem"))
        assert make_round(now=now).packages == 2
        monkeypatch.delenv("TANGTHU_ARCHIVE__TSA_URL")
    with reading() as session:
        names = list(session.scalars(select(Package.name).order_by(Package.version)))
    assert [name.rpartition("/")[2] for name in names] == ["v0001.zip", "v0002.zip"]
    kho = town / "archive/stores"
    (kho / "kho-b" / names[0]).write_bytes((kho / "kho-a" / names[0]).read_bytes()[:-1] + b"?")
    assert len(roll(now + timedelta(minutes=2), everything=True).mended) == 1
    assert list((kho / "kho-b" / QUARANTINE).rglob("*")), "the damaged copy is put aside"
    left = workplace() / f"{prefix_of(REPAIR, names[0])}x"
    left.mkdir(parents=True)
    shutil.copyfile(kho / "kho-a" / names[0], left / "good")
    (town / "media").mkdir()
    (medium,) = export(town / "media", actor="khanh", now=now).media
    backup = make(town / "backup", now=now)
    read_on()
    assert search(WORDS[0], viewer=LAN).total and search(WORDS[2], viewer=LAN).total
    engine().dispose()
    roots = [town / "archive", town / "media", town / "backup", valkey.folder]
    before = where(roots, needles)
    # Nobody writes a hash down as bare bytes; the others are there to be found.
    assert {name.split()[0] for name, files in before.items() if not files} == {"digest"}
    for word in (WORDS[0], WORDS[2]):  # the search is one that finds
        assert {Path(path).parts[len(town.parts)] for path in before[word]} >= {"archive", "media", "backup"}

    order_id = destroy()
    with reading() as session:
        receipts = {row.holder: row for row in session.scalars(select(Receipt))}
    for store in ("kho-a", "kho-b", "kho-c"):
        assert all(name in receipts[f"store:{store}"].what for name in names), (
            "each version is on the receipt"
        )
    assert receipts["media"].what == f"media {medium.number}" and not receipts["media"].gone
    assert backup.number in receipts["backups"].what and not receipts["backups"].gone

    # the days that were promised
    wipe_folder(town / "media")
    media.destroyed(medium.number, document="7/BB", actor="khanh", now=now)
    assert [one.holder for one in keep(actor="x", now=now, of=media.NAME, due_only=False)] == ["backups"]
    done = expire(now=now + timedelta(days=36))
    assert (done.erased, done.troubles, done.owed) == ((backup.number,), (), 0)
    with transaction() as session:
        seal(session, now=datetime.now(UTC))
    read_on()
    assert not search(WORDS[0], viewer=LAN).total and not search(WORDS[2], viewer=LAN).total
    engine().dispose()

    left_over = {name: files for name, files in where(roots, needles).items() if files}
    assert left_over == {}
    told = queued(valkey)
    assert {name for name, needle in needles.items() if needle in told} == set()
    valkey.stop()  # writes what it holds down, if it does
    assert {name: files for name, files in where([valkey.folder], needles).items() if files} == {}
    # The minutes of the hand-over stay, and tell no word of the file.
    (paper,) = (kho / "kho-a" / "bien-ban").rglob("*.pdf")
    text = "".join(page.get_textpage().get_text_range() for page in pdfium.PdfDocument(paper))
    assert "Hồ sơ giao ban tuần" in text and not any(word in text for word in WORDS)
    with reading() as session:
        grave = session.scalars(select(CaseFile)).one()
        assert (grave.state, grave.title) == ("destroyed", "Hồ sơ giao ban tuần năm 2020")
        assert session.get_one(Receipt, (order_id, grave.id, "backups")).gone
