"""A secret in a file of its own that only its owner can read (mode 600); never a key of `tangthu.toml`."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from archive.errors import SettingsError

LONGEST_SECRET = 16_384
"""Bytes; a private key fits."""


def private_text(path: Path) -> str:
    """Return what a file says that only its owner may read, without the last line break.

    Raises:
        SettingsError: it is not there, not a plain file, readable by others, too long, or empty.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, encoding="utf-8") as stream:
            found = os.fstat(stream.fileno())
            if not stat.S_ISREG(found.st_mode):
                raise SettingsError(f"{path}: holds a secret and must be a plain file")
            if found.st_mode & 0o077:
                raise SettingsError(f"{path}: others can read this secret; chmod 600 {path}")
            text = stream.read(LONGEST_SECRET + 1)
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: the secret cannot be read: {error}") from error
    if len(text) > LONGEST_SECRET or not text.strip():
        raise SettingsError(f"{path}: no secret is empty or longer than {LONGEST_SECRET} characters")
    return text.removesuffix("\n").removesuffix("\r")
