"""An infected delivery on real parts: refused, released by two people, scanned again, stored; or destroyed and gone."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from deliveries import row_of, send, steps_of, the_wait_is_over
from sqlalchemy import select

from archive.copies import stores
from archive.packages.reader import read_facts
from archive.packages.verify import verify
from archive.register.infected import Wish
from archive.register.models import Outbox, Package
from archive.register.session import reading, transaction
from archive.settings import ArchiveSettings
from archive.viewer import Role, Viewer
from ingest import pipeline, quarantine, submissions, virus
from ingest.infected import deciding
from ingest.tasks import wipe_infected
from tests.samples.pki import Pki
from tests.samples.road import Road, a_case, from_, plain

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

CODE = a_case().where.code
AN = Viewer("an", {CODE: frozenset({Role.ARCHIVIST})})
CHI = Viewer("chi", {CODE: frozenset({Role.HEAD})})


def eicar(path: Path) -> None:
    path.write_bytes(virus.eicar_bytes())


def refused(town: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Send a case file with the test file in it; return the submission, which is refused."""
    monkeypatch.setenv("TANGTHU_INGEST__TRUST_ROOTS", str(town / "trust"))
    road = Road(town / "road", Pki(town / "pki", town / "trust"))
    case = a_case().files(("a.pdf", plain), ("b.txt", from_(eicar)))
    road.know(case.where)
    one = send(road.package(case), agency=CODE)
    assert pipeline.advance(one) == "refused"
    return one


def decided(one: str, wish: Wish) -> str:
    now = datetime.now(UTC)
    with transaction() as session:
        request = deciding.ask(session, one, wish=wish, reason="báo nhầm", viewer=AN, now=now)
    with transaction() as session:
        return deciding.answer(session, request, agree=True, remark="đã xem", viewer=CHI, now=now).state


def test_released_it_waits_for_the_scanner_and_is_stored_with_who_released_it(
    town: Path, scanner: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = refused(town, monkeypatch)
    assert steps_of(one) == ["unpack", "join", "scan"]
    assert decided(one, Wish.RELEASE) == "released"
    monkeypatch.setenv("TANGTHU_INGEST__CLAMD_SOCKET", str(scanner.socket))  # it is not running
    assert pipeline.advance(one) == "waiting"
    assert (row_of(one).step, steps_of(one)) == ("scan", ["unpack", "join"])
    scanner.start()
    the_wait_is_over(one)
    assert pipeline.advance(one) == "to-decide"
    assert [finding.code for finding in row_of(one).findings] == ["VIRUS_RELEASED"]
    with transaction() as session:
        submissions.accept(session, one, viewer=AN, now=datetime.now(UTC))
    assert pipeline.advance(one) == "stored"
    path = town / "package.zip"
    with reading() as session:
        name = session.scalars(select(Package.name)).one()
        owed = sorted(session.scalars(select(Outbox.status).where(Outbox.submission_id == one)))
    with stores()[0].open(name) as stream:
        path.write_bytes(stream.read())
        stream.seek(0)
        events = {event.kind: event for event in read_facts(stream).events}
    assert verify(path, schemas=ArchiveSettings.load().tools_home / "schemas") == []
    engine = virus.engine_of(virus.version())
    check, release = events["virus check"], events["unquarantine"]
    assert (check.agent, check.outcome) == (engine.name, "warning")
    assert engine.told in check.detail
    assert (release.agent, release.outcome, len(release.objects)) == ("chi", "warning", 1)
    assert "asked by an, released by chi, scanned again with ClamAV" in release.detail
    assert owed == ["01", "02", "03", "06"]
    assert not quarantine.folder(one).exists()


def test_destroyed_no_byte_is_left_in_quarantine(town: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = refused(town, monkeypatch)
    assert decided(one, Wish.DESTROY) == "destroyed"
    assert wipe_infected(one)
    assert not quarantine.folder(one).exists()
    left = [path for path in quarantine.home().rglob("*") if path.is_file()]
    assert [path for path in left if virus.eicar_bytes() in path.read_bytes()] == []
    assert row_of(one).state == "refused"
