"""Where a house of the portal's tests is: the settings and the archive of one folder, and nothing of the outside."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


def point_at(folder: Path, patch: pytest.MonkeyPatch) -> None:
    """Point every setting at this folder, as long as the patch holds."""
    for name in [name for name in os.environ if name.startswith("TANGTHU_")]:
        patch.delenv(name)
    patch.setenv("TANGTHU_CONFIG", str(folder / "tangthu.toml"))
    patch.setenv("TANGTHU_ARCHIVE__DATA", str(folder / "archive"))
    patch.setenv("TANGTHU_EXPORTS__INBOX", str(folder / "historical"))
