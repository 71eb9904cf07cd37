"""A delivery that comes as a folder is opened with the same care as a ZIP."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from sip_builders import zip_bytes

from ingest.errors import UnreadableDeliveryError
from ingest.gateway.limits import Limits
from ingest.readers.opening import opened

SMALL = Limits(package_bytes=1 << 20, files=20, ratio=100, name=60, nesting=1)


def link(folder: Path) -> None:
    (folder / "a.txt").symlink_to("/etc/passwd")


def folder_link(folder: Path) -> None:
    (folder / "a").symlink_to("/etc", target_is_directory=True)


def pipe(folder: Path) -> None:
    os.mkfifo(folder / "a")


def long_name(folder: Path) -> None:
    (folder / ("a" * 61)).write_bytes(b"x")


def deep(folder: Path) -> None:
    path = folder
    for _ in range(40):
        path = path / "ab"
    path.mkdir(parents=True)
    (path / "x").write_bytes(b"x")


def no_utf8(folder: Path) -> None:
    Path(os.fsdecode(os.fsencode(folder) + b"/\xff.txt")).write_bytes(b"x")


def line_break(folder: Path) -> None:
    (folder / "a\nb").write_bytes(b"x")


def backslash(folder: Path) -> None:
    (folder / "..\\b").write_bytes(b"x")


def letter_case(folder: Path) -> None:
    (folder / "a.txt").write_bytes(b"1")
    (folder / "A.txt").write_bytes(b"2")


def unicode_form(folder: Path) -> None:
    (folder / "B\u00e1.txt").write_bytes(b"1")
    (folder / "Ba\u0301.txt").write_bytes(b"2")


def many(folder: Path) -> None:
    for n in range(21):
        (folder / f"{n}").write_bytes(b"")


def large(folder: Path) -> None:
    (folder / "a").write_bytes(bytes(700_000))
    (folder / "b").write_bytes(bytes(700_000))


def bomb(folder: Path) -> None:
    (folder / "a.zip").write_bytes(zip_bytes({"z": bytes(9 << 20)}))


def nested(folder: Path) -> None:
    (folder / "a.zip").write_bytes(zip_bytes({"b.zip": zip_bytes({"c.zip": zip_bytes({"d": b"x" * 99})})}))


HOSTILE: dict[str, tuple[Callable[[Path], None], str]] = {
    "link to a file": (link, "SIP_UNSAFE_NAME"),
    "link to a folder": (folder_link, "SIP_UNSAFE_NAME"),
    "named pipe": (pipe, "SIP_UNSAFE_NAME"),
    "long name": (long_name, "SIP_UNSAFE_NAME"),
    "deep folders": (deep, "SIP_UNSAFE_NAME"),
    "name that is no UTF-8": (no_utf8, "SIP_UNSAFE_NAME"),
    "line break in a name": (line_break, "SIP_UNSAFE_NAME"),
    "backslash": (backslash, "SIP_UNSAFE_NAME"),
    "same but for case": (letter_case, "SIP_NAME_CLASH"),
    "same but for Unicode form": (unicode_form, "SIP_NAME_CLASH"),
    "too many": (many, "SIP_TOO_MANY_FILES"),
    "too large": (large, "SIP_TOO_LARGE"),
    "bomb inside": (bomb, "SIP_BOMB"),
    "nested too deep": (nested, "SIP_NESTED"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_folder_is_refused_with_its_code(name: str, tmp_path: Path) -> None:
    make, code = HOSTILE[name]
    folder = tmp_path / "goi"
    folder.mkdir()
    make(folder)
    with pytest.raises(UnreadableDeliveryError) as raised:
        opened(folder, tmp_path / "in", SMALL)
    assert raised.value.code == code


def test_files_of_a_folder_are_copied_under_names_of_ours(tmp_path: Path) -> None:
    (tmp_path / "goi" / "con").mkdir(parents=True)
    (tmp_path / "goi" / "con" / "Báo cáo.pdf").write_bytes(b"abc")
    found = opened(tmp_path / "goi", tmp_path / "in", SMALL)
    assert (found.name, found.top, list(found.members)) == ("goi", "con", ["Báo cáo.pdf"])
    (one,) = found.members.values()
    assert one.path == tmp_path / "in" / "files" / "0001" and one.path.read_bytes() == b"abc"
    assert one.sha256 == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
