"""A package made once per test, and the schemas it is checked with."""

from __future__ import annotations

from pathlib import Path

import pytest
from package_builders import a_usual_case, schemas_folder

from archive.packages.facts import PackageFacts
from archive.packages.writer import write


@pytest.fixture(scope="session")
def schemas() -> Path:
    folder = schemas_folder()
    if not (folder / "mets1_12.xsd").is_file():
        pytest.skip(f"no XML schemas in {folder}; `make setup` fetches them")
    return folder


@pytest.fixture(scope="session")
def usual(tmp_path_factory: pytest.TempPathFactory) -> PackageFacts:
    return a_usual_case(tmp_path_factory.mktemp("sources"))


@pytest.fixture(scope="session")
def package(usual: PackageFacts, schemas: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("package") / "v0001.zip"
    write(usual, path, schemas=schemas)
    return path
