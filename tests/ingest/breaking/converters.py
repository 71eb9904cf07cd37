"""A file the converters are asked about, for `broken/FORMAT_*/broken.py`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pdf_builders as make

from breaking import room
from ingest.finding import Finding
from ingest.formats.convert import refusal
from ingest.formats.inspect import inspect
from ingest.formats.policy import policy_for
from tests.samples.road import Road


def tried(road: Road, name: str, make_file: Callable[[Path], object]) -> list[Finding]:
    """Return the refusal of a file before it is converted, as a finding."""
    path = room(road) / name
    make_file(path)
    refused = refusal(inspect(make.delivered(path)), policy_for())
    return [Finding(refused[0], name, {"reason": refused[1]})] if refused else []
