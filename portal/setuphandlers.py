"""What the profile does beyond XML: front page and the containers for papers. Runs twice without harm."""

from __future__ import annotations

from typing import Any

from plone import api

from archive.viewer import Role
from portal import guard
from portal.roles import PLONE_ROLES
from portal.workflows import DISPOSAL_LIST, HOLD, REFERENCE

CONTAINERS = (
    ("phong", "Phông", "fonds-list", REFERENCE),
    ("danh-muc-huy", "Danh mục hủy", "dossier-list", DISPOSAL_LIST),
    ("lenh-giu", "Lệnh giữ", "hold-papers", HOLD),
)
FRONT_PAGE = "start"
DEFAULTS_OF_PLONE = ("front-page", "news", "events", "Members")
STAFF_MAY_ADD = ["Manager"]


def after_import(_setup: Any) -> None:
    """Make the containers, set the front page, take away what a fresh Plone brings."""
    site = api.portal.get()
    guard.install(site)
    for name in DEFAULTS_OF_PLONE:
        if name in site.objectIds():
            api.content.delete(site[name], check_linkintegrity=False)
    site.setDefaultPage(None)
    site.setLayout(FRONT_PAGE)
    # Papers of an older profile get the permissions their workflow gives now. The folders' own come after it.
    api.portal.get_tool("portal_workflow").updateRoleMappings()
    types = api.portal.get_tool("portal_types")
    for name, title, layout, workflow in CONTAINERS:
        readers = [PLONE_ROLES[role] for role in Role if role in workflow.seen_by]
        if name not in site.objectIds():
            api.content.create(site, "Folder", id=name, title=title, language="vi")
        folder = site[name]
        folder.setLayout(layout)
        # Papers are added by the mirror only: the types are not globally addable, the folder takes them all.
        for portal_type in workflow.types:
            types[portal_type].global_allow = False
        folder.manage_permission("Add portal content", STAFF_MAY_ADD, acquire=0)
        for permission in ("View", "Access contents information", "List folder contents"):
            folder.manage_permission(permission, [*readers, "Manager"], acquire=0)
        folder.exclude_from_nav = True
        folder.reindexObject()
