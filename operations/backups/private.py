"""Folders only their owner can read: what is backed up or restored is full text, second factors and accounts."""

from __future__ import annotations

from pathlib import Path

from operations.errors import DrillError

OTHERS = 0o077


def private_folder(folder: Path) -> None:
    """Make a folder of mode 700; one that is there already and is looser is tightened.

    Raises:
        DrillError: it cannot be made, or others can read it and it is not ours to change.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _tighten(folder, 0o700)
    except OSError as error:
        raise DrillError(f"{folder} cannot be kept from others: {error}") from error


def keep_private(folder: Path) -> None:
    """Take from others what they may do with anything in a folder: folders get mode 700, files 600.

    Raises:
        DrillError: something in it is not ours to change.
    """
    try:
        for path in folder.rglob("*"):
            if not path.is_symlink():
                _tighten(path, 0o700 if path.is_dir() else 0o600)
    except OSError as error:
        raise DrillError(f"{folder} cannot be kept from others: {error}") from error


def _tighten(path: Path, mode: int) -> None:
    # A disk without modes of its own, mounted for its owner alone, is left as it is.
    if path.stat().st_mode & OTHERS:
        path.chmod(mode)
