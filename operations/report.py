"""What a demonstration says: one line per delivery, one per act, and whether all of it was right."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Line:
    """One delivery and what became of it."""

    key: str
    file_code: str
    expected: str
    actual: str
    detail: str
    right: bool


@dataclass(frozen=True)
class Act:
    """One thing done after the case files were stored, and whether it went as it must."""

    name: str
    detail: str
    right: bool
    seconds: float = 0.0


@dataclass
class Report:
    """Collects lines and acts while the demonstration runs."""

    lines: list[Line] = field(default_factory=list)
    acts: list[Act] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    memory_mb: dict[str, int] = field(default_factory=dict)

    @property
    def right(self) -> bool:
        """Say whether there is something to show and all of it is right."""
        return (
            bool(self.lines and self.acts)
            and all(line.right for line in self.lines)
            and all(act.right for act in self.acts)
        )

    def facts(self) -> dict[str, Any]:
        """Return everything as JSON values."""
        return {
            "right": self.right,
            "case_files": [asdict(line) for line in self.lines],
            "acts": [asdict(act) for act in self.acts],
            "seconds": self.seconds,
            "memory_mb": self.memory_mb,
        }

    def table(self) -> str:
        """Return the report for people."""
        out = ["", f"{'':<4}{'hồ sơ':<26}{'mong đợi':<12}{'kết quả':<12}chi tiết"]
        out += [
            f"{_mark(line.right):<4}{line.key[:25]:<26}{line.expected:<12}{line.actual:<12}{line.detail[:90]}"
            for line in self.lines
        ]
        out += ["", f"{'':<4}{'việc':<46}chi tiết"]
        out += [f"{_mark(act.right):<4}{act.name[:45]:<46}{act.detail[:100]}" for act in self.acts]
        out += ["", "giây: " + ", ".join(f"{name} {seconds:.0f}" for name, seconds in self.seconds.items())]
        out += ["MiB: " + ", ".join(f"{name} {size}" for name, size in self.memory_mb.items())]
        out += ["MỌI BƯỚC ĐÚNG" if self.right else "CÓ BƯỚC SAI"]
        return "\n".join(out)


def _mark(right: bool) -> str:
    return "✓" if right else "✗"
