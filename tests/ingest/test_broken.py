"""One broken delivery for each rule of the catalogue: exactly that rule speaks, and it explains itself.

`broken/<CODE>/broken.py` says how a good delivery is broken: `broken()` returns a case file that goes down the whole
checking road, `found(road)` what another door finds. `ALSO` names what follows from it by necessity.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from ingest.checks.catalogue import explain, rules
from ingest.finding import Finding
from tests.samples.pki import Pki
from tests.samples.road import PLACES, Road, a_case

HERE = Path(__file__).parent / "broken"
LARGEST = 50 * 1024
# Consequences that may come beside a rule; the whole road lets in the draft's standing warning only.
DRAFT = {"PROFILE_DRAFT"}


def load(code: str) -> ModuleType:
    path = HERE / code / "broken.py"
    assert path.is_file(), f"rule {code} has no broken delivery: write {path.relative_to(HERE.parents[2])}"
    spec = importlib.util.spec_from_file_location(f"broken_{code}", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def findings_of(module: ModuleType, road: Road) -> list[Finding]:
    if hasattr(module, "broken"):
        return list(module.broken().judged(road).findings)
    return list(module.found(road))


def needs_service(code: str) -> bool:
    path = HERE / code / "broken.py"
    return path.is_file() and "\nSERVICE = True\n" in path.read_text("utf-8")


FAST = [code for code in sorted(rules()) if not needs_service(code)]


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Pki]:
    folder = tmp_path_factory.mktemp("road")
    return folder, Pki(folder / "pki", folder / "trust")


@pytest.fixture
def road(house: Path, workshop: tuple[Path, Pki], monkeypatch: pytest.MonkeyPatch) -> Iterator[Road]:
    folder, _ = workshop
    monkeypatch.setenv("TANGTHU_INGEST__TRUST_ROOTS", str(folder / "trust"))
    yield Road(*workshop)


@pytest.mark.parametrize("code", FAST)
def test_a_delivery_broken_in_one_way_gets_that_finding_alone(road: Road, code: str) -> None:
    module = load(code)
    found = findings_of(module, road)
    also = set(getattr(module, "ALSO", ()))
    told = [(one.code, one.place, dict(one.params)) for one in found]
    assert {one.code for one in found} == {code} | also, told
    if hasattr(module, "broken"):
        assert also <= DRAFT, "on the whole road nothing else may follow"
    for finding in found:
        for lang in ("vi", "en"):
            said = explain(finding, lang)  # type: ignore[arg-type]
            assert said.text and said.remedy and said.clause
            assert "{" not in said.text + said.remedy + said.clause


@pytest.mark.parametrize("profile", PLACES)
def test_the_delivery_that_is_broken_was_good(road: Road, profile: str) -> None:
    assert a_case(profile).judged(road).codes == (["PROFILE_DRAFT"] if profile == "ninh-binh" else [])
    if profile == "base":
        late = a_case().by_circular_05()
        assert late.judged(road).codes == late.ended("30/09/2025").judged(road).codes == []


def test_every_rule_has_a_broken_delivery_and_every_broken_delivery_a_rule() -> None:
    assert {path.parent.name for path in HERE.glob("*/broken.py")} == set(rules())


def test_no_broken_delivery_is_a_large_file() -> None:
    large = [path for path in HERE.rglob("*") if path.is_file() and path.stat().st_size > LARGEST]
    assert [path for path in large if "__pycache__" not in path.parts] == []
