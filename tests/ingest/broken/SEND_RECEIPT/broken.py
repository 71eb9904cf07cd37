"""Sent without a receipt."""

from __future__ import annotations

from tests.samples.road import ACase, a_case


def broken() -> ACase:
    return a_case("lang-son").document(SentAt="2021-03-02T10:00:00+07:00")
