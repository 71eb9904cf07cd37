"""Commands of `search`: `tangthu search` and `tangthu index rebuild`."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from archive.cli import show, viewer_named
from archive.settings import ArchiveSettings
from archive.viewer import Viewer
from search.order import Order

DAY = ["%Y-%m-%d"]
Json = Annotated[bool, typer.Option("--json", help="Print facts as JSON.")]


def the_viewer(name: str, roles: list[str], accounts: Path | None = None) -> Viewer:
    """Return the viewer `--as NAME --role ROLE@AGENCY` stands for, or the account of that name.

    A name without a role that no accounts file knows finds nothing: whoever sits at the command line must say
    in whose place.

    Args:
        name: of the account.
        roles: as `archive.cli.viewer_named` reads them; when given, the accounts file is not looked into.
        accounts: JSON list of {"login", "roles": {agency: [role]}}, as `tangthu up` writes it.

    Raises:
        NotAllowedError: a role nobody knows.
    """
    if not roles and accounts is not None and accounts.exists():
        people = json.loads(accounts.read_text(encoding="utf-8"))
        held: dict[str, list[str]] = next((who["roles"] for who in people if who["login"] == name), {})
        roles = [f"{role}@{agency}" for agency, names in held.items() for role in names]
    return viewer_named(name, roles)


def _plain(markup: str) -> str:
    import html

    return html.unescape(re.sub(r"</?mark>", "", markup))


def _search(
    query: Annotated[str, typer.Argument(help="Words, codes, \"phrases\"; '' lists the newest.")],
    as_user: Annotated[str, typer.Option("--as", help="Account in whose place to search.")],
    role: Annotated[
        list[str] | None, typer.Option(help="ROLE@AGENCY or ROLE@* instead of the account's own; repeatable.")
    ] = None,
    page: int = 1,
    size: int = 20,
    agency: Annotated[list[str] | None, typer.Option(help="Only this agency; may be repeated.")] = None,
    year: Annotated[list[int] | None, typer.Option(help="Only this year; may be repeated.")] = None,
    kind: Annotated[list[str] | None, typer.Option("--type", help="Only this type of document.")] = None,
    since: Annotated[
        datetime | None, typer.Option("--from", formats=DAY, help="Dated on this day or later.")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option("--to", formats=DAY, help="Dated on this day or earlier.")
    ] = None,
    order: Annotated[Order, typer.Option("--sort", help="How hits are put in order.")] = Order.RELEVANCE,
    ids: Annotated[
        bool,
        typer.Option("--ids", help="Print the id of every case file found, one a line, and nothing else."),
    ] = False,
    as_json: Json = False,
) -> None:
    """Find records as this person would; shows nothing that person may not read."""
    from search.everything import every_case_file
    from search.query import Filters, search

    viewer = the_viewer(as_user, role or [], ArchiveSettings.load().data.parent / "accounts.json")
    if not viewer.roles:
        print(f"tangthu: {viewer.name} has no role here and finds nothing; see --help", file=sys.stderr)
    filters = Filters(
        agencies=tuple(agency or ()),
        years=tuple(year or ()),
        types=tuple(kind or ()),
        date_from=since.date().isoformat() if since else "",
        date_to=until.date().isoformat() if until else "",
    )
    if ids:
        found = sorted(every_case_file(query, viewer=viewer, filters=filters))
        show(found, as_json=as_json, text="\n".join(found))
        return
    results = search(query, viewer=viewer, filters=filters, page=page, size=size, order=order)
    lines = [f"{results.total} ({results.took_ms} ms, {results.engine or 'not asked'})"]
    for number, hit in enumerate(results.hits, start=(results.page - 1) * results.size + 1):
        lines.append(f"{number:4} {hit.code}  {hit.title}  [{hit.agency_name}, {hit.date}]")
        if hit.snippet_html:
            lines.append(f"     {_plain(hit.snippet_html)}")
    show(asdict(results), as_json=as_json, text="\n".join(lines))


def register(app: typer.Typer) -> None:
    """Add this folder's commands to `tangthu`."""
    app.command("search")(_search)
    index = typer.Typer(no_args_is_help=True, help="The search index.")
    app.add_typer(index, name="index")

    @index.command("rebuild")
    def rebuild(as_json: Json = False) -> None:
        """Fill the search index anew from the register and the packages."""
        from search.index import rebuild as fill

        rebuilt = fill()
        facts = {**asdict(rebuilt), "equal": rebuilt.equal}
        text = f"{rebuilt.documents} documents in {rebuilt.engine}, as of event {rebuilt.seq}"
        show(facts, as_json=as_json, text=text)

    @index.command("show")
    def describe(as_json: Json = False) -> None:
        """Say which engine is used, how many documents it has, and the hash over them."""
        from search.choice import open_engine
        from search.index import digest

        engine = open_engine()
        facts = {"engine": engine.name, "documents": engine.count(), "digest": digest(engine)}
        show(facts, as_json=as_json, text="{engine}: {documents} documents, {digest}".format(**facts))
