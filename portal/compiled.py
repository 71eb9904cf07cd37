"""Compile the portal's templates into the instance's cache: `python -m portal.compiled FOLDER` (its CHAMELEON_CACHE).

The first reader of each page waits for its template otherwise, a third of a second to a second of processor time each.
Whatever is there already is only looked up; two that compile the same at once write the same file.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

HERE = Path(__file__).parent


def templates() -> list[Path]:
    """Return the portal's templates."""
    return sorted(HERE.rglob("*.pt"))


def compile_into(folder: Path, paths: Sequence[Path]) -> None:
    """Compile templates into a folder, as the instance would. To be called before anything imports chameleon."""
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["CHAMELEON_CACHE"] = str(folder)  # read where chameleon is imported, for the first time
    from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
    from Products.PageTemplates.engine import Program
    from zope.component import provideUtility
    from zope.pagetemplate.interfaces import IPageTemplateEngine

    provideUtility(Program, IPageTemplateEngine)
    for path in paths:
        ViewPageTemplateFile(str(path))._cook_check()


def main(arguments: Sequence[str]) -> None:
    """Compile into the folder named on the command line."""
    (folder,) = arguments
    compile_into(Path(folder), templates())


if __name__ == "__main__":
    main(sys.argv[1:])
