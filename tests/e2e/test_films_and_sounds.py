"""A case file with a photo, a film and sounds goes the whole road: films and sounds are kept as they came.

So is any format of which a deployment's policy says so.
"""

from __future__ import annotations

import sys
import wave
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from deliveries import row_of, send
from PIL import Image
from sqlalchemy import select

from archive.copies import stores
from archive.packages.reader import read_facts
from archive.packages.verify import verify
from archive.register.models import CaseFile, Package
from archive.register.session import reading, transaction
from archive.settings import ArchiveSettings
from archive.viewer import Role, Viewer
from ingest import pipeline, submissions
from tests.samples.pki import Pki
from tests.samples.road import ACase, Doc, Road, a_case, from_

sys.path.insert(0, str(Path(__file__).parent.parent / "ingest"))
import film_builders as films
import pdf_builders as make
import trap_builders as trap
from breaking import FILM, PHOTO

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

NOW = datetime.now(UTC)


def photo(path: Path) -> None:
    Image.effect_noise((600, 400), 60).convert("RGB").save(path, "JPEG", dpi=(300, 300))


def uncompressed(path: Path) -> None:
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(2)
        sound.setsampwidth(2)
        sound.setframerate(44100)
        sound.writeframes(b"\0\1" * 44100 * 2)


def sent(town: Path, case: ACase) -> str:
    road = Road(town / "road", Pki(town / "pki", town / "trust"))
    road.know(case.where)
    one = send(road.package(case), agency=case.where.code)
    pipeline.advance(one)
    return one


def described(fields: dict[str, str], ordinal: int, *files: tuple[str, object]) -> Doc:
    made = tuple((name, from_(make)) for name, make in files)  # type: ignore[arg-type]
    return Doc({"DocOrdinal": str(ordinal), **fields}, made)


def of(case: ACase, *documents: Doc) -> ACase:
    """The first document of the case and these after it."""
    return replace(case, documents=(case.documents[0], *documents)).saying(
        TotalDoc=str(1 + len(documents)), PageNumber=""
    )


def codes(one: str) -> list[str]:
    return sorted({finding.code for finding in row_of(one).findings})


