"""Small JSON files beside the bytes: written whole or not at all, and down to the disk."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from archive.errors import TemporaryError
from archive.flushing import flush_folder
from archive.reason import because, trouble

T = TypeVar("T")


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def write(path: Path, value: Any) -> None:
    """Write a frozen dataclass; what was there before stays until the new one is on the disk.

    Raises:
        TemporaryError: the disk is full or gone.
    """
    kind: Any = type(value)
    part = path.with_name(f"{path.name}.part")
    try:
        with part.open("wb") as out:
            out.write(_adapter(kind).dump_json(value))
            out.flush()
            os.fsync(out.fileno())
        part.replace(path)
        flush_folder(path.parent)
    except OSError as error:
        place = str(path.parent)
        raise TemporaryError(because("archive.cannot-write", place=place, trouble=trouble(error))) from error


def read(path: Path, kind: type[T]) -> T | None:
    """Return what `write` wrote; None when nothing is there, or a damaged disk left something else."""
    anything: Any = kind
    try:
        value: T = _adapter(anything).validate_json(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError, ValidationError):
        return None
    return value
