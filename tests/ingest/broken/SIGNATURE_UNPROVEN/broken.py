"""Signatures under a root nobody trusts."""

from __future__ import annotations

from pathlib import Path

from tests.samples.pki import Pki
from tests.samples.road import ACase, Doc, Road, a_case, signed


def _stranger(road: Road, doc: Doc, target: Path) -> None:
    folder = road.folder / "strangers"
    other = Road(folder, Pki(folder / "pki", folder / "trust"))
    signed()(other, doc, target)


def broken() -> ACase:
    return a_case().files(("a.pdf", _stranger))
