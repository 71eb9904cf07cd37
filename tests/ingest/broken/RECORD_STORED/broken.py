"""A supplement to a case file that is stored."""

from __future__ import annotations

from dataclasses import replace

from breaking.shelf import stored

from tests.samples.road import ACase, a_case


def broken() -> ACase:
    return replace(a_case(), status="SUPPLEMENT").after(stored)
