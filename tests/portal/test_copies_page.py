"""The page of copies: figures of every store, what was found and replaced, and an alarm nobody can overlook."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from kept_case_files import CONDITIONAL, RULES, ACaseFile
from sqlalchemy import select

from archive.ledger.append import append
from archive.ledger.event import Verb
from archive.register.models import CaseFile, Package
from archive.register.projection import apply
from archive.register.session import transaction
from portal.browser.copies import view

pytestmark = pytest.mark.plone

STORES = ("kho-a", "kho-b", "kho-c")


def package_of(session: Any, of: ACaseFile) -> Package:
    return session.scalars(select(Package).where(Package.case_file_id == of.id)).one()  # type: ignore[no-any-return]


def infected(of: ACaseFile) -> None:
    """Have a virus found in the package of a case file."""
    with transaction() as session:
        id = package_of(session, of).id
        what = [{"component_id": of.component_id(1, "original"), "sha256": "0" * 64, "signature": "Thu"}]
        told = {"case_file_id": of.id, "engine": "ClamAV", "files": 1, "infected": what, "untold": []}
        event = append(
            session, Verb.VIRUS_CHECK, actor="system:rescan", kind="package", id=id, payload=told,
            now=datetime.now(UTC),
        )  # fmt: skip
        apply(session, event)


def found(verb: Verb, states: dict[str, str], of: ACaseFile = RULES, **more: object) -> str:
    """Have the package of a case file found so; return its name."""
    with transaction() as session:
        package = package_of(session, of)
        payload = {"case_file_id": of.id, "states": states, **more}
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
        assert (name in page) == (login == "an"), "an administrator sees no name"
        start = visit(login, "").page
        assert "mục không còn bản tốt nào" in start
        assert "/ban-sao" in start
    found(Verb.REPAIR, dict.fromkeys(STORES, "verified"), was="missing")
    assert 'role="alert"' not in visit("an", "/ban-sao").page
    assert "mục không còn bản tốt nào" not in visit("an", "").page


@pytest.mark.parametrize(
    ("login", "code", "name", "id", "untold"),
    [
        ("an", True, True, False, False),  # archivist of all agencies
        ("dung", True, True, False, False),  # auditor of all agencies
        ("lan", False, False, False, True),  # archivist of another agency
        ("minh", False, False, False, True),  # auditor of another agency
        ("khanh", False, False, True, False),  # administrator of all agencies
    ],
)
def test_codes_and_names_are_told_only_within_what_each_may_read(
    visit: Any, login: str, code: bool, name: bool, id: bool, untold: bool
) -> None:
    stored = found(Verb.FIXITY_CHECK, dict.fromkeys(STORES, "missing"), CONDITIONAL)
    infected(CONDITIONAL)
    with transaction() as session:
        package = package_of(session, CONDITIONAL).id
    page = visit(login, "/ban-sao").page
    assert page.count('role="alert"') == 2, "the alarm is everybody's"
    assert (CONDITIONAL.code in page, stored in page, package in page) == (code, name, id)
    assert CONDITIONAL.title not in page
    assert ("ngoài phạm vi được đọc" in page) == untold


def test_a_secret_case_file_is_named_to_nobody(visit: Any) -> None:
    stored = found(Verb.FIXITY_CHECK, dict.fromkeys(STORES, "missing"))
    infected(RULES)
    with transaction() as session:
        session.get_one(CaseFile, RULES.id).access = "03"
    for login in ("an", "dung", "lan", "minh", "khanh"):
        page = visit(login, "/ban-sao").page
        assert page.count('role="alert"') == 2
        assert RULES.code not in page and stored not in page and RULES.title not in page


def test_the_auditor_of_an_agency_sees_the_codes_of_that_agency(visit: Any) -> None:
    stored = found(Verb.FIXITY_CHECK, dict.fromkeys(STORES, "missing"))
    for login in ("minh", "lan"):
        page = visit(login, "/ban-sao").page
        assert RULES.code in page and stored in page


def test_what_one_may_not_read_pushes_nothing_off_the_list(
    visit: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(view, "SHOWN", 1)
    hidden, stored = (
        found(Verb.FIXITY_CHECK, dict.fromkeys(STORES, "missing"), of) for of in (CONDITIONAL, RULES)
    )
    for of in (CONDITIONAL, RULES):
        infected(of)
    page = visit("lan", "/ban-sao").page
    assert page.count(RULES.code) >= 2 and stored in page, (
        "of each list what lan is told, and on its first page"
    )
    assert CONDITIONAL.code not in page and hidden not in page
    assert 'class="tt-pages"' not in page, "what is not told has no page"


def test_long_lists_of_the_page_of_copies_have_pages(visit: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(view, "SHOWN", 1)
    both = {found(Verb.FIXITY_CHECK, dict.fromkeys(STORES, "missing"), of) for of in (CONDITIONAL, RULES)}
    pages = [visit("an", f"/ban-sao?lost={number}").page for number in (1, 2, 99)]
    shown = [{name for name in both if name in page} for page in pages]
    assert [len(names) for names in shown] == [1, 1, 1]
    assert shown[0] | shown[1] == both
    assert shown[2] == shown[1], "behind the last page is the last page"
    assert all('class="tt-pages"' in page for page in pages)
