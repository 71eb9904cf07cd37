"""What the profile does beyond XML: front page and the containers for papers. Runs twice without harm."""

from __future__ import annotations

from typing import Any

from plone import api

CONTAINERS = (
    ("phong", "Phông", "fonds-list", ("Agency", "Fonds")),
    ("danh-muc-huy", "Danh mục hủy", "listing_view", ("DisposalList",)),
    ("lenh-giu", "Lệnh giữ", "listing_view", ("Hold",)),
)
FRONT_PAGE = "start"
DEFAULTS_OF_PLONE = ("front-page", "news", "events", "Members")
STAFF_MAY_ADD = ["Manager"]


def after_import(_setup: Any) -> None:
    """Make the containers, set the front page, take away what a fresh Plone brings."""
    site = api.portal.get()
    for name in DEFAULTS_OF_PLONE:
        if name in site.objectIds():
            api.content.delete(site[name], check_linkintegrity=False)
    if not api.portal.get_registry_record("plone.types_use_view_action_in_listings", default=None):
        site.setDefaultPage(None)
    site.setLayout(FRONT_PAGE)
    types = api.portal.get_tool("portal_types")
    for name, title, layout, allowed in CONTAINERS:
        if name not in site.objectIds():
            api.content.create(site, "Folder", id=name, title=title, language="vi")
        folder = site[name]
        folder.setLayout(layout)
        # Papers are added by the mirror only: the types are not globally addable, the folder takes them all.
        for portal_type in allowed:
            types[portal_type].global_allow = False
        folder.manage_permission("Add portal content", STAFF_MAY_ADD, acquire=0)
        folder.exclude_from_nav = True
        folder.reindexObject()
