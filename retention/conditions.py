"""What must hold before a disposal list takes a step (`archive.procedure.states`), and who sees to it.

All are asked by the vault when a step is taken, and again whenever it acts on the list; a test breaks each of them.
Of the two factors the vault checks the second; that the first, the password, was right, is the portal's word.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Condition:
    """What must hold before a step, in both languages, and what asks for it.

    Attributes:
        where: the function that asks.
    """

    vi: str
    en: str
    where: str


_STEPS = "archive.procedure.follow.after"

CONDITIONS: dict[str, Condition] = {
    "all-due": Condition(
        "mọi hồ sơ đã hết thời hạn hoặc trùng lặp",
        "every file is expired or a duplicate",
        "archive.order_check.reasons_against_items",  # of a duplicate: `archive.twins.against_duplicates`
    ),
    "none-held": Condition(
        "không hồ sơ nào đang bị giữ",
        "no file is held",
        "archive.order_check.reasons_against_items",
    ),
    "not-proposer": Condition("không phải người lập danh mục", "not the person who made the list", _STEPS),
    "not-council": Condition(
        "không phải thành viên hội đồng đã bỏ phiếu",
        "not a member of the council who voted",
        _STEPS,
    ),
    "majority": Condition(
        "hội đồng kết luận theo đa số và thư ký đã ký biên bản",
        "the council concluded by majority and its minutes are signed",
        _STEPS,
    ),
    "opinion-needed": Condition("cơ quan thuộc nguồn nộp lưu", "the agency is on the source list", _STEPS),
    "no-opinion-needed": Condition(
        "cơ quan không thuộc nguồn nộp lưu", "the agency is not on the source list", _STEPS
    ),
    "opinion-dated": Condition(
        "quyết định không trước văn bản ý kiến", "the decision is not before the opinion", _STEPS
    ),
    "opinion-named": Condition(
        "ghi đúng văn bản thẩm định đã nhận", "the opinion that came is named", _STEPS
    ),
    "two-factors": Condition(
        "xác nhận lại mật khẩu và yếu tố thứ hai",
        "password and second factor again",
        "archive.second_factor.prove.consume",  # the code; of the password the portal says that it was right
    ),
    "within-15-days": Condition(
        "trong 15 ngày từ ngày quyết định",
        "within 15 days of the decision",
        "archive.order_check.reasons_against_items",  # and by the step that hands over
    ),
    "all-receipts": Condition(
        "mọi nơi giữ bản sao đã xác nhận",
        "every holder gave its receipt",
        "retention.destruction.execute",
    ),
    "linked-kept": Condition(
        "văn bản được giữ lại đã nằm trong hồ sơ kia, ở mọi kho",
        "every document that is to be kept is in the other case file, in every store",
        "archive.procedure.kept.against_kept",  # when the step is written, and by the vault before it acts
    ),
    "reason": Condition("có lý do", "a reason is given", _STEPS),
}
"""What must hold, by code."""
