"""What a deposit costs beside the least it could: copy into each store, flush, read back, SHA-256.

    .venv/bin/python -m benchmarks.deposit [--megabytes 256] [--packages 4] [--stores 3] [--folder PLACE]

Both do the same to the same files on the same disk, in turns, so that other work on the machine disturbs both. The raw
way is one process, one store after another, nothing but the copies and their hashes. "Copies" counts every
byte once for each store it went into and was read back from; "packages" counts it once. One JSON line.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from archive.depositing import deposit
from archive.hashing import sha256_of_file
from archive.stores.folder import FolderStore
from archive.stores.interface import Store

GOAL = 400
"""MB/s of a deposit with read-back on local stores (issue 5)."""
MB = 1_000_000


@dataclass(frozen=True)
class Cost:
    """What one way of doing it took; other work on the machine disturbs the processor's seconds least."""

    seconds: float
    cpu: float


def timed(work: Callable[[], object]) -> Cost:
    """Return what it took, all threads of this process together."""
    begun, used = time.perf_counter(), time.process_time()
    work()
    return Cost(time.perf_counter() - begun, time.process_time() - used)


def raw(package: Path, places: Sequence[Path]) -> None:
    """Copy a file into each folder, flush it, hash the copy."""
    for place in places:
        copy = place / package.name
        shutil.copyfile(package, copy)
        with copy.open("rb") as stream:
            os.fsync(stream.fileno())
            assert hashlib.file_digest(stream, "sha256").hexdigest()


def ours(package: Path, sha256: str, places: Sequence[Store]) -> None:
    """Deposit it."""
    assert len(deposit(package, f"a/{package.name}", sha256, into=places, required=len(places))) == len(
        places
    )


def packages(folder: Path, count: int, megabytes: int) -> list[Path]:
    """Make packages of bytes that do not compress."""
    made = []
    for number in range(count):
        path = folder / f"v{number:04d}.zip"
        block = random.Random(number).randbytes(MB)
        with path.open("wb") as stream:
            for n in range(megabytes):
                stream.write(n.to_bytes(8, "big") + block[8:])
        made.append(path)
    return made


def measure(folder: Path, count: int, megabytes: int, stores: int) -> dict[str, float | int | bool]:
    """Return the figures; what was made is removed."""
    raws: list[Cost] = []
    deposits: list[Cost] = []
    for number, package in enumerate(packages(folder, count, megabytes)):
        sha256 = sha256_of_file(package)
        plain = [folder / f"raw-{n}" for n in range(stores)]
        kept = [folder / f"store-{n}" for n in range(stores)]
        for place in (*plain, *kept):
            place.mkdir()

        def plainly(package: Path = package, plain: list[Path] = plain) -> None:
            raw(package, plain)

        def deposited(package: Path = package, sha256: str = sha256, kept: list[Path] = kept) -> None:
            ours(package, sha256, [FolderStore(place.name, place) for place in kept])

        turns = [(raws, plainly), (deposits, deposited)]
        for costs, turn in turns if number % 2 else reversed(turns):
            costs.append(timed(turn))
        for place in (*plain, *kept):
            shutil.rmtree(place)
        package.unlink()
    quick, slow = (statistics.median(one.seconds for one in costs) for costs in (deposits, raws))
    cpu, raw_cpu = (statistics.median(one.cpu for one in costs) for costs in (deposits, raws))
    copies = megabytes * stores
    return {
        "packages": count,
        "megabytes": megabytes,
        "stores": stores,
        "deposit_copies_mb_per_second": round(copies / quick, 1),
        "deposit_packages_mb_per_second": round(megabytes / quick, 1),
        "raw_copies_mb_per_second": round(copies / slow, 1),
        "ratio_to_raw": round(slow / quick, 2),
        "cpu_seconds_per_gb_of_copies": round(cpu / copies * 1000, 2),
        "cpu_ratio_to_raw": round(cpu / raw_cpu, 2),
        "goal_mb_per_second": GOAL,
        "goal_met": copies / quick >= GOAL,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--megabytes", type=int, default=256)
    parser.add_argument("--packages", type=int, default=4)
    parser.add_argument("--stores", type=int, default=3)
    parser.add_argument(
        "--folder", type=Path, help="where to write; the system's temporary folder when left out"
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tangthu-deposit-", dir=options.folder) as place:
        print(json.dumps(measure(Path(place), options.packages, options.megabytes, options.stores)))


if __name__ == "__main__":
    main()
