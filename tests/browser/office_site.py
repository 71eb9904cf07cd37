"""Where things are for the browser tests, and what a running site is."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
SHOTS = ROOT / "artefacts" / "screenshots"


@dataclass(frozen=True)
class Office:
    """A running site.

    Attributes:
        url: of the site.
        passwords: login -> password.
        ids: what `a_furnished_house` made, by name.
    """

    url: str
    passwords: dict[str, str]
    ids: dict[str, str]
