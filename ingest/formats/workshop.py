"""The tools a conversion uses, kept warm per process, and one place that says their versions."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import version

from archive.pdfa.verapdf import VeraPdf
from archive.pdfa.verapdf import shared as shared_vera
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


def workshop(tools: Tools, *, sandbox: Sandbox | None = None, vera: VeraPdf | None = None) -> Workshop:
    """Return a workshop with these tools, the process's own sandbox and veraPDF unless given."""
    return Workshop(
        tools=tools,
        sandbox=sandbox or shared_sandbox(),
        vera=vera or shared_vera(),
        office=LibreOffice(tools.limits, soffice=tools.soffice),
    )


_shared: Workshop | None = None
_lock = threading.Lock()


def shared() -> Workshop:
    """Return this process's workshop, with the limits of the settings."""
    global _shared
    with _lock:
        if _shared is None:
            settings = IngestSettings.load()
            limits = Limits(seconds=settings.convert_seconds, memory_mb=settings.convert_memory_mb)
            _shared = workshop(Tools(limits=limits))
        return _shared


def _after_fork() -> None:
    global _shared, _lock
    _shared, _lock = None, threading.Lock()


os.register_at_fork(after_in_child=_after_fork)


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
