"""A photo of 96 dots an inch."""

from __future__ import annotations

from pathlib import Path

from breaking import PHOTO, instead
from PIL import Image

from tests.samples.road import ACase, from_


def _photo(path: Path) -> None:
    Image.new("RGB", (600, 400), (180, 40, 40)).save(path, "JPEG", dpi=(96, 96))


def broken() -> ACase:
    return instead(PHOTO, "anh.jpg", from_(_photo))
