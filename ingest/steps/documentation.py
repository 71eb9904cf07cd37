"""What is kept beside the records: the messages they came with, what was asked and answered, reports on signatures."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from archive.hashing import sha256_of_file
from archive.naming import safe_name
from archive.packages.facts import DocumentationFile, RecordFacts
from archive.register.models import ComponentRole
from archive.register.session import reading
from ingest.asked import as_json, of_submission
from ingest.delivery import DeliveredFile, Delivery
from ingest.formats.sandbox import shared
from ingest.formats.signed import judged
from ingest.signatures import keeping
from ingest.steps.step import Work


def documentation_of(
    work: Work, delivery: Delivery, records: tuple[RecordFacts, ...]
) -> Iterator[DocumentationFile]:
    """Yield every file of a package's documentation; those made here are written into the work folder."""
    yield from _documentation(delivery)
    yield from _asked(work)
    yield from _signature_reports(work, delivery, records)


def _asked(work: Work) -> Iterator[DocumentationFile]:
    """Yield what was asked about the delivery and answered, written down; nothing when nobody asked.

    An accepted delivery is asked nothing more, so a second run writes the same.
    """
    with reading() as session:
        said = of_submission(session, work.submission_id)
        text = json.dumps(as_json(said), ensure_ascii=False, indent=2) if said else ""
    if text:
        place = work.folder / "asked.json"
        place.write_text(text, "utf-8")
        yield DocumentationFile(
            "documentation/hoi-dap.json", place.stat().st_size, sha256_of_file(place), place
        )


def _signature_reports(
    work: Work, delivery: Delivery, records: tuple[RecordFacts, ...]
) -> Iterator[DocumentationFile]:
    """Yield the reports on signatures and the evidence they rest on.

    What was looked into before this program kept reports is judged now.
    """
    reports = work.folder / keeping.WORK
    named = dict(_reported(delivery, records, reports))
    signed = {one.sha256 for one in named.values()}
    for _, _, file in delivery.placed_files():
        if file.sha256 in signed and not keeping.place(reports, file.sha256).exists():
            judged(file, shared(), reports)
    yield from keeping.packed(reports, named, work.folder / "signature-reports")


def _reported(
    delivery: Delivery, records: tuple[RecordFacts, ...], reports: Path
) -> Iterator[tuple[str, keeping.Reported]]:
    """Yield the name of each report and what it is about."""
    for record in records:
        originals = [one for one in record.components if one.role == ComponentRole.ORIGINAL]
        paths = {one.sha256: one.path for one in originals}
        for number, one in enumerate(originals, 1):
            name = f"{record.ordinal:04d}-{number:02d}"
            if signs := one.facts.get("signs"):
                yield name, keeping.Reported(paths[signs], one.sha256, one.path)
            elif any(said["kind"] == "PAdES" for said in one.facts.get("signatures", ())):
                yield name, keeping.Reported(one.path, one.sha256)
    for position, source in enumerate(delivery.sources, 1):
        if keeping.place(reports, source.sha256).exists():
            path = _documented(position, source)
            yield f"message-{position:03d}", keeping.Reported(path, source.sha256)


def _documented(position: int, source: DeliveredFile) -> str:
    return f"documentation/{position:03d}-{safe_name(source.name)}"


def _documentation(delivery: Delivery) -> Iterator[DocumentationFile]:
    for position, source in enumerate(delivery.sources, 1):
        yield DocumentationFile(_documented(position, source), source.size, source.sha256, source.path)
