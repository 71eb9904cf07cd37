"""Who works in the furnished house, and at which agencies; when it is there."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from archive.viewer import ALL_AGENCIES, Role, Viewer

NOW = datetime(2026, 11, 20, 2, 30, tzinfo=UTC)
LANG_SON, GIA_LAI, NINH_BINH = "000.00.01.H37", "000.00.05.H21", "000.00.09.H42"
AGENCIES = {
    LANG_SON: ("UBND tỉnh Lạng Sơn", "LS-UBND", "lang-son"),
    GIA_LAI: ("Sở Nội vụ tỉnh Gia Lai", "GL-SNV", "gia-lai"),
    NINH_BINH: ("Sở Tài chính tỉnh Ninh Bình", "NB-STC", "ninh-binh"),
}
AN = Viewer("an", {ALL_AGENCIES: frozenset({Role.ARCHIVIST})})
BINH = Viewer("binh", {ALL_AGENCIES: frozenset({Role.COUNCIL})})
CHI = Viewer("chi", {ALL_AGENCIES: frozenset({Role.HEAD})})

PEOPLE: list[dict[str, Any]] = [
    {
        "login": "admin",
        "password": "Quan-ly-2026-xyz",
        "fullname": "Quản lý trang",
        "manager": True,
        "roles": {},
    },
    {
        "login": "an",
        "password": "Luu-tru-2026-an",
        "fullname": "Nguyễn Thị An",
        "roles": {"*": ["archivist"]},
    },
    {
        "login": "binh",
        "password": "Luu-tru-2026-bi",
        "fullname": "Trần Văn Bình",
        "roles": {"*": ["council"]},
    },
    {"login": "chi", "password": "Luu-tru-2026-ch", "fullname": "Lê Minh Chi", "roles": {"*": ["head"]}},
    {"login": "dung", "password": "Luu-tru-2026-du", "fullname": "Phạm Dũng", "roles": {"*": ["auditor"]}},
    {
        "login": "lan",
        "password": "Luu-tru-2026-la",
        "fullname": "Bùi Lan",
        "roles": {LANG_SON: ["archivist"]},
    },
    {
        "login": "minh",
        "password": "Luu-tru-2026-mi",
        "fullname": "Ngô Minh",
        "roles": {LANG_SON: ["auditor"]},
    },
    {
        "login": "giang",
        "password": "Luu-tru-2026-gi",
        "fullname": "Hoàng Giang",
        "roles": {LANG_SON: ["official"]},
    },
    {"login": "hoa", "password": "Luu-tru-2026-ho", "fullname": "Đỗ Hoa", "roles": {"*": ["researcher"]}},
    {
        "login": "su",
        "password": "Luu-tru-2026-su",
        "fullname": "Hoàng Văn Sử",
        "roles": {"*": ["historical-archivist"]},
    },
    {
        "login": "khanh",
        "password": "Luu-tru-2026-kh",
        "fullname": "Vũ Khánh",
        "roles": {"*": ["administrator"]},
    },
]
"""One person per role that a page treats differently; `portal.site` makes them."""


def ident(*parts: object) -> str:
    """Return the same UUID for the same words."""
    return str(uuid5(NAMESPACE_URL, "/".join(map(str, parts))))
