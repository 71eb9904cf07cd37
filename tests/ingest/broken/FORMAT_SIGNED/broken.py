"""A signed letter and no PDF."""

from __future__ import annotations

from pathlib import Path

import pdf_builders as make
import trap_builders as trap

from tests.samples.road import ACase, a_case, from_


def _letter(path: Path) -> None:
    make.letter(path)
    trap.adding(path, _xmlsignatures__sig1_DOT_xml=b'<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"/>')


def broken() -> ACase:
    return a_case("lang-son").files(("a.docx", from_(_letter)))
