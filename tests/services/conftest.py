"""Real outside parts for the tests of this folder, started once a session."""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from archive.pdfa.verapdf import VeraPdf
from ingest.formats.cage import Limits
from ingest.formats.workshop import Tools, Workshop, workshop
from operations.part import Part
from operations.parts import elasticsearch
from operations.settings import OperationsSettings
from operations.supervisor import Supervisor
from search import node
from search.settings import SearchSettings
from tests.services.postgres_cluster import both, postgres, postgres_database  # noqa: F401 (fixtures)
from tests.services.processes import processes_of, until
from tests.services.s3_server import S3Server, weed_or_skip


@pytest.fixture(scope="session")
def s3_server() -> Iterator[S3Server]:
    """A real SeaweedFS with the buckets plain, versions and locked."""
    weed_or_skip()
    server = S3Server.fresh()
    try:
        server.start()
        server.make_bucket("plain")
        server.make_bucket("versions", versions=True)
        server.make_bucket("locked", lock=True)
        yield server
    finally:
        server.remove()


@pytest.fixture(scope="module")
def shop() -> Iterator[Workshop]:
    """The tools that make PDF/A, warm for one file of tests."""
    made = workshop(Tools(limits=Limits(seconds=120)))
    yield made
    made.office.close()


@pytest.fixture(scope="module")
def another_vera() -> Iterator[VeraPdf]:
    """A second opinion: not the JVM that the routes asked."""
    with VeraPdf() as running:
        yield running


@dataclass(frozen=True)
class RunningNode:
    """A node.

    Attributes:
        part: which part of the house it is; None for one that was lent.
        seconds: it took to answer.
    """

    url: str
    data: Path
    part: Part | None = None
    seconds: float = 0


@pytest.fixture(scope="session")
def elasticsearch_node() -> Iterator[RunningNode]:
    """A real node (20 to 60 s to start), as the part that `tangthu up` starts; absent: skips with the reason.

    Nothing of it may be left when it was stopped. A developer may lend one that runs already:
    TEST_ELASTICSEARCH="URL WORK-FOLDER"; see `python -m search.node`.
    """
    lent = os.environ.get("TEST_ELASTICSEARCH", "").split()
    if lent:
        yield RunningNode(lent[0], Path(lent[1]) / "data")
        return
    reason = node.available(SearchSettings().home)
    if reason:
        pytest.skip(f"ELASTICSEARCH IS NOT TESTED: {reason}")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    # Not pytest's temporary folder: that is 0700, and the node may run as another account.
    home = Path(tempfile.mkdtemp(prefix="tangthu-elasticsearch-"))
    home.chmod(0o755)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TANGTHU_OPERATIONS__HOME", str(home))
        patch.setenv("TANGTHU_OPERATIONS__ELASTICSEARCH_PORT", str(port))
        part = elasticsearch(OperationsSettings.load())
    try:
        with Supervisor([part], home=home, start_seconds=node.START_SECONDS, log=_say_nothing) as house:
            data = home / "elasticsearch" / "data"
            yield RunningNode(f"http://127.0.0.1:{port}", data, part, house.seconds[part.name])
        assert until(lambda: not processes_of(home), 20), f"the part left processes: {processes_of(home)}"
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _say_nothing(_name: str, _line: str) -> None:
    """The log of the part is in its own file."""


@pytest.fixture(scope="session")
def elasticsearch_url(elasticsearch_node: RunningNode) -> str:
    return elasticsearch_node.url


@pytest.fixture(scope="session")
def elasticsearch_data(elasticsearch_node: RunningNode) -> Path:
    """The folder in which the node keeps its files."""
    return elasticsearch_node.data
