"""A log that shows a document taken out."""

from __future__ import annotations

from tests.samples.road import ACase, a_case


def broken() -> ACase:
    return a_case("gia-lai-so-tttt").saying(History="đã bỏ văn bản số 12 ra khỏi hồ sơ")
