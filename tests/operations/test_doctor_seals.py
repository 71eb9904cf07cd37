"""The doctor tells whether papers can be sealed, and which destructions still have none."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from archive.ledger.append import append
from archive.ledger.event import Verb
from archive.register.decisions import Order, OrderKind, OrderState
from archive.register.session import transaction
from operations.doctor_seals import papers, seals
from tests.samples.authority import DAY, Authority
from tests.samples.seals import set_seals

NOW = datetime.now(UTC)
AGENCY, OTHER = "000.00.18.H37", "000.00.40.H37"


def told() -> dict[str, tuple[bool | None, str]]:
    return {one.name: (one.well, one.found) for one in seals()}


def test_no_seal_is_told_and_no_illness(house: Path) -> None:
    well, found = told()["seal"]
    assert well is None and "no digital seal is set" in found


def test_a_good_seal_one_that_ends_soon_and_one_that_ended(house: Path) -> None:
    authority = Authority()
    keys = {
        AGENCY: authority.signer("Con dấu Sở", "Sở"),
        OTHER: authority.signer("Con dấu cũ", "Sở", ends=NOW - DAY),
        "*": authority.signer("Con dấu chung", "Tỉnh", ends=NOW + 20 * DAY),
    }
    set_seals(house, authority, keys, revoked=[])
    found = told()
    assert found[f"seal {AGENCY}"][0] is True and "was not revoked" in found[f"seal {AGENCY}"][1]
    assert found[f"seal {OTHER}"][0] is False and "expired at" in found[f"seal {OTHER}"][1]
    assert found["seal *"][0] is None and "expires at" in found["seal *"][1]
    trust = set_seals(house, authority, {AGENCY: keys[AGENCY]})
    for file in trust.glob("*.crl"):
        file.unlink()
    well, said = told()[f"seal {AGENCY}"]
    assert well is None and "no revocation list that is fresh" in said


def test_a_destruction_without_papers_is_an_illness_after_a_while(house: Path) -> None:
    now = datetime.now(UTC)  # not the moment of import: a run of all tests takes longer than papers may
    (sign,) = papers()
    assert sign.well is True
    with transaction() as session:
        for number, minutes in enumerate((5, 50)):
            session.add(
                Order(
                    id=f"o-{number}",
                    kind=OrderKind.DESTRUCTION,
                    state=OrderState.DONE,
                    proposed_by="an",
                    agency_code=AGENCY,
                    reason="hết hạn",
                    document_number="1/QĐ",
                    document_date=now.date(),
                    list_sha256="0" * 64,
                    created_at=now,
                    executed_at=now - timedelta(minutes=minutes),
                    payload={},
                )
            )
    (sign,) = papers()
    assert sign.well is False and sign.found.startswith("1 destructions")
    with transaction() as session:
        append(session, Verb.PAPER, actor="system:retention", kind="order", id="o-1", payload={}, now=now)
    (sign,) = papers()
    assert sign.well is True
