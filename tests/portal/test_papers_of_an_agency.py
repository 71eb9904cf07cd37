"""A paper is its agency's: whoever holds a role elsewhere neither sees, writes nor pushes it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
import transaction
from house_people import GIA_LAI, LANG_SON
from kept_case_files import HELD, OLD, OLDER
from plone import api
from plone.app.testing import login, logout
from sqlalchemy import select

from archive.register.decisions import Hold, Order, OrderKind
from archive.register.session import reading
from archive.register.session import transaction as register_transaction
from portal.papers import mirror_all
from portal.setuphandlers import after_import
from portal.site import set_accounts
from tests.archive.lists_of_before import an_old_list

pytestmark = pytest.mark.plone


@pytest.fixture
def papers(site: Any) -> dict[str, Any]:
    """One disposal list of each agency and the hold of Gia Lai, mirrored."""
    mirror_all(site)
    transaction.commit()
    with reading() as session:
        orders = {
            order.agency_code: order.id
            for order in session.scalars(
                select(Order).where(Order.kind == OrderKind.DESTRUCTION).order_by(Order.created_at)
            )
        }
        hold = session.scalars(select(Hold).where(Hold.case_file_id == HELD.id)).one().id
    return {
        "here": site["danh-muc-huy"][orders[LANG_SON]],
        "elsewhere": site["danh-muc-huy"][orders[GIA_LAI]],
        "hold": site["lenh-giu"][hold],
        "fonds": site["phong"]["fonds-GL-SNV"],
    }


def status(browser: Any) -> int:
    return int(browser.headers["Status"].split()[0])


def path_of(paper: Any) -> str:
    return "/" + "/".join(paper.getPhysicalPath()[2:])


@pytest.mark.parametrize("who", ["lan", "minh"])
def test_nobody_of_another_agency_opens_a_disposal_list_or_a_hold(
    visit: Any, papers: dict[str, Any], who: str
) -> None:
    assert status(visit(who, path_of(papers["here"]))) == 200
    for name in ("elsewhere", "hold"):
        browser = visit(who, path_of(papers[name]))
        assert "insufficient" in browser.url or status(browser) in (401, 403, 404), name
        assert papers[name].title not in browser.page


@pytest.mark.parametrize("who", ["lan", "minh"])
def test_the_list_of_dossiers_names_none_of_another_agency(
    visit: Any, papers: dict[str, Any], who: str
) -> None:
    page = visit(who, "/danh-muc-huy").page
    assert "58/TTr-VP" in page
    assert "41/QĐ-SNV" not in page
    assert "Thanh tra tỉnh" not in visit(who, "/lenh-giu").page


def test_an_archivist_writes_on_papers_of_the_own_agency_only(papers: dict[str, Any], site: Any) -> None:
    login(site, "lan")
    assert api.user.has_permission("Modify portal content", obj=papers["here"])
    for name in ("elsewhere", "hold", "fonds"):
        assert not api.user.has_permission("Modify portal content", obj=papers[name]), name
    logout()


def test_an_archivist_pushes_dossiers_of_the_own_agency_only(papers: dict[str, Any], site: Any) -> None:
    """Those of lists made before there was a procedure; the others follow the vault."""
    workflow = api.portal.get_tool("portal_workflow")
    day, now = date(2026, 11, 10), datetime.now(UTC)
    with register_transaction() as session:
        ids = [
            an_old_list(session, agency, [file.id], "60/TTr", day, by="an", now=now)
            for agency, file in ((LANG_SON, OLD), (GIA_LAI, HELD))
        ]
    mirror_all(site)
    here, elsewhere = (site["danh-muc-huy"][id] for id in ids)
    login(site, "lan")
    assert {one["id"] for one in workflow.getTransitionsFor(here)} >= {"r1-submit"}
    for paper in (elsewhere, papers["elsewhere"], papers["here"]):
        assert [one["id"] for one in workflow.getTransitionsFor(paper)] == []
    logout()


def test_a_person_of_all_agencies_sees_them_all(visit: Any, papers: dict[str, Any]) -> None:
    for name in ("here", "elsewhere", "hold"):
        assert status(visit("dung", path_of(papers[name]))) == 200


def test_whoever_gets_a_role_later_sees_the_papers_of_that_agency(
    visit: Any, papers: dict[str, Any], site: Any
) -> None:
    set_accounts(
        site,
        [{"login": "lan", "password": "Luu-tru-2026-la", "roles": {GIA_LAI: ["council"]}}],
    )
    transaction.commit()
    assert status(visit("lan", path_of(papers["elsewhere"]))) == 200
    assert OLDER.title not in visit("lan", "/danh-muc-huy").page


def test_setting_up_again_leaves_the_folders_open_to_those_who_may(site: Any, papers: dict[str, Any]) -> None:
    workflow = api.portal.get_tool("portal_workflow")
    workflow.setChainForPortalTypes(("Folder",), ("simple_publication_workflow",))  # as in a site people use
    after_import(None)
    login(site, "hoa")
    assert api.user.has_permission("View", obj=site["phong"])
    assert not api.user.has_permission("View", obj=site["danh-muc-huy"])
    logout()
