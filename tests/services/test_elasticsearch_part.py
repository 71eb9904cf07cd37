"""`tangthu up --search elasticsearch` starts a real node as one of its parts; what is indexed through it is found."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from operations.parts import embedded
from search.choice import open_engine
from search.elasticsearch import ElasticsearchEngine
from tests.services.conftest import RunningNode
from tests.services.processes import processes_of

sys.path.insert(0, str(Path(__file__).parents[1] / "search"))
from search_contract import LANG_SON, a_record, found, results

pytestmark = pytest.mark.service


def asked_for(house: Path, monkeypatch: pytest.MonkeyPatch, **settings: str) -> list[str]:
    """Return the names of the parts when this is set."""
    monkeypatch.setenv("TANGTHU_OPERATIONS__HOME", str(house))
    for name, value in settings.items():
        monkeypatch.setenv(f"TANGTHU_SEARCH__{name.upper()}", value)
    return [part.name for part in embedded()]


def test_the_house_has_a_node_when_it_is_asked_for_and_none_otherwise(
    house: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = asked_for(house, monkeypatch)
    assert "elastic" not in plain
    asked = asked_for(house, monkeypatch, engine="elasticsearch")
    assert [name for name in asked if name != "elastic"] == plain
    assert asked.index("elastic") < asked.index("worker"), "it answers before anything is indexed"
    assert asked_for(house, monkeypatch, engine="elasticsearch", embedded="false") == plain


@pytest.mark.timeout(400)
def test_the_supervisor_starts_the_part_and_what_is_indexed_is_found(
    house: Path, elasticsearch_node: RunningNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TANGTHU_SEARCH__ENGINE", "elasticsearch")
    monkeypatch.setenv("TANGTHU_SEARCH__ELASTICSEARCH_URL", elasticsearch_node.url)
    monkeypatch.setenv("TANGTHU_SEARCH__INDEX_PREFIX", "part")
    if elasticsearch_node.part is not None:
        assert elasticsearch_node.part.name == "elastic"
        assert elasticsearch_node.seconds > 0
        assert len(processes_of(elasticsearch_node.data.parent)) >= 3  # the command, the launcher, the server
    engine = open_engine()
    assert isinstance(engine, ElasticsearchEngine)
    engine.ensure()
    try:
        engine.index(
            [
                a_record("lang-son", "Ban hành Quy chế", code="31/2020/QĐ-UBND", agency=LANG_SON),
                a_record(
                    "cites",
                    "Thực hiện Quyết định 31/2020/QĐ-UBND",
                    "31/2020/QĐ-UBND " * 9,
                    code="8/2021/CT-UBND",
                ),
                a_record("other", "Quyết định về phí", code="131/2020/QĐ-UBND"),
            ]
        )
        assert found(engine, "quyet dinh 31/2020")[0] == "lang-son"
        assert results(engine, "quyet dinh 31/2020").hits[0].code == "31/2020/QĐ-UBND"
    finally:
        engine.drop()
