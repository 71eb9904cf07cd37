"""A scan signed by another body than the one that hands it in."""

from __future__ import annotations

from breaking import digitised, signed_scan

from tests.samples.road import ACase


def broken() -> ACase:
    return digitised(signed_scan()).document(OrganName="Sở Tài chính Hà Nội")
