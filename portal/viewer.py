"""From a Plone user to the `Viewer` every function below the portal asks for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from AccessControl import getSecurityManager

from archive.viewer import Role, Viewer
from portal.accounts import must_change
from portal.roles import role_of_group


def viewer_from_groups(name: str, groups: Iterable[str], *, full_name: str = "") -> Viewer:
    """Return the viewer these group ids make; unknown groups give nothing."""
    held: dict[str, set[Role]] = {}
    for group in groups:
        found = role_of_group(group)
        if found is not None:
            held.setdefault(found[0], set()).add(found[1])
    return Viewer(name, {agency: frozenset(roles) for agency, roles in held.items()}, full_name)


def viewer_for(user: Any = None) -> Viewer:
    """Return the viewer for a Plone user, the one logged in by default.

    A site manager without an archive role is a viewer without roles: running the machine opens no record. So is
    whoever has not chosen a password yet.
    """
    user = user if user is not None else getSecurityManager().getUser()
    name = str(user.getUserName() or "")
    groups = user.getGroups() if hasattr(user, "getGroups") and not must_change(name) else ()
    called = str(user.getProperty("fullname", "") or "") if hasattr(user, "getProperty") else ""
    return viewer_from_groups(name, groups, full_name=called)
