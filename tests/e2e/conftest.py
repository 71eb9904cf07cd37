"""A house with real parts for whole-road tests: clamd running, sample world made once."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.virus import write_clamd_conf
from operations.parts import clamd
from operations.world import build_world


@pytest.fixture(scope="session")
def sample_world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The typeset and signed sample world."""
    return build_world(tmp_path_factory.mktemp("world") / "w", say=lambda line: None)


@pytest.fixture(scope="session")
def clamd_socket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A running clamd that knows the local test signature."""
    folder = tmp_path_factory.mktemp("clamd")
    socket = folder / "clamd.sock"
    conf = write_clamd_conf(folder, socket)
    process = subprocess.Popen(
        ["/usr/sbin/clamd", "--foreground", "--config-file", str(conf)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    ready = clamd(folder, socket).ready
    deadline = time.monotonic() + 60
    while ready() and time.monotonic() < deadline:
        assert process.poll() is None, "clamd ended at once"
        time.sleep(0.1)
    assert ready() == ""
    yield socket
    process.terminate()
    process.wait(20)
