"""A person reads full names in a refusal, the account in brackets; the ledger and the log keep accounts."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlencode

import pytest
from house_people import AN, CHI, LANG_SON
from kept_case_files import OLD

from archive.reason import because, told
from archive.register.session import transaction
from portal.people import called
from retention import holds

pytestmark = pytest.mark.plone


def test_accounts_in_a_reason_become_names_also_within_another(site: Any) -> None:
    inner = because("archive.votes-missing", who="an", number=3)
    assert told(called(inner)).startswith("Nguyễn Thị An (an) ")
    outer = because("archive.not-receiver", who="chi", receiver="an")
    assert "Lê Minh Chi (chi)" in told(called(outer)) and "Nguyễn Thị An (an)" in told(called(outer))
    assert (
        called(because("archive.taken-out", who="an", why=inner)).params["why"].params["who"]
        == "Nguyễn Thị An (an)"
    )
    gone = because("archive.votes-missing", who="ai-do", number=3)
    assert called(gone) == gone  # nobody is called so: the account stands
    kept = because("archive.taken-out", who="an", why="an")
    assert called(kept).params["why"] == "an"  # what somebody wrote is no account


def test_a_refused_act_names_the_person(visit: Any) -> None:
    basis = {"document_number": "7/CV", "document_date": date(2026, 11, 10), "now": datetime.now(UTC)}
    with transaction() as session:
        placed = holds.place(
            session, agency_code=LANG_SON, case_file_ids=[OLD.id], reason="Thanh tra", viewer=AN, **basis
        )
        id = holds.propose_lift(session, placed.hold_ids[0], reason="Xong", viewer=CHI, **basis).id
    browser = visit("an", "/giu-ho-so")
    token = browser.getControl(name="_authenticator", index=0).value
    browser.post(browser.url, urlencode({"_authenticator": token, "order": id, "lift": "1"}))
    assert "Nguyễn Thị An (an) là người đặt lệnh giữ này" in browser.page
