"""A scan signed on a machine that is not in the zone of Viet Nam."""

from __future__ import annotations

from datetime import UTC, datetime

from breaking import digitised, signed_scan

from tests.samples.road import ACase


def broken() -> ACase:
    return digitised(signed_scan(at=(datetime(2020, 3, 2, 2, tzinfo=UTC),)))
