"""Benchmarks are run by name, and the one of set-up measures a bare set-up and not the developer's caches."""

from __future__ import annotations

from pathlib import Path

import pikepdf
import pypdfium2
import pytest

from benchmarks import pdf_route, start_up
from operations import bench
from operations.errors import PartError

SETUP = """#!/bin/sh
echo "setup: Python packages"
test ! -e .venv || echo "setup: Python packages are up to date"
mkdir -p .venv "$UV_CACHE_DIR"
env > "env-$(ls env-* 2>/dev/null | wc -l)"
sleep 0.3
echo "setup: Python packages done in 0 s"
printf '\033[0m\033[0msetup: veraPDF and METS schemas done in 0 s\n'  # as Maven leaves it
echo "setup: ready after 1 s"
exit $FAIL
"""


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    script = tmp_path / "tree" / "deploy" / "setup.sh"
    script.parent.mkdir(parents=True)
    script.write_text(SETUP)
    script.chmod(0o755)
    monkeypatch.setenv("FAIL", "0")
    monkeypatch.setenv("VIRTUAL_ENV", "/the/developers/own")
    return tmp_path / "tree"


def test_each_part_of_set_up_has_its_seconds(tree: Path, tmp_path: Path) -> None:
    found = start_up.set_up(tree, tmp_path / "caches")
    assert list(found) == ["Python packages", "veraPDF and METS schemas", "all"]
    assert found["Python packages"] >= 0.3
    assert found["veraPDF and METS schemas"] < 0.3
    assert found["all"] >= found["Python packages"]


def test_set_up_sees_no_cache_and_no_environment_of_the_developer(tree: Path, tmp_path: Path) -> None:
    start_up.set_up(tree, tmp_path / "caches")
    told = dict(line.split("=", 1) for line in (tree / "env-0").read_text().splitlines() if "=" in line)
    for name in ("TANGTHU_TOOLS", "UV_CACHE_DIR", "PIP_CACHE_DIR"):
        assert told[name].startswith(str(tmp_path / "caches"))
    assert f"-Dmaven.repo.local={tmp_path / 'caches'}" in told["MAVEN_OPTS"]
    assert "VIRTUAL_ENV" not in told


def test_a_set_up_that_fails_gives_no_figures(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAIL", "3")
    with pytest.raises(SystemExit, match="code 3"):
        start_up.set_up(tree, tmp_path / "caches")


def test_the_copied_tree_is_what_git_keeps_and_nothing_that_set_up_made(tmp_path: Path) -> None:
    start_up.copy_tree(tmp_path)
    assert (tmp_path / "deploy" / "setup.sh").stat().st_mode & 0o100
    assert (tmp_path / "pyproject.toml").read_bytes() == (start_up.ROOT / "pyproject.toml").read_bytes()
    assert not any((tmp_path / made).exists() for made in (".venv", "var", ".git"))


def test_the_table_has_a_line_for_each_part_of_each_stage() -> None:
    text = start_up.table({"warm_start": {"valkey": 0.1, "all": 20.0}, "setup_again": {"all": 1.25}})
    assert [line.split() for line in text.splitlines()] == [
        ["warm", "start"], ["valkey", "0.1", "s"], ["all", "20.0", "s"], ["setup", "again"], ["all", "1.2", "s"],
    ]  # fmt: skip


def test_every_benchmark_is_found_by_name_and_described_in_the_readme() -> None:
    readme = (start_up.ROOT / "benchmarks" / "README.md").read_text("utf-8")
    assert {"start-up", "whole-road"} <= set(bench.names())
    for name in bench.names():
        assert f"`{name.replace('-', '_')}`" in readme


def test_an_unknown_benchmark_names_those_there_are() -> None:
    with pytest.raises(PartError, match="whole-road"):
        bench.run("../whole_road")


def test_a_benchmark_that_fails_is_an_error_and_its_words_reach_the_screen(
    capfd: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(PartError, match="ended with code 2"):
        bench.run("whole-road", "--no-such-option")
    assert "--no-such-option" in capfd.readouterr().err


def test_the_destruction_is_measured_at_two_sizes() -> None:
    figures = bench.run("destruction", "--case-files", "2", "--times", "2")
    assert [figures[size]["case_files"] for size in ("small", "large")] == [2, 4]
    assert figures["met"] in (True, False)


def test_a_wide_hold_is_measured_with_all_its_steps() -> None:
    figures = bench.run("wide-hold", "--case-files", "60", "--found", "40", "--database", "sqlite")
    assert figures["sqlite"]["replayed_the_same"] and not figures["sqlite"]["scans_hold"]
    assert {"place", "lift", "place_on_agency", "place_on_fonds"} <= set(figures["sqlite"])


def test_the_pdf_route_is_also_measured_on_unsigned_papers_of_the_sample_world(tmp_path: Path) -> None:
    paths = pdf_route.of_the_world(tmp_path, 5)
    assert len(paths) == 5 == len({path.read_bytes() for path in paths})
    texts = []
    for path in paths:
        with pikepdf.open(path) as pdf:
            assert "/AcroForm" not in pdf.Root, "nobody signed it"
            assert "/Encrypt" not in pdf.trailer
        with pypdfium2.PdfDocument(path) as document:
            texts.append(document[0].get_textpage().get_text_bounded())
    assert all("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in text for text in texts)
