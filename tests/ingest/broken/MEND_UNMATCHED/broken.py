"""A mended document that was not in the delivery."""

from __future__ import annotations

from ingest.delivery import DeliveredDocument, Delivery
from ingest.finding import Finding
from ingest.mending.amendment import AmendedDocument, Amendment, amended
from tests.samples.road import Road

EARLIER = Delivery(
    "TT02",
    "uuid-1",
    "NEW",
    "",
    "",
    {"FileCode": "H.2020.01"},
    (DeliveredDocument("d.xml", {"Subject": "x"}, ()),),
)


def found(road: Road) -> list[Finding]:
    return list(amended(EARLIER, Amendment(documents=(AmendedDocument(9, {"Subject": "x"}),))).findings)
