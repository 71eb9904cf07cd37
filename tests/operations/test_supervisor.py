"""The supervisor starts, watches and stops real child processes, and leaves nothing behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from operations.errors import PartError
from operations.part import Part
from operations.supervisor import Ended, Supervisor, ask_to_end, refuse_second, running_pid


def a_part(name: str, code: str, ready: Callable[[], str] = lambda: "") -> Part:
    return Part(name, (sys.executable, "-c", code), ready, stop_seconds=2)


def alive(pid: int) -> bool:
    """Say whether a process runs (a zombie does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def until(condition: Callable[[], bool], seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.05)
    return condition()


def quiet(_name: str, _line: str) -> None:
    """Print nothing."""


SLEEP = "import time; time.sleep(60)"


def test_every_part_is_stopped_with_its_children(tmp_path: Path) -> None:
    noted = tmp_path / "grandchild"
    code = (
        "import subprocess,sys,time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        f"open({str(noted)!r}, 'w').write(str(child.pid))\n"
        "time.sleep(60)"
    )
    part = a_part("family", code, lambda: "" if noted.exists() and noted.read_text() else "no child yet")
    with Supervisor([part], home=tmp_path, start_seconds=10, log=quiet) as supervisor:
        parent, child = supervisor.pid("family"), int(noted.read_text())
        assert alive(parent)
        assert alive(child)
    assert until(lambda: not alive(parent) and not alive(child))
    assert not (tmp_path / "run" / "tangthu.pid").exists()


def test_a_part_that_is_stopped_may_let_its_children_finish_their_work(tmp_path: Path) -> None:
    begun, done = str(tmp_path / "begun"), str(tmp_path / "done")
    child = f"import time; open({begun!r}, 'w'); time.sleep(0.7); open({done!r}, 'w')"
    code = (
        "import signal, subprocess, sys\n"
        f"child = subprocess.Popen([sys.executable, '-c', {child!r}])\n"
        "signal.signal(signal.SIGTERM, lambda *_: sys.exit(child.wait()))\n"
        "child.wait()\n"
        "signal.pause()\n"
    )
    part = a_part("worker", code, lambda: "" if (tmp_path / "begun").exists() else "no work yet")
    with Supervisor([part], home=tmp_path, start_seconds=10, log=quiet):
        pass
    assert (tmp_path / "done").exists()


def test_a_part_that_ignores_the_polite_signal_is_ended_by_force(tmp_path: Path) -> None:
    noted = tmp_path / "up"
    code = f"import signal,time; signal.signal(15, signal.SIG_IGN); open({str(noted)!r},'w'); time.sleep(60)"
    part = a_part("deaf", code, lambda: "" if noted.exists() else "starting")
    with Supervisor([part], home=tmp_path, start_seconds=10, log=quiet) as supervisor:
        pid = supervisor.pid("deaf")
    assert not alive(pid)


def test_who_stops_a_house_is_told_part_by_part_what_it_waits_for(tmp_path: Path) -> None:
    code = (
        "import sys, time; sys.path.insert(0, sys.argv[1])\n"
        "from pathlib import Path\n"
        "from operations.part import Part\n"
        "from operations.supervisor import Supervisor\n"
        "slow = 'import signal, sys, time; signal.signal(15, lambda *_: (time.sleep(0.7), sys.exit(0)));'\n"
        "slow += 'time.sleep(60)'\n"
        "parts = [Part(name, (sys.executable, '-c', slow), lambda: '', stop_seconds=9)\n"
        "         for name in ('first', 'second')]\n"
        "with Supervisor(parts, home=Path(sys.argv[2]), start_seconds=10) as house: time.sleep(1.5); house.watch()\n"
    )
    root = str(Path(__file__).parents[2])
    house = subprocess.Popen([sys.executable, "-c", code, root, str(tmp_path)], stderr=subprocess.DEVNULL)
    try:
        assert until(lambda: running_pid(tmp_path) != 0)
        time.sleep(2.5)
        told: list[str] = []
        assert ask_to_end(tmp_path, say=told.append) is Ended.STOPPED
    finally:
        house.kill()
        house.wait()
    asked = [line for line in told if "waiting for" in line]
    ended = [line for line in told if "stopped after" in line]
    assert [line.split()[2] for line in asked] == ["second", "first"], told
    assert all("9 s" in line for line in asked), "how long it may take at most"
    assert [line.split()[0] for line in ended] == ["second", "first"]


def test_a_part_that_ends_at_once_is_named_and_the_others_are_stopped(tmp_path: Path) -> None:
    parts = [a_part("good", SLEEP), a_part("bad", "raise SystemExit(3)", lambda: "never ready")]
    supervisor = Supervisor(parts, home=tmp_path, start_seconds=10, log=quiet)
    with pytest.raises(PartError, match=r"bad: ended with code 3"):
        supervisor.__enter__()
    assert not (tmp_path / "run" / "tangthu.pid").exists()


def test_a_part_that_never_answers_is_given_up_in_time(tmp_path: Path) -> None:
    part = a_part("mute", SLEEP, lambda: "says nothing")
    with pytest.raises(PartError, match="mute: says nothing after 1 s"):
        Supervisor([part], home=tmp_path, start_seconds=1, log=quiet).__enter__()


def test_a_part_that_dies_is_started_again(tmp_path: Path) -> None:
    with Supervisor([a_part("phoenix", SLEEP)], home=tmp_path, start_seconds=10, log=quiet) as supervisor:
        first = supervisor.pid("phoenix")
        os.kill(first, signal.SIGKILL)
        assert until(lambda: not alive(first))
        assert supervisor.restart_dead() == ["phoenix"]
        assert supervisor.pid("phoenix") != first


def test_two_supervisors_do_not_share_a_home(tmp_path: Path) -> None:
    with Supervisor([], home=tmp_path, start_seconds=1, log=quiet):
        assert running_pid(tmp_path) == os.getpid()
        with pytest.raises(PartError, match="runs already as process"):
            refuse_second(tmp_path)
        with pytest.raises(PartError, match="runs already as process"):
            Supervisor([], home=tmp_path, start_seconds=1, log=quiet).__enter__()
        assert running_pid(tmp_path) == os.getpid()
    assert running_pid(tmp_path) == 0


def test_the_number_of_a_dead_supervisor_that_is_another_process_now_is_left_alone(tmp_path: Path) -> None:
    other = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(30)"])
    try:
        (tmp_path / "run").mkdir()
        (tmp_path / "run" / "tangthu.pid").write_text(str(other.pid))
        assert ask_to_end(tmp_path) is Ended.NOTHING_RAN
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


def test_a_second_house_on_a_home_is_refused_before_it_touches_anything(tmp_path: Path) -> None:
    settings = tmp_path / "tangthu.toml"
    settings.write_text("# of the house that runs\n")
    with Supervisor([], home=tmp_path, start_seconds=1, log=quiet):
        done = subprocess.run(
            [str(Path(sys.executable).parent / "tangthu"), "up", "--home", str(tmp_path)],
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 2
    assert "runs already as process" in done.stderr
    assert "Traceback" not in done.stderr
    assert settings.read_text() == "# of the house that runs\n"
    assert {path.name for path in tmp_path.iterdir()} == {"run", "tangthu.toml"}


def test_parts_die_when_the_supervisor_is_killed(tmp_path: Path) -> None:
    code = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from operations.part import Part\n"
        "from operations.supervisor import Supervisor\n"
        f"part = Part('orphan', (sys.executable, '-c', {SLEEP!r}), lambda: '')\n"
        f"with Supervisor([part], home=Path({str(tmp_path)!r}), start_seconds=10) as s:\n"
        "    print(s.pid('orphan'), flush=True)\n"
        "    time.sleep(60)\n"
    )
    supervisor = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert supervisor.stdout is not None
    pid = int(supervisor.stdout.readline())
    assert alive(pid)
    supervisor.kill()
    supervisor.wait()
    supervisor.stdout.close()
    assert until(lambda: not alive(pid))
