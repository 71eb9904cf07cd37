"""The people behind account names: how they are called, and who holds a role somewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from plone import api
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from archive.reason import Reason
from archive.register.models import Agency
from archive.register.session import reading
from archive.viewer import ALL_AGENCIES, Role
from portal.i18n import _
from portal.roles import group_id

SYSTEM = "system:"
PARTS = {
    "gateway": _("gateway"),
    "ingest": _("intake"),
    "agreement": _("submission agreement"),
    "retention": _("retention periods"),
    "fixity": _("check of the copies"),
    "ledger": _("ledger"),
    "search": _("search index"),
    "transfer": _("hand-over"),
    "rebuild": _("rebuilding of the register"),
    "portal": _("portal"),
    "cli": _("command line"),
    "operator": _("operator at the machine"),
    "demo": _("demonstration"),
}
"""Parts of the machine that act by themselves."""


ACCOUNTS = frozenset({"who", "account", "receiver"})
"""Values of a reason that are account names."""


def full_name(login: str) -> str:
    """Return a person's full name; the account name itself when nobody is called so (a machine, somebody gone)."""
    member = api.portal.get_tool("portal_membership").getMemberById(login) if login else None
    return str((member and member.getProperty("fullname")) or login)


def called(reason: Reason) -> Reason:
    """Return a reason that calls people by their full names, the account in brackets, also in reasons within it."""
    return replace(reason, params={key: _called(key, value) for key, value in reason.params.items()})


def _called(key: str, value: Any) -> Any:
    if isinstance(value, Reason):
        return called(value)
    if isinstance(value, list | tuple):
        return [_called("", one) for one in value]
    if key not in ACCOUNTS or not isinstance(value, str):
        return value
    name = full_name(value)
    return name if name == value else f"{name} ({value})"


def actor_name(actor: str, translated: Callable[[Any], str]) -> str:
    """Return who did something: a person's full name, or in words which part of the system.

    Args:
        actor: as the ledger has it.
        translated: turns a message into the reader's language.
    """
    if not actor.startswith(SYSTEM):
        return full_name(actor)
    part = actor.removeprefix(SYSTEM)
    return f"{translated(_('The system'))} ({translated(PARTS[part]) if part in PARTS else part})"


def agency_names(codes: Iterable[str]) -> Mapping[str, str]:
    """Return agency code -> name of those that are in the register; nothing while the register cannot be read.

    The page shell asks around every page, also around the one that says that something is broken.
    """
    wanted = [code for code in codes if code != ALL_AGENCIES]
    if not wanted:
        return {}
    try:
        with reading() as session:
            query = select(Agency.code, Agency.name).where(Agency.code.in_(wanted))
            return {row.code: row.name for row in session.execute(query)}
    except SQLAlchemyError:
        return {}


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
