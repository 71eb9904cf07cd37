"""A PDF under a password."""

from __future__ import annotations

from pathlib import Path

import pikepdf

from tests.samples.road import ACase, Doc, Road, a_case, plain


def _locked(road: Road, doc: Doc, target: Path) -> None:
    plain(road, doc, target)
    with pikepdf.open(target, allow_overwriting_input=True) as pdf:
        pdf.save(target, encryption=pikepdf.Encryption(user="mật khẩu", owner="chủ"))


def broken() -> ACase:
    return a_case().files(("a.pdf", _locked))
