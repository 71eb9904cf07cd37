"""Templates compiled beforehand are found by who renders them: nobody compiles a second time."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from portal.compiled import templates

ROOT = Path(__file__).parents[2]
TWO = """
from portal.compiled import compile_into, templates
some = [path for path in templates() if path.stem in ("start", "fonds")]
"""
REFUSING = """
from chameleon.zpt.template import PageTemplate
def compiled_again(self, body, builtins): raise SystemExit(f"compiled again: {self.filename}")
"""


def run(words: str, folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", f"{words}\ncompile_into(__import__('pathlib').Path({str(folder)!r}), some)"],
        cwd=ROOT, env=os.environ | {"CHAMELEON_CACHE": str(folder)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]


def test_what_was_compiled_is_taken_from_the_folder(tmp_path: Path) -> None:
    run(TWO, tmp_path)
    made = {path.name for path in tmp_path.glob("*.py")}
    assert len(made) == 2
    run(f"{TWO}{REFUSING}PageTemplate._compile = compiled_again", tmp_path)
    assert {path.name for path in tmp_path.glob("*.py")} == made


def test_every_template_of_the_portal_is_compiled() -> None:
    assert len(templates()) > 45 and all(path.suffix == ".pt" for path in templates())
