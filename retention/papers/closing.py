"""What a paper says about itself at its end: whether its form is the law's, and by whom it is sealed. Pure.

The seals are named before they are put on: sealing is what makes these words binding, and a paper that could not be
sealed is not kept.
"""

from __future__ import annotations

from html import escape

from retention.papers.facts import Facts
from retention.papers.layout import OUR_FORM

PREVIEW = (
    "BẢN IN TẠM: văn bản của hồ sơ hủy đang được hệ thống lập; bản này không được đóng dấu, không được lưu."
)
UNSEALED = "Văn bản này KHÔNG được đóng dấu số: hệ thống chưa được cấu hình con dấu số của cơ quan."


def form(facts: Facts, note: str = OUR_FORM) -> str:
    """Return who sealed the paper, or that nobody did, and what its form is, as HTML.

    Args:
        facts: with the seals that will be put on this paper.
        note: about its form.
    """
    return f'<p class="form">{escape(note)}</p><p class="form">{escape(_sealed(facts))}</p>'


def _sealed(facts: Facts) -> str:
    if facts.preview:
        return PREVIEW
    if not facts.seals:
        return UNSEALED
    said = [
        f"{'Cơ quan có tài liệu' if n == 0 else 'Đơn vị thực hiện hủy'}: {seal.name}; chứng thư số {seal.serial} "
        f"do {seal.issuer} cấp."
        for n, seal in enumerate(facts.seals)
    ]
    return "Đóng dấu số trong tệp này (PAdES). " + " ".join(said)
