"""What set-up should have put there: programs, fonts, veraPDF, XML schemas, an Elasticsearch server when it is used."""

from __future__ import annotations

import platform
import shutil
import subprocess
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from archive.pdfa.verapdf import JAR
from archive.reason import Reason, because
from archive.settings import ArchiveSettings
from ingest.formats.cage import network_cut
from operations.sign import Sign, sign
from operations.sign import version as said
from search import node
from search.settings import SearchSettings

TOOLS: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("java", ("java", "-version"), "default-jre-headless"),
    ("javac", ("javac", "-version"), "default-jdk-headless"),
    ("libreoffice", ("soffice", "--version"), "libreoffice-writer-nogui"),
    ("ghostscript", ("gs", "--version"), "ghostscript"),
    ("tesseract", ("tesseract", "--version"), "tesseract-ocr"),
    ("prlimit", ("prlimit", "--version"), "util-linux"),
    ("clamd", ("/usr/sbin/clamd", "--version"), "clamav-daemon"),
)
VIETNAMESE = Path("/usr/share/tesseract-ocr/5/tessdata/vie.traineddata")
FONTS = Path("/usr/share/fonts/truetype/liberation2")
SCHEMAS = ("mets1_12.xsd", "xlink.xsd", "premis.xsd", "xml.xsd")


def tools() -> Iterator[Sign]:
    """Yield a sign of each program and file the house calls."""
    yield Sign("tangthu", True, said(_versions()))
    for name, command, package in TOOLS:
        yield _program(name, command, _package(package))
    yield sign(
        "tesseract vie",
        None if VIETNAMESE.exists() else because("operations.no-model"),
        because("operations.model"),
        _package("tesseract-ocr-vie"),
    )
    yield sign(
        "fonts",
        None if FONTS.is_dir() else because("operations.no-fonts"),
        said("Liberation 2"),
        _package("fonts-liberation2"),
    )
    yield sign(
        "converters offline",
        None if network_cut() else because("operations.network-open"),
        because("operations.network-cut"),
        because("operations.permit-unshare"),
    )
    home = ArchiveSettings.load().tools_home
    yield sign(
        "veraPDF",
        None if (home / "verapdf" / JAR).is_file() else _absent(JAR, home),
        said(JAR),
        because("operations.run-setup"),
    )
    missing = [name for name in SCHEMAS if not (home / "schemas" / name).is_file()]
    yield sign(
        "XML schemas",
        _absent(", ".join(missing), home / "schemas") if missing else None,
        said("METS 1.12, PREMIS 3.0"),
        because("operations.run-setup"),
    )
    search = SearchSettings.load()
    if search.engine == "elasticsearch" and search.embedded:
        lacking = node.available(search.home)
        yield sign(
            "elasticsearch server",
            because("operations.no-server", said=lacking) if lacking else None,
            said(str(search.home)),
            because("operations.run-elasticsearch"),
        )


def _package(name: str) -> Reason:
    return because("operations.run-setup-package", package=name)


def _absent(name: str, where: Path) -> Reason:
    return because("operations.absent", name=name, where=str(where))


def _versions() -> str:
    parts = ", ".join(f"{name} {version(name)}" for name in ("Plone", "SQLAlchemy", "celery"))
    return f"{version('tangthu')}, Python {platform.python_version()}, {parts}"


def _program(name: str, command: tuple[str, ...], mend: Reason) -> Sign:
    path = shutil.which(command[0])
    if path is None:
        return Sign(name, False, because("operations.not-found"), mend)
    again = because("operations.install-again")
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return Sign(name, False, because("operations.tool-silent", path=path, said=str(error)), again)
    lines = (done.stdout or done.stderr).strip().splitlines()
    found = said(lines[0]) if lines else because("operations.no-version", path=path)
    return sign(name, found if done.returncode else None, found, again)
