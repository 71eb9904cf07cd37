"""Take in what waits at the one inbox that is set; print how many MiB more than for nothing this process once held.

    python tests/e2e/memory_of_fetch.py

Resident memory at its highest (VmHWM), set back after a first small message has loaded everything that is needed.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

from ingest.fetching import fetch_all
from ingest.gateway.opening import opened
from ingest.settings import IngestSettings


def peak_mib() -> float:
    """Return the highest resident memory since it was set back."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("VmHWM"))) / 1024


if __name__ == "__main__":
    with opened(IngestSettings.load().inboxes[0]) as inbox:
        fetch_all(inbox, now=datetime.now(UTC))
        print("ready", flush=True)
        sys.stdin.readline()
        Path("/proc/self/clear_refs").write_text("5")
        before = peak_mib()
        new = fetch_all(inbox, now=datetime.now(UTC))
        print(new, round(peak_mib() - before, 1), flush=True)
