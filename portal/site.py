"""Make the site, its groups and its people: `bin/instance run portal/site.py --accounts FILE`.

Runs as often as wanted: the site is made once, the profile is applied again only when it changed its
version, and people get the password and the roles the file says. The accounts file is written by the
supervisor (mode 600): a list of {"login", "password", "fullname", "roles": {agency code or "*": [role]}};
an entry with "manager": true becomes a site manager, one with the password "" is a name nobody can log in as.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from secrets import token_urlsafe
from typing import Any

from archive.vietnam import VIETNAM

SITE = "luutru"
PROFILE = "portal:default"


def make_site(app: Any) -> Any:
    """Return the site `luutru`, made when it is not there, with the profile at its present version."""
    from Products.CMFPlone.factory import addPloneSite
    from zope.component.hooks import setSite

    if SITE in app.objectIds():
        site = app[SITE]
        setSite(site)
    else:
        site = addPloneSite(
            app,
            SITE,
            title="Tàng Thư",
            distribution_name="classic",
            default_language="vi",
            portal_timezone=VIETNAM.key,
            setup_content=False,
        )
        setSite(site)
    setup = site.portal_setup
    installed = setup.getLastVersionForProfile(PROFILE)
    if installed == "unknown" or tuple(setup.getVersionForProfile(PROFILE).split(".")) != tuple(installed):
        setup.runAllImportStepsFromProfile(f"profile-{PROFILE}")
    return site


def set_accounts(site: Any, accounts: list[dict[str, Any]]) -> None:
    """Make or renew these people: password, name, and exactly the archive roles the list says.

    An account that people changed meanwhile (`portal.accounts`: its roles, its password, a lock) stays as it is.
    """
    from archive.viewer import Role
    from portal.accounts import ensure_group, is_managed
    from portal.roles import PREFIX

    groups = site.portal_groups
    for account in accounts:
        login = account["login"]
        if is_managed(site, login):
            continue
        if site.acl_users.getUserById(login) is None:
            # Straight into the user folder: the registration tool refuses names it reserves, such as "admin".
            site.acl_users.source_users.addUser(login, login, account["password"] or token_urlsafe(32))
            site.acl_users.portal_role_manager.assignRoleToPrincipal("Member", login)
        if account["password"]:
            site.acl_users.source_users.updateUserPassword(login, account["password"])
        site.portal_membership.getMemberById(login).setMemberProperties(
            {"fullname": account.get("fullname", login)}
        )
        if account.get("manager"):
            site.acl_users.portal_role_manager.assignRoleToPrincipal("Manager", login)
        wanted = {
            ensure_group(site, agency, Role(role))
            for agency, roles in account.get("roles", {}).items()
            for role in roles
        }
        held = {g for g in groups.getGroupsForPrincipal(_member(site, login)) if g.startswith(PREFIX + ":")}
        for group in held - wanted:
            groups.removePrincipalFromGroup(login, group)
        for group in wanted - held:
            groups.addPrincipalToGroup(login, group)


def _member(site: Any, login: str) -> Any:
    return site.acl_users.getUserById(login)


def prepare(app: Any, accounts: list[dict[str, Any]]) -> None:
    """Make everything and commit."""
    import transaction
    from AccessControl.SecurityManagement import newSecurityManager
    from AccessControl.users import system
    from Testing.makerequest import makerequest
    from zope.globalrequest import setRequest

    app = makerequest(app)
    setRequest(app.REQUEST)
    newSecurityManager(None, system.__of__(app.acl_users))
    site = make_site(app)
    set_accounts(site, accounts)
    mirror(site)
    transaction.commit()


def mirror(site: Any) -> None:
    """Write the papers the register asks for (agencies, fonds, orders, holds)."""
    from portal.papers import mirror_all

    mirror_all(site)


def main(app: Any, arguments: list[str]) -> None:
    """Read the command line and prepare the site."""
    parser = argparse.ArgumentParser(prog="site.py", description=__doc__)
    parser.add_argument("--accounts", type=Path, help="JSON list of people")
    options = parser.parse_args(arguments)
    people = json.loads(options.accounts.read_text("utf-8")) if options.accounts else []
    prepare(app, people)
    print(f"site {SITE} is ready; {len(people)} accounts set")


if "app" in globals():  # `bin/instance run` gives the Zope application under this name
    # The command leaves its own words before ours in argv.
    main(globals()["app"], sys.argv[sys.argv.index("--accounts") :] if "--accounts" in sys.argv else [])
