"""A house with real parts for whole-road tests: clamd running, sample world made once."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from archive.copies import stores
from archive.register.base import Base
from archive.register.migrate import upgrade
from archive.register.session import engine
from ingest.virus import write_clamd_conf
from operations.parts import clamd
from operations.world import build_world, settle
from tests.samples.world import build
from tests.services.conftest import elasticsearch_node, elasticsearch_url  # noqa: F401 (fixtures)

sys.path.insert(0, str(Path(__file__).parent))
from deliveries import a_good_case_file, a_report, packed


@pytest.fixture(scope="session")
def sample_world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The typeset and signed sample world."""
    return build_world(tmp_path_factory.mktemp("world") / "w", say=lambda line: None)


@pytest.fixture(scope="session")
def clamd_socket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A running clamd that knows the local test signature."""
    folder = tmp_path_factory.mktemp("clamd")
    process = start_clamd(folder, folder / "clamd.sock")
    yield folder / "clamd.sock"
    process.terminate()
    process.wait(20)


def start_clamd(folder: Path, socket: Path) -> subprocess.Popen[bytes]:
    """Start a clamd and return it once it answers; the caller ends it."""
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
    return process


@dataclass
class Scanner:
    """A clamd of a test's own, to be stopped and started."""

    folder: Path
    process: subprocess.Popen[bytes] | None = None

    @property
    def socket(self) -> Path:
        """Return where it listens; a short path, as Unix sockets need."""
        return self.folder / "clamd.sock"

    def start(self) -> int:
        """Start it and return its process id once it answers."""
        self.process = start_clamd(self.folder, self.socket)
        return self.process.pid

    def kill(self) -> None:
        """End it at once."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(20)
            self.process = None


@pytest.fixture
def scanner() -> Iterator[Scanner]:
    """A clamd that is not running yet."""
    with tempfile.TemporaryDirectory(prefix="tt-clamd-") as folder:
        one = Scanner(Path(folder))
        yield one
        one.kill()


@pytest.fixture
def town(house: Path, clamd_socket: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A house with the sample agencies and no queue: the test is the worker."""
    monkeypatch.setenv("TANGTHU_INGEST__CLAMD_SOCKET", str(clamd_socket))
    monkeypatch.setenv("TANGTHU_INGEST__LEASE_SECONDS", "2")
    monkeypatch.setenv("TANGTHU_ARCHIVE__BROKER_URL", "memory://")
    build(house / "world", only=("offices",))
    settle(house / "world")
    return house


@pytest.fixture
def made_by_migrations(town: Path) -> None:
    """The tables as the program makes them; a rebuild looks for their version.

    The ledger begins anew, so what was sealed of the first one goes from the stores too.
    """
    Base.metadata.drop_all(engine())
    for store in stores():
        shutil.rmtree(town / "archive" / "stores" / store.name)
    upgrade(engine())
    settle(town / "world")


@pytest.fixture(scope="session")
def good_sip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A good case file of one document."""
    return packed(a_good_case_file().with_document(a_report()), tmp_path_factory.mktemp("good") / "sip.zip")