def test_films_and_sounds_are_stored_as_they_came_with_no_pdfa(
    town: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TANGTHU_INGEST__TRUST_ROOTS", str(town / "trust"))
    film, sound = FILM | {"ArchivesNumber": "13/2020"}, FILM | {"ArchivesNumber": "14/2020"}
    case = of(
        a_case(),
        described(PHOTO, 2, ("le.jpg", photo)),
        described(film, 3, ("le.avi", trap.avi)),
        described(sound | {"MovieTitle": "Diễn văn"}, 4, ("dien van.mp3", trap.mp3)),
        described(FILM | {"ArchivesNumber": "15/2020"}, 5, ("le.mp4", films.mp4)),
    )
    one = sent(town, case)
    row = row_of(one)
    assert (row.state, codes(one)) == ("to-decide", ["MEDIA_UNPLAYED"]), [
        (finding.code, finding.place, finding.params) for finding in row.findings
    ]
    (normalised,) = [step.result for step in row.steps if step.step == "normalise"]
    assert (normalised["kept"], normalised["derivatives"]) == (3, 2)
    archivist = Viewer("an", {case.where.code: frozenset({Role.ARCHIVIST})})
    with transaction() as session:
        submissions.accept(session, one, viewer=archivist, now=NOW)
    assert pipeline.advance(one) == "stored"
    with reading() as session:
        stored = session.scalars(select(CaseFile)).one()
        roles = {record.ordinal: sorted(c.role for c in record.components) for record in stored.records}
        name = session.scalars(select(Package.name)).one()
    assert roles == {
        1: ["original", "pdfa", "text"],
        2: ["original", "pdfa", "text"],
        3: ["original"],
        4: ["original"],
        5: ["original"],
    }
    path = town / "package.zip"
    with stores()[0].open(name) as stream:
        path.write_bytes(stream.read())
        stream.seek(0)
        facts = read_facts(stream)
    assert verify(path, schemas=ArchiveSettings.load().tools_home / "schemas") == []
    kept = [event for event in facts.events if event.kind == "policy assignment"]
    assert len(kept) == 3
    assert all("kept as it came, no PDF/A" in event.detail for event in kept)
    assert any("AVI, JPEG" in event.detail for event in kept)
    assert any("MPEG-4, AVC, 2002 kbps, 0:02" in event.detail for event in kept)
    with zipfile.ZipFile(path) as package:
        (member,) = [one for one in package.namelist() if one.endswith("le.avi")]
        assert package.read(member) == trap.avi(town / "again.avi").read_bytes()


KEEPS = """
[[rule]]
name = "sheet"
title = "Excel"
puids = ["fmt/214"]
action = "keep"
why_vi = "bảng số liệu lớn"
why_en = "large tables"
clause = "thỏa thuận nộp lưu"
"""


def test_what_a_deployments_policy_keeps_is_stored_as_it_came_and_said_so(
    town: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rule was read without a word, and then every such file went back as "cannot be made into PDF/A"."""
    monkeypatch.setenv("TANGTHU_INGEST__TRUST_ROOTS", str(town / "trust"))
    (town / "policy.toml").write_text(KEEPS, "utf-8")
    monkeypatch.setenv("TANGTHU_INGEST__FORMAT_POLICY", str(town / "policy.toml"))
    case = a_case()
    files = (*case.documents[0].files, ("so-lieu.xlsx", from_(make.sheet)))
    one = sent(town, case.files(*files).alone())
    if row_of(one).state == "to-decide":
        archivist = Viewer("an", {case.where.code: frozenset({Role.ARCHIVIST})})
        with transaction() as session:
            submissions.accept(session, one, viewer=archivist, now=NOW)
        pipeline.advance(one)
    assert row_of(one).state == "stored", codes(one)
    with reading() as session:
        components = session.scalars(select(CaseFile)).one().records[0].components
        (kept,) = [component for component in components if component.name == "so-lieu.xlsx"]
        assert kept.facts["kept"] == "Excel: large tables / bảng số liệu lớn (thỏa thuận nộp lưu)"
        assert kept.role == "original"
        name = session.scalars(select(Package.name)).one()
    with stores()[0].open(name) as stream:
        events = read_facts(stream).events
    (event,) = [event for event in events if event.kind == "policy assignment"]
    assert "kept as it came, no PDF/A (Excel: large tables" in event.detail


def test_a_case_file_of_films_alone_is_a_whole_package(town: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TANGTHU_INGEST__TRUST_ROOTS", str(town / "trust"))
    film = described(FILM, 1, ("le.avi", trap.avi))
    one = sent(town, replace(a_case(), documents=(film,)).saying(TotalDoc="1", PageNumber=""))
    assert (row_of(one).state, codes(one)) == ("to-decide", ["MEDIA_UNPLAYED"])
    archivist = Viewer("an", {a_case().where.code: frozenset({Role.ARCHIVIST})})
    with transaction() as session:
        submissions.accept(session, one, viewer=archivist, now=NOW)
    assert pipeline.advance(one) == "stored"
    with reading() as session:
        name = session.scalars(select(Package.name)).one()
    path = town / "package.zip"
    with stores()[0].open(name) as stream:
        path.write_bytes(stream.read())
    assert verify(path, schemas=ArchiveSettings.load().tools_home / "schemas") == []


@pytest.mark.parametrize(("ended", "code"), [("31/12/2020", "V08_SOUND"), ("30/09/2025", "MEDIA_UNPLAYED")])
def test_an_uncompressed_sound_is_taken_by_the_new_circular_only(
    town: Path, monkeypatch: pytest.MonkeyPatch, ended: str, code: str
) -> None:
    monkeypatch.setenv("TANGTHU_INGEST__TRUST_ROOTS", str(town / "trust"))
    case = of(a_case().ended(ended), described(FILM, 2, ("a.wav", uncompressed)))
    assert code in codes(sent(town, case))


def test_a_film_in_place_of_a_documents_text_goes_back(town: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TANGTHU_INGEST__TRUST_ROOTS", str(town / "trust"))
    one = sent(town, a_case().files(("vanban.avi", from_(trap.avi))))
    assert row_of(one).state == "returned"
    assert "FORMAT_UNSUPPORTED" in codes(one)
