"""Commands of `search`: `tangthu search` and `tangthu index rebuild`."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from archive.cli import show
from archive.errors import SettingsError
from archive.settings import ArchiveSettings
from archive.viewer import ALL_AGENCIES, Role, Viewer

Json = Annotated[bool, typer.Option("--json", help="Print facts as JSON.")]


def viewer_named(text: str, accounts: Path | None = None) -> Viewer:
    """Return the viewer that `--as` names: `name=role@agency,role`, or a name of the accounts file.

    A role without an agency holds everywhere. A name alone that no accounts file knows has no role, and so
    finds nothing: whoever sits at the command line must say in whose place.

    Args:
        text: e.g. `docgia`, `docgia=researcher`, `canbo=official@000.00.00.H37`.
        accounts: JSON list of {"login", "roles": {agency: [role]}}, as `tangthu up` writes it.

    Raises:
        SettingsError: a role nobody knows.
    """
    name, _, told = text.partition("=")
    held: dict[str, set[Role]] = {}
    pairs = [[*part.split("@", 1), ALL_AGENCIES][:2] for part in told.split(",") if part.strip()]
    if not told and accounts is not None and accounts.exists():
        people = json.loads(accounts.read_text(encoding="utf-8"))
        roles: dict[str, list[str]] = next((who["roles"] for who in people if who["login"] == name), {})
        pairs = [[role, agency] for agency, names in roles.items() for role in names]
    for role, agency in pairs:
        try:
            held.setdefault(agency.strip(), set()).add(Role(role.strip()))
        except ValueError as error:
            known = ", ".join(each.value for each in Role)
            raise SettingsError(f"--as {text}: no role {role!r}; roles: {known}") from error
    return Viewer(name, {agency: frozenset(roles) for agency, roles in held.items()})


def _plain(markup: str) -> str:
    import html

    return html.unescape(re.sub(r"</?mark>", "", markup))


def _search(
    query: Annotated[str, typer.Argument(help="Words, codes, \"phrases\"; '' lists the newest.")],
    as_user: Annotated[
        str, typer.Option("--as", help="In whose place: NAME, or NAME=ROLE[@AGENCY],... e.g. an=researcher")
    ],
    page: int = 1,
    size: int = 20,
    agency: Annotated[list[str] | None, typer.Option(help="Only this agency; may be repeated.")] = None,
    year: Annotated[list[int] | None, typer.Option(help="Only this year; may be repeated.")] = None,
    kind: Annotated[list[str] | None, typer.Option("--type", help="Only this type of document.")] = None,
    as_json: Json = False,
) -> None:
    """Find records as this person would; shows nothing that person may not read."""
    from search.query import Filters, search

    viewer = viewer_named(as_user, ArchiveSettings.load().data.parent / "accounts.json")
    if not viewer.roles:
        print(f"tangthu: {viewer.name} has no role here and finds nothing; see --help", file=sys.stderr)
    filters = Filters(agencies=tuple(agency or ()), years=tuple(year or ()), types=tuple(kind or ()))
    results = search(query, viewer=viewer, filters=filters, page=page, size=size)
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
        from search.engine import open_engine
        from search.index import digest

        engine = open_engine()
        facts = {"engine": engine.name, "documents": engine.count(), "digest": digest(engine)}
        show(facts, as_json=as_json, text="{engine}: {documents} documents, {digest}".format(**facts))
