"""What must hold before a disposal list takes a step (`archive.procedure.states`), and who sees to it.

Those marked `VAULT` are asked by the vault when a step is taken and again whenever it acts on the list, and a test breaks
each of them. `PORTAL`: of the two factors the page asks for the password.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class KeptBy(StrEnum):
    """Who sees to it that a condition holds."""

    VAULT = "vault"  # asked again at every moment the vault acts, whatever a paper says
    PORTAL = "portal"  # asked by the page on which it is decided


@dataclass(frozen=True)
class Condition:
    """What must hold before a step, in both languages, and who keeps it.

    Attributes:
        where: the function or page that asks.
    """

    vi: str
    en: str
    kept_by: KeptBy
    where: str


_STEPS = "archive.procedure.follow.after"

CONDITIONS: dict[str, Condition] = {
    "all-due": Condition(
        "mọi hồ sơ đã hết thời hạn hoặc trùng lặp",
        "every file is expired or a duplicate",
        KeptBy.VAULT,
        "archive.order_check.reasons_against_item",  # duplicates cannot be ordered yet: only what expired goes
    ),
    "none-held": Condition(
        "không hồ sơ nào đang bị giữ",
        "no file is held",
        KeptBy.VAULT,
        "archive.order_check.reasons_against_item",
    ),
    "not-proposer": Condition(
        "không phải người lập danh mục", "not the person who made the list", KeptBy.VAULT, _STEPS
    ),
    "not-council": Condition(
        "không phải thành viên hội đồng đã bỏ phiếu",
        "not a member of the council who voted",
        KeptBy.VAULT,
        _STEPS,
    ),
    "majority": Condition(
        "hội đồng kết luận theo đa số và thư ký đã ký biên bản",
        "the council concluded by majority and its minutes are signed",
        KeptBy.VAULT,
        _STEPS,
    ),
    "opinion-needed": Condition(
        "cơ quan thuộc nguồn nộp lưu", "the agency is on the source list", KeptBy.VAULT, _STEPS
    ),
    "no-opinion-needed": Condition(
        "cơ quan không thuộc nguồn nộp lưu", "the agency is not on the source list", KeptBy.VAULT, _STEPS
    ),
    "opinion-dated": Condition(
        "quyết định không trước văn bản ý kiến", "the decision is not before the opinion", KeptBy.VAULT, _STEPS
    ),
    "two-factors": Condition(
        "xác nhận lại mật khẩu và yếu tố thứ hai",
        "password and second factor again",
        KeptBy.PORTAL,
        "portal.browser.disposal.order",  # the password; a second factor is not built
    ),
    "within-15-days": Condition(
        "trong 15 ngày từ ngày quyết định",
        "within 15 days of the decision",
        KeptBy.VAULT,
        "archive.order_check.reasons_against_item",  # and by the step that hands over
    ),
    "all-receipts": Condition(
        "mọi nơi giữ bản sao đã xác nhận",
        "every holder gave its receipt",
        KeptBy.VAULT,
        "retention.destruction.execute",
    ),
    "reason": Condition("có lý do", "a reason is given", KeptBy.VAULT, _STEPS),
}
"""What must hold, by code."""
