"""Who asks. Nothing below the portal is read without a `Viewer` (design section 10)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from archive.errors import NotAllowedError
from archive.reason import because
from archive.vietnamese import plain

ALL_AGENCIES = "*"


class Role(StrEnum):
    """What a person may be, per agency."""

    OFFICIAL = "official"  # cán bộ nộp lưu
    CLERK = "clerk"  # văn thư
    ARCHIVIST = "archivist"  # lưu trữ viên
    COUNCIL = "council"  # thành viên hội đồng
    HEAD = "head"  # người đứng đầu
    HISTORICAL = "historical-archivist"  # Lưu trữ lịch sử
    RESEARCHER = "researcher"  # độc giả
    AUDITOR = "auditor"  # kiểm tra viên
    ADMINISTRATOR = "administrator"  # quản trị, sees no content


class Access(StrEnum):
    """How freely a case file may be used (chế độ sử dụng; codes of TT 05/2025)."""

    PUBLIC = "01"  # công khai
    CONDITIONAL = "02"  # sử dụng có điều kiện
    SECRET = "03"  # mật: never enters this system, kept so that a wrong code fails closed


STAFF = frozenset({Role.ARCHIVIST, Role.HEAD, Role.HISTORICAL})
OWN_AGENCY = frozenset({Role.OFFICIAL, Role.CLERK, Role.COUNCIL}) | STAFF


@dataclass(frozen=True)
class Viewer:
    """A person, and the roles held at each agency.

    Attributes:
        name: account name, written into every event this person causes.
        roles: agency code (or "*" for all agencies) -> roles held there.
        full_name: as the directory of accounts knows it now, for papers; "" when nobody told it. It gives no right.
    """

    name: str
    roles: Mapping[str, frozenset[Role]] = field(default_factory=dict)
    full_name: str = field(default="", compare=False)

    def has(self, role: Role, agency: str) -> bool:
        """Say whether the role is held at that agency."""
        return role in self.roles.get(agency, frozenset()) or role in self.roles.get(
            ALL_AGENCIES, frozenset()
        )

    def agencies_with(self, roles: frozenset[Role]) -> frozenset[str]:
        """Return the agency codes (may include "*") where any of these roles is held."""
        return frozenset(code for code, held in self.roles.items() if held & roles)

    def may_read(self, agency: str, access: Access | str) -> bool:
        """Say whether content of this agency with this access code may be read.

        Public: anybody with a reading role anywhere. Conditional: people of that agency. Secret: nobody.
        Auditors and administrators alone read no content.
        """
        held = self.roles.get(agency, frozenset()) | self.roles.get(ALL_AGENCIES, frozenset())
        if access == Access.PUBLIC:
            anywhere = frozenset().union(*self.roles.values()) if self.roles else frozenset()
            return bool(anywhere & (OWN_AGENCY | {Role.RESEARCHER}))
        if access == Access.CONDITIONAL:
            return bool(held & OWN_AGENCY)
        return False

    def require(self, role: Role, agency: str) -> None:
        """Pass when the role is held.

        Raises:
            NotAllowedError: it is not.
        """
        if not self.has(role, agency):
            raise NotAllowedError(because("archive.role-missing", who=self.name, role=role, agency=agency))


def roles_as_json(viewer: Viewer) -> dict[str, list[str]]:
    """Return a viewer's roles as a task takes them: agency code -> role values."""
    return {agency: sorted(role.value for role in held) for agency, held in viewer.roles.items()}


def viewer_of(name: str, roles: Mapping[str, Iterable[str]]) -> Viewer:
    """Return the viewer a task was sent for.

    Raises:
        ValueError: a role nobody knows.
    """
    return Viewer(name, {agency: frozenset(Role(role) for role in held) for agency, held in roles.items()})


def system(name: str) -> Viewer:
    """Return the viewer for work the machine does by itself; it may read everything it must process."""
    return Viewer(f"system:{name}", {ALL_AGENCIES: frozenset(Role)})


def same_person(one: str, other: str) -> bool:
    """Say whether two account names are one person's, however case, spaces and accents were typed."""
    return plain(one) == plain(other)
