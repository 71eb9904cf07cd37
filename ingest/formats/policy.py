"""The format policy: what becomes of a file, decided by its PRONOM identifier, for a regulation and an agency.

`policy.toml` is ours; a deployment's own file (setting `format_policy`) is laid over it. What no rule names is refused.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from archive.codes.identifiers import is_agency_code
from archive.errors import SettingsError
from ingest.delivery import FileFacts
from ingest.formats.flavour import FLAVOUR, TARGETS
from ingest.formats.identify import UNKNOWN_PUID
from ingest.profiles.load import profiles

BASE = Path(__file__).with_name("policy.toml")
Action = Literal["keep", "convert", "refuse"]
Tool = Literal["", "pdf", "libreoffice", "page", "mail", "picture"]
Puid = Annotated[str, Field(pattern=r"^(x-)?fmt/[0-9]+$")]


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Rule(_Table):
    """What becomes of the files of some PRONOM identifiers.

    Attributes:
        tool: which route converts them; empty unless `action` is "convert".
        unversioned: media type of files it also speaks of when PRONOM cannot tell their version.
        clause: the rule of law, or that it is the archive's own.
    """

    name: str
    title: str
    puids: tuple[Puid, ...] = Field(min_length=1)
    action: Action
    tool: Tool = ""
    why_vi: str
    why_en: str
    clause: str
    unversioned: str = ""

    @property
    def told(self) -> str:
        """Return what it says of a file, and on what that rests."""
        return f"{self.title}: {self.why_en} / {self.why_vi} ({self.clause})"

    @model_validator(mode="after")
    def _tool_fits(self) -> Self:
        if (self.action == "convert") != bool(self.tool):
            raise ValueError(f"rule {self.name}: a tool belongs to `convert`, and only to it")
        return self


class Layer(_Table):
    """Rules and target of one regulation or one agency."""

    target: str = ""
    rule: tuple[Rule, ...] = ()

    @field_validator("target")
    @classmethod
    def _is_known(cls, value: str) -> str:
        if value and value not in TARGETS:
            raise ValueError(f"target {value}: choose one of {', '.join(TARGETS)}")
        return value


class PolicyFile(Layer):
    """A policy file as it is written. A table for a name nobody bears would never hold, unnoticed: it is refused."""

    profile: Mapping[str, Layer] = Field(default_factory=dict)
    agency: Mapping[str, Layer] = Field(default_factory=dict)

    @field_validator("profile")
    @classmethod
    def _profiles_are_known(cls, value: Mapping[str, Layer]) -> Mapping[str, Layer]:
        for name in value:
            if name not in profiles():
                raise ValueError(f"profile {name}: no such profile; known: {', '.join(sorted(profiles()))}")
        return value

    @field_validator("agency")
    @classmethod
    def _agencies_have_codes(cls, value: Mapping[str, Layer]) -> Mapping[str, Layer]:
        for code in value:
            if not is_agency_code(code):
                raise ValueError(f"agency {code}: not an agency code such as 000.00.01.H37 or H37.02.02")
        return value


@dataclass(frozen=True)
class Policy:
    """The policy that holds for one agency.

    Attributes:
        target: PDF/A flavour to be made, a key of `flavour.TARGETS`.
    """

    target: str
    by_puid: Mapping[str, Rule]
    unversioned: Mapping[str, Rule]

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Return the rules that speak of anything, each once, in the order written."""
        return tuple({id(rule): rule for rule in self.by_puid.values()}.values())

    def rule_for(self, facts: FileFacts) -> Rule | None:
        """Return the rule for a file; None: nothing is said of its format, so it is refused."""
        if facts.puid == UNKNOWN_PUID:
            return self.unversioned.get(facts.media_type)
        return self.by_puid.get(facts.puid)


def load(path: Path) -> PolicyFile:
    """Read a policy file.

    Raises:
        SettingsError: it is missing, no TOML, or says something unknown.
    """
    try:
        return PolicyFile.model_validate(tomllib.loads(path.read_text("utf-8")))
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read ({error}); mend `format_policy` of [ingest]") from error
    except (tomllib.TOMLDecodeError, ValidationError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: not a format policy: {error}") from error


def policy_for(profile: str = "", agency: str = "", *, own: Path | None = None) -> Policy:
    """Return what holds for an agency: ours, the deployment's, its regulation's, its own; the later wins.

    Args:
        profile: the province profile the agency is under; "" for none.
        own: the deployment's file.

    Raises:
        SettingsError: as `load`.
    """
    return _policy(profile, agency, own, own.stat().st_mtime_ns if own is not None and own.exists() else 0)


@lru_cache(maxsize=256)
def _policy(profile: str, agency: str, own: Path | None, _: int) -> Policy:
    files = [load(BASE), *([load(own)] if own is not None else [])]
    layers: list[Layer] = [
        *files,
        *(file.profile[profile] for file in files if profile in file.profile),
        *(file.agency[agency] for file in files if agency in file.agency),
    ]
    target, by_puid, unversioned = FLAVOUR, dict[str, Rule](), dict[str, Rule]()
    for layer in layers:
        target = layer.target or target
        for rule in layer.rule:
            by_puid |= dict.fromkeys(rule.puids, rule)
            if rule.unversioned:
                unversioned[rule.unversioned] = rule
    return Policy(target, by_puid, unversioned)
