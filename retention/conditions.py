"""What must hold before a disposal list takes a step (`retention.states`), and who sees to it.

Those marked `VAULT` are asked by the vault when it acts, and a test breaks each of them. Those marked `PEOPLE`
(majority of the council, the opinion and its date) are for the people until their papers are in the system (issue #6):
until then a paper can be moved without them, and the vault has no way to know. `PORTAL`: of the two factors the page
asks for the password.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class KeptBy(StrEnum):
    """Who sees to it that a condition holds."""

    VAULT = "vault"  # asked again at every moment the vault acts, whatever a paper says
    PORTAL = "portal"  # asked by the page on which it is decided
    PEOPLE = "people"  # nobody but the people: the papers it rests on are not in the system before issue #6


@dataclass(frozen=True)
class Condition:
    """What must hold before a step, in both languages, and who keeps it.

    Attributes:
        where: the function or page that asks; "" for what is left to people.
    """

    vi: str
    en: str
    kept_by: KeptBy
    where: str = ""


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
        "không phải người lập danh mục",
        "not the person who made the list",
        KeptBy.VAULT,
        "archive.order_check.reasons_against_order",
    ),
    "not-council": Condition(
        "không phải thành viên hội đồng đã bỏ phiếu",
        "not a member of the council who voted",
        KeptBy.VAULT,
        "archive.order_check.reasons_against_order",
    ),
    "majority": Condition("hội đồng kết luận theo đa số", "the council concluded by majority", KeptBy.PEOPLE),
    "opinion-needed": Condition(
        "cơ quan thuộc nguồn nộp lưu", "the agency is on the source list", KeptBy.PEOPLE
    ),
    "no-opinion-needed": Condition(
        "cơ quan không thuộc nguồn nộp lưu", "the agency is not on the source list", KeptBy.PEOPLE
    ),
    "opinion-dated": Condition(
        "quyết định không trước văn bản ý kiến", "the decision is not before the opinion", KeptBy.PEOPLE
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
        "archive.order_check.reasons_against_item",
    ),
    "all-receipts": Condition(
        "mọi nơi giữ bản sao đã xác nhận",
        "every holder gave its receipt",
        KeptBy.VAULT,
        "retention.destruction.execute",
    ),
    "reason": Condition("có lý do", "a reason is given", KeptBy.VAULT, "archive.orders.propose"),
}
"""What must hold, by code."""
