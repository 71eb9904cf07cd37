"""The sandbox's child does not blame a file for its own lack of room."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest
import trap_builders as trap

from ingest.formats import look_media
from ingest.formats.look import look
from ingest.our_memory import is_short_of_memory


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
    def no_room(path: Path) -> dict[str, object]:
        raise OSError("Failed to load library - libm.so.0: failed to map segment from shared object")

    monkeypatch.setattr(look_media, "media", no_room)
    trap.avi(tmp_path / "a.avi")
    with pytest.raises(OSError, match="failed to map segment"):
        look(tmp_path / "a.avi", "a.avi")
