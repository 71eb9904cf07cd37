"""Demo accounts: one per role, random passwords, shown once, kept in a file only its owner may read."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

from archive.viewer import ALL_AGENCIES, Role

LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that looks like something else


@dataclass(frozen=True)
class Account:
    """Somebody who can log in.

    Attributes:
        roles: agency code or "*" -> role values.
    """

    login: str
    password: str
    fullname: str
    roles: dict[str, list[str]]


PEOPLE: tuple[tuple[str, str, Role], ...] = (
    ("canbo", "Nguyễn Văn Nộp (cán bộ nộp lưu)", Role.OFFICIAL),
    ("luutru", "Trần Thị Lưu (lưu trữ viên)", Role.ARCHIVIST),
    ("hoidong", "Lê Văn Đồng (thành viên hội đồng)", Role.COUNCIL),
    ("lanhdao", "Phạm Thị Lãnh (người đứng đầu)", Role.HEAD),
    ("lichsu", "Hoàng Văn Sử (Lưu trữ lịch sử)", Role.HISTORICAL),
    ("docgia", "Vũ Thị Đọc (độc giả)", Role.RESEARCHER),
    ("kiemtra", "Đặng Văn Kiểm (kiểm tra viên)", Role.AUDITOR),
    ("quantri", "Bùi Thị Trị (quản trị hệ thống)", Role.ADMINISTRATOR),
)


def password() -> str:
    """Return a random password of four groups, about 79 bits."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(4))


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
            password(),
            name,
            {official_agency if role is Role.OFFICIAL else ALL_AGENCIES: [role.value]},
        )
        for login, name, role in PEOPLE
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        json.dump([asdict(account) for account in accounts], stream, ensure_ascii=False, indent=1)
    return accounts
