"""Find every message id of the portal: in templates, in Python, in profile XML.

`python -m portal.locales.extract` prints those that a language lacks and those nobody uses any more.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from lxml import etree

HERE = Path(__file__).parent
PORTAL = HERE.parent
I18N = "{http://xml.zope.org/namespaces/i18n}"
DOMAIN = "tangthu"
PREFIXES = " ".join(
    f'xmlns:{name}="http://xml.zope.org/namespaces/{name}"' for name in ("tal", "metal", "i18n")
)
CALL = re.compile(r"view\.t\('((?:[^'\\]|\\.)*)'\)")


def in_templates() -> Iterator[str]:
    """Yield what templates ask to be translated, and texts handed to `view.t(...)`."""
    for path in sorted(PORTAL.rglob("*.pt")):
        text = path.read_text("utf-8")
        yield from (found.replace("\\'", "'") for found in CALL.findall(text))
        # Some templates begin with a metal: tag and leave its prefix to the template engine.
        root = etree.fromstring(f"<all {PREFIXES}>{text}</all>")
        for node in root.iter(etree.Element):
            if node.get(f"{I18N}translate") is not None:
                yield " ".join("".join(node.itertext()).split())
            for name in (node.get(f"{I18N}attributes") or "").split(";"):
                if name.strip():
                    yield str(node.get(name.strip()))


def in_python() -> Iterator[str]:
    """Yield the first argument of every `_("...")`."""
    for path in sorted(PORTAL.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            named = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_"
            if named and node.args and isinstance(node.args[0], ast.Constant):
                yield str(node.args[0].value)


def in_profiles() -> Iterator[str]:
    """Yield titles of types, actions, workflow states in our domain."""
    for path in sorted((PORTAL / "profiles").rglob("*.xml")):
        root = etree.parse(path).getroot()
        for node in root.iter(etree.Element):
            domain = next(
                (a.get(f"{I18N}domain") for a in (node, *node.iterancestors()) if a.get(f"{I18N}domain")), ""
            )
            if domain != DOMAIN:
                continue
            if node.get(f"{I18N}translate") is not None and node.text:
                yield node.text.strip()
            for name in (node.get(f"{I18N}attributes") or "").split(";"):
                if name.strip() and node.get(name.strip()):
                    yield str(node.get(name.strip()))


def wanted() -> set[str]:
    """Return every message id."""
    found = {*in_templates(), *in_python(), *in_profiles()}
    return {message for message in found if message.strip() and message.strip() != "${DYNAMIC_CONTENT}"}


def translated(language: str) -> dict[str, str]:
    """Return message id -> translation of one language."""
    entries: dict[str, str] = {}
    path = HERE / language / "LC_MESSAGES" / f"{DOMAIN}.po"
    for block in path.read_text("utf-8").split("\n\n"):
        found = re.search(r'^msgid (".*?")\nmsgstr (".*?")\s*$', block, re.S | re.M)
        if found:
            msgid, msgstr = (
                "".join(ast.literal_eval(line) for line in part.split("\n")) for part in found.groups()
            )
            entries[msgid] = msgstr
    entries.pop("", None)
    return entries


def main() -> int:
    """Print what is missing and what is left over; 0 when nothing is."""
    ids = wanted()
    faults = 0
    for language in ("vi", "en"):
        have = translated(language)
        for message in sorted(ids - {key for key, value in have.items() if value}):
            print(f"{language} lacks: {message}")
            faults += 1
        for message in sorted(set(have) - ids):
            print(f"{language} does not need: {message}")
            faults += 1
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
