"""Signed on Tuesday morning, issued on Wednesday afternoon."""

from __future__ import annotations

from tests.samples.road import ACase, a_case


def broken() -> ACase:
    return a_case("lang-son").document(
        SentAt="2021-03-03T13:40:00+07:00", SendReceipt="2021-03-03T13:40:02+07:00"
    )
