"""What the versions of a package say together: the newest word on everything, the files of the one that has them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from archive.packages.facts import PackageFacts, RecordFacts


def as_described_now(held: PackageFacts, later: Iterable[PackageFacts]) -> PackageFacts:
    """Return the facts of the newest version, with the documents of the one that holds their files.

    A document described anew is described as in the newest version that describes it; where its files lie is said by
    the version that holds them.

    Args:
        held: the version that holds the files.
        later: the versions after it, newest first.
    """
    newest, said = held, dict[str, RecordFacts]()
    for number, version in enumerate(later):
        newest = newest if number else version
        for record in version.records:
            said.setdefault(record.id, record)
    records = tuple(replace(said.get(one.id, one), components=one.components) for one in held.records)
    return replace(newest, records=records)


def holds_files(facts: PackageFacts) -> bool:
    """Say whether a version holds the documents' files, and does not only describe them."""
    return any(record.components for record in facts.records)
