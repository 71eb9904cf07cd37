"""On what ground each case file is on a list: its period is over, or another case file has all it has (trùng lặp)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from archive.reason import Reason, from_json


@dataclass(frozen=True)
class Twin:
    """The case file that is to stay for one that goes as its duplicate.

    Attributes:
        code: as it was when the list was made.
        differs: in what the two differed then (`archive.twin_differences`).
    """

    case_file_id: str
    code: str
    differs: tuple[Reason, ...] = ()


def twins_of(items: Mapping[str, Any]) -> dict[str, Twin]:
    """Return which case files of a list are on it as duplicates, and of what; the others are there because expired.

    Args:
        items: the list's explanations as its order's payload has them: case file id -> facts.
    """
    return {
        str(id): Twin(
            str(told["same_as"]),
            str(told.get("same_as_code", "")),
            tuple(from_json(one) for one in told.get("same_as_differs", ())),
        )
        for id, told in items.items()
        if told.get("same_as")
    }
