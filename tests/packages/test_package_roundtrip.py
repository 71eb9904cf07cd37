"""What is written is read back, word for word."""

from __future__ import annotations

import hashlib
import tempfile
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from package_builders import FOLDER, a_case, a_component, a_record

from archive.errors import DamagedError, NotFoundError, TemporaryError
from archive.packages.errors import UnreadableError, UnwritableError
from archive.packages.facts import EventFacts, PackageFacts
from archive.packages.markup import NOT_XML
from archive.packages.reader import member_range, open_member, read_facts
from archive.packages.verify import verify
from archive.packages.writer import write


def test_what_is_written_is_read_back_equal(package: Path, usual: PackageFacts) -> None:
    with package.open("rb") as source:
        assert read_facts(source) == usual


def test_the_same_facts_make_the_same_bytes(tmp_path: Path, usual: PackageFacts, schemas: Path) -> None:
    first = write(usual, tmp_path / "a.zip", schemas=schemas)
    second = write(usual, tmp_path / "b.zip", schemas=schemas)
    assert first.sha256 == second.sha256
    assert first.size == (tmp_path / "a.zip").stat().st_size
    assert first.sha256 == hashlib.sha256((tmp_path / "a.zip").read_bytes()).hexdigest()


EARLIEST, LATEST = (datetime(year, 1, 1) for year in (1990, 2090))  # noqa: DTZ001  (hypothesis adds the zone)
XML_TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=30).filter(
    lambda text: not NOT_XML.search(text)
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    texts=st.lists(XML_TEXT, min_size=9, max_size=9),
    fields=st.dictionaries(XML_TEXT, XML_TEXT, max_size=3),
    facts=st.dictionaries(
        st.text(max_size=5).filter(lambda text: text.isprintable()),
        st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=9), st.lists, max_leaves=4),
        max_size=3,
    ),
    ordinals=st.sets(st.integers(0, 99_999), max_size=3),
    issued_on=st.none() | st.dates(),
    end_date=st.dates(),
    at=st.datetimes(min_value=EARLIEST, max_value=LATEST, timezones=st.just(UTC)),
)
def test_any_text_xml_can_hold_survives(
    schemas: Path,
    texts: list[str],
    fields: dict[str, str],
    facts: dict[str, object],
    ordinals: set[int],
    issued_on: date | None,
    end_date: date,
    at: datetime,
) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        records = tuple(
            a_record(
                ordinal,
                replace(a_component(folder, ordinal), facts=facts, name=texts[0], media_type="", puid=""),
                subject=texts[1],
                type_name=texts[2],
                code=texts[3],
                issued_on=issued_on,
                description=fields,
            )
            for ordinal in sorted(ordinals)
        )
        case = a_case(
            *records,
            title=texts[4],
            maintenance=texts[5],
            description=fields,
            end_date=end_date,
            events=(EventFacts("e", texts[6], at, "failure", texts[7], texts[8]),),
        )
        written = write(case, folder / "p.zip", schemas=schemas)
        with written.path.open("rb") as source:
            assert read_facts(source) == case
        assert verify(written.path, schemas=schemas) == []


@pytest.mark.parametrize("character", ["\x00", "\x0b", "\x1f", "\ud800", "\ufffe", "\uffff"])
def test_a_character_xml_forbids_is_refused_by_name_and_place(
    tmp_path: Path, schemas: Path, character: str
) -> None:
    case = a_case(a_record(7, a_component(tmp_path, 7), subject=f"Về việc{character}"))
    with pytest.raises(UnwritableError, match=rf"document 7 / subject.*U\+{ord(character):04X}"):
        write(case, tmp_path / "p.zip", schemas=schemas)
    assert list(tmp_path.glob("*.zip")) == [] and list(tmp_path.glob(".*.part")) == []


def test_forbidden_characters_in_what_tools_said_are_kept_as_json_escapes(
    tmp_path: Path, schemas: Path
) -> None:
    component = replace(a_component(tmp_path, 1), facts={"message": "bad \x00 \ufffe name"})
    written = write(a_case(a_record(1, component)), tmp_path / "p.zip", schemas=schemas)
    with written.path.open("rb") as source:
        assert read_facts(source).records[0].components[0].facts == {"message": "bad \x00 \ufffe name"}


