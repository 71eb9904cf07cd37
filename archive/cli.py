"""The `tangthu` command. Each folder adds its commands by entry point (`tangthu.commands`).

Every command takes `--json` where it prints facts, and exits 0 only when all is well.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from importlib.metadata import entry_points
from typing import Any

import typer
from sqlalchemy.exc import OperationalError, ProgrammingError
from typer._click.exceptions import ClickException

from archive.errors import NotAllowedError, TangThuError
from archive.settings import config_path
from archive.usage_errors import tell
from archive.viewer import Role, Viewer

_CALLED = re.compile(r"([^<>]+?)\s*<([^<>]+)>")
"""A full name and the account behind it."""
app = typer.Typer(
    name="tangthu",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    help="Tàng Thư: kho lưu trữ số của tỉnh. The electronic records archive of a province.",
)


def show(facts: Any, *, as_json: bool, text: str = "") -> None:
    """Print facts as JSON, or as the given text for people."""
    print(json.dumps(facts, ensure_ascii=False, indent=2, default=str) if as_json else text or facts)


def show_each(
    facts: Iterable[Mapping[str, Any]],
    *,
    as_json: bool,
    line: Callable[[Mapping[str, Any]], str],
    nothing: str,
) -> None:
    """Print a list as it comes, a line each for people or one JSON list; never held as a whole."""
    count = 0
    for one in facts:
        if as_json:
            print(
                "[" if not count else ",",
                json.dumps(one, ensure_ascii=False, indent=2, default=str),
                sep="\n",
            )
        else:
            print(line(one))
        count += 1
    if as_json:
        print("]" if count else "[]")
    elif not count:
        print(nothing)


def viewer_named(name: str, roles: list[str]) -> Viewer:
    """Return the viewer `--as NAME --role ROLE@AGENCY ...` stands for; NAME may be "Full name <account>".

    Raises:
        NotAllowedError: a role that does not exist, or one without an agency.
    """
    held: dict[str, frozenset[Role]] = {}
    for text in roles:
        role, at, agency = text.partition("@")
        if not at or not agency or role not in {known.value for known in Role}:
            known_roles = ", ".join(known.value for known in Role)
            raise NotAllowedError(f"--role {text}: write ROLE@AGENCY or ROLE@*; roles are {known_roles}")
        held[agency] = held.get(agency, frozenset()) | {Role(role)}
    called = _CALLED.fullmatch(name)
    return Viewer(called[2].strip(), held, called[1].strip()) if called else Viewer(name, held)


def load() -> typer.Typer:
    """Return the app with every installed folder's commands."""
    for point in sorted(entry_points(group="tangthu.commands"), key=lambda point: point.name):
        register: Callable[[typer.Typer], None] = point.load()
        register(app)
    return app


def main() -> None:
    """Run the command line and end with its exit status.

    An error of ours, a wrong command line, or a register that is not there, is told on stderr; exit 2.
    """
    try:
        said = load()(prog_name="tangthu", standalone_mode=False)
        sys.exit(said if isinstance(said, int) else 0)
    except ClickException as error:
        sys.exit(tell(error))
    except typer.Abort:
        sys.exit(1)
    except TangThuError as error:
        print(f"tangthu: {error}", file=sys.stderr)
        sys.exit(2)
    except (OperationalError, ProgrammingError) as error:
        # The commonest reason: the command stands in another folder than the house.
        print(
            f"tangthu: the register cannot be read: {error.orig}. Is there an archive here? The settings are "
            f"{config_path()}{'' if config_path().exists() else ', which does not exist'}; `tangthu up` makes a "
            "house, TANGTHU_CONFIG names the settings of another one",
            file=sys.stderr,
        )
        sys.exit(2)
