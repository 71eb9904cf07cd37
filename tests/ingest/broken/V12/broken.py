"""A document whose use mode is secret, of an agency without a regulation."""

from __future__ import annotations

from tests.samples.road import ACase, a_case


def broken() -> ACase:
    return a_case().document(Mode="Mật")
