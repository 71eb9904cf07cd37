"""The parts speak in one log: each line whole, with time and name of who said it; each part has its own file too."""

from __future__ import annotations

import io
import re
import sys
import time
from pathlib import Path
from threading import Barrier, Thread

import pytest

from operations.part import Part
from operations.supervisor import Supervisor, to_screen

LINES = 40
SPEAKS = """
import sys, time
for number in range({count}):
    print(f"{word} {{number}}", file=(sys.stdout, sys.stderr)[number % 2], flush=True)
print("", flush=True)
open({said!r}, "w").close()
time.sleep(60)
"""


def a_speaker(folder: Path, name: str, word: str, *, quiet: bool = False) -> Part:
    """Return a part that says its word many times, on both of its streams, and is up once all is said."""
    said = folder / f"{name}.said"
    code = SPEAKS.format(count=LINES, word=word, said=str(said))
    return Part(
        name,
        (sys.executable, "-c", code),
        lambda: "" if said.exists() else "still speaks",
        stop_seconds=2,
        quiet=quiet,
    )


class Slow(io.StringIO):
    """A screen that takes its time, so that whoever writes a line in two pieces is interrupted between them."""

    def write(self, text: str) -> int:
        time.sleep(0.0005)
        return super().write(text)


def test_lines_of_all_parts_stand_in_one_log_and_in_a_file_of_each(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    screen = Slow()
    monkeypatch.setattr(sys, "stderr", screen)
    parts = [
        a_speaker(tmp_path, "worker", "kiểm tra hồ sơ"),
        a_speaker(tmp_path, "beat", "đến giờ"),
        a_speaker(tmp_path, "plone", "GET /luutru", quiet=True),
    ]
    with Supervisor(parts, home=tmp_path, start_seconds=30):
        pass
    monkeypatch.undo()
    lines = screen.getvalue().splitlines()
    read = [re.fullmatch(r"\d\d:\d\d:\d\d (\S+) +(\S.*)", line) for line in lines]
    assert all(read), [line for line, found in zip(lines, read, strict=True) if not found]
    said = [(one[1], one[2]) for one in read if one]
    for name, word in (("worker", "kiểm tra hồ sơ"), ("beat", "đến giờ")):
        assert [(name, f"{word} {number}") for number in range(LINES)] == [
            one for one in said if one[0] == name and one[1].startswith(word)
        ]
    of_plone = [text for name, text in said if name == "plone"]
    assert [text.partition(" after")[0] for text in of_plone] == ["ready", "stopping"], (
        "its own words stay out"
    )
    for name, word in (("worker", "kiểm tra hồ sơ"), ("beat", "đến giờ"), ("plone", "GET /luutru")):
        own = (tmp_path / "log" / f"{name}.log").read_text("utf-8")
        assert own == "".join(f"{word} {number}\n" for number in range(LINES)) + "\n"


def test_two_who_speak_at_once_do_not_cut_each_others_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    screen, together = Slow(), Barrier(4)

    def _speak(name: str) -> None:
        together.wait()
        for number in range(25):
            to_screen(name, f"dòng {number}")

    monkeypatch.setattr(sys, "stderr", screen)
    speakers = [Thread(target=_speak, args=(f"part-{number}",)) for number in range(4)]
    for one in speakers:
        one.start()
    for one in speakers:
        one.join()
    monkeypatch.undo()
    lines = screen.getvalue().splitlines()
    assert len(lines) == 100
    assert all(re.fullmatch(r"\d\d:\d\d:\d\d part-\d +dòng \d+", line) for line in lines), lines[:5]
