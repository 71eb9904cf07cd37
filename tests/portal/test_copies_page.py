"""The page of copies: figures of every store, what was found and replaced, and an alarm nobody can overlook."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from kept_case_files import RULES
from sqlalchemy import select

from archive.ledger.append import append
from archive.ledger.event import Verb
from archive.register.models import Package
from archive.register.projection import apply
from archive.register.session import transaction

pytestmark = pytest.mark.plone

STORES = ("kho-a", "kho-b", "kho-c")


def found(verb: Verb, states: dict[str, str], **more: object) -> str:
    """Have the package of a case file found so; return its name."""
    with transaction() as session:
        package = session.scalars(select(Package).where(Package.case_file_id == RULES.id)).one()
        payload = {"case_file_id": RULES.id, "states": states, **more}
        told = {"actor": "system:fixity", "kind": "package", "id": package.id, "after": package.sha256}
        apply(session, append(session, verb, payload=payload, now=datetime.now(UTC), **told))  # type: ignore[arg-type]
        return package.name


def test_what_was_found_and_replaced_is_told_store_by_store(visit: Any) -> None:
    found(Verb.FIXITY_CHECK, {"kho-a": "verified", "kho-b": "damaged", "kho-c": "verified"})
    page = visit("an", "/ban-sao").page
    assert "kho-b: Hỏng" in page
    assert 'role="alert"' not in page
    found(Verb.REPAIR, {"kho-b": "verified"}, was="damaged", quarantined=".quarantine/x", **{"from": "kho-a"})
    page = visit("khanh", "/ban-sao").page
    assert "Đã phục hồi bản sao" in page
    assert RULES.title not in page, "an administrator sees no title"
    assert page.count("<strong>kho-") == 3


def test_what_no_store_has_any_more_is_an_alarm_on_the_page_and_on_the_start_page(visit: Any) -> None:
    name = found(Verb.FIXITY_CHECK, dict.fromkeys(STORES, "missing"))
    for login in ("an", "khanh"):
        page = visit(login, "/ban-sao").page
        assert 'role="alert"' in page
        assert name in page
        start = visit(login, "").page
        assert "mục không còn bản tốt nào" in start
        assert "/ban-sao" in start
    found(Verb.REPAIR, dict.fromkeys(STORES, "verified"), was="missing")
    assert 'role="alert"' not in visit("an", "/ban-sao").page
    assert "mục không còn bản tốt nào" not in visit("an", "").page
