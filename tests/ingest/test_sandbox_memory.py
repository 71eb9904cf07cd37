"""The sandbox's child does not blame a file for its own lack of room."""

from __future__ import annotations

import errno
import resource
from pathlib import Path

import pytest
import trap_builders as trap

from ingest.formats import look_media
from ingest.formats.cage import Limits
from ingest.formats.look import look
from ingest.formats.sandbox import Sandbox
from ingest.our_memory import is_nearly_short, is_short_of_memory


@pytest.mark.parametrize(
    ("error", "short"),
    [
        (OSError("Failed to load library from libm.so.0 - failed to map segment from shared object"), True),
        (ImportError("libpango.so: cannot allocate memory in static TLS block"), True),
        (OSError(errno.ENOMEM, "Cannot allocate memory"), True),
        (OSError(errno.ENOENT, "No such file or directory"), False),
        (ValueError("failed to map segment"), False),
    ],
)
def test_a_library_that_finds_no_room_is_our_trouble(error: Exception, short: bool) -> None:
    assert is_short_of_memory(error) is short


def test_a_film_looked_at_without_room_is_not_called_unopenable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(path: Path, media_type: str) -> dict[str, object]:
        raise OSError("Failed to load library - libm.so.0: failed to map segment from shared object")

    monkeypatch.setattr(look_media, "media", no_room)
    trap.avi(tmp_path / "a.avi")
    with pytest.raises(OSError, match="failed to map segment"):
        look(tmp_path / "a.avi", "a.avi")


@pytest.mark.parametrize(("share", "short"), [(0.95, True), (0.5, False)])
def test_room_is_short_when_most_of_the_addresses_are_in_use(
    share: float, short: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    used = int(Path("/proc/self/statm").read_text("ascii").split()[0]) * resource.getpagesize()
    monkeypatch.setattr(resource, "getrlimit", lambda kind: (int(used / share), int(used / share)))
    assert is_nearly_short() is short


def test_without_a_limit_no_room_is_short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda kind: (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    assert is_nearly_short() is False


def test_one_child_reads_films_and_prints_pages_with_room_left(tmp_path: Path) -> None:
    """What its libraries reserve at their start counts for nothing: it is not started anew for each file."""
    trap.avi(tmp_path / "a.avi")
    (tmp_path / "a.html").write_text("<p>Quyết định</p>", "utf-8")
    page = {"path": str(tmp_path / "a.html"), "out": str(tmp_path / "a.pdf"), "flavour": "2b", "plain": False}
    with Sandbox(Limits(seconds=60)) as box:
        assert "media" in box.ask("look", path=str(tmp_path / "a.avi"), name="a.avi")
        first = box.pid
        box.ask("print_page", **page)
        box.ask("look", path=str(tmp_path / "a.avi"), name="a.avi")
        assert box.pid == first
