"""How the ledger's events about a disposal list are told: words for the codes of its steps, the code kept beside."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from portal.browser.disposal.procedure.forms import CHOICES, SEATS, STEPS
from portal.i18n import _
from portal.workflows import DISPOSAL_LIST

TABLES: dict[tuple[str, str], Mapping[str, Any]] = {
    ("step", "id"): STEPS,
    ("step", "state"): DISPOSAL_LIST.states,
    ("step", "verdict"): {"for": _("Agrees with the list"), "against": _("Is against the list")},
    ("step", "choice"): CHOICES,
    ("step", "fate"): {"keep": _("Kept in the other case file"), "let-go": _("Goes with its case file")},
    ("factors", "first"): {
        "password": _("the password, at the portal"),
        "command-line": _("none, at the command line"),
    },
    ("factors", "second"): {"totp": _("one-time code of an authenticator")},
    ("", "why"): {"expired": _("Expired"), "duplicate": _("Duplicates")},
}
"""(What it stands in, name of a value) -> code -> words."""
_COUNTS = re.compile(r"done (\d+), held (\d+), refused (\d+)")


def words_for(above: str, key: str, value: Any) -> Any:
    """Return the words for a code of a step, as a message; None when it has none."""
    if key == "choice" and above not in ("step", ""):  # of one case file, in a conclusion
        return CHOICES.get(str(value))
    table = TABLES.get((above, key))
    return table.get(str(value)) if table else None


def counts_told(key: str, text: str) -> Any:
    """Return how a destruction ended, as a message; None for any other text."""
    found = _COUNTS.fullmatch(text) if key == "detail" else None
    if found is None:
        return None
    numbers = dict(zip(("done", "held", "refused"), found.groups(), strict=True))
    return _("${done} destroyed, ${held} held, ${refused} spared by the vault", mapping=numbers)


Row = tuple[str, str, str]
"""Label, value, code beside it."""


def rows_of(
    key: str,
    values: Sequence[Any],
    *,
    person: Callable[[str], str],
    file: Callable[[str], str],
    day: Callable[[str], str],
    t: Callable[[Any], str],
) -> Iterator[Row] | None:
    """Return the rows of a list that stands in an event as bare values; None when it is no such list.

    Args:
        key: its name.
        values: as the event has them.
        person: account -> name.
        file: id of a case file -> its code.
        day: ISO text -> day.
        t: turns a message into the reader's language.
    """
    if not all(isinstance(one, Sequence) and not isinstance(one, str) for one in values):
        return None
    if key == "members":
        return (
            (person(str(one[0])), t(SEATS.get(str(one[1]), str(one[1]))), " · ".join(map(str, one[:2])))
            for one in values
        )
    if key == "links":
        return (
            (
                file(str(one[0])),
                t(
                    _(
                        "document ${number}, linked to ${code}",
                        mapping={"number": one[1], "code": file(str(one[2]))},
                    )
                ),
                "",
            )
            for one in values
        )
    if key == "case_files":
        return ((file(str(one[0])), day(str(one[1])) if len(one) > 1 else "", "") for one in values)
    return None
