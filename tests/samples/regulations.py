"""The real texts the sample documents are typeset from; see texts/README.md for what each copy is worth."""

from __future__ import annotations

import re
from pathlib import Path

TEXTS = Path(__file__).parent / "texts"


def paragraphs(name: str) -> list[str]:
    """Return a text's paragraphs without rules and blank lines."""
    lines = (line.strip() for line in (TEXTS / f"{name}.txt").read_text("utf-8").splitlines())
    return [line for line in lines if line and not re.fullmatch(r"[-_—–. ]+", line)]


def article(name: str, number: int) -> list[str]:
    """Return one article (Điều) of the regulation, heading first; the last one of that number in the text."""
    lines = paragraphs(name)
    starts = [n for n, line in enumerate(lines) if re.match(rf"Điều {number}[.:]", line)]
    body = [lines[starts[-1]]]
    for line in lines[starts[-1] + 1 :]:
        if re.match(r"Điều \d+[.:]|Chương [IVX]+", line):
            break
        body.append(line)
    return body


def decision(name: str) -> list[str]:
    """Return the covering decision: everything before the attached regulation's own articles."""
    lines = paragraphs(name)
    ends = [n for n, line in enumerate(lines) if line.startswith("Chương I")]
    return lines[: ends[0]] if ends else lines[:40]
