"""LibreOffice is started for many files at once, thrown away after so many calls, and leaves nothing behind."""

from __future__ import annotations

import socket
import stat
from pathlib import Path

import pdf_builders as make
import pytest

from ingest.formats import libreoffice
from ingest.formats.cage import Limits, network_cut, run
from ingest.formats.identify import OOXML
from ingest.formats.libreoffice import LibreOffice

DOCX = OOXML + "wordprocessingml.document"
SCRIPT = """#!/bin/sh
echo "$HOME" >> {log}
while [ "$1" != --outdir ]; do shift; done
out=$2; shift 2
for one in "$@"; do cp {made} "$out/$(basename "${{one%.*}}").pdf"; done
"""


@pytest.fixture
def fake(tmp_path: Path) -> tuple[str, Path]:
    """A LibreOffice that notes each call's home and prints the same for every file."""
    tool, log = tmp_path / "soffice", tmp_path / "calls"
    tool.write_text(SCRIPT.format(log=log, made=make.born_digital(tmp_path / "made.pdf", pages=1)))
    tool.chmod(tool.stat().st_mode | stat.S_IXUSR)
    return str(tool), log


def _files(folder: Path, count: int) -> list[tuple[str, Path, str]]:
    letter = make.letter(folder / "a.docx")
    return [(str(number), letter, DOCX) for number in range(count)]


def test_many_files_are_printed_by_few_calls(tmp_path: Path, fake: tuple[str, Path]) -> None:
    tool, log = fake
    office = LibreOffice(Limits(seconds=60), soffice=tool)
    printed = office.print_all(_files(tmp_path, 45), tmp_path)
    office.close()
    assert sum(one.path is not None for one in printed.values()) == 45
    assert len(log.read_text().split()) == 3


def test_its_home_is_private_thrown_away_after_so_many_calls_and_gone_at_the_end(
    tmp_path: Path, fake: tuple[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(libreoffice, "RECYCLE_AFTER", 2)
    monkeypatch.setattr(libreoffice, "BATCH", 1)
    tool, log = fake
    office = LibreOffice(Limits(seconds=60), soffice=tool)
    office.print_all(_files(tmp_path, 4), tmp_path)
    homes = [Path(line) for line in log.read_text().split()]
    assert [homes.index(home) for home in homes] == [0, 0, 2, 2]
    assert not homes[0].exists()
    assert stat.S_IMODE(homes[2].stat().st_mode) == 0o700
    office.close()
    assert not homes[2].exists()
    assert [one.name for one in tmp_path.iterdir() if one.is_dir()] == []


def test_a_caged_program_reaches_no_network() -> None:
    if not network_cut():
        pytest.skip(
            "THE NETWORK OF CAGED PROGRAMS IS NOT CUT HERE: the kernel does not permit `unshare --net`"
        )
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        call = f"import socket; socket.create_connection(('127.0.0.1', {port}), 5)"
        assert run(["python3", "-c", call], Limits(seconds=30)).code != 0
        server.settimeout(0.2)
        with pytest.raises(TimeoutError):
            server.accept()


def test_a_caged_program_writes_no_file_larger_than_it_may(tmp_path: Path) -> None:
    ran = run(["sh", "-c", f"head -c 3000000 /dev/zero > {tmp_path}/big"], Limits(seconds=30, file_mb=1))
    assert ran.code != 0
    assert (tmp_path / "big").stat().st_size <= 2**20
