"""In CI nothing is skipped: a test that would be is a failure that says what was missing.

A container may forbid what a test has to ask the kernel for. Those tests are named here, each with what it asks for,
and may be skipped in CI too; nothing else may.
"""

from __future__ import annotations

import os
from collections.abc import Generator

import pytest

MOUNT = "mounting a small file system"
CUT = "a network of its own (`unshare --net`)"
FORBIDDEN = {
    "tests/archive/test_folder_store.py::test_a_full_disk_is_a_temporary_error": MOUNT,
    "tests/archive/test_media.py::test_a_full_medium_stops_and_goes_on": MOUNT,
    "tests/e2e/test_parts_that_fail.py::"
    "test_a_full_store_is_named_good_copies_stay_and_it_goes_on_when_there_is_room": MOUNT,
    "tests/e2e/test_parts_that_fail.py::test_two_read_only_stores_are_both_named": MOUNT,
    "tests/e2e/test_parts_that_fail.py::test_a_full_quarantine_is_our_trouble_and_not_the_senders": MOUNT,
    "tests/ingest/test_office_batches.py::test_a_caged_program_reaches_no_network": CUT,
}
"""Test -> what a container may forbid it."""


def in_ci() -> bool:
    """Say whether this is CI: `.ci/run`, and every usual service, sets `CI`."""
    return bool(os.environ.get("CI"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
    call: pytest.CallInfo[None],
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Make a failure of a skipped test."""
    report = yield
    test = report.nodeid.partition("[")[0]
    if report.skipped and in_ci() and not hasattr(report, "wasxfail") and test not in FORBIDDEN:
        report.outcome = "failed"
        report.longrepr = _told(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Make a failure of a skipped file."""
    report = yield
    if report.skipped and in_ci():
        report.outcome = "failed"
        report.longrepr = _told(report)
    return report


def _told(report: pytest.TestReport | pytest.CollectReport) -> str:
    why = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return f"{report.nodeid}: in CI nothing is skipped, and this would be: {why.removeprefix('Skipped: ')}"
