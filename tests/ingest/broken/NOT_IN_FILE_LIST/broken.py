"""A case file that is not on the agency's list."""

from __future__ import annotations

from due_builders import on_the_list

from tests.samples.road import ACase, a_case


def broken() -> ACase:
    return a_case("an-giang").after(lambda road: on_the_list("000.00.01.H01", "000.00.01.H01.2020.02TH"))
