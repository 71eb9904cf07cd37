"""A scan of paper sent as a picture."""

from __future__ import annotations

from pathlib import Path

import pdf_builders as make
from breaking import digitised

from tests.samples.road import ACase, from_


def _picture(path: Path) -> None:
    make.scan(path.with_suffix(".jpg"))
    path.with_suffix(".jpg").rename(path)


def broken() -> ACase:
    return digitised(from_(_picture), name="000.00.05.H26.2020.01.TH.001.jpg")
