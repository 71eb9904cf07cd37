"""Elasticsearch: the only module that imports its client.

Readers and writers use an alias; a rebuild fills a new index and moves the alias in one step. Ids are the
register's, so putting a document twice is putting it once. A node that does not answer, or is too busy, is an
`EngineDownError`: whoever reads the ledger keeps his place and tries again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, TypeVar

from elasticsearch import (
    ApiError,
    BadRequestError,
    ConflictError,
    Elasticsearch,
    NotFoundError,
    TransportError,
)
from elasticsearch.helpers import BulkIndexError, streaming_bulk

from search import mapping
from search.document import IndexDocument
from search.errors import EngineDownError, NotErasedError, OutdatedIndexError, SearchError
from search.request import Found, Hits, Request
from search.settings import SearchSettings

Answer = TypeVar("Answer")
BUSY = frozenset({408, 429, 502, 503, 504})
CHUNK_BYTES = 10 * 2**20
EXPUNGE_SECONDS = 90


class ElasticsearchEngine:
    """The index on an Elasticsearch node or cluster."""

    name = "elasticsearch"
    erasing = "clear: deleted by query, segments merged so that no deleted document is left in them, flushed"

    def __init__(self, settings: SearchSettings) -> None:
        self.settings = settings
        self.alias = settings.index_prefix
        self._where = f"Elasticsearch at {settings.elasticsearch_url}"
        self._ready = False
        key = settings.elasticsearch_api_key.get_secret_value()
        password = settings.elasticsearch_password.get_secret_value()
        options: dict[str, Any] = {}
        if key:
            options["api_key"] = key
        elif settings.elasticsearch_user:
            options["basic_auth"] = (settings.elasticsearch_user, password)
        if settings.elasticsearch_ca:
            if not settings.elasticsearch_ca.is_file():
                raise SearchError(f"[search] elasticsearch_ca: there is no file {settings.elasticsearch_ca}")
            options["ca_certs"] = str(settings.elasticsearch_ca)
        try:
            self.client = Elasticsearch(
                settings.elasticsearch_url,
                request_timeout=settings.request_timeout,
                max_retries=0,
                retry_on_timeout=False,
                **options,
            )
        except (ValueError, OSError) as error:
            raise SearchError(f"[search] elasticsearch_url: {error}") from error

    def _ask(self, what: Callable[[], Answer]) -> Answer:
        try:
            return what()
        except TransportError as error:
            raise EngineDownError(self._where, str(error.message)) from error
        except BulkIndexError as error:
            first = next(iter(error.errors[0].values()))
            message = f"document {first.get('_id')}: {first.get('error')}"
            if first.get("status") in BUSY:
                raise EngineDownError(self._where, message) from error
            raise SearchError(f"{self._where} refused {message}") from error
        except ApiError as error:
            status = error.meta.status
            if status in BUSY:
                raise EngineDownError(self._where, f"HTTP {status}") from error
            if status in (401, 403):
                raise SearchError(
                    f"{self._where}: HTTP {status}, check the key or the user in [search]"
                ) from error
            cause = error.body["error"].get("root_cause", []) if isinstance(error.body, dict) else []
            reason = cause[0].get("reason", "") if cause else ""
            raise SearchError(f"{self._where}: HTTP {status} {error.message} {reason}") from error

    def _create(self, name: str, aliases: dict[str, Any]) -> None:
        self.client.indices.create(
            index=name,
            settings=mapping.index_settings(self.settings.elasticsearch_replicas, self.settings.max_text),
            mappings=mapping.MAPPINGS,
            aliases=aliases,
            wait_for_active_shards=1,
        )

    def ensure(self) -> None:
        """Make the index and its alias if they are not there."""
        if not self._ready:
            self._ask(self._ensure)
            self._ready = True

    def _ensure(self) -> None:
        if not self.client.indices.exists_alias(name=self.alias):
            # The same name for whoever comes first, so that two starting at once do not make two.
            try:
                self._create(f"{self.alias}-000001", {self.alias: {}})
            except BadRequestError as error:
                if error.error != "resource_already_exists_exception":
                    raise
        found = self.client.indices.get_mapping(index=self.alias)
        versions = {body["mappings"].get("_meta", {}).get("version") for body in found.values()}
        if versions != {mapping.VERSION}:
            raise OutdatedIndexError(
                f"{self._where}: index {self.alias} has another mapping version: run `tangthu index rebuild`"
            )

    def _actions(
        self, documents: Iterable[IndexDocument], into: str, alias: bool
    ) -> Iterator[dict[str, Any]]:
        for doc in documents:
            yield {
                "_op_type": "index",
                "_index": into,
                "_id": doc.id,
                **({"require_alias": True} if alias else {}),
                "_source": {**doc.facts(), **mapping.made_of(doc)},
            }

    def _bulk(self, documents: Iterable[IndexDocument], into: str, *, alias: bool) -> int:
        # A missing alias must be an error: the server would quietly make an index without our mapping.
        client = self.client.options(request_timeout=max(60.0, self.settings.request_timeout))
        actions = self._actions(documents, into, alias)
        done = sum(1 for _ in streaming_bulk(client, actions, max_chunk_bytes=CHUNK_BYTES))
        client.indices.refresh(index=into)
        return done

    def index(self, documents: Iterable[IndexDocument]) -> int:
        """Put documents in, replacing those with the same id."""
        self.ensure()
        return self._ask(lambda: self._bulk(documents, self.alias, alias=True))

    def replace(self, case_file_id: str, documents: Iterable[IndexDocument]) -> int:
        """Put a case file's documents in, then remove its others."""
        self.ensure()
        kept = list(documents)
        number = self._ask(lambda: self._bulk(kept, self.alias, alias=True)) if kept else 0
        others = {
            "bool": {
                "filter": [{"term": {"case_file_id": case_file_id}}],
                "must_not": [{"ids": {"values": [doc.id for doc in kept]}}],
            }
        }
        self._ask(lambda: self._delete(self.alias, others))
        return number

    def _delete(self, where: str, query: dict[str, Any]) -> int:
        client = self.client.options(request_timeout=max(120.0, self.settings.request_timeout))
        client.indices.refresh(index=where)  # an unrefreshed update makes delete by query conflict
        for attempt in range(3):
            try:
                answer = client.delete_by_query(index=where, query=query, refresh=True)
                return int(answer["deleted"])
            except ConflictError:
                if attempt == 2:
                    raise
                client.indices.refresh(index=where)
        return 0

    def refill(self, documents: Iterable[IndexDocument]) -> int:
        """Fill a new index and move the alias to it; readers see the old one until then."""
        name = f"{self.alias}-{datetime.now(UTC):%Y%m%d%H%M%S%f}"
        number = self._ask(lambda: self._refill(documents, name))
        self._ready = True
        return number

    def _refill(self, documents: Iterable[IndexDocument], name: str) -> int:
        self._create(name, {})
        try:
            number = self._bulk(documents, name, alias=False)
            old = [index for index in self.client.indices.get(index=f"{self.alias}-*") if index != name]
            moves: list[dict[str, Any]] = [{"remove_index": {"index": index}} for index in old]
            self.client.indices.update_aliases(
                actions=[*moves, {"add": {"index": name, "alias": self.alias}}]
            )
        except BaseException:
            with suppress(ApiError, TransportError):
                self.client.indices.delete(index=name)
            raise
        return number

    def erase(self, case_file_id: str) -> int:
        """Remove a case file's documents, and their words from the segments on disk."""
        return self.erase_many((case_file_id,)).get(case_file_id, 0)

    def erase_many(self, case_file_ids: Sequence[str]) -> dict[str, int]:
        """Remove case files' documents, and their words from the segments on disk."""
        self.ensure()
        # Every index of ours: a rebuild may be filling one that has no alias yet.
        everywhere = f"{self.alias}-*"
        number = self._ask(lambda: self._count_of(everywhere, case_file_ids))
        self._ask(lambda: self._delete(everywhere, _of(case_file_ids)))
        self._ask(lambda: self._expunge(everywhere))
        return number

    def count_of(self, case_file_ids: Sequence[str]) -> dict[str, int]:
        """Return the number of documents of each of these that has any."""
        self.ensure()
        return self._ask(lambda: self._count_of(self.alias, case_file_ids))

    def _count_of(self, where: str, case_file_ids: Sequence[str]) -> dict[str, int]:
        self.client.indices.refresh(index=where)
        answer = self.client.search(
            index=where,
            size=0,
            query=_of(case_file_ids),
            aggs={"each": {"terms": {"field": "case_file_id", "size": max(1, len(case_file_ids))}}},
        )
        return {one["key"]: one["doc_count"] for one in answer["aggregations"]["each"]["buckets"]}

    def _expunge(self, where: str) -> None:
        client = self.client.options(request_timeout=max(300.0, self.settings.request_timeout))
        deadline = time.monotonic() + EXPUNGE_SECONDS
        while True:
            # The server keeps deleted documents for lagging replicas until a lease moves on, which it does
            # every 30 s and no setting changes. Only then may a merge drop them; and only the next commit
            # lets go of the old segments' files and the translog.
            client.indices.flush(index=where, force=True, wait_if_ongoing=True)
            client.indices.forcemerge(index=where, only_expunge_deletes=True)
            client.indices.flush(index=where, force=True, wait_if_ongoing=True)
            client.indices.refresh(index=where)
            left = client.indices.stats(index=where, metric="docs")["_all"]["total"]["docs"]["deleted"]
            if not left:
                return
            if time.monotonic() > deadline:
                raise NotErasedError(
                    f"{self._where}: {left} deleted documents are still in segments; erase again"
                )
            time.sleep(1)

    def count(self, case_file_id: str | None = None) -> int:
        """Return the number of documents, of one case file or of all."""
        self.ensure()
        query = {"match_all": {}} if case_file_id is None else {"term": {"case_file_id": case_file_id}}
        return self._ask(lambda: int(self.client.count(index=self.alias, query=query)["count"]))

    def search(self, request: Request) -> Hits:
        """Return what matches and may be seen."""
        self.ensure()
        return self._ask(lambda: self._search(request))

    def _search(self, request: Request) -> Hits:
        options: dict[str, Any] = {}
        if request.units:
            options["highlight"] = mapping.highlight(request.units)
        answer = self.client.search(
            index=self.alias,
            query=mapping.query(request),
            sort=mapping.sort(request),
            aggs=mapping.aggregations(),
            from_=request.offset,
            size=request.size,
            track_total_hits=True,
            track_scores=True,
            source_excludes=["text"],
            **options,
        )
        facets = {
            name: {
                str(bucket["key"]): bucket["doc_count"] for bucket in body["buckets"] if bucket["key"] != ""
            }
            for name, body in answer["aggregations"].items()
        }
        found = tuple(_found(hit) for hit in answer["hits"]["hits"])
        return Hits(int(answer["hits"]["total"]["value"]), found, facets)

    def case_files(self, request: Request) -> Iterator[str]:
        """Yield the ids of all case files a request finds something of, each once."""
        self.ensure()
        query, after = mapping.query(request), None
        while True:
            # A composite aggregation gives each id once, in order, however many there are.
            source: dict[str, Any] = {
                "size": 10_000,
                "sources": [{"id": {"terms": {"field": "case_file_id"}}}],
                **({"after": after} if after else {}),
            }
            answer = self._ask(
                lambda composite=source: self.client.search(  # type: ignore[misc]
                    index=self.alias, query=query, size=0, aggs={"each": {"composite": composite}}
                )
            )
            each = answer["aggregations"]["each"]
            yield from (bucket["key"]["id"] for bucket in each["buckets"])
            after = each.get("after_key")
            if after is None:
                return

    def documents(self) -> Iterator[IndexDocument]:
        """Yield everything in the index, by id."""
        self.ensure()
        after: list[Any] | None = None
        while True:
            page = self._ask(lambda after=after: self._page(after))  # type: ignore[misc]
            yield from (IndexDocument.of(hit["_source"]) for hit in page)
            if not page:
                return
            after = page[-1]["sort"]

    def _page(self, after: list[Any] | None) -> list[dict[str, Any]]:
        answer = self.client.search(
            index=self.alias, query={"match_all": {}}, sort=[{"id": "asc"}], size=200, search_after=after
        )
        return list(answer["hits"]["hits"])

    def reset(self) -> None:
        """Empty the index."""
        self.refill(())

    def drop(self) -> None:
        """Remove every index of this prefix from the server."""

        def _drop() -> None:
            for name in list(self.client.indices.get(index=f"{self.alias}-*")):
                with suppress(NotFoundError):
                    self.client.indices.delete(index=name)

        self._ask(_drop)
        self._ready = False


def _of(case_file_ids: Sequence[str]) -> dict[str, Any]:
    return {"terms": {"case_file_id": list(case_file_ids)}}


def _found(hit: dict[str, Any]) -> Found:
    doc = IndexDocument.of(hit["_source"])
    marked = hit.get("highlight", {})
    title = marked.get("title", [doc.title])[0]
    pieces = [" ".join(piece.split()) for piece in marked.get("text", [])]
    snippet = "… " + " … ".join(pieces) + " …" if pieces else ""
    return Found(doc, float(hit["_score"] or 0.0), title, snippet)
