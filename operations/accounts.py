"""Demo accounts: one for each role, three for a council, two archivists; random passwords, kept in a private file."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from archive.passwords import one_time_password
from archive.reason import words
from archive.viewer import ALL_AGENCIES, Role


@dataclass(frozen=True)
class Account:
    """Somebody who can log in.

    Attributes:
        password: "" for somebody who is named only: `portal/site.py` gives them one that nobody knows.
        roles: agency code or "*" -> role values.
    """

    login: str
    password: str
    fullname: str
    roles: dict[str, list[str]]

    @property
    def title(self) -> str:
        """Return what the person is, in Vietnamese."""
        names = words("archive").tables["role"]
        return ", ".join(dict.fromkeys(names[role]["vi"] for held in self.roles.values() for role in held))


PEOPLE: tuple[tuple[str, str, Role], ...] = (
    ("canbo", "Nguyễn Văn Nộp", Role.OFFICIAL),
    ("luutru", "Trần Thị Lưu", Role.ARCHIVIST),
    ("luutru2", "Ngô Văn Trữ", Role.ARCHIVIST),
    ("hoidong", "Lê Văn Đồng", Role.COUNCIL),
    ("hoidong2", "Đỗ Thị Hội", Role.COUNCIL),
    ("hoidong3", "Mai Văn Nghị", Role.COUNCIL),
    ("lanhdao", "Phạm Thị Lãnh", Role.HEAD),
    ("lichsu", "Hoàng Văn Sử", Role.HISTORICAL),
    ("docgia", "Vũ Thị Đọc", Role.RESEARCHER),
    ("kiemtra", "Đặng Văn Kiểm", Role.AUDITOR),
    ("quantri", "Bùi Thị Trị", Role.ADMINISTRATOR),
)

NOBODY: tuple[tuple[str, str], ...] = (
    ("lanhdao-mau", "Lãnh đạo trong dữ liệu mẫu"),
    ("luutru-mau", "Lưu trữ viên trong dữ liệu mẫu"),
)
"""Who decided and carried out what the sample came with: nobody logs in as them, nor enrols their authenticator."""

FULL_NAMES = {login: name for login, name, _ in PEOPLE} | dict(NOBODY)
"""Account -> full name, as the papers of the sample's lists call people."""


def make(path: Path, *, official_agency: str) -> list[Account]:
    """Write new accounts to a file of mode 600 and return them; an existing file is read, not changed.

    Args:
        official_agency: the one agency the official belongs to; the other roles hold everywhere.
    """
    if path.exists():
        return [Account(**facts) for facts in json.loads(path.read_text(encoding="utf-8"))]
    accounts = [
        Account(
            login,
            one_time_password(),
            name,
            {official_agency if role is Role.OFFICIAL else ALL_AGENCIES: [role.value]},
        )
        for login, name, role in PEOPLE
    ]
    accounts += [Account(login, "", name, {}) for login, name in NOBODY]
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        json.dump([asdict(account) for account in accounts], stream, ensure_ascii=False, indent=1)
    return accounts
