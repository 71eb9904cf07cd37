"""A small SIP whose codes follow Circular 05/2025, for `broken/SIP_*/broken.py`."""

from __future__ import annotations

CODE = "H49.64.33.2001.160"
FILE = {"fileCode": CODE, "title": "Tập tờ khai", "maintenance": "01", "totalDoc": "2"}


def letter(n: int, code: str = CODE, name: str = "docCode", **more: str) -> dict[str, str]:
    """Return what is said of the n-th document."""
    return {
        "docId": f"{CODE}.{n}",
        name: f"{code}.{n:07d}",
        "typeName": "22",
        "subject": f"Tờ khai {n}",
        **more,
    }
