"""An abstract of another word than the paper's."""

from __future__ import annotations

from tests.samples.road import ACase, a_case


def broken() -> ACase:
    return a_case("cao-bang").papered(Subject="Ban hành Quy chế văn thư, bảo mật lần thứ 15")
