"""A sound, offered for conversion."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pdf_builders as make
import trap_builders as trap
from breaking import room

from ingest.finding import Finding
from ingest.formats.convert import refusal
from ingest.formats.inspect import inspect
from tests.samples.road import Road


def _tried(road: Road, name: str, make_file: Callable[[Path], object]) -> list[Finding]:
    path = room(road) / name
    make_file(path)
    refused = refusal(inspect(make.delivered(path)))
    return [Finding(refused[0], name, {"reason": refused[1]})] if refused else []


def found(road: Road) -> list[Finding]:
    return _tried(road, "a.wav", trap.sound)
