"""What the certificate carries inside it for a machine: its own facts, and the ledger's events with their proofs.

`bien-ban-huy.json` says what the page says; `so-nhat-ky.json` holds every event about the destruction, each with the
proof that it is in the ledger (`archive.ledger.extract`; `archive/ledger/check_proof.py` checks it alone).
`retention.papers.verify` holds one against the other.
"""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from archive.ledger.extract import write_extract
from archive.ledger.seal import seal as seal_ledger
from archive.pdfa.print import Attached
from archive.register.session import reading, transaction
from archive.seals.key import Face
from retention.dossier import Dossier

FORMAT = "tangthu-destruction-1"
FACTS, EVENTS = "bien-ban-huy.json", "so-nhat-ky.json"


def attached(dossier: Dossier, seals: Sequence[Face], *, now: datetime) -> tuple[Attached, ...]:
    """Return the files the certificate carries; what is not sealed in the ledger yet is sealed first.

    Args:
        dossier: of the destruction.
        seals: that will be put on the certificate.
        now: aware time.

    Raises:
        LedgerError: an event cannot be proven.
    """
    with transaction() as session:
        seal_ledger(session, now=now)
    seqs = {*dossier.events, *(seq for item in dossier.items for seq in item.events)}
    out = io.StringIO()
    with reading() as session:
        write_extract(session, seqs, out)
    facts = json.dumps(facts_of_it(dossier, seals), ensure_ascii=False, indent=1)
    return (
        Attached(FACTS, "Nội dung biên bản cho máy đọc", facts.encode(), now),
        Attached(EVENTS, "Sự kiện trong sổ nhật ký kèm chứng minh", out.getvalue().encode(), now),
    )


def facts_of_it(dossier: Dossier, seals: Sequence[Face]) -> dict[str, Any]:
    """Return what the certificate says, as JSON values. Pure."""
    return {
        "format": FORMAT,
        "order_id": dossier.order_id,
        "agency": dossier.agency_code,
        "decision": {
            "number": dossier.document_number,
            "date": dossier.document_date.isoformat(),
            "sha256": dossier.document_sha256,
        },
        "list_sha256": dossier.list_sha256,
        "seals": [{"agency": one.agency_code, "name": one.name, "certificate": one.sha256} for one in seals],
        "items": [
            {
                "id": item.case_file_id,
                "code": item.code,
                "package_sha256": item.approved_sha256,
                "outcome": item.outcome,
                "receipts": [
                    {
                        "holder": receipt.holder,
                        "gone": receipt.gone,
                        "expires_on": receipt.expires_on.isoformat() if receipt.expires_on else None,
                        "event": receipt.event,
                    }
                    for receipt in item.receipts
                ],
            }
            for item in dossier.items
        ],
    }
