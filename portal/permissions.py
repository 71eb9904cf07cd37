"""Which role may open which door: one table; `permissions.zcml` and `rolemap.xml` are tested against it.

A permission opens a page. What a person may see or do on it, and for which agency, is decided below the
portal with the `Viewer`, which knows the agency.
"""

from __future__ import annotations

from dataclasses import dataclass

from archive.viewer import Role

EVERYBODY = frozenset(Role)
READERS = frozenset(
    {
        Role.OFFICIAL,
        Role.CLERK,
        Role.ARCHIVIST,
        Role.COUNCIL,
        Role.HEAD,
        Role.HISTORICAL,
        Role.RESEARCHER,
    }
)


@dataclass(frozen=True)
class Door:
    """A permission of the portal.

    Attributes:
        id: as ZCML names it.
        title: as Plone's role map names it.
        roles: who holds it somewhere.
    """

    id: str
    title: str
    roles: frozenset[Role]


DOORS = (
    Door("tangthu.UsePortal", "Tang Thu: Use the portal", EVERYBODY),
    Door(
        "tangthu.ReadSubmissions",
        "Tang Thu: Read submissions",
        frozenset({Role.OFFICIAL, Role.CLERK, Role.ARCHIVIST, Role.HEAD}),
    ),
    Door("tangthu.DecideSubmissions", "Tang Thu: Decide submissions", frozenset({Role.ARCHIVIST})),
    Door("tangthu.ReadRecords", "Tang Thu: Read records", READERS),
    Door(
        "tangthu.ReadDisposal",
        "Tang Thu: Read disposal",
        frozenset({Role.ARCHIVIST, Role.COUNCIL, Role.HEAD, Role.AUDITOR}),
    ),
    Door(
        "tangthu.ActOnDisposal",
        "Tang Thu: Act on disposal",
        frozenset({Role.ARCHIVIST, Role.COUNCIL, Role.HEAD}),
    ),
    Door(
        "tangthu.ReadHandovers",
        "Tang Thu: Read hand-overs",
        frozenset({Role.ARCHIVIST, Role.HEAD, Role.HISTORICAL, Role.AUDITOR}),
    ),
    Door(
        "tangthu.ReadHolds",
        "Tang Thu: Read holds",
        frozenset({Role.ARCHIVIST, Role.COUNCIL, Role.HEAD, Role.AUDITOR}),
    ),
    Door("tangthu.ManageHolds", "Tang Thu: Manage holds", frozenset({Role.ARCHIVIST, Role.HEAD})),
    Door("tangthu.ReadLedger", "Tang Thu: Read the ledger", frozenset({Role.AUDITOR})),
    Door("tangthu.ReadHealth", "Tang Thu: Read health", frozenset({Role.ADMINISTRATOR, Role.AUDITOR})),
    Door("tangthu.ManageAccounts", "Tang Thu: Manage accounts", frozenset({Role.ADMINISTRATOR})),
)
