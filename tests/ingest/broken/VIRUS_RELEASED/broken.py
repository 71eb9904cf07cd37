"""The EICAR test file, which two people have released."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

from archive.register.infected import QuarantineRequest
from archive.register.session import transaction
from ingest.finding import Finding
from ingest.steps.scan import scan
from ingest.steps.unpack import unpack
from ingest.virus import eicar_bytes
from tests.samples.road import Road, a_case, from_, signed

SERVICE = True
SIGNATURE = "Tangthu.Test.EICAR.UNOFFICIAL"


def found(road: Road) -> list[Finding]:
    case = a_case().files(("a.pdf", signed()), ("b.bin", from_(lambda path: path.write_bytes(eicar_bytes()))))
    road.know(case.where)
    now = datetime.now(UTC)
    with transaction() as session:
        session.add(
            QuarantineRequest(
                submission_id="of an earlier delivery",
                agency_code=case.where.code,
                wish="release",
                state="released",
                files=[{"sha256": hashlib.sha256(eicar_bytes()).hexdigest(), "signature": SIGNATURE}],
                asked_by="an",
                asked_at=now,
                reason="báo nhầm",
                answered_by="chi",
                answered_at=now,
            )
        )
    return list(road.steps(road.package(case), case.where.code, steps=(unpack, scan)).findings)
