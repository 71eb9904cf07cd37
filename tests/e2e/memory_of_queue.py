"""Advance these submissions one after another, as a worker does; print the highest resident memory in KiB.

    python tests/e2e/memory_of_queue.py SUBMISSION...

Two numbers: of this process (VmHWM; what `getrusage` says of itself may be what the starting process had), and of the
largest process among all it started and waited for (readers, converters).
"""

from __future__ import annotations

import resource
import sys
from pathlib import Path

from ingest.pipeline import advance

if __name__ == "__main__":
    for one in sys.argv[1:]:
        advance(one)
    lines = Path("/proc/self/status").read_text().splitlines()
    print(
        next(line.split()[1] for line in lines if line.startswith("VmHWM")),
        resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss,
    )
