"""Bytes as people read them."""

from __future__ import annotations

from typing import Literal

import pytest

from archive.reason import Reason, as_json, because, brief, from_json, told
from archive.sizes import number, size


@pytest.mark.parametrize(
    ("count", "lang", "said"),
    [
        (0, "vi", "0 byte"),
        (1, "en", "1 byte"),
        (1000, "vi", "1000 byte"),
        (1000, "en", "1000 bytes"),
        (1024, "vi", "1 KB"),
        (1536, "vi", "1,5 KB"),
        (1536, "en", "1.5 KB"),
        (13_107_200, "vi", "12,5 MB"),
        (52_428_800, "vi", "50 MB"),
        (52_428_801, "vi", "50,0 MB"),
        (512 * 2**20, "vi", "512 MB"),
        (4 * 2**30, "en", "4 GB"),
        (3 * 2**50, "vi", "3072 TB"),
    ],
)
def test_bytes_as_people_read_them(count: int, lang: Literal["vi", "en"], said: str) -> None:
    assert size(count, lang) == said


def test_numbers_have_the_thousands_mark_of_their_language() -> None:
    assert (number(52_428_801, "vi"), number(52_428_801, "en")) == ("52.428.801", "52,428,801")


def test_a_reason_tells_a_limit_as_people_read_it_also_after_the_register() -> None:
    reason = because("ingest.larger-than", bytes=13_107_200)
    again = from_json(as_json(reason))
    assert told(again, "vi") == "lớn hơn 12,5 MB"
    assert told(again, "en") == "larger than 12.5 MB"
    assert brief(reason, "vi") == "lớn hơn 12,5 MB", "a size tells nothing of a record's content"


@pytest.mark.parametrize("value", ["x", None, "1e9"])
def test_what_is_no_number_is_shown_as_it_is(value: object) -> None:
    assert told(Reason("ingest.larger-than", {"bytes": value}), "vi") == f"lớn hơn {value}"
