"""What a file's name tells of the document in it: a suggestion, for the official to mend.

`12_QĐ-UBND Về việc giao chỉ tiêu.pdf` gives number 12, notation QĐ-UBND, and the subject. How offices name files is
nobody's rule: what is not recognised is left to the subject.
"""

from __future__ import annotations

import re
import unicodedata

from archive.codes.load import table
from archive.vietnamese import plain

_NUMBERED = re.compile(
    r"^(?P<number>\d{1,6})[ _./-]*(?P<notation>[A-ZĐ]{1,6}(?:-[A-ZĐ0-9]{2,15})+)(?:[ _.-]+(?P<rest>.*))?$"
)
_LONGEST_SUBJECT = 500


def from_file_name(name: str) -> dict[str, str]:
    """Return the fields (TT 02/2019 short names) a file's name suggests."""
    stem = unicodedata.normalize("NFC", name).rpartition(".")[0] or name
    words = re.sub(r"[\s_]+", " ", stem).strip(" .-_")
    said: dict[str, str] = {}
    if found := _NUMBERED.match(stem.strip()):
        said = {"CodeNumber": found["number"], "CodeNotation": found["notation"]}
        words = re.sub(r"[\s_]+", " ", found["rest"] or "").strip(" .-_") or words
    said["Subject"] = words[:_LONGEST_SUBJECT]
    if kind := _type_of(words):
        said["TypeName"] = kind
    return said


def _type_of(words: str) -> str:
    """Return the type of document the words begin with; the longest that fits."""
    spoken = f"{plain(words)} "
    fitting = [
        entry.name for entry in table("type-name").entries if spoken.startswith(f"{plain(entry.name)} ")
    ]
    return max(fitting, key=len, default="")
