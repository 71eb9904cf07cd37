"""With `CI` set a test that skips fails with its reason, but for those that ask for what a container may forbid."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.nothing_skipped import FORBIDDEN

pytest_plugins = ("pytester",)
ROOT = Path(__file__).parents[1]

HOOKED = """
from tests import nothing_skipped
from tests.nothing_skipped import pytest_make_collect_report, pytest_runtest_makereport
nothing_skipped.FORBIDDEN = {"test_some.py::test_may_be_forbidden": "mounting"}
"""
SOME = """
import pytest

@pytest.fixture
def absent():
    pytest.skip("no Chromium here")

@pytest.fixture(scope="module")
def closing():
    yield
    pytest.skip("skips at its end")

def test_asks_for_what_is_absent(absent): pass
def test_looks_itself(): pytest.skip("no clamd here")
@pytest.mark.skipif(True, reason="root may write everywhere")
def test_is_marked(): pass
@pytest.mark.parametrize("size", [1, 2])
def test_may_be_forbidden(size): pytest.skip("no right to mount")
@pytest.mark.xfail(reason="known")
def test_known_to_fail(): assert False
def test_closes(closing): pass
def test_is_well(): pass
"""
WHOLE_FILE = """
import pytest
pytest.skip("not on this machine", allow_module_level=True)
def test_never(): pass
"""


@pytest.fixture
def ran(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> pytest.RunResult:
    """What pytest makes of those tests, with `CI` set to what is asked for."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("CI", request.param)
    pytester.makeconftest(HOOKED)
    pytester.makepyfile(test_some=SOME, test_whole=WHOLE_FILE)
    return pytester.runpytest_subprocess("-p", "no:cacheprovider", "-q", "--continue-on-collection-errors")


@pytest.mark.parametrize("ran", ["1", "true"], indirect=True)
def test_in_ci_a_skipped_test_is_a_failure_that_says_why(ran: pytest.RunResult) -> None:
    # Absent and marked fail while they are set up, one at its end; the file could not be collected.
    ran.assert_outcomes(passed=2, failed=1, errors=4, skipped=2, xfailed=1)
    assert ran.ret == 1
    for why in (
        "no Chromium here",
        "no clamd here",
        "root may write everywhere",
        "not on this machine",
        "skips at its end",
    ):
        ran.stdout.fnmatch_lines([f"*in CI nothing is skipped, and this would be: *{why}*"])
    ran.stdout.no_fnmatch_line("*this would be: *mount*")


@pytest.mark.parametrize("ran", [""], indirect=True)
def test_elsewhere_it_is_skipped(ran: pytest.RunResult) -> None:
    outcomes = ran.parseoutcomes()
    assert "failed" not in outcomes and "errors" not in outcomes and "error" not in outcomes
    assert outcomes["skipped"] == 7


def test_what_may_be_skipped_is_a_test_that_is_there_and_is_told_in_the_readme() -> None:
    readme = (ROOT / "tests" / "README.md").read_text("utf-8")
    for test in FORBIDDEN:
        path, _, name = test.partition("::")
        assert f"def {name}(" in (ROOT / path).read_text("utf-8"), test
        assert Path(path).name in readme, f"{path} is not named in tests/README.md"


def test_the_hook_is_in_force_here() -> None:
    from tests import conftest, nothing_skipped

    assert conftest.pytest_runtest_makereport is nothing_skipped.pytest_runtest_makereport
    assert conftest.pytest_make_collect_report is nothing_skipped.pytest_make_collect_report
