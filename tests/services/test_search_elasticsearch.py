"""A real Elasticsearch node does what both engines must do, and what only it must do."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from search.choice import open_engine
from search.elasticsearch import ElasticsearchEngine
from search.errors import EngineDownError, SearchError
from search.index import digest
from search.settings import SearchSettings
from search.sqlite import SqliteEngine

sys.path.insert(0, str(Path(__file__).parents[1] / "search"))
from search_contract import ARCHIVIST, CASES, Case, a_record, found, results

pytestmark = pytest.mark.service


@pytest.fixture
def engine(elasticsearch_url: str, request: pytest.FixtureRequest) -> Iterator[ElasticsearchEngine]:
    prefix = f"t{abs(hash(request.node.nodeid)):x}"
    made = ElasticsearchEngine(SearchSettings(elasticsearch_url=elasticsearch_url, index_prefix=prefix))
    made.ensure()
    yield made
    made.drop()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_elasticsearch(case: Case, engine: ElasticsearchEngine) -> None:
    case(engine)


def test_both_engines_have_the_same_digest_of_the_same_documents(
    engine: ElasticsearchEngine, tmp_path: Path
) -> None:
    documents = [a_record(f"r{n}", f"Phí {n}", "lời văn", aliases=("a", "b")) for n in range(450)]
    other = SqliteEngine(tmp_path / "search.db")
    engine.index(documents)
    other.index(documents)
    assert digest(engine) == digest(other)
    other.index([a_record("r7", "Phí khác")])
    assert digest(engine) != digest(other)


def test_the_words_of_an_erased_case_file_are_in_no_file_of_the_node(
    engine: ElasticsearchEngine, elasticsearch_data: Path
) -> None:
    engine.index([a_record(f"k{n}", "Phí", "lời văn " * 50) for n in range(30)])
    engine.index([a_record("gone", "zqxtitlemark", "zqxbodymark và nhiều chữ khác", case_file_id="hs")])
    engine.client.indices.flush(index=f"{engine.alias}-*", force=True)
    assert files_with(elasticsearch_data, b"zqxtitlemark"), "the test must be able to see words in files"
    assert engine.erase("hs") == 1
    assert files_with(elasticsearch_data, b"zqxtitlemark") == []
    assert files_with(elasticsearch_data, b"zqxbodymark") == []
    assert engine.count() == 30


def files_with(folder: Path, word: bytes) -> list[str]:
    return [str(path) for path in folder.rglob("*") if path.is_file() and word in path.read_bytes()]


def test_a_second_engine_with_the_same_prefix_uses_the_same_index(engine: ElasticsearchEngine) -> None:
    engine.index([a_record("r", "Phí")])
    again = ElasticsearchEngine(engine.settings)
    assert again.count() == 1
    engine.refill([a_record("s", "Phí"), a_record("t", "Phí")])
    assert sorted(found(again, "phi")) == ["s", "t"]
    assert len(engine.client.indices.get(index=f"{engine.alias}-*")) == 1


def test_a_missing_index_is_made_again_with_our_mapping_and_never_guessed(
    engine: ElasticsearchEngine,
) -> None:
    engine.index([a_record("r", "Quyết định")])
    (name,) = engine.client.indices.get(index=f"{engine.alias}-*")
    engine.client.indices.delete(index=name)
    with pytest.raises(SearchError):
        engine.index([a_record("r", "Quyết định")])
    again = ElasticsearchEngine(engine.settings)
    again.index([a_record("r", "Quyết định")])
    assert found(again, "quyet dinh") == ["r"]


def test_an_index_of_another_version_asks_for_a_rebuild(engine: ElasticsearchEngine) -> None:
    engine.client.indices.put_mapping(index=engine.alias, meta={"version": 0})
    again = ElasticsearchEngine(engine.settings)
    with pytest.raises(SearchError, match="index rebuild"):
        again.count()
    again.refill([a_record("r", "Phí")])
    assert again.count() == 1


def test_a_node_that_does_not_answer_is_a_temporary_failure() -> None:
    engine = ElasticsearchEngine(
        SearchSettings(elasticsearch_url="http://127.0.0.1:1", request_timeout=2, index_prefix="x")
    )
    for ask in (
        lambda: engine.ensure(),
        lambda: engine.index([a_record("r", "Phí")]),
        lambda: engine.erase("hs"),
        lambda: engine.count(),
        lambda: list(engine.documents()),
        lambda: engine.refill([]),
        lambda: results(engine, "phi", ARCHIVIST),
    ):
        with pytest.raises(EngineDownError, match=r"127\.0\.0\.1:1"):
            ask()


def test_the_settings_choose_the_engine(elasticsearch_url: str) -> None:
    settings = SearchSettings(
        engine="elasticsearch", elasticsearch_url=elasticsearch_url, index_prefix="chosen"
    )
    engine = open_engine(settings)
    assert engine.name == "elasticsearch"
    assert open_engine(settings) is engine


def test_a_wrong_certificate_file_is_an_error_that_names_the_setting(tmp_path: Path) -> None:
    settings = SearchSettings(
        elasticsearch_url="https://127.0.0.1:1",
        elasticsearch_ca=tmp_path / "absent.pem",
        elasticsearch_api_key=SecretStr("a:b"),
    )
    with pytest.raises(SearchError, match="elasticsearch_ca"):
        ElasticsearchEngine(settings)
