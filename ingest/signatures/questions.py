"""A question for revocation data, as it goes from where files are read to where may be asked. Pure."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True)
class Wanted:
    """One question.

    Attributes:
        kind: ocsp or crl.
        url: where; http or https.
        request: what is posted there, in base64; "" of a list, which is only fetched.
        about: subject of the certificate it is about.
    """

    kind: str
    url: str
    request: str
    about: str

    @property
    def key(self) -> str:
        """Return what tells this question from every other."""
        return hashlib.sha256(f"{self.kind} {self.url} {self.request}".encode()).hexdigest()
