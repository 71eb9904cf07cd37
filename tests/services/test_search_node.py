"""A node of our own: refused with a reason, ended with whoever started it, nothing left behind."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from search import node
from search.errors import NodeError
from search.settings import SearchSettings
from tests.services.processes import processes_of, until

pytestmark = pytest.mark.service


def test_a_missing_server_is_named_with_what_to_do(tmp_path: Path) -> None:
    assert "fetch.sh" in node.available(tmp_path)
    with pytest.raises(NodeError, match=r"fetch\.sh"):
        node.Node(tmp_path, tmp_path / "work", 1).start()
    assert not (tmp_path / "work").exists()


def test_a_folder_behind_a_closed_one_is_not_reachable(tmp_path: Path) -> None:
    inside = tmp_path / "closed" / "inside"
    inside.mkdir(parents=True)
    inside.parent.chmod(0o700)
    assert not node.reachable(inside)


def test_the_command_says_why_it_cannot_run(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "search.node", "--work", str(tmp_path), "--port", "1"]
    done = subprocess.run([*command, "--home", str(tmp_path)], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "fetch.sh" in done.stderr


@pytest.mark.timeout(400)
def test_the_server_ends_when_its_starter_is_killed_and_leaves_no_temporary_file() -> None:
    reason = node.available(SearchSettings().home)
    if reason:
        pytest.skip(f"ELASTICSEARCH IS NOT TESTED: {reason}")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="tangthu-node-") as folder:
        work = Path(folder)
        work.chmod(0o755)
        command = [sys.executable, "-m", "search.node", "--work", str(work), "--port", str(port)]
        starter = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            assert starter.stdout is not None
            assert "is up" in starter.stdout.readline()  # the command ends by itself when it cannot start
            assert len(processes_of(work)) >= 3  # the command, the launcher, the server
            starter.send_signal(signal.SIGKILL)
            starter.wait()
            assert until(lambda: not processes_of(work), 60), processes_of(work)
        finally:
            starter.kill()
            starter.wait()
            if starter.stdout is not None:
                starter.stdout.close()
        left = [
            path for path in Path("/tmp").glob("final-flags*") if path.stat().st_mtime > time.time() - 300
        ]
        assert left == []
