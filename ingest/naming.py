"""Names that follow from a submission; `archive.naming` has the others."""

from __future__ import annotations

import hashlib
from uuid import UUID, uuid5


def case_file_id_of(submission_id: str) -> str:
    """Return the id of the case file a submission becomes, known before it is stored."""
    return str(uuid5(UUID(submission_id), "case-file"))


def assigned_file_code(agency: str, year: int, submission_id: str) -> str:
    """Return a file code of ours for a case file that came without one, where its regulation knows none.

    Agency, year, notation (TT 01/2019/TT-BNV Điều 16.3); the notation is ours: `LT` and a piece of the submission's
    hash, so that a step that runs again gives the same code.
    """
    return f"{agency}.{year:04d}.LT-{hashlib.sha256(submission_id.encode()).hexdigest()[:8]}"
