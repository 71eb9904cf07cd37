"""What goes wrong on purpose."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any


@dataclass
class Faults:
    """What goes wrong, as the constructor or `POST /control` sets it. Numbers count down with each request they spoil.

    Attributes:
        drop: close the connection instead of answering, before doing anything.
        drop_after: do what was asked, then close the connection without an answer.
        error: answer `error_code`.
        truncate: send half of a message and close; `cut`: half of any answer.
        repeat: list every message twice, acknowledged ones too.
        reverse: list the newest first.
        expire: forget every token before a request, as if its time were over; `token_seconds`: how long new ones last.
    """

    drop: int = 0
    drop_after: int = 0
    error: int = 0
    error_code: int = 503
    truncate: int = 0
    cut: int = 0
    repeat: bool = False
    reverse: bool = False
    expire: int = 0
    token_seconds: int = 3600

    def take(self, name: str) -> bool:
        """Use up one of a counted fault; say whether there was one."""
        left = int(getattr(self, name))
        if left > 0:
            setattr(self, name, left - 1)
        return left > 0

    def set(self, wanted: dict[str, Any]) -> str:
        """Take over what is wanted; return the name of a fault nobody knows, "" when all are known."""
        known = {one.name for one in fields(self)}
        for name in wanted:
            if name not in known:
                return name
        for name, value in wanted.items():
            setattr(self, name, value)
        return ""
