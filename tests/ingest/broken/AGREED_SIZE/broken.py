"""More bytes than the agreement takes."""

from __future__ import annotations

from agreement_builders import agree

from tests.samples.road import PLACES, ACase, a_case


def broken() -> ACase:
    return a_case().after(lambda road: agree(PLACES["base"].code, max_package_bytes=100))
