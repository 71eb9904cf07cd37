"""Document codes with the year of another."""

from __future__ import annotations

from breaking import sip

from ingest.finding import Finding
from tests.samples.road import Road

CODE = "H49.64.33.2001.160"
FILE = {"fileCode": CODE, "title": "Tập tờ khai", "maintenance": "01", "totalDoc": "2"}


def _letter(n: int, code: str = CODE, name: str = "docCode", **more: str) -> dict[str, str]:
    return {
        "docId": f"{CODE}.{n}",
        name: f"{code}.{n:07d}",
        "typeName": "22",
        "subject": f"Tờ khai {n}",
        **more,
    }


def found(road: Road) -> list[Finding]:
    return sip(road, file=FILE, documents=tuple(_letter(n, "H49.64.33.1994.160") for n in (1, 2)))
