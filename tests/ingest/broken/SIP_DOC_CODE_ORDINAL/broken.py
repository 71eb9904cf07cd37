"""Document codes whose ordinal is not of 7 digits."""

from __future__ import annotations

from breaking import sip
from breaking.described import CODE, FILE

from ingest.finding import Finding
from tests.samples.road import Road


def _letter(n: int, code: str = CODE, name: str = "docCode", **more: str) -> dict[str, str]:
    return {
        "docId": f"{CODE}.{n}",
        name: f"{code}.{n:03d}",
        "typeName": "22",
        "subject": f"Tờ khai {n}",
        **more,
    }


def found(road: Road) -> list[Finding]:
    return sip(road, file=FILE, documents=tuple(_letter(n) for n in (1, 2)))
