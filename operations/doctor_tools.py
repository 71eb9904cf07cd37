"""What set-up should have put there: programs, fonts, veraPDF, XML schemas, an Elasticsearch server when it is used."""

from __future__ import annotations

import platform
import shutil
import subprocess
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from archive.pdfa.verapdf import JAR
from archive.settings import ArchiveSettings
from operations.sign import Sign, sign
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
    yield Sign("tangthu", True, _versions())
    for name, command, package in TOOLS:
        yield _program(name, command, f"run `make setup` (Debian package {package})")
    yield sign(
        "tesseract vie",
        "" if VIETNAMESE.exists() else "no Vietnamese model",
        "Vietnamese model",
        "run `make setup` (Debian package tesseract-ocr-vie)",
    )
    yield sign(
        "fonts",
        "" if FONTS.is_dir() else "no fonts with Vietnamese letters",
        "Liberation 2",
        "run `make setup` (Debian package fonts-liberation2)",
    )
    home = ArchiveSettings.load().tools_home
    yield sign(
        "veraPDF",
        "" if (home / "verapdf" / JAR).is_file() else f"no {JAR} in {home}",
        JAR,
        "run `make setup`",
    )
    missing = [name for name in SCHEMAS if not (home / "schemas" / name).is_file()]
    yield sign(
        "XML schemas",
        f"{', '.join(missing)} not in {home / 'schemas'}" if missing else "",
        "METS 1.12, PREMIS 3.0",
        "run `make setup`",
    )
    search = SearchSettings.load()
    if search.engine == "elasticsearch" and search.embedded:
        yield sign(
            "elasticsearch server", node.available(search.home), str(search.home), "run `make elasticsearch`"
        )


def _versions() -> str:
    parts = ", ".join(f"{name} {version(name)}" for name in ("Plone", "SQLAlchemy", "celery"))
    return f"{version('tangthu')}, Python {platform.python_version()}, {parts}"


def _program(name: str, command: tuple[str, ...], remedy: str) -> Sign:
    path = shutil.which(command[0])
    if path is None:
        return Sign(name, False, "not found", remedy)
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return Sign(name, False, f"{path} does not answer: {error}", "install it again")
    lines = (done.stdout or done.stderr).strip().splitlines()
    found = lines[0] if lines else f"{path} says nothing about its version"
    return sign(name, found if done.returncode else "", found, "install it again")
