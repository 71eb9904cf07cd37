"""Where things are for the browser tests, and what a running site is."""

from __future__ import annotations

import shutil
import subprocess
import sys
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
        environment: what a process needs to work on its archive.
    """

    url: str
    passwords: dict[str, str]
    ids: dict[str, str]
    environment: dict[str, str]

    def does(self, words: str) -> None:
        """Run these words of Python on the archive, in a process of its own, as a worker would."""
        subprocess.run([sys.executable, "-c", words], env=self.environment, check=True, timeout=60)

    def asked(self, words: str) -> str:
        """Run these words of Python on the archive and return what they print."""
        command = [sys.executable, "-c", words]
        done = subprocess.run(
            command, env=self.environment, check=True, timeout=60, capture_output=True, text=True
        )
        return done.stdout.strip()
