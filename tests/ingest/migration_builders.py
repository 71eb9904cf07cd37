"""Kept case files with real derivatives, for tests of preservation plans."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from archive.custody import deposit, keep
from archive.hashing import sha256_of_file
from archive.packages.facts import ComponentFacts, DocumentationFile, EventFacts, PackageFacts, RecordFacts
from archive.packages.writer import write
from archive.register.agencies import set_agency, set_fonds
from archive.register.session import transaction
from archive.settings import ArchiveSettings
from archive.viewer import Role, Viewer
from ingest.delivery import DeliveredFile
from ingest.formats.convert import Derivative, Source, normalise
from ingest.formats.inspect import inspect
from ingest.formats.workshop import Workshop
from ingest.steps.derived import of_derivative
from tests.archive.vault_builders import AGENCY, NOW, ident

OTHER = "000.00.02.H37"
LAN = Viewer("lan", {AGENCY: frozenset({Role.ARCHIVIST}), OTHER: frozenset({Role.ARCHIVIST})})
MAI = Viewer("mai", {AGENCY: frozenset({Role.HEAD}), OTHER: frozenset({Role.HEAD})})
EVERYWHERE = Viewer("quan", {"*": frozenset({Role.ADMINISTRATOR})})


@dataclass(frozen=True)
class Sample:
    """An original as an office sent it, and a derivative of it (or of what it once was)."""

    original: Path
    puid: str
    media_type: str
    made: Derivative


def delivered(path: Path) -> DeliveredFile:
    return DeliveredFile(path.name, path, path.stat().st_size, sha256_of_file(path))


def a_sample(path: Path, shop: Workshop, *, flavour: str = "1b") -> Sample:
    """Make a derivative with the real tools."""
    facts = inspect(delivered(path), sandbox=shop.sandbox)
    (made,) = normalise([Source("made", path, facts, flavour)], path.parent / f"{path.stem}-made", shop=shop)
    assert isinstance(made, Derivative), made
    return Sample(path, facts.puid, facts.media_type, made)


def unlike_its_derivative(sample: Sample, original: Path, puid: str = "fmt/276") -> Sample:
    """The original no tool of today opens; its derivative is from better days."""
    return replace(sample, original=original, puid=puid)


def agencies() -> None:
    with transaction() as session:
        for code, fonds in ((AGENCY, "LS-UBND"), (OTHER, "LS-SNV")):
            set_agency(session, code=code, name=f"Cơ quan {code}", profile="lang-son", actor="admin", now=NOW)
            set_fonds(session, code=fonds, agency_code=code, name="Phông", actor="admin", now=NOW)


def kept(folder: Path, code: str, samples: list[Sample], *, agency: str = AGENCY) -> str:
    """Keep a case file with one document for each sample, the original and its derivative; return its id."""
    folder.mkdir(parents=True, exist_ok=True)
    case_id = ident("case", code)
    records = tuple(_record(code, number, sample) for number, sample in enumerate(samples, 1))
    source = folder / "METS.xml"
    source.write_text("<mets/>")
    facts = PackageFacts(
        objid=f"urn:{agency}:uuid:{case_id.upper()}",
        name=f"lang-son/{agency}/2015/{code}/v0001.zip",
        version=1,
        made_at=NOW,
        case_file_id=case_id,
        submission_id=ident("submission", code),
        agency_code=agency,
        agency_name=f"Cơ quan {agency}",
        fonds_code="LS-UBND" if agency == AGENCY else "LS-SNV",
        code=code,
        title=f"Hồ sơ {code}",
        regime="R1",
        access="01",
        start_date=date(2015, 1, 6),
        end_date=date(2015, 12, 31),
        maintenance="10 năm",
        total_docs=len(records),
        total_pages=sum(record.pages for record in records),
        description={"FileCode": code, "Title": f"Hồ sơ {code}"},
        records=records,
        events=(
            EventFacts(
                ident("event", code), "transfer", NOW, "success", f"received from {agency}", "Tàng Thư ingest"
            ),
        ),
        documentation=(
            DocumentationFile(
                "documentation/001-METS.xml", source.stat().st_size, sha256_of_file(source), source
            ),
        ),
    )
    written = write(facts, folder / f"{code}.zip", schemas=ArchiveSettings.load().tools_home / "schemas")
    copies = deposit(written.path, facts.name, written.sha256)
    with transaction() as session:
        keep(session, facts, written, copies, actor="system:ingest", now=NOW)
    written.path.unlink()
    return case_id


def _record(code: str, number: int, sample: Sample) -> RecordFacts:
    original = ident("original", code, number)
    path = sample.original
    place = f"{number:04d}/01-{path.stem}"
    components = (
        ComponentFacts(
            id=original,
            role="original",
            name=path.name,
            path=f"representations/original/data/{number:04d}/01-{path.name}",
            media_type=sample.media_type,
            puid=sample.puid,
            size=path.stat().st_size,
            sha256=sha256_of_file(path),
            facts={"signatures": [], "pages": sample.made.pages},
            source=path,
        ),
        *of_derivative(
            sample.made,
            of=original,
            ids=(ident("pdfa", code, number), ident("text", code, number)),
            name=path.stem,
            place=place,
        ),
    )
    return RecordFacts(
        id=ident("record", code, number),
        ordinal=number,
        code=f"{code}.{number:07d}",
        type_name="Quyết định",
        number=str(number),
        notation="QĐ-UBND",
        issued_on=date(2015, 5, number),
        organ_name="UBND tỉnh Lạng Sơn",
        subject=f"Về việc {number}",
        pages=sample.made.pages,
        description={"Subject": f"Về việc {number}"},
        components=components,
    )


def stored_bytes() -> dict[str, str]:
    """Return the hash of everything under a name in every store."""
    found = {}
    for store in ArchiveSettings.load().all_stores:
        for path in sorted(store.path.rglob("*.zip")):
            found[f"{store.name}:{path.relative_to(store.path)}"] = sha256_of_file(path)
    return found


def copy_of(path: Path, name: str) -> Path:
    """Return a file with the same bytes under another name."""
    into = path.with_name(name)
    shutil.copy(path, into)
    return into
