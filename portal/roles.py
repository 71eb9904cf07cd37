"""How a role of the archive shows in Plone: a group per agency and role, and a global Plone role for menus.

The group says where a role is held and is what `portal.viewer` reads; the Plone role only opens doors
(permissions of views). What may be done behind a door is decided below the portal, with the viewer; what may be done
with a paper by the roles its agency's groups hold on it.
"""

from __future__ import annotations

from archive.viewer import Role

PREFIX = "archive-role"

PLONE_ROLES: dict[Role, str] = {
    Role.OFFICIAL: "Archive Official",
    Role.CLERK: "Archive Clerk",
    Role.ARCHIVIST: "Archive Archivist",
    Role.COUNCIL: "Archive Council",
    Role.HEAD: "Archive Head",
    Role.HISTORICAL: "Archive Historical",
    Role.RESEARCHER: "Archive Researcher",
    Role.AUDITOR: "Archive Auditor",
    Role.ADMINISTRATOR: "Archive Administrator",
}

PAPER_ROLES: dict[Role, str] = {
    Role.ARCHIVIST: "Paper Archivist",
    Role.COUNCIL: "Paper Council",
    Role.HEAD: "Paper Head",
    Role.AUDITOR: "Paper Auditor",
}
"""Roles held on one paper, never globally: the groups of the paper's agency, and of all agencies, have them there."""


def group_id(agency: str, role: Role) -> str:
    """Return the id of the group whose members hold this role at this agency ("*": at all)."""
    return f"{PREFIX}:{agency}:{role.value}"


def role_of_group(group: str) -> tuple[str, Role] | None:
    """Return (agency, role) a group stands for; None for any other group, or a role we do not know."""
    parts = group.split(":")
    if len(parts) != 3 or parts[0] != PREFIX or not parts[1]:
        return None
    try:
        return parts[1], Role(parts[2])
    except ValueError:
        return None
