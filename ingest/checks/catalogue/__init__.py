"""The rule catalogue: what each finding code means, in two languages, with its clause of law and its severity.

The data are the TOML files of this folder, one per source of rules; a table per code. Every text may hold `{param}`
names, which the finding must bring. The clause may too, since provinces say the same thing in different articles.

A case file whose work ended from 01/07/2025 is under another regime (R2), which repealed much of what is cited here.
Then `clause_r2` is told where the new text was read, at least in a digest. Where it was not, the old clause is told
with the words that it is applied by analogy, as our own rule: no article is invented.
"""

from __future__ import annotations

import string
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from archive.reason import Reason, told
from ingest.errors import IngestError
from ingest.finding import Finding, Severity

FOLDER = Path(__file__).parent
Lang = Literal["vi", "en"]
EARLY = ("TT 02/2019/TT-BNV", "TT 01/2019/TT-BNV", "NĐ 01/2013/NĐ-CP")
"""Texts of the Law on Archives 2011, which ended on 30/06/2025; of the last two the repealing clause was not read."""
LATE = ("TT 05/2025/TT-BNV", "NĐ 113/2025/NĐ-CP")
BY_ANALOGY = "(áp dụng tương tự cho hồ sơ kết thúc từ 01/7/2025, theo quy tắc của hệ thống)"


class CatalogueError(IngestError):
    """The catalogue is wrong, or a finding does not fit it; mend the TOML file or the rule that made the finding."""


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_min_length=1, str_strip_whitespace=True)
    severity: Severity
    clause: str
    clause_r2: str = Field(default="", min_length=0)
    text_vi: str
    text_en: str
    remedy_vi: str
    remedy_en: str
    checked_by: str | None = Field(default=None, description="module that makes the finding")


@dataclass(frozen=True)
class Rule:
    """One rule of the catalogue; texts still hold their `{param}` names.

    Attributes:
        clause_r2: for a case file of regime R2, when another text was read; "": `clause`, by analogy if it is repealed.
    """

    code: str
    severity: Severity
    clause: str
    text_vi: str
    text_en: str
    remedy_vi: str
    remedy_en: str
    checked_by: str = ""
    clause_r2: str = ""

    @property
    def params(self) -> frozenset[str]:
        """Return the names a finding of this rule must bring."""
        texts = (self.clause, self.clause_r2, self.text_vi, self.text_en, self.remedy_vi, self.remedy_en)
        return frozenset(name for text in texts for name in _names(text))


@dataclass(frozen=True)
class Explained:
    """A finding as a person reads it."""

    text: str
    remedy: str
    clause: str
    severity: Severity


def load(folder: Path) -> Mapping[str, Rule]:
    """Return every rule in the TOML files of `folder` by code.

    Raises:
        CatalogueError: an unknown or missing key, a code in two files, or a text that is no plain template.
    """
    rules: dict[str, Rule] = {}
    origin: dict[str, str] = {}
    for path in sorted(folder.glob("*.toml")):
        try:
            tables = tomllib.loads(path.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise CatalogueError(f"{path.name}: not TOML: {error}") from error
        for code, raw in tables.items():
            if code in rules:
                raise CatalogueError(f"{path.name}: {code} is already in {origin[code]}")
            rules[code] = _rule(path, code, raw)
            origin[code] = path.name
    return rules


def rules() -> Mapping[str, Rule]:
    """Return the whole catalogue by code."""
    return _own()


def rule(code: str) -> Rule:
    """Return the rule with this code.

    Raises:
        CatalogueError: no such rule.
    """
    found = _own().get(code)
    if found is None:
        raise CatalogueError(f"no rule {code!r} in the catalogue; add it to a TOML file in {FOLDER.name}/")
    return found


def explain(finding: Finding, lang: Lang = "vi") -> Explained:
    """Return the finding's text, remedy, clause and severity in Vietnamese (`vi`) or English (`en`).

    Raises:
        CatalogueError: unknown code, or a param the text needs is not in the finding.
    """
    found = rule(finding.code)
    missing = sorted(found.params - set(finding.params))
    if missing:
        raise CatalogueError(f"finding {finding.code} at {finding.place}: param {missing[0]!r} is not given")
    text, remedy = (found.text_vi, found.remedy_vi) if lang == "vi" else (found.text_en, found.remedy_en)
    shown = {
        name: told(value, lang) if isinstance(value, Reason) else value
        for name, value in finding.params.items()
    }
    return Explained(
        text.format_map(shown),
        remedy.format_map(shown),
        _late(found, shown) if finding.regime == "R2" else found.clause.format_map(shown),
        found.severity,
    )


def _late(found: Rule, shown: Mapping[str, str]) -> str:
    """Return the clause for a case file whose work ended from 01/07/2025."""
    if found.clause_r2:
        return found.clause_r2.format_map(shown)
    clause = found.clause.format_map(shown)
    late = any(name in clause for name in LATE)
    return clause if late or not any(name in clause for name in EARLY) else f"{clause} {BY_ANALOGY}"


def table() -> str:
    """Return the catalogue as a Markdown table: rule, where it is checked, severity, clause."""
    lines = ["| rule | checked by | severity | clause | clause from 01/07/2025 |", "|---|---|---|---|---|"]
    lines += [
        f"| {r.code} | {r.checked_by} | {r.severity} | {r.clause} | {r.clause_r2 or 'the same'} |"
        for _, r in sorted(_own().items())
    ]
    return "\n".join(lines) + "\n"


@cache
def _own() -> Mapping[str, Rule]:
    return load(FOLDER)


def _rule(path: Path, code: str, raw: object) -> Rule:
    try:
        entry = _Entry.model_validate(raw)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise CatalogueError(f"{path.name}: [{code}] {key}: {first['msg']}") from error
    made = Rule(
        code,
        entry.severity,
        entry.clause,
        entry.text_vi,
        entry.text_en,
        entry.remedy_vi,
        entry.remedy_en,
        entry.checked_by or path.stem,
        entry.clause_r2,
    )
    try:
        _ = made.params
    except ValueError as error:
        raise CatalogueError(f"{path.name}: [{code}]: {error}") from error
    return made


def _names(text: str) -> list[str]:
    names = []
    for _, name, spec, conversion in string.Formatter().parse(text):
        if name is None:
            continue
        # Only bare names: no attribute, index or format access into what a sender wrote.
        if not name.isidentifier() or spec or conversion:
            raise ValueError(f"{{{name}}} is not a plain param name")
        names.append(name)
    return names
