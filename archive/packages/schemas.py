"""The XML schemas packages are checked with; nothing outside the two folders is ever read."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from lxml import etree

from archive.errors import TemporaryError
from archive.reason import because


class _LocalOnly(etree.Resolver):
    """Finds what a schema imports by its file name in the folders given, and nowhere else."""

    def __init__(self, folders: tuple[Path, ...]) -> None:
        super().__init__()
        self._folders = folders

    def resolve(self, url: str | None, public_id: str | None, context: Any) -> Any:  # type: ignore[override]
        name = (url or "").rsplit("/", 1)[-1]
        for folder in self._folders:
            if (folder / name).is_file():
                return self.resolve_string((folder / name).read_bytes(), context, base_url=name)
        return self.resolve_string("", context, base_url=name)


@cache
def schema(folder: Path, name: str) -> Any:
    """Return a schema, from the folder set-up filled or from ours.

    Raises:
        TemporaryError: it is not there or not whole; set-up fetches it.
    """
    ours = Path(str(files("archive.codes").joinpath("schemas")))
    for place in (ours, folder):
        path = place / name
        if path.is_file():
            parser = etree.XMLParser(no_network=True, resolve_entities=False)
            parser.resolvers.add(_LocalOnly((ours, folder)))
            try:
                return etree.XMLSchema(etree.parse(str(path), parser))
            except (etree.LxmlError, OSError) as error:
                raise TemporaryError(
                    because("archive.schema-broken", place=str(path), said=str(error))
                ) from error
    raise TemporaryError(because("archive.schema-missing", place=str(folder / name)))
