"""A letter that speaks of a dossier which is not there."""

from __future__ import annotations

from tests.samples.road import ACase, a_case

ALSO = ("PROFILE_DRAFT",)


def broken() -> ACase:
    return a_case("ninh-binh").alone().document(Subject="Trình xem xét, gửi kèm hồ sơ dự án")
