"""commons-ip2, the E-ARK validator of the RODA community: what it says of packages, read from its report.

Its exit code is 0 whatever it found, so that only the report tells. One JVM takes all packages of a call.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from archive.settings import ArchiveSettings

DRIVER = Path(__file__).with_name("ValidateAll.java")
VERSION = "2.2.0"
"""Of E-ARK, the newest this validator knows."""


@dataclass(frozen=True)
class Verdict:
    """What the validator says of one package.

    Attributes:
        passed: identifiers of the requirements that hold.
        failed: (identifier, level, what was found) of those that do not.
    """

    passed: frozenset[str]
    failed: tuple[tuple[str, str, str], ...]

    def failed_musts(self) -> list[tuple[str, str]]:
        """Return identifier and issue of every MUST that does not hold."""
        return [(name, issue) for name, level, issue in self.failed if level == "MUST"]


def validate(packages: Sequence[Path], work: Path, *, version: str = VERSION) -> list[Verdict]:
    """Return a verdict for each package. Absent: skips with the reason."""
    jars = ArchiveSettings().tools_home / "commons-ip"
    if not any(jars.glob("commons-ip2-*.jar")):
        pytest.skip(f"THE E-ARK VALIDATOR IS NOT IN {jars}; `make setup` fetches it")
    work.mkdir(exist_ok=True)
    command = ["java", "-Xmx256m", "-cp", f"{jars}/*", str(DRIVER), str(work), version]
    command += map(str, packages)
    done = subprocess.run(command, cwd=work, capture_output=True, text=True, timeout=120, check=False)
    verdicts = []
    for package in packages:
        reports = sorted(work.glob(f"{package.name}_validation-report_*.json"))
        assert len(reports) == 1, f"{len(reports)} reports of {package.name}: {done.stdout}{done.stderr}"
        verdicts.append(_read(reports[0]))
        reports[0].unlink()
    return verdicts


def _read(report: Path) -> Verdict:
    rows = json.loads(report.read_text(encoding="utf-8"))["validation"]
    outcomes = [(row["id"], row.get("level", ""), row["testing"]) for row in rows]
    assert len(outcomes) > 100, f"the report has {len(outcomes)} requirements; it stopped somewhere"
    return Verdict(
        passed=frozenset(name for name, _, said in outcomes if said["outcome"] == "PASSED"),
        failed=tuple(
            (name, level, "; ".join(said.get("issues", []))[:400])
            for name, level, said in outcomes
            if said["outcome"] == "FAILED"
        ),
    )
