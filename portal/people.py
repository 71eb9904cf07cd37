"""The people behind account names: how they are called, and who holds a role somewhere."""

from __future__ import annotations

from typing import Any

from plone import api

from archive.viewer import ALL_AGENCIES, Role
from portal.roles import group_id


def full_name(login: str) -> str:
    """Return a person's full name; the account name itself when nobody is called so (a machine, somebody gone)."""
    member = api.portal.get_tool("portal_membership").getMemberById(login) if login else None
    return str((member and member.getProperty("fullname")) or login)


def holders(role: Role, agency: str) -> frozenset[str]:
    """Return the account names of those who hold a role at an agency, or at all agencies."""
    found: set[str] = set()
    for code in (agency, ALL_AGENCIES):
        found |= members(code, role)
    return frozenset(found)


def members(agency: str, role: Role) -> frozenset[str]:
    """Return the account names of those who hold a role at exactly this agency ("*": at all of them)."""
    group: Any = api.portal.get_tool("portal_groups").getGroupById(group_id(agency, role))
    return frozenset(group.getGroupMemberIds()) if group is not None else frozenset()
