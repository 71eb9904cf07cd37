"""Which of confirming and carrying out a list's page offers, once somebody has confirmed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from procedure_people import walked
from retention_town import BINH, HEAD, NOW, Town

from archive.viewer import Viewer
from portal.browser.disposal.procedure.next_act import acts


@pytest.mark.parametrize(
    ("viewer", "hours", "offered"),
    [(BINH, 24, {"execute"}), (BINH, 25, {"release"}), (HEAD, 0, set())],
    ids=["who confirmed, within a day", "who confirmed, later", "somebody else"],
)
def test_a_confirmation_that_is_anothers_or_old_is_asked_for_again(
    town: Town, viewer: Viewer, hours: int, offered: set[str]
) -> None:
    story = walked(town.store("01", on_disk=False))
    may = acts(story, viewer, submits=True, now=NOW + timedelta(hours=hours))
    assert {"release", "execute"} & set(may) == offered


def test_what_has_begun_is_gone_on_with_by_whoever_may(town: Town) -> None:
    story = replace(walked(town.store("01", on_disk=False)), begun=True)
    assert "execute" in acts(story, HEAD, submits=True, now=NOW + timedelta(days=3))
