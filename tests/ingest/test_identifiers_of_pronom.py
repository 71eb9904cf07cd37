"""The identifiers of our policy against PRONOM's own list, as the engine that identifies our files carries it."""

from __future__ import annotations

import re
import struct
import zlib
from pathlib import Path

import pygfried
import pytest

from ingest.formats.identify import EXTENSIONS, _media_type
from ingest.formats.libreoffice import FAMILIES
from ingest.formats.policy import Rule, policy_for

MARK = (
    b"sf\x00\xff"  # siegfried's signature file begins so (PRONOM fmt/883); version and a packed body follow
)
HEAD = 6


def _words(body: bytes, at: int, count: int) -> list[str]:
    """Read strings that say their length before them, in two bytes."""
    words = []
    for _ in range(count):
        (size,) = struct.unpack_from("<H", body, at)
        words.append(body[at + 2 : at + 2 + size].decode("utf-8"))
        at += 2 + size
    return words


def _listed(body: bytes) -> dict[str, tuple[str, str]]:
    """Return identifier -> (name, media types) as PRONOM writes them."""
    listed = {}
    for found in re.finditer(rb"(?:x-)?fmt/[0-9]+", body):
        at = found.start() - 2
        if struct.unpack_from("<H", body, at) != (len(found.group()),):
            continue
        try:
            puid, name, _, mime, _ = _words(body, at, 5)
        except (UnicodeDecodeError, struct.error):
            continue
        if "fmt/" not in name:  # else it is a list of identifiers, not the description of one
            listed.setdefault(puid, (name, mime))
    return listed


@pytest.fixture(scope="module")
def pronom() -> dict[str, tuple[str, str]]:
    library = Path(pygfried.__file__)
    data = (library if library.suffix == ".so" else library.with_name("pygfried.abi3.so")).read_bytes()
    for found in re.finditer(re.escape(MARK), data):
        try:
            body = zlib.decompressobj(-15).decompress(data[found.start() + HEAD :])
        except zlib.error:
            continue
        listed = _listed(body)
        if len(listed) > 1000:
            return listed
    pytest.fail("the engine's list of formats is not found in its library: has its form changed?")


def test_the_list_is_read_as_it_is_written(pronom: dict[str, tuple[str, str]]) -> None:
    assert pronom["fmt/199"] == ("MPEG-4 Media File", "application/mp4")
    assert pronom["fmt/412"][0] == "Microsoft Word for Windows"
    assert "fmt/99999" not in pronom


@pytest.mark.parametrize("rule", policy_for().rules, ids=lambda rule: rule.name)
def test_every_identifier_of_a_rule_is_pronoms_and_what_it_becomes_is_known(
    pronom: dict[str, tuple[str, str]], rule: Rule
) -> None:
    """An identifier without a media type of ours was sent back although a rule kept or converted it (all MP4 films)."""
    assert [puid for puid in rule.puids if puid not in pronom] == []
    if rule.action == "refuse":
        return
    kinds = {puid: _media_type(puid, pronom[puid][1], pronom[puid][0]) for puid in rule.puids}
    known = FAMILIES if rule.tool == "libreoffice" else EXTENSIONS
    assert {puid: kind for puid, kind in kinds.items() if kind not in known} == {}
