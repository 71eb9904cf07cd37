"""The tools a conversion uses, kept warm per process, and one place that says their versions."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import version

from archive.pdfa.verapdf import VeraPdf
from archive.pdfa.verapdf import shared as shared_vera
from archive.warm_keeper import PerProcess
from ingest.formats.cage import Limits
from ingest.formats.libreoffice import LibreOffice
from ingest.formats.sandbox import Sandbox
from ingest.formats.sandbox import shared as shared_sandbox
from ingest.settings import IngestSettings


@dataclass(frozen=True)
class Tools:
    """Names or paths of the outside programs, and what one call of them may use."""

    soffice: str = "soffice"
    gs: str = "gs"
    tesseract: str = "tesseract"
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True)
class Workshop:
    """What the routes work with."""

    tools: Tools
    sandbox: Sandbox
    vera: VeraPdf
    office: LibreOffice

    def forget(self) -> None:
        """Let go of it after a fork; sandbox and veraPDF forget for themselves."""


def workshop(tools: Tools, *, sandbox: Sandbox | None = None, vera: VeraPdf | None = None) -> Workshop:
    """Return a workshop with these tools, the process's own sandbox and veraPDF unless given."""
    return Workshop(
        tools=tools,
        sandbox=sandbox or shared_sandbox(),
        vera=vera or shared_vera(),
        office=LibreOffice(tools.limits, soffice=tools.soffice),
    )


def _with_set_limits() -> Workshop:
    settings = IngestSettings.load()
    return workshop(
        Tools(limits=Limits(seconds=settings.convert_seconds, memory_mb=settings.convert_memory_mb))
    )


shared = PerProcess(_with_set_limits)
"""Return this process's workshop, with the limits of the settings."""


@cache
def program_version(program: str) -> str:
    """Return the first line a program says about its version; "" when it does not say."""
    path = shutil.which(program)
    if path is None:
        return ""
    try:
        ran = subprocess.run(
            [path, "--version"],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    lines = (ran.stdout or ran.stderr).strip().splitlines()
    return lines[0].strip()[:120] if lines else ""


@cache
def library_version(name: str) -> str:
    """Return an installed Python library's version."""
    return version(name)
