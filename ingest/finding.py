"""A finding is data: a rule code, a place, and what was seen there.

Text, remedy and clause (vi and en) and the severity live in the rule catalogue (`ingest.checks.catalogue`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from archive.reason import Reason


class Severity(StrEnum):
    """What a finding does to the submission."""

    BLOCKING = "blocking"  # refused whole: secret, virus, not ours
    ERROR = "error"  # returned to be mended
    WARNING = "warning"  # an archivist may accept with it


@dataclass(frozen=True, order=True)
class Finding:
    """One thing wrong.

    Attributes:
        code: of the rule, e.g. `V04`, `NB.FILE_NAME`.
        place: what the reader can point at: a file name, or `document 3 / IssuedDate`.
        params: values for the catalogue's text, as they should be shown; a reason is told in the reader's language.
        document: ordinal of the document it is about; 0 for the case file itself.
        regime: whose clause is told: R1 or R2 (`ingest.checks.regime`); "" when it is not known yet, told as R1.
    """

    code: str
    place: str
    params: Mapping[str, str | Reason] = field(default_factory=dict, compare=False)
    document: int = 0
    regime: str = field(default="", compare=False)