def test_one_document_is_read_by_its_byte_range(package: Path, usual: PackageFacts) -> None:
    wanted = usual.records[1].components[0]
    raw = package.read_bytes()
    with package.open("rb") as source:
        offset, length = member_range(source, wanted.path)
        assert hashlib.sha256(raw[offset : offset + length]).hexdigest() == wanted.sha256
        with open_member(source, wanted.path) as stream:
            stream.seek(5)
            assert stream.read(3) == raw[offset + 5 : offset + 8]
            stream.seek(0)
            assert hashlib.sha256(stream.read()).hexdigest() == wanted.sha256


@pytest.mark.parametrize("path", ["nothing.pdf", "../METS.xml", "/etc/passwd", ""])
def test_a_name_that_is_not_in_the_directory_is_not_found(package: Path, path: str) -> None:
    with package.open("rb") as source, pytest.raises(NotFoundError):
        open_member(source, path)


def test_what_is_no_package_is_unreadable_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "text.zip").write_text("not a ZIP")
    with (
        (tmp_path / "text.zip").open("rb") as source,
        pytest.raises(UnreadableError, match="not a readable ZIP"),
    ):
        read_facts(source)


def test_a_source_that_changed_since_it_was_described_stops_the_package(
    tmp_path: Path, schemas: Path
) -> None:
    component = a_component(tmp_path, 1)
    assert component.source is not None
    component.source.write_bytes(b"BYTES")
    with pytest.raises(DamagedError, match="SHA-256"):
        write(a_case(a_record(1, component)), tmp_path / "p.zip", schemas=schemas)
    component.source.write_bytes(b"longer than before")
    with pytest.raises(DamagedError, match="18 bytes, not 5"):
        write(a_case(a_record(1, component)), tmp_path / "p.zip", schemas=schemas)
    component.source.unlink()
    with pytest.raises(DamagedError, match="gone"):
        write(a_case(a_record(1, component)), tmp_path / "p.zip", schemas=schemas)
    assert not (tmp_path / "p.zip").exists()


def test_missing_schemas_are_a_temporary_error(tmp_path: Path) -> None:
    with pytest.raises(TemporaryError, match="set-up"):
        write(a_case(a_record(1, a_component(tmp_path, 1))), tmp_path / "p.zip", schemas=tmp_path)


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("representations/original/data/../x", "segment"),
        ("representations/original/x.pdf", "must lie below"),
        ("representations/pdfa/data/x.pdf", "must lie below"),
        ("/representations/original/data/x", "must lie below"),
        ("representations/original/data/a\\b", "backslash"),
        ("representations/original/data/a\nb", "control"),
        ("representations/original/data/" + "ế" * 100, "255 bytes"),
        ("representations/original/data/x. ", "space or a dot"),
    ],
)
def test_a_path_some_disk_cannot_hold_is_refused(
    tmp_path: Path, schemas: Path, path: str, reason: str
) -> None:
    component = replace(a_component(tmp_path, 1), path=path)
    with pytest.raises(UnwritableError, match=reason):
        write(a_case(a_record(1, component)), tmp_path / "p.zip", schemas=schemas)


def test_two_paths_that_differ_only_in_case_or_accent_form_are_refused(tmp_path: Path, schemas: Path) -> None:
    first = a_component(tmp_path, 1, name="Quyết định.pdf")
    second = replace(first, id="other", path="representations/original/data/0001/QUYẾT ĐỊNH.pdf")
    with pytest.raises(UnwritableError, match="two files"):
        write(a_case(a_record(1, first, second)), tmp_path / "p.zip", schemas=schemas)


def test_ordinals_that_do_not_rise_are_refused(tmp_path: Path, schemas: Path) -> None:
    with pytest.raises(UnwritableError, match="ordinals"):
        write(a_case(a_record(2), a_record(1)), tmp_path / "p.zip", schemas=schemas)


def test_a_name_of_the_bag_follows_the_objid(package: Path) -> None:
    assert FOLDER.encode() in package.read_bytes()[:200]
