"""What can be set for seals."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, Self

from pydantic import BaseModel, ConfigDict, model_validator

from archive.settings import Section
from archive.viewer import ALL_AGENCIES


class KeySettings(BaseModel):
    """One seal.

    Attributes:
        agency: whose it is, by code; "*" for the seal of whoever has none of its own here.
        pkcs12: key and certificate chain, readable by their owner alone.
        passphrase_file: what opens it, readable by its owner alone.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    agency: str = ALL_AGENCIES
    pkcs12: Path
    passphrase_file: Path


class SealSettings(Section):
    """The table [seal] of `tangthu.toml`.

    Attributes:
        keys: the agencies' digital seals; none embedded.
        trust: file or folder with the roots (`.pem .crt .cer`) and revocation lists (`.crl`) seals are judged by.
        destroyer: code of the agency that carries destructions out, "" when each does it itself.
    """

    table: ClassVar[str] = "seal"
    keys: tuple[KeySettings, ...] = ()
    trust: Path | None = None
    destroyer: str = ""

    @model_validator(mode="after")
    def _somebody_vouches(self) -> Self:
        """Refuse keys without roots, and two keys for one agency."""
        if self.keys and self.trust is None:
            raise ValueError("keys need trust: the certificates that vouch for them")
        agencies = [key.agency for key in self.keys]
        if len(set(agencies)) < len(agencies):
            raise ValueError("keys: one agency has two seals; name one")
        return self

    def key_of(self, agency_code: str) -> KeySettings | None:
        """Return the seal of an agency: its own, or the one for all; None when neither is set."""
        by_agency = {key.agency: key for key in self.keys}
        return by_agency.get(agency_code) or by_agency.get(ALL_AGENCIES)
